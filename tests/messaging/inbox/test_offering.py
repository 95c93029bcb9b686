"""Open times for the customer of a conversation: offered in a text, understood when they answer, booked by staff."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from leads.enums import Role
from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.inbox import offering
from messaging.models import Conversation, SlotOffer
from recoverline.lib import clock
from scheduling.models import Appointment
from tests import factories
from tests.factories import NOON
from tests.messaging import visits
from tests.messaging.desk import as_user, url
from tests.wire import Wire

pytestmark = pytest.mark.django_db
TEN, NOONISH, TWO = (visits.THURSDAY + timedelta(hours=hours) for hours in (0, 2, 4))


@pytest.fixture(autouse=True)
def _stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


class Shop:
    """Ana at the desk, and Dana who wants her drain cleaned."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.service = wire, visits.make_bookable(wire)
        self.ana = factories.make_user("ana")
        factories.make_member(wire.business, self.ana, Role.FRONT_DESK)
        lead = visits.customer(wire, name="Dana")
        request = factories.make_request(lead, wire.number.location, service=self.service, address="5 Elm St")
        self.conversation = factories.make_conversation(lead, wire.number, request=request)
        self.desk = as_user(self.ana)

    def path(self, name: str) -> str:
        return reverse(f"inbox:{name}", args=[self.conversation.key])

    def asked(self, *starts: Any) -> dict[str, Any]:
        written = [start.isoformat() for start in starts]
        return {"service": str(self.service.pk), "location": str(self.wire.number.location.key), "start": written}

    def book(self, start: Any, client_id: uuid.UUID | None = None, **values: str) -> HttpResponse:
        values = {"address": "5 Elm St", "client_id": str(client_id or uuid.uuid4()), **values}
        return self.desk.post(self.path("slot-book"), {**self.asked(start), **values}, headers={"X-Part": "slots"})

    def send(self, text: str, offered: str) -> Conversation:
        values = {"body": text, "offered": offered, "client_id": str(uuid.uuid4())}
        assert self.desk.post(url("reply", self.conversation), values).status_code == 302
        return Conversation.objects.select_related("business", "location", "lead").get(pk=self.conversation.pk)


@pytest.fixture
def shop(wire: Wire) -> Shop:
    return Shop(wire)


def test_the_service_of_the_request_is_chosen_and_its_next_times_are_shown(shop: Shop) -> None:
    page = shop.desk.get(shop.path("slot-list"))
    assert page.context["look"].chosen_service == shop.service
    shown = [slot.starts_at for slot in page.context["slots"]]
    assert (len(shown), shown == sorted(shown), shown[0] >= NOON) == (6, True, True)
    later = shop.desk.get(shop.path("slot-list"), {"day": "2026-06-22"})
    assert f"{later.context['slots'][0].starts_at:%Y-%m-%d}" == "2026-06-22"


def test_ticked_times_become_a_text_and_the_text_a_list_that_can_be_chosen_from(shop: Shop) -> None:
    said = shop.desk.get(shop.path("slot-list"), {**shop.asked(TEN, NOONISH), "text": "1"}).json()
    times = "1) Thu, Jun 18 at 10 AM or 2) Thu, Jun 18 at 12 PM"
    assert said["text"] == f"I have {times}. Reply with the number, or tell me another day."
    assert SlotOffer.objects.count() == 0
    thread = shop.send(said["text"], said["offered"])
    offers = SlotOffer.objects.filter(is_current=True).order_by("number")
    assert [(row.number, row.starts_at) for row in offers] == [(1, TEN), (2, NOONISH)]
    assert offering.taken_offer(thread, now=NOON) is None
    theirs = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}
    factories.make_message(thread, "2", **theirs)
    taken = offering.taken_offer(thread, now=NOON)
    assert taken is not None
    assert (taken.offer.starts_at, taken.words, taken.said) == (NOONISH, "Thu, Jun 18 at 12 PM", "2")
    assert "takes Thu, Jun 18 at 12 PM" in shop.desk.get(url("show", thread)).content.decode()


def test_what_was_taken_out_of_the_text_was_not_offered(shop: Shop) -> None:
    offered = str(offering.Offered(shop.service, shop.wire.number.location, (TEN, NOONISH, TWO)))
    shop.send("Could you do 2) Thu, Jun 18 at 12 PM?", offered)
    assert [row.number for row in SlotOffer.objects.filter(is_current=True)] == [2]


@pytest.mark.parametrize("offered", ["", "x", "1", "9 x 2026-06-18T14:00:00+00:00", "0 0 0 0 0 0", "9" * 400])
def test_what_was_not_offered_here_is_no_list(shop: Shop, offered: str) -> None:
    shop.send("1) Thu, Jun 18 at 10 AM", offered)
    assert SlotOffer.objects.count() == 0


def test_in_spanish_the_times_are_said_in_spanish(shop: Shop) -> None:
    shop.conversation.language = "es"
    shop.conversation.save()
    said = shop.desk.get(shop.path("slot-list"), {**shop.asked(TEN), "text": "1"}).json()["text"]
    assert said.startswith("Tengo 1) jue 18 de junio a las 10 AM.")


def test_without_a_script_the_page_comes_back_with_the_times_in_the_field(shop: Shop) -> None:
    page = shop.desk.get(url("show", shop.conversation), shop.asked(TEN))
    assert page.context["form"]["body"].value().startswith("I have 1) Thu, Jun 18 at 10 AM.")
    assert page.context["form"]["offered"].value().split()[0] == str(shop.service.pk)


def test_booking_is_staffs_act_once_and_is_confirmed_by_text(shop: Shop) -> None:
    client_id = uuid.uuid4()
    done = shop.book(TEN, client_id)
    assert done.status_code == 200
    assert done.json()["done"].startswith("Booked: Drain cleaning")
    assert shop.book(TEN, client_id).status_code == 200
    visit = Appointment.objects.get()
    assert (visit.starts_at, visit.booked_by, visit.actor, visit.address, visit.request) == (
        TEN,
        "staff",
        shop.ana,
        "5 Elm St",
        shop.conversation.request,
    )
    visits.tell()
    shop.wire.deliver_due()
    ((_, text),) = shop.wire.sent
    assert "Thu, Jun 18 at 10 AM" in text


def test_who_comes_too_late_is_told_the_next_three_times(shop: Shop) -> None:
    shop.book(TEN)
    late = shop.book(TEN)
    page = late.content.decode()
    assert (late.status_code, Appointment.objects.count()) == (409, 1)
    assert "This time was just taken." in page
    assert [f"{slot.starts_at:%H:%M}" for slot in late.context["instead"]] == ["15:00", "15:30", "16:00"]


def test_a_booked_list_is_closed(shop: Shop) -> None:
    offered = str(offering.Offered(shop.service, shop.wire.number.location, (TEN, NOONISH)))
    shop.send("1) Thu, Jun 18 at 10 AM, 2) Thu, Jun 18 at 12 PM", offered)
    shop.book(NOONISH)
    assert list(SlotOffer.objects.order_by("number").values_list("number", "is_current", "appointment__starts_at")) == [
        (1, False, None),
        (2, False, NOONISH),
    ]


@pytest.mark.parametrize("start", ["", "soon", "2026-06-18"])
def test_without_a_time_nothing_is_booked(shop: Shop, start: str) -> None:
    values = {**shop.asked(), "start": start, "client_id": str(uuid.uuid4())}
    assert shop.desk.post(shop.path("slot-book"), values).status_code == 422
    assert Appointment.objects.count() == 0


def test_a_strangers_service_and_place_are_no_choice(shop: Shop) -> None:
    visits.make_bookable(shop.wire, "Leak repair")
    other = factories.make_business("Birch")
    place, service = factories.make_location(other), factories.make_service(other)
    values = {"service": str(service.pk), "location": str(place.key)}
    look = shop.desk.get(shop.path("slot-list"), values).context["look"]
    assert (look.chosen_location, look.chosen_service) == (shop.wire.number.location, None)
    values |= {"start": TEN.isoformat(), "client_id": str(uuid.uuid4())}
    answer = shop.desk.post(shop.path("slot-book"), values)
    assert (answer.status_code, Appointment.objects.count()) == (422, 0)
