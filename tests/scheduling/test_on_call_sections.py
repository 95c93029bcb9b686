"""Shifts in the business file: people by their address, several days in an entry, and what does not exist is said."""

import pytest

from leads.config import ConfigErrors, dump, load
from leads.enums import Role
from scheduling.models import OnCallShift
from tests.factories import make_business, make_location, make_member, make_user

pytestmark = pytest.mark.django_db

ABOVE = """\
business:
  name: Alder Plumbing
  slug: alder
locations:
  - name: Main
    slug: main
"""
ON_CALL = """\
on_call:
  - person: sam@example.com
    days: mon-fri
    hours: "18:00-8:00"
  - person: rob
    days: mon-fri
    hours: "18:00-8:00"
    order: 2
  - person: rob
    location: main
    days: wed, sat-sun
    hours: "0:00-24:00"
"""


@pytest.fixture(autouse=True)
def team() -> None:
    business = make_business("Alder Plumbing", slug="alder")
    make_location(business, "Main", slug="main")
    make_member(business, make_user("sam", email="Sam@example.com"), Role.FRONT_DESK)
    make_member(business, make_user("rob"), Role.FRONT_DESK)


def errors_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(ABOVE + text)
    return [(error.line, error.message) for error in caught.value.errors]


def test_shifts_come_back_as_they_were_written() -> None:
    business = load(ABOVE + ON_CALL).business
    assert OnCallShift.objects.count() == 13
    night = OnCallShift.objects.filter(rank=2).first()
    assert night is not None
    assert (night.starts.hour, night.ends.hour, night.next_day, night.location) == (18, 8, True, None)
    written = dump(business)
    assert written.partition("on_call:")[2].split("\n\n")[0].strip() == (
        ON_CALL.partition("on_call:")[2].replace("sam@", "Sam@").strip()
    )
    assert not load(written).has_changes


def test_what_the_file_does_not_name_goes_and_a_file_without_it_changes_nothing() -> None:
    load(ABOVE + ON_CALL)
    load(ABOVE)
    assert OnCallShift.objects.count() == 13
    load(ABOVE + ON_CALL.partition("  - person: rob\n    location")[0])
    assert OnCallShift.objects.count() == 10
    load(ABOVE, prune=True)
    assert OnCallShift.objects.count() == 0


def test_a_history_says_who_changed_what() -> None:
    load(ABOVE + ON_CALL)
    assert OnCallShift.history.count() == 13


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("person: kim@example.com\n    days: mon\n    hours: 8:00-9:00",
         "Nobody in the team is called “kim@example.com”. Invite them first, or take this line out."),
        ("person: sam\n    hours: 8:00-9:00", "“days” is missing."),
        ("person: sam\n    days: someday\n    hours: 8:00-9:00",
         "“someday” names no day. Write mon, mon-fri, or “mon, wed”."),
        ("person: sam\n    days: mon\n    hours: always",
         "“always” is not a range of hours. Write 8:00-17:00 or 8am-5pm, and 24:00 for midnight."),
        ("person: sam\n    days: mon\n    hours: 8:00-9:00\n    order: 12",
         "Ensure this value is less than or equal to 9."),
        ("person: sam\n    days: mon\n    hours: 8:00-9:00\n    place: main",
         "There is no “place” here. Known here: person, location, days, hours, order."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(entry: str, said: str) -> None:
    ((line, message),) = errors_of(f"on_call:\n  - {entry}\n")
    assert (7 < line < 14, message) == (True, said)


def test_the_same_shift_twice_is_an_error() -> None:
    once = "  - person: sam\n    days: mon\n    hours: 8:00-9:00\n"
    assert errors_of(f"on_call:\n{once}{once.replace('mon', 'mon-tue')}") == [
        (11, "Monday 08:00-09:00: sam (Front desk) is already in the file. Keep one of the two.")
    ]


def test_somebody_whose_address_is_another_ones_name_is_written_by_name() -> None:
    business = load(ABOVE + "on_call:\n  - person: rob\n    days: mon\n    hours: 8:00-9:00\n").business
    shift = OnCallShift.objects.get()
    shift.member.user.email = "both@example.com"
    shift.member.user.save()
    make_member(business, make_user("kim", email="both@example.com"), Role.FRONT_DESK)
    assert "person: rob\n" in dump(business)
    assert errors_of("on_call:\n  - person: both@example.com\n    days: mon\n    hours: 8:00-9:00\n") == [
        (8, "Several in the team are called “both@example.com”. Write the user name.")
    ]
