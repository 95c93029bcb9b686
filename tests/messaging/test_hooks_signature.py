"""The door for carriers: who is let in, by signature, address and account (WHK-05 to WHK-08)."""

import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from leads.models import Lead
from messaging.models import Call, CarrierAccount, InboundHook, Message
from tests import payloads
from tests.factories import make_account, make_business, make_location, make_number
from tests.fakes.carrier import FakeCarrier
from tests.fakes.signer import FORM_TYPE, signed_headers, signed_json, twilio_signature
from tests.messaging.door import errors, path_of, post_raw
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_an_account_that_is_switched_off_is_still_heard(wire: Wire) -> None:
    CarrierAccount.objects.update(is_active=False)
    assert wire.post("voice", "voice__ringing").status_code == 200
    assert [(call.outcome, call.decision) for call in Call.objects.all()] == [("no_text", "sender_stopped")]


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
