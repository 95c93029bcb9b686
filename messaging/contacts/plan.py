"""What an import would do, line by line, before anything is written. Writes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leads.enums import LeadKind
from leads.exchange.columns import Column, Person, read_person
from leads.exchange.tables import Table
from leads.intake import Brought, missing_of
from leads.models import Business, Lead
from leads.models.privacy import PrivacySalt
from leads.pseudonyms import pseudonym
from messaging import configuration
from messaging.contacts.opt_out_lists import StopEntry, stop_entry
from messaging.models import Erasure, NeverText, OptOut
from recoverline.lib.phones import country_of, display_phone, is_premium, parse_phone

# Phones asked about in one statement.
_AT_ONCE = 500


class Verdict(StrEnum):
    """What becomes of the person of a line."""

    NEW = "new"
    COMPLETED = "completed"
    KNOWN = "known"
    LEFT_OUT = "left out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Choices:
    """What staff chose besides the columns. `kind`: a value of LeadKind for those of whom it is not known."""

    kind: str = LeadKind.UNKNOWN
    only_stops: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """One person. `lines`: all that are about them. `why`: sentences for staff. `stop`: set if it is new to us.

    `phone` is E.164, "" where there is none; of somebody erased it is what stands for it.
    """

    lines: tuple[int, ...]
    verdict: Verdict
    shown: str
    person: Brought
    why: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    stop: StopEntry | None = None
    had_stopped: bool = False
    never_text: bool = False

    @property
    def phone(self) -> str:
        return self.person.phone


@dataclass(frozen=True, slots=True)
class Plan:
    """`repeated`: lines about somebody who stands further up. `abroad`: people with a phone of another country."""

    people: tuple[Planned, ...]
    repeated: int
    abroad: int

    def counts(self) -> dict[Verdict, int]:
        found = Counter(planned.verdict for planned in self.people)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def stops(self) -> tuple[Planned, ...]:
        return tuple(planned for planned in self.people if planned.stop)

    @property
    def never_text(self) -> tuple[Planned, ...]:
        return tuple(planned for planned in self.people if planned.never_text)

    @property
    def refused(self) -> tuple[Planned, ...]:
        return tuple(planned for planned in self.people if planned.verdict is Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class _Known:
    """`stopped` and `never_text`: phones. `erased`: what stands for a phone that was erased."""

    leads: dict[str, Lead]
    stopped: set[str]
    never_text: set[str]
    erased: dict[str, str]


def plan_import(
    business: Business, table: Table, columns: Sequence[Column], choices: Choices, *, origin: str, now: datetime
) -> Plan:
    """What becomes of each line. `origin`: the name of the file, for the evidence of opt-outs."""
    refused: list[Planned] = [
        _refused(Person(row.line, ""), "This line has more cells than the first one: a comma without quotation marks?")
        for row in table.broken
    ]
    found: dict[str, tuple[Person, list[int]]] = {}
    own, repeated = configuration.own_phones(business.pk), 0
    for row in table.rows:
        person = read_person(row, table.header, columns)
        phone = parse_phone(person.phone, business.country) if person.phone else None
        if phone is None or (problem := _problem_of(phone, own)):
            refused.append(_refused(person, problem if phone else _no_phone(person)))
        elif phone in found:
            repeated += 1
            first, lines = found[phone]
            found[phone] = (_merged(first, person), [*lines, row.line])
        else:
            found[phone] = (person, [row.line])
    planned: list[Planned] = []
    phones, salt = iter(found), PrivacySalt.objects.filter(business=business).first()
    while part := tuple(islice(phones, _AT_ONCE)):
        known = _known(business, part, salt.salt if salt else "")
        planned += [
            _plan_one(business, phone, *found[phone], known=known, choices=choices, origin=origin, now=now)
            for phone in part
        ]
    people = sorted((*planned, *refused), key=lambda each: each.lines)
    abroad = sum(each.verdict is not Verdict.REFUSED and country_of(each.phone) != business.country for each in planned)
    return Plan(tuple(people), repeated, abroad)


def _no_phone(person: Person) -> str:
    return f"“{person.phone[:40]}” is not a phone number that can exist." if person.phone else "There is no phone."


def _problem_of(phone: str, own: frozenset[str]) -> str:
    if phone in own:
        return "This is a phone of your team or one of your own numbers."
    return "Reaching this number costs extra by design." if is_premium(phone) else ""


def _refused(person: Person, why: str) -> Planned:
    shown = person.name or person.phone[:40]
    return Planned((person.line,), Verdict.REFUSED, shown, Brought(phone=""), (why,))


def _merged(first: Person, later: Person) -> Person:
    """The first line that says something counts; a stop in any of them counts."""
    said = {name: getattr(first, name) or getattr(later, name) for name in ("name", "email", "language", "source")}
    notes = "\n".join(dict.fromkeys(filter(None, (first.notes, later.notes))))
    return replace(
        first, **said, notes=notes[:1_000], has_stopped=first.has_stopped or later.has_stopped,
        stopped_at=first.stopped_at or later.stopped_at, is_never_text=first.is_never_text or later.is_never_text,
        is_unclear=first.is_unclear or later.is_unclear,
    )  # fmt: skip


def _known(business: Business, phones: Sequence[str], salt: str) -> _Known:
    stands_for = {pseudonym(phone, salt=salt): phone for phone in phones} if salt else {}
    stops = OptOut.objects.filter(business=business, phone__in=[*phones, *stands_for], revoked_at=None)
    erasures = Erasure.objects.filter(business=business, pseudonym__in=stands_for)
    listed = NeverText.objects.filter(business=business, phone__in=phones)
    return _Known(
        leads={lead.phone: lead for lead in Lead.objects.filter(business=business, phone__in=phones)},
        stopped={stands_for.get(name, name) for name in stops.values_list("phone", flat=True)},
        never_text=set(listed.values_list("phone", flat=True)),
        erased={stands_for[name]: name for name in erasures.values_list("pseudonym", flat=True)},
    )


def _plan_one(
    business: Business, phone: str, person: Person, lines: list[int], *, known: _Known, choices: Choices, origin: str,
    now: datetime,
) -> Planned:  # fmt: skip
    shown = person.name or display_phone(phone, business.country)
    had_stopped = phone in known.stopped
    lead = known.leads.get(phone)
    stands_for = known.erased.get(phone)
    if lead is None and stands_for:
        # What they asked for still holds, under the name that nobody can read.
        stop = StopEntry(stands_for, None, origin) if person.has_stopped and not had_stopped else None
        why = "Was erased here. They come back only when they turn to you."
        return Planned(tuple(lines), Verdict.REFUSED, shown, Brought(phone=stands_for), (why,), stop=stop)
    stop = None
    if person.has_stopped and not had_stopped:
        stop = stop_entry(phone, f"{person.stopped_at} {origin}".strip(), zone=business.zone, now=now)
    email, doubts = _email_of(person)
    if person.is_unclear:
        doubts.append("What stands under opt-out was not understood, and was taken for a yes.")
    brought = Brought(
        phone=phone, name=person.name, email=email, language=person.language, notes=person.notes, kind=choices.kind,
        source=person.source,
    )  # fmt: skip
    never = person.is_never_text and phone not in known.never_text
    takes = lead is not None and not lead.is_team and not choices.only_stops
    adds = tuple(missing_of(lead, brought)) if lead is not None and takes else ()
    if choices.only_stops:
        verdict = Verdict.LEFT_OUT
    elif lead is None:
        verdict = Verdict.NEW
    else:
        verdict = Verdict.COMPLETED if adds else Verdict.KNOWN
    return Planned(
        tuple(lines), verdict, shown, brought, tuple(doubts), adds=adds, stop=stop, had_stopped=had_stopped,
        never_text=never,
    )  # fmt: skip


def _email_of(person: Person) -> tuple[str, list[str]]:
    if not person.email:
        return "", []
    email = person.email.strip("<>\"' ")
    try:
        validate_email(email)
    except ValidationError:
        return "", ["The e-mail address is not one and is left out."]
    return email, []


def fresh_people(plan: Plan) -> Iterator[Brought]:
    """Whom to hand to leads.intake: who is new or gets something that was missing."""
    return (each.person for each in plan.people if each.verdict in (Verdict.NEW, Verdict.COMPLETED))
