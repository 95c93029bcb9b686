"""What came of a scenario: rows in the end, texts at the carrier, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from leads.enums import TaskReason
from leads.models import CallbackTask, JobRequest, Lead
from messaging.enums import Handler, TurnStatus
from messaging.models import AgentTurn, Conversation, OptOut, UnansweredQuestion
from messaging.visit_words import describe_visit
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment
from tests.wire import Wire

_STANDS = (AppointmentStatus.CONFIRMED, AppointmentStatus.REQUESTED)


@dataclass(frozen=True, slots=True)
class Reply:
    """`seconds`: real ones, from the last text of the burst until nothing was due any more."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`facts` has the keys of scenario.NOTHING. `texts`: ours to the customer since the first line, in order.

    `astray`: texts to anybody else. `unoffered`: booked times that no earlier text had named. `strangers`: whether
    their appointments are as they were. `texts_to_booking`: up to the first booking; None without one.
    """

    facts: Mapping[str, Any]
    visits: tuple[str, ...]
    holds: int
    texts: tuple[str, ...]
    astray: tuple[str, ...]
    unoffered: tuple[str, ...]
    are_strangers_untouched: bool
    transcript: tuple[str, ...]
    complaints: tuple[str, ...]
    seconds: tuple[float, ...] = ()
    texts_to_booking: int | None = None
    cost_micros: int = 0
    is_cost_known: bool = True
    drivers: tuple[str, ...] = ()


def broken_off(error: Exception, transcript: Sequence[str]) -> Outcome:
    """A play that ended in an error of the program."""
    complaint = f"broke off: {type(error).__name__}: {error}"
    return Outcome({}, (), 0, (), (), (), True, tuple(transcript), (complaint,))


@dataclass
class Watch:
    """Looks on while a scenario is played; see Outcome."""

    wire: Wire
    phone: str
    seconds: list[float] = field(default_factory=list)
    unoffered: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    texts_to_booking: int | None = None
    _skipped: int = 0
    _shown: int = 0
    _read: int = 0
    _known: dict[str, datetime] = field(default_factory=dict)
    _strangers: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return self.wire.number.location.zone

    def begin(self) -> None:
        self._show()
        self._skipped = len(self.wire.sent)
        self._known = {str(row.key): row.starts_at for row in self.visits()}
        self._strangers = self._appointments_of_strangers()

    def note_said(self, texts: tuple[str, ...]) -> None:
        self._show()
        # What they agree to now, they can only have read before.
        self._read = len(self.wire.sent)
        self.transcript += [f"customer: {text}" for text in texts]

    def note_answered(self, reply: Reply) -> None:
        self._show()
        texts = self.wire.sent[self._read :]
        if texts:
            self.seconds.append(reply.seconds)
        read = [body for to, body in self.wire.sent[: self._read] if to == self.phone]
        for row in self.visits():
            if self._known.get(str(row.key)) == row.starts_at:
                continue
            self._known[str(row.key)] = row.starts_at
            if self.texts_to_booking is None:
                told = (
                    place for place, (_, body) in enumerate(texts, 1) if any(words in body for words in _words(row))
                )
                self.texts_to_booking = self._read - self._skipped + next(told, len(texts))
            if row.booked_by == BookedBy.ROBOT and not any(words in body for body in read for words in _words(row)):
                self.unoffered.append(_local(row.starts_at, row.location.zone))

    def note_strangers(self) -> None:
        self._strangers = self._appointments_of_strangers()

    def end(self) -> None:
        self._show()

    def visits(self) -> list[Appointment]:
        rows = Appointment.objects.filter(business=self.wire.business, lead__phone=self.phone, status__in=_STANDS)
        return list(rows.select_related("location__business", "service").order_by("starts_at"))

    @property
    def are_strangers_untouched(self) -> bool:
        return self._strangers == self._appointments_of_strangers()

    @property
    def texts(self) -> list[tuple[str, str]]:
        return self.wire.sent[self._skipped :]

    def _appointments_of_strangers(self) -> dict[str, tuple[datetime, str]]:
        rows = Appointment.objects.exclude(lead__phone=self.phone)
        return {str(key): (starts, status) for key, starts, status in rows.values_list("key", "starts_at", "status")}

    def _show(self) -> None:
        self.transcript += [f"us: {body}" for _, body in self.wire.sent[self._shown :]]
        self._shown = len(self.wire.sent)


def outcome_of(watch: Watch, complaints: tuple[str, ...]) -> Outcome:
    business, phone = watch.wire.business, watch.phone
    visits = watch.visits()
    turns = AgentTurn.objects.filter(business=business)
    held = Appointment.objects.filter(business=business, lead__phone=phone, status=AppointmentStatus.HOLD)
    return Outcome(
        facts=_facts(watch, visits),
        visits=tuple(_local(row.starts_at, row.location.zone) for row in visits),
        holds=held.count(),
        texts=tuple(body for to, body in watch.texts if to == phone),
        astray=tuple(body for to, body in watch.texts if to != phone),
        unoffered=tuple(watch.unoffered),
        are_strangers_untouched=watch.are_strangers_untouched,
        transcript=(*watch.transcript, *map(_told_of, turns.order_by("id"))),
        complaints=complaints,
        seconds=tuple(watch.seconds),
        texts_to_booking=watch.texts_to_booking,
        cost_micros=turns.aggregate(total=Sum("cost_micros"))["total"] or 0,
        is_cost_known=not turns.filter(calls__gt=0, cost_micros=None).exists(),
        drivers=tuple(turns.order_by("id").values_list("driver", flat=True)),
    )  # fmt: skip


def _told_of(turn: AgentTurn) -> str:
    objections = f" Objections: {'; '.join(turn.objections)}" if turn.objections else ""
    return f"[{turn.started_at:%H:%M} {turn.status}] {turn.summary}{objections}"


def _facts(watch: Watch, visits: list[Appointment]) -> dict[str, Any]:
    business, phone = watch.wire.business, watch.phone
    lead = Lead.objects.filter(business=business, phone=phone).first()
    thread = Conversation.objects.filter(business=business, lead=lead).order_by("-last_at").first()
    request = thread.request if thread else None
    return {
        "booking": _local(visits[0].starts_at, visits[0].location.zone) if len(visits) == 1 else None,
        "service": visits[0].service.name if len(visits) == 1 else None,
        "lead": _lead_facts(lead, request),
        "handed_off": thread is not None and thread.handler == Handler.PERSON,
        "paused": thread is not None and thread.automation_paused,
        "escalated": thread is not None and thread.is_urgent,
        "opted_out": OptOut.objects.filter(business=business, phone=phone, revoked_at=None).exists(),
        "callback": _callback(watch, lead),
        "drafted": AgentTurn.objects.filter(conversation=thread, status=TurnStatus.DRAFTED).exists(),
        "unanswered": UnansweredQuestion.objects.filter(conversation=thread).exists(),
    }


def _lead_facts(lead: Lead | None, request: JobRequest | None) -> dict[str, str]:
    facts = {"name": lead.name, "kind": lead.kind, "language": lead.language} if lead else {}
    if request is not None:
        service = request.service.name if request.service else ""
        facts |= {"service": service, "place": request.place, "address": request.address, "urgency": request.urgency}
    return facts


def _callback(watch: Watch, lead: Lead | None) -> bool | str:
    task = CallbackTask.objects.filter(lead=lead, reason=TaskReason.CALL_ASKED, done_at=None).last() if lead else None
    if task is None:
        return False
    return _local(task.not_before, watch.zone) if task.not_before else True


def _words(row: Appointment) -> list[str]:
    return [
        describe_visit(row.starts_at, zone=row.location.zone, language=language, arrival_ends_at=row.arrival_ends_at)
        for language in ("en", "es")
    ]


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
