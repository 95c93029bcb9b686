import pytest
from django.core.exceptions import ValidationError

from scheduling.admin.spans import SpanField, SpansField, read_span, write_span


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("2 hours", 120), ("1 hour", 60), ("2h", 120), ("1 day", 1440), ("1 day 4 h", 1680),
     ("1 hour and 30 minutes", 90), ("1 week", 10_080), ("45 mins", 45), ("0", 0)],
)  # fmt: skip
def test_a_stretch_of_time_is_read_as_people_say_it(text: str, minutes: int) -> None:
    assert read_span(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "2 fortnights", "1.5 hours", "-2 hours", "hours", "2 hours ago"])
def test_what_is_no_stretch_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_span(text)


@pytest.mark.parametrize("minutes", [0, 1, 59, 60, 90, 1440, 1441, 2880, 1500, 10_080])
def test_what_is_written_reads_as_the_same(minutes: int) -> None:
    assert read_span(write_span(minutes)) == minutes


def test_the_largest_units_are_used() -> None:
    assert [write_span(minutes) for minutes in (0, 1, 90, 1440, 2880)] == [
        "0 minutes", "1 minute", "1 hour 30 minutes", "1 day", "2 days",
    ]  # fmt: skip


def test_fields_show_words_and_store_minutes() -> None:
    assert (SpanField().prepare_value(120), SpanField().clean("2 hours")) == ("2 hours", 120)
    assert SpansField().prepare_value([1440, 120]) == "1 day, 2 hours"
    assert SpansField().clean("1 day, 2 hours") == [1440, 120]
    assert SpansField().clean("") == []
    assert not SpanField().has_changed(120, "2 hours")
    assert not SpansField().has_changed([1440, 120], "1 day, 2 hours")
    with pytest.raises(ValidationError, match=r"“tomorrow” is not a length of time\. Write 30 minutes"):
        SpansField().clean("1 day, tomorrow")
