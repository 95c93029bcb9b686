from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.models import CallbackTask
from scheduling.callback_windows import Window, ask, windows_for, windows_in
from scheduling.models import Closure, OpeningHours
from tests.factories import NOON, make_booking_settings, make_lead
from tests.scheduling.shop import Shop, make_shop

NEW_YORK = ZoneInfo("America/New_York")
LENGTH = timedelta(hours=2)


def ny(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def spans(windows: list[Window]) -> list[str]:
    return [
        f"{window.starts_at.astimezone(NEW_YORK):%d %H:%M}-{window.ends_at.astimezone(NEW_YORK):%H:%M}"
        for window in windows
    ]


OPEN = [(ny(day, 9), ny(day, 17)) for day in (17, 18, 19)]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param(ny(17, 7), ["17 09:00-11:00", "17 11:00-13:00", "18 09:00-11:00", "18 11:00-13:00"], id="early"),
        pytest.param(ny(17, 10), ["17 10:15-11:00", "17 11:00-13:00", "18 09:00-11:00", "18 11:00-13:00"], id="now"),
        pytest.param(ny(17, 10, 31), ["17 11:00-13:00", "17 13:00-15:00", "18 09:00-11:00", "18 11:00-13:00"],
                     id="too little is left of the running one"),
        pytest.param(ny(17, 16, 20), ["17 16:30-17:00", "18 09:00-11:00", "18 11:00-13:00", "19 09:00-11:00"],
                     id="the last half hour"),
        pytest.param(ny(17, 16, 21), ["18 09:00-11:00", "18 11:00-13:00", "19 09:00-11:00", "19 11:00-13:00"],
                     id="after that"),
        pytest.param(ny(19, 18), [], id="nothing is left"),
    ],
)  # fmt: skip
def test_windows_are_counted_from_the_opening(now: datetime, found: list[str]) -> None:
    assert spans(windows_in(OPEN, now=now, length=LENGTH, count=4, zone=NEW_YORK)) == found


def test_only_so_many() -> None:
    assert len(windows_in(OPEN, now=ny(17, 7), length=LENGTH, count=3, zone=NEW_YORK)) == 3
    assert windows_in(OPEN, now=ny(17, 7), length=LENGTH, count=0, zone=NEW_YORK) == []


def test_a_short_opening_is_a_short_window_or_none() -> None:
    for minutes, found in ((29, []), (30, ["18 09:00-09:30"])):
        opening = [(ny(18, 9), ny(18, 9, minutes))]
        assert spans(windows_in(opening, now=ny(17, 7), length=LENGTH, count=4, zone=NEW_YORK)) == found


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


def test_windows_lie_in_the_locations_hours(shop: Shop) -> None:
    """NOON is a Wednesday, 2 PM in New York."""
    make_booking_settings(shop.business, callback_window_minutes=180)
    Closure.objects.create(business=shop.business, name="Inventory", starts_on="2026-06-18", ends_on="2026-06-18")
    assert spans(windows_for(shop.location, now=NOON)) == [
        "17 14:15-15:00", "17 15:00-17:00", "19 09:00-12:00", "19 12:00-15:00",
    ]  # fmt: skip


def test_a_special_day_has_its_own(shop: Shop) -> None:
    Closure.objects.create(
        business=shop.business,
        name="Late",
        starts_on="2026-06-18",
        ends_on="2026-06-18",
        opens=time(12),
        closes=time(14),
    )
    assert spans(windows_for(shop.location, now=NOON, count=3))[2:] == ["18 12:00-14:00"]


def test_without_hours_nobody_promises_anything(shop: Shop) -> None:
    OpeningHours.objects.all().delete()
    assert windows_for(shop.location, now=NOON) == []


def test_a_promise_becomes_one_task(shop: Shop) -> None:
    lead = make_lead(shop.business)
    window = Window(NOON + timedelta(hours=1), NOON + timedelta(hours=3))
    task = ask(shop.location, lead=lead, window=window, now=NOON, cause="page:1", detail="Faucet")
    assert task is not None
    assert (task.not_before, task.due_at, task.lead, task.phone, task.reason, task.detail) == (
        window.starts_at, window.ends_at, lead, lead.phone, "call_asked", "Faucet",
    )  # fmt: skip
    assert ask(shop.location, lead=lead, window=window, now=NOON, cause="page:1") is None
    assert CallbackTask.objects.count() == 1


def test_without_a_window_it_is_due_like_any_other(shop: Shop) -> None:
    task = ask(shop.location, lead=make_lead(shop.business), window=None, now=NOON, cause="page:1")
    assert task is not None
    assert (task.not_before, task.due_at) == (None, NOON + timedelta(minutes=10))
