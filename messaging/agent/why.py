"""What a turn did and why, in one line that staff can read. Pure."""

from collections.abc import Iterable, Sequence

from messaging.agent.desk import Desk, Done

_SAID = {
    "find_times": "offered {result}",
    "hold": "kept {time}",
    "book": "booked {result}",
    "move": "moved to {result}",
    "cancel": "canceled {appointment}",
    "answer": "noted the answer to “{question}”",
    "find_call_times": "offered a call {result}",
    "arrange_call": "arranged a call {time}",
    "hand_off": "handed over ({reason}) {result}",
    "escalate": "alerted the team: {reason}",
    "note_unanswered": "kept “{question}” for the review",
}


def describe(desk: Desk, *, by: str, facts: Iterable[str] = ()) -> str:
    """ "Rules: told the price of Drain cleaning; noted place, service; offered 1) Mon, Nov 23 at 9 AM"."""
    known = [fact for fact in dict.fromkeys(facts) if fact]
    told = [f"told {', '.join(known)}"] if known else []
    noted = dict.fromkeys(name for row in desk.done if row.name == "save" for name in row.arguments)
    saved = [f"noted {', '.join(noted)}"] if noted else []
    did = [_sentence(row) for row in desk.done if row.name in _SAID and not row.is_refused]
    refused = [f"could not {row.name.replace('_', ' ')}: {row.result}" for row in desk.done if row.is_refused]
    return f"{by}: {_joined([*told, *saved, *dict.fromkeys(did), *refused]) or 'asked or answered in general'}"


def _sentence(row: Done) -> str:
    values = {"time": "", "appointment": "", "question": "", "reason": "", **row.arguments, "result": row.result}
    said = _SAID[row.name]
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    return " ".join(said.split())


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(part.strip().rstrip(".") for part in parts if part.strip())
