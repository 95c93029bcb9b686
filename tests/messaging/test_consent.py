"""STOP is absolute: from the customer's words to what no longer leaves, over signed webhooks."""

from datetime import timedelta

import pytest

from leads.models import LeadEvent
from messaging import consent, conversations, outbound
from messaging.enums import Direction, Handler, MessageKind, MessageStatus, OptOutSource, Suppression
from messaging.models import Conversation, Message, OptOut
from messaging.optout_words import Meaning
from recoverline.lib import clock
from tests.factories import NOON, fresh, make_business, make_lead, make_number
from tests.fakes.carrier import CallbackPlan
from tests.wire import CALLER, Wire, make_wire

pytestmark = pytest.mark.django_db(transaction=True)

# Words on which the carrier acts itself, and what only a reader understands.
KEYWORDS = ["STOP", "stop", "Stop ", "UNSUBSCRIBE", "End", "quit", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]
SENTENCES = [
    "stop.",
    "Stop. Thank you",
    "please stop texting me",
    "opt out",
    "Take me off your list",
    "no more texts please",
    "STOPP",
]


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


def say(wire: Wire, body: str, *, sender: str = CALLER, **more: str) -> None:
    sid = f"SM{fresh():032x}"
    answer = wire.post(
        "message", "message__plain", Body=body, From=sender, MessageSid=sid, SmsSid=sid, SmsMessageSid=sid, **more
    )
    assert answer.status_code == 200


def talk(wire: Wire) -> Conversation:
    """A running conversation, with the first text sent."""
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    return Conversation.objects.get()


def queue(conversation: Conversation, kind: MessageKind, **more: object) -> Message:
    return outbound.queue_text(conversation, kind=kind, body="Hello", idem_key=f"t:{fresh()}", now=clock.now(), **more)


def answers(wire: Wire) -> list[str]:
    return [row.body for row in wire.texts() if row.kind == MessageKind.COMPLIANCE]


@pytest.mark.parametrize("body", [*KEYWORDS, *SENTENCES])
@pytest.mark.parametrize("carrier_answers", [True, False])
def test_stop_end_to_end(body: str, carrier_answers: bool, wire: Wire) -> None:
    """What waits is suppressed, robots and staff are refused, and exactly one confirmation reaches the customer."""
    wire.account.handles_optout = carrier_answers
    wire.account.save()
    conversation = talk(wire)
    waiting = (
        queue(conversation, MessageKind.AUTO_REPLY),
        queue(conversation, MessageKind.STAFF, delay=timedelta(hours=1)),
    )

    say(wire, body)
    say(wire, body)
    refused = queue(conversation, MessageKind.AUTO_REPLY), queue(conversation, MessageKind.STAFF)
    wire.deliver_due()

    row = OptOut.objects.get()
    assert (row.business, row.phone, row.source, row.revoked_at) == (wire.business, CALLER, OptOutSource.TEXT, None)
    assert row.evidence.endswith(f": {body.strip()}")
    for message in (*waiting, *refused):
        message.refresh_from_db()
        assert (message.status, message.suppression) == (MessageStatus.SUPPRESSED, Suppression.OPTED_OUT)
    ours = 0 if carrier_answers and body in KEYWORDS else 1
    assert len(answers(wire)) == ours
    assert len(wire.sent) == 1 + ours
    assert not Conversation.objects.get().needs_reply
    assert LeadEvent.objects.filter(kind="lead.opted_out").count() == 1


def test_the_carriers_own_word_outweighs_the_body(wire: Wire) -> None:
    """Advanced opt-out may know words of the business's own choosing."""
    talk(wire)
    say(wire, "ARRET", OptOutType="STOP")
    assert OptOut.objects.get().phone == CALLER
    assert answers(wire) == []
    say(wire, "Weiter", OptOutType="START")
    assert OptOut.objects.get().revoked_at is not None
    say(wire, "Hilfe", OptOutType="HELP")
    assert answers(wire) == []


def test_stop_holds_on_every_number_of_the_business_and_on_no_other(wire: Wire) -> None:
    conversation = talk(wire)
    second = make_number(wire.number.location, wire.account)
    other = make_business("Birch Dental")
    say(wire, "stop.")
    assert consent.is_opted_out(wire.business.pk, CALLER)
    assert not consent.is_opted_out(other.pk, CALLER)
    elsewhere = conversations.open_conversation(conversation.lead, second, now=clock.now())
    assert queue(elsewhere, MessageKind.STAFF).suppression == Suppression.OPTED_OUT


def test_a_missed_call_after_stop_gets_no_text(wire: Wire) -> None:
    say(wire, "stop.")
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    assert [row.kind for row in wire.texts()] == [MessageKind.COMPLIANCE]


@pytest.mark.parametrize("word", ["START", "unstop", "Start."])
@pytest.mark.parametrize("carrier_answers", [True, False])
def test_start_opens_the_line_again(word: str, carrier_answers: bool, wire: Wire) -> None:
    wire.account.handles_optout = carrier_answers
    wire.account.save()
    conversation = talk(wire)
    say(wire, "stop texting me")
    say(wire, word)
    say(wire, word)
    row = OptOut.objects.get()
    assert row.revoked_at is not None
    assert row.revoked_evidence.endswith(word)
    ours = 0 if carrier_answers and word != "Start." else 1
    assert len(answers(wire)) == 1 + ours
    message = queue(conversation, MessageKind.STAFF)
    wire.deliver_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.ACCEPTED
    say(wire, "STOP")
    assert OptOut.objects.filter(revoked_at=None).count() == 1
    assert OptOut.objects.count() == 2


@pytest.mark.parametrize("word", ["yes", "YES", "ok", "start the car please", "no"])
def test_nothing_but_start_opens_it(word: str, wire: Wire) -> None:
    """A yes answers some question of ours; it is no consent to texts."""
    talk(wire)
    say(wire, "stop texting me")
    say(wire, word)
    assert OptOut.objects.get().revoked_at is None


def test_help_is_answered_also_after_stop(wire: Wire) -> None:
    """With the business's own phone and the way out; each HELP once."""
    wire.account.handles_optout = False
    wire.account.save()
    wire.business.phone, wire.business.email = "+15555550188", "office@example.com"
    wire.business.save()
    talk(wire)
    for word in ("HELP", "stop", "info"):
        say(wire, word)
        wire.deliver_due()
    first, confirmation, second = answers(wire)
    assert first == second
    assert first != confirmation
    for told in ("Alder Plumbing", "555-0188", "office@example.com", "STOP"):
        assert told in first
    assert len(wire.sent) == 4


def test_help_is_left_to_a_carrier_that_answers_it(wire: Wire) -> None:
    talk(wire)
    say(wire, "HELP")
    assert answers(wire) == []
    assert not Conversation.objects.get().needs_reply


def test_a_toll_free_carrier_knows_fewer_words(wire: Wire) -> None:
    """There only STOP and START are the network's: we confirm UNSUBSCRIBE and answer HELP ourselves."""
    wire.number.number = "+18885550100"
    wire.number.save()
    to = {"To": "+18885550100"}
    say(wire, "HELP", **to)
    say(wire, "UNSUBSCRIBE", **to)
    assert len(answers(wire)) == 2
    say(wire, "START", **to)
    say(wire, "STOP", **to)
    assert len(answers(wire)) == 2


@pytest.mark.parametrize("body", ["wrong number", "I think you have the wrong person"])
def test_a_maybe_pauses_the_robot_and_asks_a_person(body: str, wire: Wire) -> None:
    conversation = talk(wire)
    robot = queue(conversation, MessageKind.AUTO_REPLY)
    assert consent.meaning_of(body) == Meaning.MAYBE
    say(wire, body)
    staff = queue(conversation, MessageKind.STAFF)
    wire.deliver_due()
    conversation.refresh_from_db()
    assert (conversation.automation_paused, conversation.handler, conversation.needs_reply) == (
        True,
        Handler.PERSON,
        True,
    )
    assert LeadEvent.objects.filter(kind="conversation.paused").count() == 1
    assert not OptOut.objects.exists()
    robot.refresh_from_db()
    staff.refresh_from_db()
    assert (robot.status, robot.suppression) == (MessageStatus.SUPPRESSED, Suppression.TAKEN_OVER)
    assert staff.status == MessageStatus.ACCEPTED


@pytest.mark.parametrize(
    "body", ["No", "can you stop by tomorrow", "cancel my appointment on friday", "it wont stop leaking"]
)
def test_what_is_no_opt_out_is_answered_by_a_person(body: str, wire: Wire) -> None:
    talk(wire)
    say(wire, body)
    assert not OptOut.objects.exists()
    assert Conversation.objects.get().needs_reply


def test_stop_from_a_stranger_opens_no_second_matter(wire: Wire) -> None:
    say(wire, "stop")
    say(wire, "stop")
    assert Conversation.objects.count() == 1
    assert Message.objects.filter(direction=Direction.IN).count() == 2


def test_opt_out_by_staff_and_back(wire: Wire) -> None:
    lead = make_lead(wire.business, phone=CALLER)
    row = consent.opt_out(wire.business, phone=CALLER, source=OptOutSource.STAFF, evidence="x" * 500, now=NOON)
    assert row is not None
    assert len(row.evidence) == 200
    assert consent.opt_out(wire.business, phone=CALLER, source=OptOutSource.IMPORT, evidence="", now=NOON) is None
    assert consent.opt_in(wire.business, phone=CALLER, evidence="asked on the phone", now=NOON)
    assert not consent.opt_in(wire.business, phone=CALLER, evidence="again", now=NOON)
    events = LeadEvent.objects.order_by("id").values_list("kind", "text", "lead")
    assert list(events) == [
        ("lead.opted_out", "Opted out (staff)", lead.pk),
        ("lead.opted_in", "Opted in again", lead.pk),
    ]


def test_a_number_nobody_knows_can_opt_out_in_advance(wire: Wire) -> None:
    consent.opt_out(wire.business, phone=CALLER, source=OptOutSource.IMPORT, evidence="list", now=NOON)
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    assert wire.sent == []


def test_stop_to_one_business_is_no_stop_to_another(wire: Wire) -> None:
    """The same person, two businesses, one carrier."""
    other = make_wire(wire.carrier, number="+15555550199")
    talk(wire)
    say(wire, "STOP")
    other.post("voice", "voice__ringing", To="+15555550199", Called="+15555550199")
    other.deliver_due()
    assert [row.business for row in OptOut.objects.all()] == [wire.business]
    assert [row.status for row in other.texts()] == [MessageStatus.ACCEPTED]
