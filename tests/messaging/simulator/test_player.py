"""The simulated carrier and callers, through real signed webhooks on a live server."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.conf import settings

from leads.models import CallbackTask, Lead
from messaging.carriers.base import CarrierText, Delivery, NotSupported
from messaging.carriers.registry import carrier_for
from messaging.models import Call, InboundHook, Message, MessageMedia, OptOut
from messaging.simulator import clock_moves
from messaging.simulator import line as wire
from messaging.simulator.errors import SimulatorError
from messaging.simulator.phones import FATES, USUAL, fresh_phone
from messaging.simulator.texts import send_text
from recoverline.lib import clock
from tests.factories import NOON, make_account, make_business, make_hours, make_lead
from tests.messaging.simulator.conftest import TARGET, Line

SENT = ("out", "delivered", "")
RECEIVED = ("in", "received", "")


@pytest.mark.parametrize(
    ("script", "call", "events"),
    [
        ("call", ("missed", "no_answer", "text", 15), ["voice", "dial", "call-status"]),
        ("call busy", ("missed", "busy", "text", 2), ["voice", "dial", "call-status"]),
        ("call failed", ("missed", "failed", "text", 2), ["voice", "dial", "call-status"]),
        ("call hang-up after 4s", ("missed", "abandoned", "text", 4), ["voice", "call-status"]),
        (
            "call phone-voicemail",
            ("missed", "no_answer", "text", 16),
            ["voice", "leg", "whisper", "dial", "call-status"],
        ),
    ],
)
def test_a_missed_call_gets_its_text(
    line: Line, script: str, call: tuple[str, str, str, int], events: list[str]
) -> None:
    line.play(script)
    assert line.calls() == [call]
    assert line.texts() == [SENT]
    heard = list(InboundHook.objects.order_by("id").exclude(event="message-status").values_list("event", flat=True))
    assert heard == events


def test_an_answered_call_gets_no_text(line: Line) -> None:
    line.play("call answered")
    assert line.calls() == [("answered", "", "", None)]
    assert line.texts() == []
    hooks = InboundHook.objects.order_by("id").values_list("event", flat=True)
    assert list(hooks) == ["voice", "leg", "whisper", "whisper-answer", "dial", "call-status"]
    assert InboundHook.objects.get(event="whisper").payload["To"] == TARGET


def test_without_a_key_to_press_picking_up_is_enough(line: Line) -> None:
    line.number.press_to_accept = False
    line.number.save()
    line.play("call answered")
    assert line.calls() == [("answered", "", "", None)]


def test_a_voicemail_comes_with_its_words(line: Line) -> None:
    line.play("call voicemail 'my water heater leaks, please call me back today'")
    row = Call.objects.get()
    assert (row.miss_reason, row.voicemail_seconds) == ("voicemail", 4)
    assert row.transcript == "my water heater leaks, please call me back today"
    assert line.texts() == [SENT]


def test_an_empty_recording_falls_through_to_the_redirect(line: Line) -> None:
    line.play("call silent")
    assert Call.objects.values_list("miss_reason", "voicemail_seconds").get() == ("silent", 0)
    assert InboundHook.objects.get(event="voicemail").payload["_query"] == {"empty": "1"}


def test_a_hidden_number_becomes_a_callback_task(line: Line) -> None:
    line.play("call anonymous")
    assert line.calls() == [("missed", "no_answer", "no_text", 15)]
    assert list(CallbackTask.objects.values_list("reason", "phone")) == [("anonymous", "")]
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("phone", "code", "reason"),
    [
        ("+15555550190", "30006", "landline"),
        ("+15555550192", "30007", "undeliverable"),
        ("+15555550193", "30005", "untextable"),
    ],
)
def test_a_phone_with_a_fate_gets_no_text_and_a_callback_task(line: Line, phone: str, code: str, reason: str) -> None:
    assert FATES[phone].code == code
    line.play(f"call {phone}")
    assert line.texts() == [("out", "undelivered", code)]
    assert list(CallbackTask.objects.values_list("reason", flat=True)) == [reason]


def test_a_phone_that_is_off_is_tried_once_more(line: Line) -> None:
    line.play("call +15555550191; wait 5m")
    assert line.texts() == [("out", "undelivered", "30003")] * 2
    assert list(CallbackTask.objects.values_list("reason", flat=True)) == ["undeliverable"]


def test_stop_is_answered_once_and_silences_the_next_call(line: Line) -> None:
    line.play("call; text STOP; wait 2d; call")
    assert line.texts() == [SENT, RECEIVED, SENT]
    assert Call.objects.order_by("-id").values_list("decision", flat=True)[0] == "opted_out"


def test_a_carrier_that_handles_opt_outs_refuses_what_comes_after_stop(line: Line) -> None:
    line.account.handles_optout = True
    line.account.save()
    line.play("call; text STOP")
    # Staff have revoked it by mistake: the carrier still knows.
    OptOut.objects.update(revoked_at=clock.now())
    line.play("wait 2d; call")
    assert line.texts() == [SENT, RECEIVED, ("out", "failed", "21610")]
    assert OptOut.objects.filter(revoked_at=None).values_list("source", flat=True).get() == "carrier"
    line.play("text START; wait 2d; call")
    assert line.texts()[3:] == [RECEIVED, SENT]


def test_a_picture_is_fetched_from_this_very_server(line: Line) -> None:
    line.play("text 'look' with picture")
    media = MessageMedia.objects.get()
    assert (media.status, media.content_type) == ("stored", "image/png")
    assert media.file.read()[:8] == b"\x89PNG\r\n\x1a\n"


def test_everything_is_marked_as_simulated(line: Line) -> None:
    line.play("call; text hello")
    assert set(Call.objects.values_list("is_simulated", flat=True)) == {True}
    assert set(Message.objects.values_list("is_simulated", flat=True)) == {True}
    assert set(Lead.objects.values_list("is_simulated", flat=True)) == {True}


# ---------------------------------------------------------------- the wire
def test_a_webhook_that_is_signed_with_another_token_is_refused(line: Line) -> None:
    line.account.auth_token = "another"
    with pytest.raises(SimulatorError) as refused:
        wire.post(line.account, wire.hook_url(line.account, "voice"), {"CallSid": "CA1"})
    assert str(refused.value) == (
        f"The server at {settings.SIMULATOR_URL} refused the signature. "
        "Does it run with the same database and SITE_URL?"
    )
    assert not InboundHook.objects.exists()


def test_a_webhook_without_a_signature_is_refused(line: Line) -> None:
    answer = requests.post(wire.hook_url(line.account, "voice"), data={"CallSid": "CA1"}, timeout=5)
    assert answer.status_code == 403
    assert not InboundHook.objects.exists()


def test_nothing_is_posted_anywhere_else(line: Line) -> None:
    with pytest.raises(SimulatorError) as refused:
        wire.post(line.account, "https://example.com/hooks", {})
    assert (
        str(refused.value) == f"https://example.com/hooks is not an address of this installation ({settings.SITE_URL})."
    )


def test_it_is_signed_for_the_public_address_and_delivered_to_the_other(line: Line) -> None:
    settings.SITE_URL = "https://recoverline.example"
    line.play("call busy")
    assert line.calls() == [("missed", "busy", "text", 2)]
    assert line.texts() == [SENT]


# ---------------------------------------------------------------- the adapter
def test_its_log_of_texts_is_what_it_accepted(line: Line) -> None:
    line.play("call")
    text = Message.objects.get()
    carrier = carrier_for(line.account)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    assert carrier.find_texts(to=USUAL, sender=line.number.number, since=since) == [
        CarrierText(f"SM{text.key.hex}", USUAL, line.number.number, text.body, text.created_at, Delivery.DELIVERED)
    ]
    assert carrier.find_texts(to="+15555550124", sender=line.number.number, since=since) == []
    Message.objects.update(carrier_message_id=None)
    assert carrier.find_texts(to=USUAL, sender=line.number.number, since=since) == []


def test_it_has_no_log_of_calls_and_gives_nobody_a_password(line: Line) -> None:
    carrier = carrier_for(line.account)
    with pytest.raises(NotSupported):
        carrier.list_calls(since=clock.now(), numbers=[])
    with pytest.raises(NotSupported):
        carrier.fetch_call("CA1")
    assert carrier.media_auth(settings.SITE_URL) is None
    assert carrier.media_hosts() == frozenset({settings.SITE_URL.removeprefix("http://")})
    assert [carrier.is_landline(phone) for phone in ("+15555550190", "+15555550191", USUAL)] == [True, False, False]


def test_a_fresh_phone_is_one_that_never_called(line: Line) -> None:
    assert fresh_phone(line.business) == "+15555550120"
    make_lead(line.business, phone="+15555550120")
    line.play("call +15555550121 answered")
    assert fresh_phone(line.business) == "+15555550122"
    assert fresh_phone(make_business()) == "+15555550120"


# ---------------------------------------------------------------- the clock
def test_after_hours_moves_the_clock_to_the_evening(line: Line) -> None:
    make_hours(line.business)
    clock_moves.move_to(NOON)
    line.play("at open")
    assert clock.now() - NOON < timedelta(minutes=1)
    line.play("at closed; call")
    local = Call.objects.get().started_at.astimezone(line.number.location.zone)
    assert f"{local:%a %d %H:%M}" == "Wed 17 19:14"
    assert line.calls() == [("missed", "after_hours", "text", None)]


def test_waiting_moves_the_clock(line: Line) -> None:
    before = clock.now()
    line.play("wait 2h")
    assert timedelta(hours=2) <= clock.now() - before < timedelta(hours=2, minutes=1)
    line.play("at now")
    assert clock.offset() == timedelta()


def test_the_clock_stands_where_a_real_carrier_is_connected(line: Line) -> None:
    real = make_account(make_business())
    assert not clock_moves.may_move()
    player = line.play("wait 2h; call busy")
    assert player.notes == ["The clock stays as it is: an account of a real carrier is active here."]
    assert clock.offset() == timedelta()
    assert line.calls() == [("missed", "busy", "text", 0)]
    real.is_active = False
    real.save()
    clock_moves.move_to(clock.now() + timedelta(hours=1))
    real.is_active = True
    real.save()
    clock_moves.move_to(None)  # back is always possible
    assert clock.offset() == timedelta()


def test_a_text_to_a_number_that_nobody_has_is_not_taken_for_ours(line: Line) -> None:
    line.number.number = "+12125550199"
    send_text(line.number, sender=USUAL, body="hello")
    assert line.texts() == []
