"""A migrated SQLite database, made once and copied for every later test process.

Running all migrations takes some 15 seconds of processor time, and each process would do it again. The copy is named
after the contents of every migration and of the lock files, so a change in either makes a fresh one; it stands in
pytest's own cache (`make clean` forgets it). Django still asks the copy what is to be migrated, and finds nothing.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

ROOT = Path(__file__).parent.parent


def template_in(folder: Path) -> Path | None:
    """Where the migrated database of this code belongs; None on a database that is no SQLite file."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return None
    digest = hashlib.sha256(sqlite3.sqlite_version.encode())
    for path in (*sorted(ROOT.glob("*/migrations/*.py")), *sorted(ROOT.glob("*.lock"))):
        digest.update(path.read_bytes())
    return folder / f"{digest.hexdigest()[:24]}.sqlite3"


@contextmanager
def held(template: Path) -> Iterator[None]:
    """One process at a time: the others find what the first one made."""
    with template.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def lay_out(template: Path) -> None:
    """The copy stands where Django is about to look for its test database."""
    shutil.copyfile(template, connections["default"].settings_dict["TEST"]["NAME"])


def keep(template: Path) -> None:
    """Keep what has just been migrated, whole or not at all."""
    for old in template.parent.glob("*.sqlite3*"):
        old.unlink()
    half = template.with_suffix(".half")
    half.unlink(missing_ok=True)
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(half)])
    half.rename(template)
