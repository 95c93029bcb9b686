"""Open tabs that ask what is new, beside missed calls that come in."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from bench.first_text import open_loop, percentiles
from bench.first_text import report as report_calls
from bench.inbox.browser import Browser
from bench.inbox.facts import Facts
from bench.installation import Installation

PERIOD, JITTER = 3.0, 0.5


@dataclass(slots=True)
class Polls:
    """Seconds of each, by what was answered; what went wrong."""

    unchanged: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)


def play(made: Installation, facts: Facts, *, tabs: int, rate: int, seconds: int) -> None:
    """Each tab has a cookie, a queue and an open conversation of its own."""
    polls, lock, over = Polls(), threading.Lock(), threading.Event()

    def tab(index: int) -> None:
        random = Random(index)
        browser = Browser(made.site, facts.cookies[index % len(facts.cookies)])
        asked = f"/inbox/poll/?queue=reply&open={facts.short[index % len(facts.short)]}&since="
        cursor = ""
        wait = random.uniform(0, PERIOD)  # tabs were not opened at the same instant
        while not over.wait(wait):
            try:
                answer = browser.get(asked + quote(cursor))
            except OSError as problem:
                with lock:
                    polls.problems[type(problem).__name__] += 1
                continue
            with lock:
                if answer.status == 204:
                    polls.unchanged.append(answer.seconds)
                elif answer.status == 200:
                    polls.changed.append(answer.seconds)
                else:
                    polls.problems[str(answer.status)] += 1
            if answer.status == 200:
                cursor = json.loads(answer.body)["cursor"]
            wait = PERIOD + random.uniform(-JITTER, JITTER)

    before, begun = made.cpu_seconds(), time.monotonic()
    threads = [threading.Thread(target=tab, args=[index]) for index in range(tabs)]
    for thread in threads:
        thread.start()
    calls = open_loop(made, f"/hooks/twilio/{made.account_key}/voice", rate=rate, seconds=seconds) if rate else None
    over.wait(max(0.0, seconds - (time.monotonic() - begun)))
    over.set()
    for thread in threads:
        thread.join()
    cpu = (made.cpu_seconds() - before) / (time.monotonic() - begun)

    asked = polls.unchanged + polls.changed
    print(
        f"  {tabs} tabs, {rate} missed calls a second, {seconds} s: {len(asked)} polls, "
        f"errors {sum(polls.problems.values())}"
    )
    for name, took in (("nothing new", polls.unchanged), ("something new", polls.changed), ("all", asked)):
        if took:
            print(f"    poll, {name:14} {len(took):5} {percentiles(took)}")
    if polls.problems:
        print(f"    {dict(polls.problems)}")
    if calls is not None:
        report_calls(made, "  missed calls", calls)
    each = ", ".join(f"{name} {size:.0f}" for name, size in made.megabytes_each().items())
    print(f"    {cpu:.2f} cores of web, sender and worker; memory (PSS): {each} MB", flush=True)
