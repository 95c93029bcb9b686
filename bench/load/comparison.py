"""The same calls and the same death for a flow that does nothing but "webhook -> one text"."""

import json
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from bench.first_text import Shot, moment
from bench.installation import start_carrier, tree_megabytes
from bench.load import outage, tables
from bench.load.drive import Posted, Poster, Timeline
from bench.load.gauges import cpu_of
from bench.load.node_red import NodeRed
from bench.load.plan import Caller, callers

# What was accepted before the end has left by then.
REST = 5.0


def play(modules: Path, folder: Path, *, minutes: float, per_minute: int, latency_ms: int, seed: int) -> None:
    processes: dict[str, subprocess.Popen[str]] = {}
    carrier = start_carrier(processes, latency_ms, "")
    flow = NodeRed(modules, folder / "node-red", carrier)
    try:
        flow.wait()
        _calls(flow, carrier, minutes=10 / per_minute, per_minute=per_minute, seed=0, first=900_000)  # warm-up
        before, spent = tree_megabytes(flow.process.pid), cpu_of({"flow": flow.process.pid})["flow"]
        quiet = _calls(flow, carrier, minutes=minutes, per_minute=per_minute, seed=seed)
        used = cpu_of({"flow": flow.process.pid})["flow"] - spent
        after = tree_megabytes(flow.process.pid)
        killed = _calls(flow, carrier, minutes=outage.SECONDS / 60, per_minute=per_minute, seed=seed + 1,
                        first=outage.FIRST, is_killed=True)  # fmt: skip
    finally:
        flow.stop()
        processes["carrier"].terminate()
        processes["carrier"].wait(30)
    print(f"## Node-RED, webhook -> one text: {minutes:g} minutes, then the same kill -9, away for {outage.AWAY:g} s\n")
    heads = ("", "calls", "webhook not taken", "texted", "lost", "texted twice", "ms p50 / p95 / p99 / most")
    tables.show(heads, [["undisturbed", *quiet], ["killed", *killed]])
    print(
        f"memory {before:.0f} MB, after it {after:.0f} MB (PSS); {used / minutes / 60:.3f} cores. It keeps no row of a "
        "call, checks no signature, knows no STOP, retries nothing and answers no reply.\n",
        flush=True,
    )


def _calls(
    flow: NodeRed, carrier: str, *, minutes: float, per_minute: int, seed: int, first: int = 0, is_killed: bool = False
) -> Sequence[object]:
    """The cells of a row of the table."""
    people = list(callers(minutes=minutes, per_minute=per_minute, replying=0, seed=seed, first=first))
    posted, timeline, begins = Posted(), Timeline(), time.time() + 1
    poster = Poster(flow.url, posted)
    for caller in people:
        _plan(timeline, poster, caller, begins)
    if is_killed:
        time.sleep(begins + outage.KILLED_AT - time.time())  # calls come meanwhile
        flow.kill()
        time.sleep(outage.AWAY)
        flow.start_again()
    time.sleep(max(0.0, begins + minutes * 60 + REST - time.time()))
    timeline.stop()
    with urllib.request.urlopen(f"{carrier}/ledger", timeout=60) as answer:
        ledger = json.load(answer)
    due = {caller.phone: begins + caller.calls_at for caller in people}
    texts = Counter(row["to"] for row in ledger if row["to"] in due)
    took = [moment(row["at"]) - due[row["to"]] for row in ledger if row["to"] in due]
    doubled = sum(count > 1 for count in texts.values())
    return (
        len(people),
        sum(posted.problems.values()),
        len(texts),
        len(people) - len(texts),
        doubled,
        tables.spread(took),
    )


def _plan(timeline: Timeline, poster: Poster, caller: Caller, begins: float) -> None:
    body = urlencode({"From": caller.phone, "To": caller.number, "CallSid": caller.call_id, "CallStatus": "ringing"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "keep-alive"}
    shot = Shot(caller.phone, "/voice", body, headers)
    timeline.at(begins + caller.calls_at, lambda due: poster.post("voice", shot, due))
