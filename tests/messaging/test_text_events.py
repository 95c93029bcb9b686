"""A text came in: whose it is, which conversation, and when a machine seems to write. Consent: test_consent."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from leads.models import JobRequest, Lead, LeadEvent
from messaging.enums import ConversationStatus, Handler, MessageKind, MessageStatus
from messaging.inbox import replying
from messaging.models import Conversation, InboundHook, Message, PhoneNumber
from recoverline.lib import clock
from tests.factories import make_account, make_business, make_location, make_number, make_user
from tests.fakes.carrier import CallbackPlan
from tests.wire import CALLER, OURS, Wire

pytestmark = pytest.mark.django_db(transaction=True)


def say(wire: Wire, body: str, n: int = 0, **more: Any) -> int:
    """A text from the customer; `n` makes it another one."""
    values = {"From": CALLER, "Body": body, "MessageSid": f"SM{n:032x}", **more}
    return int(wire.post("message", "message__plain", **values).status_code)


def said(wire: Wire) -> list[str]:
    return list(Message.objects.filter(direction="in").order_by("id").values_list("body", flat=True))


# ---------------------------------------------------------------- whose it is
def test_a_first_text_makes_a_lead_with_a_request_and_a_conversation(wire: Wire) -> None:
    PhoneNumber.objects.update(source="Ads")
    say(wire, "Do you fix faucets?")
    lead, request, conversation, message = (
        model.objects.get()
        for model in (Lead, JobRequest, Conversation, Message)  # type: ignore[attr-defined]
    )
    assert (lead.phone, lead.source, request.source, request.lead) == (CALLER, "Ads", "Ads", lead)
    assert (conversation.lead, conversation.number, conversation.request) == (lead, wire.number, request)
    assert (conversation.needs_reply, conversation.unread_count, conversation.handler) == (True, 1, Handler.ROBOT)
    assert (message.kind, message.status, message.body) == ("inbound", "received", "Do you fix faucets?")


@pytest.mark.parametrize("spelling", ["+15555550123", "(555) 555-0123", "15555550123", "555.555.0123"])
def test_every_spelling_is_one_lead(wire: Wire, spelling: str) -> None:
    say(wire, "Hello")
    say(wire, "Me again", 1, From=spelling)
    assert (Lead.objects.count(), Conversation.objects.count(), Conversation.objects.get().unread_count) == (1, 1, 2)


def test_one_caller_at_two_businesses_is_two_contacts(wire: Wire) -> None:
    """TEN-09: nothing of one is seen by the other, and STOP counts for the one it was said to."""
    account = make_account(make_business("Birch Dental"), account_sid="")
    theirs = make_number(make_location(account.business), account, number="+15555550188")
    there = Wire(account.business, account, theirs, wire.carrier, wire.client)
    say(wire, "Hello")
    say(there, "Hello", To=theirs.number, AccountSid=None)
    say(there, "STOP", 1, To=theirs.number, AccountSid=None)
    assert {(lead.business.name, lead.phone) for lead in Lead.objects.all()} == {
        ("Alder Plumbing", CALLER), ("Birch Dental", CALLER),
    }  # fmt: skip
    assert [row.business.name for row in account.business.opt_outs.all()] == ["Birch Dental"]
    assert not wire.business.opt_outs.exists()


@pytest.mark.parametrize(
    "sender", ["262966", "12345", "+266696687", "anonymous", "", "sip:x@y.example", "+1555", "T-Mobile"]
)
def test_machines_and_hidden_senders_open_nothing(wire: Wire, sender: str) -> None:
    assert say(wire, "Your code is 1234", From=sender) == 200
    assert (InboundHook.objects.count(), Lead.objects.count(), Message.objects.count()) == (1, 0, 0)


def test_own_numbers_are_not_answered(wire: Wire) -> None:
    """WHK-16: two robots of one business would talk to each other for ever."""
    make_number(wire.number.location, wire.account, number="+15555550177")
    for sender in (OURS, "+15555550177"):
        assert say(wire, "URGENT: my basement is flooding", From=sender) == 200
        assert say(wire, "HELP", 1, From=sender) == 200
    assert (Lead.objects.count(), wire.texts()) == (0, [])


def test_a_text_is_stored_once_even_if_its_webhook_was_forgotten(wire: Wire) -> None:
    say(wire, "Hello")
    InboundHook.objects.all().delete()
    say(wire, "Hello")
    assert (said(wire), Conversation.objects.get().unread_count) == (["Hello"], 1)


# ---------------------------------------------------------------- which conversation
def close(conversation: Conversation, **request: str) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(status=ConversationStatus.DONE, closed_at=clock.now())
    JobRequest.objects.filter(pk=conversation.request_id).update(**request)


def test_who_writes_again_soon_means_the_same_matter(wire: Wire) -> None:
    say(wire, "Hello")
    first = Conversation.objects.get()
    close(first)
    say(wire, "One more thing", 1)
    again = Conversation.objects.get()
    assert (again.pk, again.status, again.closed_at, again.needs_reply) == (first.pk, "open", None, True)


@pytest.mark.parametrize("how", ["a week later", "lost", "won", "spam", "wrong_number"])
def test_another_matter_is_another_conversation(wire: Wire, how: str) -> None:
    say(wire, "Hello")
    first = Conversation.objects.get()
    if how == "a week later":
        close(first)
        Conversation.objects.update(last_at=clock.now() - timedelta(days=8))
    else:
        close(first, status=how)
    say(wire, "The faucet again", 1)
    assert (Conversation.objects.count(), JobRequest.objects.count(), Lead.objects.count()) == (2, 2, 1)
    assert Conversation.objects.get(pk=first.pk).status == ConversationStatus.DONE


def test_another_number_is_another_conversation(wire: Wire) -> None:
    make_number(wire.number.location, wire.account, number="+15555550177")
    say(wire, "Hello")
    say(wire, "Hello", 1, To="+15555550177")
    assert (Lead.objects.count(), Conversation.objects.count()) == (1, 2)


@pytest.mark.parametrize(("word", "waits"), [("STOP", False), ("HELP", True), ("START", True)])
def test_words_about_consent_begin_no_new_matter(wire: Wire, word: str, waits: bool) -> None:
    """They ask for no answer, and only STOP makes an answer to what was said before impossible."""
    say(wire, "Hello")
    close(Conversation.objects.get(), status="lost")
    say(wire, word, 1)
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.needs_reply) == ("done", waits)


# ---------------------------------------------------------------- WHK-16: machines
def paused() -> tuple[bool, str]:
    conversation = Conversation.objects.get()
    return conversation.automation_paused, conversation.handler


def test_the_fourth_equal_text_in_an_hour_is_a_machine(wire: Wire) -> None:
    for n in range(3):
        say(wire, "I am away until Monday", n)
        Message.objects.update(created_at=clock.now() - timedelta(minutes=15))
    assert paused() == (False, Handler.ROBOT)
    say(wire, "I am away until Monday", 3)
    assert paused() == (True, Handler.PERSON)
    assert LeadEvent.objects.filter(kind="conversation.paused").count() == 1
    say(wire, "I am away until Monday", 4)
    assert LeadEvent.objects.filter(kind="conversation.paused").count() == 1


def test_the_same_automatic_answer_waits_for_a_person_once(wire: Wire) -> None:
    """It comes back for each text of theirs: nobody is asked anew for it, or paged when it "waits" too long."""
    away, dana = "Thank you for contacting Acme. We will reply within one business day.", make_user()
    waits = []
    for n, body in enumerate([away, away, "Sorry, my phone did that. Do you fix faucets?", away, "I smell gas"]):
        say(wire, body, n)
        conversation = Conversation.objects.get()
        waits.append(conversation.needs_reply)
        if n != 2:
            replying.reply(conversation, by=dana, body="On our way", client_id=uuid4(), now=clock.now())
    assert waits == [True, False, True, True, True]


def test_equal_texts_over_more_than_an_hour_are_a_person(wire: Wire) -> None:
    for n in range(6):
        say(wire, "Any news?", n)
        Message.objects.update(created_at=clock.now() - timedelta(minutes=61))
    assert paused() == (False, Handler.ROBOT)


def test_the_seventh_text_in_90_seconds_is_a_machine(wire: Wire) -> None:
    for n in range(6):
        say(wire, f"Answer number {n}", n)
    assert paused() == (False, Handler.ROBOT)
    say(wire, "Answer number 6", 7)
    assert paused() == (True, Handler.PERSON)
    assert wire.texts() == []


def test_a_danger_is_answered_however_fast_somebody_writes(wire: Wire) -> None:
    for n in range(6):
        say(wire, f"Hurry {n}", n)
    say(wire, "My basement is flooding", 7)
    (answer,) = wire.texts()
    assert "close the main water valve" in answer.body


def test_pictures_without_words_are_not_equal_texts(wire: Wire) -> None:
    for n in range(5):
        say(wire, "", n, NumMedia="1", MediaUrl0="https://api.twilio.com/x", MediaContentType0="image/jpeg")
    assert paused() == (False, Handler.ROBOT)
    assert Conversation.objects.get().last_preview == "Picture"


def test_help_is_not_answered_in_a_circle(wire: Wire) -> None:
    wire.account.handles_optout = False
    wire.account.save()
    for n in range(8):
        say(wire, "HELP", n)
    assert len(wire.texts()) == 3
    assert paused() == (True, Handler.PERSON)


# ---------------------------------------------------------------- urgency
def test_danger_goes_first_and_is_answered_once(wire: Wire) -> None:
    say(wire, "My basement is flooding")
    say(wire, "Water is everywhere, it is flooding!!", 1)
    conversation = Conversation.objects.get()
    assert (conversation.is_urgent, conversation.request.urgency) == (True, "emergency")
    assert LeadEvent.objects.filter(kind="conversation.urgent").count() == 1
    assert [text.kind for text in wire.texts()] == [MessageKind.SAFETY]


def test_while_staff_decide_only_a_danger_is_answered(wire: Wire) -> None:
    say(wire, "Hello")
    Conversation.objects.update(automation_paused=True)
    say(wire, "URGENT please", 1)
    assert (Conversation.objects.get().is_urgent, wire.texts()) == (True, [])
    say(wire, "My basement is flooding", 2)
    assert [text.kind for text in wire.texts()] == [MessageKind.SAFETY]


# ---------------------------------------------------------------- WHK-04
def test_a_callback_quicker_than_our_own_bookkeeping_finds_its_text(wire: Wire) -> None:
    """The carrier reports "delivered" while our request is still open: the key in the address finds the row."""
    wire.post("voice", "voice__ringing")
    (text,) = wire.texts()
    params = {
        "MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered", "To": CALLER, "From": OURS,
        "AccountSid": wire.account.account_sid,
    }  # fmt: skip
    assert wire.post_params("message-status", params, query={"text": str(text.key)}).status_code == 200
    text.refresh_from_db()
    assert (text.status, text.carrier_message_id) == (MessageStatus.DELIVERED, "SM" + "9" * 32)
    assert Message.objects.count() == 1


def test_a_status_of_a_text_nobody_knows_makes_nothing(wire: Wire) -> None:
    assert wire.post("message-status", "message-status__delivered").status_code == 200
    assert Message.objects.count() + Lead.objects.count() + Conversation.objects.count() == 0


def test_the_fake_carrier_can_be_that_quick(wire: Wire, settings: Any, live_server: Any) -> None:
    settings.SITE_URL = str(live_server)
    wire.carrier.callbacks = CallbackPlan(before_response=True)
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    (text,) = wire.texts()
    assert (text.status, text.carrier_message_id) == (MessageStatus.DELIVERED, wire.carrier.ledger[0].sid)
    assert {delivery.status for delivery in wire.carrier.deliveries} == {200}
