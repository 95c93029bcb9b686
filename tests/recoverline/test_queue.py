"""Every name in the queue resolves, and what is queued vanishes with its cause."""

import ast
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from recoverline.lib import queue
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
    names |= set(settings.PERIODIC_TASKS)
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
