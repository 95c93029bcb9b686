"""What somebody gets and when, before it happens: the preview in the admin, and the panel in the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leads.models import JobRequest, Lead, Location
from messaging.followups import limits, recipients, texts, timing
from messaging.followups.enums import Anchor, StepAction, Unit
from messaging.followups.recipients import Recipient
from messaging.followups.versions import StepTerms
from recoverline.lib.render import UnknownPlaceholder


@dataclass(frozen=True, slots=True)
class Planned:
    """One step to come. `due_at` is UTC, None when it will not happen; `text` is what the customer reads, or what staff
    are told; `why` says in a sentence what moved it or what keeps it back, "" if nothing does.
    """

    step: StepTerms
    due_at: datetime | None
    text: str
    why: str


def plan(
    steps: Iterable[StepTerms],
    *,
    lead: Lead,
    location: Location,
    anchor_at: datetime,
    now: datetime,
    last_text_at: datetime | None = None,
    language: str = "",
    request: JobRequest | None = None,
) -> list[Planned]:
    """Exactly what `lead` (which may be unsaved) would get after an event at `anchor_at`, if nothing stops it.

    `location` comes with its business. Changes nothing.
    """
    language = language or lead.language or location.business.language
    to = recipients.recipient(lead, location, request=request)
    had = limits.texts_had(lead, now=now)
    last_text_at = last_text_at or anchor_at
    planned, earliest = [], now
    for step in steps:
        text, why = _words(step, lead, location, language, now)
        slot = _slot(step, to, had, anchor_at=anchor_at, last_text_at=last_text_at, earliest=earliest)
        due, why = (None, why) if why else slot
        if due is not None and step.action == StepAction.TEXT:
            had, last_text_at = had.and_at(due), due
        # No step comes before the one in front of it.
        earliest = due or earliest
        planned.append(Planned(step, due, text, why))
    return planned


def _slot(
    step: StepTerms,
    to: Recipient,
    had: limits.Had,
    *,
    anchor_at: datetime,
    last_text_at: datetime,
    earliest: datetime,
) -> tuple[datetime | None, str]:
    """When `step` happens, not before `earliest`, and what moves it; or None and why it does not happen."""
    business, allowed = to.location.business, to.allowed(step)
    if step.action == StepAction.TEXT and had.count >= business.follow_ups_per_lead:
        return None, CAPPED
    try:
        wanted = timing.due_at(step, anchor_at=anchor_at, last_text_at=last_text_at, zone=to.zone, allowed=allowed)
        if earliest > wanted + timing.valid_for(step):
            return None, TOO_LATE
        apart = timing.keep_apart(
            step, wanted, last_follow_up_at=had.last_at, gap=limits.gap_of(business), zone=to.zone, allowed=allowed
        )
        if apart is None:
            return None, TOO_SOON
        due = timing.fit(step, max(apart, earliest), zone=to.zone, allowed=allowed)
    except ValueError as error:
        return None, str(error)
    if due > wanted + timing.valid_for(step):
        return None, TOO_LATE
    return due, MOVED if apart > wanted else ""


def delay_words(step: StepTerms) -> str:
    """ "2 days after the event", "at once": when, before windows and quiet hours."""
    if not step.delay_amount:
        return "at once"
    unit = Unit(step.delay_unit).label
    amount = f"{step.delay_amount} {unit if step.delay_amount != 1 else unit.removesuffix('s')}"
    return f"{amount} after {Anchor(step.anchor).label}"


def _words(step: StepTerms, lead: Lead, location: Location, language: str, now: datetime) -> tuple[str, str]:
    if step.action != StepAction.TEXT:
        return step.body, ""
    try:
        return texts.preview(step, lead=lead, location=location, language=language, now=now), ""
    except UnknownPlaceholder:
        return texts.body_in(step, language), PLACEHOLDER


PLACEHOLDER = "The text names a placeholder that does not exist."
CAPPED = "They have had as many follow-ups as one person may get."
TOO_SOON = "Too soon after the follow-up before it, and not valid for long enough to wait."
TOO_LATE = "Its time has passed by then."
MOVED = "Later than its own time, to leave room after the follow-up before it."
