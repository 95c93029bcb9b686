"""Moving and canceling by the link in a text: looking changes nothing, and an old link does nothing."""

import re
from datetime import timedelta

import pytest

from scheduling import booking, waitlist
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BookingLink, BookingRules, BookingSettings
from tests.factories import NOON, make_area, make_lead
from tests.scheduling.page.visitor import (
    MARIA_PHONE,
    Visitor,
    at,
    heading_of,
    make_page,
    path_to_book,
    path_to_manage,
    starts_in,
    text_of,
    written,
)
from tests.scheduling.shop import Shop, check_books, events_of

pytestmark = pytest.mark.django_db

GONE = (404, "This link does not work any more.")


@pytest.fixture
def shop() -> Shop:
    return make_page()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def booked(shop: Shop) -> Appointment:
    """Tomorrow at ten."""
    lead = make_lead(shop.business, name="Maria Lopez", phone=MARIA_PHONE)
    return shop.book(shop.at(10), lead=lead, name="Maria Lopez", note="Dripping faucet")


def test_the_link_shows_what_was_booked(booked: Appointment, visitor: Visitor) -> None:
    with at():
        page = visitor.get(path_to_manage(booked))
    assert (page.status_code, heading_of(page)) == (200, "Your appointment")
    for words in (booked.service.name, "Thursday, June 18 10:00 AM", "Main", "Move to another time", "Cancel the"):
        assert words in text_of(page)
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_a_forwarded_link_tells_neither_phone_nor_address(shop: Shop, visitor: Visitor) -> None:
    BookingRules.objects.update(place="customer")
    area = make_area(shop.business, "Tempe")
    lead = make_lead(shop.business, name="Maria Lopez", phone=MARIA_PHONE)
    row = shop.book(shop.at(10), lead=lead, area=area, address="12 Mill Ave, Tempe 85281", name="Maria Lopez")
    with at():
        path = path_to_manage(row)
        pages = [visitor.get(path + more) for more in ("", "move/", "cancel/", "callback/", "appointment.ics")]
        done = visitor.post(f"{path}cancel/", reason="")
        pages.append(visitor.get(done["Location"]))
    for page in pages:
        assert page.status_code == 200
        seen = page.content.decode()
        assert [word for word in ("Mill Ave", "85281", "555-0147", "5550147") if word in seen] == []
    assert "At your address · Tempe" in text_of(pages[0])
    assert b"LOCATION:Tempe\r\n" in pages[4].content


def test_looking_changes_nothing(shop: Shop, booked: Appointment, visitor: Visitor) -> None:
    """Phones and chat programs open links to show a preview."""
    with at():
        path, start = path_to_manage(booked), shop.at(15).isoformat()
        before = written()
        for more in (
            "",
            "move/",
            f"move/?start={start.replace('+', '%2B')}",
            "cancel/",
            "appointment.ics",
            "callback/",
        ):
            assert visitor.get(path + more).status_code == 200
            assert visitor.client.head(path + more).status_code == 200
    assert written() == before


def test_moving(shop: Shop, booked: Appointment, visitor: Visitor) -> None:
    with at():
        path = path_to_manage(booked)
        choice = visitor.get(f"{path}move/")
        assert shop.at(10).isoformat() not in starts_in(choice)  # where it is now is no choice
        assert shop.at(10, 30).isoformat() in starts_in(choice)  # but it may be moved over itself
        asked = visitor.get(f"{path}move/", start=shop.at(10, 30).isoformat())
        assert heading_of(asked) == "Move your appointment to this time?"
        assert "Until now: Thursday, June 18, 10:00 AM." in text_of(asked)
        moved = visitor.post(f"{path}move/", start=shop.at(10, 30).isoformat())
        page = visitor.get(moved["Location"])
        old = visitor.get(path)
    row = Appointment.objects.get()
    assert (row.starts_at, row.version, row.status) == (shop.at(10, 30), 2, "confirmed")
    assert "Your appointment has been moved." in text_of(page)
    assert "10:30 AM" in text_of(page)
    assert (old.status_code, heading_of(old)) == GONE
    assert [kind for kind, _ in events_of(shop.business)] == ["appointment.booked", "appointment.moved"]
    check_books()


def test_the_second_of_two_presses_lands_where_the_first_one_did(
    shop: Shop, booked: Appointment, visitor: Visitor
) -> None:
    with at():
        path, start = path_to_manage(booked), shop.at(15).isoformat()
        first, second = (visitor.post(f"{path}move/", start=start) for _ in range(2))
        assert (first.status_code, second["Location"]) == (302, first["Location"])
        other = visitor.post(f"{path}move/", start=shop.at(16).isoformat())
        assert (other.status_code, heading_of(other)) == GONE
        path = path_to_manage(Appointment.objects.get())
        first, second = (visitor.post(f"{path}cancel/", reason="ill") for _ in range(2))
        assert heading_of(visitor.get(second["Location"])) == "Your appointment is canceled."
    with at(NOON + timedelta(minutes=3)):
        late = visitor.post(f"{path}cancel/", reason="ill")
        assert (late.status_code, heading_of(late)) == GONE
    row = Appointment.objects.get()
    assert (row.starts_at, row.version, row.status) == (shop.at(15), 3, "canceled")


def test_canceling(shop: Shop, booked: Appointment, visitor: Visitor) -> None:
    with at():
        path = path_to_manage(booked)
        assert heading_of(visitor.get(f"{path}cancel/")) == "Cancel this appointment?"
        answer = visitor.post(f"{path}cancel/", reason=" I am\r\nill ")
        page = visitor.get(answer["Location"])
        old = visitor.get(path)
    row = Appointment.objects.get()
    assert (row.status, row.cancel_reason, row.version) == ("canceled", "I am ill", 2)
    assert heading_of(page) == "Your appointment is canceled."
    assert "Book another time" in text_of(page)
    assert (old.status_code, heading_of(old)) == GONE
    check_books()


def test_after_canceling_a_closed_page_is_not_offered(booked: Appointment, visitor: Visitor) -> None:
    BookingSettings.objects.update(is_page_on=False)
    with at():
        answer = visitor.post(f"{path_to_manage(booked)}cancel/", reason="")
        page = visitor.get(answer["Location"])
    assert heading_of(page) == "Your appointment is canceled."
    assert "Book another time" not in text_of(page)


# ---------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("now", "words", "offers"),
    [
        pytest.param(timedelta(hours=-3), "It is too late to move it here.", {"cancel"}, id="three hours before"),
        pytest.param(timedelta(hours=-1), "It is too late to move or cancel it here.", set(), id="an hour before"),
        pytest.param(timedelta(minutes=5), "It is too late to move or cancel it here.", set(), id="it has begun"),
        pytest.param(timedelta(hours=1), "This appointment is over.", set(), id="it is over"),
    ],
)
def test_too_late(booked: Appointment, visitor: Visitor, now: timedelta, words: str, offers: set[str]) -> None:
    BookingSettings.objects.update(move_notice_minutes=240, cancel_notice_minutes=120)
    path = path_to_manage(booked)
    with at(booked.starts_at + now):
        page = visitor.get(path)
        before = written()
        for act in {"move", "cancel"} - offers:
            for answer in (
                visitor.get(f"{path}{act}/"),
                visitor.post(f"{path}{act}/", start=(booked.starts_at + timedelta(days=1)).isoformat()),
            ):
                assert answer.status_code == 409
                assert "Please call us, or let us call you." in text_of(answer)
                assert "(212) 555-0100" in text_of(answer)
    assert words in text_of(page)
    assert {act for act in ("move", "cancel") if f'href="{path}{act}/"' in page.content.decode()} == offers
    assert written() == before


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("", 400),
        ("x", 400),
        ("2026-06-18T19:05:00+00:00", 409),  # beside the grid
        ("2026-06-17T14:00:00+00:00", 409),  # past
        ("2026-06-20T14:00:00+00:00", 409),  # a Saturday
    ],
)
def test_forged_times_move_nothing(booked: Appointment, visitor: Visitor, start: str, status: int) -> None:
    with at():
        path = path_to_manage(booked)
        before = written()
        answer = visitor.post(f"{path}move/", start=start)
    assert (answer.status_code, written()) == (status, before)


def test_a_time_that_was_just_taken_keeps_the_old_one(shop: Shop, booked: Appointment, visitor: Visitor) -> None:
    with at():
        path = path_to_manage(booked)
        shop.book(shop.at(14), lead=make_lead(shop.business))
        before = written()
        answer = visitor.post(f"{path}move/", start=shop.at(14).isoformat())
    assert (answer.status_code, written()) == (409, before)
    assert "This time was just taken." in text_of(answer)
    assert starts_in(answer)[:3] == [start.isoformat() for start in (shop.at(15), shop.at(15, 30), shop.at(16))]


def dead_links(shop: Shop, booked: Appointment) -> dict[str, str]:
    """Every kind of link that must not work, and one for another purpose."""
    outdated = path_to_manage(booked)
    row = booking.reschedule(booked, starts_at=shop.at(14), by=BookedBy.STAFF, now=NOON, version=1)
    current = path_to_manage(row)
    expired = path_to_book(make_lead(shop.business))
    BookingLink.objects.filter(purpose="book").update(expires_at=NOON)
    return {
        "outdated": outdated,
        "expired": expired,
        "unknown": "/b/AAAAAAAAAAAAAAAAAAAAAA/",
        "cut": f"{current[:-3]}/",
        "long": f"/b/{'A' * 3000}/",
        "strange": "/b/%00%ff'--/",
    }


@pytest.mark.parametrize("kind", ["outdated", "expired", "unknown", "cut", "long", "strange"])
def test_links_that_do_not_work_all_look_the_same(shop: Shop, booked: Appointment, visitor: Visitor, kind: str) -> None:
    path = dead_links(shop, booked)[kind]
    with at(NOON + timedelta(minutes=5)):
        unknown = Visitor().get("/b/BBBBBBBBBBBBBBBBBBBBBB/")
        before = written()
        for answer in (
            visitor.get(path),
            visitor.get(f"{path}move/"),
            visitor.post(f"{path}move/", start=shop.at(15).isoformat()),
            visitor.post(f"{path}cancel/", reason=""),
            visitor.get(f"{path}callback/"),
            visitor.get(f"{path}appointment.ics"),
        ):
            assert (answer.status_code, heading_of(answer)) == GONE
            assert (answer.content, answer["Cache-Control"]) == (unknown.content, "no-store")
    assert written() == before


def test_a_link_to_book_changes_no_appointment_and_the_other_way_round(
    shop: Shop, booked: Appointment, visitor: Visitor
) -> None:
    with at():
        to_book, to_manage = path_to_book(booked.lead), path_to_manage(booked)
        before = written()
        for path in (f"{to_book}move/", f"{to_book}cancel/", f"{to_manage}service/{shop.service.pk}/"):
            assert visitor.post(path, start=shop.at(15).isoformat()).status_code == 404
    assert written() == before


def test_in_spanish(booked: Appointment, visitor: Visitor) -> None:
    booked.lead.language = "es"
    booked.lead.save()
    with at():
        page = visitor.get(path_to_manage(booked))
    assert heading_of(page) == "Su cita"
    assert "Jueves, 18 de junio 10:00 a.m." in text_of(page)
    assert '<html lang="es"' in page.content.decode()


# ---------------------------------------------------------------- a time from the waitlist
def test_a_personal_link_shows_the_time_that_the_waitlist_keeps(shop: Shop, visitor: Visitor) -> None:
    lead = make_lead(shop.business, name="Maria Lopez", phone=MARIA_PHONE)
    start = shop.at(10)
    with at():
        entry = waitlist.join(service=shop.service, location=shop.location, lead=lead, day=start.date(), now=NOON)
        assert waitlist.offer(entry, start, now=NOON) is not None
        path = path_to_book(lead)
        page = visitor.get(path)
        assert "A time has become free for you" in text_of(page)
        (target,) = re.findall(r'class="button primary wide" href="([^"]+)"', page.content.decode())
        answer = visitor.post(target, name="Maria Lopez", note="")
    assert answer.status_code == 302
    booked = Appointment.objects.get()
    assert (booked.status, booked.lead, booked.starts_at) == ("confirmed", lead, start)


def test_a_link_of_somebody_else_shows_nothing_of_it(shop: Shop, visitor: Visitor) -> None:
    lead, other = make_lead(shop.business), make_lead(shop.business)
    with at():
        entry = waitlist.join(service=shop.service, location=shop.location, lead=lead, day=shop.at(10).date(), now=NOON)
        waitlist.offer(entry, shop.at(10), now=NOON)
        assert "A time has become free" not in text_of(visitor.get(path_to_book(other)))
