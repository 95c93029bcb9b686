"""What every page may show about this installation."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from leads.access import businesses_for
from leads.models import Location
from messaging import configuration
from recoverline.lib import clock
from recoverline.reports.scopes import READERS


@dataclass(frozen=True, slots=True)
class MovedClock:
    """`at`: what the simulator's clock shows; `names_zone`: `zone` has to be said, as another could be meant."""

    at: datetime
    zone: ZoneInfo
    names_zone: bool


def installation(request: HttpRequest) -> dict[str, object]:
    """`simulator`: the caller simulator is on; `clock_moved`: where its clock stands, None at the real time;
    `may_read_reports`: asked only by pages that show the navigation.
    """
    is_moved = settings.SIMULATOR and clock.offset()
    return {
        "simulator": settings.SIMULATOR,
        "clock_moved": _moved_clock(request) if is_moved else None,
        "may_read_reports": partial(_may_read_reports, request),
    }


def _may_read_reports(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    if user is None or user.pk is None:
        return False
    return configuration.remember(("reads reports", user.pk), lambda: businesses_for(user, roles=READERS).exists())


def _moved_clock(request: HttpRequest) -> MovedClock:
    """In the zone of the person's businesses if they share one; UTC otherwise."""
    # Some error pages are made before anybody is known.
    user = getattr(request, "user", None)
    businesses = businesses_for(user) if user is not None else None
    zones = set(businesses.values_list("time_zone", flat=True)) if businesses is not None else set()
    if businesses is None or len(zones) != 1:
        return MovedClock(clock.now(), ZoneInfo("UTC"), names_zone=True)
    elsewhere = Location.objects.filter(business__in=businesses).exclude(time_zone__in=["", *zones])
    return MovedClock(clock.now(), ZoneInfo(zones.pop()), names_zone=elsewhere.exists())
