"""Open times for the customer of a conversation: looked up, written into a text, or booked at once by staff.

What was put into a text is kept as the list that was offered last (SlotOffer), as the robot's lists are, so that a
customer's "2" can be understood.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, QuerySet

from leads.access import WRITERS
from leads.areas import find_area
from leads.models import Location, Service, ServiceArea
from messaging.agent.books import as_offer, spread
from messaging.agent.flow.talk import joined
from messaging.agent.words.choices import choose
from messaging.enums import Direction, ScriptKind
from messaging.models import Conversation, SlotOffer
from messaging.visit_words import describe_visit
from messaging.wording import worded
from scheduling import access, booking, slots
from scheduling.desk.forms import parse_moment
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BookingRules
from scheduling.placing import Wanted

MOST_OFFERED = 3
# Of so many open starts those are shown that differ enough to be a choice.
_LOOKED_AT = 60
_SHOWN = 6
# A dialog shows what begins from here on; staff may book sooner by hand on the appointments page.
_NOT_BEFORE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Offered:
    """Times as they stand, numbered from 1, in a text that staff are about to send."""

    service: Service
    location: Location
    starts: tuple[datetime, ...]

    def __str__(self) -> str:
        """As the page carries it from the dialog to the text."""
        return " ".join([str(self.service.pk), str(self.location.key), *(at.isoformat() for at in self.starts)])


@dataclass(frozen=True, slots=True)
class Slot:
    """An open start in the words of the customer's language."""

    starts_at: datetime
    words: str

    @property
    def value(self) -> str:
        return self.starts_at.astimezone(UTC).isoformat()


def read_offered(conversation: Conversation, written: str, *, by: AbstractBaseUser) -> Offered | None:
    """What `str(Offered)` wrote, if `by` may book it for this customer; None for anything else."""
    service_id, location_key, *moments = [*written.split(), "", ""][: MOST_OFFERED + 2]
    starts = [at for at in map(parse_moment, moments) if at is not None]
    if not starts or not service_id.isdecimal() or len(service_id) > 18:
        return None
    service = services_of(conversation).filter(pk=service_id).first()
    location = next((row for row in locations_of(conversation, by) if str(row.key) == location_key), None)
    return Offered(service, location, tuple(starts)) if service and location else None


def services_of(conversation: Conversation) -> QuerySet[Service]:
    rows = Service.objects.filter(business=conversation.business_id, is_active=True, duration_minutes__gt=0)
    return rows.select_related("business")


def locations_of(conversation: Conversation, user: AbstractBaseUser) -> list[Location]:
    """Where `user` may book for this customer; the conversation's own first."""
    rows = access.locations_for(user, roles=WRITERS).filter(business=conversation.business_id)
    return sorted(rows.select_related("business"), key=lambda row: (row.pk != conversation.location_id, row.name))


def open_times(
    conversation: Conversation, service: Service, location: Location, *, day: date | None, now: datetime
) -> list[Slot]:
    """The next open times that differ enough to be a choice, from the local `day` on."""
    after = now + _NOT_BEFORE
    if day is not None:
        after = max(after, datetime.combine(day, time(), tzinfo=location.zone) - timedelta(seconds=1))
    found = slots.next_slots(
        service, location, now=now, after=after, count=_LOOKED_AT, area=area_of(conversation, location), for_staff=True
    )
    return slots_of(conversation, service, location, spread(found, _SHOWN, location.zone))


def slots_of(
    conversation: Conversation, service: Service, location: Location, starts: Sequence[datetime]
) -> list[Slot]:
    window, language = _window(service), language_of(conversation)
    return [
        Slot(
            at,
            describe_visit(at, zone=location.zone, language=language, arrival_ends_at=at + window if window else None),
        )
        for at in starts
    ]


def language_of(conversation: Conversation) -> str:
    return conversation.language or conversation.lead.language or conversation.business.language


def text_of(conversation: Conversation, offered: Offered, *, now: datetime) -> str:
    """The numbered times in a sentence, in the words that the business has for it."""
    language = language_of(conversation)
    numbered = [f"{number}) {slot.words}" for number, slot in enumerate(_named(conversation, offered), start=1)]
    return worded(
        ScriptKind.TIMES_OFFERED, number=conversation.number, lead=conversation.lead, language=language, now=now,
        slots=joined(numbered, language),
    ).body  # fmt: skip


def keep_offered(conversation: Conversation, offered: Offered, *, text: str, now: datetime) -> None:
    """Remember what `text` still names of the times, as the list that can be chosen from."""
    window = _window(offered.service)
    rows = [
        SlotOffer(
            business_id=conversation.business_id, conversation=conversation, number=number, service=offered.service,
            location=offered.location, area=area_of(conversation, offered.location), starts_at=slot.starts_at,
            arrival_ends_at=slot.starts_at + window if window else None, offered_at=now,
        )
        for number, slot in enumerate(_named(conversation, offered), start=1)
        if f"{number}) {slot.words}" in text
    ]  # fmt: skip
    if rows:
        SlotOffer.objects.filter(conversation=conversation, is_current=True).update(is_current=False)
        SlotOffer.objects.bulk_create(rows)


@dataclass(frozen=True, slots=True)
class Taken:
    """The offered time that the customer's last text takes, in words, and their text."""

    offer: SlotOffer
    words: str
    said: str


def facts_of(*, now: datetime) -> dict[str, Exists]:
    """Whether something is on offer that can still be taken: to be read along with the conversation."""
    return {"has_offers": Exists(_on_offer(now).filter(conversation=OuterRef("pk")))}


def _on_offer(now: datetime) -> QuerySet[SlotOffer]:
    return SlotOffer.objects.filter(is_current=True, appointment=None, starts_at__gt=now)


def taken_offer(conversation: Conversation, *, now: datetime) -> Taken | None:
    """What the customer has chosen of the times that were offered last; None while it is not clear."""
    offers = _on_offer(now).filter(conversation=conversation)
    rows = list(offers.select_related("service", "location__business", "moves", "appointment"))
    if not rows:
        return None
    said = conversation.messages.filter(created_at__gte=rows[0].offered_at).order_by("-pk").first()
    if said is None or said.direction != Direction.IN:
        return None
    zone = conversation.location.zone
    number = choose(said.body, [as_offer(row).as_choice(zone) for row in rows], now=now.astimezone(zone))
    chosen = next((row for row in rows if row.number == number and row.moves is None), None)
    if chosen is None:
        return None
    return Taken(chosen, as_offer(chosen).words(zone, language_of(conversation)), said.body)


def book(
    conversation: Conversation,
    offered: Offered,
    *,
    by: AbstractBaseUser,
    address: str,
    client_id: uuid.UUID,
    now: datetime,
) -> Appointment:
    """Book the first of the times as staff; the confirmation goes out by itself. Raises BookingRefused."""
    lead, request = conversation.lead, conversation.request
    wanted = Wanted(
        service=offered.service, location=offered.location, starts_at=offered.starts[0], lead=lead, request=request,
        area=find_area(conversation.business, address) or area_of(conversation, offered.location), address=address,
        name=lead.name, note=request.need if request else "",
    )  # fmt: skip
    visit = booking.book(wanted, by=BookedBy.STAFF, actor=by, now=now, idem_key=f"inbox:{client_id.hex}")
    offers = SlotOffer.objects.filter(conversation=conversation, is_current=True)
    offers.filter(service=visit.service_id, starts_at=visit.starts_at).update(appointment=visit)
    offers.update(is_current=False)
    return visit


def _named(conversation: Conversation, offered: Offered) -> list[Slot]:
    return slots_of(conversation, offered.service, offered.location, offered.starts)


def _window(service: Service) -> timedelta | None:
    rules = BookingRules.objects.filter(service=service).first()
    return timedelta(minutes=rules.arrival_window_minutes) if rules and rules.arrival_window_minutes else None


def address_of(conversation: Conversation) -> str:
    request = conversation.request
    return (request.address or request.place) if request else ""


def area_of(conversation: Conversation, location: Location) -> ServiceArea | None:
    known = address_of(conversation)
    return find_area(conversation.business, known, location=location) if known else None
