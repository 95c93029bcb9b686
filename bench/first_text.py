"""From the webhook's arrival to the text's arrival at the carrier.

    python -m bench.first_text --database sqlite --database postgres

One caller at a time, then 20 at once (each calls again as soon as its webhook is answered), then an open loop at a
fixed rate with a carrier that takes 150 ms; beside a bare view that verifies the signature and inserts one row.
Prints p50/p95/p99 in milliseconds, lost and doubled texts (which must be 0), memory and CPU.
"""

import argparse
import http.client
import platform
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlencode, urlsplit

from bench import daytime
from bench.installation import NUMBERS, Installation, installation, our_number
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

_callers = count()


@dataclass(frozen=True, slots=True)
class Shot:
    """One signed request, made before the clock runs."""

    caller: str
    path: str
    body: str
    headers: dict[str, str]


def make_shot(site: str, path: str) -> Shot:
    index = next(_callers)
    caller = daytime.phone(index)
    params = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{index:032x}",
        "CallStatus": "ringing",
        "Called": our_number(index % NUMBERS),
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "FromCity": "SPRINGFIELD",
        "FromState": "IL",
        "FromCountry": "US",
        "StirVerstat": "TN-Validation-Passed-A",
        "To": our_number(index % NUMBERS),
        "ToCity": "SPRINGFIELD",
        "ToCountry": "US",
    }
    headers = {**signed_headers(AUTH_TOKEN, site + path, params), "Connection": "keep-alive"}
    return Shot(caller, path, urlencode(params), headers)


class Line:
    """A keep-alive connection to the site; posts and returns (started at, seconds)."""

    def __init__(self, site: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)

    def post(self, shot: Shot) -> tuple[float, float]:
        started_wall, started = time.time(), time.perf_counter()
        self._connection.request("POST", shot.path, shot.body, shot.headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{shot.path} answered {answer.status}")
        return started_wall, time.perf_counter() - started


@dataclass
class Result:
    """Seconds: `webhook` to the answer, `text` to the carrier; `elapsed` for the whole loop."""

    webhook: list[float]
    started: dict[str, float]
    elapsed: float


def closed_loop(made: Installation, path: str, *, calls: int, clients: int) -> Result:
    shots = [make_shot(made.site, path) for _ in range(calls)]
    mine = iter(shots)
    lock, seconds, started = threading.Lock(), [], {}

    def client() -> None:
        line = Line(made.site)
        while True:
            with lock:
                shot = next(mine, None)
            if shot is None:
                return
            at, took = line.post(shot)
            with lock:
                started[shot.caller] = at
                seconds.append(took)

    begun = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(seconds, started, time.perf_counter() - begun)


def open_loop(made: Installation, path: str, *, rate: int, seconds: int) -> Result:
    """Calls arrive at a fixed rate, whether or not earlier ones are answered."""
    shots = [make_shot(made.site, path) for _ in range(rate * seconds)]
    local, lock, took_all, started = threading.local(), threading.Lock(), [], {}

    def fire(shot: Shot, due: float) -> None:
        if not hasattr(local, "line"):
            local.line = Line(made.site)
        # Counted from when the call was due, so that a slow client cannot hide a slow server.
        lag = time.time() - due
        _, took = local.line.post(shot)
        with lock:
            started[shot.caller] = due
            took_all.append(took + lag)

    begun = time.time()
    with ThreadPoolExecutor(64) as pool:
        for index, shot in enumerate(shots):
            due = begun + index / rate
            if (wait := due - time.time()) > 0:
                time.sleep(wait)  # an open loop: the next call is due at its own time
            pool.submit(fire, shot, due)
    return Result(took_all, started, time.time() - begun)


def wait_for_texts(made: Installation, wanted: set[str], *, at_most: float = 30) -> dict[str, list[float]]:
    """Arrival times at the carrier of the texts to these callers."""
    deadline = time.monotonic() + at_most
    while True:
        arrived: dict[str, list[float]] = {}
        for text in made.ledger():
            if text["to"] in wanted:
                arrived.setdefault(text["to"], []).append(moment(text["at"]))
        if len(arrived) == len(wanted) or time.monotonic() > deadline:
            return arrived
        time.sleep(0.02)  # between looks at the ledger, which cost the carrier time


def moment(value: str | float) -> float:
    return value if isinstance(value, float) else datetime.fromisoformat(value).astimezone(UTC).timestamp()


def percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    return f"p50 {at(0.5):7.1f}  p95 {at(0.95):7.1f}  p99 {at(0.99):7.1f} ms"


def report(made: Installation, name: str, result: Result) -> None:
    arrived = wait_for_texts(made, set(result.started))
    delays = [min(times) - result.started[caller] for caller, times in arrived.items()]
    lost = len(result.started) - len(arrived)
    doubled = sum(times > 1 for times in Counter({caller: len(times) for caller, times in arrived.items()}).values())
    rate = len(result.started) / result.elapsed
    print(
        f"  {name:34} text at carrier {percentiles(delays)}  webhook {percentiles(result.webhook)}  "
        f"{rate:6.0f}/s  lost {lost} doubled {doubled}"
    )


def measure(database: str, *, rate: int, seconds: int, calls: int) -> None:
    print(f"\n{database}: carrier answers at once")
    with installation(database=database, latency_ms=0, settings="bench.settings") as made:
        hook, bare = f"/hooks/twilio/{made.account_key}/voice", "/bare/1"
        closed_loop(made, hook, calls=100, clients=4)  # warm-up
        idle = Result([], {}, 0)
        for _ in range(200):
            one = closed_loop(made, hook, calls=1, clients=1)
            wait_for_texts(made, set(one.started))  # idle means idle
            idle.webhook += one.webhook
            idle.started |= one.started
            idle.elapsed += one.elapsed
        report(made, "idle, one caller", idle)
        for clients in (1, 20):
            floor = closed_loop(made, bare, calls=calls, clients=clients)
            print(
                f"  bare signature + insert, {clients:2} at once {'':16}webhook {percentiles(floor.webhook)}  "
                f"{calls / floor.elapsed:6.0f}/s"
            )
        before = made.cpu_seconds()
        busy = closed_loop(made, hook, calls=calls, clients=20)
        report(made, "20 callers at once", busy)
        cpu = (made.cpu_seconds() - before) / calls * 1000
        print(
            f"  missed-call webhooks per second: {floor.elapsed / busy.elapsed:.2f} of the bare view; "
            f"{cpu:.1f} ms CPU a call"
        )
    print(f"{database}: carrier answers after 150 ms, open loop {rate}/s for {seconds} s")
    with installation(database=database, latency_ms=150, settings="bench.settings") as made:
        hook = f"/hooks/twilio/{made.account_key}/voice"
        closed_loop(made, hook, calls=100, clients=4)
        report(made, f"open loop, {rate} calls/s", open_loop(made, hook, rate=rate, seconds=seconds))
        print(f"  memory of web, sender and worker after it: {made.megabytes():.0f} MB (proportional set size)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--calls", type=int, default=1500)
    arguments = parser.parse_args()
    print(
        f"Python {platform.python_version()}, gunicorn gthread 2x4, sender 32 threads, load from this process, loopback"
    )
    for database in arguments.database or ["sqlite", "postgres"]:
        measure(database, rate=arguments.rate, seconds=arguments.seconds, calls=arguments.calls)


if __name__ == "__main__":
    main()
