"""What the front desk says often: filled in for one customer, or not offered at all."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from leads.models import Business
from messaging.inbox import canned
from messaging.models import CannedReply, Conversation
from scheduling.models import BookingLink
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import as_user, converse, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def make_reply(business: Business, shortcut: str, body: str = "Hello.", **values: Any) -> CannedReply:
    defaults = {"title": shortcut.capitalize()}
    return CannedReply.objects.create(business=business, shortcut=shortcut, body=body, **{**defaults, **values})


def said(conversation: Conversation) -> list[tuple[str, str]]:
    fresh = Conversation.objects.select_related(
        "business", "location__business", "number", "lead", "request__service"
    ).get(pk=conversation.pk)
    return [(reply.shortcut, reply.text) for reply in canned.replies_for(fresh, now=NOON)]


def test_placeholders_become_what_is_known_of_the_customer_and_the_place(cast: Cast) -> None:
    factories.make_hours(cast.a)
    service = factories.make_service(cast.a, "Drain cleaning", price_from_cents=8900, price_to_cents=12900)
    conversation = converse(cast, lead={"name": "dana whitfield"})
    conversation.request = factories.make_request(conversation.lead, cast.a_location, service=service)
    conversation.save()
    factories.make_appointment(
        service, cast.a_location, lead=conversation.lead, starts_at=NOON + timedelta(days=1), status="confirmed"
    )
    make_reply(cast.a, "a-hours", "Hi {caller_name}, {business} is open {hours}.")
    make_reply(cast.a, "b-price", "{service} is {price}.")
    make_reply(cast.a, "c-visit", "{appointment}, {when}.")
    assert said(conversation) == [
        ("a-hours", "Hi Dana, Alder Plumbing is open Mon-Fri 9 AM-5 PM."),
        ("b-price", "Drain cleaning is $89 to $129."),
        ("c-visit", "Drain cleaning, Thu, Jun 18 at 2 PM."),
    ]
    factories.make_service_at(service, cast.a_location, price_from_cents=9900)
    assert ("b-price", "Drain cleaning is from $99.") in said(conversation)


def test_what_would_be_said_with_a_hole_is_not_offered(cast: Cast) -> None:
    make_reply(cast.a, "name", "Hi {caller_name}, on our way.")
    make_reply(cast.a, "price", "{service} is {price}.")
    make_reply(cast.a, "visit", "See you {when}.")
    make_reply(cast.a, "link", "Book here: {booking_link}")
    make_reply(cast.a, "gone", is_active=False)
    make_reply(cast.b, "theirs")
    assert said(converse(cast, lead={"name": ""})) == [("name", "Hi, on our way.")]


def test_looking_at_a_link_makes_none(cast: Cast) -> None:
    factories.make_booking_settings(cast.a)
    make_reply(cast.a, "link", "Book here: {booking_link}")
    assert said(converse(cast)) == [("link", f"Book here: {settings.SITE_URL}/book/alder/")]
    assert BookingLink.objects.count() == 0


def test_the_language_of_the_conversation_comes_first(cast: Cast) -> None:
    make_reply(cast.a, "hi", "Hello.", language="en")
    make_reply(cast.a, "hi", "Hola.", language="es")
    make_reply(cast.a, "zip", "85004")
    assert said(converse(cast, language="es")) == [("hi", "Hola."), ("zip", "85004"), ("hi", "Hello.")]
    assert said(converse(cast)) == [("hi", "Hello."), ("zip", "85004"), ("hi", "Hola.")]


def test_the_list_for_the_page_is_for_those_who_may_write(cast: Cast) -> None:
    make_reply(cast.a, "way", "Hi {caller_name}.")
    conversation = converse(cast)
    path = reverse("inbox:canned-list", args=[conversation.key])
    assert [row["text"] for row in as_user(cast.ana).get(path).json()["replies"]] == ["Hi Dana."]
    assert as_user(cast.cleo).get(path).status_code == 404


def test_without_a_script_the_page_comes_back_with_the_words_in_the_field(cast: Cast) -> None:
    conversation, reply = converse(cast), make_reply(cast.a, "way", "Hi {caller_name}.")
    page = as_user(cast.ana).get(url("show", conversation), {"canned": str(reply.key)}).content.decode()
    assert "Hi Dana.</textarea>" in page
    foreign = make_reply(cast.b, "way", "Birch")
    assert (
        "Birch" not in as_user(cast.ana).get(url("show", conversation), {"canned": str(foreign.key)}).content.decode()
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Hi {first}.", "There is no {first}."),
        ("We have {slots}.", "{slots} is not known in a prepared reply: take it out."),
        ("{person} is on it.", "{person} is not known in a prepared reply: take it out."),
        ("Reply STOP to move it.", "STOP ends all texts to the customer"),
        ("See bit.ly/x", "Carriers block texts with bit.ly links"),
    ],
)
def test_what_could_not_be_said_is_not_saved(cast: Cast, body: str, problem: str) -> None:
    values = {"shortcut": "x", "title": "X", "body": body, "language": "", "is_active": "on"}
    answer = as_user(cast.ana).post(reverse("admin:messaging_cannedreply_add"), values)
    assert (answer.status_code, problem in answer.content.decode()) == (200, True)
    assert CannedReply.objects.count() == 0


def test_a_good_one_is_saved_and_shown_as_a_customer_reads_it(cast: Cast) -> None:
    ana = as_user(cast.ana)
    values = {"shortcut": "price", "title": "Price", "body": "{service} is {price}.", "language": "", "is_active": "on"}
    assert ana.post(reverse("admin:messaging_cannedreply_add"), values).status_code == 302
    reply = CannedReply.objects.get()
    page = ana.get(reverse("admin:messaging_cannedreply_change", args=[reply.pk])).content.decode()
    assert ("Water heater repair is $89 to $129." in page, "always empty" in page) == (True, False)
    preview = reverse("admin:messaging_cannedreply_preview")
    shown = ana.post(preview, {"business": cast.a.pk, "body": "Hi {caller_name}."}).content.decode()
    assert "Hi Maria." in shown
    assert ana.post(preview, {"business": cast.b.pk, "body": "{business}"}).status_code == 404
    assert as_user(cast.ben).post(preview, {"business": cast.a.pk, "body": "Hi"}).status_code in (403, 404)
