"""Appointments written into calendars on a real server (Radicale)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from scheduling.calendars import caldav_push
from scheduling.calendars.caldav_client import SomebodyElseWrote
from scheduling.enums import PushState
from scheduling.models import Appointment, CalDAVAccount, CalendarObject
from tests.fakes.radicale import PASSWORD
from tests.scheduling.calendars.caldav_stage import FOREIGN, TOMORROW, Stage

TIMES = ("DTSTART", "DTEND", "SEQUENCE", "STATUS")


def test_a_booked_appointment_is_written(stage: Stage) -> None:
    row = stage.book(address="12 Elm St", note="Gate code 7")
    stage.sweep()
    assert stage.event_lines(row, *TIMES, "UID", "SUMMARY", "LOCATION", "DESCRIPTION") == [
        f"UID:{row.key}@recoverline",
        "DTSTART:20260618T180000Z",
        "DTEND:20260618T190000Z",
        f"DESCRIPTION:With Ana\\n{row.lead.phone}\\nGate code 7",
        "LOCATION:12 Elm St",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "SUMMARY:Furnace check: Kim Lee",
    ]
    assert stage.texts(stage.ben) == {}
    written = stage.object_of(row)
    assert (written.state, written.pushed_version, written.next_at, written.attempts, written.problem) == (
        PushState.SYNCED, 1, None, 0, "",
    )  # fmt: skip
    found = stage.client().find(written.href)
    assert found is not None
    assert found.etag == written.etag


def test_a_calendar_may_be_kept_from_knowing_the_customer(stage: Stage) -> None:
    CalDAVAccount.objects.update(shows_customers=False)
    row = stage.book(address="12 Elm St", note="Gate code 7")
    stage.sweep()
    text = stage.texts()[f"{row.key}.ics"]
    assert stage.event_lines(row, "SUMMARY", "DESCRIPTION") == ["DESCRIPTION:With Ana", "SUMMARY:Furnace check"]
    assert [word for word in ("Kim", "Elm", "Gate", row.lead.phone) if word in text] == []


def test_a_move_and_a_cancellation_are_written(stage: Stage) -> None:
    row = stage.book()
    stage.sweep()
    stage.reschedule(row, TOMORROW + timedelta(hours=2))
    stage.sweep()
    assert stage.event_lines(row, *TIMES) == [
        "DTSTART:20260618T200000Z", "DTEND:20260618T210000Z", "SEQUENCE:1", "STATUS:CONFIRMED",
    ]  # fmt: skip
    stage.cancel(row)
    stage.sweep()
    assert stage.texts() == {}
    removed = stage.object_of(row)
    assert (removed.state, removed.href, removed.etag, removed.next_at) == (PushState.REMOVED, "", "", None)


def test_moved_to_another_technician_it_changes_calendars(stage: Stage) -> None:
    row = stage.book()
    stage.sweep()
    stage.reschedule(row, TOMORROW + timedelta(hours=1), resource=stage.ben.resource)
    stage.sweep()
    assert (list(stage.texts()), list(stage.texts(stage.ben))) == ([], [f"{row.key}.ics"])
    stage.reschedule(row, TOMORROW, resource=stage.ana.resource)
    stage.sweep()
    assert (list(stage.texts()), list(stage.texts(stage.ben))) == ([f"{row.key}.ics"], [])
    row.refresh_from_db()
    assert row.status == "confirmed"


def test_what_was_never_written_needs_no_deletion(stage: Stage) -> None:
    row = stage.book()
    stage.cancel(row)
    stage.sweep()
    assert stage.texts() == {}
    assert stage.object_of(row).state == PushState.REMOVED


def test_a_lost_task_is_made_up_for_by_the_sweep(stage: Stage) -> None:
    row = stage.book()
    CalendarObject.objects.all().delete()
    stage.sweep()
    assert list(stage.texts()) == [f"{row.key}.ics"]
    Appointment.objects.filter(pk=row.pk).update(starts_at=TOMORROW + timedelta(minutes=30), version=2)
    stage.sweep(minutes=1)
    assert stage.event_lines(row, "DTSTART", "SEQUENCE") == ["DTSTART:20260618T183000Z", "SEQUENCE:1"]
    Appointment.objects.filter(pk=row.pk).update(status="canceled", version=3)
    stage.sweep(minutes=1)
    assert stage.texts() == {}
    # And then there is nothing more to do.
    assert caldav_push.find_lost(stage.now) == 0


def test_the_past_and_the_switched_off_are_not_written(stage: Stage) -> None:
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(is_active=False)
    stage.book()
    stage.book(starts_at=stage.now - timedelta(hours=3), resource=stage.ben.resource)
    stage.sweep()
    assert (stage.texts(), stage.texts(stage.ben)) == ({}, {})


@pytest.mark.django_db(transaction=True)
def test_many_pushers_at_once_write_one_object(stage: Stage) -> None:
    row = stage.book()
    written = stage.object_of(row)
    asked: list[str] = []
    create = caldav_push.CalendarClient.create

    def counted(self: caldav_push.CalendarClient, href: str, text: str) -> str:
        asked.append(href)
        return create(self, href, text)

    def run() -> None:
        caldav_push.push(written.pk, now=stage.now)
        connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caldav_push.CalendarClient, "create", counted)
        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert asked == [written.href or f"{caldav_push.client_for(stage.ana).href_for(str(row.key))}"]
    assert list(stage.texts()) == [f"{row.key}.ics"]
    assert stage.object_of(row).state == PushState.SYNCED


def test_the_server_lets_only_one_of_many_create(stage: Stage) -> None:
    client, text = stage.client(), FOREIGN.format(uid="one")
    outcomes: list[str] = []

    def run() -> None:
        try:
            stage.client().create(client.href_for("one"), text)
            outcomes.append("created")
        except SomebodyElseWrote:
            outcomes.append("refused")

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created"] + ["refused"] * 9


def test_an_answer_that_was_lost_leaves_one_event_that_is_ours(stage: Stage) -> None:
    row = stage.book()
    stage.sweep()
    first = stage.object_of(row)
    # As if the server had written it and the connection had broken before it said so.
    CalendarObject.objects.update(href="", etag="", body="", state=PushState.FAILING, attempts=1, next_at=stage.now,
                                  pushed_version=0)  # fmt: skip
    stage.sweep(minutes=1)
    again = stage.object_of(row)
    assert (again.href, again.etag, again.state, again.pushed_version) == (first.href, first.etag, "synced", 1)
    # The same, and meanwhile it was canceled.
    CalendarObject.objects.update(href="", etag="", body="", state=PushState.FAILING, attempts=1, next_at=stage.now)
    stage.cancel(row)
    CalendarObject.objects.update(attempts=1)
    stage.sweep(minutes=1)
    assert stage.texts() == {}


def test_a_change_while_it_is_written_is_written_next(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = stage.book()
    create = caldav_push.CalendarClient.create

    def slow(self: caldav_push.CalendarClient, href: str, text: str) -> str:
        etag = create(self, href, text)
        stage.reschedule(row, TOMORROW + timedelta(hours=2))
        return etag

    monkeypatch.setattr(caldav_push.CalendarClient, "create", slow)
    caldav_push.push(stage.object_of(row).pk, now=stage.now)
    behind = stage.object_of(row)
    assert (behind.state, behind.pushed_version, behind.next_at) == (PushState.DUE, 1, stage.now)
    stage.sweep()
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T200000Z"]
    assert stage.object_of(row).state == PushState.SYNCED


def test_a_server_that_tells_no_etag_is_asked_for_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = stage.book()
    create = caldav_push.CalendarClient.create

    def silent(self: caldav_push.CalendarClient, href: str, text: str) -> str:
        create(self, href, text)
        return ""

    monkeypatch.setattr(caldav_push.CalendarClient, "create", silent)
    stage.sweep()
    written = stage.object_of(row)
    found = stage.client().find(written.href)
    assert found is not None
    assert (written.etag, written.state) == (found.etag, PushState.SYNCED)


# ---------------------------------------------------------------- failing, and coming back
def test_a_server_that_was_down_gets_it_later(stage: Stage) -> None:
    row, other = stage.book(), stage.book(starts_at=TOMORROW + timedelta(hours=3))
    stage.server.stop()
    try:
        stage.sweep()
        failing, waiting = stage.object_of(row), stage.object_of(other)
        assert (failing.state, failing.attempts, failing.problem, failing.next_at) == (
            PushState.FAILING, 1, "No whole answer came (ConnectionError).", stage.now + timedelta(minutes=1),
        )  # fmt: skip
        # Only one of them found out what the other would have.
        assert (waiting.state, waiting.attempts, waiting.next_at) == (PushState.DUE, 0, failing.next_at)
    finally:
        stage.server.start()
    stage.sweep(minutes=1)
    assert len(stage.texts()) == 2
    back = stage.object_of(row)
    assert (back.state, back.attempts, back.problem) == (PushState.SYNCED, 0, "")


def test_a_calendar_that_may_not_be_written_is_told_once(stage: Stage) -> None:
    rows = [stage.book(starts_at=TOMORROW + timedelta(hours=hour)) for hour in range(2)]
    # Radicale gives a user no rights outside their own folder.
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(url=f"{stage.server.url}/somebody-else/calendar/")
    for minutes in (0, 1, 2, 5, 15, 30, 60):
        stage.sweep(minutes=minutes)
    problem = "The calendar server does not let us write into this calendar."
    assert [stage.object_of(row).problem for row in rows] == [problem, problem]
    assert stage.object_of(rows[0]).state == PushState.FAILING
    assert stage.told("calendar.failing") == [f"An appointment cannot be written into the calendar of Ana: {problem}"]
    # The other technician's calendar never noticed.
    stage.ben.refresh_from_db()
    assert (stage.ben.problem, stage.ben.failures) == ("", 0)


def test_a_wrong_password_is_said_plainly_and_mended(stage: Stage) -> None:
    row = stage.book()
    CalDAVAccount.objects.filter(pk=stage.ana.pk).update(password="wrong")
    stage.sweep()
    words = "The calendar server did not accept user name or password."
    stage.ana.refresh_from_db()
    assert (stage.ana.problem, stage.ana.failures, stage.ana.failing_since, stage.ana.ok_at) == (
        words, 1, stage.now, None,
    )  # fmt: skip
    assert stage.object_of(row).problem == words
    stage.ana.password = PASSWORD
    stage.ana.save(update_fields=["password"])
    stage.sweep(minutes=5)
    stage.ana.refresh_from_db()
    assert (stage.ana.problem, stage.ana.failures, stage.ana.failing_since) == ("", 0, None)
    assert list(stage.texts()) == [f"{row.key}.ics"]
