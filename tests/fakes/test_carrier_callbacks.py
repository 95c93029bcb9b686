"""Status callbacks, checked by the carrier's own validator at a server of ours."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from requests.exceptions import ConnectionError as Broken
from twilio.request_validator import RequestValidator

from tests.fakes.carrier import CallbackPlan, drop_after
from tests.fakes.conftest import BUSINESS, CALLER, OTHER_SID, OTHER_TOKEN, SECOND_CALLER, SID, TOKEN, make_client, send

PATH = "/hooks/twilio/k/message-status?key=0f8a&b=%2B"
PUBLIC_URL = "https://recover.example" + PATH


class Business(ThreadingHTTPServer):
    """Our side: notes each post as (path, host, form, signature) and answers what it is told to, else 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hooks)
        self.posts: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for _, _, form, _ in self.posts]


class Hooks(BaseHTTPRequestHandler):
    server: Business

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        self.server.posts.append((self.path, self.headers["Host"], form, self.headers["X-Twilio-Signature"]))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def business() -> Iterator[Business]:
    with Business() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def carrier(carrier, business):
    carrier.callback_base = business.url
    return carrier


def test_callbacks_are_signed_for_the_public_url_and_delivered_on_loopback(carrier, client, business):
    carrier.now = lambda: datetime(2026, 11, 19, 15, 4, 5, tzinfo=UTC)
    message = send(client, status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    fixed = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "To": CALLER,
        "From": BUSINESS,
        "AccountSid": SID,
        "ApiVersion": "2010-04-01",
    }
    (_, _, sent, _), (path, host, delivered, signature) = business.posts
    assert (path, host) == (PATH, "recover.example")
    assert sent == {**fixed, "MessageStatus": "sent", "SmsStatus": "sent"}
    done = {"MessageStatus": "delivered", "SmsStatus": "delivered", "RawDlrDoneDate": "2611191504"}
    assert delivered == {**fixed, **done}
    assert RequestValidator(TOKEN).validate(PUBLIC_URL, delivered, signature)
    assert not RequestValidator(OTHER_TOKEN).validate(PUBLIC_URL, delivered, signature)
    assert client.messages(message.sid).fetch().status == "delivered"
    assert [(delivery.status, delivery.failure) for delivery in carrier.deliveries] == [(204, ""), (204, "")]


def test_each_account_signs_with_its_own_token(carrier, business):
    send(make_client(carrier.url, OTHER_SID, OTHER_TOKEN), status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    for _, _, form, signature in business.posts:
        assert RequestValidator(OTHER_TOKEN).validate(PUBLIC_URL, form, signature)
    assert len(business.posts) == 2


def test_without_a_base_the_url_itself_is_called_and_only_on_loopback(carrier, client, business):
    carrier.callback_base = ""
    send(client, status_callback=business.url + PATH)
    send(client, "far", status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    assert business.statuses() == ["sent", "delivered"]
    host = business.url.removeprefix("http://")
    assert {(path, seen_host) for path, seen_host, _, _ in business.posts} == {(PATH, host)}
    assert RequestValidator(TOKEN).validate(business.url + PATH, business.posts[0][2], business.posts[0][3])
    refused = [delivery.failure for delivery in carrier.deliveries if delivery.url == PUBLIC_URL]
    assert refused == ["not on loopback", "not on loopback"]


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [(("undelivered", 30006), ["sent", "undelivered"]), (("failed", 30007), ["failed"])],
)
def test_outcomes(carrier, client, business, outcome, statuses):
    carrier.outcomes[CALLER] = outcome
    sid = send(client, status_callback=PUBLIC_URL).sid
    send(client, to=SECOND_CALLER)
    carrier.wait_for_callbacks()
    assert business.statuses() == statuses
    last = business.posts[-1][2]
    assert (last["ErrorCode"], last["ErrorMessage"]) == (str(outcome[1]), f"Error {outcome[1]}")
    message = client.messages(sid).fetch()
    assert (message.status, message.error_code) == outcome
    assert (message.date_sent is None) == (outcome[0] == "failed")


def test_shuffled_and_doubled_with_a_seed(carrier, client, business):
    def run(seed: int) -> list[str]:
        business.posts.clear()
        carrier.callbacks = CallbackPlan(
            ("queued", "sending", "sent", "delivered"), shuffled=True, doubled=True, seed=seed
        )
        sid = send(client, status_callback=PUBLIC_URL).sid
        carrier.wait_for_callbacks()
        assert client.messages(sid).fetch().status == "delivered"
        return business.statuses()

    first, again, other = run(1), run(1), run(2)
    assert first == again
    assert first != other
    assert Counter(first) == {"queued": 2, "sending": 2, "sent": 2, "delivered": 2}
    assert first != ["queued", "queued", "sending", "sending", "sent", "sent", "delivered", "delivered"]


def test_lost_callbacks_do_not_change_what_happened(carrier, client, business):
    carrier.callbacks = CallbackPlan(lost=1.0)
    sid = send(client, status_callback=PUBLIC_URL).sid
    carrier.wait_for_callbacks()
    assert business.posts == []
    assert client.messages(sid).fetch().status == "delivered"
    carrier.callbacks = CallbackPlan(lost=0.5, seed=3)
    for number in range(40):
        send(client, str(number), status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    assert 20 < len(business.posts) < 60


def test_callbacks_can_come_before_the_answer(carrier, client, business):
    carrier.callbacks = CallbackPlan(before_response=True)
    send(client, status_callback=PUBLIC_URL)
    assert business.statuses() == ["sent", "delivered"]


def test_a_delay_lies_before_each_status(carrier, client, business):
    carrier.callbacks = CallbackPlan(delay=0.05)
    started = carrier.monotonic()
    send(client, status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    assert carrier.monotonic() - started >= 0.1
    assert business.statuses() == ["sent", "delivered"]
    carrier.callbacks = CallbackPlan(delay=60)
    send(client, status_callback=PUBLIC_URL)
    with pytest.raises(TimeoutError):
        carrier.wait_for_callbacks(0.01)


def test_a_text_that_was_accepted_unseen_still_reports(carrier, client, business):
    carrier.inject(drop_after())
    with pytest.raises(Broken):
        send(client, status_callback=PUBLIC_URL)
    carrier.wait_for_callbacks()
    assert business.statuses() == ["sent", "delivered"]
    assert business.posts[0][2]["MessageSid"] == carrier.ledger[0].sid


@pytest.mark.parametrize(
    ("fragment", "answers", "tries"),
    [("", [500], 1), ("#rc=2&rp=ct,rt,5xx", [500, 503, 500], 3), ("#rc=2&rp=5xx", [500], 2), ("#rc=2&rp=ct", [404], 1)],
)
def test_repeats_follow_the_urls_fragment(carrier, business, fragment, answers, tries):
    business.answers = list(answers)
    delivery = carrier.post_webhook(PUBLIC_URL + fragment, {"CallSid": "CA1", "CallStatus": "ringing"})
    assert len(business.posts) == tries
    assert delivery.status == (204 if len(answers) < tries else answers[-1])
    for path, _, form, signature in business.posts:
        assert path == PATH
        assert RequestValidator(TOKEN).validate(PUBLIC_URL, form, signature)


def test_a_server_that_is_down_is_noted(carrier, client, business):
    closed = ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    closed.server_close()
    carrier.callback_base = f"http://127.0.0.1:{closed.server_port}"
    delivery = carrier.post_webhook(PUBLIC_URL, {"CallSid": "CA1"})
    assert delivery.status is None
    assert delivery.failure.startswith("no connection: ")
