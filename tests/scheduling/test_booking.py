"""Hold and book: what is written, and that a refusal writes nothing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.db.models import ProtectedError
from pytest_django import DjangoAssertNumQueries

from leads.models import JobRequest, LeadEvent
from scheduling import booking
from scheduling.booking import BookingRefused
from scheduling.enums import BookedBy
from scheduling.models import Appointment, Assignment, BookingRules, BusyCalendar, BusyTime, Claim
from scheduling.slots import open_slots
from tests.factories import (
    NOON,
    make_business,
    make_hours,
    make_lead,
    make_location,
    make_request,
    make_resource,
    make_rules,
    make_service,
    make_user,
)
from tests.scheduling.shop import Shop, check_books, events_of, make_shop, make_stale, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_book(shop: Shop) -> None:
    lead = make_lead(shop.business, name="Dana")
    actor = make_user()

    row = shop.book(shop.at(10), lead=lead, note="Leaks", address="1 Elm St", actor=actor)

    saved = Appointment.objects.get()
    assert saved == row
    assert (saved.status, saved.version, saved.booked_by, saved.actor) == ("confirmed", 1, "page", actor)
    assert (saved.starts_at, saved.ends_at, saved.gap_minutes) == (shop.at(10), shop.at(11), 0)
    assert (saved.name, saved.note, saved.address, saved.lead) == ("Dana", "Leaks", "1 Elm St", lead)
    assert (saved.booked_at, saved.created_at, saved.hold_expires_at, saved.is_overbooked) == (NOON, NOON, None, False)
    assert list(saved.resources.all()) == [shop.technicians[0]]
    assert Claim.objects.count() == 12
    event = LeadEvent.objects.get(kind="appointment.booked")
    assert (event.lead, event.actor, event.at) == (lead, actor, NOON)
    assert event.text == f"Booked: {shop.service.name}, Thu Jun 18, 10:00"
    assert event.data == {"appointment": str(row.key), "version": 1, "by": "page"}
    assert (saved.request.status, saved.request.lead) == ("booked", lead)
    check_books()


def test_the_open_request_of_the_lead_is_what_gets_booked(shop: Shop) -> None:
    lead = make_lead(shop.business)
    older, newer = (make_request(lead, shop.location, opened_at=NOON - timedelta(days=days)) for days in (9, 2))

    assert shop.book(shop.at(10), lead=lead).request == newer
    assert shop.book(shop.at(11), lead=lead).request == older
    assert shop.book(shop.at(12), lead=lead).request not in (older, newer)
    assert set(JobRequest.objects.values_list("status", flat=True)) == {"booked"}


def test_taken_comes_with_the_next_three_that_can_be_booked(shop: Shop) -> None:
    shop.book(shop.at(10))

    reason, starts = refused(lambda: shop.book(shop.at(10)))

    assert (reason, starts) == ("taken", [shop.at(11), shop.at(11, 30), shop.at(12)])
    for start in starts:
        with transaction.atomic():
            shop.book(start)
            transaction.set_rollback(True)
    check_books()


def test_a_refusal_leaves_the_callers_transaction_alone(shop: Shop) -> None:
    shop.book(shop.at(10))
    with transaction.atomic():
        make_lead(shop.business)
        with pytest.raises(BookingRefused):
            shop.book(shop.at(10))
        row = shop.book(shop.at(11))
    assert Appointment.objects.filter(pk=row.pk).exists()
    check_books()


def test_a_database_that_says_no_is_a_slot_just_taken(shop: Shop) -> None:
    """Claims that nobody accounts for: the last line of defence, which only they are."""
    row = shop.book(shop.at(10))
    Appointment.objects.filter(pk=row.pk).update(status="canceled")

    reason, starts = refused(lambda: shop.book(shop.at(10)))

    assert reason == "taken"
    assert starts[0] == shop.at(10)  # the listing knows nothing of it


def test_every_length_takes_whole_steps() -> None:
    shop = make_shop(minutes=33, gap_after_minutes=5, anchor="free", step_minutes=5)
    shop.book(shop.at(9))
    assert Claim.objects.count() == 8
    assert shop.open_on()[0] == shop.at(9, 40)
    assert refused(lambda: shop.book(shop.at(9, 35)))[0] == "taken"
    shop.book(shop.at(9, 40))
    check_books()


def test_a_gap_is_kept_on_both_sides() -> None:
    shop = make_shop(gap_after_minutes=30)
    shop.book(shop.at(11))
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"
    assert refused(lambda: shop.book(shop.at(12)))[0] == "taken"
    assert [start for start in shop.open_on() if start < shop.at(13)] == [shop.at(9), shop.at(9, 30), shop.at(12, 30)]
    shop.book(shop.at(9, 30))
    shop.book(shop.at(12, 30))
    check_books()


def test_an_arrival_window_is_told_from_the_start() -> None:
    shop = make_shop(arrival_window_minutes=120)
    assert shop.book(shop.at(10)).arrival_ends_at == shop.at(12)


def test_a_technician_and_a_bay() -> None:
    shop = make_shop(technicians=2)
    bay = make_resource(shop.business, kind="bay")

    row = shop.book(shop.at(10))

    assert set(row.resources.all()) == {shop.technicians[0], bay}
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"  # there is a second technician, but no second bay
    check_books()


def test_seats() -> None:
    shop = make_shop(capacity=3)
    assert [shop.book(shop.at(10)).assignments.get().seat for _ in range(3)] == [0, 1, 2]
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"
    check_books()


def test_fewer_seats_than_were_booked_take_nobody_more() -> None:
    shop = make_shop(capacity=3)
    first, *_ = [shop.book(shop.at(10)) for _ in range(3)]
    shop.technicians[0].capacity = 2
    shop.technicians[0].save()
    booking.cancel(first, by=BookedBy.STAFF, now=NOON, version=1)
    assert shop.at(10) not in shop.open_on()
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"


def test_a_hold_keeps_the_slot_until_it_runs_out(shop: Shop) -> None:
    lead = make_lead(shop.business)
    held = shop.hold(shop.at(10), lead=lead)

    assert (held.status, held.hold_expires_at, held.booked_at) == ("hold", NOON + timedelta(minutes=10), None)
    assert JobRequest.objects.count() == 0  # nobody has asked for anything yet
    assert events_of(shop.business) == []
    assert shop.at(10) not in shop.open_on(now=NOON + timedelta(minutes=9))
    assert refused(lambda: shop.book(shop.at(10), now=NOON + timedelta(minutes=9)))[0] == "taken"
    assert shop.at(10) in shop.open_on(now=NOON + timedelta(minutes=10))
    row = shop.book(shop.at(10), now=NOON + timedelta(minutes=10))
    held.refresh_from_db()
    assert (held.status, held.closed_at, row.status) == ("expired", NOON + timedelta(minutes=10), "confirmed")
    check_books()


def test_a_hold_of_as_many_minutes_as_asked_for(shop: Shop) -> None:
    held = booking.hold(shop.want(shop.at(10)), by=BookedBy.STAFF, now=NOON, for_minutes=30)
    assert held.hold_expires_at == NOON + timedelta(minutes=30)


def test_a_hold_becomes_the_booking(shop: Shop) -> None:
    held = shop.hold(shop.at(10))
    lead = make_lead(shop.business)

    row = shop.book(shop.at(10), held=held, lead=lead, now=NOON + timedelta(minutes=5))

    assert (row.pk, row.status, row.lead, row.request.status) == (held.pk, "confirmed", lead, "booked")
    assert (row.hold_expires_at, row.booked_at, row.version) == (None, NOON + timedelta(minutes=5), 1)
    assert len(events_of(shop.business)) == 1
    check_books()


def test_a_hold_in_time_can_be_booked_when_notice_has_passed() -> None:
    shop = make_shop(notice_minutes=120)
    held = shop.hold(shop.at(16, days=0))
    assert shop.book(shop.at(16, days=0), held=held, now=NOON + timedelta(minutes=5)).pk == held.pk


def test_what_a_calendar_says_meanwhile_comes_before_a_hold(shop: Shop) -> None:
    held = shop.hold(shop.at(10))
    calendar = make_stale(shop)
    BusyCalendar.objects.update(ok_at=NOON)
    BusyTime.objects.create(calendar=calendar, starts_at=shop.at(10, 30), ends_at=shop.at(11))
    assert refused(lambda: shop.book(shop.at(10), held=held))[0] == "taken"


def test_a_hold_given_back(shop: Shop) -> None:
    held = shop.hold(shop.at(10))
    booking.release(held, now=NOON)
    booking.release(held, now=NOON)
    assert Appointment.objects.get().status == "expired"
    row = shop.book(shop.at(10), held=held)
    booking.release(row, now=NOON)
    assert Appointment.objects.filter(status="confirmed").count() == 1
    check_books()


def test_expire_holds(shop: Shop) -> None:
    shop.hold(shop.at(9))
    shop.hold(shop.at(10), now=NOON + timedelta(minutes=5))
    assert booking.expire_holds(NOON + timedelta(minutes=10)) == 1
    assert booking.expire_holds(NOON + timedelta(minutes=10)) == 0
    assert sorted(Appointment.objects.values_list("status", flat=True)) == ["expired", "hold"]
    check_books()
    assert booking.expire_holds(NOON + timedelta(minutes=15)) == 1
    check_books()


def test_who_has_appointments_cannot_be_deleted(shop: Shop) -> None:
    shop.book(shop.at(10))
    with pytest.raises(ProtectedError):
        shop.technicians[0].delete()
    with pytest.raises(ProtectedError):
        shop.service.delete()
    assert Assignment.objects.count() == 1


def test_how_many_queries_a_booking_takes(
    shop: Shop, settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.EVENT_HANDLERS = {}  # each that listens to a booking adds one
    lead = make_lead(shop.business)
    wanted = shop.want(shop.at(10), lead=lead)
    # Two of them ask, once a second for a business, which webhooks and CRMs want to hear of it.
    with django_assert_num_queries(27 if connection.vendor == "postgresql" else 26):
        booking.book(wanted, by=BookedBy.PAGE, now=NOON, idem_key="k")


def test_all_open_slots_of_a_week_can_be_booked_one_after_the_other() -> None:
    business = make_business(time_zone="Australia/Lord_Howe")
    location, service = make_location(business), make_service(business, duration_minutes=45)
    make_hours(business, opens=time(18), closes=time(2), next_day=True)
    make_rules(service, step_minutes=45)
    make_resource(business)
    now = datetime(2026, 10, 1, tzinfo=UTC)
    first = date(2026, 10, 1)
    starts = open_slots(service, location, now=now, first=first, last=first + timedelta(days=6))
    for start in starts:
        booking.book(booking.Wanted(service, location, start), by=BookedBy.PAGE, now=now)
    assert open_slots(service, location, now=now, first=first, last=first + timedelta(days=6)) == []
    check_books()


@pytest.mark.parametrize(
    ("by", "anchor", "reason"),
    [("page", "opening", "off_grid"), ("robot", "opening", "off_grid"), ("page", "free", ""), ("staff", "opening", "")],
)
def test_customers_choose_what_is_listed(shop: Shop, by: str, anchor: str, reason: str) -> None:
    """A free grid moves with each booking, so a start of a minute ago is as good as any."""
    BookingRules.objects.update(anchor=anchor, step_minutes=30)
    if reason:
        assert refused(lambda: shop.book(shop.at(10, 5), by=BookedBy(by)))[0] == reason
        assert Appointment.objects.count() == 0
    else:
        assert shop.book(shop.at(10, 5), by=BookedBy(by)).status == "confirmed"


def test_staff_hear_of_everything_that_stands_against_it(shop: Shop) -> None:
    late = shop.at(20)
    assert shop.book(late, by=BookedBy.STAFF, overrules=True).status == "confirmed"
    with pytest.raises(BookingRefused) as outside_and_over:
        shop.book(late + timedelta(minutes=30), by=BookedBy.STAFF)
    assert str(outside_and_over.value) == "Nobody works at this time. Something else is booked then as well."
    with pytest.raises(BookingRefused) as over:
        shop.book(shop.at(8, days=0), by=BookedBy.STAFF)
    assert (over.value.reason, str(over.value)) == ("past", "This time has passed.")


# ---------------------------------------------------------------- where to go
def test_an_address_learned_later_changes_nothing_else(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    assert booking.note_address(row, "12 Elm St", by=BookedBy.ROBOT, now=NOON)
    assert not booking.note_address(row, "12 Elm St", by=BookedBy.ROBOT, now=NOON)
    version = row.version
    row.refresh_from_db()
    assert (row.address, row.version) == ("12 Elm St", version)
    assert LeadEvent.objects.filter(kind="appointment.detailed").count() == 1


def test_nobody_goes_to_what_is_canceled_or_over(shop: Shop) -> None:
    row = shop.book(shop.at(10))
    assert not booking.note_address(row, "12 Elm St", by=BookedBy.ROBOT, now=row.starts_at)
    booking.cancel(row, by=BookedBy.STAFF, now=NOON, version=row.version)
    assert not booking.note_address(row, "12 Elm St", by=BookedBy.ROBOT, now=NOON)
    row.refresh_from_db()
    assert row.address == ""
