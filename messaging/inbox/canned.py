"""What the front desk says often: prepared replies, filled in for one customer.

They have the placeholders of scripts. A reply that names something which is not known of this customer (a price, a
visit) is not offered rather than said with a hole.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from leads.models import Business, Service, ServiceAtLocation
from messaging.agent.knowledge_text import price_words
from messaging.enums import ScriptKind
from messaging.inbox.offering import area_of, language_of
from messaging.models import CannedReply, Conversation
from messaging.script_lint import EXAMPLES, PLACEHOLDERS
from messaging.scripts import Finding, lint, render_script, values_for
from messaging.visit_words import describe_visit
from messaging.wording import ABOUT_HOURS, example_link
from recoverline.lib.render import UnknownPlaceholder, placeholders_in
from recoverline.lib.text import Segments, count_segments
from scheduling import queries
from scheduling.models import Appointment
from scheduling.settings_of import booking_settings

# A sentence reads well without these.
_MAY_BE_EMPTY = frozenset({"caller_name", "location", "team", "opens_at", "closure", "opt_out"})
# What only a turn of the robot knows, a text about one version of an appointment, or one about who is on call.
_NEVER_KNOWN = frozenset({"slots", "confirm", "change_link", "back", "services", "person"})
KNOWN = {name: meaning for name, meaning in PLACEHOLDERS.items() if name not in _NEVER_KNOWN}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply as this customer would read it. `is_theirs`: in their language, or in none in particular."""

    key: str
    shortcut: str
    title: str
    text: str
    language: str
    is_theirs: bool
    bill: Segments


def replies_for(conversation: Conversation, *, now: datetime) -> list[Prepared]:
    """Those that can be said here, the customer's language first. Changes nothing."""
    rows = list(CannedReply.objects.filter(business=conversation.business_id, is_active=True))
    names = {name for row in rows for name in placeholders_in(row.body)}
    spoken = language_of(conversation)
    values = {
        language: _values(conversation, names, language=language, now=now)
        for language in {row.language or spoken for row in rows}
    }
    found = [reply for row in rows if (reply := _prepare(row, values[row.language or spoken], spoken))]
    return sorted(found, key=lambda reply: (not reply.is_theirs, reply.shortcut))


def reply_with(conversation: Conversation, key: str, *, now: datetime) -> Prepared | None:
    """The one with this key, if it can be said here."""
    return next((reply for reply in replies_for(conversation, now=now) if reply.key == key), None)


def findings_in(body: str, *, business: Business, sample: dict[str, str]) -> list[Finding]:
    """What is wrong with a prepared reply, as for a script; errors forbid it."""
    found = lint(
        body, kind=ScriptKind.NOTED, business_name=business.name, opt_out_line=business.opt_out_line,
        sample={**EXAMPLES, "booking_link": example_link(business), **sample},
    )  # fmt: skip
    # Unlike a script of the robot it has a value for these, where the customer's request names one.
    return [*_unknown(body), *(finding for finding in found if finding.code != "empty_placeholder")]


def _unknown(body: str) -> Iterator[Finding]:
    for name in placeholders_in(body):
        if name in _NEVER_KNOWN:
            yield Finding("error", "unknown_placeholder", f"{{{name}}} is not known in a prepared reply: take it out.")


def _prepare(row: CannedReply, values: dict[str, str], spoken: str) -> Prepared | None:
    unknown = {name for name in placeholders_in(row.body) if not values.get(name, "").strip()}
    if unknown - _MAY_BE_EMPTY:
        return None
    try:
        text = render_script(row.body, values)
    except UnknownPlaceholder:
        return None
    is_theirs = row.language in ("", spoken)
    return Prepared(str(row.key), row.shortcut, row.title, text, row.language, is_theirs, count_segments(text))


# ---------------------------------------------------------------- what is known of the customer
def _values(conversation: Conversation, names: Collection[str], *, language: str, now: datetime) -> dict[str, str]:
    """A value for every placeholder, "" for what is not known; only what costs a query is asked for by `names`."""
    location, about_hours = conversation.location, bool(ABOUT_HOURS & set(names))
    values = values_for(
        business=conversation.business, location=location, number=conversation.number, lead=conversation.lead,
        state=queries.state_of(location, now=now) if about_hours else None,
        ranges=queries.hours_of(location) if about_hours else (), now=now, language=language,
    )  # fmt: skip
    if "booking_link" in names and not values["booking_link"]:
        values["booking_link"] = _public_page(conversation.business)
    service = conversation.request.service if conversation.request else None
    if service is not None and {"service", "price"} & set(names):
        values |= {"service": service.name, "price": _price(service, conversation, language)}
    if {"appointment", "when"} & set(names):
        values |= _next_visit(conversation, language, now=now)
    if "area" in names:
        area = area_of(conversation, location)
        values["area"] = area.city if area else ""
    return values


def _public_page(business: Business) -> str:
    """Where anybody can book; a personal address would be written down by being looked at."""
    if not booking_settings(business).is_page_on:
        return ""
    return settings.SITE_URL + reverse("booking:service-list", args=[business.slug])


def _price(service: Service, conversation: Conversation, language: str) -> str:
    local = ServiceAtLocation.objects.filter(service=service, location=conversation.location_id).first()
    differs = local is not None and (local.price_from_cents is not None or local.price_to_cents is not None)
    row = local if local is not None and differs else service
    return price_words(row.price_from_cents, row.price_to_cents, language=language)


def _next_visit(conversation: Conversation, language: str, *, now: datetime) -> dict[str, str]:
    rows = Appointment.objects.upcoming(now).filter(lead=conversation.lead_id, business=conversation.business_id)
    visit = rows.select_related("service", "location__business").order_by("starts_at").first()
    if visit is None:
        return {}
    when = describe_visit(
        visit.starts_at, zone=visit.location.zone, language=language, arrival_ends_at=visit.arrival_ends_at
    )
    return {"appointment": visit.service.name, "when": when}
