"""Whether we still know what stands in somebody's calendar (pure)."""

from datetime import datetime, timedelta

STALE_AFTER = timedelta(minutes=60)


def stale_from(*, ok_at: datetime | None, created_at: datetime) -> datetime:
    """Until when its busy times can be relied on; a calendar that was never read cannot be from the start."""
    return created_at if ok_at is None else ok_at + STALE_AFTER


def is_stale(*, ok_at: datetime | None, created_at: datetime, now: datetime) -> bool:
    """Whether its busy times are too old to promise a slot by them."""
    reliable_until = stale_from(ok_at=ok_at, created_at=created_at)
    return now >= reliable_until if ok_at is None else now > reliable_until
