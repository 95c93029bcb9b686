"""What is known of a person: shown to who may see it, corrected in place, and never by an old page."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from leads import intake
from leads.models import JobRequest, Lead, LeadEvent
from messaging.inbox.panel_forms import LeadForm, RequestForm
from messaging.models import Conversation
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def shown(form: LeadForm | RequestForm) -> dict[str, str]:
    """What a page posts when nothing is changed in it."""
    posted = {}
    for field, stored in form.lines:
        posted |= {field.html_name: stored, f"{field.html_name}-was": stored}
    return posted


def lead_page(conversation: Conversation) -> dict[str, str]:
    return shown(LeadForm(Lead.objects.get(pk=conversation.lead_id)))


def request_page(conversation: Conversation) -> dict[str, str]:
    row = JobRequest.objects.get(pk=conversation.request_id)
    return {"request": str(row.key), **shown(RequestForm(row))}


def edit(cast: Cast, what: str, conversation: Conversation, page: dict[str, str], **headers: str) -> HttpResponse:
    return as_user(cast.ben).post(reverse(f"inbox:{what}-edit", args=[conversation.key]), page, headers=headers)


def asked(cast: Cast, **values: Any) -> Conversation:
    conversation = converse(cast)
    conversation.request = factories.make_request(conversation.lead, cast.a_location, **values)
    conversation.save()
    return conversation


def told(conversation: Conversation) -> list[tuple[str, str, Any]]:
    rows = LeadEvent.objects.filter(lead=conversation.lead).order_by("id")
    return [(row.kind, row.text, row.actor) for row in rows]


# ---------------------------------------------------------------- corrections
def test_only_what_was_changed_is_written_and_the_timeline_says_what_it_was(cast: Cast) -> None:
    conversation = converse(cast, lead={"name": "Dane", "notes": "Two\nlines"})
    page = lead_page(conversation) | {"lead-name": "Dana ", "lead-kind": "existing", "lead-notes": "Two\r\nlines"}
    assert edit(cast, "lead", conversation, page)["Location"] == url("show", conversation)
    lead = Lead.objects.get(pk=conversation.lead_id)
    assert (lead.name, lead.kind, lead.notes) == ("Dana", "existing", "Two\nlines")
    [(kind, text, actor)] = told(conversation)
    assert (kind, set(text.split("; ")), actor) == (
        "lead.corrected", {"Name: Dana, was Dane", "Customer: Existing customer"}, cast.ben,
    )  # fmt: skip
    edit(cast, "lead", conversation, lead_page(conversation))
    assert len(told(conversation)) == 1


def test_an_old_page_does_not_take_back_what_others_wrote(cast: Cast) -> None:
    conversation = converse(cast, lead={"name": "Dana", "email": ""})
    page = lead_page(conversation) | {"lead-name": "Dana Whitfield"}
    Lead.objects.update(email="dana@example.com")
    assert edit(cast, "lead", conversation, page).status_code == 302
    lead = Lead.objects.get(pk=conversation.lead_id)
    assert (lead.name, lead.email) == ("Dana Whitfield", "dana@example.com")


def test_a_field_that_both_changed_is_asked_about_once(cast: Cast) -> None:
    conversation = converse(cast, lead={"name": "Dana", "email": ""})
    page = lead_page(conversation) | {"lead-name": "Dana W"}
    Lead.objects.update(name="Danika", email="d@example.com")
    refused = edit(cast, "lead", conversation, page)
    words = "Somebody changed this meanwhile, to “Danika”. Save again to replace it."
    assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert (Lead.objects.get(pk=conversation.lead_id).name, told(conversation)) == ("Danika", [])
    again = shown(refused.context["lead_form"]) | {"lead-name": "Dana W"}
    assert edit(cast, "lead", conversation, again).status_code == 302
    lead = Lead.objects.get(pk=conversation.lead_id)
    assert (lead.name, lead.email) == ("Dana W", "d@example.com")


def test_the_database_has_the_last_word(cast: Cast) -> None:
    lead = factories.make_lead(cast.a, name="Dana")
    Lead.objects.update(name="Danika")
    assert intake.correct(lead, {"name": ("Dana", "Dana W")}, by=cast.ben, at=NOON) is False
    assert (Lead.objects.get().name, LeadEvent.objects.count()) == ("Danika", 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nonsense"), ("kind", "prince"), ("language", "xx"), ("name", "x" * 121), ("notes", "x" * 4001)],
)
def test_what_makes_no_sense_comes_back_with_the_reason(cast: Cast, field: str, value: str) -> None:
    conversation = converse(cast)
    page = lead_page(conversation) | {f"lead-{field}": value}
    refused = edit(cast, "lead", conversation, page, **{"X-Requested-With": "fetch"})
    content = refused.content.decode()
    assert (refused.status_code, content.count('role="alert"'), "<html" in content) == (422, 1, False)
    assert told(conversation) == []


def test_a_stored_value_that_would_be_refused_today_keeps_nobody_from_the_rest(cast: Cast) -> None:
    conversation = converse(cast, lead={"email": "not an address"})
    assert edit(cast, "lead", conversation, lead_page(conversation) | {"lead-name": "Dee"}).status_code == 302
    assert Lead.objects.get(pk=conversation.lead_id).name == "Dee"


def test_hidden_characters_are_not_kept(cast: Cast) -> None:
    conversation = converse(cast)
    edit(cast, "lead", conversation, lead_page(conversation) | {"lead-name": "Da\u202ena\u200b"})
    assert Lead.objects.get(pk=conversation.lead_id).name == "Dana"


def test_a_request_is_corrected_with_a_service_of_this_business(cast: Cast) -> None:
    conversation = asked(cast, need="leak", urgency="urgent")
    ours, theirs = factories.make_service(cast.a, "Leak repair"), factories.make_service(cast.b)
    page = request_page(conversation) | {"request-service": str(theirs.pk)}
    assert edit(cast, "request", conversation, page).status_code == 422
    page |= {"request-service": str(ours.pk), "request-urgency": "routine", "request-address": "1 Elm St"}
    assert edit(cast, "request", conversation, page).status_code == 302
    row = JobRequest.objects.get()
    assert (row.service, row.urgency, row.address, row.need) == (ours, "routine", "1 Elm St", "leak")
    [(kind, text, actor)] = told(conversation)
    assert (kind, set(text.split("; ")), actor) == (
        "lead.corrected", {"Service: Leak repair", "Urgency: Routine, was Urgent", "Address: 1 Elm St"}, cast.ben,
    )  # fmt: skip


def test_the_first_words_open_a_request(cast: Cast) -> None:
    conversation = converse(cast)
    page = {"request": "", "request-need": "A leak", "request-need-was": ""}
    assert edit(cast, "request", conversation, page).status_code == 302
    conversation.refresh_from_db()
    assert conversation.request is not None
    assert (conversation.request.need, conversation.request.location) == ("A leak", cast.a_location)
    assert edit(cast, "request", conversation, page).status_code == 422
    assert JobRequest.objects.count() == 1


def test_nothing_said_opens_no_request(cast: Cast) -> None:
    assert edit(cast, "request", converse(cast), {"request": ""}).status_code == 302
    assert JobRequest.objects.count() == 0


def test_a_page_about_an_earlier_request_changes_nothing(cast: Cast) -> None:
    conversation = asked(cast, need="leak")
    page = request_page(conversation) | {"request-need": "flood"}
    conversation.request = factories.make_request(conversation.lead, cast.a_location, need="heater")
    conversation.save()
    refused = edit(cast, "request", conversation, page)
    assert (refused.status_code, "another request by now" in refused.content.decode()) == (422, True)
    assert set(JobRequest.objects.values_list("need", flat=True)) == {"leak", "heater"}


# ---------------------------------------------------------------- sight
def test_readers_see_words_and_no_forms(cast: Cast) -> None:
    conversation = asked(cast, need="leak")
    rita = add_reader(cast)
    page = as_user(rita).get(url("show", conversation)).content.decode()
    assert ("leak" in page, "data-panel-form" in page) == (True, False)
    for what, posted in (("lead", lead_page(conversation)), ("request", request_page(conversation))):
        path = reverse(f"inbox:{what}-edit", args=[conversation.key])
        changed = {name: f"{value}x" if name.endswith(("name", "need")) else value for name, value in posted.items()}
        assert as_user(rita).post(path, changed).status_code == 403
        assert as_user(cast.cleo).post(path, changed).status_code == 404
    assert told(conversation) == []


def test_what_came_before_is_shown_as_far_as_it_may_be_seen(cast: Cast) -> None:
    conversation = asked(cast, need="leak", status="won", value_cents=125_050)
    lead, far = conversation.lead, factories.make_location(cast.a, "Far")
    far_number = factories.make_number(far, label="Far line")
    near = factories.make_conversation(lead, factories.make_number(cast.a_location, label="Ads line"), status="done")
    factories.make_conversation(lead, far_number)
    factories.make_request(lead, far, need="secret")
    factories.make_call(cast.a_number, lead=lead, conversation=conversation)
    factories.make_call(far_number, lead=lead)
    service = factories.make_service(cast.a)
    late, soon, past = (
        factories.make_appointment(service, cast.a_location, lead=lead, starts_at=NOON + timedelta(days=days))
        for days in (3650, 3600, -3650)
    )
    factories.make_appointment(service, far, lead=lead)
    dee = factories.make_user("dee")
    factories.make_member(cast.a, dee).locations.add(cast.a_location)
    panel = as_user(dee).get(url("show", conversation)).context["panel"]
    assert (panel.upcoming, panel.past, panel.others) == ([soon, late], [past], [near])
    assert ([row.need for row in panel.requests], panel.calls, panel.texts) == (["leak"], 1, 0)
    everything = as_user(cast.ana).get(url("show", conversation))
    assert (len(everything.context["panel"].others), everything.context["panel"].calls) == (2, 2)
    assert "$1,250.50" in everything.content.decode()


def test_what_the_customer_said_is_marked_until_somebody_else_says_otherwise(cast: Cast) -> None:
    conversation = asked(cast)
    assert conversation.request is not None
    facts = {"name": "Dee", "need": "leak"}
    intake.note_facts(conversation.lead, conversation.request, facts, at=NOON, conversation=str(conversation.key))
    panel = as_user(cast.ana).get(url("show", conversation)).context["panel"]
    assert panel.said == {"lead-name": NOON, "request-need": NOON}
    edit(cast, "request", conversation, request_page(conversation) | {"request-need": "flood"})
    assert as_user(cast.ana).get(url("show", conversation)).context["panel"].said == {"lead-name": NOON}


def test_the_panel_says_what_stands_in_the_way_and_why_there_was_a_text(cast: Cast) -> None:
    conversation = converse(cast, lead={"blocked_at": NOON, "is_landline": True})
    factories.make_opt_out(cast.a, phone=conversation.lead.phone)
    call = factories.make_call(cast.a_number, conversation=conversation, started_at=NOON)
    factories.make_call(cast.a_number, conversation=conversation, started_at=NOON, decided_at=None, trace=[])
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    for words in ("Blocked since", "Opted out of texts since", "A landline", "Why this caller got this text"):
        assert (words, words in page) == (words, True)
    assert f'href="#why-{call.key}"' in page
