"""The inbox over HTTP, in a world of many conversations, and in one of a hundredth of them.

    python -m bench.inbox
    python -m bench.inbox --part pages --conversations 20000
    python -m bench.inbox --part tabs --tabs 50 --rate 10 --seconds 60

Pages: every queue, a deep page, threads, searches and polls, one after the other and a few at once; p50/p95/p99 in
milliseconds, statements an answer took, and how much longer it is than in the small world. Tabs: open inboxes that ask
every three seconds what is new, beside missed calls; errors, lost and doubled texts must be 0. PostgreSQL.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.inbox import pages, tabs
from bench.inbox.facts import Facts
from bench.installation import Installation, installation

SMALL = 100  # the small world is so many times smaller


@contextmanager
def world(conversations: int, *, database: str) -> Iterator[tuple[Installation, Facts]]:
    os.environ["BENCH_CONVERSATIONS"] = str(conversations)
    begun = time.monotonic()
    with installation(
        database=database, latency_ms=0, settings="bench.inbox.settings", business="bench.inbox.world"
    ) as made:
        facts = Facts(**json.loads((Path(made.environment["DATA_DIR"]) / "inbox.json").read_text()))
        print(
            f"\n{facts.conversations:,} conversations ({facts.of_big:,} of one business), {facts.messages:,} texts, "
            f"{database}; made in {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        yield made, facts


def measure_pages(made: Installation, facts: Facts, *, reads: int, readers: int) -> list[tuple[str, float]]:
    """p95 in ms of each question, asked alone."""
    found = []
    for question in pages.questions(facts):
        measured = pages.ask(question, made.site, facts.cookies, reads=reads, readers=readers)
        pages.report(question, measured)
        found.append((question.name, pages.p95(measured.alone)))
    for question in pages.questions(facts)[:1]:
        narrow = pages.ask(question, made.site, [facts.narrow] * readers, reads=reads, readers=readers)
        pages.report(pages.Question(f"{question.name}, one location", question.path), narrow)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=["pages", "tabs"])
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--reads", type=int, default=200, help="of each page")
    parser.add_argument("--readers", type=int, default=4, help="at once")
    parser.add_argument("--tabs", type=int, default=50)
    parser.add_argument("--rate", type=int, default=10, help="missed calls a second")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args(arguments)
    parts = options.part or ["pages", "tabs"]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, gunicorn gthread 2x4, load from this process")
    small: list[tuple[str, float]] = []
    if "pages" in parts:
        with world(options.conversations // SMALL, database=options.database) as (made, facts):
            small = measure_pages(made, facts, reads=options.reads, readers=options.readers)
    with world(options.conversations, database=options.database) as (made, facts):
        if "pages" in parts:
            large = measure_pages(made, facts, reads=options.reads, readers=options.readers)
            print("\np95 alone, in the large world as a multiple of the small one's (aim 1.5)")
            for (name, took), (_, before) in zip(large, small, strict=True):
                print(f"  {name:28} {took / before:5.2f}")
        if "tabs" in parts:
            tabs.play(made, facts, tabs=options.tabs, rate=options.rate, seconds=options.seconds)


if __name__ == "__main__":
    main()
