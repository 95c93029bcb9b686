"""How a script would read on a caller's phone, with its bill and everything the linter says."""

from dataclasses import dataclass, replace
from datetime import datetime

from leads.models import Business, Lead, Location
from messaging.enums import HoursState, ScriptKind
from messaging.models import PhoneNumber
from messaging.script_lint import EXAMPLES, SPOKEN_KINDS
from messaging.scripts import Finding, lint, render_script, values_for
from messaging.wording import example_link
from recoverline.lib.render import UnknownPlaceholder, malformed_placeholders, unknown_placeholders
from recoverline.lib.text import Segments, count_segments
from scheduling import queries
from scheduling.models import Closure

SAMPLE_CALLER = "Maria Lopez"
CLOSED_KINDS = (ScriptKind.AFTER_HOURS, ScriptKind.GREETING_CLOSED)


@dataclass(frozen=True, slots=True)
class Preview:
    """`text` is empty when it cannot be rendered; `bill` None for what is spoken."""

    text: str
    bill: Segments | None
    findings: tuple[Finding, ...]
    is_spoken: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A script as it stands on the page, saved or not."""

    business: Business
    body: str
    kind: str
    location: Location | None = None
    number: PhoneNumber | None = None
    language: str = ""
    hours: str = ""


def preview_of(draft: Draft, *, now: datetime) -> Preview:
    business = draft.business
    sample = sample_values(draft, now=now) | EXAMPLES | {"booking_link": example_link(business)}
    findings = lint(
        draft.body, kind=draft.kind, business_name=business.name, opt_out_line=business.opt_out_line, sample=sample
    )
    spoken = draft.kind in SPOKEN_KINDS
    if malformed_placeholders(draft.body) or unknown_placeholders(draft.body, sample):
        return Preview("", None, tuple(findings), spoken)
    try:
        text = render_script(draft.body, sample)
    except UnknownPlaceholder:
        return Preview("", None, tuple(findings), spoken)
    return Preview(text, None if spoken else count_segments(text), tuple(findings), spoken)


def sample_values(draft: Draft, *, now: datetime) -> dict[str, str]:
    """Values as a caller of this business would get them, for a script about closed hours at a closed moment."""
    business = draft.business
    location = draft.location or (draft.number.location if draft.number else None) or business.locations.first()
    number = draft.number or business.numbers.first() or PhoneNumber(business=business, number=business.phone)
    lead = Lead(business=business, name=SAMPLE_CALLER)
    if location is None:
        nowhere = Location(business=business, name=business.name)
        return values_for(
            business=business, location=nowhere, number=number, lead=lead, now=now, language=draft.language
        )
    state = queries.state_of(location, now=now)
    if state.is_open and state.changes_at is not None and (draft.hours in _CLOSED or draft.kind in CLOSED_KINDS):
        now = state.changes_at
        state = queries.state_of(location, now=now)
    if draft.hours == HoursState.HOLIDAY and not state.closure_name:
        closure = Closure.objects.filter(business=business, resource=None).order_by("-starts_on").first()
        state = replace(state, is_open=False, closure_name=closure.name if closure else "Thanksgiving")
    return values_for(
        business=business,
        location=location,
        number=number,
        lead=lead,
        state=state,
        ranges=queries.hours_of(location),
        now=now,
        language=draft.language,
    )


_CLOSED = (HoursState.CLOSED, HoursState.HOLIDAY)
