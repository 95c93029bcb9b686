"""`manage.py connect_number`: the carrier has our addresses afterwards, and a test call proves that they work."""

from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from messaging import connecting
from messaging.carriers.registry import carrier_for
from messaging.enums import NumberMode
from messaging.models import Call, CarrierAccount, InboundHook, Message, PhoneNumber
from tests.factories import make_account, make_number
from tests.fakes.carrier_books import OwnNumber
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


def run(number: str, *args: str) -> str:
    out = StringIO()
    call_command("connect_number", number, *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def rented(wire: Wire) -> OwnNumber:
    return wire.carrier.add_number(wire.number.number, VoiceUrl="https://demo.twilio.com/welcome/voice/")


def at_carrier(wire: Wire, rented: OwnNumber) -> dict[str, str]:
    return dict(wire.carrier.numbers[rented.sid].settings)


def writes(wire: Wire) -> list[str]:
    return [seen.operation for seen in wire.carrier.requests if seen.method == "POST"]


def test_a_dry_run_shows_before_and_after_and_changes_nothing(wire: Wire, rented: OwnNumber) -> None:
    urls = carrier_for(wire.account).hook_urls(wire.number)
    assert run(wire.number.number, "--dry-run").splitlines() == [
        f"{wire.number.number} ({wire.business.slug}, forwarded) at {wire.account}",
        "  A call comes in",
        "    before  https://demo.twilio.com/welcome/voice/",
        f"    after   {urls['A call comes in']}",
        "  Call status changes",
        "    before  nothing",
        f"    after   {urls['Call status changes']}",
        "  A message comes in",
        "    before  nothing",
        f"    after   {urls['A message comes in']}",
        "Nothing was changed.",
    ]
    assert writes(wire) == []


def test_the_addresses_are_set_with_their_second_tries(wire: Wire, rented: OwnNumber) -> None:
    wire.carrier.set_number(rented.sid, {"VoiceApplicationSid": "AP1"})
    said = run("(555) 555-0100", "--no-call")
    assert "The application AP1 answers its calls: it will no longer." in said
    assert "The carrier was asked back: these are its addresses now." in said
    voice, status, text = carrier_for(wire.account).hook_urls(wire.number).values()
    assert at_carrier(wire, rented) == {
        "VoiceUrl": voice, "VoiceFallbackUrl": voice, "VoiceMethod": "POST", "VoiceApplicationSid": "",
        "StatusCallback": status, "StatusCallbackMethod": "POST",
        "SmsUrl": text, "SmsFallbackUrl": text, "SmsMethod": "POST", "SmsApplicationSid": "",
    }  # fmt: skip

    # A second time there is nothing to do.
    before = writes(wire)
    assert "    stays" in run(wire.number.number, "--no-call")
    assert writes(wire) == before


def test_of_an_external_number_only_the_texts_are_ours(wire: Wire, rented: OwnNumber) -> None:
    wire.carrier.set_number(rented.sid, {"VoiceApplicationSid": "AP1"})
    PhoneNumber.objects.filter(pk=wire.number.pk).update(mode=NumberMode.EXTERNAL)
    said = run(wire.number.number)
    assert "No test call from here" in said
    found = at_carrier(wire, rented)
    assert (found["VoiceUrl"], found["VoiceApplicationSid"]) == ("https://demo.twilio.com/welcome/voice/", "AP1")
    assert found["SmsUrl"].startswith("http")


def test_a_test_call_proves_it_from_end_to_end(
    wire: Wire, rented: OwnNumber, settings: LazySettings, live_server: Any
) -> None:
    settings.SITE_URL = live_server.url
    other = make_number(wire.number.location, wire.account, number="+15555550177", mode=NumberMode.FORWARDED)
    wire.carrier.add_number(other.number)

    said = run(wire.number.number).splitlines()

    assert said[-2] == "Calling it from +15555550177 ..."
    assert said[-1].startswith("Proven: the call's webhook came in, signed, after ")
    hook = InboundHook.objects.get()
    assert (hook.event, hook.payload["To"], hook.payload["From"]) == ("voice", wire.number.number, other.number)
    # A number of our own is the team's: the call is recorded, and nobody gets a text.
    assert Call.objects.get().decision == "staff"
    assert not Message.objects.exists()
    (made,) = [call for call in wire.carrier.calls.values() if call.direction == "outbound-api"]
    assert made.status == "completed"  # hung up


def test_a_call_that_never_reaches_us_is_said(wire: Wire, rented: OwnNumber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "TEST_CALL_SECONDS", 0.05)
    monkeypatch.setattr(connecting, "LOOK_SECONDS", 0.01)
    wire.carrier.callback_base = "http://127.0.0.1:9"  # nobody listens there
    wire.carrier.add_number("+15555550177")
    with pytest.raises(CommandError, match="did not arrive within 30 s"):
        run(wire.number.number, "--call-from", "+15555550177")


@pytest.mark.parametrize(
    ("settings_there", "said"),
    [
        ({"TrunkSid": "TK1"}, "take the number out of the trunk"),
        ({}, "choose “Defer to sender's webhook”"),
    ],
)
def test_what_only_a_person_can_change_is_said(
    wire: Wire, rented: OwnNumber, settings_there: dict[str, str], said: str
) -> None:
    wire.carrier.set_number(rented.sid, settings_there)
    if not settings_there:
        CarrierAccount.objects.filter(pk=wire.account.pk).update(messaging_service_sid="MG1")
        wire.carrier.messaging_services["MG1"] = wire.number.number
    assert said in run(wire.number.number, "--dry-run")
    with pytest.raises(CommandError, match="will not all arrive before"):
        run(wire.number.number, "--no-call")
    wire.carrier.set_number(rented.sid, {"TrunkSid": ""})
    wire.carrier.deferring_services.add("MG1")
    run(wire.number.number, "--no-call")


def test_what_cannot_be_connected_is_refused_with_a_reason(wire: Wire) -> None:
    with pytest.raises(CommandError, match="no active number 555-0199"):
        run("555-0199")
    with pytest.raises(CommandError, match=r"has no number .15555550100"):
        run(wire.number.number)
    simulated = make_account(wire.business, kind="simulator", name="Simulator")
    PhoneNumber.objects.filter(pk=wire.number.pk).update(account=simulated)
    with pytest.raises(CommandError, match="no account whose numbers can be set from here"):
        run(wire.number.number)
    PhoneNumber.objects.filter(pk=wire.number.pk).update(account=wire.account)
    CarrierAccount.objects.filter(pk=wire.account.pk).update(auth_token="wrong")
    wire.account.refresh_from_db()
    with pytest.raises(CommandError, match="401"):
        run(wire.number.number)
