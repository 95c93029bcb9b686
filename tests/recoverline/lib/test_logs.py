"""What may stand in a log: who called is told by the last four digits, and nothing else of anybody is."""

import json
import logging
import sys

import pytest
from django.conf import settings

from recoverline.lib import request_ids
from recoverline.lib.logs import JsonLines, MaskPersonalData, mask_personal

UUID = "3f2b8c1e-1234-4567-8901-602555014299"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("text to +16025550142: accepted", "text to ***0142: accepted"),
        ("GET /x?From=%2B16025550142&To=%2B14155550199", "GET /x?From=***0142&To=***0199"),
        ("call (602) 555-0142.", "call ***0142."),
        ("call 602-555-0142, or 602.555.0142", "call ***0142, or ***0142"),
        ("call 1-602-555-0142", "call ***0142"),
        ("caller 6025550142 and 16025550142.", "caller ***0142 and ***0142."),
        ("+44 20 7946 0958 rang", "***0958 rang"),
        ("mail to ana.ruiz@example.com failed", "mail to ***@example.com failed"),
        ("DETAIL:  Key (phone)=(+16025550142) already exists.", "DETAIL:  Key (phone)=(***) already exists."),
        ("DETAIL:  Failing row contains (7, My basement floods, Ana).", "DETAIL:  Failing row contains (***)."),
        # What is no phone stays readable.
        (f"text {UUID}: sent", f"text {UUID}: sent"),
        ("2026-11-22 10:04:05,123 took 1234 ms", "2026-11-22 10:04:05,123 took 1234 ms"),
        ("error 30034 of account 12 in 0.123456789012 s", "error 30034 of account 12 in 0.123456789012 s"),
        ("CA0123456789abcdef0123456789abcdef", "CA0123456789abcdef0123456789abcdef"),
        ("10.20.30.40:8000", "10.20.30.40:8000"),
    ],
)
def test_only_the_last_four_digits_are_logged(said: str, logged: str) -> None:
    assert mask_personal(said) == logged


def record(message: str, *args: object, exc: bool = False) -> logging.LogRecord:
    return logging.LogRecord("messaging.x", logging.INFO, "x.py", 1, message, args, sys.exc_info() if exc else None)


def test_a_json_line_is_masked_in_its_message_and_in_its_traceback() -> None:
    try:
        raise ValueError("no such phone: +16025550142")
    except ValueError:
        row = record("text to %s\nfailed: %s", "+16025550142", "ana@example.com", exc=True)
    with request_ids.of("abc-12345"):
        assert MaskPersonalData().filter(row) is True
    (text,) = JsonLines().format(row).splitlines()  # a line break in it begins no line of its own
    line = json.loads(text)
    assert (line["message"], line["request_id"]) == (r"text to ***0142\nfailed: ***@example.com", "abc-12345")
    assert (line["level"], line["logger"]) == ("INFO", "messaging.x")
    assert "no such phone: ***0142" in line["exception"]
    assert "5550142" not in text


def test_every_handler_of_the_settings_masks() -> None:
    assert {name: row["filters"] for name, row in settings.LOGGING["handlers"].items()} == {"console": ["personal"]}


def test_a_plain_line_has_a_place_for_the_request_even_without_one() -> None:
    row = record("hello")
    MaskPersonalData().filter(row)
    assert logging.Formatter("[%(request_id)s] %(message)s").format(row) == "[-] hello"
