"""What a person on call means with a text. The values of some rows are from other products' own cases."""

import pytest

from messaging.escalation.enums import OnCallCommand as C
from messaging.escalation.replies import Reply, read_reply

CODES = ("KD", "FG", "ZZ")


@pytest.mark.parametrize(
    ("body", "command", "codes"),
    [
        ("KD", C.ACK, ("KD",)),
        ("kd", C.ACK, ("KD",)),
        ("'KD'", C.ACK, ("KD",)),
        ("“kd”.", C.ACK, ("KD",)),
        ("K D", C.ACK, ("KD",)),
        ("k d no", C.PASS, ("KD",)),
        ("KD           ", C.ACK, ("KD",)),
        ("ackKD           ", C.ACK, ("KD",)),
        ("kda", C.ACK, ("KD",)),
        ("kd a", C.ACK, ("KD",)),
        ("'kdc'", C.DONE, ("KD",)),
        ("close KD", C.DONE, ("KD",)),
        ("KD NO", C.PASS, ("KD",)),
        ("kdno", C.PASS, ("KD",)),
        ("no kd", C.PASS, ("KD",)),
        ("done kd", C.DONE, ("KD",)),
        ("KD done please", C.DONE, ("KD",)),
        ("KD FG", C.ACK, ("KD", "FG")),
        ("kd, fg and zz ok", C.ACK, ("KD", "FG", "ZZ")),
        ("ack KD & FG", C.ACK, ("KD", "FG")),
        ("KD KD", C.ACK, ("KD",)),
        ("take kd", C.TAKE, ("KD",)),
        ("KD resume", C.RESUME, ("KD",)),
        ("KD listo", C.DONE, ("KD",)),
        ("KD mío", C.ACK, ("KD",)),
        ("KD I'll take it", C.ACK, ("KD",)),
    ],
)
def test_a_code_in_any_spelling(body: str, command: C, codes: tuple[str, ...]) -> None:
    reply = read_reply(body, CODES)
    assert (reply.command, reply.codes, reply.is_all) == (command, codes, False)


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("ok", C.ACK), ("Ack", C.ACK), ("a", C.ACK), ("MINE!", C.ACK), ("got it", C.ACK), ("Yes.", C.ACK),
        ("on it", C.ACK), ("I've got it", C.ACK), ("I'll take it", C.ACK), ("Mío", C.ACK), ("voy", C.ACK),
        ("👍", C.ACK), ("done", C.DONE), ("close", C.DONE), ("c", C.DONE), ("listo", C.DONE), ("pass", C.PASS),
        ("no", C.PASS), ("no puedo", C.PASS), ("take", C.TAKE), ("resume", C.RESUME), ("away", C.AWAY),
        ("back", C.BACK), ("list", C.LIST), ("help", C.HELP), ("?", C.HELP), ("ok thanks", C.ACK),
    ],
)  # fmt: skip
def test_bare_words(body: str, command: C) -> None:
    reply = read_reply(body, CODES)
    assert (reply.command, reply.codes) == (command, ())


@pytest.mark.parametrize(
    ("body", "command"), [("ALL", C.ACK), ("all mine", C.ACK), ("pass all", C.PASS), ("done all", C.DONE)]
)
def test_all_of_a_bundle(body: str, command: C) -> None:
    assert read_reply(body, CODES) == Reply(command, is_all=True)


@pytest.mark.parametrize(
    ("body", "codes", "rest"),
    [
        ("KD: be there in 20", ("KD",), "be there in 20"),
        ("kd on my way", ("KD",), "on my way"),
        ('"KD" - Yes, I can come. Bye', ("KD",), "Yes, I can come. Bye"),
        ("K D: ok?\nDoor open?", ("KD",), "ok?\nDoor open?"),
        ("I will be there at 5.", (), "I will be there at 5."),
        ("All good here, thanks for waiting", (), "All good here, thanks for waiting"),
        ("Mr. Fox, is the main valve closed?", (), "Mr. Fox, is the main valve closed?"),
        ("a plumber is coming", (), "a plumber is coming"),
        ("ok, be there at 5", (), "ok, be there at 5"),
        ("No worries, keep the valve closed", (), "No worries, keep the valve closed"),
    ],
)
def test_everything_else_is_for_the_customer(body: str, codes: tuple[str, ...], rest: str) -> None:
    assert read_reply(body, CODES) == Reply(C.REPLY, codes, rest)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("QX", ("QX",)),
        ("qx no", ("QX",)),
        ("QX: be there soon", ("QX",)),
        ("done qx", ("QX",)),
        ("KD yes FG no", ("KD",)),
        ("Liked “Alder Plumbing - Urgent: Dana”", ()),
        ("...", ()),
        ("", ()),
    ],
)
def test_what_is_neither_an_order_nor_a_sentence(body: str, codes: tuple[str, ...]) -> None:
    reply = read_reply(body, CODES)
    assert (reply.command, reply.codes) == (C.USELESS, codes)


def test_what_may_be_an_answer_to_a_customer_is_marked() -> None:
    assert [read_reply(body, CODES).is_weak for body in ("yes", "no", "ok", "mine", "resume", "KD ok")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
