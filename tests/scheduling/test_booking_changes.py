"""Move, cancel and the end of a visit: by whom, how late, and what becomes of its time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from leads.models import CallbackTask, JobRequest, LeadEvent
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import Appointment, Claim, Closure
from scheduling.slots import open_slots
from tests.factories import NOON, make_area, make_booking_settings, make_lead, make_user
from tests.scheduling.shop import Shop, check_books, events_of, make_shop, make_stale, refused, snapshot

pytestmark = pytest.mark.django_db

CUSTOMERS = (BookedBy.PAGE, BookedBy.TEXT, BookedBy.ROBOT, BookedBy.API)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def move(
    row: Appointment, starts_at: datetime, *, by: BookedBy = BookedBy.PAGE, now: datetime = NOON, **how: object
) -> Appointment:
    return booking.reschedule(row, **{"starts_at": starts_at, "by": by, "now": now, "version": row.version, **how})


def cancel(row: Appointment, *, by: BookedBy = BookedBy.PAGE, now: datetime = NOON, **how: object) -> Appointment:
    return booking.cancel(row, **{"by": by, "now": now, "version": row.version, **how})


# ---------------------------------------------------------------- move
def test_move(shop: Shop) -> None:
    lead, actor = make_lead(shop.business), make_user()
    row = shop.book(shop.at(10), lead=lead, idem_key="k", note="Leaks")
    booking.confirm_attendance(row, version=1, now=NOON)

    moved = move(row, shop.at(14), now=NOON + timedelta(minutes=1), actor=actor)

    moved.refresh_from_db()
    assert (moved.pk, moved.version, moved.status) == (row.pk, 2, "confirmed")
    assert (moved.starts_at, moved.ends_at) == (shop.at(14), shop.at(15))
    assert (moved.booked_at, moved.updated_at) == (NOON, NOON + timedelta(minutes=1))
    assert (moved.lead, moved.note, moved.idem_key, moved.customer_confirmed_at) == (lead, "Leaks", "k", None)
    event = LeadEvent.objects.get(kind="appointment.moved")
    assert event.text == f"Moved to: {shop.service.name}, Thu Jun 18, 14:00"
    assert (event.data, event.actor) == ({"appointment": str(row.key), "version": 2, "by": "page"}, actor)
    check_books()
    shop.book(shop.at(10))


def test_back_and_forth(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    for hour in (11, 10, 14, 10):
        row = move(row, shop.at(hour))
        check_books()
    assert (row.version, Claim.objects.count()) == (5, 12)


def test_onto_a_part_of_its_own_time(shop: Shop) -> None:
    row = move(shop.book(shop.at(10)), shop.at(10, 30))
    assert (row.starts_at, row.version) == (shop.at(10, 30), 2)
    check_books()


def test_to_where_it_is_changes_nothing(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    before = snapshot()
    assert move(row, shop.at(10)).version == 1
    assert snapshot() == before


def test_a_taken_time_leaves_it_where_it_was(shop: Shop) -> None:
    row, _ = shop.book(shop.at(10)), shop.book(shop.at(12))

    reason, starts = refused(lambda: move(row, shop.at(12)))

    assert (reason, starts) == ("taken", [shop.at(13), shop.at(13, 30), shop.at(14)])
    assert (row.starts_at, row.version) == (shop.at(10), 1)
    # What is offered may overlap its own time.
    assert refused(lambda: move(row, shop.at(8)))[1] == [shop.at(9), shop.at(9, 30), shop.at(10)]


def test_it_stays_with_its_technician_if_it_can() -> None:
    shop = make_shop(technicians=2)
    first, second = shop.technicians
    row = shop.book(shop.at(10), resource=second)
    row = move(row, shop.at(12))
    assert list(row.resources.all()) == [second]
    shop.book(shop.at(14), resource=second)
    assert list(move(row, shop.at(14)).resources.all()) == [first]
    check_books()


def test_to_another_technician_at_the_same_time() -> None:
    shop = make_shop(technicians=2)
    row = shop.book(shop.at(10))
    row = move(row, shop.at(10), by=BookedBy.STAFF, resource=shop.technicians[1])
    assert (list(row.resources.all()), row.version) == ([shop.technicians[1]], 2)
    check_books()


@pytest.mark.parametrize("by", list(BookedBy))
def test_an_older_version_is_refused(shop: Shop, by: BookedBy) -> None:
    row = shop.book(shop.at(10))
    move(row, shop.at(14))
    assert refused(lambda: move(row, shop.at(11), by=by, version=1)) == ("changed", [])
    assert refused(lambda: cancel(row, by=by, version=1)) == ("changed", [])
    assert refused(lambda: cancel(row, by=by, version=3)) == ("changed", [])


def test_it_keeps_the_length_and_the_gap_it_was_booked_with() -> None:
    shop = make_shop(gap_after_minutes=30, arrival_window_minutes=60, step_minutes=30)
    row = shop.book(shop.at(10))
    shop.service.duration_minutes = 240
    shop.service.save()
    shop.rules.gap_after_minutes = 0
    shop.rules.arrival_window_minutes = 0
    shop.rules.save()
    row = Appointment.objects.get()
    day = shop.at(10).date()

    listed = open_slots(shop.service, shop.location, now=NOON, first=day, last=day, ignoring=row)
    moved = move(row, shop.at(16))

    assert listed == [shop.at(9) + timedelta(minutes=30 * index) for index in range(15)]
    assert (moved.ends_at, moved.gap_minutes, moved.arrival_ends_at) == (shop.at(17), 30, shop.at(17))
    check_books()


@pytest.mark.parametrize("by", CUSTOMERS)
def test_how_late_a_customer_may_change_it(shop: Shop, by: BookedBy) -> None:
    make_booking_settings(shop.business, cancel_notice_minutes=60, move_notice_minutes=120)
    row = shop.book(shop.at(10))
    late = shop.at(8, 1)
    assert refused(lambda: move(row, shop.at(14), by=by, now=late)) == ("too_late", [])
    row = move(row, shop.at(10, 30), by=by, now=shop.at(8))
    assert refused(lambda: cancel(row, by=by, now=shop.at(9, 31))) == ("too_late", [])
    assert cancel(row, by=by, now=shop.at(9, 30)).status == "canceled"


@pytest.mark.parametrize("by", [BookedBy.STAFF, BookedBy.CALENDAR])
def test_staff_change_it_late(shop: Shop, by: BookedBy) -> None:
    row = shop.book(shop.at(10))
    row = move(row, shop.at(14), by=by, now=shop.at(10, 30))
    assert cancel(row, by=by, now=shop.at(15)).status == "canceled"


def test_a_customer_does_not_move_it_into_notice_or_beyond_the_horizon() -> None:
    shop = make_shop(notice_minutes=24 * 60, horizon_days=5)
    row = shop.book(shop.at(15))
    assert refused(lambda: move(row, shop.at(9)))[0] == "too_soon"
    assert refused(lambda: move(row, shop.at(9, days=6)))[0] == "too_far"
    assert refused(lambda: move(row, shop.at(9, 7, days=2)))[0] == "off_grid"
    assert refused(lambda: move(row, shop.at(9, days=-2)))[0] == "too_soon"
    assert refused(lambda: move(row, datetime(9999, 1, 1, tzinfo=UTC)))[0] == "too_far"
    assert move(row, shop.at(9), by=BookedBy.STAFF).starts_at == shop.at(9)


def test_a_customer_may_move_what_only_staff_can_book() -> None:
    shop = make_shop(place="customer", is_online=False)
    make_area(shop.business)
    row = shop.book(shop.at(10), by=BookedBy.STAFF)
    day = shop.at(10).date()
    listed = open_slots(shop.service, shop.location, now=NOON, first=day, last=day, ignoring=row)
    assert shop.at(12) in listed
    assert move(row, shop.at(12)).starts_at == shop.at(12)


def test_staff_move_it_outside_hours_and_on_top_of_another(shop: Shop) -> None:
    row, other = shop.book(shop.at(10)), shop.book(shop.at(12))
    assert refused(lambda: move(row, shop.at(20), overrules=True))[0] == "closed"
    row = move(row, shop.at(20), by=BookedBy.STAFF, overrules=True)
    assert (row.is_overbooked, Claim.objects.count()) == (False, 24)
    row = move(row, shop.at(12, 30), by=BookedBy.STAFF, overrules=True)
    assert (row.is_overbooked, Claim.objects.count()) == (True, 12)
    check_books()
    cancel(other, by=BookedBy.STAFF)
    assert refused(lambda: shop.book(shop.at(12, 30)))[0] == "taken"


def test_a_calendar_moves_it_to_any_minute(shop: Shop) -> None:
    row = move(shop.book(shop.at(10)), shop.at(11, 7), by=BookedBy.CALENDAR, overrules=True)
    assert (row.starts_at, row.is_overbooked, Claim.objects.count()) == (shop.at(11, 7), False, 13)
    assert refused(lambda: shop.book(shop.at(12, 5)))[0] == "taken"
    shop.book(shop.at(12, 10), by=BookedBy.STAFF)
    check_books()


@pytest.mark.parametrize("status", ["hold", "completed", "no_show", "canceled", "expired"])
def test_only_what_stands_can_be_changed(shop: Shop, status: str) -> None:
    row = shop.book(shop.at(10))
    Appointment.objects.update(status=status)
    for by in BookedBy:
        assert refused(lambda by=by: move(row, shop.at(14), by=by, overrules=by == "staff")) == ("changed", [])
        assert refused(lambda by=by: cancel(row, by=by)) == ("changed", [])
    assert refused(lambda: booking.complete(row, actor=make_user(), now=NOON)) == ("changed", [])
    assert refused(lambda: booking.mark_no_show(row, actor=make_user(), now=NOON)) == ("changed", [])
    assert booking.confirm_attendance(row, version=1, now=NOON) is False


def test_what_is_gone_is_refused(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    Appointment.objects.get().delete()
    row.pk = 10**6
    assert refused(lambda: cancel(row)) == ("changed", [])


def test_a_promise_is_not_given_up_for_a_time_that_nobody_can_promise(shop: Shop) -> None:
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    make_stale(shop)
    before = snapshot()

    assert refused(lambda: move(row, shop.at(14))) == ("unsure", [])

    assert snapshot() == before
    assert move(row, shop.at(14), by=BookedBy.STAFF).status == "confirmed"
    check_books()


# ---------------------------------------------------------------- confirm a request
def test_confirm_a_request(shop: Shop) -> None:
    make_stale(shop)
    row, actor = shop.book(shop.at(10), lead=make_lead(shop.business)), make_user()

    confirmed = booking.confirm_request(row, actor=actor, now=NOON + timedelta(hours=1))

    assert (confirmed.status, confirmed.version, confirmed.booked_at) == ("confirmed", 2, NOON)
    assert confirmed.request.status == "booked"
    event = LeadEvent.objects.get(kind="appointment.booked")
    assert (event.text, event.actor) == (f"Confirmed: {shop.service.name}, Thu Jun 18, 10:00", actor)
    assert refused(lambda: booking.confirm_request(row, actor=actor, now=NOON)) == ("changed", [])
    assert refused(lambda: booking.confirm_request(confirmed, actor=actor, now=NOON)) == ("changed", [])
    check_books()


def test_a_request_is_confirmed_over_something_only_knowingly(shop: Shop) -> None:
    make_stale(shop)
    row = shop.book(shop.at(10))
    shop.book(shop.at(10, 30), by=BookedBy.STAFF)
    reason, starts = refused(lambda: booking.confirm_request(row, actor=make_user(), now=NOON))
    assert (reason, starts) == ("taken", [shop.at(11, 30), shop.at(12), shop.at(12, 30)])
    assert refused(lambda: booking.confirm_request(row, actor=make_user(), now=shop.at(11)))[0] == "past"
    assert booking.confirm_request(row, actor=make_user(), now=NOON, overrules=True).is_overbooked is True
    check_books()


def test_a_request_can_be_canceled_and_moved(shop: Shop) -> None:
    make_stale(shop)
    row = move(shop.book(shop.at(10)), shop.at(12))
    assert (row.status, row.starts_at) == ("requested", shop.at(12))
    assert CallbackTask.objects.count() == 2
    assert cancel(row).status == "canceled"


# ---------------------------------------------------------------- cancel and end
def test_cancel(shop: Shop) -> None:
    actor = make_user()
    row = shop.book(shop.at(10), lead=make_lead(shop.business))

    gone = cancel(row, reason="x" * 300, actor=actor, now=NOON + timedelta(minutes=1))

    assert (gone.status, gone.version, gone.closed_at) == ("canceled", 2, NOON + timedelta(minutes=1))
    assert (len(gone.cancel_reason), gone.assignments.count(), Claim.objects.count()) == (200, 1, 0)
    assert JobRequest.objects.get().status == "open"
    event = LeadEvent.objects.get(kind="appointment.canceled")
    assert event.text == f"Canceled: {shop.service.name}, Thu Jun 18, 10:00"
    assert (event.data, event.actor) == ({"appointment": str(row.key), "version": 2, "by": "page"}, actor)
    assert shop.book(shop.at(10)).status == "confirmed"


def test_a_request_with_another_appointment_stays_booked(shop: Shop) -> None:
    lead = make_lead(shop.business)
    first = shop.book(shop.at(10), lead=lead)
    second = shop.book(shop.at(12), lead=lead, request=first.request)
    third = shop.book(shop.at(14), lead=lead, request=first.request)
    cancel(first)
    assert JobRequest.objects.get().status == "booked"
    booking.complete(second, actor=make_user(), now=shop.at(13))
    cancel(third)
    assert JobRequest.objects.get().status == "booked"


def test_a_request_that_was_lost_stays_so(shop: Shop) -> None:
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    JobRequest.objects.update(status="lost")
    cancel(row)
    assert JobRequest.objects.get().status == "lost"


def test_complete_and_no_show(shop: Shop) -> None:
    lead, actor = make_lead(shop.business), make_user()
    done, missed = shop.book(shop.at(10), lead=lead), shop.book(shop.at(12), lead=lead)

    done = booking.complete(done, actor=actor, now=shop.at(10, 30))
    missed = booking.mark_no_show(missed, actor=actor, now=shop.at(12, 15))

    assert (done.status, done.version, done.closed_at) == ("completed", 2, shop.at(10, 30))
    assert (missed.status, missed.version, missed.closed_at) == ("no_show", 2, shop.at(12, 15))
    assert events_of(shop.business)[2:] == [
        ("appointment.completed", f"Done: {shop.service.name}, Thu Jun 18, 10:00"),
        ("appointment.missed", f"Customer did not come: {shop.service.name}, Thu Jun 18, 12:00"),
    ]
    assert sorted(JobRequest.objects.values_list("status", flat=True)) == ["booked", "open"]
    check_books()
    assert refused(lambda: shop.book(shop.at(10, 30), now=shop.at(10, 30)))[0] == "taken"
    shop.book(shop.at(12, 30), now=shop.at(12, 15))


def test_the_customer_says_they_will_come(shop: Shop) -> None:
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    assert booking.confirm_attendance(row, version=2, now=NOON) is False
    assert booking.confirm_attendance(row, version=1, now=shop.at(10)) is False
    assert booking.confirm_attendance(row, version=1, now=NOON) is True
    assert booking.confirm_attendance(row, version=1, now=NOON) is False
    row.refresh_from_db()
    assert (row.customer_confirmed_at, row.version) == (NOON, 1)
    assert events_of(shop.business)[1:] == [
        ("appointment.confirmed", f"The customer will be there: {shop.service.name}, Thu Jun 18, 10:00")
    ]


# ---------------------------------------------------------------- days that change
def test_a_closure_made_later_does_not_touch_what_is_booked(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    day = date(2026, 6, 18)
    Closure.objects.create(business=shop.business, name="Away", starts_on=day, ends_on=day)
    assert shop.open_on() == []
    assert refused(lambda: move(row, shop.at(12)))[0] == "closed"
    assert move(row, shop.at(10, days=2)).status == "confirmed"


@pytest.mark.parametrize(
    ("zone", "day", "opens", "minutes"),
    [
        ("America/New_York", date(2026, 3, 8), time(1), 180),  # 2:00 does not exist
        ("America/New_York", date(2026, 11, 1), time(0), 360),  # 1:00 is twice
        ("Australia/Lord_Howe", date(2026, 10, 4), time(1), 210),  # half an hour is missing
        ("Australia/Lord_Howe", date(2026, 4, 5), time(0), 330),  # and comes back
    ],
)
def test_moving_on_the_day_the_clock_changes(zone: str, day: date, opens: time, minutes: int) -> None:
    """Open from `opens` to 5:00 by the clock on the wall; what is listed can be had and is a real hour long."""
    shop = make_shop(zone=zone, anchor="free", step_minutes=30)
    Closure.objects.create(
        business=shop.business, name="Extra", starts_on=day, ends_on=day, opens=opens, closes=time(5)
    )
    now = datetime.combine(day, time(12), tzinfo=UTC) - timedelta(days=4)
    starts = open_slots(shop.service, shop.location, now=now, first=day, last=day)
    row = shop.book(starts[0], now=now)
    for start in starts[1:]:
        row = move(row, start, now=now)
        assert row.ends_at - row.starts_at == timedelta(hours=1)
        check_books()
    assert row.ends_at - starts[0] == timedelta(minutes=minutes)
