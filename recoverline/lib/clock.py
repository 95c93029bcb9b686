"""What time it is, for every decision of the domain.

The simulator can move this clock (settings.SIMULATOR), so that "after hours" and "a day later" can be tried at noon.
The offset lives in a small file, because web, sender and worker are separate processes; elsewhere this is
`timezone.now()` and nothing else.
"""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The current instant, aware UTC."""
    return timezone.now() + offset() if settings.SIMULATOR else timezone.now()


def offset() -> timedelta:
    """How far the simulator has moved the clock; zero without a simulator."""
    try:
        return timedelta(seconds=float(_offset_file().read_text()))
    except (OSError, ValueError):
        return timedelta()


def move_to(moment: datetime | None) -> None:
    """Let `now()` be `moment` (aware) from here on; None returns to the real time."""
    if not settings.SIMULATOR:
        raise RuntimeError("The clock moves only where the simulator is on.")
    path = _offset_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    if moment is None:
        path.unlink(missing_ok=True)
        return
    # Replaced in one step: a reader never sees half a number.
    fresh = path.with_suffix(".new")
    fresh.write_text(str((moment - timezone.now()).total_seconds()))
    fresh.replace(path)


def _offset_file() -> Path:
    return Path(settings.DATA_DIR) / "clock-offset"
