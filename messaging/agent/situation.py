"""What a driver sees when it answers: plain values, read once, so that rows, a rehearsal and a test are the same."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leads.enums import LeadKind, Urgency
from leads.knowledge import Knowledge, ServiceFact
from messaging.agent.words.choices import Choice
from messaging.agent.words.sentences import within_reach
from messaging.enums import AgentMode, Intent
from messaging.visit_words import describe_visit


@dataclass(frozen=True, slots=True)
class Said:
    """One text of the conversation. `by` is who wrote it: customer, robot, staff."""

    by: str
    body: str
    at: datetime
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A start that was offered. `number` is what the customer sees; `visit_key` is the visit it would move.

    `time_zone`: of the location where it would be, if that is not the conversation's own; "" is the conversation's.
    """

    key: str
    number: int
    service_id: int
    location_id: int
    area_id: int | None
    starts_at: datetime
    arrival_ends_at: datetime | None = None
    visit_key: str = ""
    is_held: bool = False
    time_zone: str = ""

    def words(self, zone: ZoneInfo, language: str) -> str:
        return describe_visit(
            self.starts_at, zone=self._zone(zone), language=language, arrival_ends_at=self.arrival_ends_at
        )

    def _zone(self, zone: ZoneInfo) -> ZoneInfo:
        return ZoneInfo(self.time_zone) if self.time_zone else zone

    def as_choice(self, zone: ZoneInfo) -> Choice:
        zone = self._zone(zone)
        ends = self.arrival_ends_at.astimezone(zone) if self.arrival_ends_at else None
        return Choice(self.number, self.starts_at.astimezone(zone), ends)


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment to come of this person."""

    key: str
    service: str
    starts_at: datetime
    words: str
    needs_address: bool = False


@dataclass(frozen=True, slots=True)
class CallWindow:
    """A time in which somebody could call, as it was offered."""

    number: int
    starts_at: datetime
    ends_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What is known of the person and of what they want."""

    name: str = ""
    kind: str = LeadKind.UNKNOWN
    service_id: int | None = None
    need: str = ""
    place: str = ""
    address: str = ""
    urgency: str = Urgency.UNKNOWN
    preferred: str = ""
    notes: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """What the robot remembers between two turns, stored with the conversation.

    `asked`: what our last text asked ("" nothing, need, place, when, urgency, kind, address, name, choice, window,
    intake). `question_id`: the intake question. `misses`: texts in a row that were not understood. `declined`: the
    place that was said not to be served. `wish`: days and times so far, as flow_reading keeps them. `skipped`: what was
    asked twice without an answer. `refusals`: how often in a row no offered time suited. `moving`: the visit that gets
    another time. `has_booked`: this conversation booked a visit, so that what is still missing may be asked.
    `wants_price`: they asked for a price, and we for the service. `is_settled`: a call is arranged (or the visit
    canceled), nothing more is to be offered.
    """

    asked: str = ""
    question_id: int | None = None
    misses: int = 0
    has_thanked: bool = False
    declined: str = ""
    wish: dict[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    refusals: int = 0
    moving: str = ""
    has_booked: bool = False
    wants_price: bool = False
    is_settled: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_state(data: Mapping[str, Any]) -> State:
    """What `State.to_json` made; what another version of the program wrote beyond it is left out."""
    names = {item.name for item in fields(State)}
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in names
    }
    return State(**known)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a turn knows before it begins. `now` is aware; `zone` is the location's.

    `home_language` is the business's. `knowledge` holds at the location. `burst`: the customer's texts that wait for
    an answer, oldest first. `places`: services where the business travels to the customer, `bookable`: those a customer
    can book, by id. `modes`: the intents for which less is done than for the others. `is_list_last`: no text of ours
    has come after the list that `offers` or `windows` were offered in.
    """

    business: str
    phone: str
    language: str
    now: datetime
    zone: ZoneInfo
    location_id: int
    home_language: str
    is_open: bool
    hours: str
    back: str
    knowledge: Knowledge
    history: tuple[Said, ...]
    burst: tuple[Said, ...]
    lead: LeadFacts
    state: State
    visits: tuple[Visit, ...] = ()
    offers: tuple[Offer, ...] = ()
    windows: tuple[CallWindow, ...] = ()
    bookable: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    times_offered: int = 2
    asks_urgency: bool = False
    asks_kind: bool = False
    may_act: bool = True
    modes: Mapping[Intent, AgentMode] = field(default_factory=dict)
    is_list_last: bool = True
    user_id: str = ""

    @property
    def text(self) -> str:
        """The burst as one text, as far as it is read."""
        return within_reach("\n".join(said.body for said in self.burst if said.body).strip())

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(self.zone)

    def service(self, service_id: int | None) -> ServiceFact | None:
        return next((row for row in self.knowledge.services if row.id == service_id), None)

    def mode_of(self, intent: Intent) -> AgentMode:
        return self.modes.get(intent, AgentMode.AUTO)

    def choices(self) -> Sequence[Choice]:
        return [offer.as_choice(self.zone) for offer in self.offers]
