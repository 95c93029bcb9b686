"""What the robot may do, and every rule about it, the same for both drivers: the server keeps the rules, not the model.

A `Desk` serves one turn. It asks `Books` to do things: the real ones write rows through their doors, those of a
rehearsal only remember. What was done, and which facts came out of it, is kept for the guards and for staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from leads.enums import LeadKind, Urgency
from leads.knowledge import AreaFact
from leads.places import Place, read_place
from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.guards.check import Act
from messaging.agent.situation import CallWindow, Offer, Situation
from messaging.agent.when.grammar import read_when
from messaging.agent.words.choices import Choice, choose
from messaging.agent.words.intents import read_intents
from messaging.agent.words.privacy import mask_secrets
from messaging.agent.words.yes_no import YesNo, read_yes_no
from messaging.enums import AgentMode, Intent

# What a customer writes in a field of the lead; longer ones are cut.
LEAD_FIELDS = ("name", "kind", "need", "place", "address", "urgency", "preferred", "notes")


class Overtaken(Exception):
    """The customer wrote again, a person took over, or they opted out: this turn must do and say nothing more."""


class TimeGone(ToolRefused):
    """Somebody else was quicker."""


@dataclass(frozen=True, slots=True)
class TimesWanted:
    """Which starts to look for, in local time; None: does not matter."""

    first: date | None = None
    last: date | None = None
    starts: time | None = None
    ends: time | None = None


class Books(Protocol):
    """Where acts are written down. Every method is harmless when it is called twice for the same thing."""

    def is_overtaken(self) -> bool: ...
    def find(
        self, service_id: int, area: AreaFact | None, wanted: TimesWanted, *, count: int, visit_key: str
    ) -> list[Offer]:
        """Open starts, not offered yet, numbered from 1."""

    def offer(self, offers: Sequence[Offer]) -> tuple[Offer, ...]:
        """Keep them as the list that was offered last; with their keys."""

    def hold(self, offer: Offer) -> None:
        """Keep the time for a while. Raises TimeGone."""

    def book(self, offer: Offer, *, name: str, address: str) -> str:
        """The visit in words. Raises TimeGone, ToolRefused."""

    def move(self, offer: Offer) -> str: ...
    def cancel(self, visit_key: str) -> str: ...
    def set_address(self, address: str) -> None:
        """Where the visit is that was booked here."""

    def save(self, changes: dict[str, str], *, service_id: int | None = None) -> None: ...
    def save_answer(self, question: str, answer: str) -> None: ...
    def windows(self) -> tuple[CallWindow, ...]: ...
    def arrange_call(self, window: CallWindow | None) -> None: ...
    def hand_off(self, reason: str, summary: str) -> None: ...
    def escalate(self, reason: str) -> None: ...
    def note_unanswered(self, question: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was looked up or done, for staff."""

    name: str
    arguments: dict[str, str]
    result: str
    is_refused: bool = False


class Desk:
    """The acts of one turn. Raises ToolRefused with the reason in words, Overtaken when the turn is none any more."""

    def __init__(self, situation: Situation, books: Books) -> None:
        self.situation, self.books = situation, books
        self.acts: set[Act] = set()
        self.facts: list[str] = []
        self.done: list[Done] = []
        self.offers: tuple[Offer, ...] = situation.offers
        self.windows: tuple[CallWindow, ...] = situation.windows
        self.hand_off_reason = ""
        self.booked: Offer | None = None
        self.saved: dict[str, str] = {}
        self.service_id: int | None = None  # what was noted in this turn
        # Whether the system tells the customer by itself of what was done here.
        self.is_told = False
        # What the times that were looked up in this turn are for.
        self.offered_for: set[Intent] = set()

    def continue_from(self, other: "Desk") -> None:
        """What `other`, whose driver failed, has done in this turn was done in this turn."""
        self.acts |= other.acts
        self.done = [*other.done, *self.done]
        self.saved = {**other.saved, **self.saved}
        self.service_id = self.service_id if self.service_id is not None else other.service_id
        self.offered_for |= other.offered_for

    # ---------------------------------------------------------------- looking up
    def read_place(self, text: str, *, asked: bool) -> Place:
        place = read_place(self.situation.knowledge.areas, text, asked=asked, location_id=self.situation.location_id)
        if place.area is not None:
            self.facts.append(f"We work in {place.area.city}.")
        return place

    def area_of(self, text: str) -> AreaFact | None:
        return self.read_place(text, asked=True).area if text else None

    def needs_place(self, service_id: int) -> bool:
        """Whether nothing can be offered before we know where: we travel, and not everywhere."""
        return service_id in self.situation.places and bool(self.situation.knowledge.areas)

    def find_times(
        self, service_id: int, wanted: TimesWanted, *, place: str = "", visit_key: str = ""
    ) -> tuple[Offer, ...]:
        """Offer open starts; () when there are none. Raises ToolRefused where they could not be booked anyway."""
        service = self.situation.service(service_id)
        if service is None or (service_id not in self.situation.bookable and not visit_key):
            raise self._refused("find_times", {"service": str(service_id)}, "This service is not booked by text.")
        area = self.area_of(place or self.saved.get("place", "") or self.situation.lead.place)
        if self.needs_place(service_id) and area is None and not visit_key:
            raise self._refused("find_times", {"service": service.name}, "First ask for the city or ZIP of the job.")
        self._stop_if_left_to_people("find_times", {"service": service.name}, _purpose(visit_key))
        self._stop_if_overtaken()
        if not visit_key:
            # Whoever is offered times for it wants it, whether or not the driver has said so.
            self.save(service_id=service_id)
        found = self.books.find(
            service_id, area, wanted, count=self.situation.times_offered, visit_key=visit_key
        )  # fmt: skip
        if found:
            self.offers = self.books.offer(found)
            self.offered_for.add(_purpose(visit_key))
        words = [self.offer_words(offer) for offer in self.offers] if found else []
        self.facts += words
        self._did("find_times", {"service": service.name, **_shown(wanted)}, "; ".join(words) or "nothing is free then")
        return self.offers if found else ()

    def offer_words(self, offer: Offer) -> str:
        return f"{offer.number}) {offer.words(self.situation.zone, self.situation.language)}"

    # ---------------------------------------------------------------- time
    def chosen(self) -> int | None:
        """The number of the offer that the customer's own current text agrees to.

        A bare number answers our last text: a list before it, or one of times for a call, was not meant.
        """
        situation = self.situation
        is_answer_to_list = situation.is_list_last and not situation.windows
        return _chosen(situation) if is_answer_to_list or _says_when(situation) else None

    def hold(self, number: int) -> Offer:
        offer = self._agreed("hold", number)
        self.books.hold(offer)
        self._act(Act.HELD, "hold", {"time": self.offer_words(offer)}, "kept for a few minutes")
        return offer

    def book(self, number: int, *, name: str = "", address: str = "") -> Offer:
        """Book (or move to) what was offered here and agreed to in the customer's own current text."""
        offer = self._agreed("book", number)
        try:
            if offer.visit_key:
                words = self.books.move(offer)
                self._act(Act.MOVED, "move", {"time": self.offer_words(offer)}, words)
            else:
                words = self.books.book(offer, name=name or self.situation.lead.name, address=address)
                self._act(Act.BOOKED, "book", {"time": self.offer_words(offer)}, words)
        except ToolRefused as refused:
            self._did("book", {"time": self.offer_words(offer)}, str(refused), is_refused=True)
            raise
        self.facts.append(words)
        self.booked, self.is_told = offer, True
        return offer

    def cancel(self, visit_key: str) -> None:
        visit = next((row for row in self.situation.visits if row.key == visit_key), None)
        if visit is None:
            raise self._refused("cancel", {}, "There is no such appointment of this customer.")
        if not self._has_asked_to_cancel():
            raise self._refused(
                "cancel", {"appointment": visit.words}, "The customer has not asked to cancel in their last text."
            )
        self._must_act("cancel", {"appointment": visit.words}, Intent.CANCEL)
        try:
            words = self.books.cancel(visit_key)
        except ToolRefused as refused:
            self._did("cancel", {"appointment": visit.words}, str(refused), is_refused=True)
            raise
        self._act(Act.CANCELED, "cancel", {"appointment": visit.words}, words)
        self.is_told = True

    def _has_asked_to_cancel(self) -> bool:
        if Intent.CANCEL in read_intents(self.situation.text):
            return True
        ours = [said.body for said in self.situation.history if said.by != "customer"]
        asked = bool(ours) and Intent.CANCEL in read_intents(ours[-1])
        return asked and read_yes_no(self.situation.text) == YesNo.YES

    def _agreed(self, act: str, number: int) -> Offer:
        # Of the situation, not of this turn: nobody can have agreed to what they have not read yet.
        offer = next((row for row in self.situation.offers if row.number == number), None)
        if offer is None:
            raise self._refused(act, {"number": str(number)}, "This time was not offered. Offer times first.")
        if not self._agrees(offer):
            raise self._refused(
                act, {"number": str(number)}, "The customer has not agreed to this time in their last text. Ask them."
            )
        self._must_act(act, {"time": self.offer_words(offer)}, _purpose(offer.visit_key))
        return offer

    def _agrees(self, offer: Offer) -> bool:
        """Whether the current text chooses it or, when it is held since an earlier one did, does not back out."""
        chosen = self.chosen()
        if chosen is not None or not offer.is_held:
            return chosen == offer.number
        text = self.situation.text
        backs_out = {Intent.CANCEL, Intent.RESCHEDULE} & read_intents(text)
        return not backs_out and read_yes_no(text) != YesNo.NO

    # ---------------------------------------------------------------- the lead
    def save(self, *, service_id: int | None = None, **changes: str) -> None:
        """Keep what the customer said; an empty value changes nothing. A correction replaces, with its history."""
        known = {name: value.strip() for name, value in changes.items() if name in LEAD_FIELDS and value.strip()}
        lead = self.situation.lead
        known = {name: value for name, value in known.items() if self.saved.get(name, getattr(lead, name)) != value}
        if known.get("kind") not in (None, *LeadKind.values) or known.get("urgency") not in (None, *Urgency.values):
            raise self._refused("save", known, "kind or urgency has a value that does not exist.")
        kept = self.service_id if self.service_id is not None else lead.service_id
        if service_id is not None and (service_id == kept or self.situation.service(service_id) is None):
            service_id = None
        if not known and service_id is None:
            return
        self._stop_if_overtaken()
        self.books.save(known, service_id=service_id)
        self.saved |= known
        self.service_id = service_id if service_id is not None else self.service_id
        if "address" in known and (self.situation.state.has_booked or Act.BOOKED in self.acts):
            self.books.set_address(known["address"])
        shown = dict(known)
        if service_id is not None and (service := self.situation.service(service_id)) is not None:
            shown["service"] = service.name
        self._act(Act.SAVED, "save", shown, "noted")

    def set_address(self, address: str) -> None:
        self.save(address=address)
        self._stop_if_overtaken()
        self.books.set_address(address)

    def save_answer(self, question: str, answer: str) -> None:
        self._stop_if_overtaken()
        self.books.save_answer(question, answer)
        self._act(Act.SAVED, "answer", {"question": question}, answer)

    # ---------------------------------------------------------------- people
    def find_windows(self) -> tuple[CallWindow, ...]:
        self.windows = self.books.windows()
        words = [f"{window.number}) {window.words}" for window in self.windows]
        self.facts += words
        self._did("find_call_times", {}, "; ".join(words) or "none")
        return self.windows

    def arrange_call(self, number: int | None) -> None:
        """A call in the window that was offered under `number`; None: as soon as possible."""
        offered = self.situation.windows or self.windows
        window = next((row for row in offered if row.number == number), None)
        if number is not None and window is None:
            raise self._refused("arrange_call", {"number": str(number)}, "This time for a call was not offered.")
        words = window.words if window else "as soon as possible"
        if window is not None and self._chosen_window(offered) != number:
            raise self._refused("arrange_call", {"time": words}, "The customer has not agreed to this time. Ask them.")
        self._must_act("arrange_call", {"time": words}, Intent.CALL_ME)
        self.books.arrange_call(window)
        self.is_told = self.is_told or window is not None
        self._act(Act.CALLBACK, "arrange_call", {"time": words}, "a task for the team")

    def _chosen_window(self, offered: Sequence[CallWindow]) -> int | None:
        if not self.situation.is_list_last and not _says_when(self.situation):
            return None
        return _chosen_of(self.situation, offered)

    def hand_off(self, reason: str, summary: str = "") -> None:
        """A person goes on from here; nothing is asked of the robot any more until it is handed back."""
        self._stop_if_overtaken()
        self.books.hand_off(reason, summary)
        self.hand_off_reason = reason
        self._act(Act.HANDED_OFF, "hand_off", {"reason": reason}, summary or reason)

    def escalate(self, reason: str) -> None:
        self._stop_if_overtaken()
        self.books.escalate(reason)
        self._act(Act.ESCALATED, "escalate", {"reason": reason}, "the team is alerted")

    def note_unanswered(self, question: str) -> None:
        # It may become a FAQ, which every customer and every model sees.
        question = mask_secrets(question)
        self.books.note_unanswered(question)
        self._did("note_unanswered", {"question": question}, "kept for the weekly review")

    # ---------------------------------------------------------------- small parts
    def _must_act(self, act: str, arguments: dict[str, str], wanted: Intent) -> None:
        """`wanted`: what the act is for, whatever the text has said."""
        if not self.situation.may_act or self.situation.mode_of(wanted) != AgentMode.AUTO:
            raise self._refused(act, arguments, "A person approves each answer here: hand this over, do not do it.")
        self._stop_if_overtaken()

    def _stop_if_left_to_people(self, name: str, arguments: dict[str, str], wanted: Intent) -> None:
        if self.situation.mode_of(wanted) == AgentMode.OFF:
            raise self._refused(name, arguments, "People do this here: hand it over.")

    def _stop_if_overtaken(self) -> None:
        if self.books.is_overtaken():
            raise Overtaken

    def _act(self, act: Act, name: str, arguments: dict[str, str], result: str) -> None:
        self.acts.add(act)
        self._did(name, arguments, result)

    def _did(self, name: str, arguments: dict[str, str], result: str, *, is_refused: bool = False) -> None:
        self.done.append(Done(name, arguments, result, is_refused))

    def _refused(self, name: str, arguments: dict[str, str], reason: str) -> ToolRefused:
        self._did(name, arguments, reason, is_refused=True)
        return ToolRefused(reason)


def wanted_by_choice(situation: Situation) -> frozenset[Intent]:
    """What a text is about that picks from what was offered, which may be nothing but a number."""
    wanted = set()
    if situation.windows and _chosen_of(situation, situation.windows) is not None:
        wanted.add(Intent.CALL_ME)
    number = _chosen(situation)
    wanted |= {_purpose(offer.visit_key) for offer in situation.offers if offer.number == number}
    return frozenset(wanted)


def _purpose(visit_key: str) -> Intent:
    return Intent.RESCHEDULE if visit_key else Intent.BOOKING


def _chosen(situation: Situation) -> int | None:
    return choose(situation.text, situation.choices(), now=situation.local_now)


def _chosen_of(situation: Situation, windows: Sequence[CallWindow]) -> int | None:
    zone = situation.zone
    choices = [
        Choice(row.number, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)) for row in windows
    ]  # fmt: skip
    return choose(situation.text, choices, now=situation.local_now)


def _says_when(situation: Situation) -> bool:
    return bool(read_when(situation.text, now=situation.local_now))


def _shown(wanted: TimesWanted) -> dict[str, str]:
    values: dict[str, date | time | datetime | None] = {
        "from": wanted.first, "until": wanted.last, "after": wanted.starts, "before": wanted.ends,
    }  # fmt: skip
    return {name: value.isoformat() for name, value in values.items() if value is not None}
