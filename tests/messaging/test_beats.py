"""Each host shows by itself that it works: its beat, its watch, and being forgotten when it has left."""

import subprocess
from datetime import datetime, timedelta
from typing import cast

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.signals import post_execute
from django_q.signing import SignedPackage

from messaging import beats
from messaging.beats import SENDER, WORKER
from messaging.models import Heartbeat
from messaging.ticker import HANGS_AFTER, Ticker
from recoverline.lib import queue

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def hosts(process: str) -> dict[str, datetime]:
    return beats.read().hosts[process]


def test_each_host_has_one_row_for_each_of_its_processes() -> None:
    beats.beat(WORKER, host="one", now=NOW - MINUTE)
    beats.beat(WORKER, host="one", now=NOW)
    beats.beat(WORKER, host="two", now=NOW - MINUTE)
    beats.beat(SENDER, host="one", now=NOW - SECOND)
    beats.note("mail", now=NOW)
    found = beats.read()
    assert found.hosts == {WORKER: {"one": NOW, "two": NOW - MINUTE}, SENDER: {"one": NOW - SECOND}}
    assert (found.latest(WORKER), found.latest(SENDER), found.notes) == (NOW, NOW - SECOND, {"mail": NOW})
    assert [found.silent(WORKER, NOW + late * SECOND) for late in (29, 30, 90)] == [[], ["two"], ["one", "two"]]


def test_a_host_is_known_by_the_end_of_its_name() -> None:
    """The beginning is what names of containers have in common."""
    names = ["recoverline-worker-of-the-north-7f9c4-abcde", "recoverline-worker-of-the-north-7f9c4-fghij"]
    for name in names:
        beats.beat(WORKER, host=name, now=NOW)
    assert list(hosts(WORKER)) == [name[-beats.HOST_CHARACTERS :] for name in names]


def test_who_left_for_good_is_forgotten_after_an_hour_but_not_the_last_one() -> None:
    beats.beat(WORKER, host="here", now=NOW)
    for host, age in (("silent", beats.GONE_AFTER - SECOND), ("gone", beats.GONE_AFTER + SECOND)):
        beats.beat(WORKER, host=host, now=NOW - age)
    beats.beat(SENDER, host="the only one", now=NOW - 3 * beats.GONE_AFTER)
    beats.forget_gone(NOW)
    assert list(hosts(WORKER)) == ["here", "silent"]
    assert list(hosts(SENDER)) == ["the only one"]


def test_who_stops_in_order_takes_its_beat_along(settings: LazySettings) -> None:
    """A container comes back under another name, and the old one must not look dead for an hour."""
    settings.HOST_NAME = "me"
    beats.beat(WORKER, now=NOW)
    beats.beat(SENDER, now=NOW)
    beats.beat(WORKER, host="other", now=NOW)
    beats.leave(WORKER)
    assert (list(hosts(WORKER)), list(hosts(SENDER))) == (["other"], ["me"])


# ---------------------------------------------------------------- the cluster's own proof
def test_a_cluster_hands_itself_a_proof_of_life_that_no_other_can_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes through the cluster's own pusher and workers, and nowhere near the table that all share."""
    one, two = get_broker(), get_broker()
    packages = [SignedPackage.loads(row[1]) for broker in (one, two, one) for row in broker.dequeue() or ()]
    assert [(each["func"], each["args"]) for each in packages] == [("recoverline.lib.queue.prove_life", ())] * 2
    assert queue.waiting() == 0
    one.proven -= queue.PROOF_SECONDS
    assert [row[0] for row in one.dequeue()] == [None]


def test_a_worker_that_takes_a_task_shows_its_host(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOST_NAME = "two"
    monkeypatch.setattr(beats, "_shown", 0.0)
    take_a_task()
    first = hosts(WORKER)["two"]
    take_a_task()  # a burst of tasks is not a burst of beats
    assert hosts(WORKER) == {"two": first}


def test_a_beat_that_cannot_be_written_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(beats, "_shown", 0.0)
    monkeypatch.setattr(beats, "beat", away)
    take_a_task()
    assert not Heartbeat.objects.exists()


def take_a_task() -> None:
    post_execute.send(sender="django_q", task={"func": "messaging.tasks.tick", "ack_id": None})


# ---------------------------------------------------------------- the watch
class Cluster:
    """Stands for the child process: it lives, and notes that it was waited for."""

    pid, returncode, waited = 0, None, 0

    def poll(self) -> None:
        return None

    def wait(self) -> None:
        self.waited += 1


@pytest.mark.parametrize(
    ("mine", "others", "restarted"),
    [
        (timedelta(), HANGS_AFTER * 2, []),
        (HANGS_AFTER - SECOND, timedelta(), []),
        (HANGS_AFTER + SECOND, timedelta(), ["killed", "started"]),
    ],
)
def test_a_host_watches_its_own_cluster_whatever_the_others_do(
    mine: timedelta, others: timedelta, restarted: list[str], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOST_NAME = "me"
    beats.beat(WORKER, now=timezone.now() - mine)
    beats.beat(WORKER, host="other", now=timezone.now() - others)
    ticker, done = Ticker(), []
    monkeypatch.setattr(ticker, "_cluster", cast("subprocess.Popen[bytes]", Cluster()))
    monkeypatch.setattr(ticker, "_started", -HANGS_AFTER.total_seconds())
    monkeypatch.setattr(ticker, "_kill_group", lambda _: done.append("killed"))
    monkeypatch.setattr(ticker, "_start_cluster", lambda: done.append("started"))
    ticker._watch()
    assert done == restarted
