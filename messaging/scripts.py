"""The texts of a business: which one fits, what its placeholders become, and the wording when it has none.

The linter lives in messaging.script_lint and is offered here too, so that one import serves forms and loaders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from leads.enums import Language
from leads.models import Business, Lead, Location
from leads.models.business import DEFAULT_OPT_OUT_LINE
from messaging import built_in_wording, configuration
from messaging.enums import HoursState, ScriptKind
from messaging.models import PhoneNumber, Script
from messaging.script_lint import FIRST_TEXT_KINDS, PLACEHOLDERS, Finding, lint
from recoverline.lib.phones import display_phone
from recoverline.lib.render import render
from recoverline.lib.text import normalize
from scheduling.hours import HoursRange, OpenState, describe_hours

__all__ = [
    "PLACEHOLDERS",
    "Finding",
    "choose",
    "describe_opening",
    "fallback_body",
    "find_script",
    "fits_hours",
    "lint",
    "render_script",
    "values_for",
]

SPANISH_OPT_OUT_LINE = "Responda STOP para darse de baja."

# Accents that GSM-7 lacks (sábado) are left out, as describe_hours does: one of them more than doubles the price.
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sabado", "el domingo"),
}
_NEAR_DAYS = {"en": ("today", "tomorrow"), "es": ("hoy", "mañana")}
_MONTHS = {
    "en": "January/February/March/April/May/June/July/August/September/October/November/December",
    "es": "enero/febrero/marzo/abril/mayo/junio/julio/agosto/septiembre/octubre/noviembre/diciembre",
}

_FIRST_NAME = re.compile(r"(?=..)[^\W\d_]+(?:['-][^\W\d_]+)*")
# What carriers and phone books put where a name belongs, and titles, which are no first names.
_NO_NAME = re.compile(
    r"\b(?:anonymous|blocked|caller|cell|customer|dr|guest|mobile|mr|mrs|ms|name|private|restricted|spam|the|toll|"
    r"unavailable|unknown|user|wireless)\b",
    re.IGNORECASE,
)


def values_for(
    *,
    business: Business,
    location: Location,
    number: PhoneNumber,
    lead: Lead | None = None,
    state: OpenState | None = None,
    ranges: Sequence[HoursRange] = (),
    now: datetime,
    language: str = "",
) -> dict[str, str]:
    """A value for every name in PLACEHOLDERS, "" where nothing true can be said; makes no query.

    `language` empty: the lead's, else the business's. `now` is aware; `state` and `ranges` are those of `location`.
    """
    spoken = _supported(language or (lead.language if lead else "") or business.language)
    opens_at = state.opens_at if state and not state.is_open else None
    zone = ZoneInfo(location.time_zone or business.time_zone)
    values = {
        "business": business.name,
        "location": location.name,
        "city": location.city,
        "caller_name": _first_name(lead.name) if lead else "",
        "phone": display_phone(location.phone or business.phone or number.number, business.country),
        "email": business.email,
        "website": business.website,
        "booking_link": business.booking_url,
        # Of one appointment: whoever writes about it says them (messaging.appointment_texts).
        "appointment": "",
        "when": "",
        "change_link": "",
        "confirm": "",
        # Of one turn of the robot: messaging.agent.flow.answering says them.
        **dict.fromkeys(("slots", "service", "services", "price", "area", "back"), ""),
        # Of one escalation (messaging.escalation.customer).
        "person": "",
        "hours": describe_hours(ranges, language="es" if spoken == Language.SPANISH else "en"),
        "opens_at": describe_opening(opens_at, now=now, zone=zone, language=spoken) if opens_at else "",
        "closure": state.closure_name if state else "",
        "team": f"El equipo de {business.name}" if spoken == Language.SPANISH else f"The team at {business.name}",
        "opt_out": _opt_out_line(business, spoken),
    }
    return {name: normalize(value).strip() for name, value in values.items()}


def describe_opening(opens_at: datetime, *, now: datetime, zone: ZoneInfo, language: str) -> str:
    """The instant as people at the location would say it: "tomorrow at 8 AM", "el lunes a las 8 AM".

    From a week on the date is named, since the weekday alone would mean the nearer one.
    """
    spoken = _supported(language)
    local = opens_at.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    if 0 <= days < 2:
        day = _NEAR_DAYS[spoken][days]
    elif days < 7:
        day = _DAYS[spoken][local.weekday()]
    elif spoken == Language.SPANISH:
        day = f"{_DAYS[spoken][local.weekday()]} {local.day} de {_MONTHS[spoken].split('/')[local.month - 1]}"
    else:
        day = f"{_DAYS[spoken][local.weekday()]}, {_MONTHS[spoken].split('/')[local.month - 1]} {local.day},"
    return f"{day} {_at_clock(local, spoken)}"


def choose(
    scripts: Iterable[Script], *, kind: str, location_id: int, number_id: int, language: str, hours: str
) -> Script | None:
    """The most specific active script that fits: number, then location, hours, language decide; then the lowest id.

    Holidays are closed days too, so a script for closed hours serves when none is for holidays. A script in neither
    the wanted language nor the business's own fits nobody. Runs for every missed call: rows must come with their
    business loaded (as `business.scripts` does), or each asks the database for it.
    """
    best: Script | None = None
    best_rank: tuple[bool, bool, int, int, int] | None = None
    for script in scripts:
        if script.kind != kind or not script.is_active:
            continue
        if script.number_id not in (None, number_id) or script.location_id not in (None, location_id):
            continue
        hours_rank, language_rank = _hours_rank(script, hours), _language_rank(script, language)
        if hours_rank is None or language_rank is None:
            continue
        rank = (script.number_id is not None, script.location_id is not None, hours_rank, language_rank, -script.pk)
        if best_rank is None or rank > best_rank:
            best, best_rank = script, rank
    return best


def find_script(
    business: Business, kind: str, *, location: Location, number: PhoneNumber, language: str, hours: str
) -> Script | None:
    """The script for `kind`, or the nearest that says something true; None: use `fallback_body`. One query.

    A first text without a script of its own kind takes the one for after hours (when closed), then the one for missed
    calls. Not so one that leaves late: both would sound as if the call had just come in.
    """
    kinds = [kind]
    if kind in FIRST_TEXT_KINDS and kind != ScriptKind.DELAYED:
        if hours != HoursState.OPEN:
            kinds.append(ScriptKind.AFTER_HOURS)
        kinds.append(ScriptKind.MISSED_CALL)
    scripts = configuration.scripts_of(business)
    found = (
        choose(scripts, kind=each, location_id=location.pk, number_id=number.pk, language=language, hours=hours)
        for each in kinds
    )
    return next((script for script in found if script is not None), None)


def render_script(script_body: str, values: Mapping[str, str]) -> str:
    """The text as it is sent and billed; UnknownPlaceholder when the body names what has no value."""
    return normalize(render(script_body, values)).strip()


def fallback_body(kind: str, language: str) -> str:
    """Built-in wording for any kind, in English or Spanish: for a business without a script of that kind."""
    return built_in_wording.WORDING[_supported(language)][built_in_wording.STANDS_IN.get(kind, kind)]


def fits_hours(script: Script, hours: str) -> bool:
    """Whether it may be said while the place is open or closed, as `hours` says."""
    return _hours_rank(script, hours) is not None


def _hours_rank(script: Script, hours: str) -> int | None:
    if script.hours == hours:
        return 2
    if script.hours == HoursState.CLOSED and hours == HoursState.HOLIDAY:
        return 1
    return None if script.hours else 0


def _language_rank(script: Script, language: str) -> int | None:
    if script.language == language:
        return 1
    return 0 if script.language == script.business.language else None


def _supported(language: str) -> Language:
    return Language.SPANISH if language == Language.SPANISH else Language.ENGLISH


def _first_name(name: str) -> str:
    """How to greet somebody of this `name`, "" when it may not be a person's.

    Caller ID writes in capitals, often the last name first or no name at all (SMITH JOHN, WIRELESS CALLER), so
    capitals are not trusted.
    """
    first = normalize(name).split(maxsplit=1)[:1]
    if not first or name.isupper() or not _FIRST_NAME.fullmatch(first[0]) or _NO_NAME.search(name):
        return ""
    return first[0].capitalize() if first[0].islower() else first[0]


def _opt_out_line(business: Business, language: Language) -> str:
    """The business's own words are never replaced, only the English default for somebody who writes in Spanish."""
    if language == Language.SPANISH and business.opt_out_line == DEFAULT_OPT_OUT_LINE:
        return SPANISH_OPT_OUT_LINE
    return business.opt_out_line


def _at_clock(local: datetime, language: Language) -> str:
    minutes = f":{local.minute:02}" if local.minute else ""
    clock = f"{local.hour % 12 or 12}{minutes} {'AM' if local.hour < 12 else 'PM'}"
    at_twelve = local.hour % 12 == 0 and local.minute == 0
    if language == Language.SPANISH:
        if at_twelve and local.hour == 0:
            return "a medianoche"
        return f"a la {clock}" if local.hour % 12 == 1 else f"a las {clock}"
    if at_twelve:
        return "at noon" if local.hour else "at midnight"
    return f"at {clock}"
