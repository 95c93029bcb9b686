"""Words that come before any conversation: opt-out, danger, urgency."""

from collections.abc import Callable, Sequence

from bench.understanding.score import Row, Score, score
from leads.enums import Urgency
from messaging.agent.words.people import read_urgency
from messaging.optout_words import Meaning, read_consent
from messaging.trouble_words import wants_today
from messaging.urgency_words import asks_urgent, sounds_dangerous

# Of the built-in scripts.
URGENT_WORDS = ("URGENT", "EMERGENCY", "URGENTE", "EMERGENCIA")


def opt_outs(rows: Sequence[Row]) -> list[Score]:
    """Texts that are labeled stop, maybe or no."""
    read = [(str(row["text"]), str(row["label"]), read_consent(str(row["text"]))) for row in rows]

    def part(name: str, label: str, right: Callable[[Meaning], bool], target: str) -> Score:
        return score(
            name,
            [(right(meaning), f"{text} | {meaning.value}") for text, found, meaning in read if found == label],
            target,
        )

    return [
        part("stop taken as stop", "stop", lambda meaning: meaning is Meaning.STOP, "48/49, aim 49"),
        part("maybe taken as maybe", "maybe", lambda meaning: meaning is Meaning.MAYBE, "12/12"),
        part("no not taken as stop", "no", lambda meaning: meaning is not Meaning.STOP, "44/44"),
        part("no taken as nothing", "no", lambda meaning: meaning is not Meaning.MAYBE, "44/44"),
    ]


def urgencies(rows: Sequence[Row]) -> list[Score]:
    """Texts that are labeled emergency, urgent or routine."""
    read = [(str(row["text"]), str(row["label"]), urgency_of(str(row["text"]))) for row in rows]
    return [
        score(
            "emergency taken as emergency",
            [(found == "emergency", f"{text} | {found}") for text, label, found in read if label == "emergency"],
            "26/26",
        ),
        score(
            "others not taken as emergency",
            [(found != "emergency", text) for text, label, found in read if label != "emergency"],
            "53/53",
        ),
        score(
            "emergency, urgent or routine",
            [(found == label, f"{text} | {label} | {found}") for text, label, found in read],
            "79/79",
        ),
    ]


def urgency_of(text: str) -> str:
    """As the inbox reads it: danger or the script's word alone pages; then asking for haste, then trouble."""
    is_scripts_word = len(text.split()) == 1 and asks_urgent(text, URGENT_WORDS)
    if is_scripts_word or sounds_dangerous(text) is not None:
        return Urgency.EMERGENCY.value
    asked = read_urgency(text, asked=False)
    if asked is Urgency.ROUTINE:
        return asked.value
    is_urgent = asked is Urgency.URGENT or asks_urgent(text, URGENT_WORDS) or wants_today(text)
    return (Urgency.URGENT if is_urgent else Urgency.ROUTINE).value


def false_alarms(rows: Sequence[Row]) -> list[Score]:
    """Texts on something else: neither an opt-out nor a danger."""
    texts = [str(row["text"]) for row in rows]
    return [
        score("no opt-out", [(read_consent(text) is not Meaning.STOP, text) for text in texts], "550/550"),
        score("no danger", [(sounds_dangerous(text) is None, text) for text in texts], "at most 4 of 550 wrong"),
    ]


MEASURES: dict[str, Callable[[Sequence[Row]], list[Score]]] = {
    "own_optout": opt_outs,
    "own_urgency": urgencies,
    "clinc_out_of_scope": false_alarms,
}
