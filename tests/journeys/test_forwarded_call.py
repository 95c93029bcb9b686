"""The existing line forwards to us what nobody took: we greet, offer voicemail, and the text is on its way already."""

import pytest

from messaging.enums import MissReason
from messaging.models import Call, Conversation
from recoverline.lib import clock
from scheduling.models import Closure
from tests.factories import make_hours, make_script
from tests.wire import CALLER, Wire

CALL = "CA" + "1" * 32  # the one that the other payloads are about

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def greeted(wire: Wire) -> Wire:
    make_script(wire.business, kind="greeting", name="Greeting", body="Hello from {business}.")
    make_script(wire.business, kind="greeting_closed", name="Night greeting", body="{business} is closed.")
    return wire


def test_greeting_voicemail_and_text(greeted: Wire) -> None:
    answer = greeted.post("voice", "voice__forwarded", CallSid=CALL).content
    assert (b"<Dial" in answer, b"Hello from Alder Plumbing." in answer, b"<Record" in answer) == (False, True, True)
    greeted.deliver_due()
    assert len(greeted.sent) == 1  # before the caller has hung up

    greeted.post("voicemail", "voicemail__recorded")
    greeted.post("transcription", "transcription__completed")
    call = Call.objects.get()
    assert (call.miss_reason, call.voicemail_seconds) == (MissReason.VOICEMAIL, 14)
    assert Conversation.objects.get().last_preview.startswith("Voicemail: Hi, this is Pat Example")
    greeted.deliver_due()
    assert len(greeted.sent) == 1


def test_hung_up_in_the_greeting(greeted: Wire) -> None:
    """The recording never calls back then; the arrival was evidence enough."""
    greeted.post("voice", "voice__forwarded", CallSid=CALL)
    greeted.post("call-status", "call-status__completed")
    call = Call.objects.get()
    assert (call.miss_reason, call.ended_at is not None) == (MissReason.FORWARDED, True)
    assert len(greeted.texts()) == 1


def test_without_voicemail_it_only_greets(greeted: Wire) -> None:
    greeted.number.offers_voicemail = False
    greeted.number.save()
    answer = greeted.post("voice", "voice__forwarded", CallSid=CALL).content
    assert answer.endswith(b"Hello from Alder Plumbing.</Say><Hangup /></Response>")


def test_at_night_another_greeting_and_another_reason(greeted: Wire) -> None:
    make_hours(greeted.business, opens="00:00", closes="00:01")
    assert b"Alder Plumbing is closed." in greeted.post("voice", "voice__forwarded", CallSid=CALL).content
    assert Call.objects.get().miss_reason == MissReason.AFTER_HOURS


def test_a_closure_counts_even_where_no_hours_are_set(greeted: Wire) -> None:
    today = clock.now().astimezone(greeted.business.zone).date()
    Closure.objects.create(business=greeted.business, name="Storm", starts_on=today, ends_on=today)
    assert b"Alder Plumbing is closed." in greeted.post("voice", "voice__forwarded", CallSid=CALL).content
    assert (Call.objects.get().hours_state, Call.objects.get().miss_reason) == ("holiday", MissReason.AFTER_HOURS)


def test_a_spanish_business_is_spanish_on_the_line(wire: Wire) -> None:
    wire.business.language = "es"
    wire.business.save()
    assert b'<Say language="es-US">' in wire.post("voice", "voice__forwarded").content


def test_a_script_that_cannot_be_rendered_costs_its_wording_only(wire: Wire) -> None:
    make_script(wire.business, kind="greeting", body="Hello from {nobody_knows}.")
    answer = wire.post("voice", "voice__forwarded")
    assert (answer.status_code, b"<Record" in answer.content, b"nobody_knows" in answer.content) == (200, True, False)
    wire.deliver_due()
    assert [to for to, _ in wire.sent] == [CALLER]
