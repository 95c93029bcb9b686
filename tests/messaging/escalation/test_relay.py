"""After "mine" the two write to each other by their own phones, through our number, and nobody over unread words."""

from datetime import datetime

import pytest

from messaging.enums import Handler
from messaging.escalation import acknowledging, relay
from messaging.escalation.enums import AckMeans
from messaging.inbox import replying
from messaging.models import Conversation, Escalation, EscalationNotice, Message, OnCallText
from tests.factories import make_opt_out
from tests.messaging.escalation.onduty import Duty

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/picture", "MediaContentType0": "image/jpeg"}


def taken(duty: Duty, name: str = "Dana Fox") -> EscalationNotice:
    notice = duty.alert(duty.customer(name))
    duty.text(notice.code)
    return notice


def phone_of(notice: EscalationNotice) -> str:
    lead = notice.escalation.lead
    assert lead is not None
    return lead.phone


def says(duty: Duty, notice: EscalationNotice, body: str, **more: str) -> str:
    """The customer writes; what reaches Ana."""
    before = len(duty.received(duty.ana.phone))
    duty.text(body, sender=phone_of(notice), **more)
    duty.later(minutes=4)
    relay.forward_waiting(duty.now)
    duty.wire.deliver_due()
    return " | ".join(duty.received(duty.ana.phone)[before:])


def test_other_words_go_to_the_customer_and_are_confirmed(duty: Duty) -> None:
    notice = taken(duty)
    assert duty.text("Close the main valve, I am there in 20.") == (
        'Sent to Dana Fox: "Close the main valve, I am there in 20."'
    )
    assert duty.received(phone_of(notice))[-1] == "Close the main valve, I am there in 20."
    message = Message.objects.get(kind="staff")
    assert (message.author, message.lead) == (duty.ana.user, notice.escalation.lead)
    assert OnCallText.objects.order_by("-id")[0].command == "reply"


def test_code_and_words_take_it_and_send_them(duty: Duty) -> None:
    notice = duty.alert()
    assert duty.text(f"{notice.code}: on my way") == 'Sent to Dana Fox: "on my way"'
    notice.escalation.refresh_from_db()
    assert notice.escalation.acknowledged_by == duty.ana


def test_with_two_customers_the_code_is_needed(duty: Duty) -> None:
    first, second = taken(duty), taken(duty, "Sam Lee")
    assert duty.text("be there in 20").startswith("Not sent. For whom? ")
    assert not Message.objects.filter(kind="staff").exists()
    assert duty.text(f"{second.code}: be there in 20") == 'Sent to Sam Lee: "be there in 20"'
    assert duty.received(phone_of(first))[-1:] != ["be there in 20"]


def test_the_customers_answers_come_to_the_phone_put_together(duty: Duty) -> None:
    notice = taken(duty)
    duty.text("Is the valve closed?")
    duty.text("yes it is", sender=phone_of(notice))
    assert says(duty, notice, "please hurry") == f'{notice.code} Dana Fox: "yes it is" / "please hurry"'
    assert relay.forward_waiting(duty.now) == 0
    assert duty.text("yes") == 'Sent to Dana Fox: "yes"'


def test_words_that_were_lost_on_the_way_are_sent_again_three_times(duty: Duty) -> None:
    notice = taken(duty)
    duty.text("the gate code is 4431", sender=phone_of(notice))
    sent = []
    for _ in range(5):
        duty.later(minutes=16)
        sent.append(relay.forward_waiting(duty.now))
        Message.objects.filter(idem_key__startswith="said:").update(status="expired")
    assert sent == [1, 1, 1, 0, 0]
    assert '"the gate code is 4431" / "and the dog is friendly"' in says(duty, notice, "and the dog is friendly")


def test_one_that_breaks_does_not_stop_the_others(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = taken(duty), taken(duty, "Sam Lee")
    for notice in (first, second):
        duty.text("hello?", sender=phone_of(notice))
    forward = relay._forward

    def fail_for_the_first(escalation: Escalation, *, now: datetime) -> bool:
        if escalation.pk == first.escalation_id:
            raise RuntimeError("out of order")
        return forward(escalation, now=now)

    monkeypatch.setattr(relay, "_forward", fail_for_the_first)
    duty.later(minutes=16)
    assert relay.forward_waiting(duty.now) == 1


def test_a_picture_is_told_with_a_link(duty: Duty) -> None:
    notice = taken(duty)
    told = says(duty, notice, "look", **PICTURE)
    conversation = notice.escalation.conversation
    assert conversation is not None
    assert f'"look" and a picture: http://127.0.0.1:8000/inbox/{conversation.key}/' in told


def test_what_was_not_seen_is_read_first(duty: Duty) -> None:
    """As in the inbox nobody writes over words that they have not read."""
    notice = taken(duty)
    duty.text("never mind, my brother fixed it", sender=phone_of(notice))
    answer = duty.text("I leave now")
    assert answer == (
        'Not sent. Before yours came: "never mind, my brother fixed it" - Send yours again if it still fits.'
    )
    assert not Message.objects.filter(kind="staff").exists()
    assert duty.text("Good to hear!") == 'Sent to Dana Fox: "Good to hear!"'


def test_done_reads_first_as_well(duty: Duty) -> None:
    notice = taken(duty)
    duty.text("it leaks again", sender=phone_of(notice))
    assert "it leaks again" in duty.text("done")
    assert duty.text("done").endswith("closed.")


def test_a_colleagues_text_is_told_too(duty: Duty) -> None:
    notice = taken(duty)
    ben = duty.member("Ben")
    conversation = Conversation.objects.get(pk=notice.escalation.conversation_id)
    replying.reply(conversation, by=ben.user, body="We call you.", client_id=notice.key, now=duty.now)
    assert 'Ben answered "We call you."' in duty.text("I am on my way to you")


def test_a_stop_of_the_customer_holds(duty: Duty) -> None:
    notice = taken(duty)
    make_opt_out(duty.wire.business, phone=phone_of(notice))
    assert duty.text("I am there in 20") == "Not sent to Dana Fox: opted out."
    assert "I am there in 20" not in duty.received(phone_of(notice))


@pytest.mark.parametrize("end", ["done", "resume", "closed elsewhere", "robot", "twelve hours"])
def test_when_it_is_over_nothing_is_passed_on(duty: Duty, end: str) -> None:
    notice = taken(duty)
    if end == "closed elsewhere":
        acknowledging.close(notice.escalation, by=None, now=duty.now)
    elif end == "robot":
        Conversation.objects.filter(is_team=False).update(handler=Handler.ROBOT)
    elif end == "twelve hours":
        duty.later(hours=12, minutes=1)
    else:
        duty.text(end)
    duty.text("Please wire 500 dollars to me")
    assert not Message.objects.filter(kind="staff").exists()
    if end != "twelve hours":
        assert says(duty, notice, "hello?") == ""


def test_who_took_it_in_the_inbox_reads_it_there(duty: Duty) -> None:
    notice = duty.alert()
    acknowledging.acknowledge(notice.escalation, member=duty.ana, via=AckMeans.INBOX, now=duty.now)
    assert says(duty, notice, "are you coming?") == ""


def test_a_weak_no_neither_gives_it_away_nor_reaches_the_customer(duty: Duty) -> None:
    """Right after "mine" it is unclear to whom "no" is said."""
    notice = taken(duty)
    assert duty.text("no") == f"You have {notice.code} Dana Fox. To pass it on, reply {notice.code} NO."
    assert not Message.objects.filter(kind="staff").exists()
    says(duty, notice, "Will it cost more at night?")
    assert duty.text("no") == 'Sent to Dana Fox: "no"'


def test_a_repeated_webhook_sends_once(duty: Duty) -> None:
    taken(duty)
    for _ in range(2):
        duty.text("I am there in 20", MessageSid="SM" + "d" * 32)
    assert Message.objects.filter(kind="staff").count() == 1


def test_pictures_of_the_team_are_not_passed_on_and_it_is_said(duty: Duty) -> None:
    taken(duty)
    answer = duty.text("this valve", **PICTURE)
    assert answer == 'Sent to Dana Fox: "this valve" Your picture was not passed on.'
