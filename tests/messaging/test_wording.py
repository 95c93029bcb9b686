"""What costs queries is looked up only for texts that name it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.enums import ScriptKind
from messaging.models import PhoneNumber
from messaging.wording import worded
from scheduling import links
from scheduling.models import BookingLink
from tests.factories import (
    NOON,
    make_booking_settings,
    make_business,
    make_lead,
    make_location,
    make_number,
    make_rules,
    make_script,
    make_service,
)

pytestmark = pytest.mark.django_db

BODY = "{business}: sorry we missed your call. {booking_link} {opt_out}"


@pytest.fixture
def number() -> PhoneNumber:
    return make_number(make_location(make_business("Alder Plumbing")))


def say(number: PhoneNumber) -> str:
    lead = number.business.leads.first() or make_lead(number.business)
    return worded(ScriptKind.MISSED_CALL, number=number, lead=lead, now=NOON).body


def test_the_businesss_own_page_is_linked(number: PhoneNumber) -> None:
    make_script(number.business, body=BODY)
    make_booking_settings(number.business)
    number.business.booking_url = "https://alder.example/book"
    assert say(number) == (
        "Alder Plumbing: sorry we missed your call. https://alder.example/book Reply STOP to opt out."
    )  # fmt: skip
    assert not BookingLink.objects.exists()


def test_without_one_the_link_is_personal_and_stays_the_same(number: PhoneNumber) -> None:
    make_script(number.business, body=BODY)
    make_rules(make_service(number.business))
    texts = {say(number), say(number)}
    lead = number.business.leads.get()
    link = links.link_to_book(lead, now=NOON)
    assert texts == {f"Alder Plumbing: sorry we missed your call. {link} Reply STOP to opt out."}
    assert BookingLink.objects.count() == 1


@pytest.mark.parametrize(
    ("bookable", "online", "page", "linked"),
    [(False, False, False, False), (True, False, False, False), (True, True, False, True), (False, False, True, False)],
)
def test_there_is_a_link_where_something_can_be_booked(
    number: PhoneNumber, bookable: bool, online: bool, page: bool, linked: bool
) -> None:
    make_script(number.business, body=BODY)
    service = make_service(number.business)
    if bookable:
        make_rules(service, is_online=online)
    make_booking_settings(number.business, is_page_on=page)
    assert ("/b/" in say(number)) == linked


def test_a_text_that_names_no_link_asks_for_none(number: PhoneNumber) -> None:
    make_booking_settings(number.business)
    make_script(number.business)
    make_lead(number.business)
    lead = number.business.leads.get()
    with CaptureQueriesContext(connection) as queries:
        worded(ScriptKind.MISSED_CALL, number=number, lead=lead, now=NOON)
    assert [query["sql"] for query in queries if "messaging_script" not in query["sql"]] == []
