"""Each fault as the official client meets it, and whether the text truly went out."""

from contextlib import suppress

import pytest
import requests
from requests.exceptions import ConnectionError as Broken
from requests.exceptions import ReadTimeout
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.fakes.carrier import drop_after, drop_before, error, hang, http, latency, too_many_requests
from tests.fakes.conftest import BUSINESS, CALLER, SID, TOKEN, make_client, send


def bodies(carrier) -> list[str]:
    return [text.body for text in carrier.ledger]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (error(21610), 400, 21610),
        (error(21211), 400, 21211),
        (error(30007), 400, 30007),
        (error(20003, 401), 401, 20003),
        (too_many_requests(2), 429, 20429),
    ],
)
def test_an_error_is_never_accepted(carrier, client, fault, status, code):
    carrier.inject(fault)
    with pytest.raises(TwilioRestException) as refusal:
        send(client, "refused")
    assert (refusal.value.status, refusal.value.code) == (status, code)
    send(client, "next")
    assert bodies(carrier) == ["next"]


def test_retry_after(carrier):
    carrier.inject(too_many_requests(2))
    url = f"{carrier.url}/2010-04-01/Accounts/{SID}/Messages.json"
    response = requests.post(url, {"To": CALLER, "From": BUSINESS, "Body": "hi"}, auth=(SID, TOKEN), timeout=5)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
    assert response.json() == {
        "code": 20429,
        "message": "Too Many Requests",
        "more_info": "https://www.twilio.com/docs/errors/20429",
        "status": 429,
    }


def test_an_account_may_have_faults_of_its_own(carrier, client):
    carrier.inject(error(21610), on="create_message@AC0another")
    carrier.inject(error(21211), on=f"create_message@{SID}")
    with pytest.raises(TwilioRestException) as refusal:
        send(client)
    assert refusal.value.code == 21211
    send(client, "next")
    assert (bodies(carrier), carrier.faults.waiting()) == (["next"], 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_5xx_may_or_may_not_have_been_accepted(carrier, client, status, accepted, as_json):
    carrier.inject(http(status, accepted=accepted, as_json=as_json))
    with pytest.raises(TwilioRestException) as failure:
        send(client)
    # A gateway's page holds no code: the client then repeats the HTTP status.
    assert (failure.value.status, failure.value.code) == (status, 20000 + status if as_json else status)
    assert bodies(carrier) == (["hello"] if accepted else [])


@pytest.mark.parametrize(("fault", "sent"), [(drop_before(), []), (drop_after(), ["hello"])])
def test_a_dropped_connection(carrier, client, fault, sent):
    carrier.inject(fault)
    with pytest.raises(Broken):
        send(client)
    assert bodies(carrier) == sent
    send(client, "next")
    assert bodies(carrier) == [*sent, "next"]


@pytest.mark.parametrize(("accept", "sent"), [(False, []), (True, ["hello"])])
def test_a_hanging_carrier(carrier, accept, sent):
    carrier.inject(hang(30, accept=accept))
    with pytest.raises(ReadTimeout):
        send(make_client(carrier.url, timeout=0.3))
    assert bodies(carrier) == sent


def test_a_hang_ends_in_a_reset(carrier, client):
    carrier.inject(hang(0.05, accept=True))
    with pytest.raises(Broken):
        send(client)
    assert bodies(carrier) == ["hello"]


def test_latency_is_slow_but_true(carrier, client):
    carrier.inject(latency(0.1))
    assert send(client).status == "queued"
    assert bodies(carrier) == ["hello"]
    carrier.inject(latency(30, accept_first=True))
    with pytest.raises(ReadTimeout):
        send(make_client(carrier.url, timeout=0.3), "slow")
    assert bodies(carrier) == ["hello", "slow"]


def test_faults_wait_for_their_operation(carrier, client):
    sid = send(client).sid
    carrier.inject(http(503), on="list_messages")
    carrier.inject(error(21610), error(21211))
    assert client.messages(sid).fetch().sid == sid
    with pytest.raises(TwilioRestException) as first:
        send(client)
    with pytest.raises(TwilioRestException) as second:
        send(client)
    assert (first.value.code, second.value.code) == (21610, 21211)
    assert carrier.faults.waiting() == 1
    # The client's lists fail with the base class, which holds no status.
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        client.messages.list(limit=1)
    assert carrier.faults.waiting() == 0
    assert carrier.faults.met == {"http 503 before": 1, "error 21610": 1, "error 21211": 1}
    assert [(seen.operation, seen.fault, seen.status) for seen in carrier.requests] == [
        ("create_message", "", 201),
        ("fetch_message", "", 200),
        ("create_message", "error 21610", 400),
        ("create_message", "error 21211", 400),
        ("list_messages", "http 503 before", 503),
    ]


def test_any_operation(carrier, client):
    carrier.inject(drop_before(), on="any")
    with pytest.raises(Broken):
        client.calls.list(limit=1)
    assert client.calls.list(limit=1) == []


def test_a_seeded_plan_repeats_itself(carrier, client):
    def run(seed: int) -> list[str]:
        carrier.reset()
        carrier.plan_faults(seed, (0.25, http(500, accepted=True)), (0.25, http(502)))
        for number in range(40):
            with suppress(TwilioRestException):
                send(client, str(number))
        accepted = {text.body for text in carrier.ledger}
        for seen in carrier.requests:
            assert (seen.form["Body"] in accepted) == (seen.fault in ("", "http 500 after"))
        return [seen.fault for seen in carrier.requests]

    first, again, other = run(7), run(7), run(8)
    assert first == again
    assert first != other
    assert set(first) == {"", "http 500 after", "http 502 before"}


def test_more_than_certain_is_refused(carrier):
    with pytest.raises(ValueError, match="between 0 and 1"):
        carrier.plan_faults(1, (0.6, http(500)), (0.5, http(502)))
