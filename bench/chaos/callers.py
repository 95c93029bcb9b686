"""Missed calls in the background while something is broken: signed, each with a key of its own, at a steady rate."""

import http.client
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bench.chaos.house import House
from bench.chaos.waiting import comes_true, lasts
from bench.first_text import Shot, make_shot
from messaging.models import Message

KEEPS_TRYING = 120.0


@dataclass(frozen=True, slots=True)
class Try:
    """One request: when it began (seconds since the epoch), how long it took, and its status; 0 is no answer."""

    caller: str
    at: float
    took: float
    status: int


class Callers:
    """`with Callers(house, rate=5): ...` calls from the first line to the last.

    `retries`: each event is posted until it has a 200, as by a carrier that repeats for two minutes; otherwise once,
    and what got no 200 is in `unanswered`.
    """

    def __init__(self, house: House, *, rate: float, retries: bool = True, clients: int = 16) -> None:
        self.house, self.rate, self.retries = house, rate, retries
        self.path = f"/hooks/twilio/{house.made.account_key}/voice"
        self.tries: list[Try] = []
        self.called: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(clients, "caller")
        self._thread = threading.Thread(target=self._pour)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._pool.shutdown()

    def _pour(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(max(0.0, begun + len(self.called) / self.rate - time.monotonic())):
            shot = make_shot(self.house.made.site, self.path)
            self.called[shot.caller] = time.time()
            self._pool.submit(self._call, shot)

    def _call(self, shot: Shot) -> None:
        deadline = time.monotonic() + KEEPS_TRYING
        while True:
            status = self._post(shot)
            if status == 200:
                self.answered[shot.caller] = time.time()
            if status == 200 or not self.retries or time.monotonic() > deadline:
                return
            lasts(1.0)  # a carrier waits before it posts again

    def _post(self, shot: Shot) -> int:
        at, begun, status = time.time(), time.monotonic(), 0
        connection = http.client.HTTPConnection(urlsplit(self.house.made.site).netloc, timeout=15)
        try:
            connection.request("POST", shot.path, shot.body, {**shot.headers, "Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            pass  # as after a kill: no answer is an answer too
        finally:
            connection.close()
        with self._lock:
            self.tries.append(Try(shot.caller, at, time.monotonic() - begun, status))
        return status

    # ------------------------------------------------------------ afterwards
    @property
    def unanswered(self) -> list[str]:
        return sorted(set(self.called) - set(self.answered))

    def statuses(self) -> Counter[int]:
        return Counter(one.status for one in self.tries)

    def longest_silence(self) -> float:
        """Seconds between two 200s that followed each other, at most; the wait between two calls included."""
        times = sorted(one.at + one.took for one in self.tries if one.status == 200)
        return max((later - at for at, later in pairwise(times)), default=float("inf"))

    def texted(self) -> dict[str, list[float]]:
        """When the carrier took a text to each caller (seconds since the epoch)."""
        found: dict[str, list[float]] = {}
        for text in list(self.house.carrier.ledger):
            if text.to in self.called:
                found.setdefault(text.to, []).append(text.at.timestamp())
        return found

    def delays(self) -> list[float]:
        """Seconds from each call to its text, in order of size."""
        return sorted(min(times) - self.called[caller] for caller, times in self.texted().items())

    def findings(self, *, at_most: float = 120) -> list[str]:
        """0/0: wait until each call that was answered by 200 has its text; who has none, and who has two."""
        comes_true(lambda: not set(self.answered) - set(self.texted()), within=at_most)
        texted = self.texted()
        lost = sorted(set(self.answered) - set(texted))
        doubled = sorted(caller for caller, times in texted.items() if len(times) > 1)
        delays = self.delays() or [0.0]
        self.house.say(
            f"{len(self.called)} missed calls in {len(self.tries)} requests {dict(sorted(self.statuses().items()))}: "
            f"{len(lost)} never texted, {len(doubled)} texted twice; call to text p50 {at(delays, 0.5):.2f} s, "
            f"p95 {at(delays, 0.95):.2f} s, most {delays[-1]:.1f} s"
        )
        given_up = [f"{len(self.unanswered)} calls were never answered by 200"] if self.unanswered else []
        return [
            *(given_up if self.retries else []),
            *([f"never texted: {len(lost)} of {len(self.answered)}; their texts {_rows_of(lost)}"] if lost else []),
            *([f"texted twice: {len(doubled)}"] if doubled else []),
        ]


def _rows_of(phones: list[str]) -> dict[str, int]:
    """How many texts to them there are in which status."""
    return dict(Counter(Message.objects.filter(lead__phone__in=phones).values_list("status", flat=True)))


def at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
