"""What can go wrong at the carrier, said as values and handed out to the requests that come in.

A fault says whether the carrier truly accepted the request, how long it kept the client waiting and what the client
saw. The pair "accepted, yet the client saw an error" is the one that makes a careless sender text somebody twice.
"""

import json
import random
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

HTML = "text/html; charset=UTF-8"
JSON = "application/json"

GATEWAY_PAGES = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: object, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers)


def refusal(code: int, status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An error answer in the carrier's shape."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_answer(status, {"code": code, "message": message, "more_info": more, "status": status}, headers)


@dataclass(frozen=True, slots=True)
class Fault:
    """One request's misfortune.

    accepts: the request takes effect although something goes wrong. delay: seconds the client waits; before the
    effect, or after it when `delay_follows`. reply: what is answered instead of the truth. drops: the connection is
    reset and nothing is answered. unread: it is reset before the body was read.
    """

    name: str
    accepts: bool = True
    delay: float = 0.0
    delay_follows: bool = False
    reply: Answer | None = None
    drops: bool = False
    unread: bool = False


def error(code: int, status: int = 400, *, message: str = "", retry_after: int | None = None) -> Fault:
    """Refused with a code in the carrier's error shape; not accepted."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Fault(f"error {code}", accepts=False, reply=refusal(code, status, message or f"Error {code}", headers))


def too_many_requests(retry_after: int | None = None) -> Fault:
    """429 with code 20429: never processed, so it may be repeated."""
    return error(20429, 429, message="Too Many Requests", retry_after=retry_after)


def http(status: int, *, accepted: bool = False, as_json: bool = False) -> Fault:
    """A 5xx, as a gateway's HTML page or as the carrier's JSON; with `accepted` the message went out all the same."""
    title = GATEWAY_PAGES.get(status, "Error")
    page = f"<html><head><title>{status} {title}</title></head><body><h1>{status} {title}</h1></body></html>".encode()
    reply = refusal(20000 + status, status, title) if as_json else Answer(status, page, HTML)
    return Fault(f"http {status} {'after' if accepted else 'before'}", accepts=accepted, reply=reply)


def drop_before() -> Fault:
    """Reset before the body is read: nothing was accepted."""
    return Fault("drop before", accepts=False, drops=True, unread=True)


def drop_after() -> Fault:
    """Accepted, then reset without an answer."""
    return Fault("drop after", accepts=True, drops=True)


def hang(seconds: float, *, accept: bool = False) -> Fault:
    """Silence for so long, then a reset; with `accept` the message was taken before the silence began."""
    return Fault(
        f"hang {'after' if accept else 'before'}", accepts=accept, delay=seconds, delay_follows=True, drops=True
    )


def latency(seconds: float, *, accept_first: bool = False) -> Fault:
    """A slow but true answer."""
    return Fault("latency", delay=seconds, delay_follows=accept_first)


@dataclass(slots=True)
class Odds:
    """A seeded plan: with which probability the next request meets which fault."""

    seed: int
    weighted: Sequence[tuple[float, Fault]]
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        if not 0 <= sum(weight for weight, _ in self.weighted) <= 1:
            raise ValueError("the probabilities of all faults together must lie between 0 and 1")
        self.dice = random.Random(self.seed)

    def draw(self) -> Fault | None:
        throw = self.dice.random()
        for weight, fault in self.weighted:
            if throw < weight:
                return fault
            throw -= weight
        return None


class FaultBox:
    """Hands each request its fault: first what was queued for its operation, then what was queued for any, then the
    odds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.queued: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.odds: dict[str, Odds] = {}
        self.met: Counter[str] = Counter()

    def queue(self, faults: Sequence[Fault], operation: str) -> None:
        with self.lock:
            self.queued[operation].extend(faults)

    def plan(self, odds: Odds, operation: str) -> None:
        with self.lock:
            self.odds[operation] = odds

    def take(self, operation: str, account_sid: str = "") -> Fault | None:
        with self.lock:
            fault = self.next_fault(operation, account_sid)
            if fault:
                self.met[fault.name] += 1
            return fault

    def next_fault(self, operation: str, account_sid: str) -> Fault | None:
        """An account may have faults of its own: those of `OPERATION@ACCOUNT_SID`."""
        names = (f"{operation}@{account_sid}", operation, "any")
        for name in names:
            if self.queued[name]:
                return self.queued[name].popleft()
        for name in names:
            if name in self.odds and (fault := self.odds[name].draw()):
                return fault
        return None

    def waiting(self) -> int:
        """How many queued faults no request has met yet."""
        with self.lock:
            return sum(len(faults) for faults in self.queued.values())

    def clear(self) -> None:
        with self.lock:
            self.queued.clear()
            self.odds.clear()
            self.met.clear()
