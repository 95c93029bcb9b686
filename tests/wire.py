"""A business connected to the fake carrier, and the carrier's side of the line: signed webhooks in, texts out."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.models import Business
from messaging import outbound
from messaging.enums import NumberMode
from messaging.models import CarrierAccount, Message, PhoneNumber
from recoverline.lib import clock
from tests import payloads
from tests.factories import make_account, make_business, make_location, make_number
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, FakeCarrier
from tests.fakes.signer import signed_headers

OURS = "+15555550100"
CALLER = "+15555550123"


@dataclass
class Wire:
    """`number` is what customers call; `carrier` holds the ledger of what truly left."""

    business: Business
    account: CarrierAccount
    number: PhoneNumber
    carrier: FakeCarrier
    client: Client

    def post(self, event: str, name: str, *, query: dict[str, str] | None = None, **overrides: Any) -> HttpResponse:
        """Post the recorded-shape payload `name` as the carrier would: signed, form-encoded."""
        return self.post_params(event, payloads.load("twilio", name, **overrides), query=query)

    def post_params(self, event: str, params: dict[str, Any], *, query: dict[str, str] | None = None) -> HttpResponse:
        path = reverse("hooks:receive", args=["twilio", self.account.key, event])
        if query:
            path = f"{path}?{urlencode(query)}"
        headers = signed_headers(self.account.auth_token, settings.SITE_URL + path, params)
        return self.client.post(
            path, urlencode(params, doseq=True), content_type="application/x-www-form-urlencoded", headers=headers
        )

    def deliver_due(self) -> None:
        """What the sender does, until nothing is due."""
        for _ in range(20):
            due = outbound.due(clock.now(), limit=100)
            if not due:
                return
            for message in due:
                outbound.deliver(message.pk)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """(to, body) of every text that the carrier accepted."""
        return [(text.to, text.body) for text in self.carrier.ledger]

    def texts(self) -> list[Message]:
        return list(Message.objects.filter(business=self.business, direction="out").order_by("id"))


def make_wire(carrier: FakeCarrier, **number: Any) -> Wire:
    business = make_business("Alder Plumbing")
    account = make_account(business, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    values = {"number": OURS, "mode": NumberMode.FORWARDED, "texts_per_second": 100.0, **number}
    row = make_number(make_location(business), account, **values)
    return Wire(business, account, row, carrier, Client())
