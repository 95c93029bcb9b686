from collections.abc import Iterator

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.fakes.carrier import FakeCarrier

SID, TOKEN = "AC" + "a" * 32, "token-of-a"
OTHER_SID, OTHER_TOKEN = "AC" + "b" * 32, "token-of-b"
BUSINESS, CALLER, SECOND_CALLER = "+15555550100", "+15555550123", "+15555550124"


def make_client(url: str, sid: str = SID, token: str = TOKEN, timeout: float = 5.0) -> Client:
    # A non-empty environment keeps TWILIO_EDGE and TWILIO_REGION of the machine out of the address.
    client = Client(sid, token, http_client=TwilioHttpClient(timeout=timeout), environment={"_": "1"})
    client.api.base_url = client.lookups.base_url = url
    return client


def send(client: Client, body: str = "hello", to: str = CALLER, **more):
    return client.messages.create(to=to, from_=BUSINESS, body=body, **more)


@pytest.fixture
def carrier() -> Iterator[FakeCarrier]:
    with FakeCarrier({SID: TOKEN, OTHER_SID: OTHER_TOKEN}) as running:
        yield running


@pytest.fixture
def client(carrier) -> Client:
    return make_client(carrier.url)
