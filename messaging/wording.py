"""What is said in a situation: the fitting script with its placeholders filled, or the built-in wording.

Never nothing.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from leads.models import Business, Lead
from messaging import configuration, scripts
from messaging.enums import HoursState, ScriptKind
from messaging.models import PhoneNumber, Script
from recoverline.lib.render import UnknownPlaceholder, placeholders_in
from scheduling import links, queries

logger = logging.getLogger(__name__)

# Only these need the opening hours, which cost two queries.
ABOUT_HOURS = {"hours", "opens_at", "closure"}


@dataclass(frozen=True, slots=True)
class Worded:
    """`body`: what is said. `by`: whose words: "12:1f3a9c02" (a script, its version) or "missed_call" (built in)."""

    body: str
    by: str


def version_of(body: str) -> str:
    """Names the words of a script: another text, another version. Pure."""
    return hashlib.sha256(body.encode()).hexdigest()[:8]


def worded(
    kind: ScriptKind,
    *,
    number: PhoneNumber,
    now: datetime,
    lead: Lead | None = None,
    language: str = "",
    hours: str = HoursState.OPEN,
    **also: str,
) -> Worded:
    """What to say for `kind` from `number` (with its business and location loaded) to `lead`.

    `language` empty: the business's. `also` overrides values of placeholders. A stored script that cannot be rendered
    costs its own wording, never the text.
    """
    language = language or number.business.language
    script = scripts.find_script(
        number.business, kind, location=number.location, number=number, language=language, hours=hours
    )
    return worded_by(script, kind, number=number, lead=lead, language=language, now=now, also=also)


def worded_by(
    script: Script | None,
    kind: ScriptKind,
    *,
    number: PhoneNumber,
    lead: Lead | None,
    language: str,
    now: datetime,
    also: dict[str, str] | None = None,
) -> Worded:
    """The same by `script`, whichever would fit best; None: the built-in wording."""
    given = also or {}
    if script is not None:
        try:
            body = fill(script.body, number=number, lead=lead, language=language, now=now, also=given)
            return Worded(body, f"{script.pk}:{version_of(script.body)}")
        except UnknownPlaceholder:
            logger.warning("script %s names a placeholder that does not exist; using the built-in wording", script.pk)
    built_in = scripts.fallback_body(kind, language)
    return Worded(fill(built_in, number=number, lead=lead, language=language, now=now, also=given), kind.value)


def fill(
    body: str, *, number: PhoneNumber, lead: Lead | None, language: str, now: datetime, also: dict[str, str]
) -> str:
    """`body` with its placeholders filled; what costs queries is looked up only for a text that names it.

    Raises UnknownPlaceholder.
    """
    location, names = number.location, set(placeholders_in(body))
    week = configuration.week_at(location, now=now) if ABOUT_HOURS & names else None
    values = scripts.values_for(
        business=number.business,
        location=location,
        number=number,
        lead=lead,
        state=queries.state_in(week, location, now=now) if week else None,
        ranges=week.ranges if week else (),
        now=now,
        language=language,
    )
    if "booking_link" in names and not values["booking_link"] and lead is not None:
        values["booking_link"] = _personal_link(lead, number, now=now)
    return scripts.render_script(body, {**values, **also})


def example_link(business: Business) -> str:
    """What {booking_link} looks like in a text of `business`, for those who write it; "" where it would be empty."""
    if business.booking_url or not configuration.finds_something_to_book(business):
        return business.booking_url
    # An installation on a desk has no certificate; the advice about links is for the one it will be.
    return links.address_of("k7mQ2xW9aB4cD6eF8gH1jL").replace("http://", "https://", 1)


def _personal_link(lead: Lead, number: PhoneNumber, *, now: datetime) -> str:
    """The customer's own way to the booking page, "" where nothing can be booked."""
    if not configuration.books_online(number.business):
        return ""
    return links.link_to_book(lead, now=now)
