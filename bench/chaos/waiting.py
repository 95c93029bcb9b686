"""The two reasons to wait: a fault has a length, and an effect comes when it comes."""

import time
from collections.abc import Callable


def lasts(seconds: float) -> None:
    """A fault is on, or traffic goes on as usual before and after it, for so long. The length of time is what the case
    is about, so there is nothing to look for that would end it sooner.
    """
    time.sleep(max(0.0, seconds))


def comes_true(is_so: Callable[[], object], *, within: float, every: float = 0.2) -> bool:
    """Whether `is_so` came true in so many seconds. Asked anew with a pause, as asking costs what is measured."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
