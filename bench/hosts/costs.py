"""What a missed call and a turn of the robot cost each process and the database, and what follows from it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.hosts.cluster import Cluster, cluster
from bench.hosts.customers import Customers

IDLE_SECONDS = 20.0
CALLS, TURNS = (4.0, 30.0), (1.0, 40.0)  # a second, and for how many seconds
CLOSED = 400
CLIENTS = 20
ROLES = ("web", "sender", "worker", "postgres")
# So much of a core may be used in the long run: what comes at once waits otherwise.
USABLE = 0.7
# A missed call is answered by half of the callers, each with two texts.
TURNS_PER_CALL = 1.0
CALLS_A_DAY, BUSY_HOURS, PEAK = 10, 10, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time by role; rows written, transactions and bytes of the write-ahead log."""

    cpu: dict[str, float]
    rows: float
    transactions: float
    log_bytes: float
    seconds: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            {role: self.cpu[role] - other.cpu[role] for role in ROLES}, self.rows - other.rows,
            self.transactions - other.transactions, self.log_bytes - other.log_bytes, self.seconds - other.seconds,
        )  # fmt: skip

    def per(self, count: float) -> "Cost":
        return Cost(
            {role: each / count for role, each in self.cpu.items()}, self.rows / count, self.transactions / count,
            self.log_bytes / count, self.seconds / count,
        )  # fmt: skip


def costs() -> list[str]:
    """Prints tables; what must not have happened, as sentences."""
    findings: list[str] = []
    with cluster(web=1, workers=1, senders=1) as made:
        print("\none web, one sender, one worker host, one PostgreSQL with fsync, carrier 150 ms", flush=True)
        _warm(made, findings)
        idle = _spend(made, lambda: time.sleep(IDLE_SECONDS))
        calls, called = _serve(made, findings, *CALLS, turns=False)
        turns, asked = _serve(made, findings, *TURNS, turns=True)
        rest = idle.per(idle.seconds)
        a_call = (calls - _times(rest, calls.seconds)).per(called)
        a_turn = (turns - _times(rest, turns.seconds) - _times(a_call, asked)).per(2 * asked)
        used = _connections(made)
        print(f"  connections: {used}; memory (PSS): {_rounded(made.megabytes())} MB")
        one = _throughput(made, findings)
    _table(rest, a_call, a_turn, _statements())
    with cluster(web=2, workers=3, senders=1) as made:
        _warm(made, findings)
        print(f"  connections with 2 web, 3 worker and 1 sender host: {_connections(made)}")
        many = _throughput(made, findings)
    print(f"  {CLIENTS} at once: one of each {one:.0f} calls/s; 2 web, 3 worker {many:.0f}: {many / one:.2f} times")
    print("  (all of them and the load share this machine's cores: more hosts cannot bring more here)")
    _conclude(a_call, a_turn)
    return findings


def _warm(made: Cluster, findings: list[str]) -> None:
    """A process has its first request, text and turn behind it."""
    _serve(made, findings, 2.0, 5.0, turns=True)


def _serve(made: Cluster, findings: list[str], rate: float, seconds: float, *, turns: bool) -> tuple[Cost, int]:
    """What it took until everybody had everything, and how many called."""
    them = Customers(made, rate=rate, seconds=seconds, turns=turns)

    def serve() -> None:
        with them:
            pass
        them.finish()

    cost = _spend(made, serve)
    lost, doubled = them.lost(), them.doubled()
    if lost or doubled:
        findings.append(f"{rate:g}/s for {seconds:g} s: lost {lost}, doubled {doubled}")
    return cost, len(them.all)


def _throughput(made: Cluster, findings: list[str]) -> float:
    """Missed calls that are answered in a second, by so many callers who each call again at once."""
    them = Customers(made, rate=0, seconds=0, turns=False)
    with them:
        rate = them.rush(CLOSED, CLIENTS)
    them.finish()
    if them.lost() or them.doubled():
        findings.append(f"in the rush: lost {them.lost()}, doubled {them.doubled()}")
    return rate


# ---------------------------------------------------------------- measuring
def _spend(made: Cluster, act: Callable[[], None]) -> Cost:
    before = _now(made)
    act()
    return _now(made) - before


def _now(made: Cluster) -> Cost:
    with psycopg.connect(made.environment["DATABASE_URL"]) as database:
        database.execute("SELECT pg_stat_force_next_flush()")
        row = database.execute(
            "SELECT tup_inserted + tup_updated + tup_deleted, xact_commit FROM pg_stat_database "
            "WHERE datname = 'postgres'"
        ).fetchone()
        written = database.execute("SELECT wal_bytes FROM pg_stat_wal").fetchone()
    assert row is not None
    assert written is not None
    return Cost(made.cpu(), float(row[0]), float(row[1]), float(written[0]), time.monotonic())


def _times(cost: Cost, count: float) -> Cost:
    return cost.per(1 / count)


def _connections(made: Cluster) -> int:
    with psycopg.connect(made.environment["DATABASE_URL"]) as database:
        row = database.execute("SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'")
        return int((row.fetchone() or (0,))[0])


def _statements() -> dict[str, float]:
    """Statements of one missed call and of one turn, from the server's own log; at rest, of a second."""
    with cluster(web=1, workers=1, senders=1, log_statements=True) as made:
        log = Path(made.server_log)

        def count(act: Callable[[], None]) -> tuple[float, float]:
            before, begun = _logged(log), time.monotonic()
            act()
            return _logged(log) - before, time.monotonic() - begun

        findings: list[str] = []
        _warm(made, findings)
        rest, seconds = count(lambda: time.sleep(IDLE_SECONDS))
        a_second = rest / seconds
        calls, seconds = count(lambda: _serve_quietly(made, 40, turns=False))
        a_call = (calls - a_second * seconds) / 40
        turns, seconds = count(lambda: _serve_quietly(made, 20, turns=True))
        return {"rest": a_second, "call": a_call, "turn": (turns - a_second * seconds - 20 * a_call) / 40}


def _serve_quietly(made: Cluster, count: int, *, turns: bool) -> None:
    with Customers(made, rate=2, seconds=count / 2, turns=turns) as them:
        pass
    them.finish()


def _logged(log: Path) -> int:
    return len(re.findall(rb"LOG:  (?:statement|execute)", log.read_bytes()))


# ---------------------------------------------------------------- saying
def _table(rest: Cost, call: Cost, turn: Cost, statements: dict[str, float]) -> None:
    print("  | | at rest, a second | a missed call and its text | a turn of the robot |\n  |-|-|-|-|")
    for role in ROLES:
        values = " | ".join(f"{each.cpu[role] * 1000:.1f}" for each in (rest, call, turn))
        print(f"  | CPU of {role}, ms | {values} |")
    print(f"  | rows written | {rest.rows:.1f} | {call.rows:.1f} | {turn.rows:.1f} |")
    print(f"  | transactions | {rest.transactions:.1f} | {call.transactions:.1f} | {turn.transactions:.1f} |")
    print("  | statements | " + " | ".join(f"{statements[name]:.0f}" for name in ("rest", "call", "turn")) + " |")
    print(
        "  | write-ahead log, kB | " + " | ".join(f"{each.log_bytes / 1000:.1f}" for each in (rest, call, turn)) + " |"
    )


def _rounded(sizes: dict[str, float]) -> str:
    return ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())


def _conclude(call: Cost, turn: Cost) -> None:
    """What a core of each kind carries, and how large a franchise one database core is enough for."""
    print(f"\n  with {TURNS_PER_CALL:g} turns per missed call, and {USABLE:.0%} of a core used at most:")
    for role in ROLES:
        each = call.cpu[role] + TURNS_PER_CALL * turn.cpu[role]
        if each < 0.001:  # lost in what it does every ten seconds anyway
            print(f"  | {role} | no more than at rest |")
            continue
        print(
            f"  | {role} | ({call.cpu[role] * 1000:.1f} + {TURNS_PER_CALL:g} x {turn.cpu[role] * 1000:.1f}) ms = "
            f"{each * 1000:.1f} ms a call | {USABLE / each:.1f} calls/s a core |"
        )
    database = USABLE / (call.cpu["postgres"] + TURNS_PER_CALL * turn.cpu["postgres"])
    locations = database * BUSY_HOURS * 3600 / PEAK / CALLS_A_DAY
    print(
        f"  a core of the database: {database:.1f} calls/s x {BUSY_HOURS} h x 3600 / {PEAK} (peak over mean) / "
        f"{CALLS_A_DAY} missed calls a day = {locations:,.0f} locations"
    )
