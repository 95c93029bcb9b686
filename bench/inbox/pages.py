"""What is asked of the inbox, and how long the answers take."""

import html
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from urllib.parse import quote, unquote

from bench.first_text import percentiles
from bench.inbox.browser import Answer, Browser
from bench.inbox.facts import Facts
from bench.inbox.words import ABSENT, FREQUENT, RARE

QUEUES = ("reply", "urgent", "mine", "unassigned", "robot", "open", "snoozed", "done", "mentions")
WARM_UP = 5
_BEFORE = re.compile(r"before=([^\"&]+)")

Get = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """`path` makes an address for the nth time it is asked; `prepare` may look at the page first."""

    name: str
    path: Callable[[int], str]
    status: int = 200
    aim_ms: float = 60
    prepare: Callable[[Get], Callable[[int], str]] | None = None


@dataclass(slots=True)
class Measured:
    """Seconds of each answer; of those alone also milliseconds of the web process and of the database.

    `statements`: the most that one took.
    """

    alone: list[float] = field(default_factory=list)
    at_once: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    statements: int = 0


def questions(facts: Facts) -> list[Question]:
    """In the order in which they are reported."""

    def one(path: str) -> Callable[[int], str]:
        return lambda _: path

    def thread(nth: int) -> str:
        return f"/inbox/{facts.short[nth % len(facts.short)]}/?queue=open"

    def search(words: str) -> Callable[[int], str]:
        return one(f"/inbox/?q={quote(words)}")

    def poll(nth: int) -> str:
        return f"/inbox/poll/?queue=reply&open={facts.short[nth % len(facts.short)]}&since="

    def unchanged(get: Get) -> Callable[[int], str]:
        cursor = json.loads(get(poll(0)).body)["cursor"]
        return one(f"{poll(0)}{quote(cursor)}")

    return [
        *(Question(f"list: {queue}", one(f"/inbox/?queue={queue}")) for queue in QUEUES),
        Question("list: done, page 2,000", one(""), prepare=lambda get: one(deep_page(get, facts))),
        Question("thread", thread),
        Question(f"thread, {facts.longest_texts} texts", one(f"/inbox/{facts.longest}/?queue=done")),
        Question("search: a frequent word", search(FREQUENT), aim_ms=150),
        Question("search: a rare word", search(RARE), aim_ms=150),
        Question("search: a word nobody wrote", search(ABSENT), aim_ms=150),
        Question("search: digits of a phone", search(facts.phone), aim_ms=150),
        Question("search: a name", search(facts.name), aim_ms=150),
        Question("poll, nothing new", one(""), 204, 15, prepare=unchanged),
        Question("poll, all of it new", poll),
    ]


def deep_page(get: Get, facts: Facts) -> str:
    """The first page's own link to the second, with another position in it."""
    first = "/inbox/?queue=done"
    found = _BEFORE.search(html.unescape(get(first).body))
    if found is None:
        raise RuntimeError(f"{first} has no second page")
    parts = unquote(found[1]).split(",")
    return f"{first}&before={quote(','.join([*parts[:-2], *map(str, facts.deep)]))}"


def ask(question: Question, site: str, cookies: list[str], *, reads: int, readers: int) -> Measured:
    """First one after the other, then `readers` at once, each signed in as somebody else."""
    measured, lock = Measured(), threading.Lock()
    first = Browser(site, cookies[0])
    path = question.prepare(first.get) if question.prepare else question.path
    numbers = count()

    def read(browser: Browser, into: list[float] | None) -> None:
        asked = path(next(numbers))
        answer = browser.get(asked)
        if answer.status != question.status:
            raise RuntimeError(f"{asked} answered {answer.status}, not {question.status}")
        with lock:
            measured.statements = max(measured.statements, answer.statements)
            if into is not None:
                into.append(answer.seconds)
            if into is measured.alone:
                measured.cpu.append(answer.cpu_ms)
                measured.database.append(answer.database_ms)

    for _ in range(WARM_UP):
        read(first, None)
    for _ in range(reads):
        read(first, measured.alone)
    failures: list[BaseException] = []

    def reader(cookie: str) -> None:
        browser = Browser(site, cookie)
        try:
            for _ in range(reads // readers):
                read(browser, measured.at_once)
        except BaseException as problem:
            failures.append(problem)

    # What "nothing new" means differs from person to person.
    theirs = [cookies[0]] * readers if question.prepare else cookies[:readers]
    threads = [threading.Thread(target=reader, args=[cookie]) for cookie in theirs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return measured


def report(question: Question, measured: Measured) -> None:
    where = f"database {median(measured.database):.1f}, processor {median(measured.cpu):.1f} ms"
    print(f"  {question.name:28} {percentiles(measured.alone)}  aim {question.aim_ms:.0f}")
    print(f"  {'':28} {measured.statements} statements, {where}; at once {percentiles(measured.at_once)}", flush=True)


def p95(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000
