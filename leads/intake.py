"""A contact becomes a lead: one per phone and business, with its requests kept apart."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Model

from leads import events
from leads.enums import RequestStatus
from leads.models import Business, JobRequest, Lead, Location, Service


def open_lead(
    business: Business, *, phone: str, at: datetime, source: str = "", name: str = "", simulated: bool = False
) -> Lead:
    """The lead of `phone` (E.164), created if it is new."""
    lead = Lead.objects.filter(business=business, phone=phone).first()
    return lead or new_lead(business, phone=phone, at=at, source=source, name=name, simulated=simulated)


def new_lead(
    business: Business, *, phone: str, at: datetime, source: str = "", name: str = "", simulated: bool = False
) -> Lead:
    """The lead of a phone that was not known a moment ago. Safe under concurrency: the database knows one per phone."""
    try:
        with transaction.atomic():
            lead = Lead.objects.create(
                business=business, phone=phone, created_at=at, source=source, name=name, is_simulated=simulated
            )
            events.tell("lead.created", business=business, lead=lead, at=at)
            return lead
    except IntegrityError:
        return Lead.objects.get(business=business, phone=phone)


def open_request(lead: Lead, *, location: Location, at: datetime, source: str = "") -> JobRequest:
    """A new request of this lead."""
    return JobRequest.objects.create(
        business_id=lead.business_id,
        lead=lead,
        location=location,
        source=source,
        opened_at=at,
        status=RequestStatus.OPEN,
    )


# Which row keeps it, and how staff read it on the timeline.
_OF_THE_LEAD = {"name": "Name", "kind": "Customer"}
_OF_THE_REQUEST = {
    "need": "Need", "place": "Place", "address": "Address", "urgency": "Urgency", "preferred": "Preferred time",
    "notes": "Notes",
}  # fmt: skip


def note_facts(
    lead: Lead,
    request: JobRequest | None,
    changes: Mapping[str, str],
    *,
    at: datetime,
    service: Service | None = None,
    conversation: str = "",
) -> bool:
    """Keep what a customer said of themselves and of the job; False when nothing is new.

    `changes` by column of Lead (name, kind) or JobRequest (need, place, address, urgency, preferred, notes). What is
    corrected replaces what was known; the timeline says what that was.
    """
    told: list[str] = []
    with transaction.atomic():
        told += _keep(lead, {name: value for name, value in changes.items() if name in _OF_THE_LEAD}, _OF_THE_LEAD)
        if request is not None:
            of_request = {name: value for name, value in changes.items() if name in _OF_THE_REQUEST}
            told += _keep(request, of_request, _OF_THE_REQUEST)
            if service is not None and request.service_id != service.pk:
                was = f", was {request.service.name}" if request.service else ""
                told.append(f"Service: {service.name}{was}")
                request.service = service
                request.save(update_fields=["service"])
        if told:
            kind = "lead.corrected" if any(", was " in line for line in told) else "lead.noted"
            events.record(
                kind, business=lead.business, lead=lead, at=at, text="; ".join(told), conversation=conversation
            )
    return bool(told)


# What only staff change.
_BY_HAND = {"email": "E-mail", "language": "Language", "service": "Service"}


def correct(
    row: Lead | JobRequest,
    changes: Mapping[str, tuple[object, object]],
    *,
    by: AbstractBaseUser,
    at: datetime,
    conversation: str = "",
) -> bool:
    """Write what staff corrected, all of it or nothing; the timeline says who, and what it was.

    `changes`: by column, what was shown and what it shall be. False when a shown value is no longer the stored one:
    somebody else was faster, and nothing is written.
    """
    if not changes:
        return True
    rows = type(row)._default_manager.filter(pk=row.pk, **{name: was for name, (was, _) in changes.items()})
    with transaction.atomic():
        if not rows.update(**{name: value for name, (_, value) in changes.items()}):
            return False
        lead = row if isinstance(row, Lead) else row.lead
        words = {**_OF_THE_LEAD, "notes": "Notes", **_OF_THE_REQUEST, **_BY_HAND}
        told = [_told(row, words[name], name, was, value) for name, (was, value) in changes.items()]
        events.record(
            "lead.corrected", business=row.business, lead=lead, at=at, text="; ".join(told), actor=by,
            conversation=conversation,
        )  # fmt: skip
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    return True


def _told(row: Model, word: str, name: str, was: object, value: object) -> str:
    labels = dict(row._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    before, after = (str(labels.get(each, each) if each else "") for each in (was, value))
    was_known = before and was != "unknown"
    return f"{word}: {after or 'nothing'}" + (f", was {before}" if was_known else "")


def _keep(row: Lead | JobRequest, changes: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    told = []
    for name, value in changes.items():
        length = getattr(row._meta.get_field(name), "max_length", None)
        kept, was = value[:length] if length else value, getattr(row, name)
        if kept != was:
            setattr(row, name, kept)
            told.append(f"{words[name]}: {kept}" + (f", was {was}" if was and was != "unknown" else ""))
    if told:
        row.save(update_fields=list(changes))
    return told


def note_answer(request: JobRequest, question: str, answer: str) -> None:
    """Keep what was answered to an intake question; a later answer replaces an earlier one."""
    request.answers = {**request.answers, question[:160]: answer[:500]}
    request.save(update_fields=["answers"])
