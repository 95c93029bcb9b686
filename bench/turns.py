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
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from bench.first_text import Line, Shot, moment, percentiles
from bench.installation import Installation, installation, our_number
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

QUESTION = "AC is out, how much is a visit? we're in Tempe"
CHOICE = "2"
OFFERED, BOOKED = "Just reply with the number", "you're booked"
# What a customer gets: prices and times, the confirmation, and the question for what is still missing.
TEXTS_EACH = 3
PATIENCE = 30.0
_customers = count()


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
        self._texts: dict[str, list[tuple[float, str]]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopping.wait(0.02):  # between looks at the ledger, which cost the carrier time
            texts: dict[str, list[tuple[float, str]]] = {}
            for text in self._made.ledger():
                texts.setdefault(text["to"], []).append((moment(text["at"]), text["body"]))
            with self._changed:
                self._texts = texts
                self._changed.notify_all()

    def wait_for(self, customer: str, texts: int) -> list[tuple[float, str]]:
        """Times and bodies of what the customer has got, once these are `texts`, or as they are after half a minute."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._texts.get(customer, ())) >= texts, PATIENCE)
            return list(self._texts.get(customer, ()))


@dataclass
class Result:
    """Seconds to the answer at the carrier: `offered` with a price and times, `booked` with the confirmation."""

    offered: list[float] = field(default_factory=list)
    booked: list[float] = field(default_factory=list)
    webhook: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    elapsed: float = 0.0


def serve(made: Installation, watch: Watch, path: str, line: Line, result: Result, lock: threading.Lock) -> None:
    """One customer from the question to the visit."""
    index = next(_customers)
    customer = f"+1{212 + index // 80_000 % 60}{200 + index // 100 % 800}{1000 + index % 100:04}"
    asked, answered = line.post(make_text(made.site, path, customer, QUESTION))
    got = watch.wait_for(customer, 1)
    chose, taken = line.post(make_text(made.site, path, customer, CHOICE))
    got = watch.wait_for(customer, TEXTS_EACH)
    offers = [at for at, body in got if OFFERED in body]
    booked = [at for at, body in got if BOOKED in body]
    with lock:
        result.webhook += [answered, taken]
        result.offered += [min(offers) - asked] if offers else []
        result.booked += [min(booked) - chose] if booked else []
        result.lost += TEXTS_EACH - min(len(got), TEXTS_EACH)
        result.lost += (not offers) + (not booked) if len(got) >= TEXTS_EACH else 0
        result.doubled += max(0, len(got) - TEXTS_EACH)


def play(made: Installation, path: str, *, customers: int, at_once: int) -> Result:
    left, lock, result = iter(range(customers)), threading.Lock(), Result()

    def client() -> None:
        line = Line(made.site)
        while True:
            with lock:
                if next(left, None) is None:
                    return
            serve(made, watch, path, line, result, lock)

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
    print(f"  {name}: {turns / result.elapsed:.1f} turns/s, lost {result.lost} doubled {result.doubled}")
    print(f"    text in -> price, area and times   {percentiles(result.offered)}")
    print(f"    text in -> booked, confirmed       {percentiles(result.booked)}")
    print(f"    both                               {percentiles(result.offered + result.booked)}")
    print(f"    webhook answered                   {percentiles(result.webhook)}", flush=True)


def measure(database: str, *, customers: int) -> None:
    print(f"\n{database}: carrier answers at once, quiet wait 0")
    with installation(database=database, latency_ms=0, settings="bench.settings", business="bench.robot") as made:
        path = f"/hooks/twilio/{made.account_key}/message"
        report("first customer of the processes", play(made, path, customers=1, at_once=1))
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
