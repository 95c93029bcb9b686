"""When a line is too quiet: by numbers alone, then in rows, on the days and lines on which that may be said."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core import mail

from leads.models import LeadEvent
from messaging import alerts, silence
from messaging.enums import CallState, NumberMode
from messaging.models import Call, PhoneNumber
from messaging.silence import Silence
from scheduling.models import Closure, OpeningHours
from tests.factories import make_business, make_call, make_location, make_member, make_number, make_user

HOUR = timedelta(hours=1)


def hours(*at: float) -> list[timedelta]:
    return [HOUR * each for each in at]


BUSY = hours(0.2, 0.5, 1, 1.3, 2, 2.2, 2.9, 3.5)
CALM = hours(0.5, 2)


@pytest.mark.parametrize(
    ("today", "before", "elapsed", "expected"),
    [
        pytest.param([], [BUSY] * 6, 2.2, Silence(None, 6), id="six usual calls have not come"),
        pytest.param([], [BUSY] * 6, 2.1, None, id="five are not enough"),
        pytest.param(hours(0.2), [BUSY] * 6, 3, None, id="one came: six more that did not are too few"),
        pytest.param(hours(0.1), [BUSY] * 6, 3.5, Silence(HOUR * 0.1, 8), id="one came, eight did not"),
        pytest.param(hours(3.4), [BUSY] * 6, 3.5, None, id="it has just rung"),
        pytest.param([], [BUSY] * 4, 3.5, Silence(None, 8), id="four days are enough"),
        pytest.param([], [BUSY] * 3, 3.5, None, id="three are too little history"),
        pytest.param([], [CALM] * 6, 9, None, id="a calm line is never called silent"),
        pytest.param([], [BUSY * 2] * 5 + [[]], 3.5, None, id="a day without calls shows that this happens"),
        pytest.param([], [], 9, None, id="nothing is known"),
        pytest.param(hours(*[0.01] * 30), [BUSY] * 6, 3.5, None, id="the busier it was, the longer a pause may be"),
    ],
)
def test_how_quiet_is_too_quiet(
    today: list[timedelta], before: list[list[timedelta]], elapsed: float, expected: Silence | None
) -> None:
    assert silence.silence(today=today, before=before, elapsed=HOUR * elapsed) == expected


# ---------------------------------------------------------------- rows
MONDAY = date(2026, 11, 16)
OPENS = datetime(2026, 11, 16, 15, tzinfo=UTC)  # 8 AM in Phoenix
NOW = OPENS + HOUR * 3


@pytest.fixture
def number(db: None) -> PhoneNumber:
    """A line in Phoenix, open on weekdays from 8 to 17, with eight calls on the morning of each Monday before."""
    business = make_business(time_zone="America/Phoenix")
    location = make_location(business)
    for weekday in range(5):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=time(8), closes=time(17))
    row = make_number(location, mode=NumberMode.FORWARDED, label="Main line", last_call_at=NOW - HOUR * 20)
    make_member(business, make_user("ana", email="ana@example.com"), gets_alerts=True)
    for week in range(1, 7):
        for index in range(8):
            rings(row, OPENS - timedelta(weeks=week) + HOUR * 0.3 * index)
    return row


def rings(number: PhoneNumber, at: datetime, **values: object) -> Call:
    return make_call(number, started_at=at, **values)


def told() -> list[str]:
    return list(LeadEvent.objects.filter(kind="line.silent").values_list("text", flat=True))


def test_the_team_is_told_once_a_day(number: PhoneNumber) -> None:
    assert silence.watch(OPENS + HOUR * 1.4) == 0  # five usual calls
    assert silence.watch(NOW) == 1
    assert silence.watch(NOW + HOUR) == 0
    assert told() == ["No call on Main line since opening at 8 AM, usually 8 by now: is forwarding still on?"]

    alerts.alert_staff(LeadEvent.objects.get(kind="line.silent").pk)
    (letter,) = mail.outbox
    assert letter.to == ["ana@example.com"]
    assert "is forwarding still on?" in letter.subject
    assert "/status/" in letter.body

    week = timedelta(weeks=1)
    assert silence.watch(NOW + week) == 0  # the silent Monday itself is part of what is usual now
    for index in range(8):
        rings(number, OPENS + HOUR * 0.3 * index)
    assert silence.watch(NOW + week) == 1


def test_the_last_call_of_the_day_is_named(number: PhoneNumber) -> None:
    rings(number, OPENS + timedelta(minutes=10))
    for week in range(1, 7):
        rings(number, OPENS - timedelta(weeks=week) + HOUR)
    silence.watch(NOW)
    assert told() == ["No call on Main line since 8:10 AM, usually 9 by now: is forwarding still on?"]


@pytest.mark.parametrize(
    ("mode", "asked"),
    [(NumberMode.HOSTED, "does the number still reach us?"), (NumberMode.EXTERNAL, "still report its missed calls?")],
)
def test_what_may_be_wrong_depends_on_how_calls_come(number: PhoneNumber, mode: NumberMode, asked: str) -> None:
    PhoneNumber.objects.update(mode=mode)
    silence.watch(NOW)
    assert told()[0].endswith(asked)


def test_it_is_not_said_of_other_days_and_lines(number: PhoneNumber) -> None:
    business = number.business
    assert silence.watch(OPENS - HOUR) == 0  # before opening
    assert silence.watch(OPENS + HOUR * 9) == 0  # after closing
    assert silence.watch(NOW - timedelta(days=1)) == 0  # a Sunday
    assert silence.watch(NOW + timedelta(days=1)) == 0  # a Tuesday: no call was ever on one
    closed = Closure.objects.create(business=business, name="Inventory", starts_on=MONDAY, ends_on=MONDAY)
    assert silence.watch(NOW) == 0
    Closure.objects.filter(pk=closed.pk).update(opens=time(8), closes=time(20))  # open, but not as usual
    assert silence.watch(NOW) == 0
    closed.delete()
    # Three of the six Mondays were holidays, on which nobody calls: the other three are too little.
    for week in (1, 2, 3):
        day = MONDAY - timedelta(weeks=week)
        Closure.objects.create(business=business, name="Holiday", starts_on=day, ends_on=day)
    assert silence.watch(NOW) == 0
    Closure.objects.all().delete()
    for values in ({"is_active": False}, {"last_call_at": NOW - timedelta(minutes=20)}, {"last_call_at": None}):
        before = PhoneNumber.objects.filter(pk=number.pk).values("is_active", "last_call_at")[0]
        PhoneNumber.objects.update(**values)
        assert silence.watch(NOW) == 0
        PhoneNumber.objects.update(**before)
    type(business).objects.update(is_simulated=True)
    assert silence.watch(NOW) == 0
    type(business).objects.update(is_simulated=False)
    assert silence.watch(NOW) == 1


def test_only_calls_that_came_in_count(number: PhoneNumber) -> None:
    rings(number, NOW - HOUR, state=CallState.OUTBOUND)
    rings(number, NOW - HOUR, is_simulated=True)
    assert silence.watch(NOW) == 1


def test_a_young_line_has_no_usual_day(number: PhoneNumber) -> None:
    Call.objects.filter(started_at__lt=OPENS - timedelta(weeks=3, days=1)).delete()
    assert silence.watch(NOW) == 0


def test_hours_are_compared_on_the_wall_across_a_clock_change(number: PhoneNumber) -> None:
    """New York left daylight time on November 1: 8 AM there was 12:00 UTC before, and is 13:00 since."""
    type(number.business).objects.update(time_zone="America/New_York")
    now = datetime(2026, 11, 16, 14, 30, tzinfo=UTC)  # 9:30 there
    Call.objects.all().delete()
    for week in range(1, 7):
        begins = datetime(2026, 11, 16, 13, tzinfo=UTC) - timedelta(weeks=week)
        if begins < datetime(2026, 11, 1, 6, tzinfo=UTC):
            begins -= HOUR
        for index in range(8):
            rings(number, begins + timedelta(minutes=10 * index))
    PhoneNumber.objects.update(last_call_at=now - HOUR * 20)
    assert silence.watch(now) == 1
    assert told() == ["No call on Main line since opening at 8 AM, usually 8 by now: is forwarding still on?"]
