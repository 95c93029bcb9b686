"""Who is on call at a moment: weekly shifts in local time, nights, change days, and what replaces them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.enums import Role
from scheduling.models import OnCallOverride, OnCallShift
from scheduling.oncall import (
    Override,
    Shift,
    Stretch,
    coverage,
    obstacle,
    on_call_at,
    owners_of,
    people_on_call,
    stretches,
)
from tests.factories import NOON, make_business, make_location, make_member, make_user, phone

NEW_YORK = ZoneInfo("America/New_York")
ANA, BEN, EVA = 1, 2, 3
DAY = Shift(ANA, 2, time(8), time(18))  # Wednesday
NIGHT = Shift(BEN, 2, time(18), time(8), next_day=True)


def at(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(2026, 6, 17, 7, 59), ()),
        (at(2026, 6, 17, 8), (ANA,)),
        (at(2026, 6, 17, 17, 59), (ANA,)),
        (at(2026, 6, 17, 18), (BEN,)),  # half-open: one hands over to the other
        (at(2026, 6, 18, 0), (BEN,)),
        (at(2026, 6, 18, 7, 59), (BEN,)),
        (at(2026, 6, 18, 8), ()),
        (at(2026, 6, 16, 23), ()),
    ],
)
def test_shifts_of_a_week(moment: datetime, expected: tuple[int, ...]) -> None:
    assert people_on_call([DAY, NIGHT], [], NEW_YORK, moment) == expected


# Sunday, March 8, 2026: 2:00 does not exist. Sunday, November 1: 1:00-2:00 comes twice.
LATE = Shift(ANA, 5, time(22), time(2, 30), next_day=True)
EARLY = Shift(BEN, 6, time(2, 30), time(8))
TWICE = Shift(ANA, 5, time(22), time(1, 30), next_day=True)
AGAIN = Shift(BEN, 6, time(1, 30), time(8))


@pytest.mark.parametrize(
    ("shifts", "moment", "expected"),
    [
        ([LATE, EARLY], at(2026, 3, 8, 1, 59), (ANA,)),
        ([LATE, EARLY], at(2026, 3, 8, 3, 29), (ANA,)),  # 2:30 moves forward with the clock
        ([LATE, EARLY], at(2026, 3, 8, 3, 30), (BEN,)),
        ([TWICE, AGAIN], at(2026, 11, 1, 1, 29), (ANA,)),
        ([TWICE, AGAIN], at(2026, 11, 1, 1, 30), (BEN,)),
        ([TWICE, AGAIN], at(2026, 11, 1, 1, 15, fold=1), (BEN,)),  # the second 1:15
        ([Shift(ANA, 6, time(0), time(0), next_day=True)], at(2026, 11, 1, 23, 59), (ANA,)),
        ([Shift(ANA, 6, time(0), time(0), next_day=True)], at(2026, 11, 2, 0), ()),
    ],
)
def test_change_days(shifts: list[Shift], moment: datetime, expected: tuple[int, ...]) -> None:
    assert people_on_call(shifts, [], NEW_YORK, moment) == expected


def test_the_order_is_by_rank_and_nobody_is_there_twice() -> None:
    shifts = [
        Shift(EVA, 2, time(0), time(0), next_day=True, rank=3),
        Shift(BEN, 2, time(8), time(18), rank=2),
        Shift(EVA, 2, time(8), time(18), rank=1),
    ]
    assert people_on_call(shifts, [], NEW_YORK, at(2026, 6, 17, 9)) == (EVA, BEN)


NOW = at(2026, 6, 17, 12)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([Override(EVA, NOW - HOUR, NOW + HOUR)], (EVA,)),
        ([Override(EVA, NOW - HOUR, NOW)], (ANA,)),  # it has just ended
        ([Override(EVA, NOW, NOW + HOUR), Override(BEN, NOW, NOW + HOUR, rank=2)], (EVA, BEN)),
        ([Override(EVA, NOW, NOW + HOUR), Override(BEN, NOW, NOW + HOUR, is_own=True)], (BEN,)),
    ],
)
def test_overrides_replace_the_shifts_while_they_hold(overrides: list[Override], expected: tuple[int, ...]) -> None:
    assert people_on_call([DAY], overrides, NEW_YORK, NOW) == expected


def test_stretches_have_no_holes_and_say_where_nobody_is() -> None:
    swap = Override(EVA, at(2026, 6, 17, 16), at(2026, 6, 17, 20))
    found = stretches([DAY, NIGHT], [swap], NEW_YORK, at(2026, 6, 17, 7), at(2026, 6, 18, 9))
    assert found == [
        Stretch(at(2026, 6, 17, 7), at(2026, 6, 17, 8), ()),
        Stretch(at(2026, 6, 17, 8), at(2026, 6, 17, 16), (ANA,)),
        Stretch(at(2026, 6, 17, 16), at(2026, 6, 17, 20), (EVA,)),
        Stretch(at(2026, 6, 17, 20), at(2026, 6, 18, 8), (BEN,)),
        Stretch(at(2026, 6, 18, 8), at(2026, 6, 18, 9), ()),
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda member, day, starts, ends: Shift(member, day, time(starts), time(ends), next_day=ends <= starts),
            st.integers(1, 3), st.integers(0, 6), st.integers(0, 23), st.integers(0, 23),
        ),
        max_size=6,
    ),
    st.sampled_from([at(2026, 3, 6, 12), at(2026, 6, 17, 12), at(2026, 10, 30, 12)]),
)  # fmt: skip
def test_stretches_agree_with_every_moment(shifts: list[Shift], start: datetime) -> None:
    until = start + timedelta(days=9)
    found = stretches(shifts, [], NEW_YORK, start, until)
    assert [each.ends_at for each in found[:-1]] == [each.starts_at for each in found[1:]]
    assert (found[0].starts_at, found[-1].ends_at) == (start, until)
    for hours in range(0, 9 * 24, 5):
        moment = start + timedelta(hours=hours, minutes=30)
        holding = next(each for each in found if each.starts_at <= moment < each.ends_at)
        assert holding.people == people_on_call(shifts, [], NEW_YORK, moment)


# ---------------------------------------------------------------- rows
@pytest.mark.django_db
def test_rows_of_a_location_go_before_those_of_the_business() -> None:
    business = make_business(time_zone="America/Phoenix")
    north, south = make_location(business, "North"), make_location(business, "South")
    ana, ben = (make_member(business, make_user(name), phone=phone()) for name in ("ana", "ben"))
    all_day = {"business": business, "starts": time(0), "ends": time(0), "next_day": True, "weekday": 2}
    OnCallShift.objects.create(member=ana, **all_day)
    OnCallShift.objects.create(member=ben, location=north, **all_day)
    assert (on_call_at(north, NOON), on_call_at(south, NOON)) == ([ben], [ana])
    OnCallOverride.objects.create(business=business, member=ana, starts_at=NOON, ends_at=NOON + HOUR)
    assert (on_call_at(north, NOON), on_call_at(north, NOON + HOUR)) == ([ana], [ben])


@pytest.mark.django_db
def test_whoever_cannot_be_told_is_shown_and_passed_over() -> None:
    business = make_business()
    here, there = make_location(business), make_location(business, "There")
    user = make_user("ana", email="ana@example.com")
    ana = make_member(business, user, Role.FRONT_DESK)
    assert (obstacle(ana, here, by_phone=True), obstacle(ana, here, by_phone=False)) == ("No phone", "")
    ana.phone = phone()
    assert obstacle(ana, here, by_phone=True) == ""
    ana.away_since = NOON
    assert obstacle(ana, here, by_phone=False) == "Away"
    ana.away_since, ana.role = None, Role.READ_ONLY
    assert obstacle(ana, here, by_phone=True) == "May only read"
    ana.role = Role.FRONT_DESK
    ana.locations.add(there)
    assert (obstacle(ana, here, by_phone=True), obstacle(ana, there, by_phone=True)) == (
        "Does not work at this location", "",
    )  # fmt: skip
    user.is_active = False
    ana.user = user
    assert obstacle(ana, there, by_phone=True) == "Account is switched off"


@pytest.mark.django_db
def test_coverage_counts_an_hour_of_people_without_a_phone_as_a_gap() -> None:
    business = make_business()
    location = make_location(business)
    ana = make_member(business, make_user("ana"), phone=phone())
    ben = make_member(business, make_user("ben"), Role.FRONT_DESK)
    shift = {"business": business, "weekday": 2}
    OnCallShift.objects.create(member=ana, starts=time(8), ends=time(12), **shift)
    OnCallShift.objects.create(member=ben, starts=time(12), ends=time(18), **shift)
    found = coverage(location, at(2026, 6, 17, 8), at(2026, 6, 17, 20))
    assert [(each.members, each.is_gap) for each in found] == [((ana,), False), ((ben,), True), ((), True)]
    assert owners_of(location) == [ana]
