"""Everything is killed in the middle of the calls: web, sender, worker and all their children, at once."""

import os
import signal
import time

from bench.installation import Installation, tree
from bench.load import tables
from bench.load.drive import Timeline
from bench.load.gauges import Backlog
from bench.load.hour import kinds_of, left_to_people
from bench.load.phones import Phones
from bench.load.plan import callers
from bench.load.shots import make_shots
from bench.load.verdict import judge

ROLES = ("web", "sender", "worker")
SECONDS, KILLED_AT, AWAY = 40.0, 15.0, 5.0
FIRST = 700_000
# The carrier's log is read when the worker starts, and every five minutes; whom the first look missed the next one
# finds.
FOUND_IN = 420.0


def play(made: Installation, *, per_minute: int, seed: int) -> list[str]:
    """What must not have happened and did. Nobody writes back here: the carrier's log has the calls of an outage."""
    backlog = Backlog(made.environment["DATABASE_URL"])
    people = callers(minutes=SECONDS / 60, per_minute=per_minute, replying=0, seed=seed + 1, first=FIRST)
    shots = [make_shots(caller, made.site, f"/hooks/twilio/{made.account_key}") for caller in people]
    timeline, begins = Timeline(), time.time() + 1
    with Phones(made, timeline, shots, begins=begins) as phones:
        time.sleep(begins + KILLED_AT - time.time())  # calls come meanwhile
        kill_all(made)
        time.sleep(AWAY)  # as long as it takes a machine to come back
        for role in ROLES:
            made.start(role)
        while not made.answers():
            time.sleep(0.1)  # starting; asked again until it answers
        back = time.time() - begins - KILLED_AT
        time.sleep(max(0.0, begins + SECONDS - time.time()))
        phones.settle(at_most=FOUND_IN, excused=lambda: left_to_people(backlog))
    timeline.stop()
    toll = judge(phones.lives.values(), kinds_of(backlog), begins=begins, excused=left_to_people(backlog))
    unheard = sum(not life.told for life in phones.lives.values())
    took = [seconds for _, seconds in toll.first]
    print(f"## kill -9 of web, sender and worker {KILLED_AT:g} s into {SECONDS:g} s of calls, away for {back:.1f} s\n")
    tables.show(
        (
            "calls",
            "webhook not taken",
            "texted",
            "task for people, at night",
            "lost",
            "texted twice",
            "ms p50 / p95 / p99 / most",
        ),
        [(toll.calls, unheard, toll.texted, toll.excused, toll.lost, toll.doubled, tables.spread(took))],
    )
    return [f"after the kill: {problem}" for problem in toll.problems()]


def kill_all(made: Installation) -> None:
    pids = [pid for role in ROLES for pid in tree(made.processes[role].pid)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for role in ROLES:
        made.processes[role].wait()
