"""Every name in the queue resolves, and what is queued vanishes with its cause."""

import ast
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django_q.brokers import get_broker
from django_q.models import OrmQ, Task
from django_q.signals import post_execute, pre_execute
from django_q.signing import SignedPackage

from messaging import beats
from recoverline.lib import clock, queue
from tests.recoverline.source import modules


def enqueued_names() -> set[str]:
    """The dotted paths in every `enqueue("...")` of the source."""
    return {
        node.args[0].value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("enqueue")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_enqueued_name_resolves() -> None:
    names = enqueued_names() | {path for paths in settings.EVENT_HANDLERS.values() for path in paths}
    names |= set(settings.PERIODIC_TASKS) | set(settings.SWEPT_TASKS)
    assert names >= {
        "messaging.tasks.tick",
        "messaging.tasks.reconcile",
        "messaging.tasks.fetch_media",
        "messaging.tasks.alert_staff",
    }
    assert [name for name in sorted(names) if not callable(import_string(name))] == []


def test_tasks_are_three_lines() -> None:
    """Load, call the topic function, nothing else."""
    long = [
        f"{name}.{node.name}"
        for name, tree in modules().items()
        if name.endswith(".tasks")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and len(node.body) > 7
    ]
    assert long == []


@pytest.mark.django_db(transaction=True)
def test_a_task_vanishes_with_its_transaction() -> None:
    with transaction.atomic():
        queue.enqueue("messaging.tasks.tick")
        transaction.set_rollback(True)
    assert queue.waiting() == 0

    with transaction.atomic():
        queue.enqueue("messaging.tasks.fetch_media", 1)
    assert queue.waiting() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("argument", [None, 1.5, ["a"], {"a": 1}, object()])
def test_a_task_takes_plain_values_only(argument: object) -> None:
    with pytest.raises(TypeError):
        queue.enqueue("messaging.tasks.fetch_media", argument)  # type: ignore[arg-type]
    assert queue.waiting() == 0


@pytest.mark.django_db
def test_plain_values_are_taken() -> None:
    queue.enqueue("messaging.tasks.fetch_media", 1, "two", uuid4())
    assert queue.waiting() == 1


def start_and_die() -> bool:
    """One try of the only task, as pusher and worker go about it; False when none is handed out any more."""
    OrmQ.objects.update(lock=clock.now() - timedelta(seconds=1))
    for pk, payload in get_broker().dequeue():
        if pk is None:  # the cluster's proof of life
            continue
        task = {**SignedPackage.loads(payload), "ack_id": pk}
        pre_execute.send(sender="django_q", func=None, task=task)
        return True
    return False


@pytest.mark.django_db(transaction=True)
def test_what_is_started_three_times_and_never_ends_is_told_once_a_day_by_its_name() -> None:
    for _ in range(2):
        queue.enqueue("messaging.tasks.fetch_media", 7)
        assert [start_and_die() for _ in range(4)] == [True, True, True, False]
        assert not OrmQ.objects.exists()
    assert set(Task.objects.values_list("func", "args", "success")) == {("messaging.tasks.fetch_media", (7,), False)}
    now = clock.now()
    assert [queue.untold(now) for _ in range(2)] == [["messaging.tasks.fetch_media"], []]

    queue.enqueue("messaging.tasks.fetch_media", 8)
    assert [start_and_die() for _ in range(4)][-1] is False
    assert queue.untold(now + timedelta(hours=1)) == []


@pytest.mark.django_db
def test_a_start_that_cannot_be_counted_does_not_end_the_worker() -> None:
    queue.enqueue("messaging.tasks.tick")
    OrmQ.objects.update(payload="broken")
    pre_execute.send(
        sender="django_q", func=None, task={"func": "messaging.tasks.tick", "ack_id": OrmQ.objects.get().pk}
    )
    assert OrmQ.objects.get().payload == "broken"


def take() -> list[str]:
    """What the pusher would hand out next, by the first argument of each; the proof of life apart."""
    return [str(SignedPackage.loads(payload)["args"][0]) for pk, payload in get_broker().dequeue() if pk is not None]


@pytest.mark.django_db(transaction=True)
def test_que_09_what_must_not_wait_is_taken_before_everything_else() -> None:
    """Alerts and what runs at intervals overtake any number of other tasks; among themselves they keep their order."""
    for number in range(3):
        queue.enqueue("messaging.tasks.fetch_media", number)
    for number in (10, 11):
        queue.enqueue("messaging.tasks.alert_staff", number)
    queue.enqueue("messaging.tasks.tick", "regular")
    assert (queue.waiting(), queue.waiting_first()) == (6, 3)
    assert sorted([taken for _ in range(3) for taken in take()]) == ["10", "11", "regular"]
    queue.enqueue("messaging.tasks.alert_staff", 12)
    assert take() == ["12"]
    assert sorted([taken for _ in range(3) for taken in take()]) == ["0", "1", "2"]
    assert (queue.waiting(), queue.waiting_first(), queue.oldest_waiting()) == (0, 0, None)


@pytest.mark.django_db
def test_que_03_a_host_shows_that_it_works_only_when_a_task_has_gone_all_the_way() -> None:
    """A cluster whose monitor hangs starts tasks and is never done with one: it must not look alive."""
    task = {"func": "messaging.tasks.tick", "ack_id": None}
    pre_execute.send(sender="django_q", func=None, task=task)
    assert beats.of_this_host(beats.WORKER) is None
    with patch("messaging.beats._shown", float("-inf")):
        post_execute.send(sender="django_q", task=task)
    assert beats.of_this_host(beats.WORKER) is not None


class Gone:
    """Pickled by the release before; this one has no such class."""


def payload_of_another_release(monkeypatch: pytest.MonkeyPatch) -> str:
    package = SignedPackage.dumps({"id": "1", "name": "old", "func": "messaging.tasks.tick", "args": (Gone(),)})
    monkeypatch.delattr(f"{__name__}.Gone")
    return str(package)


@pytest.mark.django_db(transaction=True)
def test_que_06_a_row_that_cannot_be_read_is_told_and_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to django-q it would end the pusher, and again each time that its lock is over."""
    queue.enqueue("messaging.tasks.fetch_media", 7)
    OrmQ.objects.update(payload=payload_of_another_release(monkeypatch))
    queue.enqueue("messaging.tasks.fetch_media", 8)
    assert [taken for _ in range(2) for taken in take()] == ["8"]
    assert OrmQ.objects.count() == 1
    assert list(Task.objects.values_list("func", "success", "group")) == [(queue.UNREADABLE, False, queue.GIVEN_UP)]
    assert "Gone" in Task.objects.get().result
    now = clock.now()
    assert [queue.untold(now) for _ in range(2)] == [[queue.UNREADABLE], []]


@pytest.mark.django_db(transaction=True)
def test_a_row_signed_with_another_key_is_left_to_the_queue_and_told_nobody() -> None:
    """SECRET_KEY was rotated: a hundred doorbells are lost, and sweeps do their work."""
    queue.enqueue("messaging.tasks.fetch_media", 7)
    OrmQ.objects.update(payload="not:signed:by-us")
    assert [payload for pk, payload in get_broker().dequeue() if pk is not None] == ["not:signed:by-us"]
    assert not Task.objects.exists()
