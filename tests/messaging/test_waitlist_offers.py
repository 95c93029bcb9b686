"""Freed times are offered by text, one after the other. The line itself: tests/scheduling/test_waitlist."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from leads.models import Service
from messaging import tasks, waitlist_offers
from messaging.enums import MessageStatus
from messaging.models import Conversation
from recoverline.lib import clock
from scheduling import links, waitlist
from scheduling.enums import AppointmentStatus, BookedBy, WaitlistStatus
from scheduling.models import Appointment, WaitlistEntry
from tests.factories import NOON, make_lead, make_never_text, make_opt_out
from tests.messaging.threads import run_at_once
from tests.messaging.visits import THURSDAY, book, cancel, customer, make_bookable, say, tell
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 6, 18)
SECOND = "+15555550142"


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Wire:
    return wire


@pytest.fixture
def service(shop: Wire) -> Service:
    """One visit a day and no more."""
    return make_bookable(shop, most_per_day=1)


@pytest.fixture
def full(shop: Wire, service: Service) -> Appointment:
    return book(shop, service, lead=make_lead(shop.business, phone="+15555550199"), by=BookedBy.STAFF)


def wait(shop: Wire, service: Service, phone: str = CALLER, *, day: date = DAY) -> WaitlistEntry:
    lead = customer(shop, phone=phone)
    return waitlist.join(service=service, location=shop.number.location, lead=lead, day=day, now=clock.now())


def offers(shop: Wire) -> list[tuple[str, str]]:
    rows = [text for text in shop.texts() if text.idem_key.startswith("waitlist:")]
    return [(text.lead.phone, text.status) for text in rows]


def test_a_canceled_visit_is_offered_to_the_first_in_line(shop: Wire, service: Service, full: Appointment) -> None:
    entry = wait(shop, service)
    wait(shop, service, SECOND)
    cancel(full)
    tell()
    shop.deliver_due()
    assert offers(shop) == [(CALLER, MessageStatus.ACCEPTED)]
    lead = customer(shop)
    assert (CALLER, (
        "Alder Plumbing: a time was freed for Drain cleaning, Thu, Jun 18 at 6 AM. Reply C to take it. We keep it for "
        f"you for half an hour. Other times: {links.link_to_book(lead, now=clock.now())} Reply STOP to opt out."
    )) in shop.sent  # fmt: skip
    entry.refresh_from_db()
    assert (entry.status, entry.offer and entry.offer.status) == (WaitlistStatus.OFFERED, AppointmentStatus.HOLD)


def test_unanswered_it_goes_to_the_next(
    shop: Wire, service: Service, full: Appointment, at: time_machine.Traveller
) -> None:
    wait(shop, service)
    wait(shop, service, SECOND)
    cancel(full)
    shop.deliver_due()
    at.shift(timedelta(minutes=29))
    tasks.tick()
    assert offers(shop) == [(CALLER, MessageStatus.ACCEPTED)]
    at.shift(timedelta(minutes=1))
    tasks.tick()
    shop.deliver_due()
    assert offers(shop) == [(CALLER, MessageStatus.ACCEPTED), (SECOND, MessageStatus.ACCEPTED)]
    at.shift(timedelta(minutes=31))
    tasks.tick()
    assert len(offers(shop)) == 2


@pytest.mark.parametrize("text", ["C", "yes", "Ok, see you then"])
def test_they_take_it(shop: Wire, service: Service, full: Appointment, at: time_machine.Traveller, text: str) -> None:
    entry = wait(shop, service)
    cancel(full)
    shop.deliver_due()
    at.shift(timedelta(minutes=5))
    say(shop, text)
    entry.refresh_from_db()
    assert entry.offer is not None
    assert (entry.status, entry.offer.status) == (WaitlistStatus.BOOKED, AppointmentStatus.CONFIRMED)
    assert entry.offer.lead == customer(shop)
    assert not Conversation.objects.get(lead=entry.lead).needs_reply
    mine = [text for text in shop.texts() if text.lead == entry.lead]
    assert [text.idem_key.partition(":")[0] for text in mine] == ["waitlist", "appointment"]


@pytest.mark.parametrize("text", ["no thanks", "I can't make it"])
def test_they_do_not_want_it(
    shop: Wire, service: Service, full: Appointment, at: time_machine.Traveller, text: str
) -> None:
    entry = wait(shop, service)
    wait(shop, service, SECOND)
    cancel(full)
    shop.deliver_due()
    at.shift(timedelta(minutes=5))
    say(shop, text)
    entry.refresh_from_db()
    assert entry.status == WaitlistStatus.WITHDRAWN
    tasks.reconcile()
    assert [phone for phone, _ in offers(shop)] == [CALLER, SECOND]


def test_what_is_gone_is_for_a_person(
    shop: Wire, service: Service, full: Appointment, at: time_machine.Traveller
) -> None:
    wait(shop, service)
    cancel(full)
    shop.deliver_due()
    at.shift(timedelta(minutes=40))
    tasks.tick()
    book(shop, service, lead=make_lead(shop.business), by=BookedBy.STAFF)
    say(shop, "C")
    assert Conversation.objects.get(lead=customer(shop)).needs_reply
    assert not Appointment.objects.filter(lead=customer(shop), status=AppointmentStatus.CONFIRMED).exists()


def test_nothing_is_offered_at_night(
    shop: Wire, service: Service, full: Appointment, at: time_machine.Traveller
) -> None:
    wait(shop, service, day=date(2026, 6, 19))
    book(shop, service, at=THURSDAY + timedelta(days=1), lead=make_lead(shop.business), by=BookedBy.STAFF)
    at.move_to(NOON.replace(day=18, hour=2))  # 10 PM in New York
    cancel(Appointment.objects.get(starts_at=THURSDAY + timedelta(days=1)))
    tasks.reconcile()
    assert offers(shop) == []
    at.move_to(NOON.replace(day=18, hour=12))
    tasks.reconcile()
    assert [phone for phone, _ in offers(shop)] == [CALLER]


@pytest.mark.parametrize("why", ["opted out", "landline", "paused"])
def test_who_cannot_be_texted_is_passed_over(shop: Wire, service: Service, full: Appointment, why: str) -> None:
    entry = wait(shop, service)
    wait(shop, service, SECOND)
    if why == "opted out":
        make_opt_out(shop.business, phone=CALLER)
    if why == "landline":
        type(entry.lead).objects.filter(pk=entry.lead_id).update(is_landline=True)
    if why == "paused":
        say(shop, "wrong number")
        Conversation.objects.filter(lead=entry.lead).update(automation_paused=True)
    cancel(full)
    assert [phone for phone, _ in offers(shop)] == [SECOND]


def test_each_freed_time_is_offered_to_somebody_else(shop: Wire, at: time_machine.Traveller) -> None:
    service = make_bookable(shop, most_per_day=2)
    rows = [
        book(shop, service, at=THURSDAY + timedelta(hours=hours), lead=make_lead(shop.business), by=BookedBy.STAFF)
        for hours in (0, 2)
    ]
    for phone in (CALLER, SECOND, "+15555550143"):
        wait(shop, service, phone)
    for row in rows:
        cancel(row)
    assert [phone for phone, _ in offers(shop)] == [CALLER, SECOND]
    starts = Appointment.objects.filter(status=AppointmentStatus.HOLD).values_list("starts_at", flat=True)
    assert len(set(starts)) == 2


def test_two_workers_make_one_offer(shop: Wire, service: Service, full: Appointment) -> None:
    wait(shop, service)
    Appointment.objects.filter(pk=full.pk).update(status=AppointmentStatus.CANCELED)
    full.assignments.all().delete()
    location, now = shop.number.location, clock.now()
    assert sum(run_at_once([lambda: waitlist_offers.offer_freed(location, now=now)] * 4)) == 1
    assert len(offers(shop)) == 1


def test_booking_in_another_way_ends_the_waiting(shop: Wire, service: Service) -> None:
    entry = wait(shop, service)
    book(shop, service)
    entry.refresh_from_db()
    assert entry.status == WaitlistStatus.BOOKED


@pytest.mark.parametrize("why", ["never text", "country not served"])
def test_no_time_is_kept_for_who_gets_no_text(shop: Wire, service: Service, full: Appointment, why: str) -> None:
    foreign = "+14165550123"
    wait(shop, service, CALLER if why == "never text" else foreign)
    if why == "never text":
        make_never_text(shop.business, phone=CALLER)
    cancel(full)
    assert offers(shop) == []
    assert not Appointment.objects.filter(booked_by=BookedBy.ROBOT).exists()
