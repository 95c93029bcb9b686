"""From a customer's text to the robot's answer at the carrier, by the rules, with no wait for a burst to end.

    python -m bench.turns --database sqlite --database postgres

Each customer asks what a visit costs, is offered times, and books one: two texts, two turns. One customer at a time,
then ten at once. Prints p50/p95/p99 in milliseconds from the text's arrival to its first answer's arrival at the
carrier, lost and doubled answers (which must be 0), memory and CPU.
"""

import argparse
import platform
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from bench.first_text import Line, Shot, moment, percentiles
from bench.installation import Installation, installation, our_number
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

QUESTION = "AC is out, how much is a visit? we're in Tempe"
CHOICE = "2"
OFFERED, BOOKED, TAKEN = "Just reply with the number", "you're booked", "was just taken"
# What a customer gets: prices and times, then the confirmation and the question for what is still missing. Of several
# who choose the last of a time, one gets it and the others get other times.
TEXTS = {BOOKED: 3, TAKEN: 2}
PATIENCE = 20.0
_customers = count()

# When it arrived, and what it says.
Got = tuple[float, str]


def make_text(site: str, path: str, customer: str, body: str) -> Shot:
    """One signed text, made before the clock runs."""
    key = f"SM{next(_customers):032x}"
    params = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "Body": body, "From": customer, "MessageSid": key,
        "NumMedia": "0", "NumSegments": "1", "SmsMessageSid": key, "SmsSid": key, "SmsStatus": "received",
        "To": our_number(0),
    }  # fmt: skip
    headers = {**signed_headers(AUTH_TOKEN, site + path, params), "Connection": "keep-alive"}
    return Shot(customer, path, urlencode(params), headers)


class Watch:
    """Reads the carrier's ledger on a thread of its own and wakes whoever waits for a customer's texts."""

    def __init__(self, made: Installation) -> None:
        self._made = made
        self._changed = threading.Condition()
        self._texts: dict[str, list[Got]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopping.wait(0.05):  # between looks at the ledger, which cost the carrier time
            texts: dict[str, list[Got]] = {}
            for text in self._made.ledger():
                texts.setdefault(text["to"], []).append((moment(text["at"]), text["body"]))
            with self._changed:
                self._texts = texts
                self._changed.notify_all()

    def wait_for(self, customer: str, whole: Callable[[Sequence[Got]], bool]) -> list[Got]:
        """What the customer has got, once it is `whole`, or as it is after a while."""
        with self._changed:
            self._changed.wait_for(lambda: whole(self._texts.get(customer, ())), PATIENCE)
            return list(self._texts.get(customer, ()))


@dataclass
class Result:
    """Seconds to the answer at the carrier: `offered` with a price and times, `booked` with the confirmation.

    `taken`: how many chose a time that another got.
    """

    offered: list[float] = field(default_factory=list)
    booked: list[float] = field(default_factory=list)
    webhook: list[float] = field(default_factory=list)
    taken: int = 0
    lost: int = 0
    doubled: int = 0
    elapsed: float = 0.0


def serve(made: Installation, watch: Watch, path: str, result: Result, lock: threading.Lock) -> None:
    """One customer from the question to the visit."""
    index = next(_customers)
    customer = f"+1{212 + index // 80_000 % 60}{200 + index // 100 % 800}{1000 + index % 100:04}"
    asked, answered = Line(made.site).post(make_text(made.site, path, customer, QUESTION))
    watch.wait_for(customer, lambda got: len(got) >= 1)
    chose, taken = Line(made.site).post(make_text(made.site, path, customer, CHOICE))
    got = watch.wait_for(customer, lambda got: len(got) >= wanted(got))
    offers = [at for at, body in got if OFFERED in body]
    answers = [at for at, body in got if BOOKED in body or TAKEN in body]
    with lock:
        result.webhook += [answered, taken]
        result.offered += [min(offers) - asked] if offers else []
        result.booked += [min(answers) - chose] if answers else []
        result.taken += any(TAKEN in body for _, body in got)
        result.lost += max(0, wanted(got) - len(got))
        result.doubled += max(0, len(got) - wanted(got))


def wanted(got: Sequence[Got]) -> int:
    """How many texts the customer is to get in the end."""
    return TEXTS[TAKEN] if any(TAKEN in body for _, body in got) else TEXTS[BOOKED]


def play(made: Installation, path: str, *, customers: int, at_once: int) -> Result:
    left, lock, result = iter(range(customers)), threading.Lock(), Result()

    def client() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            serve(made, watch, path, result, lock)

    with Watch(made) as watch:
        begun = time.perf_counter()
        threads = [threading.Thread(target=client) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        result.elapsed = time.perf_counter() - begun
    return result


def report(name: str, result: Result) -> None:
    turns = len(result.offered) + len(result.booked)
    if not (result.offered and result.booked):
        raise RuntimeError(f"{name}: nothing arrived; run with BENCH_LOG=1")
    print(
        f"  {name}: {turns / result.elapsed:.1f} turns/s, lost {result.lost} "
        f"doubled {result.doubled}, time taken by another {result.taken}"
    )
    print(f"    text in -> price, area and times   {percentiles(result.offered)}")
    print(f"    text in -> booked, confirmed       {percentiles(result.booked)}")
    print(f"    both                               {percentiles(result.offered + result.booked)}")
    print(f"    webhook answered                   {percentiles(result.webhook)}", flush=True)


def measure(database: str, *, customers: int) -> None:
    print(f"\n{database}: carrier answers at once, quiet wait 0")
    with installation(database=database, latency_ms=0, settings="bench.settings", business="bench.robot") as made:
        path = f"/hooks/twilio/{made.account_key}/message"
        report("first customer, while the processes are starting", play(made, path, customers=1, at_once=1))
        play(made, path, customers=20, at_once=4)  # warm-up
        report("one customer at a time", play(made, path, customers=customers, at_once=1))
        before = made.cpu_seconds()
        busy = play(made, path, customers=customers, at_once=10)
        report("ten customers at once", busy)
        cpu = (made.cpu_seconds() - before) / max(1, len(busy.offered) + len(busy.booked)) * 1000
        each = ", ".join(f"{name} {size:.0f}" for name, size in made.megabytes_each().items())
        print(f"  {cpu:.1f} ms CPU a turn with its webhook; memory {made.megabytes():.0f} MB (PSS): {each}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--customers", type=int, default=100)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, gunicorn gthread 2x4, 8 turn threads, load from this process, loopback")
    for database in arguments.database or ["sqlite", "postgres"]:
        measure(database, customers=arguments.customers)


if __name__ == "__main__":
    main()
