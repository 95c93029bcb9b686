"""THE door to erasing a person: what is left is rows without a name, a phone or a word, so that statistics stay.

What lies outside of the database (files, carriers, calendars) is written down in the same transaction and removed
afterwards (messaging.compliance.outside), however often that has to be tried.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Field, Q

from leads import events, pseudonyms
from leads.models import Business, Lead, LeadEvent
from messaging import configuration, consent
from messaging.compliance import outside, traces
from messaging.compliance.person import Person, open_visits, person_of
from messaging.compliance.quoting import Quoted, quoted, without
from messaging.compliance.rooms import ROOMS, Room
from messaging.compliance.stopping_all import stop_all, under_way
from messaging.enums import ConsentMeans
from messaging.models import Erasure, NeverText, OptOut
from recoverline.lib import queue
from recoverline.lib.phones import parse_phone
from scheduling import booking
from scheduling.enums import BookedBy

# Keys of rows and short codes; not words.
_IS_KEY = re.compile(r"[\w:.+#-]{0,64}")
SPEAK_BY_ID = (ConsentMeans.CALL, ConsentMeans.TEXT, ConsentMeans.CARRIER)
WORK_OFF = "messaging.compliance.tasks.work_off"


class EraseRefused(Exception):
    """Nothing was changed; the text says why, for staff."""


def erase(
    business: Business,
    phone: str,
    *,
    reason: str,
    actor: AbstractBaseUser | None,
    now: datetime,
    is_forced: bool = False,
    is_still_due: Callable[[], bool] | None = None,
    gone: list[Quoted] | None = None,
) -> Erasure:
    """Erase everything of `phone` (E.164) at `business`, for good. `is_forced`: cancel the visits to come as well.

    `is_still_due` is asked under the contact's lock. Who erases many gives a list `gone` and has `forget_tasks` look
    for them all at the end; else that is done here. Raises EraseRefused.
    """
    person = person_of(business, phone)
    problem = why_not(person, now=now, is_forced=is_forced)
    if problem:
        raise EraseRefused(problem)
    found = _quoted(person)
    seen = traces.find(person, found)
    with transaction.atomic():
        for lead_id in person.leads:
            consent.hold_contact(lead_id)
        if is_still_due is not None and not is_still_due():
            raise EraseRefused("They have been in touch meanwhile.")
        if person_of(business, phone) != person:
            raise EraseRefused("Something new of this person has just come in. Try again.")
        if under_way(person):
            raise EraseRefused(under_way(person))
        for visit in open_visits(person, now=now):
            booking.cancel(visit, by=BookedBy.STAFF, now=now, version=visit.version)
        stop_all(person, now=now)
        pseudonym = pseudonyms.pseudonym(phone, salt=pseudonyms.salt_of(business.pk))
        items = outside.items_of(person)
        counts = _clear(person, found, pseudonym)
        counts |= traces.remove(seen, found, pseudonym=pseudonym, now=now)
        counts |= {"files": sum(item["kind"] == "file" for item in items)}
        erasure = Erasure.objects.create(
            business=business,
            pseudonym=pseudonym,
            reason=without(reason, found, is_about=True)[:200],
            actor_id=actor.pk if actor else None,
            counts={label: count for label, count in counts.items() if count},
            outside=items,
            next_at=now if items else None,
            requested_at=now,
            finished_at=None if items else now,
        )
        events.record(
            "person.erased", business=business, at=now, actor=actor, text="Everything of one person was erased",
            erasure=str(erasure.key), leads=",".join(_told(person)),
        )  # fmt: skip
        if items:
            queue.enqueue(WORK_OFF)
    if gone is None:
        forget_tasks([found])
    else:
        gone.append(found)
    return erasure


def forget_tasks(gone: list[Quoted]) -> None:
    """What failed in the queue keeps its whole error: delete what names one of these."""
    if gone:
        queue.forget_finished(lambda text: any(found.pattern.search(text) for found in gone))


def why_not(person: Person, *, now: datetime, is_forced: bool = False) -> str:
    """Why this person cannot be erased now, in a sentence for staff; "" when they can."""
    if parse_phone(person.phone, person.business.country) != person.phone:
        return "This is not a phone number. Write it with the area code."
    if person.phone in configuration.own_phones(person.business.pk) or person.phone == person.business.phone:
        return "This phone belongs to the business or its team. Take it off the team page first."
    visits = open_visits(person, now=now)
    if visits and not is_forced:
        first = visits[0]
        when = first.starts_at.astimezone(first.location.zone)
        return (
            f"This person has an appointment on {when:%B} {when.day}. Cancel it first, or say that it shall be "
            "canceled along with this."
        )
    return under_way(person)


def _told(person: Person) -> list[str]:
    """Ids under which other software may know this person."""
    rows = Lead.objects.filter(pk__in=person.leads, is_team=False, is_simulated=person.business.is_simulated)
    return [str(key) for key in rows.order_by("pk").values_list("key", flat=True)]


def _quoted(person: Person) -> Quoted:
    return quoted(person.phone, marks=person.marks, names=person.names, sentences=person.words)


def _clear(person: Person, found: Quoted, pseudonym: str) -> dict[str, int]:
    _make_room_for(person, pseudonym)
    counts = {}
    for label, room in ROOMS.items():
        model = apps.get_model(label)
        rows = model._base_manager.filter(room.rows(person))
        # Their rows are found by the phone, too, which goes with the update.
        ids = list(rows.order_by().values_list("pk", flat=True))
        counts[label] = len(ids)
        for start in range(0, len(ids), 500):
            mine = model._base_manager.filter(pk__in=ids[start : start + 500])
            if room.is_deleted:
                mine.delete()
                continue
            if label == "leads.LeadEvent":
                _keep_keys(mine, found)
            elif room.searched:
                traces.clean_rows(mine, room.searched, found, pseudonym, is_about=True)
            if label == "messaging.ConsentEntry":
                # Ids of calls and texts stay as evidence; what somebody typed does not.
                mine.exclude(means__in=SPEAK_BY_ID).update(evidence="")
            values = _values(model, room, pseudonym)
            if label == "leads.Lead":
                values["phone"] = _free_phone(person, pseudonym)
            if values:
                mine.update(**values)
    return counts


def _values(model: Any, room: Room, pseudonym: str) -> dict[str, Any]:
    emptied = {name: _empty(model._meta.get_field(name)) for name in (*room.emptied, *room.files)}
    return {**emptied, **dict.fromkeys(room.hashed, pseudonym), **room.also}


def _empty(field: "Field[Any, Any]") -> Any:
    if field.has_default():
        return field.get_default()
    return None if field.null else ""


def _make_room_for(person: Person, pseudonym: str) -> None:
    """Who was erased before and came back may stand on a list twice, as themselves and as the pseudonym: once is
    enough.
    """
    mine, before = Q(business=person.business, phone=person.phone), Q(business=person.business, phone=pseudonym)
    if OptOut.objects.filter(before, revoked_at=None).exists():
        OptOut.objects.filter(mine, revoked_at=None).delete()
    if NeverText.objects.filter(before).exists():
        NeverText.objects.filter(mine).delete()


def _free_phone(person: Person, pseudonym: str) -> str:
    """The pseudonym, or one of its own for whoever was erased before: they are two people of the statistics."""
    salt, free, again = pseudonyms.salt_of(person.business.pk), pseudonym, 1
    while Lead.objects.filter(business=person.business, phone=free).exists():
        again += 1
        free = pseudonyms.pseudonym(f"{person.phone}/{again}", salt=salt)
    return free


def _keep_keys(rows: Any, found: Quoted) -> None:
    """Of what an event holds, keys and numbers stay."""
    changed = []
    for event in rows.only("pk", "data"):
        kept = {name: value for name, value in event.data.items() if _is_key(value, found)}
        if kept != event.data:
            event.data = kept
            changed.append(event)
    LeadEvent.objects.bulk_update(changed, ["data"], batch_size=200)


def _is_key(value: Any, found: Quoted) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_IS_KEY.fullmatch(value)) and not found.about.search(value)
