"""What we write, read back by the library and looked at as bytes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from scheduling.calendars.ics import uid_of, write_calendar, write_invite
from scheduling.calendars.reading import busy_in
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from tests.factories import (
    NOON,
    make_appointment,
    make_business,
    make_lead,
    make_location,
    make_resource,
    make_rules,
    make_service,
)

DENVER = ZoneInfo("America/Denver")
SECRETS = {"name": "Ann Lee", "address": "5 Elm Street", "note": "Key under the mat; call, please"}


@pytest.fixture
def appointment(db: None) -> Appointment:
    business = make_business("Alder Plumbing", phone="+13035550100")
    location = make_location(business, "Main", address="1 Shop Road", city="Denver", region="CO", postal_code="80202")
    lead = make_lead(business, phone="+13035550123", name="Ann")
    service = make_service(business, "Drain cleaning", duration_minutes=60)
    make_rules(service, place="customer")
    technician, bay = make_resource(business, "Zoe"), make_resource(business, "Bay 1")
    return make_appointment(service, location, technician, bay, lead=lead, version=3, updated_at=NOON, **SECRETS)


def written(*appointments: Appointment, **values: Any) -> bytes:
    given: dict[str, Any] = {"name": "Alder Plumbing: Zoe", "zone": DENVER, "shows_customers": False, "now": NOON}
    return write_calendar(appointments, **{**given, **values})


def only_event(text: bytes) -> Any:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_the_whole_of_a_feed(appointment: Appointment) -> None:
    assert written(appointment).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Recoverline//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Alder Plumbing: Zoe",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
        "X-WR-TIMEZONE:America/Denver",
        "BEGIN:VEVENT",
        "SUMMARY:Drain cleaning",
        "DTSTART:20260618T180000Z",
        "DTEND:20260618T190000Z",
        "DTSTAMP:20260617T180000Z",
        f"UID:{appointment.key}@recoverline",
        "SEQUENCE:2",
        "DESCRIPTION:With Bay 1\\, Zoe",
        "LAST-MODIFIED:20260617T180000Z",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_nothing_of_the_customer_unless_it_is_switched_on(appointment: Appointment) -> None:
    text = written(appointment).decode()
    assert [secret for secret in (*SECRETS.values(), "Ann", "5550123") if secret in text.replace("\r\n ", "")] == []
    shown = only_event(written(appointment, shows_customers=True))
    assert (shown["SUMMARY"], shown["LOCATION"]) == ("Drain cleaning: Ann Lee", "5 Elm Street")
    assert shown["DESCRIPTION"] == "With Bay 1, Zoe\n+13035550123\nKey under the mat; call, please"


def test_the_name_of_the_lead_stands_in_for_one_of_the_appointment(appointment: Appointment) -> None:
    appointment.name = ""
    assert only_event(written(appointment, shows_customers=True))["SUMMARY"] == "Drain cleaning: Ann"
    appointment.lead = None
    assert only_event(written(appointment, shows_customers=True))["SUMMARY"] == "Drain cleaning"


def test_an_appointment_at_the_shop_says_where_to_everybody(appointment: Appointment) -> None:
    appointment.service.booking_rules.place, appointment.address = "location", ""
    assert only_event(written(appointment))["LOCATION"] == "1 Shop Road, Denver, CO 80202"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AppointmentStatus.REQUESTED, "TENTATIVE"),
        (AppointmentStatus.CONFIRMED, "CONFIRMED"),
        (AppointmentStatus.COMPLETED, "CONFIRMED"),
        (AppointmentStatus.NO_SHOW, "CONFIRMED"),
        (AppointmentStatus.CANCELED, "CANCELLED"),
    ],
)
def test_every_status(appointment: Appointment, status: AppointmentStatus, said: str) -> None:
    appointment.status = status
    assert only_event(written(appointment))["STATUS"] == said


def test_a_canceled_one_is_said_for_thirty_days_and_blocks_nothing(appointment: Appointment) -> None:
    appointment.status, appointment.closed_at = AppointmentStatus.CANCELED, NOON
    last = NOON + timedelta(days=30)
    text = written(appointment, now=last)
    assert only_event(text)["TRANSP"] == "TRANSPARENT"
    assert busy_in(text, zone=DENVER, start=NOON, end=last) == []
    assert Calendar.from_ical(written(appointment, now=last + timedelta(seconds=1))).walk("VEVENT") == []


def test_our_own_reader_finds_the_same_time(appointment: Appointment) -> None:
    found = busy_in(written(appointment), zone=DENVER, start=NOON, end=NOON + timedelta(days=7))
    assert found == [(appointment.starts_at, appointment.ends_at)]


def test_the_window_that_the_customer_was_told_stands_beside_the_real_time(appointment: Appointment) -> None:
    appointment.arrival_ends_at = appointment.starts_at + timedelta(hours=2)
    event = only_event(written(appointment))
    assert event["DTEND"].dt == appointment.ends_at
    assert event["DESCRIPTION"] == "With Bay 1, Zoe\nThe customer was told: between 12:00 and 14:00"


NASTY = (
    'Tap; leak, "bad" \\ back\r\nEND:VEVENT\r\nBEGIN:VEVENT\nÄpfel 漢字 😀 ' + "long " * 40 + "\x00\x07\ud800\x1bend"
)


def test_any_text_is_escaped_folded_and_comes_back(appointment: Appointment) -> None:
    appointment.note = NASTY
    text = written(appointment, shows_customers=True)
    lines = text.split(b"\r\n")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert [line for line in lines if b"\x00" in line or b"\x07" in line] == []
    clean = NASTY.replace("\r\n", "\n").replace("\x00\x07\ud800\x1b", "")
    assert only_event(text)["DESCRIPTION"] == f"With Bay 1, Zoe\n+13035550123\n{clean}"


def test_the_same_rows_give_the_same_bytes(appointment: Appointment) -> None:
    assert written(appointment) == written(appointment, now=NOON + timedelta(days=3))


def test_the_customers_own_copy(appointment: Appointment) -> None:
    calendar = Calendar.from_ical(write_invite(appointment, now=NOON + timedelta(hours=1)))
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid_of(appointment), 2, "CONFIRMED")
    assert event["SUMMARY"] == "Drain cleaning at Alder Plumbing"
    assert (event["LOCATION"], event["DESCRIPTION"]) == ("5 Elm Street", "Alder Plumbing +13035550100")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (appointment.starts_at, appointment.ends_at)
    assert event["DTSTAMP"].dt == datetime(2026, 6, 17, 19, tzinfo=UTC)


def test_the_customers_copy_spans_the_arrival_window_and_tells_of_a_cancellation(appointment: Appointment) -> None:
    appointment.arrival_ends_at = appointment.starts_at + timedelta(hours=2)
    appointment.status, appointment.address = AppointmentStatus.CANCELED, ""
    event = only_event(write_invite(appointment, now=NOON))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (appointment.starts_at, appointment.arrival_ends_at)
    assert (event["STATUS"], event["LOCATION"]) == ("CANCELLED", "1 Shop Road, Denver, CO 80202")
    assert event["DESCRIPTION"] == "We come at some time in this window.\nAlder Plumbing +13035550100"


def test_a_line_end_in_a_name_does_not_end_a_line(appointment: Appointment) -> None:
    appointment.business.name = "Alder\r\nPlumbing\u2028"
    appointment.service.name = "Drain\ncleaning"
    appointment.location.name, appointment.address = "Main\nshop", "5 Elm\nStreet"
    appointment.business.save()
    appointment.resources.filter(name="Zoe").update(name="Zoe\nBX-EVIL:1")
    invite, feed = (
        write_invite(appointment, now=NOON),
        written(appointment, name="Alder\nX-EVIL:1", shows_customers=True),
    )
    for text, name in ((invite, "Alder Plumbing"), (feed, "Alder X-EVIL:1")):
        assert [line for line in text.decode().split("\r\n") if line.startswith(("X-WR-CALNAME", "X-EVIL"))] == [
            f"X-WR-CALNAME:{name}"
        ]
        assert (b"\r" in text.replace(b"\r\n", b""), b"\n" in text.replace(b"\r\n", b"")) == (False, False)
        assert str(only_event(text)["LOCATION"]) == "5 Elm Street"
    assert str(only_event(invite)["SUMMARY"]) == "Drain cleaning at Alder Plumbing"
    assert str(only_event(feed)["SUMMARY"]) == "Drain cleaning: Ann Lee"
    assert str(only_event(feed)["DESCRIPTION"]).split("\n")[0] == "With Bay 1, Zoe BX-EVIL:1"
