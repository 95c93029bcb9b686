"""A conversation in memory: books that only remember, and a customer who writes to the rule flow."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leads.knowledge import AreaFact, FaqFact, Knowledge, PolicyFact, QuestionFact, ServiceFact, TopicFact
from messaging.agent.desk import Desk, TimeGone, TimesWanted
from messaging.agent.flow import answering as flow
from messaging.agent.flow.talk import Reply
from messaging.agent.situation import CallWindow, LeadFacts, Offer, Said, Situation, State, Visit, read_state
from messaging.enums import ScriptKind
from messaging.scripts import PLACEHOLDERS, fallback_body, render_script
from messaging.visit_words import describe_call, describe_visit

ZONE = ZoneInfo("America/Phoenix")
# Saturday, 10:00 in Phoenix.
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
DIAGNOSIS, DRAIN, HEATER, ESTIMATE = 1, 2, 3, 4
KNOWLEDGE = Knowledge(
    services=(
        ServiceFact(
            DIAGNOSIS, "AC or furnace diagnosis", ("AC out", "no heat", "not cooling", "aire no enfria"),
            price_from_cents=8900, price_to_cents=12900,
        ),
        ServiceFact(
            DRAIN, "Drain cleaning", ("clogged drain", "toilet clogged", "drenaje tapado"), price_from_cents=12900,
            price_note="Camera included.", financing="Drain work can be paid in three parts.",
        ),
        ServiceFact(HEATER, "Water heater replacement", ("no hot water",)),
        ServiceFact(ESTIMATE, "New system estimate", ("new ac",), price_from_cents=0, price_to_cents=0),
    ),
    areas=(AreaFact(1, "Tempe", "AZ", ("85281",)), AreaFact(2, "Mesa", "AZ", ("85201",))),
    faqs=(
        FaqFact(1, "Are you licensed and insured?", "Yes, in Arizona. The license is on every estimate."),
        FaqFact(2, "Which payment do you take?", "Card, check or cash, after the work.", ("do you take credit cards",)),
        FaqFact(3, "¿Aceptan tarjeta?", "Claro, aceptamos tarjeta o efectivo.", language="es"),
    ),
    policies=(PolicyFact(1, "Warranty", "Labor is guaranteed for one year."),),
    topics=(TopicFact(1, "Insurance claim", ("insurance claim", "reclamo al seguro")),),
)  # fmt: skip


def phoenix(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


# Monday to Wednesday.
STARTS = tuple(phoenix(day, hour) for day in (23, 24, 25) for hour in (8, 10, 13, 15))


@dataclass
class MemoryBooks:
    """What `desk.Books` asks for, kept in lists. `starts`: what is free; one in `taken` is gone when it is booked."""

    starts: list[datetime]
    call_starts: tuple[datetime, ...] = ()
    language: str = "en"
    taken: set[datetime] = field(default_factory=set)
    offered: list[Offer] = field(default_factory=list)
    booked: list[Offer] = field(default_factory=list)
    moved: list[Offer] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)
    service_id: int | None = None
    answers: dict[str, str] = field(default_factory=dict)
    address: str = ""
    calls: list[CallWindow | None] = field(default_factory=list)
    handed_off: list[tuple[str, str]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    searched: list[TimesWanted] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)

    def is_overtaken(self) -> bool:
        return False

    def find(
        self, service_id: int, area: AreaFact | None, wanted: TimesWanted, *, count: int, visit_key: str
    ) -> list[Offer]:
        self.searched.append(wanted)
        found = [start for start in self.starts if _suits(start.astimezone(ZONE), wanted)][:count]
        return [
            Offer("", number, service_id, 1, area.id if area else None, start, start + timedelta(hours=2), visit_key)
            for number, start in enumerate(found, start=1)
        ]

    def offer(self, offers: Sequence[Offer]) -> tuple[Offer, ...]:
        kept = tuple(replace(offer, key=f"offer-{len(self.offered)}-{offer.number}") for offer in offers)
        self.offered.extend(kept)
        return kept

    def hold(self, offer: Offer) -> None:
        self._take(offer)

    def book(self, offer: Offer, *, name: str, address: str) -> str:
        self._take(offer)
        self.booked.append(offer)
        return offer.words(ZONE, self.language)

    def move(self, offer: Offer) -> str:
        self._take(offer)
        self.moved.append(offer)
        return offer.words(ZONE, self.language)

    def cancel(self, visit_key: str) -> str:
        self.canceled.append(visit_key)
        return visit_key

    def set_address(self, address: str) -> None:
        self.address = address

    def save(self, changes: dict[str, str], *, service_id: int | None = None) -> None:
        self.saved |= changes
        self.service_id = service_id or self.service_id

    def save_answer(self, question: str, answer: str) -> None:
        self.answers[question] = answer

    def windows(self) -> tuple[CallWindow, ...]:
        return tuple(
            CallWindow(
                number, start, start + timedelta(hours=2),
                describe_call(start, start + timedelta(hours=2), zone=ZONE, language=self.language),
            )
            for number, start in enumerate(self.call_starts, start=1)
        )  # fmt: skip

    def arrange_call(self, window: CallWindow | None) -> None:
        self.calls.append(window)

    def hand_off(self, reason: str, summary: str) -> None:
        self.handed_off.append((reason, summary))

    def escalate(self, reason: str) -> None:
        self.escalated.append(reason)

    def note_unanswered(self, question: str) -> None:
        self.unanswered.append(question)

    def _take(self, offer: Offer) -> None:
        assert offer in self.offered, "what was not offered must never be booked"
        if offer.starts_at in self.taken or offer.starts_at not in self.starts:
            if offer.starts_at in self.starts:
                self.starts.remove(offer.starts_at)
            raise TimeGone("This time was just taken.")
        self.starts.remove(offer.starts_at)


def _suits(local: datetime, wanted: TimesWanted) -> bool:
    day = wanted.first is None or wanted.first <= local.date() <= (wanted.last or wanted.first)
    at = local.time()
    return day and (wanted.starts is None or at >= wanted.starts) and (wanted.ends is None or at < wanted.ends)


@dataclass(frozen=True)
class BuiltInWords:
    """The built-in wording in one language, as a business without scripts of its own sends it."""

    language: str = "en"
    business: str = "Joe's"

    def __call__(self, kind: ScriptKind, **values: str) -> str:
        empty = dict.fromkeys(PLACEHOLDERS, "")
        return render_script(fallback_body(kind, self.language), {**empty, "business": self.business, **values})


@dataclass
class Customer:
    """Somebody who texts with the rule flow; the rows are kept between texts as the real ones are."""

    knowledge: Knowledge = KNOWLEDGE
    language: str = "en"
    starts: tuple[datetime, ...] = STARTS
    call_starts: tuple[datetime, ...] = (phoenix(23, 9), phoenix(23, 14))
    lead: LeadFacts = field(default_factory=LeadFacts)
    visits: tuple[Visit, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    state: State = field(default_factory=State)
    offers: tuple[Offer, ...] = ()
    windows: tuple[CallWindow, ...] = ()
    history: tuple[Said, ...] = ()
    reply: Reply | None = None

    def __post_init__(self) -> None:
        self.books = MemoryBooks(list(self.starts), self.call_starts, self.language)

    def situation(self, *texts: str, pictures: int = 0) -> Situation:
        defaults: dict[str, Any] = {
            "bookable": frozenset({DIAGNOSIS, DRAIN, ESTIMATE}), "places": frozenset({DIAGNOSIS, DRAIN, ESTIMATE}),
            "hours": "Mon-Fri 8 AM-5 PM", "back": "",
        }  # fmt: skip
        return Situation(
            business="Joe's", phone="(602) 555-0100", language=self.language, now=NOW, zone=ZONE,
            location_id=1, home_language="en", is_open=True,
            knowledge=self.knowledge, history=self.history,
            burst=tuple(Said("customer", text, NOW, pictures) for text in texts),
            lead=self.lead, state=read_state(self.state.to_json()), visits=self.visits, offers=self.offers,
            windows=self.windows, **{**defaults, **self.settings},
        )  # fmt: skip

    def says(self, *texts: str, pictures: int = 0) -> str:
        """The reply to one burst."""
        situation = self.situation(*texts, pictures=pictures)
        desk = Desk(situation, self.books)
        self.reply = flow.answer(situation, desk, BuiltInWords(self.language))
        self._keep(desk)
        said = tuple(Said("customer", text, NOW) for text in texts)
        answered = (Said("robot", self.reply.text, NOW),) if self.reply.text else ()
        self.history = (*self.history, *said, *answered)
        return self.reply.text

    def _keep(self, desk: Desk) -> None:
        assert self.reply is not None
        known = {name: value for name, value in self.books.saved.items()}
        service_id = self.books.service_id or self.lead.service_id
        self.lead = replace(self.lead, **known, service_id=service_id, answers=dict(self.books.answers))
        self.state = self.reply.state
        self.windows = desk.windows if self.state.asked == "window" else ()
        done = {offer.key for offer in (*self.books.booked, *self.books.moved)}
        self.offers = () if any(offer.key in done for offer in desk.offers) else desk.offers
        booked = [offer for offer in self.books.booked if all(visit.key != offer.key for visit in self.visits)]
        self.visits = (*self.visits, *(self._visit(offer) for offer in booked))

    def _visit(self, offer: Offer) -> Visit:
        service = next(row.name for row in self.knowledge.services if row.id == offer.service_id)
        words = describe_visit(
            offer.starts_at, zone=ZONE, language=self.language, arrival_ends_at=offer.arrival_ends_at
        )  # fmt: skip
        return Visit(offer.key, service, offer.starts_at, words, needs_address=True)

    @property
    def reasons(self) -> list[str]:
        return [reason for reason, _ in self.books.handed_off]

    @property
    def booked(self) -> list[datetime]:
        return [offer.starts_at.astimezone(ZONE).replace(tzinfo=None) for offer in self.books.booked]


def wanted_days(first: date, last: date, starts: time | None = None, ends: time | None = None) -> TimesWanted:
    return TimesWanted(first, last, starts, ends)


def question(number: int, text: str, *, service_id: int | None = None, before_offer: bool = False) -> QuestionFact:
    return QuestionFact(number, text, service_id, before_offer=before_offer)
