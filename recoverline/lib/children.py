"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What to run in a new child so that the kernel sends it `death_signal` when we die. None where that is unknown.

    The kernel watches the *thread* that started the child, so start children from the main thread.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent_id = os.getpid()

    def arm() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent_id:  # the parent died before the kernel was told
            os._exit(1)

    return arm
