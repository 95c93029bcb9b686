"""A contact becomes a lead: one per phone and business, with its requests kept apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from leads import events
from leads.enums import LeadKind, RequestStatus
from leads.models import Business, JobRequest, Lead, Location, Service


def open_lead(
    business: Business,
    *,
    phone: str,
    at: datetime,
    source: str = "",
    name: str = "",
    simulated: bool = False,
    hold: bool = False,
    is_unknown: bool = False,
) -> Lead:
    """The lead of `phone` (E.164), created if it is new. Safe under concurrency: the database knows one per phone.

    `hold`: its row is locked until the transaction ends. `is_unknown`: it was not there a moment ago.
    """
    known = None if is_unknown else _with_phone(business, phone, hold).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            lead = Lead.objects.create(
                business=business, phone=phone, created_at=at, source=source, name=name, is_simulated=simulated
            )
            events.tell("lead.created", business=business, lead=lead, at=at)
            return lead
    except IntegrityError:
        return _with_phone(business, phone, hold).get()


def _with_phone(business: Business, phone: str, hold: bool) -> QuerySet[Lead]:
    leads = Lead.objects.filter(business=business, phone=phone).order_by()
    # Rows that refer to it may still be written meanwhile.
    return leads.select_for_update(no_key=True) if hold else leads


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody from a list; "" where it does not say. `kind`: a value of LeadKind."""

    phone: str
    name: str = ""
    email: str = ""
    language: str = ""
    notes: str = ""
    kind: str = LeadKind.UNKNOWN
    source: str = ""


def missing_of(lead: Lead, person: Brought) -> dict[str, str]:
    """What `person` adds to what is known of `lead`: nothing that is known is replaced."""
    said = {name: getattr(person, name) for name in ("name", "email", "language", "notes")}
    missing = {name: value for name, value in said.items() if value and not getattr(lead, name)}
    if person.kind != LeadKind.UNKNOWN and lead.kind == LeadKind.UNKNOWN:
        missing["kind"] = person.kind
    return missing


def bring_in(
    business: Business, people: Sequence[Brought], *, at: datetime, by: AbstractBaseUser, origin: str
) -> tuple[int, int]:
    """Leads from a list: how many are new, and how many known ones were completed. Nobody gets a text by this.

    `people`: no phone twice; some hundreds at a time, in one transaction. `origin`: the name of the list. Other
    software is not told of each: it would be flooded with people who may come from there.
    """
    phones = [person.phone for person in people]
    with transaction.atomic():
        known = {lead.phone: lead for lead in Lead.objects.filter(business=business, phone__in=phones)}
        fresh = [
            Lead(
                business=business, phone=person.phone, name=person.name, email=person.email, language=person.language,
                notes=person.notes, kind=person.kind, source=person.source or "import", created_at=at,
                is_simulated=business.is_simulated,
            )
            for person in people
            if person.phone not in known
        ]  # fmt: skip
        # Whoever rings at this very moment is there already.
        Lead.objects.bulk_create(fresh, ignore_conflicts=True)
        completed = 0
        for person in people:
            lead = known.get(person.phone)
            completed += lead is not None and _complete(lead, person, at=at, by=by, origin=origin)
    return len(fresh), completed


def _complete(lead: Lead, person: Brought, *, at: datetime, by: AbstractBaseUser, origin: str) -> bool:
    missing = missing_of(lead, person)
    was = {name: getattr(lead, name) for name in missing}
    if not missing or lead.is_team or not Lead.objects.filter(pk=lead.pk, **was).update(**missing):
        return False
    labels = {**_OF_THE_LEAD, **_OF_THE_REQUEST, **_BY_HAND}
    told = "; ".join(_told(lead, labels[name], name, "", value) for name, value in missing.items())
    events.record("lead.completed", business=lead.business, lead=lead, at=at, text=f"{origin}: {told}", actor=by)
    return True


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
