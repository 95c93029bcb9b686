"""WHK-01: the same webhook many times at the same instant, through a real server on threads."""

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.urls import reverse

from leads.models import Lead
from messaging.models import Call, CarrierAccount, Conversation, InboundHook, Message, OptOut, PhoneNumber
from recoverline.lib import clock
from tests import payloads
from tests.factories import fresh, make_lead
from tests.fakes.signer import signed_headers
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 200
THREADS = 40


class BusyServer(ThreadedWSGIServer):
    """Django's own threaded server, with a queue as long as the rush: the standard one resets the eleventh caller."""

    request_queue_size = 512


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port(wire: Wire) -> Iterator[int]:
    with BusyServer(("127.0.0.1", 0), QuietHandler) as server:
        server.set_app(WSGIHandler())
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


def post_all(port: int, account: CarrierAccount, event: str, posts: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Post them all from real threads that set off together; (status, body) of each."""
    path = reverse("hooks:receive", args=["twilio", account.key, event])
    start = threading.Barrier(THREADS)
    shares = [posts[index::THREADS] for index in range(THREADS)]

    def post_share(share: list[dict[str, str]]) -> list[tuple[int, str]]:
        start.wait()
        seen = []
        for params in share:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            headers = signed_headers(account.auth_token, settings.SITE_URL + path, params)
            connection.request("POST", path, urlencode(params), headers)
            response = connection.getresponse()
            seen.append((response.status, response.read().decode()))
            connection.close()
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        return [one for seen in pool.map(post_share, shares) for one in seen]


def test_200_copies_of_one_text(wire: Wire, port: int) -> None:
    posts = [payloads.load("twilio", "message__plain", Body="My basement is flooding")] * COPIES

    answers = post_all(port, wire.account, "message", posts)

    assert {status for status, _ in answers} == {200}
    assert len(answers) == COPIES
    assert Message.objects.filter(direction="in").count() == 1
    assert (InboundHook.objects.count(), Lead.objects.count(), Conversation.objects.count()) == (1, 1, 1)
    wire.deliver_due()
    assert len(wire.sent) == 1  # the answer to an urgent text


def test_200_copies_of_one_missed_call(wire: Wire, port: int) -> None:
    answers = post_all(port, wire.account, "voice", [payloads.load("twilio", "voice__ringing")] * COPIES)

    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert "<Record" in answers[0][1]
    assert (Call.objects.count(), Lead.objects.count(), InboundHook.objects.count()) == (1, 1, 1)
    wire.deliver_due()
    assert len(wire.sent) == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_40_calls_of_one_caller_at_once_get_one_text(wire: Wire, port: int, is_known: bool) -> None:
    """Different calls, so nothing is a repetition: the cooldown must hold although none was there before the other."""
    PhoneNumber.objects.update(last_call_at=clock.now())  # or they would queue for noting that the line works
    if is_known:
        make_lead(wire.business, phone=CALLER)
    posts = [payloads.load("twilio", "voice__ringing", CallSid=f"CA{fresh():032x}") for _ in range(THREADS)]

    answers = post_all(port, wire.account, "voice", posts)

    assert {status for status, _ in answers} == {200}
    assert (Call.objects.filter(state="missed").count(), Lead.objects.count()) == (THREADS, 1)
    assert sorted(Call.objects.values_list("decision", flat=True)) == ["cooldown"] * (THREADS - 1) + ["rule"]
    wire.deliver_due()
    assert len(wire.sent) == 1


def test_stop_200_times_is_one_opt_out(wire: Wire, port: int) -> None:
    posts = [payloads.load("twilio", "message__stop")] * COPIES
    assert {status for status, _ in post_all(port, wire.account, "message", posts)} == {200}
    assert OptOut.objects.count() == 1
