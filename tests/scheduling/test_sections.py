from datetime import date, time
from typing import Any

import pytest

from leads.config import ConfigErrors, dump, load
from leads.models import Business, Location
from scheduling.models import Closure, OpeningHours
from scheduling.sections import SECTIONS

pytestmark = pytest.mark.django_db

HEAD = "business:\n  name: Alder\nlocations:\n  - name: Main\n  - name: Annex\n"


def week() -> list[tuple[int, time, time, bool]]:
    rows = OpeningHours.objects.filter(location=None).order_by("weekday", "opens")
    return [(row.weekday, row.opens, row.closes, row.next_day) for row in rows]


def special() -> list[tuple[Any, ...]]:
    rows = Closure.objects.order_by("pk")
    return [(row.name, row.starts_on, row.ends_on, row.opens, row.closes, row.next_day) for row in rows]


def dumped(key: str) -> list[str]:
    """The lines of a top-level key, without the key."""
    part = dump(Business.objects.get()).split(f"\n{key}:\n")[1]
    return part.split("\n\n")[0].splitlines()


def errors_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(HEAD + text)
    return [(error.line, error.path, error.message) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("written", "row", "canonical"),
    [
        ("8:00-17:00", (time(8), time(17), False), "8:00-17:00"),
        ("08:00 - 17:30", (time(8), time(17, 30), False), "8:00-17:30"),
        ("8am-5:30pm", (time(8), time(17, 30), False), "8:00-17:30"),
        ("12PM-12AM", (time(12), time(0), True), "12:00-24:00"),
        ("9:00-24:00", (time(9), time(0), True), "9:00-24:00"),
        ("9:00-0:00", (time(9), time(0), True), "9:00-24:00"),
        ("18:00-02:00", (time(18), time(2), True), "18:00-2:00"),
        ("0:00-24:00", (time(0), time(0), True), "0:00-24:00"),
        ("8:00:30-9:00:15", (time(8, 0, 30), time(9, 0, 15), False), "8:00:30-9:00:15"),
    ],
)
def test_a_range_of_hours(written: str, row: tuple[time, time, bool], canonical: str) -> None:
    load(HEAD + f'hours:\n  wed: "{written}"\n')
    assert week() == [(2, *row)]
    assert dumped("hours") == [f'  wed: ["{canonical}"]']


@pytest.mark.parametrize(
    "written", ["9-5", "8:00", "24:00-8:00", "25:00-26:00", "8:60-9:00", "13pm-2pm", "0am-1am", "x"]
)
def test_what_is_no_range_of_hours_is_refused(written: str) -> None:
    message = f"“{written}” is not a range of hours. Write 8:00-17:00 or 8am-5pm, and 24:00 for midnight."
    assert errors_of(f"hours:\n  mon: ['{written}']\n") == [(7, "hours.mon[0]", message)]


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("mon", [0]),
        ("Monday", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("fri - mon", [0, 4, 5, 6]),
        ("mon, wed, fri-sat", [0, 2, 4, 5]),
        ("thurs", [3]),
    ],
)
def test_the_names_of_days(written: str, days: list[int]) -> None:
    load(HEAD + f'hours:\n  {written}: ["8:00-9:00"]\n')
    assert [row[0] for row in week()] == days


def test_equal_neighbors_are_dumped_as_one_run_and_lunch_stays() -> None:
    load(HEAD + 'hours:\n  mon-tue: ["13:00-17:00", "8:00-12:00"]\n  fri: ["8:00-9:00"]\n  sat: closed\n')
    assert dumped("hours") == ['  mon-tue: ["8:00-12:00", "13:00-17:00"]', '  fri: ["8:00-9:00"]']


def test_given_hours_are_the_whole_week() -> None:
    load(HEAD + 'hours:\n  mon: ["8:00-9:00"]\n  tue: ["8:00-9:00"]\n')
    kept = OpeningHours.objects.get(weekday=1).pk
    counts = load(HEAD + 'hours:\n  tue: ["8:00-9:00"]\n  wed: ["8:00-9:00"]\n').counts["hours"]
    assert (counts.created, counts.removed, counts.unchanged) == (1, 1, 1)
    assert [row[0] for row in week()] == [1, 2]
    assert OpeningHours.objects.get(weekday=1).pk == kept


def test_hours_that_are_not_given_stay_unless_pruned() -> None:
    load(HEAD + 'hours:\n  mon: ["8:00-9:00"]\n')
    assert not load(HEAD).has_changes
    assert load(HEAD, prune=True).counts["hours"].removed == 1
    assert week() == []


def test_a_location_has_hours_of_its_own() -> None:
    text = HEAD + '    hours:\n      sat: ["8:00-12:00"]\nhours:\n  mon: ["8:00-9:00"]\n'
    business = load(text).business
    own = OpeningHours.objects.get(location__slug="annex")
    assert (own.weekday, own.business) == (5, business)
    assert [row[0] for row in week()] == [0]
    assert '    slug: annex\n    hours:\n      sat: ["8:00-12:00"]\n' in dump(business)
    assert load(HEAD, prune=True).counts["hours"].removed == 2
    assert Location.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hours:\n  funday: []\n", (7, "hours.funday", "“funday” names no day. Write mon, mon-fri, or “mon, wed”.")),
        (
            'hours:\n  mon-fri: ["8:00-9:00"]\n  tue: []\n',
            (8, "hours.tue", "“tue” is already part of “mon-fri”. Name each day once."),
        ),
        (
            'hours:\n  mon: ["8:00-12:00", "11:00-13:00"]\n',
            (6, "hours", "Monday 8 AM-noon and Monday 11 AM-1 PM overlap."),
        ),
        (
            "    hours: {mon: closed}\n",
            (6, "locations[1].hours", "Without any range the hours of the business would count. Name at least one."),
        ),
        ("closures:\n  - date: 2026-12-25\n", (7, "closures[0]", "“name” is missing.")),
        ("closures:\n  - name: Xmas\n", (7, "closures[0]", "“date” is missing.")),
        ("closures:\n  - {name: Xmas, to: 2026-12-25}\n", (7, "closures[0]", "“date” is missing.")),
        (
            "closures:\n  - {name: Xmas, date: 2026-12-24, to: 2026-12-25}\n",
            (7, "closures[0]", "Write “date” for one day, or “from” and “to” for several."),
        ),
        (
            "closures:\n  - {name: Xmas, date: 12/25}\n",
            (7, "closures[0].date", "“12/25” is not a date. Write year-month-day, as 2026-11-26."),
        ),
        (
            "closures:\n  - {name: Xmas, date: 2026-02-30}\n",
            (7, "closures[0].date", "“2026-02-30” is not a date. Write year-month-day, as 2026-11-26."),
        ),
        (
            "closures:\n  - {name: Xmas, from: 2026-12-25, to: 2026-12-24}\n",
            (7, "closures[0].to", "The last day is before the first."),
        ),
        (
            "closures:\n  - {name: Xmas, date: 2026-12-25, location: anex}\n",
            (7, "closures[0].location", "There is no “anex” in locations. Did you mean “annex”?"),
        ),
        (
            "closures:\n  - {name: Xmas, date: 2026-12-25}\n  - {name: Xmas, date: 2026-12-25}\n",
            (8, "closures[1]", "This is already in the file. Keep one of the two."),
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, expected: tuple[int, str, str]) -> None:
    assert errors_of(text) == [expected]


def test_an_afternoon_without_its_twelve_hours_is_warned_of() -> None:
    report = load(HEAD + 'hours:\n  mon: ["9:00-5:00"]\n  fri: ["18:00-2:00"]\n  sun: ["0:00-24:00"]\n')
    assert [str(warning) for warning in report.warnings] == [
        "line 7, hours.mon[0]: “9:00-5:00” goes on until the next day. For an afternoon add 12: 17:00, not 5:00."
    ]


def test_closures_are_days_or_spans_with_or_without_hours() -> None:
    text = """\
closures:
  - name: Christmas
    date: 2026-12-25
  - name: Fair
    from: 2027-05-01
    to: 2027-05-03
    hours: ["10:00-12:00", "18:00-1:00"]
    location: annex
"""
    load(HEAD + text)
    fair = ("Fair", date(2027, 5, 1), date(2027, 5, 3))
    assert special() == [
        ("Christmas", date(2026, 12, 25), date(2026, 12, 25), None, None, False),
        (*fair, time(10), time(12), False),
        (*fair, time(18), time(1), True),
    ]
    assert dumped("closures") == text.splitlines()[1:]
    assert not load(HEAD + text, prune=True).has_changes


def test_a_closure_that_changes_is_replaced_and_others_stay_unless_pruned() -> None:
    load(HEAD + "closures:\n  - {name: Fair, from: 2027-05-01, to: 2027-05-03}\n  - {name: Xmas, date: 2026-12-25}\n")
    shorter = HEAD + "closures:\n  - {name: Fair, from: 2027-05-01, to: 2027-05-02}\n"
    load(shorter)
    assert [(row[0], row[2].day) for row in special()] == [("Xmas", 25), ("Fair", 2)]
    assert load(shorter, prune=True).counts["closures"].removed == 1


def test_a_resource_is_a_section_before_its_hours_are() -> None:
    assert [(section.key, section.within) for section in SECTIONS] == [
        ("hours", ""),
        ("hours", "locations"),
        ("closures", ""),
        ("booking", "services"),
        ("booking", ""),
        ("travel", ""),
        ("resources", ""),
        ("hours", "resources"),
        ("closures", "resources"),
    ]
