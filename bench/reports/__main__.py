"""How long each page of the reports takes: ninety days, five locations, 100,000 calls.

    python -m bench.reports
    python -m bench.reports --database sqlite --calls 20000 --days 90

In this process, through every middleware, one page after the other: p50 and the slowest in milliseconds, the CPU time
of this process (with SQLite that is all there is) and how many statements it took. The aim is 400 ms.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from tests.postgres import postgres_server

AIM_MS = 400
PAGES = (
    "", "calls/", "comparison/", "robot/", "team/", "deliverability/", "words/", "list/?figure=missed",
    "list/?figure=recovered", "?csv=funnel",
)  # fmt: skip


@contextmanager
def database(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="recoverline-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bench.sqlite3"
        else:
            with postgres_server(durable=True) as url:
                yield url


def measure(calls: int, days: int, reads: int) -> bool:
    """Print a line a page; whether all of them keep within the aim."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, slow = Client(), False
    client.force_login(User.objects.get())
    print(f"\n| {days} days, ms | p50 | slowest | first | CPU here | statements |\n|-|-|-|-|-|-|", flush=True)
    for page in PAGES:
        address = f"/reports/{page}{'&' if '?' in page else '?'}days={days}"
        took, cpu = [], []
        for _ in range(reads + 1):
            begun, worked = time.perf_counter(), time.process_time()
            answer = client.get(address, secure=True)
            took.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - worked) * 1000)
            assert answer.status_code == 200, (address, answer.status_code)
        with CaptureQueriesContext(connection) as asked:
            client.get(address, secure=True)
        slow |= median(took[1:]) > AIM_MS
        figures = (median(took[1:]), max(took[1:]), took[0], median(cpu[1:]), len(asked))
        print(f"| `{address}` | {' | '.join(f'{each:.0f}' for each in figures)} |", flush=True)
    return not slow


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--days", type=int, action="append")
    parser.add_argument("--reads", type=int, default=5, help="of each page")
    options = parser.parse_args(arguments)
    with database(options.database) as url:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="bench.settings", DATABASE_URL=url, DEBUG="false", SIMULATOR="false",
            DATA_DIR=tempfile.mkdtemp(), SECRET_KEY="only-for-benchmarks", FIELD_KEYS="only-for-benchmarks",
            SITE_URL="https://testserver", LOG_LEVEL="ERROR", EMAIL_URL="dummymail://",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from bench.reports.world import make_world
        from recoverline.lib import clock

        call_command("migrate", verbosity=0)
        begun = time.monotonic()
        make_world(options.calls, now=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
              f"{options.database}, {options.calls:,} calls of 90 days at five locations; made in "
              f"{time.monotonic() - begun:.0f} s", flush=True)  # fmt: skip
        kept = [measure(options.calls, days, options.reads) for days in options.days or [30, 90]]
        print(f"\nevery page within {AIM_MS} ms: {'yes' if all(kept) else 'no'}")
        # The server of a benchmark is stopped at once: nothing may hold a connection.
        connection.close()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
