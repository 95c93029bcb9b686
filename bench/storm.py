"""A storm: missed calls pour in, a third of the carrier's answers is wrong, and senders and workers are killed.

    python -m bench.storm --texts 600 --kills 30 --seed 1 --seed 2 --database postgres
    python -m bench.storm --list-lag 4 --grace 6            the carrier's log lags, the grace is longer
    python -m bench.storm --list-lag 4 --grace 2.5          the log lags longer than the grace; callbacks help
    python -m bench.storm --list-lag 4 --grace 2.5 --callbacks 0

By the carrier's own ledger it counts what was never sent, sent twice, or called failed although it was sent, and how
long the last uncertain text took to settle. Each seed runs on a database of its own. Every part is real: signed
webhooks over HTTP to gunicorn, two sender processes, a worker with its task cluster, and a carrier on loopback.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import postgres_server

ROOT = Path(__file__).resolve().parent.parent


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, action="append")
    arguments, rest = parser.parse_known_args(words)
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {arguments.database}", flush=True)
    failed = 0
    for seed in arguments.seed or [1]:
        with (
            tempfile.TemporaryDirectory(prefix="recoverline-storm-") as folder,
            database(arguments.database, folder) as url,
        ):
            failed += bool(run_storm(url, folder, ["--seed", str(seed), *rest]))
    return 1 if failed else 0


@contextmanager
def database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/storm.sqlite3"
        return
    with postgres_server(durable=True) as url:
        yield url


def run_storm(url: str, folder: str, words: list[str]) -> int:
    """A fresh process that is connected to this database from its start."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DATABASE_URL": url,
        "DATA_DIR": folder,
        "DEBUG": "false",
        "SIMULATOR": "false",
        "SECRET_KEY": "only-for-tests",
        "FIELD_KEYS": "only-for-tests",
        "SITE_URL": "http://127.0.0.1",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    return subprocess.run(
        [sys.executable, "-m", "bench.storm_run", *words], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
