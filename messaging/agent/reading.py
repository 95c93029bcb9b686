"""Rows -> a Situation: everything a turn may know, of this conversation and of nobody else."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.db.models import Count, QuerySet

from leads.enums import Language
from leads.knowledge import AreaFact, Knowledge, from_json, read_knowledge
from leads.models import Business, Location
from leads.places import read_place
from messaging import configuration
from messaging.agent.books import as_offer
from messaging.agent.memory import NOT_SAID
from messaging.agent.situation import CallWindow, LeadFacts, Said, Situation, Visit, read_state
from messaging.agent.words.language import read_language
from messaging.enums import AgentMode, Direction, MessageKind
from messaging.models import AgentSettings, Conversation, Message, Publication, SlotOffer
from messaging.scripts import values_for
from messaging.visit_words import describe_call, describe_visit
from recoverline.lib import prepared
from scheduling import queries
from scheduling.enums import VisitPlace
from scheduling.models import Appointment
from scheduling.policy import CHANGEABLE

REMEMBERED = timedelta(days=21)
MOST_REMEMBERED = 30


def published_knowledge(business: Business, *, location_id: int | None = None) -> Knowledge:
    """What was published last; before the first publication, what staff have written so far. `location_id`: as it holds
    there.
    """
    key = ("knowledge", business.key, location_id)
    return configuration.remember(key, lambda: _find_knowledge(business, location_id))


def _find_knowledge(business: Business, location_id: int | None) -> Knowledge:
    latest = Publication.objects.filter(business=business).order_by("-version").values_list("pk", flat=True).first()
    if latest is not None:
        return _published(latest, business.key, location_id)
    draft = draft_knowledge(business)
    return draft if location_id is None else draft.at(location_id)


@lru_cache(maxsize=64)
def _published(publication_id: int, business_key: UUID, location_id: int | None) -> Knowledge:
    """A publication never changes, so it is read once. By the business's key too: other databases count alike."""
    if location_id is not None:
        return _published(publication_id, business_key, None).at(location_id)
    row = Publication.objects.get(pk=publication_id, business__key=business_key)
    return from_json(row.knowledge, version=row.version)


def draft_knowledge(business: Business) -> Knowledge:
    """What staff have written, published or not."""
    robot = AgentSettings.objects.filter(business=business).first()
    return read_knowledge(business, instructions=robot.instructions if robot else "")


def read_situation(
    conversation: Conversation,
    burst: Sequence[Message],
    offers: Sequence[SlotOffer],
    robot: AgentSettings,
    *,
    mode: str,
    now: datetime,
) -> Situation:
    """`conversation` with lead, request, number, location and business; `burst`: what waits for an answer; `offers`:
    what can be chosen from.
    """
    lead, request = conversation.lead, conversation.request
    location = served_by(
        conversation.location,
        published_knowledge(conversation.business).areas,
        text="\n".join(message.body for message in burst),
        place=request.place if request else "",
    )
    language = language_of(conversation, [message.body for message in burst])
    knowledge = published_knowledge(conversation.business, location_id=location.pk)
    week = configuration.week_at(location, now=now)
    state = queries.state_in(week, location, now=now)
    values = values_for(
        business=conversation.business, location=location, number=conversation.number, lead=lead, state=state,
        ranges=week.ranges, now=now, language=language,
    )  # fmt: skip
    places = configuration.places_of(conversation.business, [row.id for row in knowledge.services])
    return Situation(
        business=conversation.business.name,
        phone=values["phone"],
        language=language,
        now=now,
        zone=location.zone,
        location_id=location.pk,
        home_language=conversation.business.language,
        is_open=state.is_open,
        hours=values["hours"],
        back=back_in(values["opens_at"], language),
        knowledge=knowledge,
        history=_history(conversation, burst, now=now),
        burst=tuple(_said(message) for message in burst),
        lead=LeadFacts(
            lead.name, lead.kind, *(
                (request.service_id, request.need, request.place, request.address, request.urgency, request.preferred,
                 request.notes, dict(request.answers)) if request else ()
            ),
        ),
        state=read_state({key: value for key, value in conversation.agent_state.items() if key != "windows"}),
        visits=tuple(_visits(conversation, language, now=now)),
        offers=tuple(as_offer(row) for row in offers if row.starts_at > now),
        windows=tuple(_windows(conversation, language, now=now)),
        bookable=frozenset(places),
        places=frozenset(pk for pk, place in places.items() if place == VisitPlace.CUSTOMER),
        times_offered=robot.times_offered,
        asks_urgency=robot.asks_urgency,
        asks_kind=robot.asks_kind,
        may_act=mode == AgentMode.AUTO,
        user_id=hashlib.sha256(f"{django_settings.SECRET_KEY}:{lead.key}".encode()).hexdigest()[:32],
    )  # fmt: skip


def served_by(called: Location, areas: Sequence[AreaFact], *, text: str, place: str) -> Location:
    """The location whose prices, hours and clock hold: that of the place they name, or have named; else the one called.

    The shop that goes to Tucson answers for Tucson, whichever number was dialed.
    """
    if all(area.location_id in (None, called.pk) for area in areas):
        return called
    for said, asked in ((text, False), (place, True)):
        area = read_place(areas, said, asked=asked, location_id=called.pk).area if said else None
        if area is not None:
            if area.location_id is None or area.location_id == called.pk:
                return called
            rows = Location.objects.select_related("business").filter(business=called.business_id)
            # What was published may name one that is gone since.
            return rows.filter(pk=area.location_id).first() or called
    return called


def language_of(conversation: Conversation, texts: Sequence[str]) -> str:
    """The language the customer writes now if that is plain, else the one kept so far."""
    kept = conversation.language or conversation.lead.language or conversation.business.language
    return read_language("\n".join(texts)) or kept or Language.ENGLISH


def back_in(opens_at: str, language: str) -> str:
    """When somebody is there again, as a sentence; "" while it is open."""
    if not opens_at:
        return ""
    return f"Abrimos {opens_at}." if language == Language.SPANISH else f"We open {opens_at}."


def _history(conversation: Conversation, burst: Sequence[Message], *, now: datetime) -> tuple[Said, ...]:
    """What was said before the burst, oldest first."""
    values: list[prepared.Value] = [conversation.pk, now - REMEMBERED, *(message.pk for message in burst)]
    return tuple(_said(message) for message in reversed(prepared.rows(_said_before, values)))


def _said_before(values: Sequence[Any]) -> "QuerySet[Message]":
    conversation, since, *burst = values
    texts = Message.objects.filter(conversation=conversation, created_at__gt=since)
    texts = texts.exclude(status__in=NOT_SAID).exclude(pk__in=burst)
    return texts.annotate(pictures=Count("media")).order_by("-created_at", "-id")[:MOST_REMEMBERED]


def _said(message: Message) -> Said:
    by = "customer" if message.direction == Direction.IN else "robot"
    if message.kind == MessageKind.STAFF:
        by = "staff"
    pictures = getattr(message, "pictures", None)
    return Said(by, message.body, message.created_at, message.media.count() if pictures is None else pictures)


def _visits(conversation: Conversation, language: str, *, now: datetime) -> list[Visit]:
    return [
        Visit(
            str(row.key), row.service.name, row.starts_at,
            describe_visit(
                row.starts_at, zone=row.location.zone, language=language, arrival_ends_at=row.arrival_ends_at
            ),
            needs_address=_is_away(row),
        )
        for row in prepared.rows(_to_come, [conversation.lead_id, now])
    ]  # fmt: skip


def _to_come(values: Sequence[Any]) -> "QuerySet[Appointment]":
    lead, now = values
    rows = Appointment.objects.filter(lead=lead, status__in=CHANGEABLE, starts_at__gt=now)
    rows = rows.select_related("service__booking_rules", "location__business").only(
        "key", "starts_at", "arrival_ends_at", "service__name", "service__booking_rules__place", "location__time_zone",
        "location__business__time_zone",
    )  # fmt: skip
    return rows.order_by("starts_at")[:5]


def _is_away(row: Appointment) -> bool:
    rules = getattr(row.service, "booking_rules", None)
    return rules is not None and rules.place == VisitPlace.CUSTOMER


def _windows(conversation: Conversation, language: str, *, now: datetime) -> list[CallWindow]:
    """The times for a call that were offered last, as long as they are to come."""
    zone = conversation.location.zone
    kept = conversation.agent_state.get("windows", [])
    found = [(number, datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for number, begins, ends in kept]
    return [
        CallWindow(number, begins, ends, describe_call(begins, ends, zone=zone, language=language))
        for number, begins, ends in found
        if ends > now
    ]
