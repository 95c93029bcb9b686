"""Yes and no to our own question; who asks for a person; which language. The real readers on public texts."""

from collections.abc import Callable, Iterable, Sequence

from bench.understanding.score import Row, Score, score
from messaging.agent.words.abuse import is_abusive
from messaging.agent.words.intents import read_intents
from messaging.agent.words.language import is_other_language, read_language
from messaging.agent.words.yes_no import YesNo, read_yes_no
from messaging.enums import Intent

# Their rows may well say yes to something, so that they prove nothing about a false one.
_YES_LIKE = frozenset(["yes", "confirm_reservation", "accept_reservations"])


def measure_confirmations(rows: Sequence[Row]) -> list[Score]:
    """THANK_YOU rows are left out: some hold a yes."""
    agrees, denies = _texts(rows, "act", "AFFIRM"), _texts(rows, "act", "NEGATE")
    return [
        _is(YesNo.YES, agrees, "yes to our question", "105/120, aim 112"),
        _is(YesNo.NO, denies, "no to our question", "13/16"),
        _is_not(YesNo.YES, denies, "no is never read as yes", "16/16"),
    ]


def measure_yes(rows: Sequence[Row]) -> list[Score]:
    """Rows without an intent, which another measure of this file brings along, are left out."""
    others = [str(row["text"]) for row in rows if "intent" in row and row["intent"] not in _YES_LIKE]
    return [
        _is(YesNo.YES, _texts(rows, "intent", "yes"), "yes in other words", "85/130"),
        _is(YesNo.NO, _texts(rows, "intent", "no"), "no in other words", "no target set"),
        _is(YesNo.UNCLEAR, _texts(rows, "intent", "maybe"), "neither, in other words", "no target set"),
        _is_not(YesNo.YES, others, "no yes in texts about other things", "2.3 % false"),
    ]


def measure_hand_off(rows: Sequence[Row]) -> list[Score]:
    wanted = [(str(row["text"]), "handoff" in _names(row)) for row in rows]
    read = [(text, wants, Intent.PERSON in read_intents(text)) for text, wants in wanted]
    return [
        score("asks for a person", ((found, text) for text, wants, found in read if wants), "41/47"),
        score(
            "no person where none is asked for",
            ((not found, text) for text, wants, found in read if not wants),
            "6 false of 1,453",
        ),
        measure_english(rows)[0],
    ]


def measure_english(rows: Sequence[Row]) -> list[Score]:
    """These files are English: Spanish, another language and abuse would all be false."""
    texts = [str(row["text"]) for row in rows]
    told = ((str(read_language(text)) != "es" and not is_other_language(text), text) for text in texts)
    return [
        score("English is not read as another language", told, "no target set"),
        score("nobody is called abusive", ((not is_abusive(text), text) for text in texts), "no target set"),
    ]


def measure_off_topic(rows: Sequence[Row]) -> list[Score]:
    """Nothing here is written to a business at home: hand-off, wrong number and spam should be rare."""
    texts = [str(row["text"]) for row in rows]
    rare = frozenset([Intent.PERSON, Intent.WRONG_NUMBER, Intent.SPAM, Intent.CALL_ME])
    return [
        score(
            "no hand-off, spam or wrong number",
            ((not read_intents(text) & rare, text) for text in texts),
            "no target set",
        ),
        *measure_english(rows),
    ]


def _texts(rows: Iterable[Row], field: str, value: str) -> list[str]:
    return [str(row["text"]) for row in rows if row.get(field) == value]


def _names(row: Row) -> list[object]:
    names = row["intents"]
    return names if isinstance(names, list) else []


def _is(answer: YesNo, texts: Iterable[str], name: str, target: str) -> Score:
    read = [(read_yes_no(text), text) for text in texts]
    return score(name, ((found is answer, f"{found.value} <- {text}") for found, text in read), target)


def _is_not(answer: YesNo, texts: Iterable[str], name: str, target: str) -> Score:
    return score(name, ((read_yes_no(text) is not answer, text) for text in texts), target)


MEASURES: dict[str, Callable[[Sequence[Row]], list[Score]]] = {
    "sgd_confirmations": measure_confirmations,
    "clinc_texting_intents": measure_yes,
    "clinc_out_of_scope": measure_off_topic,
    "nlupp_all": measure_hand_off,
}
