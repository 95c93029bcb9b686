"""Automated calls: made once at a carrier on loopback, answered by signed webhooks, taken by a key and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.enums import Handler
from messaging.escalation import acknowledging
from messaging.escalation.enums import AckMeans, AlertChannel, NoticeStatus
from messaging.models import Call, Conversation, Escalation, EscalationNotice
from messaging.recheck import SPOKEN
from tests.fakes.carrier import drop_after, error, http, too_many_requests
from tests.messaging.escalation.onduty import Duty

pytestmark = pytest.mark.django_db(transaction=True)


def ring(duty: Duty, **values: Any) -> EscalationNotice:
    notice = duty.notice(duty.escalation(next_at=duty.now + timedelta(minutes=3), step=1), channel=AlertChannel.CALL)
    EscalationNotice.objects.filter(pk=notice.pk).update(**values)
    duty.send()
    return notice


def now_(notice: EscalationNotice) -> tuple[str, str]:
    row = EscalationNotice.objects.select_related("escalation").get(pk=notice.pk)
    return row.status, row.escalation.status


def test_the_call_says_who_and_what_and_asks_for_a_key(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    assert (handset.call.from_, handset.call.timeout) == (duty.wire.number.number, "30")
    heard = handset.pick_up()
    words = (
        "This is an alert from Alder Plumbing. It is about Dana Fox. My basement is flooding. In Tempe. "
        "Press 1 to take it. Press 2 to take it and talk to the customer now. Press 3 to pass."
    )
    assert heard.count(words) == 2
    assert heard.endswith("<Hangup /></Response>")
    assert now_(notice) == ("picked_up", "open")


def test_one_takes_it(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    handset.pick_up()
    assert "It is yours." in handset.press("1")
    handset.end()
    assert now_(notice) == ("taken", "acknowledged")
    escalation = Escalation.objects.get()
    assert (escalation.acknowledged_by, escalation.acknowledged_via) == (duty.ana, AckMeans.KEY)
    assert Conversation.objects.get(is_team=False).handler == Handler.PERSON


def test_two_takes_it_and_connects_which_counts_as_called_back(duty: Duty) -> None:
    ring(duty)
    handset = duty.handset()
    handset.pick_up()
    customer = Escalation.objects.get().lead
    heard = handset.press("2")
    assert customer is not None
    assert f'<Dial callerId="{duty.wire.number.number}" timeout="30"><Number>{customer.phone}</Number></Dial>' in heard
    call = Call.objects.filter(SPOKEN).get()
    assert (call.lead, call.caller, call.carrier_call_id) == (customer, customer.phone, handset.sid)


def test_three_passes_it_on(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    handset.pick_up()
    assert "next person" in handset.press("3")
    assert now_(notice) == ("passed", "open")


def test_a_voicemail_takes_nothing(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    handset.pick_up()
    handset.end()
    assert now_(notice) == ("picked_up", "open")
    assert EscalationNotice.objects.get(pk=notice.pk).reason == "Nobody pressed a key."


def test_another_key_is_asked_again_once(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    handset.pick_up()
    assert "Press 1" in handset.press("7")
    assert "Gather" not in handset.press("8")
    assert now_(notice) == ("picked_up", "open")


@pytest.mark.parametrize("at", ["pick up", "key"])
def test_who_has_it_already_is_said(duty: Duty, at: str) -> None:
    ben = duty.member("Ben")
    notice = ring(duty)
    handset = duty.handset()
    if at == "key":
        handset.pick_up()
    acknowledging.acknowledge(notice.escalation, member=ben, via=AckMeans.INBOX, now=duty.now)
    heard = handset.press("1") if at == "key" else handset.pick_up()
    assert "Ben already has it." in heard
    assert "Gather" not in heard
    assert Escalation.objects.get().acknowledged_by == ben


@pytest.mark.parametrize(
    ("fault", "calls"), [(drop_after(), 1), (http(500, accepted=True), 1), (http(503), 0), (error(21215, 400), 0)]
)
def test_what_may_ring_is_never_made_again_and_the_chain_goes_on(duty: Duty, fault: Any, calls: int) -> None:
    duty.wire.carrier.inject(fault, on="create_call")
    notice = ring(duty)
    for _ in range(3):
        duty.later(minutes=3)
        duty.send()
    assert len(duty.wire.carrier.calls) == calls
    assert now_(notice) == ("not_sent", "open")
    next_at = Escalation.objects.get().next_at
    assert next_at is not None
    assert next_at < notice.created_at + timedelta(minutes=3)


def test_a_call_that_surely_does_not_ring_is_made_later(duty: Duty) -> None:
    duty.wire.carrier.inject(too_many_requests(), on="create_call")
    notice = ring(duty)
    assert now_(notice)[0] == NoticeStatus.WAITING
    duty.later(seconds=20)
    duty.send()
    assert (now_(notice)[0], len(duty.wire.carrier.calls)) == ("sent", 1)


def test_an_uncertain_call_can_still_be_taken(duty: Duty) -> None:
    duty.wire.carrier.inject(drop_after(), on="create_call")
    notice = ring(duty)
    handset = duty.handset()
    handset.pick_up()
    handset.press("1")
    assert now_(notice) == ("taken", "acknowledged")


@pytest.mark.parametrize(("end", "goes_on"), [("busy", True), ("failed", True), ("no-answer", False)])
def test_how_a_call_ends(duty: Duty, end: str, goes_on: bool) -> None:
    notice = ring(duty)
    duty.handset().end(end)
    assert now_(notice) == ("not_sent" if goes_on else "sent", "open")
    next_at = Escalation.objects.get().next_at
    assert next_at is not None
    assert (next_at <= duty.now) == goes_on


def test_forged_unknown_and_foreign_calls_do_nothing(duty: Duty) -> None:
    notice = ring(duty)
    handset = duty.handset()
    path = handset.call.url.partition("#")[0].removeprefix("http://127.0.0.1:8000")
    assert duty.wire.client.post(path, handset.form("in-progress", Digits="1")).status_code == 403
    for key in ("nonsense", "0b0f7f6e-0000-4000-8000-000000000000", str(duty.notice(notice.escalation).key)):
        form = handset.form("in-progress", Digits="1")
        answer = duty.wire.post_params("alert-answer", {**form, "CallSid": f"CA{key}"[:34]}, query={"notice": key})
        assert (answer.status_code, b"Hangup" in answer.content) == (200, True)
    assert now_(notice)[1] == "open"


def test_spanish_businesses_are_told_in_spanish(duty: Duty) -> None:
    type(duty.wire.business).objects.update(language="es")
    ring(duty)
    heard = duty.handset().pick_up()
    assert "Pulse 1 para encargarse." in heard
    assert 'language="es-US"' in heard
