"""Appointments and the waitlist are looked at here, and changed elsewhere."""

from datetime import date

import pytest
from django.test import Client

from leads.models import Membership
from scheduling.enums import WaitlistStatus
from scheduling.models import Appointment, WaitlistEntry
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_appointment, make_lead, make_location, make_resource, make_service
from tests.leads.canaries import url


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def waits(cast: Cast, status: WaitlistStatus = WaitlistStatus.WAITING) -> WaitlistEntry:
    return WaitlistEntry.objects.create(
        business=cast.a, location=cast.a_location, service=make_service(cast.a), lead=make_lead(cast.a),
        day=date(2026, 6, 18), status=status, created_at=NOON,
    )  # fmt: skip


def test_an_appointment_is_found_and_shown_with_what_it_takes(ana: Client, cast: Cast) -> None:
    lead = make_lead(cast.a, name="Maria Lopez", phone="+12125550142")
    resource = make_resource(cast.a, "Dana")
    found = make_appointment(make_service(cast.a, "Leak repair"), cast.a_location, resource, lead=lead)
    make_appointment(make_service(cast.a, "Tune-up"), cast.a_location)
    for words in ("Lopez", "5550142", "Leak"):
        rows = ana.get(url(Appointment, "changelist"), {"q": words}).context["cl"].result_list
        assert [row.pk for row in rows] == [found.pk]
    page = ana.get(url(Appointment, "change", found.pk)).content.decode()
    assert ("Dana" in page, 'name="_save"' in page) == (True, False)


def test_nobody_writes_an_appointment_here_not_even_a_superuser(ana: Client, cast: Cast) -> None:
    row = make_appointment(make_service(cast.a), cast.a_location)
    for client in (ana, sign_in(cast.root)):
        assert client.get(url(Appointment, "add")).status_code == 403
        assert client.post(url(Appointment, "change", row.pk), {"status": "canceled"}).status_code == 403
        assert client.post(url(Appointment, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert Appointment.objects.get().status == "confirmed"


def test_a_member_of_one_location_sees_its_appointments_only(cast: Cast) -> None:
    elsewhere = make_location(cast.a, "Elsewhere")
    make_appointment(make_service(cast.a), cast.a_location, name="Near")
    make_appointment(make_service(cast.a), elsewhere, name="Far")
    Membership.objects.get(user=cast.ben).locations.set([cast.a_location])
    page = sign_in(cast.ben).get(url(Appointment, "changelist")).content.decode()
    assert (">Near<" in page, ">Far<" in page) == (True, False)


def withdraw(client: Client, *entries: WaitlistEntry) -> list[str]:
    posted = {"action": "withdraw", "_selected_action": [entry.pk for entry in entries]}
    answer = client.post(url(WaitlistEntry, "changelist"), posted, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_somebody_is_taken_off_the_waitlist_also_while_a_slot_is_being_offered(ana: Client, cast: Cast) -> None:
    statuses = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED, WaitlistStatus.BOOKED)
    entries = [waits(cast, status) for status in statuses]
    assert withdraw(ana, *entries) == ["2 taken off the waitlist."]
    left = [WaitlistEntry.objects.get(pk=entry.pk).status for entry in entries]
    assert left == ["withdrawn", "withdrawn", "booked"]


def test_the_front_desk_and_strangers_take_nobody_off(cast: Cast) -> None:
    entry = waits(cast)
    withdraw(sign_in(cast.ben), entry)
    withdraw(sign_in(cast.cleo), entry)
    assert WaitlistEntry.objects.get().status == WaitlistStatus.WAITING
