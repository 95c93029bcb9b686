"""The hour itself: calls, replies and open inboxes together, and what it took."""

import json
import subprocess
import sys
import time
from pathlib import Path

from bench.installation import ROOT, Installation
from bench.load import tables
from bench.load.drive import Timeline
from bench.load.gauges import Backlog, Gauges, cpu_of, machine_busy, pids_of
from bench.load.phones import Phones
from bench.load.plan import LATEST, LISTENS_FOR, RINGS_FOR, callers
from bench.load.shots import make_shots
from bench.load.tabs import Seen, Tab
from bench.load.verdict import judge

# After the last call its caller may write, get an offer, and choose.
REST = RINGS_FOR + LISTENS_FOR + 2 * LATEST + 10
# A call whose webhook broke off is found in the carrier's log, which is read every five minutes.
DRAINS_IN = 420.0
# The first answer of each process takes seconds; nobody is counted while it does.
WARM_UP = 30
FIRST_OF_WARM_UP = 900_000
AT_NIGHT = (
    "SELECT caller FROM messaging_call WHERE outcome = 'no_text' AND decision = 'quiet_hours' AND found_by_reconciler"
)
KINDS = "SELECT key, kind FROM messaging_message WHERE direction = 'out'"


def play(made: Installation, *, minutes: float, per_minute: int, replying: float, tabs: int, seed: int) -> list[str]:
    """What must not have happened and did."""
    cookies = json.loads((Path(made.environment["DATA_DIR"]) / "load.json").read_text())["cookies"]
    backlog = Backlog(made.environment["DATABASE_URL"])
    _warm_up(made, backlog, per_minute=per_minute)
    people = callers(minutes=minutes, per_minute=per_minute, replying=replying, seed=seed)
    hooks = f"/hooks/twilio/{made.account_key}"
    all_shots = [make_shots(caller, made.site, hooks) for caller in people]
    memory, pids = made.megabytes_each(), pids_of(made, backlog)
    spent, busy, seen = cpu_of(pids), machine_busy(), Seen()
    timeline, of_pages, begins = Timeline(), Timeline(max(1, tabs)), time.time() + 1
    pages = [Tab(of_pages, made.site, cookies[index % len(cookies)], index, seen) for index in range(tabs)]
    with Gauges(backlog) as gauges, Phones(made, timeline, all_shots, begins=begins) as phones:
        over = begins + minutes * 60
        time.sleep(max(0.0, over - time.time()))  # the load runs on its own threads
        elapsed = time.time() - begins
        used = {name: now - spent[name] for name, now in cpu_of(pids).items()}
        now_busy = machine_busy()
        behind = backlog.count()
        time.sleep(REST)  # those who called last still write back
        phones.settle(at_most=DRAINS_IN, excused=lambda: left_to_people(backlog))
        drained = gauges.drained(at_most=DRAINS_IN)
        settled_after = time.time() - over
    timeline.stop()
    of_pages.stop()
    toll = judge(phones.lives.values(), kinds_of(backlog), begins=begins, excused=left_to_people(backlog))

    print(f"\n## {minutes:g} minutes, {per_minute} missed calls a minute, {len(pages)} open inboxes\n")
    tables.show(
        ("calls", "webhook taken", "texted", "task for people, at night", "lost", "texted twice",
         "replies that ask", "unanswered", "answered twice", "STOP", "texts after STOP", "time taken by another"),
        [(toll.calls, toll.accepted, toll.texted, toll.excused, toll.lost, toll.doubled, toll.replies,
          toll.unanswered,
          toll.answered_twice, toll.stopped, toll.after_stop, toll.taken)],
    )  # fmt: skip
    print(f"answers: {dict(toll.outcomes)}\n")
    tables.show_times(toll, phones.posted, seen)
    tables.show_minutes(toll, gauges.samples, begins, round(minutes + 0.49))
    worked, had = now_busy[0] - busy[0], now_busy[1] - busy[1]
    print(f"the machine's processors were busy for {worked / had:.0%} of the time, others' work on it included")
    print(f"waiting when the last call came: {behind}; nothing waited any more {settled_after:.0f} s after it "
          f"(callers write for {REST:.0f} s of them){'' if drained is not None else ' - NOT DRAINED'}\n")  # fmt: skip
    tables.show_use(memory, made.megabytes_each(), used, elapsed)
    return toll.problems() + ([] if drained is not None else ["something still waits"])


def _warm_up(made: Installation, backlog: Backlog, *, per_minute: int) -> None:
    timeline, begins = Timeline(), time.time()
    people = callers(minutes=WARM_UP / per_minute, per_minute=per_minute, replying=1, seed=0, first=FIRST_OF_WARM_UP)
    shots = [make_shots(caller, made.site, f"/hooks/twilio/{made.account_key}") for caller in people]
    with Phones(made, timeline, shots, begins=begins) as phones:
        time.sleep(WARM_UP / per_minute * 60 + REST)  # as long as its callers write
        phones.settle(at_most=60)
    timeline.stop()


def kinds_of(backlog: Backlog) -> dict[str, str]:
    """Of every text that we wrote, its key and its kind."""
    return {_as_key(key): kind for key, kind in backlog.ask(KINDS)}


def left_to_people(backlog: Backlog) -> set[str]:
    """Phones whose call was found late and at an hour at which nobody may be texted unasked."""
    return {phone for (phone,) in backlog.ask(AT_NIGHT)}


def _as_key(key: object) -> str:
    """SQLite keeps no hyphens."""
    text = str(key)
    return text if "-" in text else "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def check_invariants(made: Installation) -> list[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"], cwd=ROOT, env=made.environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    broken = [line for line in done.stdout.splitlines() if " BROKEN " in line]
    print(f"check_invariants: {'; '.join(broken) or 'all hold'}", flush=True)
    return broken or (["check_invariants failed: " + done.stderr[-300:]] if done.returncode else [])
