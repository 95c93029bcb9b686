"""Time zones by IANA name."""

from zoneinfo import ZoneInfo


def valid_zone(name: str) -> bool:
    """Whether `name` is an IANA zone such as America/New_York; "", paths and offsets are not."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
