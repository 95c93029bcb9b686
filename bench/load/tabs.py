"""Open inboxes: each asks every three seconds what is new, and its person opens a conversation now and then."""

import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from urllib.parse import quote

from bench.inbox.browser import Answer, Browser
from bench.inbox.tabs import JITTER, PERIOD
from bench.load.drive import Timeline

QUEUES = ("reply", "open", "robot")
OPENS_EVERY = 60.0
_THREAD = re.compile(r"/inbox/([0-9a-f-]{36})/")


@dataclass(slots=True)
class Seen:
    """Seconds of each answer by what it was; what went wrong."""

    took: dict[str, list[float]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Tab:
    """One of them. Asks again only when it has its answer, as a page does."""

    def __init__(self, timeline: Timeline, site: str, cookie: str, index: int, seen: Seen) -> None:
        self._timeline, self._seen = timeline, seen
        self._random = Random(index)
        self._browser = Browser(site, cookie)
        self._queue = QUEUES[index % len(QUEUES)]
        self._cursor, self._open = "", ""
        self._known: list[str] = []
        self._opens_at = time.time() + self._random.uniform(0, OPENS_EVERY)
        # Tabs were not opened at the same instant.
        timeline.at(time.time() + self._random.uniform(0, PERIOD), self._ask)

    def _ask(self, due: float) -> None:
        if self._known and time.time() > self._opens_at:
            self._opens_at += OPENS_EVERY
            self._open, self._cursor = self._random.choice(self._known), ""
            self._get(f"/inbox/{self._open}/?queue={self._queue}", "a conversation opened")
        opened = f"&open={self._open}" if self._open else ""
        answer = self._get(f"/inbox/poll/?queue={self._queue}{opened}&since={quote(self._cursor)}", "")
        if answer is not None and answer.status == 200:
            told = json.loads(answer.body)
            self._cursor = told["cursor"]
            self._known = _THREAD.findall(" ".join(told["regions"].values())) or self._known
        self._timeline.at(time.time() + PERIOD + self._random.uniform(-JITTER, JITTER), self._ask)

    def _get(self, path: str, kind: str) -> Answer | None:
        try:
            answer = self._browser.get(path)
        except (OSError, HTTPException) as problem:
            self._note(type(problem).__name__)
            return None
        if answer.status not in (200, 204):
            self._note(str(answer.status))
            return None
        kind = kind or ("poll, nothing new" if answer.status == 204 else "poll, something new")
        with self._seen.lock:
            self._seen.took.setdefault(kind, []).append(answer.seconds)
        return answer

    def _note(self, problem: str) -> None:
        with self._seen.lock:
            self._seen.problems[problem] += 1
