"""Follow-ups in the business file: words for spans and days, errors at their line, steps that agree."""

from typing import Any

import pytest

from leads.config import ConfigErrors, dump, load
from messaging.followup_sections import Span, SpanInMinutes, Weekdays
from messaging.models import Sequence, SequenceStep

pytestmark = pytest.mark.django_db

NO_SPAN = "is not a span of time. Write 20 minutes, 4 hours, 1 day or 2 weeks."
HEAD = "business:\n  name: Alder\nlocations:\n  - name: Main\n"
ONE = "sequences:\n  - name: Nudge\n    trigger: no_reply\n    steps:\n"
TEXT = '        text: "{business}: shall we call you? {opt_out}"\n'


def errors_of(text: str, **options: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(HEAD + text, **options)
    return [(error.line, error.path, error.message) for error in caught.value.errors]


def test_every_mistake_is_said_at_its_line() -> None:
    text = (
        f'{ONE}      - after: soon\n{TEXT}      - after: 2 days\n        window: "19:00-9:00"\n'
        "      - after: 3 days\n        at: noonish\n        days: [mon, someday]\n        valid_for: a while\n"
    )
    assert errors_of(text) == [
        (9, "sequences[0].steps[0].after", f"“soon” {NO_SPAN}"),
        (
            12, "sequences[0].steps[1].window",
            "“19:00-9:00” ends before it begins. For an afternoon add 12: 17:00, not 5:00.",
        ),
        (14, "sequences[0].steps[2].at", "“noonish” is not a time of day. Write 10:00 or 10am."),
        (15, "sequences[0].steps[2].days[1]", "“someday” names no day. Write mon, mon-fri, or “mon, wed”."),
        (16, "sequences[0].steps[2].valid_for", f"“a while” {NO_SPAN}"),
    ]  # fmt: skip
    assert not Sequence.objects.exists()


def test_steps_must_agree_with_each_other_and_say_who_writes() -> None:
    text = (
        f"{ONE}      - after: 2 days\n        text: Shall we call you?\n      - after: 1 day\n{TEXT}        at: 10pm\n"
    )
    at = "sequences[0].steps"
    assert errors_of(text) == [
        (10, f"{at}[0].text", "The text does not say who writes: add {business}."),
        (10, f"{at}[0].text", "The text does not say how to opt out: end it with {opt_out}."),
        (11, f"{at}[1].after", "Step 2 would be due before step 1. Make it later, or swap the two."),
        (13, f"{at}[1].at", "This time of day lies outside the window below it: change one of the two."),
    ]


def test_one_active_sequence_for_a_trigger_at_a_place() -> None:
    two = f"{ONE}      - after: 1 day\n{TEXT}  - name: Other\n    trigger: no_reply\n"
    said = "“Nudge” begins with the same at the same place and is active. Switch one of the two off."
    assert errors_of(two) == [(11, "sequences[1]", said)]
    assert load(HEAD + two + "    active: false\n").warnings == ()
    assert load(HEAD + two + "    location: main\n", slug="elsewhere").business.sequences.count() == 2


def test_a_step_keeps_its_key_where_it_stands_and_goes_when_it_is_left_out() -> None:
    text = f"{HEAD}{ONE}      - after: 1 day\n{TEXT}"
    business = load(text + "      - after: 2 days\n        do: task\n").business
    key = SequenceStep.objects.get(position=1).key
    assert load(dump(business)).has_changes is False
    load(text.replace("call you", "ring you"))
    step = SequenceStep.objects.get()
    assert (step.key, "ring you" in step.body) == (key, True)


@pytest.mark.parametrize(
    ("value", "words"), [((0, "minutes"), "at once"), ((1, "days"), "1 day"), ((2, "weeks"), "2 weeks")]
)
def test_spans_in_words(value: tuple[int, str], words: str) -> None:
    assert Span().write(value) == words


def test_minutes_and_days_in_words() -> None:
    assert [SpanInMinutes().write(minutes) for minutes in (45, 240, 1440, 90)] == [
        "45 minutes", "4 hours", "1 day", "90 minutes"
    ]  # fmt: skip
    assert list(Weekdays().write([0, 1, 2, 4, 6])) == ["mon-wed", "fri", "sun"]
