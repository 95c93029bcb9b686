"""The line for a full day: who waits, who is next, what happens to what is kept for them."""

from datetime import date, datetime, time, timedelta

import pytest

from leads.models import Lead
from scheduling import booking, waitlist
from scheduling.booking import BookingRefused, Wanted
from scheduling.enums import AppointmentStatus, BookedBy, WaitlistStatus
from scheduling.models import Appointment, Claim, OpeningHours, WaitlistEntry
from tests.factories import (
    NOON,
    make_business,
    make_lead,
    make_location,
    make_resource,
    make_rules,
    make_service,
    make_user,
)
from tests.messaging.threads import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 6, 18)
NINE = datetime(2026, 6, 18, 13, tzinfo=NOON.tzinfo)
TEN = NINE + timedelta(hours=1)


class Shop:
    """One technician, from nine to eleven on one day: two visits of an hour fill it."""

    def __init__(self) -> None:
        business = make_business()
        self.location = make_location(business)
        self.service = make_service(business, duration_minutes=60)
        make_rules(self.service, step_minutes=60)
        make_resource(business)
        OpeningHours.objects.create(business=business, weekday=3, opens=time(9), closes=time(11))
        self.leads = [make_lead(business) for _ in range(4)]
        self.booked = [self.book(start) for start in (NINE, TEN)]

    def book(self, start: datetime, lead: Lead | None = None, by: BookedBy = BookedBy.STAFF) -> Appointment:
        wanted = Wanted(service=self.service, location=self.location, starts_at=start, lead=lead)
        return booking.book(wanted, by=by, now=NOON)

    def join(self, index: int, *, now: datetime = NOON, day: date = DAY) -> WaitlistEntry:
        lead = self.leads[index]
        return waitlist.join(service=self.service, location=self.location, lead=lead, day=day, now=now)

    def free(self, index: int) -> None:
        booking.cancel(self.booked[index], by=BookedBy.STAFF, now=NOON, version=1, actor=make_user())

    def line(self, now: datetime = NOON) -> list[Lead]:
        return [entry.lead for entry in self.entries(now)]

    def entries(self, now: datetime = NOON) -> list[WaitlistEntry]:
        return [entry for batch in waitlist.in_line(self.location, now=now) for entry in batch]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def first(shop: Shop, now: datetime = NOON) -> WaitlistEntry:
    return shop.entries(now)[0]


def test_joining_twice_is_waiting_once(shop: Shop) -> None:
    again = [shop.join(0).pk, shop.join(0).pk, shop.join(0, now=NOON + timedelta(hours=1)).pk]
    assert len(set(again)) == 1
    assert shop.join(0, day=DAY + timedelta(days=7)).pk not in again


def test_joining_at_once_is_waiting_once(shop: Shop) -> None:
    entries = run_at_once([lambda: shop.join(0).pk] * 5)
    assert (len(set(entries)), WaitlistEntry.objects.count()) == (1, 1)


def test_first_come_first_served(shop: Shop) -> None:
    shop.join(1)
    shop.join(0, now=NOON + timedelta(minutes=1))
    shop.join(2, now=NOON - timedelta(minutes=1))
    assert shop.line() == [shop.leads[2], shop.leads[1], shop.leads[0]]


def test_what_is_freed_is_kept_for_one(shop: Shop) -> None:
    entry = shop.join(0)
    assert waitlist.open_times(entry, now=NOON) == []
    shop.free(0)
    assert waitlist.open_times(entry, now=NOON) == [NINE]
    held = waitlist.offer(first(shop), NINE, now=NOON)
    assert held is not None
    assert (held.status, held.hold_expires_at, held.lead) == ("hold", NOON + timedelta(minutes=30), shop.leads[0])
    entry.refresh_from_db()
    assert (entry.status, entry.offer, entry.offered_at) == (WaitlistStatus.OFFERED, held, NOON)
    assert (shop.line(), waitlist.offer_to(shop.leads[0], now=NOON)) == ([], entry)
    with pytest.raises(BookingRefused):
        shop.book(NINE, shop.leads[1], by=BookedBy.PAGE)


def test_two_workers_keep_one_time_for_one_person(shop: Shop) -> None:
    shop.join(0)
    shop.free(0)
    entry = first(shop)
    held = run_at_once([lambda: waitlist.offer(entry, NINE, now=NOON)] * 4)
    assert (sum(row is not None for row in held), Appointment.objects.filter(status="hold").count()) == (1, 1)


def test_what_is_taken_is_not_offered(shop: Shop) -> None:
    shop.join(0)
    assert waitlist.offer(first(shop), NINE, now=NOON) is None
    assert first(shop).status == WaitlistStatus.WAITING


def test_an_offer_is_taken(shop: Shop) -> None:
    shop.join(0)
    shop.free(0)
    held = waitlist.offer(first(shop), NINE, now=NOON)
    (offer,) = waitlist.offers_of(shop.leads[0], now=NOON)
    booked = waitlist.accept(offer, by=BookedBy.TEXT, now=NOON + timedelta(minutes=20))
    assert (booked, booked.status, booked.starts_at) == (held, AppointmentStatus.CONFIRMED, NINE)
    assert WaitlistEntry.objects.get().status == WaitlistStatus.BOOKED
    assert waitlist.accept(offer, by=BookedBy.TEXT, now=NOON + timedelta(minutes=21)) == booked


def test_who_lets_it_run_out_goes_to_the_end_and_is_not_asked_again_today(shop: Shop) -> None:
    shop.join(0)
    shop.join(1, now=NOON + timedelta(minutes=1))
    shop.free(0)
    waitlist.offer(first(shop), NINE, now=NOON)
    assert waitlist.lapse(NOON + timedelta(minutes=29)) == []
    after = NOON + timedelta(minutes=30)
    assert waitlist.lapse(after) == [shop.location]
    assert Claim.objects.filter(assignment__appointment__status="expired").count() == 0
    assert shop.line(after) == [shop.leads[1]]
    morning = NOON + timedelta(hours=13)
    assert shop.line(morning) == [shop.leads[1], shop.leads[0]]
    asked = shop.entries(morning)[1]
    assert waitlist.offer(asked, NINE, now=morning) is None  # the same time once more


def test_a_late_yes_gets_what_is_still_free(shop: Shop) -> None:
    shop.join(0)
    shop.free(0)
    waitlist.offer(first(shop), NINE, now=NOON)
    after = NOON + timedelta(minutes=40)
    booking.expire_holds(after)
    waitlist.lapse(after)
    (offer,) = waitlist.offers_of(shop.leads[0], now=after)
    assert waitlist.offer_to(shop.leads[0], now=after) is None
    assert waitlist.accept(offer, by=BookedBy.TEXT, now=after).status == AppointmentStatus.CONFIRMED
    assert WaitlistEntry.objects.get().status == WaitlistStatus.BOOKED


def test_a_late_yes_to_what_is_gone_is_refused(shop: Shop) -> None:
    shop.join(0)
    shop.free(0)
    waitlist.offer(first(shop), NINE, now=NOON)
    after = NOON + timedelta(minutes=40)
    waitlist.lapse(after)
    shop.book(NINE, shop.leads[1])
    (offer,) = waitlist.offers_of(shop.leads[0], now=after)
    with pytest.raises(BookingRefused):
        waitlist.accept(offer, by=BookedBy.TEXT, now=after)
    assert WaitlistEntry.objects.get().status == WaitlistStatus.WAITING
    assert not waitlist.offers_of(shop.leads[0], now=NOON + timedelta(hours=6)).exists()


def test_who_withdraws_gives_back_what_was_kept(shop: Shop) -> None:
    entry = shop.join(0)
    shop.free(0)
    offered = first(shop)
    waitlist.offer(offered, NINE, now=NOON)
    assert (waitlist.withdraw(offered, now=NOON), waitlist.withdraw(offered, now=NOON)) == (True, False)
    entry.refresh_from_db()
    assert entry.status == WaitlistStatus.WITHDRAWN
    assert waitlist.open_times(entry, now=NOON) == [NINE]


def test_who_books_the_day_in_another_way_waits_no_more(shop: Shop) -> None:
    shop.join(0)
    shop.join(1)
    other_day = shop.join(0, day=DAY + timedelta(days=7))
    shop.free(0)
    shop.free(1)
    waitlist.offer(first(shop), NINE, now=NOON)
    booked = shop.book(TEN, shop.leads[0], by=BookedBy.PAGE)
    assert (waitlist.close_booked(booked, now=NOON), waitlist.close_booked(booked, now=NOON)) == (1, 0)
    assert list(WaitlistEntry.objects.order_by("id").values_list("status", flat=True)) == [
        WaitlistStatus.BOOKED, WaitlistStatus.WAITING, WaitlistStatus.WAITING,
    ]  # fmt: skip
    assert not Appointment.objects.filter(status="hold").exists()
    other_day.refresh_from_db()
    assert other_day.status == WaitlistStatus.WAITING


def test_a_day_that_has_passed_ends_the_waiting_at_the_location(shop: Shop) -> None:
    entry = shop.join(0)
    midnight = datetime(2026, 6, 19, 4, tzinfo=NOON.tzinfo)  # in New York
    for now, status in ((midnight - timedelta(minutes=1), "waiting"), (midnight, "expired")):
        waitlist.lapse(now)
        entry.refresh_from_db()
        assert entry.status == status
    assert shop.line(midnight) == []


def test_where_somebody_waits(shop: Shop) -> None:
    assert waitlist.waiting_locations(NOON) == []
    shop.join(0)
    shop.join(1)
    assert waitlist.waiting_locations(NOON) == [shop.location]


def test_nobody_gets_two_offers_at_once(shop: Shop) -> None:
    entry = shop.join(0)
    other = shop.join(0, day=DAY + timedelta(days=7))
    shop.free(0)
    assert waitlist.offer(entry, NINE, now=NOON) is not None
    assert (waitlist.offer(other, NINE + timedelta(days=7), now=NOON), shop.line()) == (None, [])


def test_two_offers_without_an_answer_end_the_waiting(shop: Shop) -> None:
    entry = shop.join(0)
    shop.free(0)
    shop.free(1)
    for start, now, status in ((NINE, NOON, "waiting"), (TEN, NOON + timedelta(hours=13), "expired")):
        assert waitlist.offer(first(shop, now), start, now=now) is not None
        waitlist.lapse(now + timedelta(minutes=30))
        entry.refresh_from_db()
        assert entry.status == status
