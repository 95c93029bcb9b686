"""The compliance page: who sees it, what can be said there, and that a phone stands in no address and no log."""

import io
import logging
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from leads.enums import Role
from leads.models import Lead, LeadEvent
from messaging.enums import Registration
from messaging.models import Erasure, PhoneNumber
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_message,
    make_opt_out,
    make_user,
)

pytestmark = pytest.mark.django_db
PHONE = "+12125550142"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_owners_see_their_numbers_and_what_is_missing(cast: Cast) -> None:
    page = sign_in(cast.ana).get(reverse("compliance:show"))
    said = page.content.decode()
    assert page.status_code == 200
    assert "A2P 10DLC registration: not looked into yet" in said
    assert "Missing: set it" in said
    assert "Birch" not in said


@pytest.mark.parametrize("who", ["ben", "limited"])
def test_others_see_nothing(cast: Cast, who: str) -> None:
    user = cast.ben
    if who == "limited":
        user = make_user("dee")
        make_member(cast.a, user, Role.OWNER).locations.add(make_location(cast.a, "Far"))
    assert b"There is nothing for you to do" in sign_in(user).get(reverse("compliance:show")).content
    asked = sign_in(user).post(reverse("compliance:ask", args=[cast.a.key]), {"phone": PHONE})
    assert asked.status_code == 403


def test_how_a_registration_stands_is_said_here(cast: Cast) -> None:
    client, url = sign_in(cast.ana), reverse("compliance:number-register", args=[cast.a_number.key])
    assert client.post(url, {"registration": "approved"}).status_code == 302
    client.post(url, {"registration": "approved"})
    client.post(url, {"registration": "nonsense"})
    assert PhoneNumber.objects.get(pk=cast.a_number.pk).registration == Registration.APPROVED
    assert LeadEvent.objects.filter(kind="number.registered", actor=cast.ana).count() == 1


def test_a_number_is_looked_up_in_any_spelling_and_stands_in_no_log(cast: Cast, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    make_opt_out(cast.a, phone=PHONE)
    make_lead(cast.b, phone=PHONE, name="Secret Stranger")
    page = sign_in(cast.ana).post(reverse("compliance:ask", args=[cast.a.key]), {"phone": "(212) 555-0142"})
    said = page.content.decode()
    assert page.status_code == 200
    assert "Opted out" in said
    assert "nothing leaves until they opt in again" in said
    assert "Secret Stranger" not in said
    assert "5550142" not in caplog.text
    assert "no-store" in page.headers["Cache-Control"]


def test_what_is_no_phone_is_said_so(cast: Cast) -> None:
    page = sign_in(cast.ana).post(reverse("compliance:ask", args=[cast.a.key]), {"phone": "12"})
    assert page.status_code == 422
    assert b"This is not a phone number" in page.content


def test_an_owner_exports_and_erases_a_person(cast: Cast) -> None:
    lead = make_lead(cast.a, phone=PHONE, name="Maria Zanzibar")
    make_message(make_conversation(lead, cast.a_number), "My basement")
    client = sign_in(cast.ana)
    page = client.get(reverse("admin:leads_lead_change", args=[lead.pk]))
    assert reverse("compliance:person-erase", args=[lead.key]) in page.content.decode()

    packed = client.post(reverse("compliance:person-export", args=[lead.key]))
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert {"data/lead.json", "data/message.json", "transcript.html"} <= set(names)
    assert "Maria" not in packed.headers["Content-Disposition"]

    url = reverse("compliance:person-erase", args=[lead.key])
    assert "1 conversation" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Asked by phone"}).status_code == 422, "not sure"
    assert not Erasure.objects.exists()
    assert client.post(url, {"reason": "Asked by phone", "is_sure": "on"}).status_code == 302
    assert Lead.objects.get().name == ""
    assert Erasure.objects.get().actor == cast.ana
    assert client.get(url).status_code == 404, "there is nobody any more"
    assert client.get(reverse("admin:messaging_erasure_change", args=[Erasure.objects.get().pk])).status_code == 200


def test_managers_do_not_erase(cast: Cast) -> None:
    lead, manager = make_lead(cast.a, phone=PHONE), make_user("mo", is_staff=True)
    make_member(cast.a, manager, Role.MANAGER)
    client = sign_in(manager)
    assert client.get(reverse("compliance:show")).status_code == 200
    assert client.get(reverse("compliance:person-erase", args=[lead.key])).status_code == 403
    page = client.get(reverse("admin:leads_lead_change", args=[lead.pk]))
    assert reverse("compliance:person-erase", args=[lead.key]) not in page.content.decode()
