"""The real books of a conversation: every act of the robot goes through the door that staff and pages use as well."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, QuerySet

from leads import events, intake
from leads.enums import Urgency
from leads.knowledge import AreaFact
from leads.models import LeadEvent, Location, Service, ServiceArea
from messaging import appointment_events, consent, conversations
from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.desk import TimeGone, TimesWanted
from messaging.agent.situation import CallWindow, Offer
from messaging.enums import ConversationStatus, Direction, Handler, MessageKind
from messaging.escalation import sources
from messaging.escalation.enums import EscalationClass
from messaging.models import Conversation, Message, OptOut, SlotOffer, UnansweredQuestion
from messaging.optout_words import Meaning
from messaging.visit_words import describe_call, describe_visit
from recoverline.lib import prepared
from scheduling import booking, callback_windows, slots
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment
from scheduling.placing import Wanted
from scheduling.policy import CHANGEABLE
from scheduling.refusals import BookingRefused

# An offer this much later than the one before it is another choice; half an hour later is the same one.
_APART = (timedelta(hours=2), timedelta(hours=1), timedelta())
# People answer in minutes; an offer that nobody could take any more would be a lie.
_TO_ANSWER = timedelta(minutes=30)
_LOOKED_AT = 40
# Where any time of the day will do, fewer hold a choice, and looking at another week of days costs as much again.
_LOOKED_AT_FOR_ANY = 24


class LiveBooks:
    """Reads and writes the rows of one conversation, for the turn that answers `trigger`."""

    def __init__(self, conversation: Conversation, trigger: Message, *, language: str, now: datetime) -> None:
        self.conversation, self.trigger, self.language, self.now = conversation, trigger, language, now
        self._has_handed_off = False
        # What was done already, when a second driver goes on where the first one failed.
        self._done: dict[str, str] = {}
        self._services: dict[int, Service | None] = {}

    def is_overtaken(self) -> bool:
        mine = self.conversation
        # All of it in one question: it is asked before every act.
        found = prepared.ask(_standing, [mine.pk, self.trigger.pk, mine.business_id, mine.lead.phone])
        if not found:
            return True
        is_opted_out, has_staff, has_newer, handler, is_paused = found[0]
        if is_opted_out or has_staff or (not self._has_handed_off and (handler != Handler.ROBOT or is_paused)):
            return True
        # HELP and its like were answered as they came in, and change nothing about the rest.
        said = Message.objects.filter(conversation=mine.pk, pk__gt=self.trigger.pk, direction=Direction.IN)
        bodies = said.values_list("body", flat=True)[:10] if has_newer else ()
        return any(consent.meaning_of(body) not in (Meaning.HELP, Meaning.START) for body in bodies)

    # ---------------------------------------------------------------- times
    def find(
        self, service_id: int, area: AreaFact | None, wanted: TimesWanted, *, count: int, visit_key: str
    ) -> list[Offer]:
        service = self._service(service_id)
        if service is None:
            return []
        moved = self._visit(visit_key) if visit_key else None
        location = moved.location if moved else self._location_in(area)
        area_row = moved.area if moved else self._area_row(area)
        starts = find_starts(service, location, wanted, area=area_row, ignoring=moved, now=self.now)
        rules = getattr(service, "booking_rules", None)
        window = timedelta(minutes=rules.arrival_window_minutes if rules else 0)
        if moved:
            window = moved.arrival_ends_at - moved.starts_at if moved.arrival_ends_at else timedelta()
            starts = [start for start in starts if start != moved.starts_at]
        return [
            Offer(
                "", number, service.pk, location.pk, area_row.pk if area_row else None, start,
                start + window if window else None, visit_key, time_zone=location.zone.key,
            )
            for number, start in enumerate(spread(starts, count, location.zone), start=1)
        ]  # fmt: skip

    def offer(self, offers: Sequence[Offer]) -> tuple[Offer, ...]:
        moves = self._visit(offers[0].visit_key) if offers and offers[0].visit_key else None
        rows = [
            SlotOffer(
                business=self.conversation.business, conversation=self.conversation, number=offer.number,
                service_id=offer.service_id, location_id=offer.location_id, area_id=offer.area_id,
                starts_at=offer.starts_at, arrival_ends_at=offer.arrival_ends_at, moves=moves, offered_at=self.now,
            )
            for offer in offers
        ]  # fmt: skip
        with transaction.atomic():
            self._drop_offers()
            SlotOffer.objects.bulk_create(rows)
        return tuple(replace(offer, key=str(row.key)) for offer, row in zip(offers, rows, strict=True))

    def hold(self, offer: Offer) -> None:
        row = self._offer_row(offer)
        try:
            held = booking.hold(self._wanted(row), by=BookedBy.ROBOT, now=self.now, idem_key=f"hold:{row.key}")
        except BookingRefused as refused:
            raise TimeGone(str(refused)) from refused
        SlotOffer.objects.filter(pk=row.pk).update(appointment=held)

    def book(self, offer: Offer, *, name: str, address: str) -> str:
        if offer.key in self._done:
            return self._done[offer.key]
        row = self._offer_row(offer)
        held = row.appointment if row.appointment and row.appointment.status == AppointmentStatus.HOLD else None
        wanted = self._wanted(row, name=name, address=address)
        try:
            visit = booking.book(wanted, by=BookedBy.ROBOT, now=self.now, idem_key=f"offer:{row.key}", held=held)
        except BookingRefused as refused:
            raise TimeGone(str(refused)) from refused
        SlotOffer.objects.filter(pk=row.pk).update(appointment=visit)
        self._drop_offers()
        self._tell(visit)
        asked = "" if visit.status == AppointmentStatus.CONFIRMED else "Asked for, the team still has to confirm: "
        return self._done.setdefault(offer.key, asked + self._words(visit))

    def move(self, offer: Offer) -> str:
        if offer.key in self._done:
            return self._done[offer.key]
        visit = self._visit(offer.visit_key)
        try:
            moved = booking.reschedule(
                visit, starts_at=offer.starts_at, by=BookedBy.ROBOT, now=self.now, version=visit.version
            )
        except BookingRefused as refused:
            if refused.alternatives:
                raise TimeGone(str(refused)) from refused
            raise ToolRefused(str(refused)) from refused
        self._drop_offers()
        self._tell(moved)
        return self._done.setdefault(offer.key, self._words(moved))

    def cancel(self, visit_key: str) -> str:
        if visit_key in self._done:
            return self._done[visit_key]
        visit = self._visit(visit_key)
        try:
            canceled = booking.cancel(
                visit, by=BookedBy.ROBOT, now=self.now, version=visit.version, reason="Asked the robot"
            )
        except BookingRefused as refused:
            raise ToolRefused(str(refused)) from refused
        self._tell(canceled)
        return self._done.setdefault(visit_key, f"Canceled: {self._words(visit)}")

    def set_address(self, address: str) -> None:
        visits = Appointment.objects.filter(
            lead=self.conversation.lead_id, status__in=CHANGEABLE, starts_at__gt=self.now, booked_by=BookedBy.ROBOT
        )
        visit = visits.order_by("-created_at").first()
        if visit is not None:
            booking.note_address(visit, address, by=BookedBy.ROBOT, now=self.now)

    # ---------------------------------------------------------------- the lead
    def save(self, changes: dict[str, str], *, service_id: int | None = None) -> None:
        service = self._service(service_id) if service_id else None
        intake.note_facts(
            self.conversation.lead, self.conversation.request, changes, at=self.now, service=service,
            conversation=str(self.conversation.key),
        )  # fmt: skip

    def save_answer(self, question: str, answer: str) -> None:
        if self.conversation.request is not None:
            intake.note_answer(self.conversation.request, question, answer)

    def note_unanswered(self, question: str) -> None:
        UnansweredQuestion.objects.get_or_create(
            message=self.trigger,
            text=question[:300],
            defaults={
                "business": self.conversation.business, "conversation": self.conversation, "language": self.language,
                "asked_at": self.now,
            },
        )  # fmt: skip

    # ---------------------------------------------------------------- people
    def windows(self) -> tuple[CallWindow, ...]:
        location = self.conversation.location
        found = callback_windows.windows_for(location, now=self.now, count=3)
        return tuple(
            CallWindow(
                number, window.starts_at, window.ends_at,
                describe_call(window.starts_at, window.ends_at, zone=location.zone, language=self.language),
            )
            for number, window in enumerate(found, start=1)
        )  # fmt: skip

    def arrange_call(self, window: CallWindow | None) -> None:
        callback_windows.ask(
            self.conversation.location,
            lead=self.conversation.lead,
            window=callback_windows.Window(window.starts_at, window.ends_at) if window else None,
            now=self.now,
            cause=f"robot:{self.trigger.key}",
            detail=self.trigger.body,
        )

    def hand_off(self, reason: str, summary: str) -> None:
        self._has_handed_off = True
        conversations.hand_off(self.conversation, reason=reason, summary=summary, now=self.now)

    def escalate(self, reason: str) -> None:
        if conversations.flag_urgent(self.conversation, urgency=Urgency.URGENT, now=self.now):
            events.record(
                "conversation.urgent", business=self.conversation.business, lead=self.conversation.lead, at=self.now,
                text=f"Urgent: {reason}", conversation=str(self.conversation.key),
            )  # fmt: skip
            sources.escalate_conversation(self.conversation, EscalationClass.URGENT, f"Urgent: {reason}", now=self.now)

    # ---------------------------------------------------------------- rows
    def _wanted(self, row: SlotOffer, *, name: str = "", address: str = "") -> Wanted:
        request, lead = self.conversation.request, self.conversation.lead
        return Wanted(
            service=row.service, location=row.location, starts_at=row.starts_at, lead=lead, request=request,
            area=row.area, address=address or (request.address or request.place if request else ""),
            name=name, note=request.need if request else "",
        )  # fmt: skip

    def _service(self, service_id: int) -> Service | None:
        """With its rules; None for what was published, and deleted since."""
        if service_id not in self._services:
            rows = Service.objects.select_related("booking_rules").filter(business=self.conversation.business_id)
            self._services[service_id] = found = rows.filter(pk=service_id).first()
            if found is not None:
                found.business = self.conversation.business
        return self._services[service_id]

    def _offer_row(self, offer: Offer) -> SlotOffer:
        rows = SlotOffer.objects.select_related("service__business", "location__business", "area", "appointment")
        return rows.get(key=offer.key, conversation=self.conversation)

    def _drop_offers(self) -> None:
        SlotOffer.objects.filter(conversation=self.conversation, is_current=True).update(is_current=False)

    def _visit(self, key: str) -> Appointment:
        rows = Appointment.objects.select_related("business", "location__business", "service", "area", "lead")
        # Of this person alone: nobody's key opens somebody else's visit.
        found = rows.filter(key=key, lead=self.conversation.lead_id, status__in=CHANGEABLE).first()
        if found is None:
            raise ToolRefused("This appointment has changed in the meantime.")
        return found

    def _tell(self, visit: Appointment) -> None:
        """The text about it goes out now, and so before whatever this turn still has to say."""
        happened = LeadEvent.objects.filter(
            business=visit.business_id, lead=visit.lead_id, kind__startswith="appointment.",
            data__appointment=str(visit.key), data__version=visit.version,
        ).select_related("business")  # fmt: skip
        for event in happened:
            appointment_events.handle(event, now=self.now, appointment=visit)

    def _words(self, visit: Appointment) -> str:
        when = describe_visit(
            visit.starts_at, zone=visit.location.zone, language=self.language, arrival_ends_at=visit.arrival_ends_at
        )
        return f"{visit.service.name}, {when}"

    def _location_in(self, area: AreaFact | None) -> Location:
        if area is None or area.location_id in (None, self.conversation.location_id):
            return self.conversation.location
        rows = Location.objects.select_related("business").filter(business=self.conversation.business_id)
        return rows.get(pk=area.location_id)

    def _area_row(self, area: AreaFact | None) -> ServiceArea | None:
        if area is None:
            return None
        return ServiceArea.objects.filter(pk=area.id, business=self.conversation.business_id).first()


def _standing(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    """Of a conversation that is not done: what speaks against going on with it since a text came in."""
    conversation, trigger, business, phone = values
    newer = Message.objects.filter(conversation=conversation, pk__gt=trigger)
    gone = OptOut.objects.filter(business=business, phone=phone, revoked_at=None)
    running = Conversation.objects.filter(pk=conversation).exclude(status=ConversationStatus.DONE).order_by()
    return running.values_list(
        Exists(gone), Exists(newer.filter(kind=MessageKind.STAFF)), Exists(newer.filter(direction=Direction.IN)),
        "handler", "automation_paused",
    )  # fmt: skip


def offers_of(rows: "QuerySet[SlotOffer]") -> "QuerySet[SlotOffer]":
    """With what `as_offer` needs of other rows, and no more."""
    return rows.select_related("moves", "appointment", "location__business").only(
        "key", "number", "service_id", "location_id", "area_id", "starts_at", "arrival_ends_at", "moves__key",
        "appointment__status", "location__time_zone", "location__business__time_zone",
    )  # fmt: skip


def as_offer(row: SlotOffer) -> Offer:
    """The row as drivers see it (`offers_of`)."""
    held = row.appointment
    return Offer(
        str(row.key), row.number, row.service_id, row.location_id, row.area_id, row.starts_at, row.arrival_ends_at,
        str(row.moves.key) if row.moves else "", held is not None and held.status == AppointmentStatus.HOLD,
        row.location.zone.key,
    )  # fmt: skip


def find_starts(
    service: Service,
    location: Location,
    wanted: TimesWanted,
    *,
    area: ServiceArea | None,
    ignoring: Appointment | None,
    now: datetime,
) -> list[datetime]:
    """Open starts that suit `wanted`, in order. Without days: the next ones there are.

    None that would be too soon by the time somebody has read the text and answered it.
    """
    now += _TO_ANSWER
    if wanted.first is None:
        count = _LOOKED_AT if wanted.starts or wanted.ends else _LOOKED_AT_FOR_ANY
        found = slots.next_slots(service, location, now=now, count=count, area=area, ignoring=ignoring)
    else:
        last = wanted.last or wanted.first
        found = slots.open_slots(
            service, location, now=now, first=wanted.first, last=last, area=area, ignoring=ignoring
        )  # fmt: skip
    return [start for start in found if _suits(start.astimezone(location.zone).time(), wanted)]


def _suits(at: time, wanted: TimesWanted) -> bool:
    return (wanted.starts is None or at >= wanted.starts) and (wanted.ends is None or at < wanted.ends)


def spread(starts: Sequence[datetime], count: int, zone: ZoneInfo) -> list[datetime]:
    """`count` of `starts` that differ enough to be a choice; where there are too few of these, nearer ones."""
    chosen: list[datetime] = []
    for apart in _APART:
        chosen = _so_far_apart(starts, count, zone, apart)
        if len(chosen) == count:
            break
    return chosen


def _so_far_apart(starts: Sequence[datetime], count: int, zone: ZoneInfo, apart: timedelta) -> list[datetime]:
    chosen: list[datetime] = []
    for start in starts:
        is_other_day = bool(chosen) and chosen[-1].astimezone(zone).date() != start.astimezone(zone).date()
        if not chosen or is_other_day or start - chosen[-1] >= apart:
            chosen.append(start)
    return chosen[:count]
