"""A conversation that does not happen: the same drivers and the same desk, over books that only remember.

Open times are the real ones, read and not taken. Nothing is sent, booked, kept in a lead or told to anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings

from leads.enums import Language
from leads.knowledge import AreaFact, Knowledge
from leads.models import Location, Service, ServiceArea
from messaging.agent import drivers
from messaging.agent.books import find_starts, spread
from messaging.agent.claude.conversing import ModelFailed
from messaging.agent.desk import Desk, TimesWanted
from messaging.agent.drivers import Answer
from messaging.agent.guards.check import Act
from messaging.agent.memory import is_named
from messaging.agent.reading import back_in, served_by
from messaging.agent.situation import CallWindow, LeadFacts, Offer, Said, Situation, State, Visit, read_state
from messaging.agent.words.language import read_language
from messaging.enums import Driver, HoursState, ScriptKind
from messaging.models import AgentSettings, PhoneNumber
from messaging.scripts import values_for
from messaging.visit_words import describe_call, describe_visit
from messaging.wording import example_link, worded
from scheduling import callback_windows, queries
from scheduling.enums import VisitPlace
from scheduling.models import BookingRules


@dataclass(frozen=True, slots=True)
class Memory:
    """What a rehearsal knows between two texts; `to_json` and `read_memory` keep it with a page.

    `handed_off`: why a person has it; "" while the robot answers. `spent_micros`: what Claude has cost so far.
    """

    language: str = ""
    lead: LeadFacts = LeadFacts()  # noqa: RUF009  frozen
    state: State = State()  # noqa: RUF009  frozen
    offers: tuple[Offer, ...] = ()
    windows: tuple[CallWindow, ...] = ()
    visits: tuple[Visit, ...] = ()
    said: tuple[Said, ...] = ()
    handed_off: str = ""
    unanswered: tuple[str, ...] = ()
    # What the readers before the robot have found out.
    is_opted_out: bool = False
    is_paused: bool = False
    is_urgent: bool = False
    dangers: tuple[str, ...] = ()
    spent_micros: int = 0

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = _plain(asdict(self))
        return data


def read_memory(data: Mapping[str, Any]) -> Memory:
    """What `Memory.to_json` made; what another version of the program kept otherwise is forgotten."""
    if not data:
        return Memory()
    try:
        return Memory(
            language=data["language"],
            lead=LeadFacts(**data["lead"]),
            state=read_state(data["state"]),
            offers=tuple(Offer(**_timed(row, "starts_at", "arrival_ends_at")) for row in data["offers"]),
            windows=tuple(CallWindow(**_timed(row, "starts_at", "ends_at")) for row in data["windows"]),
            visits=tuple(Visit(**_timed(row, "starts_at")) for row in data["visits"]),
            said=tuple(Said(**_timed(row, "at")) for row in data["said"]),
            handed_off=data["handed_off"],
            unanswered=tuple(data["unanswered"]),
            is_opted_out=data["is_opted_out"],
            is_paused=data["is_paused"],
            is_urgent=data["is_urgent"],
            dangers=tuple(data["dangers"]),
            spent_micros=data["spent_micros"],
        )
    except (KeyError, TypeError):
        return Memory()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _timed(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: datetime.fromisoformat(value) if key in names and value else value for key, value in row.items()}


@dataclass(slots=True)
class RehearsalBooks:
    """Books that remember; see messaging.agent.desk.Books."""

    location: Location
    language: str
    now: datetime
    memory: Memory
    told: list[str] = field(default_factory=list)  # texts that the system would send by itself

    def is_overtaken(self) -> bool:
        return False

    def find(
        self, service_id: int, area: AreaFact | None, wanted: TimesWanted, *, count: int, visit_key: str
    ) -> list[Offer]:
        mine = Service.objects.select_related("business").filter(business=self.location.business_id)
        service = mine.filter(pk=service_id).first()
        if service is None:
            return []
        location = self.location
        if area is not None and area.location_id not in (None, location.pk):
            rows = Location.objects.select_related("business").filter(business=location.business_id)
            location = rows.filter(pk=area.location_id).first() or location
        row = ServiceArea.objects.filter(pk=area.id).first() if area else None
        rules = BookingRules.objects.filter(service=service).first()
        window = timedelta(minutes=rules.arrival_window_minutes if rules else 0)
        starts = find_starts(service, location, wanted, area=row, ignoring=None, now=self.now)
        return [
            Offer(
                uuid4().hex, number, service.pk, location.pk, row.pk if row else None, start,
                start + window if window else None, visit_key,
            )
            for number, start in enumerate(spread(starts, count, location.zone), start=1)
        ]  # fmt: skip

    def offer(self, offers: Sequence[Offer]) -> tuple[Offer, ...]:
        self.memory = replace(self.memory, offers=tuple(offers))
        return self.memory.offers

    def hold(self, offer: Offer) -> None:
        held = tuple(replace(row, is_held=True) if row.key == offer.key else row for row in self.memory.offers)
        self.memory = replace(self.memory, offers=held)

    def book(self, offer: Offer, *, name: str, address: str) -> str:
        if known := next((visit for visit in self.memory.visits if visit.key == offer.key), None):
            return f"{known.service}, {known.words}"
        service = Service.objects.select_related("booking_rules").get(pk=offer.service_id)
        rules = getattr(service, "booking_rules", None)
        is_away = rules is not None and rules.place == VisitPlace.CUSTOMER
        words = self._words(offer)
        visit = Visit(offer.key, service.name, offer.starts_at, words, needs_address=is_away)
        self.memory = replace(self.memory, visits=(*self.memory.visits, visit), offers=())
        self.told.append(f"[Confirmation text: {service.name}, {words}]")
        return f"{service.name}, {words}"

    def move(self, offer: Offer) -> str:
        words = self._words(offer)
        visits = tuple(
            replace(row, starts_at=offer.starts_at, words=words) if row.key == offer.visit_key else row
            for row in self.memory.visits
        )
        self.memory = replace(self.memory, visits=visits, offers=())
        self.told.append(f"[Text: moved to {words}]")
        return words

    def cancel(self, visit_key: str) -> str:
        if all(row.key != visit_key for row in self.memory.visits):
            return "Canceled"
        self.memory = replace(self.memory, visits=tuple(row for row in self.memory.visits if row.key != visit_key))
        self.told.append("[Text: canceled]")
        return "Canceled"

    def set_address(self, address: str) -> None:
        pass

    def save(self, changes: dict[str, str], *, service_id: int | None = None) -> None:
        facts: dict[str, Any] = {**changes, **({"service_id": service_id} if service_id is not None else {})}
        self.memory = replace(self.memory, lead=replace(self.memory.lead, **facts))

    def save_answer(self, question: str, answer: str) -> None:
        answers = {**self.memory.lead.answers, question: answer}
        self.memory = replace(self.memory, lead=replace(self.memory.lead, answers=answers))

    def windows(self) -> tuple[CallWindow, ...]:
        found = callback_windows.windows_for(self.location, now=self.now, count=3)
        zone = self.location.zone
        return tuple(
            CallWindow(
                number, row.starts_at, row.ends_at,
                describe_call(row.starts_at, row.ends_at, zone=zone, language=self.language),
            )
            for number, row in enumerate(found, start=1)
        )  # fmt: skip

    def arrange_call(self, window: CallWindow | None) -> None:
        if window is not None:
            self.told.append(f"[Text: we call you {window.words}]")

    def hand_off(self, reason: str, summary: str) -> None:
        self.memory = replace(self.memory, handed_off=f"{reason}: {summary}" if summary else reason)

    def escalate(self, reason: str) -> None:
        self.told.append(f"[The team is alerted: {reason}]")

    def note_unanswered(self, question: str) -> None:
        self.memory = replace(self.memory, unanswered=(*self.memory.unanswered, question))

    def _words(self, offer: Offer) -> str:
        return describe_visit(
            offer.starts_at, zone=self.location.zone, language=self.language, arrival_ends_at=offer.arrival_ends_at
        )


@dataclass(frozen=True, slots=True)
class RehearsalWords:
    """Wording as messaging.agent.drivers.Words has it, for a customer who is written nowhere."""

    number: PhoneNumber
    language: str
    now: datetime
    name: str = ""

    def __call__(self, kind: ScriptKind, **values: str) -> str:
        hours = HoursState.CLOSED if values.get("back") else HoursState.OPEN
        # A placeholder has this name too, and `worded` fills it by itself.
        values.pop("hours", None)
        # A real link to book belongs to a customer and is a row.
        example = {"booking_link": example_link(self.number.business), "caller_name": self.name.partition(" ")[0]}
        return worded(
            kind, number=self.number, lead=None, language=self.language, now=self.now, hours=hours,
            **{**example, **values},
        ).body  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One turn of a rehearsal: what would be said, what the system would send besides, and why."""

    memory: Memory
    answer: Answer | None
    told: tuple[str, ...] = ()


def language_after(text: str, memory: Memory, number: PhoneNumber) -> str:
    return read_language(text) or memory.language or number.business.language or Language.ENGLISH


def rehearse(
    number: PhoneNumber,
    robot: AgentSettings,
    knowledge: Knowledge,
    memory: Memory,
    text: str,
    *,
    driver: str = Driver.RULES,
    may_act: bool = True,
    now: datetime,
) -> Rehearsed:
    """The robot's turn on `text`. After a hand-off there is none: `answer` is None. Claude is asked only if it can be.

    `number` with business, location and account loaded. `may_act` False: as where a person approves each answer.
    """
    said = Said("customer", text, now)
    if memory.handed_off:
        return Rehearsed(replace(memory, said=(*memory.said, said)), None)
    language = language_after(text, memory, number)
    situation = replace(
        _situation(number, robot, knowledge, memory, said, language=language, now=now), may_act=may_act
    )  # fmt: skip
    books = RehearsalBooks(number.location, language, now, memory)
    words = RehearsalWords(number, language, now, name=memory.lead.name)
    answer = _answer(situation, books, words, robot, driver)
    after = replace(
        books.memory,
        language=language,
        state=answer.state,
        offers=_offers_after(situation, answer, books.memory),
        windows=answer.desk.windows if answer.state.asked == "window" else (),
        said=(*memory.said, said, *([Said("robot", answer.text, now)] if answer.text else [])),
    )
    return Rehearsed(after, answer, tuple(books.told))


def _answer(
    situation: Situation, books: RehearsalBooks, words: RehearsalWords, robot: AgentSettings, driver: str
) -> Answer:
    if driver != Driver.MODEL or not settings.ANTHROPIC_API_KEY:
        return drivers.answer_by_rules(situation, books, words)
    model, desk = robot.model or settings.ANTHROPIC_MODEL, Desk(situation, books)
    try:
        found = drivers.answer_by_model(situation, books, robot, model, desk=desk)
    except ModelFailed as failed:
        return drivers.after_failure(desk, words, failed, model)
    return found if found.text else drivers.with_what_is_missing(found, words)


def _offers_after(situation: Situation, answer: Answer, after: Memory) -> tuple[Offer, ...]:
    """Only what stands in the text can be chosen next; if nothing new does, what was offered before still can."""
    known = {offer.key for offer in situation.offers}
    new = [offer for offer in after.offers if offer.key not in known]
    if not new or answer.desk.acts & {Act.BOOKED, Act.MOVED}:
        return after.offers
    return tuple(offer for offer in new if is_named(offer, answer.text, situation)) or situation.offers


def _situation(
    number: PhoneNumber,
    robot: AgentSettings,
    knowledge: Knowledge,
    memory: Memory,
    said: Said,
    *,
    language: str,
    now: datetime,
) -> Situation:
    location = served_by(number.location, knowledge.areas, text=said.body, place=memory.lead.place)
    week = queries.week_of(location, now=now)
    state = queries.state_in(week, location, now=now)
    values = values_for(
        business=number.business, location=location, number=number, state=state, ranges=week.ranges, now=now,
        language=language,
    )  # fmt: skip
    here = knowledge.at(location.pk)
    rules = BookingRules.objects.filter(service__in=[row.id for row in here.services], is_online=True)
    places = dict(rules.values_list("service_id", "place"))
    return Situation(
        business=number.business.name,
        phone=values["phone"],
        language=language,
        now=now,
        zone=location.zone,
        location_id=location.pk,
        home_language=number.business.language,
        is_open=state.is_open,
        hours=values["hours"],
        back=back_in(values["opens_at"], language),
        knowledge=here,
        history=memory.said,
        burst=(said,),
        lead=memory.lead,
        state=memory.state,
        visits=memory.visits,
        offers=tuple(offer for offer in memory.offers if offer.starts_at > now),
        windows=memory.windows,
        bookable=frozenset(places),
        places=frozenset(pk for pk, place in places.items() if place == VisitPlace.CUSTOMER),
        times_offered=robot.times_offered,
        asks_urgency=robot.asks_urgency,
        asks_kind=robot.asks_kind,
        user_id="rehearsal",
    )
