"""Workers on follow-ups that are due: `python -m tests.chaos.follow`.

Two clusters of four processes take steps and hand their texts to the carrier, all at once. They kill themselves with
SIGKILL after a few: while a step is written, between claim and send, or before the carrier's answer is saved. After a
line of input eight others go on until nothing is left. Prints one line per process: the signal that ended it, or its
exit code, which is 1 when one of its sweeps took more than it may.
"""

import importlib
import os
import random
import signal
import sys
import time
from typing import Any, NoReturn

import django

django.setup()

from messaging import outbound  # noqa: E402  models need the setup above
from messaging.followups import running, steps  # noqa: E402
from messaging.models import Enrollment, Message  # noqa: E402
from recoverline.lib import clock  # noqa: E402

CLUSTERS, WORKERS = 2, 8
MOST_AT_ONCE = 16
LONGEST = 100.0
# Where each of them dies, before or after that function: twice while a step is taken, then around the send.
POINTS = (
    (steps, "close", True),
    (outbound, "_claim", False),
    (outbound, "_claim", False),
    (outbound, "_hand_over", True),
    (outbound, "_save_result", True),
    (steps, "close", False),
    (outbound, "_claim", False),
    (outbound, "_hand_over", False),
)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL returned")


def arm(index: int) -> None:
    owner, name, dies_before = POINTS[index]
    original, left = getattr(owner, name), 3 + index

    def mortal(*args: Any, **more: Any) -> Any:
        nonlocal left
        left -= 1
        if not left and dies_before:
            die()
        done = original(*args, **more)
        if not left:
            die()
        return done

    setattr(owner, name, mortal)


def work() -> bool:
    """Whether every sweep kept to what it may take at once."""
    running.AT_ONCE = MOST_AT_ONCE
    until, most = time.monotonic() + LONGEST, 0
    while time.monotonic() < until and _is_left():
        taken = running.sweep(clock.now())
        most = max(most, taken)
        texts = outbound.due(clock.now(), limit=60)
        for text in random.sample(texts, min(len(texts), 6)):
            outbound.attempt(text)
        if not taken and not texts:
            time.sleep(0.25)
    return most <= MOST_AT_ONCE


def _is_left() -> bool:
    unsettled = Message.objects.filter(status__in=["queued", "sending", "unknown"])
    return Enrollment.objects.filter(status="active").exists() or unsettled.exists()


def run(*, are_mortal: bool) -> None:
    clusters = []
    for number in range(CLUSTERS):
        cluster = os.fork()
        if not cluster:
            os.setsid()
            run_cluster(range(number, WORKERS, CLUSTERS), are_mortal=are_mortal)
            os._exit(0)
        clusters.append(cluster)
    for cluster in clusters:
        os.waitpid(cluster, 0)


def run_cluster(indexes: range, *, are_mortal: bool) -> None:
    children = []
    for index in indexes:
        child = os.fork()
        if not child:
            if are_mortal:
                arm(index)
            os._exit(0 if work() else 1)
        children.append(child)
    for child in children:
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}", flush=True)


def warm_up() -> None:
    """What every fork would import for itself before its first text."""
    for module in ("recoverline.urls", "twilio.rest.api.v2010.account"):
        importlib.import_module(module)


if __name__ == "__main__":
    warm_up()
    run(are_mortal=True)
    sys.stdin.readline()
    run(are_mortal=False)
