"""A form that somebody filled in is answered as a missed call is: a text at once, or a callback task, never nothing.

The same facts are gathered and the same guards asked as for a call of that phone in this moment. What the person agreed
to is written into the ledger of consent before anything leaves.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from leads import callbacks, events, intake
from leads.enums import TaskReason
from leads.models import JobRequest, Lead, Location
from leads.models.api import FormEntry, LeadSource
from messaging import configuration, consent, conversations, facts, outbound, urgency
from messaging.compliance import ledger
from messaging.enums import (
    CallerKind,
    ConsentKind,
    ConsentMeans,
    ConsentScope,
    ConversationStatus,
    Happening,
    HoursState,
    MessageKind,
    MissReason,
    ScriptKind,
)
from messaging.facts import Asked
from messaging.followups import enrolling
from messaging.followups.enums import Trigger
from messaging.form_fields import Filled
from messaging.late_text import ANSWERS_FORM, ANSWERS_RELAYED
from messaging.models import Call, Conversation, PhoneNumber
from messaging.refusals import Refusal, first_refusal
from messaging.wording import worded
from recoverline.lib.phones import parse_phone

TEXTED, BAD_PHONE, NO_CONSENT, TEST, ADDED = "texted", "bad_phone", "no_consent", "test", "added"


@dataclass(frozen=True, slots=True)
class _Contact:
    """`phone` is E.164, `agreed` whether they may be texted, `consent` what they read, `cause` unlike any other."""

    location: Location
    phone: str
    filled: Filled
    source: str
    cause: str
    agreed: bool
    ticked: bool
    consent: str
    evidence: str
    is_trusted: bool = False
    asked: Asked = Asked.RELAYED


def take(
    source: LeadSource,
    filled: Filled,
    *,
    external_id: str,
    answers: Mapping[str, str],
    now: datetime,
    address: str | None = None,
    is_test: bool = False,
    is_direct: bool = False,
) -> FormEntry:
    """Keep the entry and act on it, once for each `external_id`. Its `outcome`: texted, or why there was no text.

    `source` has its business and location loaded. A phone that cannot be read becomes a callback task with what else
    they wrote. `is_direct`: they have sent it themselves in this moment, so that they are awake and wait.
    """
    asked = Asked.FORM if is_direct else Asked.RELAYED
    try:
        with transaction.atomic():
            entry = FormEntry.objects.create(
                business=source.business, source=source, external_id=external_id[:128], answers=dict(answers),
                has_consented=filled.has_consented, consent_text=source.consent_text, address=address, created_at=now,
            )  # fmt: skip
            entry.lead, entry.outcome = (None, TEST) if is_test else _act(source, entry, filled, asked, now=now)
            entry.save(update_fields=["lead", "outcome"])
    except IntegrityError:
        return FormEntry.objects.get(source=source, external_id=external_id[:128])
    return entry


def _act(
    source: LeadSource, entry: FormEntry, filled: Filled, asked: Asked, *, now: datetime
) -> tuple[Lead | None, str]:
    cause = f"{ANSWERS_FORM if asked == Asked.FORM else ANSWERS_RELAYED}{entry.key}"
    phone = parse_phone(filled.phone, source.business.country)
    if phone is None:
        said = ", ".join(filter(None, (filled.name, filled.email, filled.need)))
        callbacks.ask_callback(
            business=source.business, location=source.location, cause=cause, at=now,
            reason=TaskReason.UNTEXTABLE, detail=f"Form “{source.name}” with a phone that cannot be read: {said}",
        )  # fmt: skip
        return None, BAD_PHONE
    return _meet(
        _Contact(
            source.location, phone, filled, source=source.name, cause=cause, asked=asked,
            agreed=filled.has_consented or not source.requires_consent, ticked=filled.has_consented,
            consent=source.consent_text, evidence=f"form entry {entry.key}",
        ),
        now=now,
    )  # fmt: skip


def add_lead(
    location: Location, filled: Filled, *, source: str, now: datetime, consent: str | None = None, evidence: str = ""
) -> tuple[Lead | None, str]:
    """Add what another program knows of somebody; `filled.phone` is E.164. The lead, and what came of it.

    With `consent`, the words that they agreed to, they are texted as if they had filled in a form, though nobody
    at night. Without it nobody is texted and nobody called. None for a phone of the business itself. In the caller's
    transaction.
    """
    business, mark = location.business, uuid.uuid4()
    if consent is not None:
        contact = _Contact(
            location, filled.phone, filled, source=source, cause=f"{ANSWERS_RELAYED}{mark}", agreed=True, ticked=True,
            consent=consent, evidence=f"API {mark}: {evidence}" if evidence else f"API {mark}", is_trusted=True,
        )  # fmt: skip
        return _meet(contact, now=now)
    if filled.phone in configuration.own_phones(business.pk):
        return None, "staff"
    lead, is_new = _lead_of(filled.phone, filled, location, source=source, is_trusted=True, now=now)
    if filled.need or filled.place:
        request = intake.open_request(lead, location=location, at=now, source=source)
        _fill_blanks(request, filled, at=now)
    if is_new:
        events.record("lead.added", business=business, lead=lead, at=now, text=f"Added: {source}")
    return lead, ADDED


# ---------------------------------------------------------------- somebody turns to the business
def _meet(contact: _Contact, *, now: datetime) -> tuple[Lead | None, str]:
    location, business = contact.location, contact.location.business
    number = _number_for(location, contact.phone)
    asked = Call(
        business=business, location=location, number=number, caller=contact.phone, started_at=now,
        hours_state=HoursState(configuration.state_at(number, now=now).kind) if number else HoursState.OPEN,
    )  # fmt: skip
    situation = facts.situation_of(asked, reason=MissReason.NO_ANSWER, now=now, asked=contact.asked)
    if CallerKind.STAFF in situation.facts.callers:
        return None, "staff"
    lead, is_new = _lead_of(
        contact.phone, contact.filled, location, source=contact.source, is_trusted=contact.is_trusted, now=now
    )
    if situation.lead is None and not is_new:
        # Somebody else has opened it in this moment, and may have texted already: look again, behind them.
        situation = facts.situation_of(asked, reason=MissReason.NO_ANSWER, now=now, asked=contact.asked)
    refusal = first_refusal(
        situation.facts.callers, situation.limits, paused=business.is_texting_paused, stopped=_why_stopped(number),
        unreachable=situation.unreachable, called_back=False, minutes_old=0,
        late_after_minutes=business.late_after_minutes, quiet=situation.quiet,
    )  # fmt: skip
    if lead.blocked_at is not None:
        return lead, "blocked"
    known = set() if is_new else set(JobRequest.objects.filter(lead=lead).values_list("pk", flat=True))
    thread = None if number is None else conversations.open_conversation(lead, number, now=now, is_new=is_new)
    _note(contact, lead, thread, known, now=now)
    if refusal is None and not contact.agreed:
        refusal = Refusal(NO_CONSENT, "they have not agreed to be texted", TaskReason.CALL_ASKED)
    if refusal is None and thread is not None:
        _text(contact, lead, thread, hours=asked.hours_state, now=now)
        return lead, TEXTED
    if refusal is None:
        refusal = Refusal("no_number", "there is no number to text from", TaskReason.SENDING_STOPPED)
    _instead(contact, lead, thread, refusal, now=now)
    return lead, refusal.code


def _note(
    contact: _Contact, lead: Lead, thread: Conversation | None, known: Collection[int], *, now: datetime
) -> None:  # fmt: skip
    """What they want, and that it was they who asked: the request, the ledger, the timeline.

    Anybody can write somebody's phone into a form: nothing of it becomes part of one of the `known` requests.
    """
    request = thread.request if thread else intake.open_request(lead, location=contact.location, at=now)
    if request is not None:
        if request.opened_at == now:
            JobRequest.objects.filter(pk=request.pk).update(source=contact.source)
        if contact.is_trusted or request.pk not in known:
            _fill_blanks(request, contact.filled, at=now)
    kind = ConsentKind.OPTED_IN if contact.ticked else ConsentKind.CONTACTED
    ledger.note(
        lead.business_id, contact.phone, kind, means=ConsentMeans.API, at=now, evidence=contact.evidence,
        said=contact.consent if contact.agreed else "", scope=ConsentScope.REQUEST,
    )  # fmt: skip
    said = f": {contact.filled.need}" if contact.filled.need else ""
    events.record(
        "form.submitted", business=lead.business, lead=lead, at=now, text=f"Form “{contact.source}”{said}",
        conversation=str(thread.key) if thread else None, request=str(request.key) if request else None,
    )  # fmt: skip


def _text(contact: _Contact, lead: Lead, thread: Conversation, *, hours: str, now: datetime) -> None:
    body = worded(
        ScriptKind.WEB_FORM, number=thread.number, lead=lead, language=thread.language, hours=hours, now=now
    ).body  # fmt: skip
    text = outbound.queue_text(thread, kind=MessageKind.FIRST_TEXT, body=body, idem_key=contact.cause, now=now)
    if not text.suppression:
        enrolling.begin(Trigger.NO_REPLY, conversation=thread, cause=text.idem_key, at=now, now=now)
    if contact.filled.need:
        urgency.notice(thread, contact.filled.need, cause=contact.cause, now=now)


def _instead(
    contact: _Contact, lead: Lead, thread: Conversation | None, refusal: Refusal, *, now: datetime
) -> None:  # fmt: skip
    """No text: a callback, or a look at the conversation in which they have our text already."""
    need = contact.filled.need
    cannot_wait = bool(need) and urgency.cannot_wait(lead.business_id, need)
    if refusal.task is not None:
        callbacks.ask_callback(
            business=lead.business, location=contact.location, lead=lead, phone=contact.phone, cause=contact.cause,
            at=now, reason=refusal.task, detail=f"Form “{contact.source}”: {need or refusal.because}",
            due_at=now if cannot_wait else None,
        )  # fmt: skip
    elif thread is not None and refusal.code == "cooldown":
        said = f"Form: {need}" if need else f"Filled in “{contact.source}” again"
        conversations.note_said(thread, text=said, now=now, by_customer=True, happening=Happening.TEXT_IN)
    if thread is not None and cannot_wait:
        # Nothing automatic may leave, so what cannot wait is for people alone.
        urgency.tell_people(thread, need, now=now, because="May not be texted", also_urgent=True)


def _lead_of(
    phone: str, filled: Filled, location: Location, *, source: str, is_trusted: bool, now: datetime
) -> tuple[Lead, bool]:
    """The lead, and whether it is new. Anybody can write a phone that is known into a form, and gives it no name."""
    business = location.business
    known = Lead.objects.filter(business=business, phone=phone).first()
    lead = known or intake.open_lead(
        business,
        phone=phone,
        at=now,
        source=source[:60],
        name=filled.name,
        simulated=business.is_simulated,
        is_unknown=True,
    )
    is_new = known is None and lead.created_at == now
    if is_new:
        consent.recall(business.pk, phone)
    lead.business = business
    wanted = {"name": filled.name, "email": filled.email, "language": filled.language}
    blank = {column: value for column, value in wanted.items() if value and not getattr(lead, column)}
    if blank and (is_new or is_trusted):
        Lead.objects.filter(pk=lead.pk).update(**blank)
        for column, value in blank.items():
            setattr(lead, column, value)
    return lead, is_new


def _fill_blanks(request: JobRequest, filled: Filled, *, at: datetime) -> None:
    wanted = {"need": filled.need, "place": filled.place}
    blank = {column: value for column, value in wanted.items() if value and not getattr(request, column)}
    if blank:
        intake.note_facts(request.lead, request, blank, at=at)


def _number_for(location: Location, phone: str) -> PhoneNumber | None:
    """From which number they are texted: the one that they are talking with, else one of the location that works."""
    rows = PhoneNumber.objects.filter(business=location.business_id).select_related("account", "location", "business")
    talking = Conversation.objects.filter(business=location.business_id, lead__phone=phone, is_team=False)
    talking = talking.exclude(status=ConversationStatus.DONE).order_by("-last_at")
    able = Q(is_active=True, stopped_at=None, account__is_active=True, account__stopped_at=None)
    here = rows.filter(location=location).order_by("pk")
    found = (
        rows.filter(able, pk__in=talking.values("number")[:1]).first()
        or here.filter(able).first()
        or here.first()
        or rows.filter(able).order_by("pk").first()
    )
    if found is not None:
        found.location.business = found.business
    return found


def _why_stopped(number: PhoneNumber | None) -> str:
    """Why nothing can be sent from it, "" when it can."""
    if number is None:
        return "there is none"
    account = number.account
    if not (number.is_active and account.is_active):
        return "it is switched off"
    if number.stopped_at is None and account.stopped_at is None:
        return ""
    return (number.problem if number.stopped_at else account.problem) or "see the number and its account"
