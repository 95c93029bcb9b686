"""PostgreSQL stops, cuts every session, has none left, or somebody sits on a row."""

import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
from django.db import connections

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import TAKEN, Traffic, percentiles, text_shot
from bench.chaos.waiting import comes_true, lasts
from bench.installation import our_number
from leads.models import Lead
from messaging.models import Message

MAIN = ("web", "sender", "worker")


def outage(house: House, *, seconds: float, rate: float, answers_within: float, back_within: float) -> Iterator[str]:
    """The server is stopped as by a power cut, and is back after `seconds`."""
    before = {name: house.made.processes[name].pid for name in MAIN}
    with Traffic(house, rate=rate, texts=0.5, clients=64) as traffic:
        lasts(3)
        house.stop_database()
        gone = time.time()
        lasts(seconds)
        until = time.time()
        house.start_database()
        back = time.time()
        connections.close_all()
        healthy = house.wait_until_healthy(back_within)
        lasts(5)
    found = traffic.findings(at_most=max(1.0, back + back_within - time.time()))
    tries = traffic.during(gone + 0.5, until - answers_within)
    statuses = sorted({one.status for one in tries})
    slow = [one.took for one in tries if one.took > answers_within]
    missed = {caller for caller, moment in traffic.called.items() if gone < moment < back}
    arrived = [min(times) - back for caller, times in traffic.texted().items() if caller in missed]
    house.say(
        f"{len(tries)} requests while it was away: {statuses}, {percentiles([one.took for one in tries])}; healthy "
        f"{healthy:.1f} s after its start, the last of {len(missed)} callers of that time texted after "
        f"{max(arrived, default=0):.1f} s"
    )
    yield from found
    if not [one for one in tries if one.status == 503]:
        yield "nothing got 503: the database was not away, so this shows nothing"
    if odd := set(statuses) - {200, 503}:
        yield f"while the database was away it answered {sorted(odd)}"
    if slow:
        yield f"{len(slow)} answers took longer than {answers_within} s, the slowest {max(slow):.1f} s"
    if late := [one for one in arrived if one > back_within]:
        yield f"{len(late)} callers were texted more than {back_within:.0f} s after the database was back"
    if before != {name: house.made.processes[name].pid for name in MAIN} or not all(
        house.made.processes[name].poll() is None for name in MAIN
    ):
        yield "a process has ended"
    if restarts := house.printed("worker").count("starting it again"):
        yield f"the worker started its cluster {restarts} times"


def stop_for_35_seconds(house: House) -> Iterator[str]:
    yield from outage(house, seconds=35, rate=5, answers_within=2.0, back_within=60)


def stop_for_a_minute(house: House) -> Iterator[str]:
    yield from outage(house, seconds=60, rate=100 / 60, answers_within=2.0, back_within=120)


def cut_all_sessions(house: House) -> Iterator[str]:
    cut = 0
    with Traffic(house, rate=5, texts=0.5, retries=True) as traffic:
        for _ in range(8):
            lasts(3)
            cut += terminate(house)
        connections.close_all()
        lasts(3)
    found = traffic.findings(reconciled=True)
    failed = len(traffic.failed())
    house.say(f"{cut} sessions cut, {failed} of {len(traffic.tries)} requests failed and were repeated")
    yield from found
    if failed > cut:
        yield f"{failed} requests failed, and only {cut} sessions were cut"


def terminate(house: House) -> int:
    """Cut every session but our own; how many there were."""
    with closing(psycopg.connect(house.made.environment["DATABASE_URL"], autocommit=True)) as session:
        return len(
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        )


def take_all_sessions(house: House) -> Iterator[str]:
    taken: list[psycopg.Connection] = []
    with Traffic(house, rate=3, texts=0.5, clients=64) as traffic:
        lasts(3)
        begun = time.time()
        for _ in range(4):  # theirs are cut, and ours are quicker
            _take(house, taken)
            taken[0].execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                "AND NOT (pid = ANY(%s))",
                [[session.info.backend_pid for session in taken]],
            )
            _take(house, taken)
        lasts(15)
        until = time.time()
        for session in taken:
            session.close()
        connections.close_all()
        healthy = house.wait_until_healthy(60)
        lasts(5)
    found = traffic.findings(reconciled=True)
    tries = traffic.during(begun + 3, until - 5)
    failed = [one for one in tries if one.status not in TAKEN]
    house.say(
        f"{len(taken)} sessions taken for {until - begun:.0f} s: {len(failed)} of {len(tries)} requests got 503, "
        f"{percentiles([one.took for one in tries])}; healthy {healthy:.1f} s after"
    )
    yield from found
    if not failed:
        yield "nothing failed: the sessions were not all taken, so this shows nothing"
    if hung := [one for one in tries if one.took > 10 or one.status == 0]:
        yield f"{len(hung)} requests hung"


def _take(house: House, taken: list[psycopg.Connection]) -> None:
    try:
        while True:
            taken.append(psycopg.connect(house.made.environment["DATABASE_URL"], autocommit=True))
    except psycopg.OperationalError:
        return  # there are none left, which is what was wanted


def lock_a_contact(house: House) -> Iterator[str]:
    with Traffic(house, rate=3) as before:
        lasts(2)
    yield from before.findings()
    lead = Lead.objects.order_by("pk").first()
    assert lead is not None
    with (
        closing(psycopg.connect(house.made.environment["DATABASE_URL"])) as session,
        Traffic(house, rate=3, texts=0.3) as traffic,
    ):
        session.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [lead.pk])
        begun = time.monotonic()
        sid, shot = text_shot(
            house.made.site, house.made.account_key, sender=lead.phone, to=our_number(0), body="Are you there?"
        )
        status, took = traffic._post(shot), time.monotonic() - begun
        lasts(30 - took)
        others = [one.took for one in traffic.tries if one.caller != lead.phone]
        session.rollback()
    house.say(f"the contact's text: {status} after {took:.1f} s; the others meanwhile {percentiles(others)}")
    yield from traffic.findings()
    if status not in TAKEN or took > 14:
        yield f"the contact's text got {status} after {took:.1f} s, and a carrier waits 15"
    if max(others) > 10:  # as long as the row itself is waited for
        yield f"somebody else waited {max(others):.1f} s"
    stored = Message.objects.filter(carrier_message_id=sid)
    if not comes_true(stored.exists, within=60):  # a sweep acts on what was kept
        yield "the contact's text is in no thread"


CASES = (
    Case(
        "CHA-03", "PostgreSQL stopped -m immediate for 35 s at 5 webhooks/s",
        "texts 503, callers hear words; no process ends; all there <= 60 s, 0 lost, 0 doubled", stop_for_35_seconds,
        needs_postgres=True,
    ),
    Case(
        "CHA-04", "every session of the database cut, 8 times", "<= 1 failure for each session, 0 lost, 0 doubled",
        cut_all_sessions, needs_postgres=True,
    ),
    Case(
        "CHA-05", "max_connections reached for 15 s", "503 within seconds, nothing hangs, 0 lost, 0 doubled",
        take_all_sessions, needs_postgres=True,
    ),
    Case(
        "CHA-05b", "a contact's row locked for 30 s", "answered before the carrier gives up; the others go on",
        lock_a_contact, needs_postgres=True,
    ),
    Case(
        "WHK-10", "the database away for 60 s, 100 webhooks", "503 <= 2 s; 100 of 100 back <= 2 min, 0 doubled",
        stop_for_a_minute, needs_postgres=True,
    ),
)  # fmt: skip
