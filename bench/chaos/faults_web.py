"""The web server's processes are killed in the middle of requests, or flooded."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import Traffic, p95, percentiles
from bench.chaos.waiting import comes_true, lasts
from bench.first_text import Shot, closed_loop, make_shot
from messaging.models import InboundHook
from recoverline.lib import queue

AT_ONCE = 50


def kill_workers_of_the_web(house: House) -> Iterator[str]:
    """One of the two, every five seconds, while requests run."""
    kills = 0
    with Traffic(house, rate=5, texts=0.3) as traffic:
        for _ in range(8):
            lasts(5 + house.dice.random() / 10)
            kills += kill_one(house)
        lasts(5)
    found = traffic.findings(reconciled=True)
    failed = traffic.failed()
    house.say(f"{kills} workers of gunicorn killed: {len(failed)} of {len(traffic.tries)} requests failed")
    yield from found
    if len(failed) > max(len(traffic.tries) / 100, 1):
        yield f"{len(failed) / len(traffic.tries):.1%} of the requests failed"


def kill_one(house: House) -> int:
    """Of gunicorn's workers; 0 when there is none at this moment."""
    workers = house.tree("web")[1:]
    if workers:
        os.kill(house.dice.choice(workers), signal.SIGKILL)
    return len(workers[:1])


def kill_each_in_the_middle(house: House) -> Iterator[str]:
    """Fifty times every worker of gunicorn dies some milliseconds after a call's webhook has been posted, and nobody
    posts it again.
    """
    traffic = Traffic(house, rate=1, retries=False)
    unanswered = 0
    for _ in range(50):
        house.wait_until_healthy(60)
        shot = make_shot(house.made.site, traffic.path)
        traffic.called[shot.caller] = time.time()
        posting = threading.Thread(target=traffic._ring, args=(shot,))
        posting.start()
        lasts(house.dice.uniform(0.0, 0.12))  # from before it is read until after it was answered
        for pid in house.tree("web")[1:]:
            os.kill(pid, signal.SIGKILL)
        posting.join()
    unanswered = len(traffic.unanswered)
    house.wait_until_healthy(60)
    house.say(f"50 calls: {unanswered} were not answered")
    yield from traffic.findings(reconciled=True)
    if not unanswered:
        yield "every call was answered, so this shows nothing"


def flood_with_forgeries(house: House) -> Iterator[str]:
    """10,000 webhooks with a signature that is not the account's, 50 at once, beside five good ones a second."""
    shots = iter([forged(make_shot(house.made.site, f"/hooks/twilio/{house.made.account_key}/voice"))] * 10_000)
    calls = InboundHook.objects.filter(event="voice")  # what tells of the texts comes in besides
    rows, lines = calls.count(), house.printed("web").count("\n")
    statuses: list[int] = []
    with Traffic(house, rate=5) as traffic:
        lasts(6)  # both workers have answered, and have loaded what they need
        rows_before, tasks, memory = len(traffic.called), queue.failed(), house.made.megabytes_each()["web"]

        def post() -> None:
            while (shot := next_of(shots)) is not None:
                statuses.append(traffic._post(shot))

        begun = time.monotonic()
        threads = [threading.Thread(target=post) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - begun
    forgeries = [one for one in traffic.tries if one.caller == FORGER]
    good = [one.took for one in traffic.tries if one.caller != FORGER][rows_before:]
    traffic.tries = [one for one in traffic.tries if one.caller != FORGER]
    yield from traffic.findings()
    more = house.made.megabytes_each()["web"] - memory
    lines = house.printed("web").count("\n") - lines
    extra = calls.count() - rows - len(traffic.called)
    house.say(
        f"{len(forgeries)} forgeries in {took:.0f} s ({len(forgeries) / took:.0f}/s): "
        f"{percentiles([one.took for one in forgeries])}; good ones {percentiles(good)}; "
        f"web {more:+.0f} MB, {lines} lines in its log, {extra} rows, "
        f"{queue.failed() - tasks} failed tasks"
    )
    if set(statuses) != {403}:
        yield f"forgeries were answered with {sorted(set(statuses))}"
    if extra:
        yield f"{extra} rows more than good webhooks"
    if p95(good) > 0.5:
        yield f"good webhooks: p95 {p95(good):.2f} s, not 0.5"
    if more > 30:
        yield f"the web process grew by {more:.0f} MB"
    if lines > 200:
        yield f"{lines} lines in the log"


FORGER = "forger"
_lock = threading.Lock()


def forged(shot: Shot) -> Shot:
    return replace(shot, caller=FORGER, headers={**shot.headers, "X-Twilio-Signature": "bm90IHRoaXMgYWNjb3VudCdz"})


def next_of(shots: Iterator[Shot]) -> Shot | None:
    with _lock:
        return next(shots, None)


def rush(house: House) -> Iterator[str]:
    """2,000 good webhooks, 50 at once, and the same to a bare view that verifies and inserts one row."""
    hook = f"/hooks/twilio/{house.made.account_key}/voice"
    closed_loop(house.made, hook, calls=100, clients=4)  # warm-up
    floor = closed_loop(house.made, "/bare/1", calls=2000, clients=AT_ONCE)
    done = closed_loop(house.made, hook, calls=2000, clients=AT_ONCE)  # raises if one is not answered with 200
    house.say(
        f"{percentiles(done.webhook)}, {2000 / done.elapsed:.0f}/s; bare view {percentiles(floor.webhook)}, "
        f"{2000 / floor.elapsed:.0f}/s"
    )
    deadline = time.monotonic() + 180
    while (arrived := {text.to for text in list(house.carrier.ledger)} & set(done.started)) != set(done.started):
        if time.monotonic() > deadline:
            yield f"{len(done.started) - len(arrived)} callers never texted"
            break
        lasts(0.5)  # between looks at the ledger
    if p95(done.webhook) > 0.4 or max(done.webhook) > 2:
        yield f"p95 {p95(done.webhook):.2f} s and most {max(done.webhook):.1f} s, not 0.4 and 2"


def start_cold(house: House) -> Iterator[str]:
    """PER-06: everything from nothing until /healthz says that it works."""
    for name in ("web", "sender", "worker"):
        house.stop(name)
    begun = time.monotonic()
    for name in ("web", "sender", "worker"):
        house.start(name)
    house.wait_until_healthy(120)
    healthy = time.monotonic() - begun
    comes_true(lambda: len(house.tree("worker")) >= 4, within=60)  # its cluster has its workers
    unique = sum(_unique_megabytes(pid) for pid in house.tree("worker"))
    house.say(
        f"/healthz says 200 after {healthy:.1f} s; worker with its {len(house.tree('worker')) - 1} children "
        f"{unique:.0f} MB USS"
    )
    with Traffic(house, rate=2) as traffic:
        lasts(5)
    yield from traffic.findings()
    if healthy > 20:
        yield f"{healthy:.0f} s until everything worked, not 20"
    if unique > 350:
        yield f"the worker's processes have {unique:.0f} MB of their own, not 350"


def _unique_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


CASES = (
    Case(
        "CHA-02", "a worker of gunicorn killed in the middle of requests, 8 times",
        "rolled back, <= 1 % of the requests fail, 0 lost, 0 doubled", kill_workers_of_the_web,
    ),
    Case(
        "WHK-11", "all workers of gunicorn killed in the middle of a call's webhook, 50 times; nobody repeats it",
        "each call found in the carrier's log, and texted once", kill_each_in_the_middle,
    ),
    Case(
        "WHK-12", "10,000 forged webhooks, 50 at once, beside 5 good ones a second",
        "403, no rows, no tasks; good p95 <= 0.5 s; <= 30 MB more, <= 200 lines", flood_with_forgeries,
    ),
    Case("WHK-13", "2,000 good webhooks, 50 at once", "p95 <= 0.4 s, at most 2 s, no errors", rush),
    Case("PER-06", "cold start", "<= 20 s; the worker's processes <= 350 MB USS", start_cold),
)  # fmt: skip
