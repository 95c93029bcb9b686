"""Whether a scenario went as it should: every check must hold, or the whole of it has failed. Pure."""

from collections.abc import Iterator

from tests.scenarios.outcome import Outcome
from tests.scenarios.scenario import Wanted

LONGEST_TEXT = 320


def problems(wanted: Wanted, outcome: Outcome) -> list[str]:
    """What is wrong, in words; none, and it has passed."""
    if not outcome.facts:
        return list(outcome.complaints)
    return [*_in_the_rows(wanted, outcome), *_in_the_texts(wanted, outcome), *outcome.complaints]


def unasked_bookings(wanted: Wanted, outcome: Outcome) -> tuple[str, ...]:
    """Appointments that stand although nobody should have made them."""
    expected = wanted.expect["booking"]
    return () if expected == "any" else tuple(start for start in outcome.visits if start != expected)


def _in_the_rows(wanted: Wanted, outcome: Outcome) -> Iterator[str]:
    if len(outcome.visits) > 1:
        yield f"several appointments: {', '.join(outcome.visits)}"
    for key, expected in wanted.expect.items():
        found = outcome.facts[key]
        if key == "lead":
            facts = {name: found.get(name, "") for name in expected}
            if facts != expected:
                yield f"lead: expected {expected}, found {facts}"
        elif expected == "any" or (key == "callback" and expected is True and found):
            continue
        elif found != expected:
            yield f"{key}: expected {expected}, found {found}"
    if outcome.holds:
        yield f"{outcome.holds} holds are left"
    if outcome.unoffered:
        yield f"booked without having been offered: {', '.join(outcome.unoffered)}"
    if not outcome.are_strangers_untouched:
        yield "somebody else's appointment has changed"


def _in_the_texts(wanted: Wanted, outcome: Outcome) -> Iterator[str]:
    said = [text.casefold() for text in outcome.texts]
    for choice in wanted.must_say:
        if not any(words.casefold() in text for text in said for words in choice):
            yield f"not said: {' or '.join(choice)}"
    for words in wanted.must_not_say:
        if any(words.casefold() in text for text in said):
            yield f"said: {words}"
    if len(said) > wanted.max_texts:
        yield f"{len(said)} texts, more than {wanted.max_texts}"
    if outcome.astray:
        yield f"texts to somebody else: {outcome.astray}"
    yield from (f"{len(text)} characters: {text}" for text in outcome.texts if not 0 < len(text) <= LONGEST_TEXT)
