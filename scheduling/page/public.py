"""What the booking page needs to know: who is at the door, what can be booked, where, and when."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode

from django.conf import settings as site
from django.db.models import Q
from django.urls import reverse

from leads.areas import find_area, serves_everywhere
from leads.models import Business, Lead, Location, Service, ServiceArea
from recoverline.lib import signing
from scheduling import slots
from scheduling.availability import Availability, last_bookable_day
from scheduling.callback_windows import Window
from scheduling.enums import VisitPlace
from scheduling.models import Appointment, BookingLink, BookingRules, BookingSettings, Resource
from scheduling.settings_of import booking_settings
from scheduling.slots import Circumstances

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
# No business can be booked further ahead than a year, and dates at the end of the calendar cannot be moved to a zone.
_FURTHEST = timedelta(days=400)
# The page of a hold answers long after it ran out, to say so; that of a booking until people have found its link.
_HOLD_PAGE_SECONDS = 24 * 3600
_DONE_PAGE_SECONDS = 2 * 24 * 3600


# ---------------------------------------------------------------- who is at the door
@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in: the open page of a business, or the personal `link` behind `token`."""

    business: Business
    settings: BookingSettings
    link: BookingLink | None = None
    token: str = ""

    @property
    def lead(self) -> Lead | None:
        return self.link.lead if self.link else None

    @property
    def language(self) -> str:
        return (self.lead.language if self.lead else "") or self.business.language

    def url(self, name: str, *args: object) -> str:
        """The address of a page of this entrance: a personal link is never left."""
        space, key = ("booking_link", self.token) if self.link else ("booking", self.business.slug)
        return reverse(f"{space}:{name}", args=[key, *args])

    @property
    def start_url(self) -> str:
        return self.url("show" if self.link else "service-list")

    @property
    def callback_url(self) -> str:
        return self.url("callback") if self.settings.offers_callbacks else ""


def open_entrance(slug: str, *, even_if_off: bool = False) -> Entrance | None:
    """The page of a business; None when there is no such business or its page is off."""
    row = Business.objects.filter(slug=slug).first()
    if row is None:
        return None
    settings = booking_settings(row)
    return Entrance(row, settings) if settings.is_page_on or even_if_off else None


def link_entrance(link: BookingLink, token: str) -> Entrance:
    return Entrance(link.business, booking_settings(link.business), link, token)


# ---------------------------------------------------------------- what
@dataclass(frozen=True, slots=True)
class Offer:
    """A service that customers book themselves."""

    service: Service
    rules: BookingRules

    @property
    def comes_to_us(self) -> bool:
        return self.rules.place == VisitPlace.LOCATION


def offers_of(business: Business) -> list[Offer]:
    rows = BookingRules.objects.filter(service__business=business, service__is_active=True, is_online=True)
    return [Offer(_of(business, row.service), row) for row in rows.select_related("service").order_by("service__name")]


def offer_of(business: Business, pk: int) -> Offer | None:
    return next((offer for offer in offers_of(business) if offer.service.pk == pk), None)


def _of(business: Business, service: Service) -> Service:
    service.business = business
    return service


# ---------------------------------------------------------------- where
class Question(StrEnum):
    """What has to be asked before there can be times."""

    PLACE = "place"  # where the job is
    LOCATION = "location"  # which shop


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a visit would be: from or at a location, in an area. `place` is what the customer wrote."""

    location: Location
    area: ServiceArea | None = None
    place: str = ""

    @property
    def query(self) -> str:
        """The same spot in an address."""
        return urlencode({"location": self.location.slug} | ({"place": self.place} if self.place else {}))

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        return cls(appointment.location, appointment.area, appointment.address)


@dataclass(frozen=True, slots=True)
class Outside:
    """Nobody goes there."""

    place: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nobody at any location can do it."""


def locations_of(business: Business) -> list[Location]:
    rows = list(Location.objects.filter(business=business).order_by("name"))
    for row in rows:
        row.business = business
    return rows


def locations_for(business: Business, service: Service) -> list[Location]:
    """Where somebody or something can do `service`."""
    able = Resource.objects.filter(Q(services=None) | Q(services=service), business=business, is_active=True)
    where = set(able.values_list("locations", flat=True))
    return [row for row in locations_of(business) if None in where or row.pk in where]


def find_spot(
    entrance: Entrance, offer: Offer, *, location_slug: str = "", place: str = ""
) -> Spot | Outside | Nowhere | Question:
    """Where a visit would be, or what is missing to know it. A location of somebody else is none."""
    candidates = locations_for(entrance.business, offer.service)
    if not candidates:
        return Nowhere()
    chosen = next((row for row in candidates if row.slug == location_slug), None) or _usual(entrance, candidates)
    if not offer.comes_to_us and not serves_everywhere(entrance.business):
        if not place:
            return Question.PLACE
        area = find_area(entrance.business, place)
        if area is None:
            return Outside(place)
        home = next((row for row in locations_of(entrance.business) if row.pk == area.location_id), None)
        return Spot(home or chosen or candidates[0], area, place)
    return Question.LOCATION if chosen is None else Spot(chosen, None, "" if offer.comes_to_us else place)


def _usual(entrance: Entrance, candidates: list[Location]) -> Location | None:
    if len(candidates) == 1:
        return candidates[0]
    linked = entrance.link.location_id if entrance.link else None
    return next((row for row in candidates if row.pk == linked), None)


# ---------------------------------------------------------------- when
@dataclass(frozen=True, slots=True)
class Week:
    """Seven local days from `first`. `days` have open starts, `full` would have if nobody had been quicker."""

    first: date
    days: dict[date, list[datetime]]
    full: list[date]
    earlier: date | None
    later: date | None
    next_day: date | None  # where the times go on when this week has none


def slot_week(offer: Offer, spot: Spot, *, now: datetime, first: date | None, ignoring: Appointment | None) -> Week:
    """The week from `first`; without it from today, or from the first day that has open starts."""
    today = now.astimezone(spot.location.zone).date()
    horizon = last_bookable_day(now, spot.location.zone, offer.rules.horizon_days)
    is_default = first is None
    begins = min(max(first or today, today), horizon)
    availability = _availability(offer, spot, now=now, first=begins, ignoring=ignoring)
    starts = availability.slots()
    next_day = None
    if not starts:
        next_day = _next_day(offer, spot, now=now, after=begins + _WEEK)
        if next_day and is_default:
            begins, next_day = next_day, None
            availability = _availability(offer, spot, now=now, first=begins, ignoring=ignoring)
            starts = availability.slots()
    days = slots.local_days(starts, spot.location)
    return Week(
        begins,
        days,
        full=_full_days(availability, spot, days),
        earlier=max(begins - _WEEK, today) if begins > today else None,
        later=begins + _WEEK if begins + _WEEK <= horizon else None,
        next_day=next_day,
    )


def without(week: Week, start: datetime) -> Week:
    """The same week, where `start` is no choice."""
    days = {day: [other for other in starts if other != start] for day, starts in week.days.items()}
    return replace(week, days={day: starts for day, starts in days.items() if starts})


def is_bookable_day(offer: Offer, spot: Spot, day: date, *, now: datetime) -> bool:
    """Whether `day` lies between today and the horizon, however full it is."""
    zone = spot.location.zone
    return now.astimezone(zone).date() <= day <= last_bookable_day(now, zone, offer.rules.horizon_days)


def _availability(
    offer: Offer, spot: Spot, *, now: datetime, first: date, ignoring: Appointment | None
) -> Availability:
    circumstances = Circumstances(area=spot.area, ignoring=ignoring)
    return slots.availability_in(
        circumstances, offer.service, spot.location, now=now, first=first, last=first + _WEEK - _DAY
    )


def _next_day(offer: Offer, spot: Spot, *, now: datetime, after: date) -> date | None:
    zone = spot.location.zone
    midnight = datetime.combine(after, datetime.min.time(), tzinfo=zone).astimezone(UTC)
    found = slots.next_slots(
        offer.service, spot.location, now=now, count=1, after=midnight - timedelta.resolution, area=spot.area
    )
    return found[0].astimezone(zone).date() if found else None


def _full_days(availability: Availability, spot: Spot, days: dict[date, list[datetime]]) -> list[date]:
    """The days without an open start that would have one with nothing booked."""
    free = replace(
        availability,
        groups=[[replace(lane, busy=()) for lane in group] for group in availability.groups],
        limits=replace(availability.limits, full_days=frozenset()),
    )
    return [day for day in slots.local_days(free.slots(), spot.location) if day not in days]


# ---------------------------------------------------------------- what comes back from a browser
def parse_start(text: str, *, now: datetime) -> datetime | None:
    """An instant as the page writes it; None for everything else, and for what no business could mean."""
    if not text.isprintable():
        return None  # the parser of Python 3.11 lets some of it pass
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if abs(moment - now) < _FURTHEST else None


def parse_day(text: str, *, now: datetime) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if abs(day - now.date()) < _FURTHEST else None


def sign_hold(appointment: Appointment) -> str:
    """What proves that a browser is the one that got the hold."""
    return signing.sign("hold", str(appointment.key), key=site.SECRET_KEY)


def find_held(entrance: Entrance, signed: str, *, now: datetime) -> Appointment | None:
    """The appointment behind `sign_hold`, whatever has become of it."""
    value = signing.unsign("hold", signed, key=site.SECRET_KEY, max_age=_HOLD_PAGE_SECONDS, now=now)
    return _appointment(entrance, value) if value else None


def sign_done(appointment: Appointment) -> str:
    """What proves that a browser is the one that booked or canceled this version."""
    return signing.sign("done", f"{appointment.key}:{appointment.version}", key=site.SECRET_KEY)


def find_done(entrance: Entrance, signed: str, *, now: datetime) -> tuple[Appointment, bool] | None:
    """The appointment behind `sign_done`, and whether it is still the same version."""
    value = signing.unsign("done", signed, key=site.SECRET_KEY, max_age=_DONE_PAGE_SECONDS, now=now)
    if not value:
        return None
    key, _, version = value.partition(":")
    row = _appointment(entrance, key)
    return (row, str(row.version) == version) if row else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call back was asked for; no window: as soon as possible."""

    window: Window | None


def sign_asked(window: Window | None) -> str:
    """What shows a browser which call it has asked for."""
    value = f"{window.starts_at.isoformat()}|{window.ends_at.isoformat()}" if window else ""
    return signing.sign("asked", value, key=site.SECRET_KEY)


def find_asked(signed: str, *, now: datetime) -> Asked | None:
    value = signing.unsign("asked", signed, key=site.SECRET_KEY, max_age=_DONE_PAGE_SECONDS, now=now)
    if value is None:
        return None
    starts_at, _, ends_at = value.partition("|")
    return Asked(Window(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at)) if value else None)


def _appointment(entrance: Entrance, key: str) -> Appointment | None:
    rows = Appointment.objects.select_related("service", "location", "area", "lead")
    row = rows.filter(business=entrance.business, key=key).first()
    if row is not None:
        row.business = row.location.business = row.service.business = entrance.business
    return row
