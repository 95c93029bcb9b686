"""Does what a plan says. It may be done twice, or stop half-way: what is there already is not written again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.base_user import AbstractBaseUser

from leads import events
from leads.intake import bring_in
from leads.models import Business
from messaging import consent
from messaging.contacts.number_lists import Entry, Reading
from messaging.contacts.opt_out_lists import StopEntry
from messaging.contacts.plan import Plan, fresh_people
from messaging.enums import OptOutSource
from messaging.models import NeverText

_AT_ONCE = 500
_NO_REASON = "no reason in the list"


@dataclass(frozen=True, slots=True)
class Written:
    """How many of each. Not `is_whole`: there was no time for the rest, which another import of the same file does."""

    new: int = 0
    completed: int = 0
    stops: int = 0
    never_text: int = 0
    is_whole: bool = True

    def __str__(self) -> str:
        return (
            f"{self.new} new, {self.completed} completed, {self.stops} opted out, "
            f"{self.never_text} on the never-text list"
        )


def record_stops(
    business: Business,
    entries: Sequence[StopEntry],
    *,
    by: AbstractBaseUser,
    now: datetime,
    has_time: Callable[[], bool] = lambda: True,
) -> tuple[int, bool]:
    """Opt-outs that were given elsewhere: how many are new here, and whether there was time for all of them."""
    added = 0
    for entry in entries:
        if not has_time():
            return added, False
        row = consent.opt_out(
            business, phone=entry.phone, source=OptOutSource.IMPORT, evidence=f"{by}: {entry.how or _NO_REASON}",
            now=entry.at or now, actor=by,
        )  # fmt: skip
        added += row is not None
    return added, True


def add_never_text(business: Business, reading: Reading) -> int:
    """Add what is new; returns how many. Numbers that are on the list keep their label."""
    known = set(NeverText.objects.filter(business=business).values_list("phone", flat=True))
    fresh = [entry for entry in reading.entries if entry.phone not in known]
    NeverText.objects.bulk_create(
        [NeverText(business=business, phone=entry.phone, label=entry.label) for entry in fresh], ignore_conflicts=True
    )
    return len(fresh)


def write(
    business: Business,
    plan: Plan,
    *,
    by: AbstractBaseUser,
    origin: str,
    now: datetime,
    has_time: Callable[[], bool] = lambda: True,
) -> Written:
    """Opt-outs first, so that nobody stands here without theirs; then the never-text list, then the people.

    Nobody gets a text by it. The timeline of the business says who imported what.
    """
    entries = [planned.stop for planned in plan.stops if planned.stop]
    stops, is_whole = record_stops(business, entries, by=by, now=now, has_time=has_time)
    new = completed = never_text = 0
    if is_whole:
        listed = tuple(Entry(planned.phone, planned.person.name) for planned in plan.never_text)
        never_text = add_never_text(business, Reading(listed, (), 0))
        people = fresh_people(plan)
        while portion := tuple(islice(people, _AT_ONCE)):
            if not has_time():
                is_whole = False
                break
            made, filled = bring_in(business, portion, at=now, by=by, origin=origin)
            new, completed = new + made, completed + filled
    written = Written(new, completed, stops, never_text, is_whole)
    if any((new, completed, stops, never_text)):
        events.record("lead.imported", business=business, at=now, actor=by, text=f"Imported {origin}: {written}")
    return written
