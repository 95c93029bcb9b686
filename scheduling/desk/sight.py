"""What somebody has asked to see of the appointments, read from the address; fails closed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date

from leads.access import WRITERS
from leads.models import Location
from recoverline.lib import clock
from scheduling import access
from scheduling.desk import agenda
from scheduling.models import Appointment, Resource

# Beyond it there is nothing to see, and the calendar of Python ends somewhere.
FURTHEST = timedelta(days=10 * 366)
LAST_PLACE = "appointments_location"


@dataclass(frozen=True, slots=True)
class Sight:
    """A local day at a location, of everybody there or of one `resource`. `places` are all that the person may see."""

    places: tuple[Location, ...]
    location: Location
    day: date
    today: date
    resource: Resource | None
    resources: tuple[Resource, ...]
    may_write: bool

    @property
    def names_zone(self) -> bool:
        """Whether a time could be meant in more than one zone."""
        return _have_zones(self.places)

    @property
    def names_business(self) -> bool:
        return len({place.business_id for place in self.places}) > 1


def sight_of(request: HttpRequest) -> Sight | None:
    """From ?at= (location), ?on= (day) and ?with= (resource); None for somebody who has no location at all."""
    places = tuple(access.locations_for(request.user).select_related("business").order_by("business__name", "name"))
    if not places:
        return None
    location = _place(places, request.GET.get("at", "") or _last_place(request, places))
    if request.session.get(LAST_PLACE) != str(location.key):
        request.session[LAST_PLACE] = str(location.key)
    today = clock.now().astimezone(location.zone).date()
    resource = _resource(request, location)
    return Sight(
        places=places,
        location=location,
        day=_day(request.GET.get("on", ""), today),
        today=today,
        resource=resource,
        resources=tuple(agenda.working_at(location)),
        may_write=may_write(request, location),
    )


def may_write(request: HttpRequest, location: Location) -> bool:
    return access.locations_for(request.user, roles=WRITERS).filter(pk=location.pk).exists()


def names_zone(request: HttpRequest) -> bool:
    """The same for a page that is about no location in particular."""
    return _have_zones(access.locations_for(request.user).select_related("business"))


def appointment_seen(request: HttpRequest, key: uuid.UUID) -> Appointment:
    """The appointment if the person may see it; 404 otherwise."""
    rows = access.appointments_for(request.user).prefetch_related("assignments__resource")
    loaded = rows.select_related("business", "location__business", "service", "lead", "area", "actor", "request")
    return get_object_or_404(loaded, key=key)


def _have_zones(places: Iterable[Location]) -> bool:
    return len({place.zone for place in places}) > 1


def _last_place(request: HttpRequest, places: tuple[Location, ...]) -> str:
    """Where this person looked last, if they may still look there."""
    last = request.session.get(LAST_PLACE, "")
    return last if last in {str(place.key) for place in places} else ""


def _place(places: tuple[Location, ...], asked: str) -> Location:
    """The location that is asked for, 404 when it is not to be seen; without a wish the first."""
    if not asked:
        return places[0]
    found = next((place for place in places if str(place.key) == asked), None)
    if found is None:
        raise Http404
    return found


def _resource(request: HttpRequest, location: Location) -> Resource | None:
    asked = request.GET.get("with", "")
    if not asked:
        return None
    try:
        key = uuid.UUID(asked)
    except ValueError as error:
        raise Http404 from error
    mine = access.resources_for(request.user).filter(business=location.business_id)
    return get_object_or_404(mine, key=key)


def _day(asked: str, today: date) -> date:
    """A day that is written wrongly, or too far away, is today."""
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    return day if day is not None and abs(day - today) <= FURTHEST else today
