"""The sweep: what is due and nothing else, one worker at a time, and no calendar at the cost of another."""

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from leads.models import LeadEvent
from scheduling.calendars import caldav_push, caldav_sync
from scheduling.calendars.caldav_client import CalendarClient
from scheduling.enums import PushState
from scheduling.models import CalDAVAccount, CalendarObject
from tests.factories import NOON
from tests.scheduling.calendars.caldav_stage import FOREIGN, TOMORROW, Stage


def health(account: CalDAVAccount) -> tuple[Any, ...]:
    account.refresh_from_db()
    return account.ok_at, account.next_at, account.failing_since, account.failures, account.problem


def test_each_calendar_is_read_every_three_minutes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = caldav_sync.pull

    def watched(account: CalDAVAccount, **kwargs: Any) -> str:
        read.append(account.resource.name)
        return plain(account, **kwargs)

    monkeypatch.setattr(caldav_sync, "pull", watched)
    for minutes in (0, 0, 1, 1):
        stage.sweep(minutes=minutes)
    assert read == ["Ana", "Ben"]
    assert health(stage.ana) == (NOON, NOON + timedelta(minutes=3), None, 0, "")
    stage.sweep(minutes=1)
    assert read == ["Ana", "Ben"] * 2


def test_what_another_worker_has_claimed_is_left_to_it(stage: Stage) -> None:
    row = stage.book()
    CalendarObject.objects.update(next_at=stage.now + caldav_push.LEASE)
    CalDAVAccount.objects.update(next_at=stage.now + caldav_push.LEASE)
    stage.sweep()
    assert (stage.texts(), health(stage.ana)[0]) == ({}, None)
    # It was killed: the claim runs out.
    stage.sweep(minutes=2)
    assert (list(stage.texts()), health(stage.ana)[0]) == ([f"{row.key}.ics"], stage.now)


def test_only_active_calendars_are_read(stage: Stage) -> None:
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(is_active=False)
    stage.sweep()
    assert (health(stage.ana)[0], health(stage.ben)[0]) == (None, NOON)


def test_a_surprise_in_one_calendar_is_its_own(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = CalendarClient.listing

    def surprise(self: CalendarClient) -> Any:
        if self.url == stage.ana.url:
            raise RuntimeError("nobody thought of this")
        return plain(self)

    monkeypatch.setattr(CalendarClient, "listing", surprise)
    stage.sweep()
    words = "Reading it failed in a way that we did not expect."
    assert health(stage.ana) == (None, NOON + timedelta(minutes=3), NOON, 1, words)
    assert health(stage.ben)[0] == NOON


def test_a_surprise_in_one_event_is_its_own(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    strange, plain_row = stage.book(), stage.book(starts_at=TOMORROW + timedelta(hours=3))
    other = stage.book(starts_at=TOMORROW + timedelta(hours=6), resource=stage.ben.resource)
    plain = CalendarClient.create

    def surprise(self: CalendarClient, href: str, text: str) -> str:
        if str(strange.key) in href:
            raise OverflowError("nobody thought of this")
        return plain(self, href, text)

    monkeypatch.setattr(CalendarClient, "create", surprise)
    stage.sweep()
    assert (list(stage.texts()), list(stage.texts(stage.ben))) == ([f"{plain_row.key}.ics"], [f"{other.key}.ics"])
    assert (health(stage.ana)[0], health(stage.ben)[0]) == (NOON, NOON)
    row = stage.object_of(strange)
    assert (row.state, row.attempts, row.next_at, row.problem) == (
        PushState.FAILING, 1, NOON + timedelta(minutes=1), "Writing it failed in a way that we did not expect.",
    )  # fmt: skip
    monkeypatch.setattr(CalendarClient, "create", plain)
    stage.sweep(minutes=1)
    assert stage.object_of(strange).state == PushState.SYNCED


@pytest.mark.parametrize(
    ("start", "length"),
    [
        ("00010101T000000", "DTEND:00010101T010000"),
        ("99991231T230000", "DTEND:99991231T235900"),
    ],
)
def test_an_absurd_event_stops_neither_writing_nor_reading(stage: Stage, start: str, length: str) -> None:
    row, other = stage.book(), stage.book(starts_at=TOMORROW + timedelta(hours=3))
    stage.sweep()
    stage.drag(row, "DTSTART:20260618T180000Z", f"DTSTART:{start}")
    stage.drag(row, "DTEND:20260618T190000Z", length)
    stage.reschedule(row, TOMORROW + timedelta(hours=1))
    stage.reschedule(other, TOMORROW + timedelta(hours=4))
    stage.sweep(minutes=4)
    stage.sweep(minutes=4)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T190000Z"]
    assert stage.event_lines(other, "DTSTART") == ["DTSTART:20260618T220000Z"]
    assert (health(stage.ana)[0], health(stage.ben)[0]) == (stage.now, stage.now)
    # And where we have nothing newer to say, it is left, and staff are told.
    stage.drag(row, "DTSTART:20260618T190000Z", f"DTSTART:{start}")
    stage.drag(row, "DTEND:20260618T200000Z", length)
    stage.sweep(minutes=4)
    assert (stage.object_of(row).state, stage.state_of(row)[0]) == (PushState.CONFLICT, "confirmed")
    assert health(stage.ana)[0] == stage.now


def test_stale_and_recovered_are_said_once(stage: Stage) -> None:
    stage.sweep()
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="wrong")
    for minutes in (5, 10, 20, 30, 60, 60):
        stage.sweep(minutes=minutes)
    assert stage.told("calendar.stale") == [
        "The calendar of Ana has not been read for an hour: The calendar server did not accept user name or password. "
        "Customers are offered requests instead of bookings."
    ]
    stage.ana.refresh_from_db()
    assert (stage.ana.failures, stage.ana.failing_since, stage.ana.ok_at) == (6, NOON + timedelta(minutes=5), NOON)
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="app-password")
    for _ in range(3):
        stage.sweep(minutes=60)
    assert stage.told("calendar.recovered") == ["The calendar of Ana can be read again."]
    event = LeadEvent.objects.get(kind="calendar.recovered")
    assert event.data == {"account": str(stage.ana.key)}
    # And a second time is another story.
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="wrong")
    stage.sweep(minutes=70)
    assert len(stage.told("calendar.stale")) == 2


def test_a_short_trouble_is_nobodys_business(stage: Stage) -> None:
    stage.sweep()
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="wrong")
    stage.sweep(minutes=5)
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="app-password")
    stage.sweep(minutes=5)
    assert health(stage.ana)[2:] == (None, 0, "")
    assert [kind for kind in stage.kinds() if kind.startswith("calendar.")] == []


def test_a_sweep_ends_when_its_time_is_over(stage: Stage) -> None:
    stage.book()
    stage.book(starts_at=TOMORROW + timedelta(hours=3))
    stage.server.write(stage.ana.url, "dentist.ics", FOREIGN.format(uid="dentist"))
    caldav_sync.sweep(stage.now, seconds=-1)
    assert (len(stage.texts()), health(stage.ana)[0]) == (1, None)
    caldav_sync.sweep(stage.now)
    assert (len(stage.texts()), health(stage.ana)[0]) == (3, NOON)


def test_reading_goes_on_at_once_when_time_ran_out(stage: Stage) -> None:
    for number in range(2):
        stage.server.write(stage.ana.url, f"{number}.ics", FOREIGN.format(uid=number))
    caldav_sync.sync(stage.ana.pk, now=stage.now, until=monotonic() - 1)
    assert health(stage.ana) == (None, None, None, 0, "")
    assert CalendarObject.objects.count() == 1


def test_a_quiet_sweep_asks_little_of_the_database(stage: Stage, django_assert_max_num_queries: Any) -> None:
    for hour in range(3):
        stage.book(starts_at=TOMORROW + timedelta(hours=2 * hour))
    stage.sweep()
    stage.sweep(minutes=5)
    with django_assert_max_num_queries(4):
        caldav_sync.sweep(stage.now)
