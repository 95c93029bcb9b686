"""Tasks for a real cluster. Each start is a line in a file, written before anything else happens."""

import os
import signal
from pathlib import Path


def live(path: str) -> None:
    with Path(path).open("a") as started:
        started.write("live\n")


def die(path: str) -> None:
    """As when the memory has run out in the middle of a task: this worker is gone, with nothing tidied up."""
    with Path(path).open("a") as started:
        started.write("die\n")
    os.kill(os.getpid(), signal.SIGKILL)
