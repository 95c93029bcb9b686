"""What every adapter must keep, as tests to inherit (docs/add-a-carrier.md).

class TestAcme(AdapterContract):
    carrier_class = AcmeCarrier
    def account(self) -> CarrierAccount: ...            # unsaved is enough, with a secret
    def requests(self) -> list[tuple[str, HookRequest]]: ...  # signed, one for each event at least
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest
from django.conf import settings

from messaging.carriers.base import (
    BadPayload,
    Carrier,
    ErrorClass,
    Event,
    HookAnswer,
    HookRequest,
    NotSupported,
    OutboundText,
    SendOutcome,
    SendResult,
)
from messaging.carriers.plans import Say
from messaging.carriers.registry import carrier_class, carrier_for, classes_by_hook_name
from messaging.models import CarrierAccount

TEXT = OutboundText(
    key="0b0f7f6e-0000-4000-8000-000000000000",
    sender="+15555550100",
    to="+15555550123",
    body="Hi",
    validity_seconds=900,
)
OUTSIDE = ("\0", "\ud800", "ü" * 100, "x" * 100_000, "-1", "é\r\nX-Injected: 1")


class AdapterContract:
    carrier_class: type[Carrier]

    def account(self) -> CarrierAccount:
        raise NotImplementedError

    def requests(self) -> list[tuple[str, HookRequest]]:
        raise NotImplementedError

    def adapter(self) -> Carrier:
        return self.carrier_class(self.account())

    # ------------------------------------------------------------ in the registry
    def test_it_is_registered(self) -> None:
        account = self.account()
        assert carrier_class(account.kind) is self.carrier_class
        assert type(carrier_for(account)) is self.carrier_class
        assert account.kind in settings.CARRIERS
        assert self.carrier_class.hook_name in classes_by_hook_name()

    def test_every_event_is_shown(self) -> None:
        assert {event for event, _ in self.requests()} == set(self.carrier_class.hook_events)
        assert set(self.carrier_class.voice_events) <= set(self.carrier_class.hook_events)
        assert all(len(event) <= 24 for event in self.carrier_class.hook_events)

    # ------------------------------------------------------------ verify
    def test_its_own_signature_passes(self) -> None:
        assert [event for event, request in self.requests() if not self.adapter().verify(request)] == []

    def test_another_secret_does_not(self) -> None:
        for _, request in self.requests():
            stranger = self.account()
            stranger.auth_token = "whsec_" + "c3RyYW5nZXI="
            assert not self.carrier_class(stranger).verify(request)

    def test_no_secret_is_no_permission(self) -> None:
        nobody = self.account()
        nobody.auth_token = nobody.previous_auth_token = ""
        assert not any(self.carrier_class(nobody).verify(request) for _, request in self.requests())

    def test_the_previous_secret_passes_while_rotating(self) -> None:
        account = self.account()
        account.previous_auth_token, account.auth_token = account.auth_token, "whsec_" + "bmV3IG9uZQ=="
        assert all(self.carrier_class(account).verify(request) for _, request in self.requests())

    def test_a_changed_byte_does_not_pass(self) -> None:
        for _, request in self.requests():
            form = {name: [f"{values[0]}x", *values[1:]] for name, values in request.form.items()}
            assert not self.adapter().verify(replace(request, form=form, body=request.body + b" "))

    @pytest.mark.parametrize("value", [*OUTSIDE, ""], ids=ascii)
    def test_verify_never_raises(self, value: str) -> None:
        for _, request in self.requests():
            for name in request.headers:
                headers = {**request.headers, name: value}
                assert self.adapter().verify(replace(request, headers=headers)) in (True, False)
            bare = replace(request, headers={}, body=b"", form={})
            assert self.adapter().verify(bare) is False
            assert self.adapter().verify(replace(request, body=b"\xff\xfe\0")) in (True, False)

    # ------------------------------------------------------------ payload, natural key, parse
    def test_payloads_survive_being_stored(self) -> None:
        for event, request in self.requests():
            payload = self.adapter().payload(request)
            stored = json.loads(json.dumps(payload))
            assert stored == payload
            assert self.adapter().parse(event, stored) == self.adapter().parse(event, payload)

    def test_the_same_event_has_the_same_key_and_others_another(self) -> None:
        keys = [
            (event, self.adapter().natural_key(event, self.adapter().payload(request)))
            for event, request in self.requests()
        ]
        assert len(set(keys)) == len(keys)
        assert all(0 < len(key) <= 255 for _, key in keys)
        assert keys == [
            (event, self.adapter().natural_key(event, self.adapter().payload(request)))
            for event, request in self.requests()
        ]

    def test_parse_gives_our_events_with_the_raw_payload(self) -> None:
        for event, request in self.requests():
            payload = self.adapter().payload(request)
            for parsed in self.adapter().parse(event, payload):
                assert type(parsed) in get_args(Event)
                assert parsed.raw == payload

    @pytest.mark.parametrize("payload", [{}, {"x": "y"}, {"data": None}, {"data": []}, {"_query": {}}], ids=str)
    def test_what_is_not_understood_is_a_bad_payload(self, payload: dict[str, Any]) -> None:
        for event in self.carrier_class.hook_events:
            with pytest.raises(BadPayload):
                self.adapter().natural_key(event, payload)

    # ------------------------------------------------------------ answer
    def test_answers_without_an_account(self) -> None:
        """The database may be away: the apology must not need it."""
        adapter = self.carrier_class(CarrierAccount())
        for event in self.carrier_class.hook_events:
            for plan in (None, Say("We are sorry & busy <now>.", "en"), Say("", "es")):
                answer = adapter.answer(event, plan)
                assert isinstance(answer, HookAnswer)
                assert answer.content_type

    # ------------------------------------------------------------ texts
    def test_unknown_errors_are_unknown(self) -> None:
        assert self.adapter().classify("no such code") == ErrorClass.UNKNOWN
        assert self.adapter().classify("") == ErrorClass.UNKNOWN

    def test_sending_never_raises(self, settings: Any) -> None:
        """Nobody listens at this address: surely nothing has left, so it may be tried again."""
        settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
        try:
            result = self.adapter().send(TEXT)
        except NotSupported:
            return
        assert (type(result), result.outcome) == (SendResult, SendOutcome.UNREACHED)

    def test_what_it_cannot_do_it_says(self) -> None:
        bare = Carrier.__dict__
        adapter, since = self.adapter(), datetime.now().astimezone()
        for name, ask in {
            "find_texts": lambda: adapter.find_texts(to="+1", sender="+1", since=since),
            "list_calls": lambda: adapter.list_calls(since=since, numbers=[]),
            "fetch_call": lambda: adapter.fetch_call("x"),
        }.items():
            if getattr(type(adapter), name) is bare[name]:
                with pytest.raises(NotSupported):
                    ask()
