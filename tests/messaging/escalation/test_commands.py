"""People on call answer by text: signed webhooks in, texts of a carrier on loopback out."""

import pytest

from leads.models import Lead, Membership
from messaging.enums import ConversationStatus, Handler
from messaging.escalation import acknowledging
from messaging.escalation.enums import AckMeans, EscalationStatus
from messaging.models import (
    Conversation,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    InboundHook,
    Message,
    OnCallText,
    OptOut,
)
from tests.factories import make_account, make_business, make_location, make_number
from tests.messaging.escalation.onduty import Duty
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


def status(escalation: Escalation) -> str:
    escalation.refresh_from_db()
    return escalation.status


def test_a_code_takes_it_again_says_so_and_another_closes(duty: Duty) -> None:
    first = duty.alert()
    second = duty.alert(duty.customer("Sam Lee", "No heat"))
    assert "is yours" in duty.text(f" {first.code.lower()} ")
    assert duty.text(first.code) == f"{first.code} Dana Fox: you already have it."
    assert duty.text(f"'{second.code}c'") == f"{second.code} Sam Lee: closed."
    assert (status(first.escalation), status(second.escalation)) == ("acknowledged", "closed")
    assert duty.commands() == ["ack", "ack", "done"]
    dana = Conversation.objects.get(lead__name="Dana Fox")
    assert (dana.assignee, dana.handler) == (duty.ana.user, Handler.PERSON)


def test_a_code_is_not_given_away_for_a_day(duty: Duty) -> None:
    """A reply to something old must not take something new."""
    first = duty.alert()
    duty.text(f"{first.code} done")
    monkey = duty.monkeypatch
    monkey.setattr("messaging.escalation.codes.secrets.choice", lambda free: free[0] if first.code not in free else "!")
    second = duty.alert(duty.customer("Sam Lee"))
    assert second.code not in ("!", first.code)
    answer = duty.text(first.code)
    assert answer.startswith(f"{first.code} Dana Fox: that is closed since ")
    assert answer.endswith("; nothing changed.")
    assert status(second.escalation) == EscalationStatus.OPEN
    duty.later(hours=25)
    assert (
        duty.text(first.code)
        == f"{first.code} is no code that is open on this phone. Nobody has: {second.code} Sam Lee."
    )


@pytest.mark.parametrize(
    ("body", "becomes"),
    [("ack", "acknowledged"), ("a", "acknowledged"), ("Got it!", "acknowledged"), ("close", "closed"), ("c", "closed")],
)
def test_a_bare_word_is_about_the_only_open_one(duty: Duty, body: str, becomes: str) -> None:
    notice = duty.alert()
    duty.text(f"{body}       ")
    assert status(notice.escalation) == becomes


def test_a_bare_word_among_several_asks_which(duty: Duty) -> None:
    first, second = duty.alert(), duty.alert(duty.customer("Sam Lee"))
    answer = duty.text("ok")
    assert answer == f"Which one? {second.code} Sam Lee, {first.code} Dana Fox. Reply with its code."
    assert {status(each.escalation) for each in (first, second)} == {"open"}


def test_one_reply_takes_a_whole_bundle(duty: Duty) -> None:
    notices = [duty.notice(duty.escalation(duty.customer(name))) for name in ("Dana", "Sam", "Kim", "Lou")]
    duty.send()
    assert len(duty.received(duty.ana.phone)) == 1
    duty.text("ALL")
    assert {status(notice.escalation) for notice in notices} == {"acknowledged"}


def test_ten_useless_texts_get_five_answers_until_something_is_done(duty: Duty) -> None:
    notice = duty.alert()
    answers = [duty.text(f"blah blah {turn}") for turn in range(10)]
    assert [bool(answer) for answer in answers] == [True] * 5 + [False] * 5
    assert "is yours" in duty.text(notice.code)
    assert duty.commands() == ["useless"] * 10 + ["ack"]


def test_who_has_it_is_told_to_the_second(duty: Duty) -> None:
    ben = duty.member("Ben")
    notice = duty.alert()
    acknowledging.acknowledge(notice.escalation, member=ben, via=AckMeans.INBOX, now=duty.now)
    assert duty.text(notice.code) == f"{notice.code} Dana Fox: Ben already has it."
    assert duty.text(f"{notice.code}: on my way").endswith("Ben already has it. Your words were not sent.")
    assert not Message.objects.filter(kind="staff").exists()


def test_pass_away_back_and_list(duty: Duty) -> None:
    first = duty.alert()
    assert duty.text("no") == f"{first.code} Dana Fox: passed on. We ask the next person."
    first.refresh_from_db()
    assert (first.status, status(first.escalation)) == ("passed", "open")
    second = duty.alert(duty.customer("Sam Lee"))
    assert duty.text("list") == f"Nobody has: {second.code} Sam Lee."
    assert duty.text("away") == f"You are away: no alerts until you reply BACK. Passed on: {second.code} Sam Lee."
    assert Membership.objects.get(pk=duty.ana.pk).away_since is not None
    assert duty.text("BACK") == "Welcome back: alerts reach you again."
    assert Membership.objects.get(pk=duty.ana.pk).away_since is None


def test_take_and_resume(duty: Duty) -> None:
    notice = duty.alert()
    duty.text(f"take {notice.code}")
    conversation = Conversation.objects.get(pk=notice.escalation.conversation_id)
    assert (conversation.handler, conversation.assignee) == (Handler.PERSON, duty.ana.user)
    assert duty.text("resume") == f"{notice.code} Dana Fox: the robot goes on."
    conversation.refresh_from_db()
    assert (conversation.handler, status(notice.escalation)) == (Handler.ROBOT, "closed")


def test_done_closes_the_conversation_and_no_request(duty: Duty) -> None:
    notice = duty.alert()
    duty.text(notice.code)
    assert duty.text("done") == f"{notice.code} Dana Fox: closed."
    conversation = Conversation.objects.select_related("request").get(pk=notice.escalation.conversation_id)
    assert (conversation.status, conversation.request.status) == (ConversationStatus.DONE, "open")


# ---------------------------------------------------------------- whose texts these are
def test_strangers_and_colleagues_elsewhere_are_customers(duty: Duty) -> None:
    notice = duty.alert()
    stranger = "+12125550171"
    duty.text(notice.code, sender=stranger)
    Membership.objects.filter(pk=duty.ana.pk).update(works_by_text=False)
    duty.text(notice.code)
    assert (status(notice.escalation), OnCallText.objects.count()) == ("open", 0)
    assert Lead.objects.filter(phone=stranger, is_team=False).exists()


def test_owners_may_try_out_their_own_number(duty: Duty) -> None:
    """With nothing open even "yes" is what a customer says."""
    duty.text("Do you fix faucets?")
    duty.text("yes")
    lead = Lead.objects.get(phone=duty.ana.phone)
    texts = Message.objects.filter(lead=lead, direction="in", conversation__is_team=False)
    assert (texts.count(), OnCallText.objects.count()) == (2, 0)


def test_stop_of_somebody_on_call_is_a_stop(duty: Duty) -> None:
    notice = duty.alert()
    duty.text("STOP")
    assert OptOut.objects.filter(business=duty.wire.business, phone=duty.ana.phone, revoked_at=None).exists()
    assert (status(notice.escalation), OnCallText.objects.count()) == ("open", 0)
    assert not Conversation.objects.filter(lead__phone=duty.ana.phone, is_team=False).exists()


def test_the_carriers_yes_is_an_answer_to_us(duty: Duty) -> None:
    notice = duty.alert()
    duty.text("YES", OptOutType="START")
    assert status(notice.escalation) == "acknowledged"


def test_a_repeated_webhook_does_nothing_more(duty: Duty) -> None:
    notice = duty.alert()
    duty.text(notice.code, MessageSid="SM" + "e" * 32)
    InboundHook.objects.all().delete()
    assert duty.text(notice.code, MessageSid="SM" + "e" * 32) == ""
    assert duty.commands() == ["ack"]


# ---------------------------------------------------------------- forged texts
def test_the_last_one_who_goes_away_is_told_that_nobody_else_can_be_reached(duty: Duty) -> None:
    policy = EscalationPolicy.objects.create(business=duty.wire.business, name="All", applies_to=["emergency"])
    EscalationStep.objects.create(policy=policy, channel="text", target="member", member=duty.ana)
    notice = duty.alert()
    assert duty.text("away") == (
        f"You are away: no alerts until you reply BACK. Passed on: {notice.code} Dana Fox. "
        f"But nobody else can be reached for {notice.code} Dana Fox: reply BACK if you can after all."
    )


def test_a_forged_text_gives_nothing_away_and_shows_on_the_real_phone(duty: Duty) -> None:
    """Whoever forges Ana's number hears nothing: each answer goes to her phone, and says what was done."""
    notice = duty.alert()
    answer = duty.text("mine")
    assert {to for to, _ in duty.wire.sent} == {duty.ana.phone}
    assert "Dana Fox is yours" in answer
    assert Message.objects.filter(lead=notice.escalation.lead, kind="staff").count() == 0


def test_a_forged_text_reaches_no_customer_before_it_is_taken(duty: Duty) -> None:
    duty.alert()
    duty.text("Please send 500 dollars by gift card")
    assert not Message.objects.filter(kind="staff").exists()
    assert duty.commands() == ["useless"]


def test_a_forged_text_of_another_business_reaches_nobody(duty: Duty) -> None:
    account = make_account(make_business("Birch Dental"), account_sid="")
    theirs = make_number(make_location(account.business), account, number="+15555550188")
    there = Wire(account.business, account, theirs, duty.wire.carrier, duty.wire.client)
    notice = duty.alert()
    there.post("message", "message__plain", From=duty.ana.phone, Body=notice.code, To=theirs.number, AccountSid=None)
    assert (status(notice.escalation), OnCallText.objects.count()) == ("open", 0)
