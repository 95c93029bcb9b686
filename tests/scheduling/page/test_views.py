"""The booking page from the first look to the booked appointment."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from leads.models import CallbackTask, JobRequest, Lead, LeadEvent
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BookingSettings
from scheduling.page.views import VISIT_COOKIE
from tests.factories import NOON, make_area, make_lead, make_location
from tests.scheduling.page.visitor import (
    MARIA,
    MARIA_PHONE,
    Visitor,
    at,
    heading_of,
    make_page,
    path_to_book,
    starts_in,
    text_of,
    times,
    written,
)
from tests.scheduling.shop import Shop, check_books, events_of, make_stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_page()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


# ---------------------------------------------------------------- the way through
def test_a_stranger_books(shop: Shop, visitor: Visitor) -> None:
    with at():
        assert heading_of(visitor.get("/book/alder/")) == "What can we do for you?"
        done = visitor.book(times(shop), shop.at(10))
    row = Appointment.objects.get()
    assert (row.status, row.starts_at, row.name, row.note, row.booked_by, row.version) == (
        "confirmed", shop.at(10), "Maria Lopez", "Dripping faucet", "page", 1,
    )  # fmt: skip
    lead = Lead.objects.get()
    assert (lead.phone, lead.name, lead.source, lead.is_simulated) == (
        MARIA_PHONE, "Maria Lopez", "booking page", False,
    )  # fmt: skip
    assert events_of(shop.business) == [("appointment.booked", f"Booked: {shop.service.name}, Thu Jun 18, 10:00")]
    consent = LeadEvent.objects.get(kind="consent.given")
    assert (consent.lead, consent.text, consent.data) == (
        lead, "Agreed to texts about appointments on the booking page", {"appointment": str(row.key)},
    )  # fmt: skip
    assert (JobRequest.objects.get().status, CallbackTask.objects.count()) == ("booked", 0)
    assert heading_of(done) == "You are booked."
    assert "Thursday, June 18 10:00 AM New York time (EDT)" in text_of(done)
    check_books()


def test_what_is_booked_stands_in_the_invite_and_leads_to_move_and_cancel(shop: Shop, visitor: Visitor) -> None:
    with at():
        done = visitor.book(times(shop), shop.at(10))
        invite = visitor.get(done.context["invite"])
        manage = visitor.get(urlsplit(done.context["manage"]).path)
    assert (invite.status_code, invite["Content-Type"], invite["Content-Disposition"], invite["Cache-Control"]) == (
        200, "text/calendar; charset=utf-8", 'attachment; filename="appointment.ics"', "no-store",
    )  # fmt: skip
    assert b"DTSTART:20260618T140000Z\r\n" in invite.content
    assert heading_of(manage) == "Your appointment"


def test_a_stale_calendar_makes_it_a_request(shop: Shop, visitor: Visitor) -> None:
    make_stale(shop)
    with at():
        done = visitor.book(times(shop), shop.at(10))
    assert (Appointment.objects.get().status, heading_of(done)) == ("requested", "Thank you. We have your request.")
    assert CallbackTask.objects.get().reason == "appointment"


def test_two_presses_book_once(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        first, second = visitor.post(details, **MARIA), visitor.post(details, **MARIA)
        assert visitor.get(details)["Location"] == first["Location"]
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert (Appointment.objects.count(), LeadEvent.objects.filter(kind="consent.given").count()) == (1, 1)


def test_two_presses_hold_once(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.get(times(shop))
        answers = [visitor.post(times(shop), start=shop.at(10).isoformat()) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [answers[0]["Location"]] * 2
    assert Appointment.objects.count() == 1


def test_choosing_again_gives_the_first_time_back(shop: Shop, visitor: Visitor) -> None:
    """One technician: half past ten only works because ten is not held any more."""
    with at():
        visitor.keep(times(shop), shop.at(10))
        assert shop.at(10).isoformat() in starts_in(visitor.get(times(shop)))  # one's own hold is no obstacle
        assert shop.at(10).isoformat() not in starts_in(Visitor().get(times(shop)))
        visitor.keep(times(shop), shop.at(10, 30))
    rows = Appointment.objects.order_by("starts_at").values_list("status", "starts_at")
    assert list(rows) == [("expired", shop.at(10)), ("hold", shop.at(10, 30))]
    check_books()


def test_the_same_time_can_be_kept_again_after_it_ran_out(shop: Shop, visitor: Visitor) -> None:
    with at():
        first = visitor.keep(times(shop), shop.at(10))
    with at(NOON + timedelta(minutes=11)):
        second = visitor.keep(times(shop), shop.at(10))
        assert visitor.post(second, **MARIA).status_code == 302
    assert first != second
    assert list(Appointment.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "confirmed"]


def test_how_long_it_is_kept_is_said_in_words(shop: Shop, visitor: Visitor) -> None:
    with at():
        page = visitor.get(visitor.keep(times(shop), shop.at(10)))
    assert "We keep this time for you until 2:10 PM." in text_of(page)
    assert "By booking you agree to texts from Alder Plumbing about this appointment." in text_of(page)


# ---------------------------------------------------------------- too late
def test_a_hold_that_ran_out_leads_back_with_the_next_three_times(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
    with at(NOON + timedelta(minutes=11)):
        back = visitor.get(details)
        assert urlsplit(back["Location"]).path == times(shop)
        assert parse_qs(urlsplit(back["Location"]).query)["gone"] == [shop.at(10).isoformat()]
        page = visitor.get(back["Location"])
    assert "We could not keep your time any longer." in text_of(page)
    assert starts_in(page)[:3] == [start.isoformat() for start in (shop.at(10), shop.at(10, 30), shop.at(11))]


def test_a_hold_that_ran_out_while_typing_is_booked_if_it_is_free(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
    with at(NOON + timedelta(minutes=30)):
        assert visitor.post(details, **MARIA).status_code == 302
        assert visitor.post(details, **MARIA).status_code == 302
    assert list(Appointment.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "confirmed"]


def test_one_that_ran_out_and_was_taken_keeps_what_was_typed(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
    with at(later := NOON + timedelta(minutes=30)):
        shop.book(shop.at(10), lead=make_lead(shop.business), now=later)
        before = written()
        page = visitor.post(details, **MARIA)
        # The hold that ran out was marked so by the other booking.
        assert (page.status_code, written()) == (409, before)
        assert "This time was just taken." in text_of(page)
        assert starts_in(page) == [start.isoformat() for start in (shop.at(11), shop.at(11, 30), shop.at(12))]
        assert 'value="Maria Lopez"' in page.content.decode()
        done = visitor.post(details, **MARIA, start=shop.at(11).isoformat())
        assert done.status_code == 302
    assert Appointment.objects.get(name="Maria Lopez").starts_at == shop.at(11)
    check_books()


def test_a_time_that_was_just_taken(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.get(times(shop))
        shop.book(shop.at(10), lead=make_lead(shop.business))
        before = written()
        page = visitor.post(times(shop), start=shop.at(10).isoformat())
    assert (page.status_code, written()) == (409, before)
    assert "This time was just taken." in text_of(page)
    assert starts_in(page)[:3] == [start.isoformat() for start in (shop.at(11), shop.at(11, 30), shop.at(12))]


def test_the_page_of_a_later_changed_booking_only_says_so(shop: Shop, visitor: Visitor) -> None:
    with at():
        done = visitor.book(times(shop), shop.at(10))
        row = Appointment.objects.get()
        booking.reschedule(row, starts_at=shop.at(15), by=BookedBy.STAFF, now=NOON, version=1)
        page = visitor.get(done.request["PATH_INFO"])
        invite = visitor.get(done.context["invite"])
    assert (heading_of(page), "10:00" in text_of(page), "3:00" in text_of(page)) == (
        "Your appointment has changed", False, False,
    )  # fmt: skip
    assert invite.status_code == 404


# ---------------------------------------------------------------- personal links
def test_a_personal_link_knows_who_it_is_for(shop: Shop, visitor: Visitor) -> None:
    lead = make_lead(shop.business, name="Maria", phone=MARIA_PHONE, language="es")
    BookingSettings.objects.update(is_page_on=False)
    with at():
        path = path_to_book(lead)
        assert "Hola, Maria:" in text_of(visitor.get(path))
        details = visitor.keep(f"{path}service/{shop.service.pk}/", shop.at(10))
        page = visitor.get(details)
        assert details.startswith(path)
        assert "Tenemos su número de teléfono. Termina en 0147." in text_of(page)
        assert "555" not in page.content.decode().replace("212) 555-0100", "").replace("12125550100", "")
        done = visitor.post(details, name="Maria Lopez", phone="+12125550199")
        assert heading_of(visitor.get(done["Location"])) == "Su cita está reservada."
    row = Appointment.objects.get()
    assert (row.lead, Lead.objects.count(), Lead.objects.get().phone) == (lead, 1, MARIA_PHONE)


def test_pages_of_links_are_kept_by_nobody(shop: Shop, visitor: Visitor) -> None:
    with at():
        personal = visitor.get(path_to_book(make_lead(shop.business)))
        details = visitor.get(visitor.keep(times(shop), shop.at(10)))
        public_page = visitor.get("/book/alder/")
    for answer in (personal, details):
        assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
        assert answer["Referrer-Policy"] == "same-origin"
    assert (public_page["Cache-Control"], "X-Robots-Tag" in public_page) == ("private, no-cache", False)


def test_the_browsers_name_is_no_session(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.get(times(shop))
        cookie = visitor.client.cookies[VISIT_COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/book/alder/")
        visitor.client.cookies[VISIT_COOKIE] = "forged%' OR 1"
        visitor.keep(times(shop), shop.at(10))
    assert "sessionid" not in visitor.client.cookies


def test_a_simulated_business_gets_simulated_leads(shop: Shop, visitor: Visitor) -> None:
    shop.business.is_simulated = True
    shop.business.save()
    with at():
        visitor.book(times(shop), shop.at(10))
    assert (Lead.objects.get().is_simulated, Appointment.objects.get().is_simulated) == (True, True)


# ---------------------------------------------------------------- holds
def test_a_refused_choice_costs_nothing(shop: Shop, visitor: Visitor) -> None:
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        shop.book(shop.at(12), lead=make_lead(shop.business))
        before = written()
        assert visitor.post(times(shop), start=shop.at(12).isoformat()).status_code == 409
        assert written() == before
        assert visitor.post(details, **MARIA).status_code == 302
    assert Appointment.objects.get(name="Maria Lopez").starts_at == shop.at(10)
    check_books()


def test_two_presses_after_it_ran_out_hold_once(shop: Shop, visitor: Visitor) -> None:
    with at():
        visitor.keep(times(shop), shop.at(10))
    with at(NOON + timedelta(minutes=10)):
        answers = [visitor.post(times(shop), start=shop.at(10).isoformat()) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [answers[0]["Location"]] * 2
    assert list(Appointment.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "hold"]


def test_the_same_time_elsewhere_is_another_hold(shop: Shop, visitor: Visitor) -> None:
    """Two locations, two areas and two addresses in one of them: what is booked is where it was chosen last."""
    shop.rules.place = "customer"
    shop.rules.save()
    annex = make_location(shop.business, "Annex", slug="annex")
    make_area(shop.business, "Tempe", postal_codes=["85281"])
    make_area(shop.business, "Mesa", postal_codes=["85201"])
    held = []
    with at():
        for place in (
            f"location={shop.location.slug}&place=85281",
            f"location={annex.slug}&place=85281",
            f"location={annex.slug}&place=85201",
            f"location={annex.slug}&place=Mesa",
        ):
            details = visitor.keep(f"{times(shop)}?{place}", shop.at(10))
            row = Appointment.objects.get(status="hold")
            assert row.area is not None
            held.append((row.location.slug, row.area.city, row.address))
        assert visitor.post(details, **MARIA, address="1 Main Street").status_code == 302
    assert held == [
        (shop.location.slug, "Tempe", "85281"), ("annex", "Tempe", "85281"), ("annex", "Mesa", "85201"),
        ("annex", "Mesa", "Mesa"),
    ]  # fmt: skip
    check_books()


def test_a_stranger_cannot_close_a_day_by_choosing_times(shop: Shop) -> None:
    """The last place of a day may be held by two; who books first has it, and the other is told in words."""
    shop.rules.most_per_day = 1
    shop.rules.save()
    one, other = Visitor(REMOTE_ADDR="203.0.113.9"), Visitor(REMOTE_ADDR="203.0.113.10")
    with at():
        first, second = one.keep(times(shop), shop.at(10)), other.keep(times(shop), shop.at(12))
        assert one.post(first, **MARIA).status_code == 302
        before = written()
        page = other.post(second, name="Ed", phone="(212) 555-0148")
        assert (page.status_code, written()) == (409, before)
        assert "This day is full." in text_of(page)
        assert starts_in(page)[0] == shop.at(9, days=2).isoformat()
    assert Appointment.objects.filter(status="confirmed").count() == 1
