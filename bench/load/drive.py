"""The load: requests at their own times, on a few kept connections, whether or not earlier ones were answered."""

import heapq
import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.first_text import Shot

# Begun only as far as they are needed: where the server is slow, many requests are open at once, as in life.
THREADS = 128
# The server keeps a silent connection for two seconds.
KEPT_FOR = 1.0


# What it gives back is nobody's concern.
Act = Callable[[float], object]


class Timeline:
    """Runs each act at its time, in Unix seconds, on one of a few threads; acts may add further ones."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, "load")
        self._acts: list[tuple[float, int, Act]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._under_way = 0
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="load-clock", daemon=True)
        self._thread.start()

    def at(self, due: float, act: Act) -> None:
        """`act` gets the time at which it was due: what it counts from, so that a slow client hides no slow server."""
        with self._changed:
            heapq.heappush(self._acts, (due, next(self._numbers), act))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._is_over:
                    return
                wait = self._acts[0][0] - time.time() if self._acts else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                due, _, act = heapq.heappop(self._acts)
                self._under_way += 1
            self._pool.submit(self._do, act, due)

    def _do(self, act: Act, due: float) -> None:
        try:
            act(due)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def stop(self) -> None:
        """What is under way is finished, what was still to come is not begun."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._thread.join()
        self._pool.shutdown(wait=True)


@dataclass(slots=True)
class Posted:
    """What became of the requests: seconds from when each was due to its answer, by kind; `problems` by kind and
    cause.
    """

    took: dict[str, list[float]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float, problem: str = "") -> None:
        with self.lock:
            if problem:
                self.problems[f"{kind}: {problem}"] += 1
            else:
                self.took.setdefault(kind, []).append(seconds)

    def count(self, kind: str) -> int:
        return len(self.took.get(kind, ()))


class Poster:
    """Posts as a carrier does: one more try where there is no connection, none where there is no answer."""

    def __init__(self, site: str, posted: Posted) -> None:
        self._place = urlsplit(site).netloc
        self._posted = posted
        self._mine = threading.local()

    def post(self, kind: str, shot: Shot, due: float) -> bool:
        """Whether it was answered with 200."""
        problem = ""
        try:
            status = self._send(shot)
            problem = "" if status == 200 else str(status)
        except (OSError, http.client.HTTPException) as error:
            problem = type(error).__name__
        self._posted.note(kind, time.time() - due, problem)
        return not problem

    def _send(self, shot: Shot) -> int:
        try:
            connection = self._connection()
        except OSError:
            connection = self._connection()
        try:
            connection.request("POST", shot.path, shot.body, shot.headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._mine.kept = None
            connection.close()
            raise
        self._mine.used = time.monotonic()
        return answer.status

    def _connection(self) -> http.client.HTTPConnection:
        kept: http.client.HTTPConnection | None = getattr(self._mine, "kept", None)
        if kept is not None and time.monotonic() - self._mine.used < KEPT_FOR:
            return kept
        if kept is not None:
            kept.close()
        self._mine.kept = None
        made = http.client.HTTPConnection(self._place, timeout=15)  # what the carrier waits
        made.connect()
        self._mine.kept = made
        return made
