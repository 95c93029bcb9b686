"""The disk is full: nothing can be written, and what was written stays whole."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.db import connection, connections

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import TAKEN, Traffic, percentiles
from bench.chaos.waiting import lasts

MEGABYTES = 50


def fill_the_disk(house: House) -> Iterator[str]:
    """The file of the database lies on a disk of 50 MB, which something else fills for 20 seconds."""
    if house.database != "sqlite":
        house.say("asks SQLite, whose file can be moved to a small disk; nothing was done")
        return
    folder = Path(connection.settings_dict["NAME"]).parent
    move(house, folder, onto_small_disk=True)
    try:
        with Traffic(house, rate=4, texts=0.5) as traffic:
            lasts(4)
            begun = time.time()
            fill(folder / "filler")
            lasts(20)
            until = time.time()
            (folder / "filler").unlink()
            connections.close_all()
            healthy = house.wait_until_healthy(60)
            lasts(5)
        found = traffic.findings(reconciled=True)
        tries = traffic.during(begun + 1, until - 1)
        statuses = {one.status: sum(each.status == one.status for each in tries) for one in tries}
        house.say(
            f"full for {until - begun:.0f} s: {statuses} of {len(tries)} requests, "
            f"{percentiles([one.took for one in tries])}; healthy {healthy:.1f} s after"
        )
        yield from found
        if not [one for one in tries if one.status not in TAKEN]:
            yield "nothing failed: the disk was not full, so this shows nothing"
        if odd := set(statuses) - {200, 204, 503}:
            yield f"answers {sorted(odd)}"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if (said := cursor.fetchone()[0]) != "ok":
                yield f"the file is damaged: {said}"
    finally:
        move(house, folder, onto_small_disk=False)


def move(house: House, folder: Path, *, onto_small_disk: bool) -> None:
    """The database's files onto a disk of their own at the same place, or back; the processes are stopped meanwhile."""
    for name in ("web", "sender", "worker"):
        house.stop(name)
    connections.close_all()
    kept = folder.with_name(folder.name + "-kept")
    shutil.copytree(folder, kept)
    if onto_small_disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)], check=True)
    else:
        subprocess.run(["umount", str(folder)], check=True)
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    shutil.rmtree(kept)
    for name in ("web", "sender", "worker"):
        house.start(name)
    house.wait_until_healthy(120)


def fill(path: Path) -> None:
    """To the last byte."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(b"0" * size) == size:
                    continue


CASES = (
    Case(
        "CHA-12", f"the disk of the database ({MEGABYTES} MB) is full for 20 s; SQLite",
        "5xx or words, nothing half, no repair; 0 lost, 0 doubled", fill_the_disk,
    ),
)  # fmt: skip
