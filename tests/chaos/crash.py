"""Sends texts in processes that are killed at chosen points: `python -m tests.chaos.crash "after claim=17,18" ...`.

Each text is handed to a fork of its own, which kills itself with SIGKILL. Prints one line per fork: the point, and the
signal that ended it.
"""

import http.client
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import django

django.setup()

from django.urls import get_resolver  # noqa: E402  these need the setup above
from twilio.rest import Client  # noqa: E402

from messaging import outbound  # noqa: E402
from messaging.carriers.twilio import TwilioCarrier  # noqa: E402

# Where -> (owner and name of a function, whether it dies before or after it).
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before claim": (outbound, "_claim", True),
    "inside claim": (outbound.recheck, "reason_not_to_send", False),
    "after claim": (outbound, "_claim", False),
    "before POST": (outbound, "_hand_over", True),
    # The request is on the wire, the answer is not read.
    "during POST": (http.client.HTTPConnection, "getresponse", True),
    "after accept": (TwilioCarrier, "send", False),
    "before save": (outbound, "_save_result", True),
    "after save": (outbound, "_save_result", False),
}


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL returned")


def arm(point: str) -> None:
    owner, name, dies_before = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)

    def mortal(*args: Any, **more: Any) -> Any:
        if dies_before:
            die()
        original(*args, **more)
        die()

    setattr(owner, name, mortal)


def main(point: str, message_ids: list[int]) -> None:
    for message_id in message_ids:
        child = os.fork()
        if not child:
            arm(point)
            outbound.deliver(message_id)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
        print(f"{point}: {ended}", flush=True)


if __name__ == "__main__":
    # What every fork would load for itself, which was most of its cost.
    assert get_resolver().url_patterns
    assert Client("AC", "token").messages
    for word in sys.argv[1:]:
        name, _, numbers = word.partition("=")
        main(name, [int(number) for number in numbers.split(",")])
