"""What vanished, what was renamed, and which of it is meant: no accident of a server cancels anything."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduling.calendars.caldav_client import CalendarClient, TokenLost
from scheduling.calendars.caldav_pull import start_over, write_missing
from scheduling.enums import PushState
from scheduling.models import Appointment, CalDAVAccount, CalendarObject
from tests.factories import make_appointment, make_business
from tests.scheduling.calendars.caldav_stage import FOREIGN, TOMORROW, Stage


@pytest.fixture
def row(stage: Stage) -> Appointment:
    """One appointment of Ana's tomorrow, written and read once."""
    row = stage.book()
    stage.sweep()
    stage.pull()
    return row


# ---------------------------------------------------------------- gone, all at once
def test_a_lost_token_lists_everything_and_misses_nothing(stage: Stage, row: Appointment) -> None:
    moved, deleted, *_ = stage.several(row, 3)
    stage.server.write(stage.ana.url, "dentist.ics", FOREIGN.format(uid="dentist"))
    stage.server.forget_tokens(stage.ana.url)
    with pytest.raises(TokenLost):
        stage.client().changes(CalDAVAccount.objects.get(pk=stage.ana.pk).sync_token)
    stage.drag_by(moved, hours=-1)
    stage.server.delete(stage.ana.url, f"{deleted.key}.ics")
    stage.pull()
    assert stage.state_of(moved)[:2] == ("confirmed", TOMORROW - timedelta(hours=1))
    assert stage.state_of(deleted)[0] == "canceled"
    assert Appointment.objects.filter(status="confirmed").count() == 3
    assert len(stage.busy()) == 1
    # The new token is good.
    assert stage.client().changes(stage.pull().sync_token).etags == {}


def test_many_at_once_are_held_back_and_written_again_on_demand(stage: Stage, row: Appointment) -> None:
    rows = stage.several(row, 4)
    for gone in rows[:3]:
        stage.server.delete(stage.ana.url, f"{gone.key}.ics")
    text = "Held back: 3 of 5 appointments have vanished from the calendar at once. None was canceled."
    for _ in range(2):
        account = stage.pull()
        assert (account.problem, account.failures, account.ok_at) == (text, 0, stage.now)
    assert Appointment.objects.filter(status="confirmed").count() == 5
    assert stage.told("calendar.held") == [f"Calendar of Ana: {text}"]
    # Other changes are followed meanwhile.
    stage.drag_by(rows[4], hours=1)
    stage.pull()
    assert stage.state_of(rows[4])[1] == TOMORROW + timedelta(hours=9)
    assert write_missing(stage.ana, now=stage.now) == 5
    stage.sweep(minutes=5)
    assert sorted(stage.texts()) == sorted(f"{row.key}.ics" for row in rows)
    assert stage.pull().problem == ""
    assert set(CalendarObject.objects.values_list("state", flat=True)) == {PushState.SYNCED}


def test_two_of_five_are_believed(stage: Stage, row: Appointment) -> None:
    rows = stage.several(row, 4)
    for gone in rows[:2]:
        stage.server.delete(stage.ana.url, f"{gone.key}.ics")
    assert stage.pull().problem == ""
    assert Appointment.objects.filter(status="canceled").count() == 2


def test_a_calendar_that_is_gone_cancels_nothing(stage: Stage, row: Appointment) -> None:
    stage.server.delete(stage.ana.url)
    account = stage.pull()
    assert (account.problem, account.failures) == ("There is no calendar at this address.", 1)
    # Nor does a push that finds nothing there.
    CalendarObject.objects.update(next_at=stage.now, state=PushState.DUE)
    stage.sweep(minutes=5)
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)


def test_an_emptied_calendar_cancels_nothing(stage: Stage, row: Appointment) -> None:
    stage.server.delete(stage.ana.url)
    stage.server.make_calendar(stage.ana.url.rstrip("/").rpartition("/")[2])
    account = stage.pull()
    assert account.problem.startswith("Held back: 1 of 1 appointments")
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)


def test_a_listing_that_forgets_an_object_cancels_nothing(
    stage: Stage, row: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.several(row, 1)
    CalDAVAccount.objects.update(sync_token="")
    plain = CalendarClient.listing

    def forgetful(self: CalendarClient) -> Any:
        full = plain(self)
        etags = {href: etag for href, etag in full.etags.items() if str(row.key) not in href}
        return type(full)(etags, full.removed, full.token, full.is_complete)

    monkeypatch.setattr(CalendarClient, "listing", forgetful)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert stage.object_of(row).state == PushState.SYNCED


def test_a_server_without_sync_tokens_is_listed_every_time(
    stage: Stage, row: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = CalendarClient.listing

    def plain_dav(self: CalendarClient) -> Any:
        full = plain(self)
        return type(full)(full.etags, full.removed, "", full.is_complete)

    monkeypatch.setattr(CalendarClient, "listing", plain_dav)
    CalDAVAccount.objects.update(sync_token="")
    other = stage.several(row, 1)[1]
    stage.drag_by(row, hours=1)
    stage.server.delete(stage.ana.url, f"{other.key}.ics")
    assert stage.pull().sync_token == ""
    assert stage.state_of(row)[:2] == ("confirmed", TOMORROW + timedelta(hours=1))
    assert stage.state_of(other)[0] == "canceled"


# ---------------------------------------------------------------- other names, other addresses
def test_an_event_under_another_name_is_still_ours(stage: Stage, row: Appointment) -> None:
    text = stage.texts()[f"{row.key}.ics"]
    stage.server.delete(stage.ana.url, f"{row.key}.ics")
    stage.server.write(stage.ana.url, "renamed.ics", text)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert stage.object_of(row).href.endswith("/renamed.ics")
    assert stage.busy() == []
    # Also one of which we knew nothing but its UID, and which lies where a push would not look.
    CalendarObject.objects.all().delete()
    stage.sweep(minutes=5)
    stage.sweep(minutes=5)
    assert (list(stage.texts()), stage.object_of(row).state) == (["renamed.ics"], PushState.SYNCED)
    assert CalendarObject.objects.count() == 1


def test_somebody_elses_key_is_nobodys(stage: Stage) -> None:
    other = make_business()
    stranger = make_appointment(stage.service, stage.location)
    Appointment.objects.filter(pk=stranger.pk).update(business=other)
    stage.server.write(stage.ana.url, "x.ics", FOREIGN.format(uid=f"{stranger.key}@recoverline"))
    stage.pull()
    assert CalendarObject.objects.get().appointment is None
    assert len(stage.busy()) == 1


def test_another_address_starts_over_and_cancels_nothing(stage: Stage, row: Appointment) -> None:
    stage.server.write(stage.ana.url, "dentist.ics", FOREIGN.format(uid="dentist").replace("20260619", "20260620"))
    stage.pull()
    fresh = stage.server.make_calendar()
    stage.server.write(fresh, "other.ics", FOREIGN.format(uid="other"))
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(url=fresh)
    stage.ana.refresh_from_db()
    start_over(stage.ana, now=stage.now)
    stage.sweep()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert sorted(stage.texts()) == sorted(["other.ics", f"{row.key}.ics"])
    assert stage.busy() == [(datetime(2026, 6, 19, 14, tzinfo=UTC), datetime(2026, 6, 19, 15, tzinfo=UTC))]
