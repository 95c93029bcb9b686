"""Tasks for the cases: each start and each end is a line in a file, so that a double shows."""

import os
import time
from collections import Counter
from pathlib import Path

from bench.chaos.waiting import lasts


def work(path: str, name: str, milliseconds: int) -> None:
    """Take so long, and say so before and after."""
    _write(path, f"begin {name} {time.time()}")
    lasts(milliseconds / 1000)  # it is the work
    _write(path, f"end {name} {time.time()}")


def work_first(path: str, name: str, milliseconds: int) -> None:
    """The same, for those that must not wait."""
    work(path, name, milliseconds)


def swell(path: str, name: str, megabytes: int) -> None:
    """Need so much memory for a moment."""
    _write(path, f"begin {name} {os.getpid()}")
    held = bytearray(os.urandom(1024) * (megabytes * 1024))
    _write(path, f"end {name} {len(held)}")


def read(path: Path) -> list[list[str]]:
    """The lines so far: what happened, to which task, and when."""
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def ended(path: Path) -> Counter[str]:
    return Counter(name for what, name, _ in read(path) if what == "end")


def begun(path: Path) -> Counter[str]:
    return Counter(name for what, name, _ in read(path) if what == "begin")


def _write(path: str, line: str) -> None:
    # One write of a short line to a file opened for appending is never mixed with another's.
    with Path(path).open("a") as file:
        file.write(f"{line}\n")
