"""What lies outside of the database is removed too: at the carrier through its SDK, in files, in calendars."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from leads.models import Lead
from messaging.compliance import late, outside
from messaging.compliance.erasure import erase
from messaging.models import Call, Erasure, InboundHook, Message, MessageMedia
from recoverline.lib import clock
from tests.factories import make_account, make_call, make_message
from tests.fakes.carrier import CallbackPlan, http
from tests.messaging.compliance.dump import dump
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def met(wire: Wire) -> Call:
    """A call with a recording, our text, and a reply with a picture, all of which the carrier has too."""
    wire.carrier.callbacks = CallbackPlan(statuses=())
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    call = Call.objects.get()
    wire.carrier.add_call(sid=call.carrier_call_id, from_=CALLER, to=wire.number.number)
    call.voicemail_url, call.voicemail_status = wire.carrier.add_recording(b"sound"), "stored"
    call.voicemail_file.save("v.mp3", ContentFile(b"sound"), save=True)
    wire.post("message", "message__plain")
    said = Message.objects.get(direction="in")
    wire.carrier.add_inbound(from_=CALLER, to=wire.number.number, body=said.body)
    url = wire.carrier.add_media(str(said.carrier_message_id), b"png", "image/png")
    picture = MessageMedia.objects.create(message=said, position=0, url=url, status="stored")
    picture.file.save("p.png", ContentFile(b"png"))
    return call


def erased(wire: Wire) -> Erasure:
    return erase(wire.business, CALLER, reason="Asked", actor=None, now=clock.now())


def states(erasure: Erasure) -> dict[str, str]:
    erasure.refresh_from_db()
    # Of several of a kind, one that waits.
    return {item["kind"]: item["state"] for item in sorted(erasure.outside, key=lambda item: item["state"])}


def test_the_carrier_and_the_disk_forget_as_well(wire: Wire) -> None:
    met(wire)
    text = wire.carrier.ledger[0].sid
    wire.carrier.move(text, "delivered", None)
    erasure = erased(wire)

    outside.work_off(clock.now())

    assert states(erasure) == dict.fromkeys(("file", "media", "recording", "text", "call"), "done")
    assert (text in wire.carrier.texts, wire.carrier.calls, wire.carrier.files) == (False, {}, {})
    assert default_storage.listdir("texts")[1] == []
    assert (erasure.finished_at is not None, erasure.next_at, erasure.problem) == (True, None, "")
    assert CALLER not in dump()


def test_what_cannot_be_removed_yet_is_tried_again_with_longer_pauses(wire: Wire) -> None:
    met(wire)
    text = wire.carrier.ledger[0].sid
    wire.carrier.move(text, "sending", None)
    erasure, now = erased(wire), clock.now()
    wire.carrier.inject(http(500), on="delete_recording")

    outside.work_off(now)

    assert (states(erasure)["text"], states(erasure)["recording"], states(erasure)["file"]) == (
        "waiting",
        "waiting",
        "done",
    )
    assert erasure.next_at == now + timedelta(minutes=1)
    assert erasure.problem == "This recording could not be deleted yet."
    assert outside.work_off(now) == 0, "not due"
    wire.carrier.move(text, "delivered", None)
    outside.work_off(now + timedelta(minutes=1))
    assert set(states(erasure).values()) == {"done"}
    assert erasure.problem == ""


def test_pauses_grow_to_a_day(wire: Wire) -> None:
    met(wire)
    erasure, at = erased(wire), clock.now()
    wire.carrier.move(wire.carrier.ledger[0].sid, "sending", None)
    pauses = []
    for _ in range(6):
        outside.work_off(at)
        erasure.refresh_from_db()
        assert erasure.next_at is not None
        pauses.append((erasure.next_at - at).total_seconds() / 60)
        at = erasure.next_at
    assert pauses == [1, 10, 60, 360, 1440, 1440]


def test_who_lets_nobody_delete_is_named(wire: Wire) -> None:
    met(wire)
    phones = make_account(wire.business, kind="webhook", auth_token="x")
    call = make_call(wire.number, caller=CALLER, lead=Lead.objects.get())
    Call.objects.filter(pk=call.pk).update(account=phones)
    erasure = erased(wire)
    wire.carrier.move(wire.carrier.ledger[0].sid, "delivered", None)

    outside.work_off(clock.now())

    assert [item["problem"] for item in Erasure.objects.get().outside if item["state"] == "cannot"] == [
        "This system does not let us delete. Ask whoever runs it."
    ]
    erasure.refresh_from_db()
    assert erasure.finished_at is not None


def test_what_comes_in_late_is_emptied(wire: Wire) -> None:
    met(wire)
    text = Message.objects.get(direction="out")
    lead = Lead.objects.get()
    erased(wire)
    now = clock.now()
    wire.post("message-status", "message-status__delivered", MessageSid=text.carrier_message_id, To=CALLER)
    crossed = make_message(text.conversation, "My basement", direction="in", created_at=now)
    assert lead.pk == crossed.lead_id
    assert CALLER in dump()

    outside.work_off(now)
    late.clear_late(now)

    assert CALLER not in dump()
    crossed.refresh_from_db()
    assert crossed.body == ""
    assert not InboundHook.objects.exclude(payload={}).exists()
