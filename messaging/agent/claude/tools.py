"""What Claude may call: each method is a tool, its docstring what the model reads of it. The rules are the desk's.

Strict tools may have sixteen optional parameters together; one more, and the API refuses every request.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Annotated, Literal

from leads.enums import LeadKind, Urgency
from leads.knowledge import ServiceFact
from messaging.agent.claude.tooling import Tool, ToolRefused, as_tool
from messaging.agent.desk import Desk, TimesWanted
from messaging.agent.knowledge_text import describe_service, search

_TWO_WEEKS = timedelta(days=13)


class Toolbox:
    """The tools of one turn, over its desk. Every one raises ToolRefused in words that say what to do instead."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def all(self) -> list[Tool]:
        functions: list[Callable[..., str]] = [
            self.lookup_knowledge, self.check_area, self.find_slots, self.hold_slot, self.book_slot,
            self.cancel_appointment, self.save_lead, self.save_answer, self.find_call_times, self.arrange_call,
            self.hand_off, self.escalate,
        ]  # fmt: skip
        return [as_tool(function) for function in functions]

    # ---------------------------------------------------------------- looking up
    def lookup_knowledge(self, question: Annotated[str, "what to look up, in a few words"]) -> str:
        """Services, prices, policies and approved answers that fit a question. What is not found here is not known:
        hand off instead of guessing."""
        found = search(self._desk.situation.knowledge, question, language=self._desk.situation.language)
        self._desk.facts += found
        if not found:
            self._desk.note_unanswered(question)
            return "Nothing is known about this. Do not answer it; hand off if it matters."
        return "\n".join(found)

    def check_area(self, place: Annotated[str, "the city or ZIP as the customer wrote it"]) -> str:
        """Whether the business works in a place."""
        found = self._desk.read_place(place, asked=True)
        if found.area is not None:
            return f"Yes, {found.area.city} is served."
        return f"No, {found.said} is not served." if found.is_elsewhere else "Not certain which place this is: ask."

    # ---------------------------------------------------------------- times
    def find_slots(
        self,
        service: Annotated[str, "name of the service, as in the knowledge"],
        place: Annotated[str | None, "city or ZIP of the job, if known"] = None,
        first_day: Annotated[str | None, "earliest day, YYYY-MM-DD"] = None,
        last_day: Annotated[str | None, "latest day, YYYY-MM-DD"] = None,
        not_before: Annotated[str | None, "earliest time of day, HH:MM"] = None,
        not_after: Annotated[str | None, "latest time of day, HH:MM"] = None,
        moves_appointment: Annotated[bool, "true when the customer's existing appointment shall move"] = False,
    ) -> str:
        """Find open times and offer them to the customer, numbered. Offer exactly these, with their numbers; only what
        was offered can be booked, in a later text, when the customer has chosen."""
        first, last = _day(first_day), _day(last_day)
        if last is not None and first is None:
            first = self._desk.situation.local_now.date()
        if first is not None and last is not None and last < first:
            raise ToolRefused("last_day comes before first_day.")
        # A first day alone is an earliest one, not the only one.
        wanted = TimesWanted(first, last or (first and first + _TWO_WEEKS), _time(not_before), _time(not_after))
        if place:
            self._desk.save(place=place)
        visit_key = self._only_visit() if moves_appointment else ""
        offers = self._desk.find_times(self._service(service).id, wanted, place=place or "", visit_key=visit_key)
        if not offers:
            return "Nothing is free then. Try other days, or offer a call back."
        return "\n".join(self._desk.offer_words(offer) for offer in offers)

    def hold_slot(self, number: Annotated[int, "number of the offered time"]) -> str:
        """Keep an offered time, which the customer has just agreed to, for some minutes while something is missing."""
        return f"Kept: {self._desk.offer_words(self._desk.hold(number))}"

    def book_slot(self, number: Annotated[int, "number of the offered time"]) -> str:
        """Book (or move to) an offered time that the customer agrees to in their current text. The system sends the
        confirmation by itself: say nothing more about it, and write no text at all unless something else was asked."""
        self._desk.book(number)
        return f"Done: {self._desk.done[-1].result}. The confirmation is sent by the system."

    def cancel_appointment(self) -> str:
        """Cancel the customer's only coming appointment. Only when they have plainly asked for it in their current
        text."""
        self._desk.cancel(self._only_visit())
        return "Canceled. The confirmation is sent by the system."

    # ---------------------------------------------------------------- the lead
    def save_lead(
        self,
        service: Annotated[str | None, "name of the service, as in the knowledge"] = None,
        place: Annotated[str | None, "city or ZIP"] = None,
        address: Annotated[str | None, "street and number"] = None,
        urgency: Literal["routine", "urgent"] | None = None,
        customer: Literal["new", "existing"] | None = None,
        name: str | None = None,
        preferred_times: str | None = None,
        need: Annotated[str | None, "what they need, in their words"] = None,
        notes: str | None = None,
    ) -> str:
        """Note what the customer has said of themselves and the job. A later value corrects an earlier one. Never what
        they have not said."""
        self._desk.save(
            service_id=self._service(service).id if service else None, place=place or "", address=address or "",
            urgency=Urgency(urgency) if urgency else "", kind=LeadKind(customer) if customer else "",
            name=name or "", preferred=preferred_times or "", need=need or "", notes=notes or "",
        )  # fmt: skip
        return "Noted."

    def save_answer(
        self,
        question: Annotated[str, "the question as it stands under “To be asked”"],
        answer: Annotated[str, "what the customer answered"],
    ) -> str:
        """Note what the customer answered to one of the questions under “To be asked”."""
        known = [row.question for row in self._desk.situation.knowledge.questions]
        if question not in known:
            raise ToolRefused(f"This is none of the questions to be asked. There are: {'; '.join(known) or 'none'}")
        self._desk.save_answer(question, answer)
        return "Noted."

    # ---------------------------------------------------------------- people
    def find_call_times(self) -> str:
        """Times at which somebody of the team could call the customer, numbered, to be offered."""
        windows = self._desk.find_windows()
        return "\n".join(f"{window.number}) {window.words}" for window in windows) or "None: hand off instead."

    def arrange_call(self, number: Annotated[int, "number of an offered time; 0: as soon as possible"]) -> str:
        """Arrange that somebody of the team calls the customer. An offered time is confirmed by the system itself."""
        self._desk.arrange_call(number or None)
        return "Arranged. The team has the task."

    def hand_off(
        self,
        reason: Annotated[str, "why, for the team, in a few words"],
        summary: Annotated[str, "who wants what, where, when; one line for the team"],
        unanswered_question: Annotated[str | None, "what they asked that nothing here answers, in their words"] = None,
    ) -> str:
        """Give the conversation to a person: they ask for one, you do not know the answer, they complain, or a topic
        for people comes up. Then tell the customer, in one sentence, that you have passed it to the team."""
        if unanswered_question:
            self._desk.note_unanswered(unanswered_question)
        self._desk.hand_off(reason, summary)
        return f"Handed over. {self._desk.situation.back}".strip()

    def escalate(self, reason: Annotated[str, "what is urgent, in a few words"]) -> str:
        """Alert the team at once because something cannot wait until they look."""
        self._desk.escalate(reason)
        return "The team is alerted."

    # ---------------------------------------------------------------- reading arguments
    def _service(self, name: str) -> ServiceFact:
        services = self._desk.situation.knowledge.services
        wanted = name.casefold().strip()
        for service in services:
            if wanted in (service.name.casefold(), *(alias.casefold() for alias in service.aliases)):
                return service
        known = "; ".join(describe_service(service, language="en") for service in services)
        raise ToolRefused(f"There is no such service. There are: {known}")

    def _only_visit(self) -> str:
        visits = self._desk.situation.visits
        if len(visits) != 1:
            raise ToolRefused("The customer has no single coming appointment. Hand off.")
        return visits[0].key


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ToolRefused(f"{text} is no day. Write it as 2026-11-23.") from None


def _time(text: str | None) -> time | None:
    try:
        # A time of day there, whatever zone it was written with.
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        raise ToolRefused(f"{text} is no time of day. Write it as 14:30.") from None
