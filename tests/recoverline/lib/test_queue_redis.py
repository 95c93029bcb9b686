"""With REDIS_URL the queue is a list on a Redis server; the table stays for what is due later, and for its outages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings, settings
from django.db import transaction
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from recoverline import checks
from recoverline.lib import queue
from recoverline.lib.queue_redis import RedisBroker
from tests.redis_server import redis_server

TICK, MEDIA, ALERT = "messaging.tasks.tick", "messaging.tasks.fetch_media", "messaging.tasks.alert_staff"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def redis_url(server: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> str:
    use(server, settings, monkeypatch)
    RedisBroker().line.flushall()
    return server


@pytest.fixture
def no_server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    use("redis://127.0.0.1:1/0", settings, monkeypatch)


def use(url: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = url
    monkeypatch.setattr(Conf, "BROKER_CLASS", "recoverline.lib.queue_redis.RedisBroker")
    monkeypatch.setattr("recoverline.lib.queue_redis.WAIT_SECONDS", 0.05)
    monkeypatch.setattr(Conf, "POLL", 0.01)


def taken(looks: int = 1) -> list[tuple[str, tuple[object, ...]]]:
    """What a cluster gets in so many looks, its proofs of life apart."""
    broker = get_broker()
    rows = [SignedPackage.loads(payload) for _ in range(looks) for _, payload in broker.dequeue()]
    return [(row["func"], row["args"]) for row in rows if row["func"] != "recoverline.lib.queue.prove_life"]


def test_a_task_is_in_the_list_once_its_cause_is_committed(redis_url: str) -> None:
    with transaction.atomic():
        queue.enqueue(TICK)
        queue.enqueue(MEDIA, 7)
        assert queue.waiting() == 0
    assert (queue.waiting(), OrmQ.objects.count()) == (2, 0)
    oldest = queue.oldest_waiting()
    assert oldest is not None
    assert timezone.now() - oldest < timedelta(minutes=1)
    assert taken(looks=2) == [(TICK, ()), (MEDIA, (7,))]
    assert (queue.waiting(), queue.oldest_waiting()) == (0, None)


def test_what_no_sweep_would_find_stays_in_the_table_with_its_cause(redis_url: str) -> None:
    with transaction.atomic():
        queue.enqueue(ALERT, 7)
        assert (queue.waiting(), OrmQ.objects.count()) == (1, 1)
    assert taken() == [(ALERT, (7,))]
    assert OrmQ.objects.count() == 1  # until its worker is done with it
    with transaction.atomic():
        queue.enqueue(ALERT, 8)
        transaction.set_rollback(True)
    assert OrmQ.objects.count() == 1


def test_a_task_of_the_table_is_seen_while_many_come_through_redis(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        queue.enqueue(TICK)
    queue.enqueue(ALERT, 7)
    monkeypatch.setattr("recoverline.lib.queue_redis.WAIT_SECONDS", 0.0)
    assert taken(looks=1) == [(ALERT, (7,))]


def test_what_may_be_lost_is_done_by_a_periodic_task() -> None:
    assert set(settings.SWEPT_TASKS.values()) <= set(settings.PERIODIC_TASKS)


def test_a_task_vanishes_with_its_cause(redis_url: str) -> None:
    with transaction.atomic():
        queue.enqueue(TICK)
        transaction.set_rollback(True)
    assert (queue.waiting(), taken(looks=2)) == (0, [])


def test_what_is_due_later_waits_in_the_table_and_its_cluster_finds_it_there(redis_url: str) -> None:
    queue.enqueue_later(MEDIA, 7, delay=timedelta(minutes=5))
    assert taken(looks=2) == []
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    assert queue.waiting() == 1
    assert taken() == [(MEDIA, (7,))]


def test_what_was_queued_before_redis_came_is_not_left_behind(redis_url: str, settings: LazySettings) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(Conf, "BROKER_CLASS", "recoverline.lib.queue.Broker")
        queue.enqueue(TICK)
    assert OrmQ.objects.count() == 1
    assert taken() == [(TICK, ())]


def test_each_cluster_still_proves_that_it_lives(redis_url: str) -> None:
    names = [SignedPackage.loads(payload)["func"] for _, payload in get_broker().dequeue()]
    assert names == ["recoverline.lib.queue.prove_life"]


def test_while_the_server_is_away_the_table_takes_and_gives(no_server: None) -> None:
    with transaction.atomic():
        queue.enqueue(MEDIA, 7)
    assert (OrmQ.objects.count(), queue.waiting()) == (1, 1)
    assert queue.oldest_waiting() is not None
    assert taken() == [(MEDIA, (7,))]


def test_the_check_says_what_redis_costs(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "recoverline.W011" in [message.id for message in checks.check_settings(None)]
