"""Status callbacks: the carrier telling the customer's server, signed, what became of a text."""

import heapq
import http.client
import itertools
import random
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fakes.carrier_books import CarrierBooks, Text
from tests.fakes.carrier_shapes import API
from tests.fakes.signer import signed_headers

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TIMEOUT = 15.0


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """How the carrier reports. statuses: what each text goes through. delay: seconds before each of them. shuffled,
    doubled: posts in another order, each twice. lost: the probability that a post is never made. before_response: the
    posts arrive before the client gets its 201. The draws depend on `seed` and the text alone, not on which thread
    came first."""

    statuses: tuple[str, ...] = ("sent", "delivered")
    delay: float = 0.0
    shuffled: bool = False
    doubled: bool = False
    lost: float = 0.0
    seed: int = 0
    before_response: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try at a webhook: what the server said, or why it could not be reached (`status` is then None)."""

    url: str
    params: Mapping[str, str]
    status: int | None
    body: str = ""
    failure: str = ""


def reported_statuses(plan: CallbackPlan, outcome: tuple[str, int] | None) -> list[tuple[str, int | None]]:
    """(status, error code) in the order they happen. `failed` ends a text before it was ever sent."""
    if outcome is None:
        return [(status, None) for status in plan.statuses]
    status, code = outcome
    before = () if status in {"failed", "canceled"} else plan.statuses[:-1]
    return [*((earlier, None) for earlier in before), (status, code)]


def callback_params(text: Text, status: str, error_code: int | None, at: datetime) -> dict[str, str]:
    """The form fields of one status callback."""
    params = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": text.to,
        "From": text.from_,
        "AccountSid": text.account_sid,
        "ApiVersion": API,
    }
    if text.messaging_service_sid:
        params["MessagingServiceSid"] = text.messaging_service_sid
    if error_code:
        params |= {"ErrorCode": str(error_code), "ErrorMessage": f"Error {error_code}"}
    if status in {"delivered", "undelivered"}:
        params["RawDlrDoneDate"] = at.astimezone(UTC).strftime("%y%m%d%H%M")
    return params


def planned_posts(
    plan: CallbackPlan, text: Text, moves: list[tuple[str, int | None]], at: datetime
) -> list[dict[str, str] | None]:
    """The forms that will be posted, in their order; None stands for one that gets lost."""
    dice = random.Random(f"{plan.seed}|{text.to}|{text.from_}|{text.body}|{text.status_callback}")
    posts = [callback_params(text, status, code, at) for status, code in moves]
    if plan.doubled:
        posts = [post for post in posts for _ in range(2)]
    if plan.shuffled:
        dice.shuffle(posts)
    return [None if dice.random() < plan.lost else post for post in posts]


def deliver(url: str, token: str, params: Mapping[str, str], base: str) -> Delivery:
    """Post a signed form. The signature is over `url`; with a `base` the post goes there instead, the Host header
    still naming `url`'s host, as behind a proxy. Nothing ever leaves loopback.

    As at the real carrier a fragment may ask for retries: `rc` how many (1), `rp` upon what: ct (no connection), rt
    (no answer), 4xx, 5xx, all (ct).
    """
    parts = urlsplit(url)
    target = urlsplit(base or url)
    if target.hostname not in LOOPBACK:
        return Delivery(url, params, None, failure="not on loopback")
    wishes = parse_qs(parts.fragment)
    policy = set(wishes.get("rp", ["ct"])[0].split(","))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    for _ in range(1 + int(wishes.get("rc", ["1"])[0])):
        delivery, kind = post_once(target.hostname, target.port or 80, path, parts.netloc, url, token, params)
        if not kind or not policy & {kind, "all"}:
            break
    return delivery


def post_once(
    host: str, port: int, path: str, host_header: str, url: str, token: str, params: Mapping[str, str]
) -> tuple[Delivery, str]:
    """One try, and what kind of failure it was, "" for none."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.connect()
    except OSError as failure:
        return Delivery(url, params, None, failure=f"no connection: {failure}"), "ct"
    try:
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {**signed_headers(token, url, params), "Host": host_header, "Connection": "close"}
        connection.request("POST", path, body=urlencode(params), headers=headers)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return Delivery(url, params, None, failure=f"no answer: {failure}"), "rt"
    finally:
        connection.close()
    kind = f"{response.status // 100}xx" if response.status >= 400 else ""
    return Delivery(url, params, response.status, body), kind


@dataclass(slots=True)
class Life:
    """One text's way through its statuses. Step k is the k-th status and the k-th post; a lost post leaves its place
    empty."""

    text: Text
    plan: CallbackPlan
    generation: int
    moves: list[tuple[str, int | None]]
    posts: list[dict[str, str] | None]
    step: int = 0

    def is_over(self) -> bool:
        return self.step >= max(len(self.moves), len(self.posts))


class CallbackPump:
    """Moves texts through their statuses and posts about it, from its own threads; one text's steps follow each
    other."""

    def __init__(self, books: CarrierBooks, base: str) -> None:
        self.books = books
        self.base = base
        self.plan = CallbackPlan()
        self.deliveries: list[Delivery] = []
        self.changed = threading.Condition()
        self.due: list[tuple[float, int, Life]] = []
        self.numbering = itertools.count()
        self.under_way = 0
        self.generation = 0
        self.stopped = False
        self.pool = ThreadPoolExecutor(8, "carrier-callback")
        self.clock = threading.Thread(target=self.keep_time, name="carrier-callbacks", daemon=True)

    def start(self) -> None:
        self.clock.start()

    def stop(self) -> None:
        with self.changed:
            self.stopped = True
            self.generation += 1
            self.changed.notify_all()
        if self.clock.is_alive():
            self.clock.join()
        self.pool.shutdown(wait=True)

    def clear(self) -> None:
        """Forget what was reported and drop what is still to come."""
        with self.changed:
            self.generation += 1
            self.under_way -= len(self.due)
            self.due.clear()
            self.deliveries = []
            self.plan = CallbackPlan()
            self.changed.notify_all()

    def follow(self, text: Text) -> None:
        """Begin a text's life; with `before_response` it is over when this returns."""
        plan = self.plan
        moves = reported_statuses(plan, self.books.outcomes.get(text.to))
        posts = planned_posts(plan, text, moves, self.books.now()) if text.status_callback else []
        life = Life(text, plan, self.generation, moves, posts)
        if plan.before_response:
            while not life.is_over():
                self.take_step(life)
        elif not life.is_over():
            with self.changed:
                self.under_way += 1
            self.schedule(life, time.monotonic() + plan.delay)

    def schedule(self, life: Life, at: float) -> None:
        with self.changed:
            if life.generation != self.generation:
                self.under_way -= 1
            else:
                heapq.heappush(self.due, (at, next(self.numbering), life))
            self.changed.notify_all()

    def keep_time(self) -> None:
        while True:
            with self.changed:
                if self.stopped:
                    return
                pause = self.due[0][0] - time.monotonic() if self.due else None
                if pause is None or pause > 0:
                    self.changed.wait(pause)
                    continue
                _, _, life = heapq.heappop(self.due)
            self.pool.submit(self.advance, life)

    def advance(self, life: Life) -> None:
        self.take_step(life)
        while not life.is_over() and life.plan.delay == 0 and life.generation == self.generation:
            self.take_step(life)
        if not life.is_over():
            self.schedule(life, time.monotonic() + life.plan.delay)
            return
        with self.changed:
            self.under_way -= 1
            self.changed.notify_all()

    def take_step(self, life: Life) -> None:
        step, life.step = life.step, life.step + 1
        if step < len(life.moves) and life.generation == self.generation:
            self.books.move(life.text.sid, *life.moves[step])
        params = life.posts[step] if step < len(life.posts) else None
        if params is not None and life.generation == self.generation:
            self.post(life.text.status_callback, life.text.account_sid, params)

    def post(self, url: str, account_sid: str, params: Mapping[str, str]) -> Delivery:
        delivery = deliver(url, self.books.accounts[account_sid], params, self.base)
        with self.changed:
            self.deliveries.append(delivery)
        return delivery

    def wait_until_idle(self, seconds: float) -> None:
        """Return when every callback planned so far has been made or lost."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.under_way == 0, seconds):
                raise TimeoutError(f"{self.under_way} texts still have callbacks to come after {seconds} s")
