"""One storm over the database of this process (bench.storm starts it): prints the setup and the result."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from tests.chaos.storm import FAULTS, Weather, run  # noqa: E402  models need the setup above

DEFAULT = Weather()


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-every", type=float, default=1.5, metavar="SECONDS")
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--no-worker", action="store_true")
    parser.add_argument("--list-lag", type=float, default=DEFAULT.list_lag, metavar="SECONDS")
    parser.add_argument("--grace", type=float, default=DEFAULT.grace, metavar="SECONDS")
    parser.add_argument("--callbacks", type=float, default=DEFAULT.callbacks, metavar="SHARE")
    given = parser.parse_args(words)
    weather = Weather(
        texts=given.texts,
        kills=given.kills,
        seed=given.seed,
        kill_every=given.kill_every,
        senders=given.senders,
        worker=not given.no_worker,
        list_lag=given.list_lag,
        grace=given.grace,
        callbacks=given.callbacks,
        longest=300.0,
    )
    wrong = sum(share for share, _ in FAULTS)
    print(
        f"seed {weather.seed}: {weather.texts} missed calls, {weather.kills} x kill -9 among {weather.senders} senders"
        f"{' and a worker' if weather.worker else ''}, one every {weather.kill_every} s; {wrong:.0%} of the carrier's "
        f"answers wrong; log lag {weather.list_lag} s, lease {weather.lease} s, grace {weather.grace} s, "
        f"{weather.callbacks:.0%} of callbacks arrive",
        flush=True,
    )
    toll = run(weather, Path(os.environ["DATA_DIR"]))
    print("| texts | kill -9 | wrong answers | never sent | sent twice | falsely failed | drained after |")
    print("|-|-|-|-|-|-|-|")
    print(
        f"| {toll.texts} | {toll.kills} | {toll.faults} of {toll.asked} | {toll.never_sent} | {toll.doubled} "
        f"| {toll.falsely_failed} | {toll.drained_after:.1f} s |"
    )
    print(f"statuses: {toll.statuses}; invariants broken: {', '.join(toll.broken) or 'none'}\n", flush=True)
    return 1 if toll.never_sent or toll.doubled or toll.falsely_failed or toll.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
