"""The real books: every act through its door, once however often it is asked for, and for this person alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from messaging.agent.books import LiveBooks, find_starts, spread
from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.desk import TimeGone, TimesWanted
from messaging.agent.situation import Offer
from messaging.models import SlotOffer, UnansweredQuestion
from scheduling.models import Appointment
from tests.factories import NOON, make_appointment, make_lead
from tests.messaging.agent.shop import Shop, make_shop
from tests.messaging.visits import book
from tests.wire import Wire

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Shop:
    return make_shop(wire, at, mode="off")


@pytest.fixture
def books(shop: Shop) -> LiveBooks:
    message = shop.writes("I need drain cleaning")
    return LiveBooks(shop.thread(), message, language="en", now=NOON)


def offer(shop: Shop, books: LiveBooks, *, visit_key: str = "") -> tuple[Offer, ...]:
    wanted = TimesWanted(date(2026, 6, 18), date(2026, 6, 18))
    return books.offer(books.find(shop.drains.pk, None, wanted, count=2, visit_key=visit_key))


def test_starts_suit_the_days_and_the_hours_that_are_wanted(shop: Shop) -> None:
    wanted = TimesWanted(date(2026, 6, 18), date(2026, 6, 18), time(13), time(14, 30))
    found = find_starts(shop.drains, shop.wire.number.location, wanted, area=None, ignoring=None, now=NOON)
    assert [start.astimezone(ZONE).strftime("%d %H:%M") for start in found] == ["18 13:00", "18 14:00"]


def test_what_is_offered_differs_enough_to_be_a_choice() -> None:
    hours = [datetime(2026, 6, 18, 12, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(6)]
    assert spread(hours, 2, ZONE) == [hours[0], hours[4]]
    assert spread(hours[:3], 2, ZONE) == [hours[0], hours[2]]
    assert spread([], 2, ZONE) == []


def test_a_newer_list_makes_the_older_one_mean_nothing(shop: Shop, books: LiveBooks) -> None:
    first, second = offer(shop, books), offer(shop, books)
    current = [str(key) for key in SlotOffer.objects.filter(is_current=True).values_list("key", flat=True)]
    assert sorted(current) == sorted(row.key for row in second)
    assert {row.key for row in first} & set(current) == set()


def test_booking_twice_is_one_visit(shop: Shop, books: LiveBooks) -> None:
    chosen = offer(shop, books)[0]
    words = [books.book(chosen, name="Dana", address="1 Elm St") for _ in range(2)]
    again = LiveBooks(shop.thread(), books.trigger, language="en", now=NOON)
    words.append(again.book(chosen, name="Dana", address="1 Elm St"))
    assert words == ["Drain cleaning, Thu, Jun 18 at 6 AM"] * 3
    (visit,) = shop.visits()
    assert (visit.name, visit.address, visit.lead, visit.booked_by) == ("Dana", "1 Elm St", shop.lead(), "robot")
    assert SlotOffer.objects.filter(is_current=True).count() == 0


def test_a_time_that_somebody_else_took_is_gone(shop: Shop, books: LiveBooks) -> None:
    chosen = offer(shop, books)[0]
    book(shop.wire, shop.drains, at=chosen.starts_at, lead=make_lead(shop.wire.business))
    for act in (lambda: books.hold(chosen), lambda: books.book(chosen, name="", address="")):
        with pytest.raises(TimeGone):
            act()


def test_moving_and_canceling_twice_is_once(shop: Shop, books: LiveBooks) -> None:
    books.book(offer(shop, books)[0], name="", address="")
    (visit,) = shop.visits()
    to = offer(shop, books, visit_key=str(visit.key))[1]
    assert [books.move(to) for _ in range(2)] == ["Drain cleaning, Thu, Jun 18 at 9 AM"] * 2
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (to.starts_at, 2)
    assert [books.cancel(str(visit.key)) for _ in range(2)] == [
        "Canceled: Drain cleaning, Thu, Jun 18 at 9 AM"
    ] * 2  # fmt: skip
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("canceled", 3)


def test_nobody_elses_visit_is_touched(shop: Shop, books: LiveBooks) -> None:
    theirs = make_appointment(shop.drains, shop.wire.number.location, lead=make_lead(shop.wire.business))
    with pytest.raises(ToolRefused):
        books.cancel(str(theirs.key))
    books.set_address("12 Elm St")
    assert Appointment.objects.get(pk=theirs.pk).address == ""


def test_an_unanswered_question_and_a_call_are_kept_once(shop: Shop, books: LiveBooks) -> None:
    for _ in range(2):
        books.note_unanswered("Do you fix kites?")
        books.arrange_call(None)
    assert [row.text for row in UnansweredQuestion.objects.all()] == ["Do you fix kites?"]
    assert [(row.reason, row.lead) for row in shop.tasks()] == [("call_asked", shop.lead())]


def test_a_service_that_was_deleted_after_it_was_published_is_not_offered_nor_noted(
    shop: Shop, books: LiveBooks
) -> None:
    gone = shop.drains.pk + 1_000
    assert books.find(gone, None, TimesWanted(), count=2, visit_key="") == []
    books.save({"need": "a leak"}, service_id=gone)
    request = shop.thread().request
    assert request is not None
    assert (request.need, request.service_id) == ("a leak", None)
