"""One request by the clock on the wall, the client behind it, and the time a turn may take."""

import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from messaging.agent.claude import api as claude_api
from messaging.agent.claude.conversing import FailureReason, Limits, Usage
from messaging.agent.claude.tooling import as_tool
from tests.fakes.messages_api import (
    API_KEY,
    MessagesApi,
    Step,
    drips,
    fails,
    says,
    slowly,
    uses,
)
from tests.messaging.agent.claude_turn import Desk, Turn
from tests.recoverline.source import imports, modules

# Time


def no_call_is_left(within: float) -> bool:
    ends_at = time.monotonic() + within
    while any(thread.name == "claude-call" for thread in threading.enumerate()):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    ("step", "limits", "reason"),
    [
        (slowly(says("Hello."), seconds=30), Limits(seconds=9, seconds_per_call=0.4), "timeout"),
        (slowly(says("Hello."), seconds=30), Limits(seconds=0.4, seconds_per_call=9), "deadline"),
        (drips(says("Hello."), every=0.05), Limits(seconds=9, seconds_per_call=0.4), "timeout"),
        (drips(says("Hello."), every=0.05), Limits(seconds=0.4, seconds_per_call=9), "deadline"),
        (drips(says("Hello."), every=0.05, part="headers"), Limits(seconds=9, seconds_per_call=0.4), "timeout"),
        (drips(fails("overloaded"), every=0.05), Limits(seconds=0.4, seconds_per_call=9), "deadline"),
    ],
    ids=["silent call", "silent turn", "dripping call", "dripping turn", "dripping headers", "dripping failure"],
)
def test_no_answer_is_waited_for_longer_than_allowed(
    messages_api: MessagesApi, turn: Turn, step: Step, limits: Limits, reason: str
) -> None:
    claude_api._client(API_KEY, messages_api.url)  # making a client takes time too, and here the limit is short
    messages_api.script(step)
    began = time.monotonic()
    failed = turn.failure(limits=limits)
    assert 0.35 < time.monotonic() - began < 2.0
    assert (failed.reason, failed.usage) == (FailureReason(reason), Usage(calls=1))
    # The abandoned call does not live on either.
    assert no_call_is_left(within=2.0)


def test_after_an_abandoned_call_the_next_one_works(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(drips(says("Hello."), every=0.05), says("Here I am."))
    turn.failure(limits=Limits(seconds_per_call=0.3))
    assert turn().text == "Here I am."


def test_the_deadline_is_over_the_whole_turn(messages_api: MessagesApi, turn: Turn) -> None:
    """Each call is quick enough for itself; together they are not."""
    messages_api.script(*[slowly(uses("find_slots", {"day": f"{number}"}), seconds=0.25) for number in range(5)])
    began = time.monotonic()
    failed = turn.failure(limits=Limits(seconds=0.6, seconds_per_call=5))
    assert 0.55 < time.monotonic() - began < 2.0
    assert failed.reason == FailureReason.DEADLINE


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_slow_tools_count(messages_api: MessagesApi, turn: Turn) -> None:
    clock = Clock()

    def dig() -> str:
        """Dig for a long time."""
        clock.now += 15.0
        return "Dug."

    messages_api.script(uses("dig"))
    failed = turn.failure(tools=[as_tool(dig)], monotonic=clock)
    assert (failed.reason, [call.name for call in failed.calls]) == (FailureReason.DEADLINE, ["dig"])
    assert len(messages_api.bodies) == 1


def test_no_tool_runs_after_the_deadline(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    """By then the rule reply is on its way, which would not know of the booking."""
    clock = Clock()

    def late(body: object, headers: object) -> Step:
        clock.now += 15.0
        return uses("book_slot", {"slot": "A1"})

    messages_api.script(late)
    assert turn.failure(monotonic=clock).reason == FailureReason.DEADLINE
    assert desk.asked == []


def test_a_text_in_the_last_moment_may_leave(messages_api: MessagesApi, turn: Turn) -> None:
    clock = Clock()

    def late(body: object, headers: object) -> Step:
        clock.now += 15.0
        return says("Just in time.")

    messages_api.script(late)
    assert turn(monotonic=clock).text == "Just in time."


# The client


def test_one_client_serves_a_process(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("One."), says("Two."))
    turn()
    first = claude_api._client(API_KEY, messages_api.url)
    turn()
    assert claude_api._client(API_KEY, messages_api.url) is first
    assert claude_api._client("another key", messages_api.url) is not first


def test_a_forked_process_makes_its_own(messages_api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    first = claude_api._client(API_KEY, messages_api.url)
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert claude_api._client(API_KEY, messages_api.url) is not first


def test_turns_on_two_threads_do_not_disturb_each_other(messages_api: MessagesApi, turn: Turn) -> None:
    """One gives up and closes its sockets while the other still waits."""

    def which(body: dict[str, Any], headers: object) -> Step:
        patient = body["messages"][-1]["content"] == "patient"
        return slowly(says("Here."), seconds=0.6) if patient else drips(says("Here."), every=0.05)

    messages_api.script(which, which)
    texts: list[str] = []
    other = threading.Thread(target=lambda: texts.append(turn(history=[("customer", "patient")]).text))
    other.start()
    turn.failure(history=[("customer", "hasty")], limits=Limits(seconds_per_call=0.2))
    other.join()
    assert texts == ["Here."]


def test_the_driver_costs_nothing_until_it_is_used() -> None:
    driver = "messaging.agent.claude.conversing"
    script = f"import django, sys; django.setup(); import {driver}; print('anthropic' in sys.modules)"
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", script], env=settings, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_only_one_module_talks_to_the_model() -> None:
    users = {name for name, tree in modules().items() if "anthropic" in {used.split(".")[0] for used in imports(tree)}}
    assert users == {"messaging.agent.claude.api"}
