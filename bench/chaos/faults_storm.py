"""One fault after the other, all of them real, while calls and texts come in."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from signal import SIGCONT, SIGSTOP

import psycopg
from django.db import connections

from bench.chaos.cases import Case
from bench.chaos.faults_database import terminate
from bench.chaos.faults_web import kill_one
from bench.chaos.house import House
from bench.chaos.traffic import Traffic, p95, percentiles
from bench.chaos.waiting import lasts
from leads.models import Lead
from tests.fakes.carrier import drop_after, drop_before, hang, http, latency, too_many_requests
from tests.fakes.carrier_faults import Fault

EVERY = 20.0
FAULT_LASTS = 6.0
# A call is outside the faults when none ran from so many seconds before it until so many after it.
SETTLES = 8.0


def kill_and_restart(house: House, name: str) -> None:
    house.kill(name)
    lasts(1)  # the parent that starts it again waits as long
    house.start(name)


def kill_a_web_worker(house: House) -> None:
    kill_one(house)


def stop_the_database(house: House) -> None:
    house.stop_database()
    lasts(FAULT_LASTS)
    house.start_database()
    connections.close_all()


def cut_sessions(house: House) -> None:
    terminate(house)
    connections.close_all()


def freeze(house: House, name: str) -> None:
    house.signal(name, SIGSTOP)
    lasts(FAULT_LASTS)
    house.signal(name, SIGCONT)


def lock_a_contact(house: House) -> None:
    lead = Lead.objects.order_by("?").values_list("pk", flat=True).first()
    with closing(psycopg.connect(house.made.environment["DATABASE_URL"])) as session:
        session.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [lead])
        lasts(FAULT_LASTS)


def carrier(house: House, fault: Fault) -> None:
    house.carrier.plan_faults(house.seed, (1.0, fault))
    lasts(FAULT_LASTS)
    house.carrier.plan_faults(house.seed)


ANYWHERE: dict[str, Callable[[House], None]] = {
    "kill the sender": lambda house: kill_and_restart(house, "sender"),
    "kill the worker": lambda house: kill_and_restart(house, "worker"),
    "kill a worker of the web": kill_a_web_worker,
    "freeze the sender": lambda house: freeze(house, "sender"),
    "freeze the worker": lambda house: freeze(house, "worker"),
    "carrier 429": lambda house: carrier(house, too_many_requests(1)),
    "carrier 500, taken": lambda house: carrier(house, http(500, accepted=True)),
    "carrier resets": lambda house: carrier(house, drop_before()),
    "carrier resets, taken": lambda house: carrier(house, drop_after()),
    "carrier hangs": lambda house: carrier(house, hang(5)),
    "carrier slow": lambda house: carrier(house, latency(4)),
}
ON_POSTGRES: dict[str, Callable[[House], None]] = {
    "stop the database": stop_the_database,
    "cut all sessions": cut_sessions,
    "lock a contact": lock_a_contact,
}


def storm(house: House) -> Iterator[str]:
    faults = ANYWHERE | (ON_POSTGRES if house.database == "postgres" else {})
    spans: list[tuple[float, float]] = []
    order: list[str] = []
    with Traffic(house, rate=2, texts=0.3, clients=48) as traffic:
        lasts(5)
        over = time.monotonic() + house.minutes * 60
        while time.monotonic() < over:
            if not order:  # each once, in an order that follows from the seed, and then again
                order = sorted(faults)
                house.dice.shuffle(order)
            name, begun = order.pop(), time.time()
            faults[name](house)
            spans.append((begun, time.time()))
            lasts(EVERY - (time.time() - begun))
        house.wait_until_healthy(120)
        lasts(5)
    yield from traffic.findings(at_most=240, reconciled=True)
    texted = traffic.texted()
    # What went wrong at the carrier is looked up after its grace, a minute later: such a call was in a fault.
    calm = [
        min(texted[caller]) - moment
        for caller, moment in traffic.called.items()
        if caller in texted and not any(since - 2 < moment < until + SETTLES for since, until in spans)
    ]
    house.say(
        f"{len(spans)} faults in {house.minutes:g} minutes; {len(calm)} calls outside them: text {percentiles(calm)}"
    )
    if p95(calm) > 5 or not calm:
        yield f"outside the faults a text took p95 {p95(calm):.1f} s, not 5"


CASES = (
    Case(
        "CHA-17", f"a storm of --minutes, a fault each {EVERY:.0f} s, order by the seed",
        "0 lost, 0 doubled, all invariants; outside the faults p95 <= 5 s", storm,
        environment={"TEXT_LEASE_SECONDS": "15", "TEXT_GRACE_SECONDS": "15"},
    ),
)  # fmt: skip
