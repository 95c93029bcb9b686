"""A form gets its text at once, with what they agreed to in the ledger; everybody else a callback, never nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from leads.models import CallbackTask, JobRequest, Lead, LeadEvent
from leads.models.api import FormEntry, LeadSource
from messaging.models import ConsentEntry, Conversation, Enrollment, Escalation, Message, Sequence
from tests.factories import (
    NOON,
    make_business,
    make_lead,
    make_location,
    make_never_text,
    make_number,
    make_opt_out,
    make_script,
    phone,
)
from tests.leads.canaries import snapshot
from tests.wire import Wire

pytestmark = pytest.mark.django_db
CONSENT = "Text me about my request. Message rates may apply. Reply STOP to stop."
NIGHT = datetime(2026, 6, 18, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def source() -> LeadSource:
    location = make_location(make_business("Alder Plumbing"))
    make_number(location)
    return make_source(location)


def make_source(location: Any, **values: Any) -> LeadSource:
    defaults = {"name": "website", "consent_text": CONSENT, "created_at": NOON}
    return LeadSource.objects.create(business=location.business, location=location, **{**defaults, **values})


FILLED = {"name": "Dana Reed", "phone": "(212) 555-0142", "message": "The sink leaks", "zip": "85281", "consent": "on"}


def hand_in(source: LeadSource, *, html: bool = False, address: str = "203.0.113.7", **fields: Any) -> HttpResponse:
    data = {name: value for name, value in {**FILLED, **fields}.items() if value is not None}
    accept = {"Accept": "text/html,*/*;q=0.8"} if html else {}
    return Client().post(f"/api/v1/intake/{source.key}/", data, headers=accept, REMOTE_ADDR=address)


def outcomes() -> list[str]:
    return list(FormEntry.objects.order_by("id").values_list("outcome", flat=True))


def test_somebody_who_agrees_is_texted_at_once_and_the_evidence_is_kept(source: LeadSource) -> None:
    Sequence.objects.create(business=source.business, name="Nudge", trigger="no_reply").steps.create(
        body="{business}: still there? {opt_out}"
    )
    answer = hand_in(source)
    assert (answer.status_code, answer.json(), outcomes()) == (201, {"received": True}, ["texted"])
    entry, lead = FormEntry.objects.get(), Lead.objects.get()
    assert (lead.phone, lead.name, lead.source, entry.lead) == ("+12125550142", "Dana Reed", "website", lead)
    request = JobRequest.objects.get()
    assert (request.need, request.place, request.source) == ("The sink leaks", "85281", "website")
    text = Message.objects.get()
    assert (text.kind, text.status, text.idem_key) == ("first_text", "queued", f"form:{entry.key}")
    assert text.body == (
        "Hi Dana, this is Alder Plumbing. We got your request, thank you! We can answer you right here. What else "
        "should we know? Reply STOP to opt out."
    )
    line = ConsentEntry.objects.get()
    assert (line.kind, line.said, line.evidence) == ("opted_in", CONSENT, f"form entry {entry.key}")
    assert (entry.consent_text, entry.has_consented, entry.address) == (CONSENT, True, "203.0.113.7")
    event = LeadEvent.objects.get(kind="form.submitted")
    assert (event.text, event.data["conversation"]) == (
        "Form “website”: The sink leaks", str(Conversation.objects.get().key),
    )  # fmt: skip
    assert Enrollment.objects.filter(lead=lead).count() == 1
    assert CallbackTask.objects.count() == 0


def test_it_really_leaves_also_late_without_speaking_of_a_call(wire: Wire, noon: Any) -> None:
    source = make_source(wire.number.location)
    hand_in(source, language="es")
    noon.shift(timedelta(minutes=5))
    wire.deliver_due()
    ((to, body),) = wire.sent
    assert (to, "Recibimos su solicitud" in body, "llamada" in body) == ("+12125550142", True, False)


def test_the_business_may_say_it_in_its_own_words(source: LeadSource) -> None:
    make_script(source.business, kind="web_form", body="{business}: thanks, {caller_name}. When suits you? {opt_out}")
    hand_in(source)
    assert Message.objects.get().body == "Alder Plumbing: thanks, Dana. When suits you? Reply STOP to opt out."


def test_without_the_tick_somebody_calls_instead(source: LeadSource) -> None:
    hand_in(source, consent=None)
    assert (outcomes(), Message.objects.count()) == (["no_consent"], 0)
    task = CallbackTask.objects.get()
    assert (task.reason, task.phone, task.detail) == ("call_asked", "+12125550142", "Form “website”: The sink leaks")
    assert list(ConsentEntry.objects.values_list("kind", "said")) == [("contacted", "")]


def test_where_the_form_itself_is_the_consent_no_tick_is_needed(source: LeadSource) -> None:
    LeadSource.objects.update(requires_consent=False)
    hand_in(source, consent=None)
    assert outcomes() == ["texted"]
    assert list(ConsentEntry.objects.values_list("kind", "said")) == [("contacted", CONSENT)]


def _opted_out(source: LeadSource, number: str) -> None:
    make_opt_out(source.business, phone=number)


def _never(source: LeadSource, number: str) -> None:
    make_never_text(source.business, phone=number)


def _blocked(source: LeadSource, number: str) -> None:
    make_lead(source.business, phone=number, blocked_at=NOON)


def _landline(source: LeadSource, number: str) -> None:
    make_lead(source.business, phone=number, is_landline=True)


def _paused(source: LeadSource, number: str) -> None:
    source.business.is_texting_paused = True
    source.business.save()


def _stopped(source: LeadSource, number: str) -> None:
    source.business.numbers.update(stopped_at=NOON, problem="blocked by the carrier")


def _no_number(source: LeadSource, number: str) -> None:
    source.business.numbers.all().delete()


def _own(source: LeadSource, number: str) -> None:
    source.location.phone = number
    source.location.save()


@pytest.mark.parametrize(
    ("prepare", "outcome", "task"),
    [
        (_opted_out, "opted_out", "opted_out"),
        (_never, "never_text", None),
        (_blocked, "blocked", None),
        (_landline, "landline", "landline"),
        (_paused, "paused", "sending_stopped"),
        (_stopped, "sender_stopped", "sending_stopped"),
        (_no_number, "sender_stopped", "sending_stopped"),
        (_own, "staff", None),
    ],
)
def test_the_guards_of_missed_calls_hold(source: LeadSource, prepare: Any, outcome: str, task: str | None) -> None:
    prepare(source, "+12125550142")
    answer = hand_in(source)
    assert (answer.json(), outcomes(), Message.objects.count()) == ({"received": True}, [outcome], 0)
    assert [row.reason for row in CallbackTask.objects.all()] == ([task] if task else [])


def test_at_night_somebody_calls_in_the_morning_where_texts_wait(source: LeadSource, noon: Any) -> None:
    noon.move_to(NIGHT)
    source.business.answers_at_night = False
    source.business.save()
    hand_in(source)
    assert (outcomes(), CallbackTask.objects.get().reason) == (["quiet_hours"], "quiet_hours")


def test_who_has_our_text_already_gets_no_second_one_and_is_seen(source: LeadSource) -> None:
    hand_in(source)
    hand_in(source, message="And the bath")
    assert (outcomes(), Message.objects.count()) == (["texted", "cooldown"], 1)
    thread = Conversation.objects.get()
    assert (thread.needs_reply, thread.last_preview) == (True, "Form: And the bath")


def test_the_same_entry_counts_once_by_its_id_or_its_words(source: LeadSource) -> None:
    for _ in range(2):
        hand_in(source)
        hand_in(source, _id="4711", message="Other words each time", name=None)
    assert FormEntry.objects.count() == 2
    assert Message.objects.count() == 1


def test_a_danger_in_a_form_is_told_at_once(source: LeadSource) -> None:
    hand_in(source, message="I smell gas in the kitchen")
    assert outcomes() == ["texted"]
    assert list(Message.objects.order_by("id").values_list("kind", flat=True)) == ["first_text", "safety"]
    hand_in(source, phone=phone(), message="I smell gas in the kitchen", consent=None)
    assert sorted(CallbackTask.objects.values_list("reason", flat=True)) == ["call_asked", "urgent"]
    said = CallbackTask.objects.get(reason="urgent").detail
    assert said == "May not be texted and may be in danger, so call: I smell gas in the kitchen"
    assert Escalation.objects.count() == 2


def test_nobody_renames_somebody_whose_phone_they_know(source: LeadSource) -> None:
    lead = make_lead(source.business, phone="+12125550142")
    hand_in(source, name="Somebody Else", email="evil@example.com")
    lead.refresh_from_db()
    assert (lead.name, lead.email) == ("", "")


def test_a_machine_that_fills_in_what_nobody_sees_changes_nothing(source: LeadSource) -> None:
    before = snapshot()
    answer = hand_in(source, _url="https://spam.example")
    assert (answer.status_code, answer.json(), snapshot()) == (201, {"received": True}, before)


def test_a_phone_that_cannot_be_read_is_said_at_once(source: LeadSource) -> None:
    before = snapshot()
    for number in ("", "12", "call me", None, "+1 900 555 01"):
        answer = hand_in(source, phone=number)
        assert (number, answer.status_code, answer.json()["code"]) == (number, 422, "bad_phone")
    assert snapshot() == before
    page = hand_in(source, phone="12", html=True)
    assert (page.status_code, "This is not a phone number" in page.content.decode()) == (422, True)


def test_a_person_gets_a_page_and_a_script_may_come_from_any_website(source: LeadSource) -> None:
    page = hand_in(source, html=True)
    assert (page.status_code, "Alder Plumbing" in page.content.decode()) == (201, True)
    path = f"/api/v1/intake/{source.key}/"
    asked = Client().options(path, headers={"Origin": "https://alder.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    answer = Client().post(path, json.dumps({**FILLED, "consent": True}), content_type="application/json")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (201, "*")
    assert "Access-Control-Allow-Credentials" not in answer


def test_too_many_entries_from_one_address_wait_an_hour(source: LeadSource, noon: Any) -> None:
    codes = [hand_in(source, _url="x").status_code for _ in range(21)]
    assert codes == [201] * 20 + [429]
    assert hand_in(source, _url="x", address="203.0.113.8").status_code == 201
    noon.shift(timedelta(hours=1))
    assert hand_in(source, _url="x").status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "\u202eevil\x00", "message": "\ud800"},
        {"message": "<script>alert(1)</script> {booking_link} {{ 7*7 }}"},
        {"message": "x" * 5000, "name": "n" * 5000},
        {"email": "a@b\r\nBcc: c@d.example"},
        {f"field{n}": "x" for n in range(200)},
        {"language": "xx", "zip": "🏠"},
    ],
)
def test_hostile_input_is_kept_small_and_harmless(source: LeadSource, fields: dict[str, str]) -> None:
    body = json.dumps({**FILLED, **fields})
    answer = Client().post(f"/api/v1/intake/{source.key}/", body, content_type="application/json")
    assert (answer.status_code, outcomes()) == (201, ["texted"])
    entry, request = FormEntry.objects.get(), JobRequest.objects.get()
    assert len(entry.answers) <= 40
    assert max(map(len, entry.answers.values())) <= 500
    assert len(request.need) <= 200
    assert "7*7" not in Message.objects.get().body
    assert "Bcc" not in Lead.objects.get().email


@pytest.mark.parametrize("body", ["[]", "[1, 2]", '"x"', "{", "3", "null", "[" * 100_000])
def test_a_body_that_is_no_form(source: LeadSource, body: str) -> None:
    answer = Client().post(f"/api/v1/intake/{source.key}/", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert FormEntry.objects.count() == 0


def test_a_form_that_is_switched_off_or_unknown_is_not_there(source: LeadSource) -> None:
    LeadSource.objects.update(is_active=False)
    assert hand_in(source).status_code == 404
    source.key = "0b0f7f6e-0000-4000-8000-000000000000"  # type: ignore[assignment]
    assert hand_in(source).status_code == 404
    assert Client().get(f"/api/v1/intake/{source.key}/").status_code == 405


# ---------------------------------------------------------------- Google's lead forms
def google(source: LeadSource, **changes: Any) -> HttpResponse:
    """The shape of https://developers.google.com/google-ads/webhook/docs/implementation."""
    columns = {"FULL_NAME": "Dana Reed", "PHONE_NUMBER": "+12125550142", "POSTAL_CODE": "85281", "EMAIL": "d@x.example"}
    payload = {
        "lead_id": "TeSter-123", "api_version": "1.0", "form_id": 40000000000, "campaign_id": 123456789,
        "google_key": "the-key", "is_test": False, "gcl_id": "abc", "adgroup_id": 20000000000, "creative_id": 300,
        "user_column_data": [
            {"column_name": name.title(), "string_value": value, "column_id": name} for name, value in columns.items()
        ],
    }  # fmt: skip
    body = json.dumps({**payload, **changes})
    return Client().post(f"/api/v1/intake/{source.key}/", body, content_type="application/json")


@pytest.fixture
def ads(source: LeadSource) -> LeadSource:
    return make_source(source.location, name="ads", requires_consent=False, shared_secret="the-key")


def test_a_lead_of_google_is_texted_once(ads: LeadSource) -> None:
    for _ in range(2):
        assert google(ads).status_code == 200
    assert outcomes() == ["texted"]
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.source) == ("Dana Reed", "d@x.example", "ads")
    assert FormEntry.objects.get().external_id == "TeSter-123"
    assert "the-key" not in json.dumps(FormEntry.objects.get().answers)


def test_another_key_than_ours_is_refused_and_a_test_is_only_kept(ads: LeadSource, source: LeadSource) -> None:
    for key in ("wrong", "", None, 5):
        assert google(ads, google_key=key).status_code == 403
    assert hand_in(ads).status_code == 403  # everybody has to show it then
    assert google(source).status_code == 403  # a form of no ad platform
    assert FormEntry.objects.count() == 0
    assert google(ads, is_test=True).status_code == 200
    assert (outcomes(), Lead.objects.count()) == (["test"], 0)
    assert hand_in(ads, _secret="the-key").status_code == 201


def test_a_lead_of_google_without_a_phone_becomes_a_task_with_what_there_is(ads: LeadSource) -> None:
    columns = [
        {"column_id": "FULL_NAME", "string_value": "Dana"},
        {"column_id": "EMAIL", "string_value": "d@x.example"},
    ]
    assert google(ads, user_column_data=columns).status_code == 200
    assert outcomes() == ["bad_phone"]
    assert CallbackTask.objects.get().detail == "Form “ads” with a phone that cannot be read: Dana, d@x.example"
