"""Quiet hours where the customer is: may an automatic text go out now, from when may it, and why not."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from leads.models import JobRequest, Lead, Location
from messaging import configuration
from messaging.compliance.places import Places, place_of_location, places_of
from scheduling import quiet_hours
from scheduling.models import QuietHours
from scheduling.quiet_hours import Rule, Whereabouts, rules_for


def zone_of(lead: Lead, location: Location, *, request: JobRequest | None = None) -> ZoneInfo:
    """The zone whose clock is meant by a time of day that `lead` is told or texted at.

    The one they are in; of several it may be, the location's own if that is among them.
    """
    places = places_of(lead, location, request=request)
    home = location.zone
    return home if any(place.zone == home for place in places) else places[0].zone


def next_allowed(lead: Lead, location: Location, at: datetime, *, request: JobRequest | None = None) -> datetime:
    """`at` itself if an automatic text may go out then, else the next moment that is allowed wherever they may be."""
    return _next(places_of(lead, location, request=request), location, at)


def is_allowed(lead: Lead, location: Location, at: datetime, *, request: JobRequest | None = None) -> bool:
    return next_allowed(lead, location, at, request=request) <= at


def closes_at(lead: Lead, location: Location, at: datetime, *, request: JobRequest | None = None) -> datetime:
    """Until when texts may go out that may go out at `at`; `at` itself in quiet hours."""
    places, _ = _placed(places_of(lead, location, request=request), location, at)
    return quiet_hours.closes_at(at, places, _rules())


def why(lead: Lead, location: Location, at: datetime, *, request: JobRequest | None = None) -> str:
    """One sentence for staff: whether it is quiet at `at`, by whose clock and by which hours."""
    places, overlap = _placed(places_of(lead, location, request=request), location, at)
    rules = _rules()
    opens = quiet_hours.next_allowed(at, places, rules) or at
    strictest = next((place for place in places if not quiet_hours.is_allowed(at, [place], rules)), places[0])
    clock = f"{_time(at, strictest.zone)} in {_city(strictest)}{'' if overlap else ', the place of the business'}"
    if opens <= at:
        return f"Automatic texts may go out: it is {clock}, allowed {_hours(strictest, rules, at)}."
    return (
        f"Quiet hours: it is {clock}, allowed {_hours(strictest, rules, at)}."
        f" Automatic texts may go out from {_day_and_time(opens, strictest.zone)} there."
    )


def _next(places: Places, location: Location, at: datetime) -> datetime:
    places, _ = _placed(places, location, at)
    found = quiet_hours.next_allowed(at, places, _rules())
    # The location alone always has a next moment: every rule has a window.
    return at if found is None else found


def _placed(places: Places, location: Location, at: datetime) -> tuple[Places, bool]:
    """`places` and True; where their windows never overlap, the location itself and False.

    Otherwise nobody with such a number could ever be texted, although they rang this very shop.
    """
    if quiet_hours.next_allowed(at, places, _rules()) is not None:
        return places, True
    return (place_of_location(location),), False


def _rules() -> tuple[Rule, ...]:
    return configuration.remember(("quiet hours",), _find_rules)


def _find_rules() -> tuple[Rule, ...]:
    rows = QuietHours.objects.filter(is_active=True)
    return tuple(
        Rule(row.country, row.region, row.allowed_from, row.allowed_until, frozenset(row.weekdays)) for row in rows
    )


def _hours(place: Whereabouts, rules: tuple[Rule, ...], at: datetime) -> str:
    """The windows of the local day, "8:00 AM to 9:00 PM"; "not at all that day" without one."""
    weekday = at.astimezone(place.zone).weekday()
    held = [rule for rule in rules_for(place, rules) if not rule.weekdays or weekday in rule.weekdays]
    if not held:
        return "not at all that day"
    named = held[0].region or held[0].country
    spans = " and ".join(f"{_clock(rule.starts)} to {_clock(rule.ends)}" for rule in held)
    return f"{spans} in {named}" if named else spans


def _city(place: Whereabouts) -> str:
    return place.zone.key.rpartition("/")[2].replace("_", " ")


def _time(at: datetime, zone: ZoneInfo) -> str:
    return _clock(at.astimezone(zone).time())


def _day_and_time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%A} {_time(at, zone)}"


def _clock(at: time) -> str:
    return f"{at:%I:%M %p}".lstrip("0")
