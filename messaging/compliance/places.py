"""Where somebody may be who reads our texts: by the address they gave, else everywhere their number may be from.

Numbers move with their owners, so a number is a guess; a ZIP code or a city they named is none.
"""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from leads.gazetteer import plain, spot_of, state_code, towns_named
from leads.models import JobRequest, Lead, Location
from messaging.compliance.area_codes import clocks_of, state_of
from recoverline.lib.phones import country_of
from recoverline.lib.zones import valid_zone
from scheduling.quiet_hours import Whereabouts

Places = tuple[Whereabouts, ...]

# At the end only: what stands before a street is the number of a house.
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?[\s.,]*(?:usa?|united states)?[\s.]*$", re.IGNORECASE)
# Under United States law, though their numbers count as a country of their own.
_TERRITORIES = frozenset({"PR", "VI", "GU", "AS", "MP"})
# Numbers that belong to no place: whoever has one may be anywhere.
_PLACELESS = frozenset(
    {
        PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER, PhoneNumberType.UAN, PhoneNumberType.VOICEMAIL,
    }
)  # fmt: skip
# Of North America's 42 zones the largest area has two or three: a number with more of them has no area.
_MOST_ZONES = 12


def places_of(lead: Lead, location: Location, *, request: JobRequest | None = None) -> Places:
    """Every place where `lead` may be; never empty.

    What `request` (without it their latest one that names a place) says of the place counts alone, else the number,
    else, for toll-free and unknown numbers, `location` itself. `location` has its business at hand or loads it.
    """
    home = place_of_location(location)
    return _places_said(lead, home, request) or places_of_number(lead.phone) or (home,)


def place_of_location(location: Location) -> Whereabouts:
    """The location itself, which calls are made to and from which texts come."""
    spot = spot_of(location.postal_code.strip()[:5]) if location.postal_code else None
    region = state_code(location.region) or (spot.state if spot else "")
    return Whereabouts(location.zone, location.business.country, region)


def _places_said(lead: Lead, home: Whereabouts, request: JobRequest | None) -> Places:
    if request is None and lead.pk is not None:
        told = JobRequest.objects.filter(lead=lead).exclude(place="", address="")
        request = told.order_by("-opened_at", "-id").first()
    if request is None or home.country != "US":
        return ()
    return _read(request.place, home.region) or _read(request.address, None)


@lru_cache(maxsize=2048)
def _read(text: str, near: str | None) -> Places:
    """The places that a ZIP code or a city at the end of `text` stands for; () if none is certain.

    `near`: the state that a city without one is looked for in; None: it must come with its state.
    """
    code = _ZIP.search(text)
    if code is not None and spot_of(code[1]):
        return _at_codes((code[1],))
    before, state = _without_state(text)
    named = plain(before.rpartition(",")[2] if state else before)
    if not named or (near is None and not state):
        return ()
    towns = [town for town in towns_named(named) if state in ("", town.state)]
    if len(towns) > 1:
        towns = [town for town in towns if town.state == near]
    return _at_codes(towns[0].codes) if towns else ()


def _without_state(text: str) -> tuple[str, str]:
    """ "Mesa, AZ" as "Mesa" and "AZ"; "" where no state stands at the end."""
    for mark in (",", " "):
        before, _, last = text.strip(" .,").rpartition(mark)
        if before and (state := state_code(last)):
            return before, state
    return text, ""


def _at_codes(codes: tuple[str, ...]) -> Places:
    spots = [spot for spot in map(spot_of, codes) if spot is not None]
    found = {(spot.zone, "US", spot.state) for spot in spots if spot.zone}
    return tuple(Whereabouts(ZoneInfo(zone), country, state) for zone, country, state in sorted(found))


@lru_cache(maxsize=8192)
def places_of_number(phone: str) -> Places:
    """Every zone and state that the number `phone` (E.164) may be from; () for toll-free and unknown numbers."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    if phonenumbers.number_type(number) in _PLACELESS:
        return ()
    zones = [
        name for name in timezone.time_zones_for_number(number) if valid_zone(name) and not name.startswith("Etc/")
    ]
    if not zones or len(zones) > _MOST_ZONES:
        return ()
    if phone.startswith("+1"):
        # The library goes by the exchange, which says where a landline is, and nothing of a mobile.
        zones += clocks_of(phone[2:5])
    country, regions = _jurisdictions(phone)
    return tuple(Whereabouts(ZoneInfo(zone), country, region) for zone in sorted({*zones}) for region in regions)


def _jurisdictions(phone: str) -> tuple[str, tuple[str, ...]]:
    """The country of a number and the states it may be in; ("",) where only the country's own rules can count."""
    if phone.startswith("+1"):
        country, regions = state_of(phone[2:5])
        if regions:
            return country, regions
    country = country_of(phone)
    return ("US", (country,)) if country in _TERRITORIES else (country, ("",))
