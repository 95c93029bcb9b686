"""A form says nothing about who sent it: what it may change of people who are known, and what cannot wait."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from leads.models import CallbackTask, JobRequest, Lead, LeadEvent
from leads.models.api import LeadSource
from messaging.models import Conversation, Escalation, Message, PhoneNumber
from tests.factories import (
    NOON,
    make_business,
    make_conversation,
    make_lead,
    make_location,
    make_number,
    make_opt_out,
    make_request,
    make_script,
)
from tests.recoverline.api.conftest import make_program
from tests.recoverline.api.test_intake import hand_in, make_source, outcomes

pytestmark = pytest.mark.django_db
PHONE = "+12125550142"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def source() -> LeadSource:
    location = make_location(make_business("Alder Plumbing"))
    make_number(location)
    return make_source(location)


@pytest.fixture
def request_of_ann(source: LeadSource) -> JobRequest:
    lead = make_lead(source.business, phone=PHONE, name="Ann")
    request = make_request(lead, source.location)
    make_conversation(lead, PhoneNumber.objects.get(business=source.business), request=request)
    return request


def test_a_form_says_nothing_about_the_open_request_of_somebody_known(
    source: LeadSource, request_of_ann: JobRequest
) -> None:
    hand_in(source, message="Not Ann at all", zip="99999", consent=None)
    request_of_ann.refresh_from_db()
    assert (request_of_ann.need, request_of_ann.place, JobRequest.objects.count()) == ("", "", 1)
    assert CallbackTask.objects.get().detail == "Form “website”: Not Ann at all"
    assert LeadEvent.objects.get(kind="form.submitted").text == "Form “website”: Not Ann at all"


def test_a_new_matter_of_somebody_known_and_what_a_program_says_are_kept(
    source: LeadSource, request_of_ann: JobRequest
) -> None:
    make_program(source.business).post("leads/", {"phone": PHONE, "need": "The sink", "consent": {"text": "Yes"}})
    request_of_ann.refresh_from_db()
    assert request_of_ann.need == "The sink"
    Conversation.objects.update(status="done")
    JobRequest.objects.update(status="won", closed_at=NOON)
    hand_in(source, message="Now the bath")
    assert JobRequest.objects.latest("pk").need == "Now the bath"


def _opted_out(source: LeadSource) -> None:
    make_opt_out(source.business, phone=PHONE)


def _no_tick(source: LeadSource) -> None:
    LeadSource.objects.update(requires_consent=True)


def _texted_already(source: LeadSource) -> None:
    hand_in(source, message="The sink leaks", consent="on")


@pytest.mark.parametrize("prepare", [_opted_out, _no_tick, _texted_already])
def test_an_urgent_word_is_told_also_where_no_text_may_leave(source: LeadSource, noon: Any, prepare: Any) -> None:
    make_script(source.business, kind="urgent_reply", body="{business}: we hurry.", urgent_words="LEAK NOW")
    prepare(source)
    sent = Message.objects.count()
    noon.shift(timedelta(minutes=1))
    hand_in(source, message="URGENT, water everywhere in the office", consent=None)
    thread = Conversation.objects.get()
    assert (thread.is_urgent, thread.needs_reply, Message.objects.count()) == (True, True, sent), outcomes()
    assert Escalation.objects.count() == 1
    assert LeadEvent.objects.filter(kind="conversation.urgent").count() == 1
    for task in CallbackTask.objects.all():
        assert task.due_at == task.created_at
    assert Lead.objects.count() == 1
