"""What is queued by one release is run by the next: each task still takes every form of arguments that was ever queued.

QUE-12 in the source, and the part of CHA-14 (a deployment in traffic) that needs no running processes.
"""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from uuid import UUID

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from tests.recoverline.source import modules

INT, STR = 1, "text"
# By task, what rows in the queue may hold. A new form of arguments is added; an old one is taken away a release after
# the last one that queued it.
EVENT = [(INT,)]
FORMS: dict[str, list[tuple[int | str | UUID, ...]]] = {
    "leads.tasks.deliver_webhooks": [()],
    "messaging.compliance.tasks.work_off": [()],
    "messaging.escalation.tasks.escalate_event": EVENT,
    "messaging.escalation.tasks.run_due": [()],
    "messaging.followups.tasks.follow_up": EVENT,
    "messaging.tasks.alert_staff": [(INT,), (INT, INT)],
    "messaging.tasks.appointment_event": EVENT,
    "messaging.tasks.callback_promised": EVENT,
    "messaging.tasks.fetch_media": [(INT,)],
    "messaging.tasks.fetch_voicemail": [(INT,)],
    "messaging.tasks.release_work": EVENT,
    "recoverline.accounts.mail.send_notice": [(INT, STR)],
    "recoverline.accounts.mail.send_reset": [(STR,)],
    "scheduling.tasks.calendar_appointment_changed": EVENT,
    "scheduling.tasks.poll_calendars": [()],
    "scheduling.tasks.push_calendar_object": [(INT,)],
    "scheduling.tasks.sync_calendars": [()],
    **{path: [()] for path in settings.PERIODIC_TASKS},
}
# They are given a path: of a handler of an event, of a periodic task.
PASS_ON = {"leads.events", "messaging.ticker"}
NEVER = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def enqueues(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("queue.enqueue", "queue.enqueue_later"):
            yield node


def path_of(module: str, call: ast.Call) -> str:
    """The task's path, written there or as a constant of that or another module."""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return str(first.value)
    found: object = import_module(module)
    for name in ast.unparse(first).split("."):
        found = getattr(found, name)
    return str(found)


def test_every_call_of_the_queue_is_of_a_known_form() -> None:
    unknown = []
    for name, tree in modules().items():
        for call in enqueues(tree) if name not in PASS_ON | {"recoverline.lib.queue"} else ():
            path = path_of(name, call)
            if len(call.args) - 1 not in map(len, FORMS.get(path, [])):
                unknown.append(f"{name}: {path} with {len(call.args) - 1} arguments")
    handlers = {path for paths in settings.EVENT_HANDLERS.values() for path in paths}
    assert unknown == []
    assert [path for path in sorted(handlers) if (INT,) not in FORMS.get(path, [])] == []


def test_no_call_of_the_queue_hands_over_more_than_plain_values() -> None:
    calls = [(name, call) for name, tree in modules().items() for call in enqueues(tree)]
    wrong = [name for name, call in calls for given in call.args[1:] if isinstance(given, NEVER)]
    assert len(calls) >= 15
    assert wrong == []


@pytest.mark.parametrize("path", sorted(FORMS))
def test_a_task_takes_what_earlier_releases_have_queued(path: str) -> None:
    signature = inspect.signature(import_string(path))
    for form in FORMS[path]:
        signature.bind(*form)
