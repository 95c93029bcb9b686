"""One event on its way to one endpoint, against a real server on loopback (CRM-01 to CRM-05)."""

import itertools
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from standardwebhooks import Webhook, WebhookVerificationError

from leads import events
from leads.enums import DeliveryStatus
from leads.models import Lead, LeadEvent, WebhookDelivery, WebhookEndpoint
from leads.webhooks import delivering, endpoints, plan, rounds, signing
from recoverline.lib import http
from tests.factories import NOON, make_business, make_lead
from tests.leads.webhooks.receiver import Receiver, make_endpoint, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    with receiving() as here:
        settings.WEBHOOK_HOSTS = [here.host]
        yield here


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def happen(endpoint: WebhookEndpoint, kind: str = "lead.noted", at: datetime = NOON) -> WebhookDelivery:
    lead = make_lead(endpoint.business, name="Maria Lopez")
    events.record(kind, business=endpoint.business, lead=lead, at=at, text="Name: Maria Lopez")
    return endpoint.deliveries.latest("pk")


# ---------------------------------------------------------------- CRM-01, CRM-02
def test_what_arrives_is_signed_and_says_what_happened(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business("Alder Plumbing"), receiver.url("/crm"))
    delivery = happen(endpoint)

    assert rounds.ring(Clock()) == 1

    [(path, headers, body)] = receiver.got
    said = Webhook(endpoint.secret).verify(body, headers)
    assert (path, headers["webhook-id"], headers["content-type"]) == ("/crm", str(delivery.key), "application/json")
    assert (said["type"], said["timestamp"]) == ("lead.noted", "2026-06-17T18:00:00Z")
    assert said["data"]["lead"]["name"] == "Maria Lopez"
    assert said["data"]["lead"]["id"] == str(delivery.event.lead.key)  # type: ignore[union-attr]  # just made
    for changed in (body[:-1] + b" ", body.replace(b"Maria", b"Marla")):
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(changed, headers)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.delivered_at, delivery.attempts) == (DeliveryStatus.DELIVERED, NOON, 1)
    assert [(entry["status"], entry["said"]) for entry in delivery.log] == [(204, "Answered 204.")]


def test_the_vector_of_the_specification() -> None:
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests
    headers = signing.headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        at=datetime.fromtimestamp(1614265330, tz=UTC),
    )  # fmt: skip
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_both_open_it(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business(), receiver.url())
    old = endpoint.secret
    new = endpoints.rotate(endpoint, now=NOON)
    assert new != old
    assert len(new) == len("whsec_") + 44

    for at, opened_by in ((NOON, {old, new}), (NOON + timedelta(hours=25), {new})):
        happen(endpoint, at=at)
        rounds.ring(Clock(at))
        _, headers, body = receiver.got[-1]
        assert {secret for secret in (old, new) if _opens(secret, body, headers)} == opened_by


def _opens(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


# ---------------------------------------------------------------- CRM-03
def test_an_endpoint_that_fails_for_ever_is_tried_ten_times_over_days(receiver: Receiver) -> None:
    receiver.answer = lambda path: (500, {}, b"")
    endpoint = make_endpoint(make_business(), receiver.url())
    delivery, clock, tried = happen(endpoint), Clock(), []
    random.seed(7)

    for _ in range(40):
        if rounds.ring(clock):
            tried.append(clock.now)
        delivery.refresh_from_db()
        if delivery.next_at is None:
            break
        endpoint.refresh_from_db()
        clock.now = max(delivery.next_at, endpoint.rests_until or NOON)

    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert len(tried) == 10
    for wait, planned in zip(waits, plan.WAITS[1:], strict=True):
        # A failing endpoint may rest for some minutes besides.
        assert planned * 0.8 <= wait <= max(planned * 1.2, plan.LONGEST_REST)
    assert delivery.status == DeliveryStatus.DEAD
    ids = {headers["webhook-id"] for _, headers, _ in receiver.got}
    bodies = {body for _, _, body in receiver.got}
    assert (len(receiver.got), ids, len(bodies)) == (10, {str(delivery.key)}, 1)
    kinds = list(LeadEvent.objects.filter(kind__startswith="webhook.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["webhook.failing", "webhook.given_up"]

    receiver.answer = lambda path: (200, {}, b"")
    assert endpoints.send_again(endpoint.deliveries.all(), by="ana", now=clock.now) == 1
    assert endpoints.health(endpoint, now=clock.now).startswith("Failing for 2 days, ")
    assert rounds.ring(clock) == 1
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    endpoint.refresh_from_db()
    assert endpoints.health(endpoint, now=clock.now).startswith("Works.")


# ---------------------------------------------------------------- CRM-04
@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 503])
def test_what_is_not_2xx_failed_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda path: (status, {"Location": receiver.url("/elsewhere")}, b"")
    delivery = happen(make_endpoint(make_business(), receiver.url()))
    rounds.ring(Clock())
    delivery.refresh_from_db()
    assert (delivery.status, [path for path, _, _ in receiver.got]) == (DeliveryStatus.WAITING, ["/"])


def test_410_switches_it_off_and_staff_are_told(receiver: Receiver) -> None:
    receiver.answer = lambda path: (410, {}, b"")
    endpoint = make_endpoint(make_business(), receiver.url())
    first = happen(endpoint)
    rounds.ring(Clock())
    happen(endpoint)
    endpoint.refresh_from_db()
    first.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_at, first.status) == (False, NOON, DeliveryStatus.DEAD)
    assert endpoints.health(endpoint, now=NOON).startswith("Switched off: It answered 410")
    assert LeadEvent.objects.filter(kind="webhook.disabled").count() == 1
    # Nothing more comes up for it.
    assert (endpoint.deliveries.count(), rounds.ring(Clock()), len(receiver.got)) == (1, 0, 1)


def test_who_asks_for_a_pause_gets_it(receiver: Receiver) -> None:
    receiver.answer = lambda path: (429, {"Retry-After": "900"}, b"")
    endpoint = make_endpoint(make_business(), receiver.url())
    happen(endpoint)
    rounds.ring(Clock())
    happen(endpoint)
    clock = Clock(NOON + timedelta(seconds=899))
    assert (rounds.ring(clock), len(receiver.got)) == (0, 1)
    receiver.answer = lambda path: (200, {}, b"")
    clock.now += timedelta(seconds=2)
    rounds.ring(clock)
    assert set(endpoint.deliveries.values_list("status", flat=True)) == {"delivered"}


def test_an_endless_answer_and_a_slow_one_are_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.answer = lambda path: (200, {}, b"x" * 10_000_000)
    delivery = happen(make_endpoint(make_business(), receiver.url()))
    rounds.ring(Clock())
    delivery.refresh_from_db()
    assert delivery.log[0]["said"] == "The answer is larger than 65,536 bytes."

    monkeypatch.setattr(delivering, "DEADLINE_SECONDS", 0.2)
    receiver.answer = lambda path: (200, {}, _wait())
    slow = happen(make_endpoint(make_business(), receiver.url()))
    rounds.ring(Clock())
    slow.refresh_from_db()
    assert slow.log[0]["said"].startswith("No whole answer came")
    assert 0.1 < slow.log[0]["seconds"] < 0.6


def _wait() -> bytes:
    time.sleep(0.7)
    return b""


# ---------------------------------------------------------------- CRM-05
def test_addresses_inside_are_refused_and_nothing_is_asked(settings: LazySettings, receiver: Receiver) -> None:
    settings.WEBHOOK_HOSTS = []
    for url in (receiver.url(), f"https://127.0.0.1:{receiver.port}/", "https://169.254.169.254/latest/", "ftp://x/"):
        delivery = happen(make_endpoint(make_business(), url))
        rounds.ring(Clock())
        delivery.refresh_from_db()
        assert delivery.status == DeliveryStatus.WAITING
        assert delivery.log[0]["status"] is None
    assert receiver.got == []


def test_a_post_is_strict(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """What recoverline.lib.http is asked for; its own tests hold it against hostile addresses and rebinding."""
    asked: list[dict[str, Any]] = []
    real = http.fetch
    monkeypatch.setattr(http, "fetch", lambda url, **options: asked.append(options) or real(url, **options))
    happen(make_endpoint(make_business(), receiver.url()))
    rounds.ring(Clock())
    [options] = asked
    assert (options["max_bytes"], options["deadline"], options.get("max_redirects", 0)) == (65_536, 15.0, 0)
    assert "auth" not in options
    assert "allow_hosts" not in options


# ---------------------------------------------------------------- claims
def test_who_was_overtaken_writes_nothing(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business(), receiver.url())
    row = happen(endpoint)
    first = delivering.claim(row, now=NOON)
    assert first is not None
    assert delivering.claim(row, now=NOON) is None
    later = NOON + delivering.LEASE
    row.refresh_from_db()
    second = delivering.claim(row, now=later)
    assert second is not None
    assert (second.message_id, second.body) == (first.message_id, first.body)

    delivering.settle(first, plan.Answer(200, "", 0.0), now=later)
    row.refresh_from_db()
    assert (row.status, row.log) == (DeliveryStatus.SENDING, [])
    delivering.settle(second, plan.Answer(200, "", 0.0), now=later)
    row.refresh_from_db()
    assert row.status == DeliveryStatus.DELIVERED


def test_a_body_that_cannot_be_written_is_in_nobodys_way(receiver: Receiver, settings: LazySettings) -> None:
    endpoint = make_endpoint(make_business(), receiver.url())
    bad, good = happen(endpoint), happen(endpoint)
    settings.EVENT_BODY = "tests.leads.webhooks.test_delivering.fragile"
    LeadEvent.objects.filter(pk=bad.event_id).update(text="bad")
    rounds.ring(Clock())
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, bad.log[0]["said"]) == (DeliveryStatus.WAITING, "Its text could not be written.")
    assert good.status == DeliveryStatus.DELIVERED


def fragile(event: LeadEvent) -> dict[str, Any]:
    if event.text == "bad":
        raise ValueError
    return {"type": event.kind, "timestamp": "", "data": {}}


def test_a_body_stays_under_twenty_kilobytes(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business(), receiver.url())
    row = happen(endpoint)
    assert row.event is not None
    assert row.event.lead is not None
    row.event.lead.notes = "ü" * 12_000
    row.event.lead.save()
    rounds.ring(Clock())
    said = json.loads(receiver.got[0][2])
    assert said["data"] == {"is_shortened": True, "keys": {}}


def test_what_nobody_is_to_be_told_of_any_more_is_dropped(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business(), receiver.url())
    kept, erased, gone = happen(endpoint), happen(endpoint), happen(endpoint)
    Lead.objects.filter(events=erased.event_id).update(erased_at=NOON)
    LeadEvent.objects.filter(pk=gone.event_id).delete()
    rounds.ring(Clock())
    assert list(endpoint.deliveries.values_list("pk", flat=True)) == [kept.pk]


def test_a_test_is_sent_on_the_same_way(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business("Alder"), receiver.url(), kinds=["call.missed"])
    endpoints.send_test(endpoint, now=NOON)
    rounds.ring(Clock())
    [(_, headers, body)] = receiver.got
    said = Webhook(endpoint.secret).verify(body, headers)
    assert (said["type"], said["data"]["message"]) == ("webhook.test", "Everything works: this is a test from Alder.")


def test_old_ones_are_given_up_and_then_forgotten(receiver: Receiver) -> None:
    endpoint = make_endpoint(make_business(), receiver.url(), failing_since=NOON, failures=9)
    for _ in range(3):
        happen(endpoint)
    late = NOON + timedelta(days=4, minutes=1)
    assert rounds.give_up_old(late - timedelta(minutes=2)) == 0
    assert (rounds.give_up_old(late), LeadEvent.objects.filter(kind="webhook.given_up").count()) == (3, 1)
    assert rounds.forget_old(late) == 0
    assert rounds.forget_old(NOON + timedelta(days=31)) == 3
