"""What people do in their calendar comes back: moved, deleted, conflicts, and all that is not meant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduling import booking
from scheduling.availability import Refusal
from scheduling.calendars.caldav_client import CalendarClient
from scheduling.enums import PushState
from scheduling.models import Appointment, BusyTime, CalDAVAccount
from tests.scheduling.calendars.caldav_stage import TOMORROW, Stage


@pytest.fixture
def row(stage: Stage) -> Appointment:
    """One appointment of Ana's tomorrow, written and read once."""
    row = stage.book()
    stage.sweep()
    stage.pull()
    return row


# ---------------------------------------------------------------- followed
def test_our_own_echo_is_not_read_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = stage.book()
    stage.pull()  # a token from before the push
    stage.sweep()
    read: list[str] = []
    plain = CalendarClient.read

    def watched(self: CalendarClient, hrefs: Any) -> Any:
        read.extend(hrefs)
        return plain(self, [])

    monkeypatch.setattr(CalendarClient, "read", watched)
    kinds = stage.kinds()
    stage.pull()
    assert read == []
    assert stage.kinds() == kinds
    assert (stage.state_of(row), stage.busy()) == (("confirmed", TOMORROW, 1), [])


def test_a_move_in_the_calendar_moves_the_appointment(stage: Stage, row: Appointment) -> None:
    stage.drag_by(row)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=2), 2)
    assert stage.told("appointment.moved") != []
    assert stage.object_of(row).pushed_version == 2
    # Nothing is written back: the calendar has it already.
    before = stage.texts()
    stage.sweep(minutes=5)
    assert stage.texts() == before
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=2), 2)


def test_staff_may_drag_it_outside_hours_and_over_something(stage: Stage, row: Appointment) -> None:
    other = stage.several(row, 1)[1]
    stage.drag_by(row, hours=2)
    stage.pull()
    assert stage.state_of(row)[:2] == ("confirmed", other.starts_at)
    row.refresh_from_db()
    assert (row.is_overbooked, row.assignments.get().resource) == (True, stage.ana.resource)


def test_a_move_to_an_odd_minute_is_followed(stage: Stage, row: Appointment) -> None:
    stage.drag_by(row, hours=1, minutes=3)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(minutes=63), 2)


def test_a_deletion_in_the_calendar_cancels(stage: Stage, row: Appointment) -> None:
    stage.server.delete(stage.ana.url, f"{row.key}.ics")
    stage.pull()
    row.refresh_from_db()
    assert (row.status, row.cancel_reason) == ("canceled", "Deleted in the calendar of Ana")
    assert stage.object_of(row).state == PushState.REMOVED
    stage.sweep(minutes=5)
    assert stage.texts() == {}


def test_a_canceled_event_cancels_and_stays(stage: Stage, row: Appointment) -> None:
    stage.drag(row, "STATUS:CONFIRMED", "STATUS:CANCELLED")
    stage.pull()
    assert stage.state_of(row)[0] == "canceled"
    stage.sweep(minutes=5)
    assert stage.event_lines(row, "STATUS") == ["STATUS:CANCELLED"]


def test_notes_in_the_event_change_nothing(stage: Stage, row: Appointment) -> None:
    stage.drag(row, "SUMMARY:Furnace check", "SUMMARY:Bring the long ladder")
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert stage.told("calendar.conflict") == []
    # And do not stand in the way of the next push.
    stage.reschedule(row, TOMORROW + timedelta(hours=1))
    stage.sweep(minutes=1)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T190000Z"]
    assert stage.told("calendar.conflict") == []


def test_a_local_time_with_its_zone_is_the_same_instant(stage: Stage, row: Appointment) -> None:
    stage.drag(row, "DTSTART:20260618T180000Z", "DTSTART;TZID=America/New_York:20260618T160000")
    stage.drag(row, "DTEND:20260618T190000Z", "DURATION:PT1H")
    stage.pull()
    assert stage.state_of(row) == ("confirmed", datetime(2026, 6, 18, 20, tzinfo=UTC), 2)


def test_another_length_is_written_back(stage: Stage, row: Appointment) -> None:
    stage.drag(row, "DTEND:20260618T190000Z", "DTEND:20260618T210000Z")
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert stage.told("calendar.conflict") == [
        "The calendar of Ana said otherwise; our time was written again. "
        "Only its length was changed there, and the service decides on that."
    ]
    stage.sweep(minutes=1)
    assert stage.event_lines(row, "DTEND") == ["DTEND:20260618T190000Z"]
    stage.sweep(minutes=5)
    assert len(stage.told("calendar.conflict")) == 1


def test_a_move_that_booking_refuses_is_written_back(
    stage: Stage, row: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Appointment:
        raise booking.BookingRefused(Refusal.NOT_BOOKABLE)

    monkeypatch.setattr(booking, "reschedule", refuse)
    stage.drag_by(row)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    assert stage.told("calendar.conflict") == [
        "The calendar of Ana said otherwise; our time was written again. This service cannot be booked here."
    ]
    stage.sweep(minutes=1)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T180000Z"]


def test_what_has_begun_is_tidied_up_without_consequences(stage: Stage, row: Appointment) -> None:
    stage.now = TOMORROW + timedelta(minutes=10)
    stage.server.delete(stage.ana.url, f"{row.key}.ics")
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)


# ---------------------------------------------------------------- conflicts
def test_both_moved_it_and_ours_stands(stage: Stage, row: Appointment) -> None:
    stage.drag_by(row)
    stage.reschedule(row, TOMORROW + timedelta(hours=5))
    stage.sweep(minutes=1)  # 412 on the push
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=5), 2)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T230000Z"]
    assert stage.told("calendar.conflict") == [
        "The calendar of Ana said otherwise; our time was written again. Both sides had changed it."
    ]
    assert stage.object_of(row).state == PushState.SYNCED


def test_both_changed_it_and_the_pull_comes_first(stage: Stage, row: Appointment) -> None:
    stage.drag_by(row)
    stage.reschedule(row, TOMORROW + timedelta(hours=5))
    stage.pull()
    stage.sweep()
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=5), 2)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T230000Z"]
    assert len(stage.told("calendar.conflict")) == 1


def test_deleted_there_and_moved_here_is_written_again(stage: Stage, row: Appointment) -> None:
    stage.server.delete(stage.ana.url, f"{row.key}.ics")
    stage.reschedule(row, TOMORROW + timedelta(hours=5))
    stage.sweep(minutes=1)
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=5), 2)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T230000Z"]


def test_moved_there_and_canceled_here_is_deleted(stage: Stage, row: Appointment) -> None:
    stage.drag_by(row)
    stage.cancel(row)
    stage.sweep(minutes=1)
    assert (stage.state_of(row)[0], stage.texts()) == ("canceled", {})
    assert len(stage.told("calendar.conflict")) == 1


def test_a_push_that_was_quicker_makes_the_answer_an_old_one(
    stage: Stage, row: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer moves it between our question and what we make of the answer."""
    plain = CalendarClient.read

    def slow(self: CalendarClient, hrefs: Any) -> Any:
        found = list(plain(self, hrefs))
        stage.reschedule(row, TOMORROW + timedelta(hours=5))
        monkeypatch.setattr(CalendarClient, "read", plain)
        stage.sweep()
        return iter(found)

    stage.drag(row, "SUMMARY:Furnace check", "SUMMARY:Something else")
    monkeypatch.setattr(CalendarClient, "read", slow)
    CalDAVAccount.objects.filter(pk=stage.ben.pk).update(next_at=stage.now + timedelta(days=1))
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=5), 2)
    stage.sweep(minutes=5)
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=5), 2)
    assert stage.event_lines(row, "DTSTART") == ["DTSTART:20260618T230000Z"]


# ---------------------------------------------------------------- strange, and never a cancellation
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("SEQUENCE:0", "SEQUENCE:0\nRRULE:FREQ=WEEKLY;COUNT=4", "it was made a series"),
        (
            "DTSTART:20260618T180000Z\nDTEND:20260618T190000Z",
            "DTSTART;VALUE=DATE:20260618\nDTEND;VALUE=DATE:20260619",
            "it was made an event of a whole day",
        ),
        ("DTEND:20260618T190000Z\n", "", "it has no end"),
    ],
)
def test_a_strange_event_is_shown_and_left(stage: Stage, row: Appointment, old: str, new: str, why: str) -> None:
    stage.drag(row, old, new)
    changed = stage.texts()
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW, 1)
    text = f"Changed in the calendar of Ana in a way that cannot be followed: {why}."
    seen = stage.object_of(row)
    assert (seen.state, seen.problem, seen.next_at) == (PushState.CONFLICT, text, None)
    stage.sweep(minutes=5)
    stage.cancel(row)
    stage.sweep(minutes=5)
    assert (stage.texts(), set(stage.told("calendar.conflict"))) == (changed, {text})


def test_a_strange_event_made_plain_again_is_followed(stage: Stage, row: Appointment) -> None:
    stage.drag(row, "SEQUENCE:0", "SEQUENCE:0\nRRULE:FREQ=WEEKLY;COUNT=4")
    stage.pull()
    stage.drag(row, "RRULE:FREQ=WEEKLY;COUNT=4\n", "")
    stage.pull()
    seen = stage.object_of(row)
    assert (seen.state, seen.problem) == (PushState.SYNCED, "")
    stage.drag_by(row)
    stage.pull()
    assert stage.state_of(row)[1] == TOMORROW + timedelta(hours=2)


# ---------------------------------------------------------------- a colleague's calendar
@pytest.mark.parametrize("is_seen_there_first", [True, False])
def test_dragged_into_a_colleagues_calendar_it_is_theirs(
    stage: Stage, row: Appointment, is_seen_there_first: bool
) -> None:
    text = stage.texts()[f"{row.key}.ics"].replace("T180000Z", "T200000Z").replace("T190000Z", "T210000Z")
    stage.server.delete(stage.ana.url, f"{row.key}.ics")
    stage.server.write(stage.ben.url, f"{row.key}.ics", text)
    if is_seen_there_first:
        stage.pull(stage.ben)
    stage.pull()
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=2), 2)
    assert row.assignments.get().resource == stage.ben.resource
    for _ in range(2):
        stage.sweep(minutes=5)
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=2), 2)
    assert (list(stage.texts()), list(stage.texts(stage.ben))) == ([], [f"{row.key}.ics"])
    assert stage.object_of(row, stage.ben).state == PushState.SYNCED
    assert not BusyTime.objects.exists()


def test_a_copy_in_a_colleagues_calendar_only_blocks_until_it_is_theirs(stage: Stage, row: Appointment) -> None:
    stage.server.write(stage.ben.url, "copy.ics", stage.texts()[f"{row.key}.ics"])
    stage.pull(stage.ben)
    assert (stage.state_of(row), BusyTime.objects.count()) == (("confirmed", TOMORROW, 1), 1)
    stage.reschedule(row, TOMORROW + timedelta(hours=1), resource=stage.ben.resource)
    for _ in range(2):
        stage.sweep(minutes=5)
    assert (list(stage.texts()), list(stage.texts(stage.ben))) == ([], ["copy.ics"])
    assert stage.state_of(row) == ("confirmed", TOMORROW + timedelta(hours=1), 2)
