"""The door for carriers: who is let in, what is stored, what is answered when something goes wrong."""

import logging
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.models import Lead
from messaging import hooks, upkeep
from messaging.carriers.twilio import TwilioCarrier
from messaging.enums import CallState, MissReason
from messaging.models import Call, CarrierAccount, Conversation, InboundHook, Message, RingTarget
from recoverline.lib import clock
from tests import payloads
from tests.factories import make_account, make_business, make_location, make_number, make_rule
from tests.fakes.carrier import FakeCarrier
from tests.fakes.signer import FORM_TYPE, signed_headers, signed_json, twilio_signature
from tests.phone_system import connect_phone_system
from tests.wire import Wire, make_wire

pytestmark = pytest.mark.django_db(transaction=True)

SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response />'
SORRY = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">'
    f"{hooks.SORRY['en']}</Say><Hangup /></Response>"
)
EXTRA_QUERY = {"message-status": {"text": "0b0f7f6e-0000-4000-8000-000000000000"}, "dial": {"attempt": "1"}}


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    """A number that rings two phones of the team."""
    made = make_wire(carrier, mode="hosted")
    for position, phone in enumerate(("+15555550111", "+15555550112"), 1):
        RingTarget.objects.create(number=made.number, phone=phone, position=position)
    return made


def path_of(account: CarrierAccount, event: str, query: str = "") -> str:
    path = reverse("hooks:receive", args=["twilio", account.key, event])
    return f"{path}?{query}" if query else path


def post_raw(path: str, body: str | bytes, **headers: str) -> HttpResponse:
    return Client().post(path, body, content_type=FORM_TYPE, headers=headers)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]


# ---------------------------------------------------------------- every recorded payload
@pytest.mark.parametrize("name", payloads.names("twilio"))
def test_every_recorded_webhook_is_taken(hosted: Wire, name: str, caplog: pytest.LogCaptureFixture) -> None:
    event = name.partition("__")[0]
    if event not in ("voice", "message", "message-status"):
        hosted.post("voice", "voice__ringing")

    answer = hosted.post(event, name, query=EXTRA_QUERY.get(event))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    stored = InboundHook.objects.get(event=event)
    assert (stored.problem, stored.processed_at is not None) == ("", True)
    assert errors(caplog) == []
    again = hosted.post(event, name, query=EXTRA_QUERY.get(event))
    assert (again.status_code, again.content) == (200, answer.content)
    assert InboundHook.objects.filter(event=event).count() == 1


@pytest.mark.parametrize("name", payloads.names("webhook"))
def test_every_recorded_report_is_taken(wire: Wire, name: str, caplog: pytest.LogCaptureFixture) -> None:
    system = connect_phone_system(wire)

    answer = system.report(name, **({"occurred_at": "yesterday at five"} if name == "call__bad_time" else {}))

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    stored = InboundHook.objects.get()
    assert stored.processed_at is not None
    assert stored.problem.startswith("data.occurred_at is not a time") == (name == "call__bad_time")
    assert Call.objects.count() == (0 if name in ("call__bad_time", "call__unknown_number") else 1)
    assert errors(caplog) == []


# ---------------------------------------------------------------- WHK-05: not signed by this account
@pytest.mark.parametrize(
    "signature",
    [None, "", "x", "=" * 28, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "ü" * 28, "A" * 1_000_000, "\N{SNOWMAN}"],
    ids=["missing", "empty", "short", "padding", "another's", "latin", "1 MB", "beyond latin"],
)
def test_a_bad_signature_is_403_and_leaves_nothing(
    wire: Wire, signature: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    params = payloads.load("twilio", "message__plain")
    headers = {} if signature is None else {"X-Twilio-Signature": signature}

    answer = post_raw(path_of(wire.account, "message"), urlencode(params), **headers)

    assert (answer.status_code, answer.content) == (403, b"")
    assert not InboundHook.objects.exists()
    assert not Message.objects.exists()
    assert errors(caplog) == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options", "patch"])
def test_other_methods_are_405(wire: Wire, method: str) -> None:
    answer = getattr(Client(), method)(path_of(wire.account, "voice"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_json_needs_its_hash_in_the_address(wire: Wire) -> None:
    body = '{"MessageSid": "SM1"}'
    address = settings.SITE_URL + path_of(wire.account, "message")
    bare = Client().post(
        path_of(wire.account, "message"), body, content_type="application/json",
        headers={"X-Twilio-Signature": twilio_signature(wire.account.auth_token, address)},
    )  # fmt: skip
    assert bare.status_code == 403

    url, headers = signed_json(wire.account.auth_token, address, body)
    hashed = Client().post(url.removeprefix(settings.SITE_URL), body, content_type="application/json", headers=headers)
    assert hashed.status_code == 200
    changed = Client().post(
        url.removeprefix(settings.SITE_URL), body + " ", content_type="application/json", headers=headers
    )
    assert changed.status_code == 403
    assert not InboundHook.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\xff\xfe%zz&&==", FORM_TYPE, 403),
        (b"a=" + b"x" * 1_000_001, FORM_TYPE, 413),
        ("&".join(f"f{n}=1" for n in range(1001)).encode(), FORM_TYPE, 413),
        (b"--nobody", "multipart/form-data; boundary=somebody", 403),
        (b"x", "multipart/form-data", 400),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-16", 400),
        (b"a=1", "application/x-www-form-urlencoded; charset=no-such-thing", 403),
        (b"\xff\xff", "application/json", 403),
        (b"", "", 403),
        (b"a=1", "text/plain", 403),
    ],
)
def test_malformed_bodies_are_refused_quietly(
    wire: Wire, body: bytes, content_type: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"X-Twilio-Signature": "x" * 28}
    answer = Client().generic("POST", path_of(wire.account, "message"), body, content_type, headers=headers)
    assert answer.status_code == status
    assert errors(caplog) == []
    assert not InboundHook.objects.exists()


def test_a_truncated_body_is_403(wire: Wire) -> None:
    params = payloads.load("twilio", "message__plain")
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path_of(wire.account, "message"), params)
    whole = urlencode(params)
    assert post_raw(path_of(wire.account, "message"), whole[: len(whole) // 2], **headers).status_code == 403
    assert not InboundHook.objects.exists()


@pytest.mark.parametrize(
    ("carrier_name", "key", "event"),
    [
        ("twilio", None, "no-such-event"),
        ("nobody", None, "voice"),
        ("webhook", None, "call"),  # this account's webhooks are Twilio's
        ("twilio", "no-such-account", "voice"),
        ("twilio", "%00", "voice"),
        ("twilio", "%F0%9F%98%80", "voice"),
        ("twilio", "k" * 3000, "voice"),
    ],
)
def test_unknown_addresses_are_403(
    wire: Wire, carrier_name: str, key: str | None, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/hooks/{carrier_name}/{key or wire.account.key}/{event}"
    params = payloads.load("twilio", "voice__ringing")
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    assert post_raw(path, urlencode(params), **headers).status_code == 403
    assert errors(caplog) == []


def test_an_inactive_account_is_403(wire: Wire) -> None:
    CarrierAccount.objects.update(is_active=False)
    assert wire.post("voice", "voice__ringing").status_code == 403
    assert not Call.objects.exists()


def test_forgeries_are_noted_once_a_minute(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "messaging")
    for _ in range(50):
        assert post_raw(path_of(wire.account, "voice"), "a=1").status_code == 403
    lines = [record.getMessage() for record in caplog.records if record.name == "messaging.hooks"]
    assert lines == [f"a webhook for account {wire.account.pk} was not signed by it"]


# ---------------------------------------------------------------- WHK-06: what is signed is what is checked
ODD_QUERIES = [
    "a=1&b=2", "b=2&a=1", "a=&b=", "a", "a=1&a=2", "a=%20", "a=+", "a=%2B", "a=%2f", "a=%2F", "a=%C3%A9", "a=;b=1",
    "a=[1]", "a='", "a=~*()!", "a=http://x.example/?y=1", "a=%F0%9F%98%80", "a=%", "a=1&amp;b=2",
]  # fmt: skip


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_odd_addresses_pass_when_they_are_signed_as_sent(wire: Wire, query: str) -> None:
    path = path_of(wire.account, "message", query)
    params = payloads.load("twilio", "message__plain")
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    assert post_raw(path, urlencode(params), **headers).status_code == 200
    assert Message.objects.count() == 1


def signed_for(wire: Wire, address: str) -> HttpResponse:
    """Signed for `address`, posted to the true one with the query a=1&b=2."""
    params = payloads.load("twilio", "message__plain")
    headers = signed_headers(wire.account.auth_token, address, params)
    return post_raw(path_of(wire.account, "message", "a=1&b=2"), urlencode(params), **headers)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda url: url, 200),
        (lambda url: url + "#rc=2", 200),  # a fragment is never sent and never signed
        (lambda url: url.replace("http:", "https:"), 403),
        (lambda url: url.replace("a=1&b=2", "b=2&a=1"), 403),
        (lambda url: url.replace("?", "/?"), 403),
        (lambda url: url.replace("a=1", "a=%31"), 403),
        (lambda url: url + "&c=3", 403),
        (lambda url: url.replace("127.0.0.1", "evil.example"), 403),
    ],
)
def test_another_address_is_another_signature(wire: Wire, change: Any, status: int) -> None:
    address = settings.SITE_URL + path_of(wire.account, "message", "a=1&b=2")
    assert signed_for(wire, change(address)).status_code == status


@pytest.mark.parametrize(("site", "signed"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_standard_port_may_be_named_or_not(wire: Wire, settings: Any, site: int, signed: int) -> None:
    addresses = ("https://recover.example", "https://recover.example:443")
    settings.SITE_URL = addresses[site]
    assert signed_for(wire, addresses[signed] + path_of(wire.account, "message", "a=1&b=2")).status_code == 200


def test_forwarded_headers_have_no_effect(wire: Wire) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}
    params = payloads.load("twilio", "message__plain")
    path = path_of(wire.account, "message")
    theirs = signed_headers(wire.account.auth_token, "https://evil.example:8443" + path, params)
    assert post_raw(path, urlencode(params), **theirs, **spoofed).status_code == 403
    ours = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    assert post_raw(path, urlencode(params), **ours, **spoofed).status_code == 200


@pytest.mark.parametrize("encode", [lambda text: text.replace(" ", "+"), lambda text: text.replace(" ", "%20")])
def test_spaces_may_be_spelled_either_way(wire: Wire, encode: Any) -> None:
    params = {**payloads.load("twilio", "message__plain"), "Body": "two words", "Blank": ""}
    path = path_of(wire.account, "message")
    body = encode("&".join(f"{name}={value}".replace("+", "%2B") for name, value in params.items()))
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    assert post_raw(path, body, **headers).status_code == 200
    assert Message.objects.get().body == "two words"


def test_repeated_and_new_fields_are_signed_and_kept(wire: Wire) -> None:
    params = {**payloads.load("twilio", "message__plain"), "Tag": ["b", "a", "a"], "NewField": "\N{GRINNING FACE}"}
    assert wire.post_params("message", params).status_code == 200
    stored = InboundHook.objects.get().payload
    assert (stored["Tag"], stored["NewField"]) == ("b", "\N{GRINNING FACE}")


# ---------------------------------------------------------------- WHK-07: rotation and shared keys
def test_old_and_new_token_pass_while_rotating(wire: Wire) -> None:
    old = wire.account.auth_token
    CarrierAccount.objects.filter(pk=wire.account.pk).update(auth_token="the-new-token", previous_auth_token=old)
    assert wire.post("message", "message__plain").status_code == 200
    wire.account.auth_token = "the-new-token"
    assert wire.post("message", "message__emoji").status_code == 200
    CarrierAccount.objects.filter(pk=wire.account.pk).update(previous_auth_token="")
    wire.account.auth_token = old
    assert wire.post("message", "message__rtl").status_code == 403
    assert InboundHook.objects.count() == 2


def test_a_shared_key_is_refused_with_a_clear_line(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    params = payloads.load("twilio", "message__plain")
    path = path_of(wire.account, "message")
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    settings_header = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}

    for _ in range(3):
        assert post_raw(path, urlencode(params), **headers, **settings_header).status_code == 403

    assert not InboundHook.objects.exists()
    (line,) = [record.getMessage() for record in caplog.records if record.name == "messaging.carriers.twilio"]
    assert f"Account {wire.account.pk} signs its webhooks with a shared key" in line


# ---------------------------------------------------------------- WHK-08: other accounts and numbers
def test_one_accounts_signature_opens_no_others_door(wire: Wire) -> None:
    other = make_account(make_business("Birch Dental"))
    params = payloads.load("twilio", "message__plain", AccountSid=other.account_sid)
    path = path_of(other, "message")
    headers = signed_headers(wire.account.auth_token, settings.SITE_URL + path, params)
    assert post_raw(path, urlencode(params), **headers).status_code == 403
    assert not InboundHook.objects.exists()


def test_another_accounts_sid_in_a_signed_webhook_is_403(wire: Wire) -> None:
    assert wire.post("message", "message__plain", AccountSid="AC" + "f" * 32).status_code == 403
    assert not InboundHook.objects.exists()


@pytest.mark.parametrize("event", ["voice", "message", "call-status"])
def test_a_number_that_is_not_ours_is_stored_and_nothing_else(wire: Wire, event: str) -> None:
    name = {"voice": "voice__ringing", "message": "message__plain", "call-status": "call-status__completed"}[event]
    assert wire.post(event, name, To="+15555550177").status_code == 200
    assert InboundHook.objects.count() == 1
    assert Call.objects.count() + Message.objects.count() + Lead.objects.count() == 0


@pytest.mark.parametrize("event", ["voice", "message", "call-status"])
def test_another_tenants_number_is_stored_and_nothing_else(wire: Wire, event: str) -> None:
    """A's account, truly signed by A, names a number of B."""
    theirs = make_number(make_location(make_business("Birch Dental")), number="+15555550188")
    name = {"voice": "voice__ringing", "message": "message__plain", "call-status": "call-status__completed"}[event]
    assert wire.post(event, name, To=theirs.number).status_code == 200
    assert Call.objects.count() + Message.objects.count() + Lead.objects.count() == 0


def test_one_carrier_id_in_two_accounts_is_two_calls(wire: Wire, carrier: FakeCarrier) -> None:
    other = make_account(make_business("Birch Dental"), account_sid="", auth_token="of-birch")
    theirs = make_number(make_location(other.business), other, mode="forwarded", number="+15555550188")
    wire.post("voice", "voice__ringing")
    there = Wire(other.business, other, theirs, carrier, Client())
    assert there.post("voice", "voice__ringing", To=theirs.number, AccountSid=None).status_code == 200
    assert {call.business.name for call in Call.objects.all()} == {"Alder Plumbing", "Birch Dental"}
    assert Lead.objects.count() == 2


# ---------------------------------------------------------------- WHK-09, 14: replays and strange content
def test_a_replay_after_a_day_has_no_effect(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wire.post("voice", "voice__ringing")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    again = wire.post("voice", "voice__ringing")
    assert (again.status_code, again.content) == (200, first.content)
    assert (Call.objects.count(), len(wire.texts()), InboundHook.objects.count()) == (1, 1, 1)


def test_nul_and_control_characters_are_stored_clean(wire: Wire) -> None:
    assert wire.post("message", "message__nul").status_code == 200
    assert Message.objects.get().body == "beforeafter end"
    assert InboundHook.objects.get().payload["Body"] == "beforeafter\a\u200b end"


@pytest.mark.parametrize("body", ["x" * 10_000, "\N{GRINNING FACE}" * 500, "שלום \u202e abc", ""])
def test_long_odd_and_empty_bodies_are_taken(wire: Wire, body: str) -> None:
    assert wire.post("message", "message__plain", Body=body).status_code == 200
    assert Conversation.objects.get().needs_reply


def test_ten_pictures_are_kept_in_order(wire: Wire) -> None:
    wire.post("message", "message__ten_media")
    media = Message.objects.get().media.all()
    assert [row.position for row in media] == list(range(10))


@pytest.mark.parametrize("name", ["message__no_from", "message__short_code"])
def test_senders_nobody_can_answer_open_no_conversation(wire: Wire, name: str) -> None:
    assert wire.post("message", name).status_code == 200
    assert (InboundHook.objects.count(), Lead.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "caller", ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "anonymous", "", "sip:x@y.example"]
)
def test_hidden_callers_get_no_text_but_a_task(wire: Wire, caller: str) -> None:
    wire.post("voice", "voice__ringing", From=caller, Caller=caller)
    call = Call.objects.get()
    assert (call.state, call.caller, call.decision) == (CallState.MISSED, "", "anonymous")
    assert [task.reason for task in wire.business.tasks.all()] == ["anonymous"]
    assert wire.texts() == []


def test_a_webhook_without_what_it_must_name_is_a_2xx(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    assert wire.post("message", "message__plain", MessageSid=None).content.decode() == SILENCE
    assert wire.post("message", "message__plain", MessageSid="S" * 129).content.decode() == SILENCE
    assert not InboundHook.objects.exists()
    assert wire.post("message", "message__plain", To=None).content.decode() == SILENCE
    stored = InboundHook.objects.get()
    assert (stored.problem, stored.processed_at is None) == ("To is missing or too long", False)
    assert errors(caplog) == []


def test_a_caller_hears_words_when_a_webhook_cannot_be_understood(wire: Wire) -> None:
    for missing in ("CallSid", "To"):
        assert wire.post("voice", "voice__ringing", **{missing: None}).content.decode() == SORRY
    assert wire.post("voice", "voice__ringing", To=None).content.decode() == SORRY
    assert InboundHook.objects.count() == 1


# ---------------------------------------------------------------- WHK-15: no network while a carrier waits
def test_a_webhook_opens_no_socket(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier may hang for as long as it likes: nobody asks it anything before we have answered."""
    opened: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: opened.append(address))
    monkeypatch.setattr(socket, "create_connection", lambda address, *_a, **_k: opened.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_a, **_k: opened.append(host))
    wire.post("voice", "voice__ringing")
    wire.post("message", "message__mms_two_pictures")
    wire.post("voicemail", "voicemail__recorded")
    assert [message.status for message in wire.texts()] == ["queued"]
    assert opened == []


# ---------------------------------------------------------------- our own failures
@pytest.fixture
def broken_rule(wire: Wire) -> Wire:
    """A stored rule that the code cannot read: it was written by another release."""
    make_rule(wire.business, outcome="shout")
    return wire


def test_a_caller_never_hears_our_failure(broken_rule: Wire, caplog: pytest.LogCaptureFixture) -> None:
    answer = broken_rule.post("voice", "voice__ringing")

    assert (answer.status_code, answer.content.decode()) == (200, SORRY)
    assert not Call.objects.exists()
    stored = InboundHook.objects.get()
    assert (stored.processed_at, stored.attempts, stored.answer) == (None, 1, SORRY)
    assert stored.problem == "ValueError: 'shout' is not a valid Outcome"
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "a voice webhook could not be handled"
    ]
    assert broken_rule.post("voice", "voice__ringing").content.decode() == SORRY


def test_the_apology_is_in_the_language_of_the_business(broken_rule: Wire) -> None:
    broken_rule.business.language = "es"
    broken_rule.business.save()
    answer = broken_rule.post("voice", "voice__ringing").content.decode()
    assert f'<Say language="es-US">{hooks.SORRY["es"]}</Say>' in answer


def test_what_failed_is_done_by_the_sweep_when_the_fault_is_gone(broken_rule: Wire) -> None:
    assert broken_rule.post("call-status", "call-status__no_answer").status_code == 204
    assert not Call.objects.exists()
    now = clock.now()
    assert upkeep.sweep_hooks(now + timedelta(seconds=3)) == 0
    assert InboundHook.objects.get().attempts == 2
    broken_rule.business.rules.all().delete()

    assert upkeep.sweep_hooks(now + timedelta(seconds=10)) == 0  # not due again so soon
    assert upkeep.sweep_hooks(now + timedelta(seconds=31)) == 1
    assert upkeep.sweep_hooks(now + timedelta(seconds=62)) == 0

    stored = InboundHook.objects.get()
    assert (stored.problem, stored.attempts) == ("", 3)
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.started_at) == ("missed", MissReason.ABANDONED, stored.received_at)
    broken_rule.deliver_due()
    assert len(broken_rule.sent) == 1


def test_a_failure_that_lasted_ends_in_a_task_not_in_a_late_text(broken_rule: Wire) -> None:
    broken_rule.post("voice", "voice__ringing")
    InboundHook.objects.update(received_at=clock.now() - timedelta(hours=2), attempts=4)
    broken_rule.business.rules.all().delete()

    assert upkeep.sweep_hooks(clock.now()) == 1
    broken_rule.deliver_due()

    assert broken_rule.sent == []
    assert [task.reason for task in broken_rule.business.tasks.all()] == ["too_late"]


def test_the_tries_end(broken_rule: Wire) -> None:
    broken_rule.post("voice", "voice__ringing")
    later = clock.now() + timedelta(days=1)
    for _ in range(10):
        upkeep.sweep_hooks(later)
    assert (InboundHook.objects.get().attempts, InboundHook.objects.get().processed_at) == (5, None)


def test_a_repetition_after_a_failure_is_done_once(broken_rule: Wire) -> None:
    """The carrier comes again before the sweep did its work: the stored row is the one that counts."""
    broken_rule.post("call-status", "call-status__no_answer")
    broken_rule.business.rules.all().delete()
    assert broken_rule.post("call-status", "call-status__no_answer").status_code == 200
    assert upkeep.sweep_hooks(clock.now() + timedelta(seconds=3)) == 1
    assert (Call.objects.count(), len(broken_rule.texts())) == (1, 1)


@pytest.fixture
def no_hook_table(wire: Wire) -> Any:
    """A real fault of the database: the table of webhooks is not there."""
    table = InboundHook._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    yield wire
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE away RENAME TO {table}")


def test_what_cannot_be_stored_is_503_so_that_it_comes_again(
    no_hook_table: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    answer = no_hook_table.post("message", "message__plain")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not Message.objects.exists()
    assert [record for record in caplog.records if record.exc_info and record.name.startswith("messaging")] == []


def test_a_caller_hears_words_even_then(no_hook_table: Wire) -> None:
    answer = no_hook_table.post("voice", "voice__ringing")
    assert (answer.status_code, answer.content.decode()) == (200, SORRY)
    assert not Call.objects.exists()


def test_without_a_database_texts_come_again_and_callers_hear_words(wire: Wire) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_carrieraccount RENAME TO away")
    try:
        text, call = wire.post("message", "message__plain"), wire.post("voice", "voice__ringing")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO messaging_carrieraccount")
    assert (text.status_code, call.status_code, call.content.decode()) == (503, 200, SORRY)


def test_a_token_that_cannot_be_decrypted_is_503(wire: Wire) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_carrieraccount SET auth_token = 'of another key'")
    assert wire.post("message", "message__plain").status_code == 503
    assert wire.post("voice", "voice__ringing").content.decode() == SORRY


def test_every_event_has_its_parser() -> None:
    adapter = TwilioCarrier(CarrierAccount())
    parsers = {name for name in dir(adapter) if name.startswith("_parse_")}
    assert parsers == {f"_parse_{event.replace('-', '_')}" for event in adapter.hook_events}
