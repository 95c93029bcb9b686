"""People on call behind the fake carrier: alerts are truly sent, and answers come as signed webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings

from leads.models import Membership
from messaging.escalation import sending
from messaging.escalation.enums import AlertChannel, EscalationClass
from messaging.escalation.opening import open_escalation
from messaging.models import Conversation, Escalation, EscalationNotice, OnCallText
from recoverline.lib import clock
from tests.factories import make_conversation, make_lead, make_member, make_message, make_request, make_user, phone
from tests.fakes.carrier_calls import Handset
from tests.fakes.signer import FORM_TYPE, signed_headers
from tests.wire import Wire

_texts = count(1)


@dataclass
class Duty:
    """Ana is on call for the business of `wire`; the clock is `now`, which `later` moves."""

    wire: Wire
    ana: Membership
    monkeypatch: pytest.MonkeyPatch
    now: datetime

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        self.monkeypatch.setattr(clock, "now", lambda: self.now)
        return self.now

    def member(self, name: str, **values: Any) -> Membership:
        user = make_user(name.lower(), first_name=name, email=f"{name.lower()}@example.com")
        return make_member(self.wire.business, user, **{"phone": phone(), **values})

    def customer(self, name: str = "Dana Fox", said: str = "My basement is flooding", **lead: Any) -> Conversation:
        row = make_lead(self.wire.business, **{"name": name, **lead})
        request = make_request(row, self.wire.number.location, need=said, place="Tempe")
        conversation = make_conversation(
            row, self.wire.number, request=request, last_at=self.now, opened_at=self.now, needs_reply=True
        )
        make_message(conversation, said, direction="in", kind="inbound", status="received", created_at=self.now)
        return conversation

    def escalation(self, conversation: Conversation | None = None, **values: Any) -> Escalation:
        conversation = conversation or self.customer()
        row = open_escalation(
            values.pop("kind", EscalationClass.EMERGENCY), summary="Urgent: flooding", location=conversation.location,
            dedup_key=f"test:{conversation.key}", now=self.now, conversation=conversation,
        )  # fmt: skip
        Escalation.objects.filter(pk=row.pk).update(**values)
        row.refresh_from_db()
        return row

    def notice(self, escalation: Escalation, **values: Any) -> EscalationNotice:
        return EscalationNotice.objects.create(
            escalation=escalation,
            **{"member": self.ana, "position": 0, "channel": AlertChannel.TEXT, "created_at": self.now, **values},
        )

    def alert(self, conversation: Conversation | None = None, **values: Any) -> EscalationNotice:
        """A text about something new has reached Ana."""
        notice = self.notice(self.escalation(conversation, **values))
        self.later(minutes=6)
        self.send()
        notice.refresh_from_db()
        return notice

    def send(self) -> int:
        sent = sending.send_waiting(self.now)
        self.wire.deliver_due()
        return sent

    def text(self, body: str, sender: str = "", **more: Any) -> str:
        """Somebody (Ana) texts the business; what this phone was answered, "" for nothing."""
        sender = sender or self.ana.phone
        before = len(self.received(sender))
        values = {"From": sender, "Body": body, "MessageSid": f"SM{next(_texts):032x}", **more}
        assert self.wire.post("message", "message__plain", **values).status_code == 200
        self.later(seconds=1)
        self.wire.deliver_due()
        return " | ".join(self.received(sender)[before:])

    def handset(self, to: str = "") -> Handset:
        """The phone of Ana, or `to`, that our call rings; its webhooks are signed as the carrier signs them."""
        return self.wire.carrier.handset(to or self.ana.phone, self._post)

    def _post(self, url: str, form: Mapping[str, str]) -> str:
        address = url.partition("#")[0]
        headers = signed_headers(self.wire.account.auth_token, address, form)
        path = address.removeprefix(settings.SITE_URL)
        answer = self.wire.client.post(path, urlencode(form), content_type=FORM_TYPE, headers=headers)
        assert answer.status_code in (200, 204)
        return answer.content.decode()

    def received(self, to: str) -> list[str]:
        return [body for phone_, body in self.wire.sent if phone_ == to]

    def commands(self) -> list[str]:
        return list(OnCallText.objects.order_by("id").values_list("command", flat=True))


def make_duty(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Duty:
    user = make_user("ana", first_name="Ana", last_name="Ruiz", email="ana@example.com")
    duty = Duty(wire, make_member(wire.business, user, phone=phone()), monkeypatch, clock.now())
    duty.later()
    return duty
