"""What the booking page refuses: each time with words, and with nothing written."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.models import JobRequest, Lead
from recoverline.lib import signing
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BookingRules
from scheduling.page import acts, public
from tests.factories import NOON, make_lead, make_request
from tests.scheduling.page.visitor import (
    MARIA,
    MARIA_PHONE,
    Visitor,
    at,
    heading_of,
    make_page,
    path_to_book,
    text_of,
    times,
    written,
)
from tests.scheduling.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_page()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


# ---------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("start", "status"),
    [
        pytest.param("", 400, id="none chosen"),
        pytest.param("tomorrow", 400, id="not a time"),
        pytest.param("2026-06-18T10:00:00", 400, id="without a zone"),
        pytest.param("9999-12-31T23:59:59+00:00", 400, id="at the end of time"),
        pytest.param("0001-01-01T00:00:00-23:59", 400, id="at its beginning"),
        pytest.param("2026-06-18T10:00:00\x00+00:00", 400, id="with a NUL"),
        pytest.param("2026-06-18T14:00:00+00:00" * 999, 400, id="endless"),
        pytest.param("2026-06-17T14:00:00+00:00", 409, id="past"),
        pytest.param("2026-06-18T14:05:00+00:00", 409, id="beside the grid"),
        pytest.param("2026-06-18T14:00:00.5+00:00", 409, id="half a second"),
        pytest.param("2026-06-18T03:00:00+00:00", 409, id="at night"),
        pytest.param("2026-06-20T14:00:00+00:00", 409, id="on a Saturday"),
        pytest.param("2026-10-01T14:00:00+00:00", 409, id="beyond the horizon"),
    ],
)
def test_forged_times(shop: Shop, visitor: Visitor, start: str, status: int) -> None:
    with at():
        visitor.get(times(shop))
        before = written()
        answer = visitor.post(times(shop), start=start)
    assert (answer.status_code, written()) == (status, before)
    assert "Continue" in text_of(answer)


@pytest.mark.parametrize("start", ["2026-06-18T14:05:00+00:00", "2026-06-17T14:00:00+00:00", "soon"])
def test_a_forged_time_in_the_last_step(shop: Shop, visitor: Visitor, start: str) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        before = written()
        answer = visitor.post(details, **MARIA, start=start)
    assert (answer.status_code, written()) == (409, before)


@pytest.mark.parametrize(
    ("change", "heading", "status"),
    [
        pytest.param({"is_online": False}, "This cannot be booked online.", 404, id="not online"),
        pytest.param({"is_active": False}, "This cannot be booked online.", 404, id="not offered any more"),
    ],
)
def test_a_service_that_is_not_bookable(
    shop: Shop, visitor: Visitor, change: dict[str, bool], heading: str, status: int
) -> None:
    model = BookingRules if "is_online" in change else type(shop.service)
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        model.objects.update(**change)
        before = written()
        for answer in (
            visitor.get(times(shop)),
            visitor.post(times(shop), start=shop.at(11).isoformat()),
            visitor.get(details),
            visitor.post(details, **MARIA),
        ):
            assert (answer.status_code, heading_of(answer)) == (status, heading)
            assert "Ask us to call you" in text_of(answer)
    assert written() == before


@pytest.mark.parametrize("service", ["0", "999999", "9" * 40])
def test_a_service_that_does_not_exist(shop: Shop, visitor: Visitor, service: str) -> None:
    assert visitor.get(f"/book/alder/service/{service}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"name": "\u200b\u202e \x00"}, "Please fill this in."),
        ({"name": "x" * 121}, "Please use at most 120 characters."),
        ({"phone": ""}, "Please fill this in."),
        ({"phone": "555-0147"}, "This is not a phone number."),
        ({"phone": "anonymous"}, "This is not a phone number."),
        ({"note": "x" * 501}, "Please use at most 500 characters."),
    ],
)
def test_what_is_wrong_stands_at_its_field(shop: Shop, visitor: Visitor, typed: dict[str, str], message: str) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        before = written()
        answer = visitor.post(details, **{**MARIA, **typed})
    body, name = answer.content.decode(), next(iter(typed))
    assert (answer.status_code, written()) == (422, before)
    assert message in text_of(answer)
    assert f'id="id_{name}_error"' in body
    assert f'id_{name}_error"' in body.partition(f'name="{name}"')[2].partition(">")[0]


REFUSED = "We cannot take this phone number here. Please use another, or call us."


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param("+44 7400 123456", id="a country that is not served"),
        pytest.param("+1 416 555 0147", id="another one of the same numbering plan"),
        pytest.param("900 555 1234", id="premium rate"),
        pytest.param("+870 776 123 456", id="satellite"),
    ],
)
def test_phones_that_would_cost_the_business_are_refused(shop: Shop, visitor: Visitor, phone: str) -> None:
    shop.rules.most_per_day = 1
    shop.rules.save()
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        shop.book(shop.at(12), lead=make_lead(shop.business))
        before = written()
        for path in (details, "/book/alder/callback/", f"{times(shop)}waitlist/?day=2026-06-18"):
            answer = visitor.post(path, **{**MARIA, "phone": phone})
            assert (answer.status_code, REFUSED in text_of(answer)) == (422, True), path
            assert answer.content.decode().count('href="tel:+12125550100"') > 1
    assert written() == before


def test_phones_of_every_country_that_is_served_are_taken(shop: Shop, visitor: Visitor) -> None:
    shop.business.countries_served = ["US", "GB"]
    shop.business.save()
    with at():
        visitor.book(times(shop), shop.at(10), phone="+44 7400 123456")
    assert Lead.objects.get().phone == "+447400123456"


def test_strange_characters_are_cleaned(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.book(times(shop), shop.at(10), name=" Ma\u202eria\r\n\x00 L\u00f3pez\u200b ", note="a\r\nb\x07<b>")
    row = Appointment.objects.get()
    assert (row.name, row.note) == ("Maria López", "a b<b>")


def test_a_robot_that_fills_everything_in_is_thanked_for_nothing(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        before = written()
        answer = visitor.post(details, **MARIA, trap="https://spam.example")
    assert (answer.status_code, heading_of(answer), written()) == (200, "Thank you", before)


def test_so_many_appointments_of_one_phone_say_nothing_about_it(shop: Shop, visitor: Visitor) -> None:
    lead = make_lead(shop.business, phone=MARIA_PHONE)
    with at():
        for hour in (9, 10, 11):
            shop.book(shop.at(hour, days=2), lead=lead)
        details = visitor.keep(times(shop), shop.at(10))
        before = written()
        answer = visitor.post(details, **MARIA)
    assert (answer.status_code, written()) == (409, before)
    assert "This cannot be booked online." in text_of(answer)  # as it is said of services and places
    assert "phone already" not in text_of(answer)
    assert "Ask us to call you" in text_of(answer)


def test_a_known_phone_is_answered_like_an_unknown_one(shop: Shop) -> None:
    """The name that is known is neither shown nor replaced."""
    make_lead(shop.business, phone=MARIA_PHONE, name="Mrs. Lopez")
    with at():
        known = Visitor().book(times(shop), shop.at(10))
        unknown = Visitor().book(times(shop), shop.at(12), phone="(212) 555-0148")
    assert text_of(known).replace("10:00", "12:00").replace("AM", "PM") == text_of(unknown).replace("0148", "0147")
    assert Lead.objects.get(phone=MARIA_PHONE).name == "Mrs. Lopez"


def test_whoever_only_knows_a_phone_changes_nothing_of_its_owner(shop: Shop) -> None:
    """Neither the name, unknown so far, nor what they have asked for: it stays open for staff."""
    lead = make_lead(shop.business, phone=MARIA_PHONE, name="")
    asked = make_request(lead, shop.location)
    with at():
        Visitor().book(times(shop), shop.at(10))
    lead.refresh_from_db()
    asked.refresh_from_db()
    row = Appointment.objects.get()
    assert (lead.name, asked.status, row.lead, row.name) == ("", "open", lead, "Maria Lopez")
    assert (row.request != asked, row.request.status, row.request.source, JobRequest.objects.count()) == (
        True, "booked", "booking page", 2,
    )  # fmt: skip


def test_a_personal_link_settles_what_was_asked_for(shop: Shop) -> None:
    lead = make_lead(shop.business, phone=MARIA_PHONE, name="")
    asked = make_request(lead, shop.location)
    with at():
        Visitor().book(f"{path_to_book(lead)}service/{shop.service.pk}/", shop.at(10))
    lead.refresh_from_db()
    asked.refresh_from_db()
    assert (lead.name, asked.status, Appointment.objects.get().request) == ("Maria Lopez", "booked", asked)


def test_a_second_press_opens_no_second_request(shop: Shop) -> None:
    with at():
        details = Visitor().keep(times(shop), shop.at(10))
        entrance = public.open_entrance("alder")
        assert entrance is not None
        held = Appointment.objects.get()
        customer = acts.Customer(name="Maria", phone=MARIA_PHONE)
        rows = [acts.book_kept(entrance, held, customer, start=shop.at(10), now=NOON) for _ in range(2)]
        assert Visitor().get(details).status_code == 302
    assert (rows[0], JobRequest.objects.count()) == (rows[1], 1)


# ---------------------------------------------------------------- who may finish a hold
def test_only_the_browser_that_got_the_hold_can_finish_it(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.keep(times(shop), shop.at(10))
        row = Appointment.objects.get()
        before = written()
        for signed in (
            str(row.key),
            public.sign_done(row),
            signing.sign("hold", str(row.key), key="guessed"),
            public.sign_hold(row)[:-1],
            "a.b.c",
            "\x00",
            "é",
        ):
            path = f"/book/alder/details/{signed}/"
            for answer in (visitor.get(path), visitor.post(path, **MARIA)):
                assert (answer.status_code, heading_of(answer)) == (404, "This link does not work any more.")
            assert visitor.get(f"/book/alder/done/{public.sign_hold(row)}/").status_code == 404
    assert written() == before


def test_a_hold_of_another_business_is_none(shop: Shop, visitor: Visitor) -> None:
    other = make_page(name="Birch Dental", slug="birch")
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        answer = visitor.post(details.replace("/alder/", "/birch/"), **MARIA)
        assert (answer.status_code, Appointment.objects.get().status) == (404, "hold")
        elsewhere = visitor.get(f"/book/birch/service/{shop.service.pk}/")
        assert (elsewhere.status_code, shop.service.name in text_of(elsewhere)) == (404, False)
        assert other.service.name not in text_of(visitor.get("/book/alder/"))


def test_what_was_canceled_is_not_booked_again_by_its_old_page(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        visitor.post(details, **MARIA)
        booking.cancel(Appointment.objects.get(), by=BookedBy.STAFF, now=NOON, version=1)
        before = written()
        answer = visitor.post(details, **MARIA)
        assert heading_of(visitor.get(answer["Location"])) == "Your appointment is canceled."
    assert written() == before


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_the_page_of_a_hold_does_not_lead_to_what_became_of_the_booking(shop: Shop, visitor: Visitor, act: str) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        visitor.post(details, **MARIA)
    row = Appointment.objects.get()
    later = NOON + timedelta(minutes=2)
    with at(later):
        assert visitor.get(details).status_code == 302
        if act == "move":
            booking.reschedule(row, starts_at=shop.at(15), by=BookedBy.STAFF, now=later, version=1)
        else:
            booking.cancel(row, by=BookedBy.STAFF, now=later, version=1)
        for answer in (visitor.get(details), visitor.post(details, **MARIA)):
            assert (answer.status_code, heading_of(answer)) == (404, "This link does not work any more.")
    with at(later - timedelta(seconds=1)):
        assert visitor.post(details, **MARIA).status_code == 302  # the second of two presses


def test_the_pages_own_token_is_needed(shop: Shop) -> None:
    client = Client(enforce_csrf_checks=True)
    with at():
        answer = client.post(times(shop), {"start": shop.at(10).isoformat()})
    assert (answer.status_code, Appointment.objects.count()) == (403, 0)


def test_looking_writes_nothing(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        before = written()
        for path in ("/book/alder/", times(shop), details):
            assert visitor.get(path).status_code == 200
            assert visitor.client.head(path).status_code == 200
        assert visitor.client.put(details).status_code == 405
    assert written() == before
