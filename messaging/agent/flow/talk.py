"""One turn of the rule flow in the making: what is known by now, and what will be said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Protocol

from leads.enums import Language, Urgency
from leads.knowledge import ServiceFact
from leads.places import Place
from messaging.agent.desk import Desk
from messaging.agent.flow.reading import Reading, wish_from_json
from messaging.agent.flow.wording import again as in_other_words
from messaging.agent.flow.wording import wording
from messaging.agent.situation import LeadFacts, Situation, State
from messaging.agent.when.wishes import Wish
from messaging.agent.words.sentences import plain
from messaging.enums import ScriptKind
from recoverline.lib.text import one_line

LONGEST_TEXT = 320
LONGEST_NEED = 200
_LONGEST_LAST = 160


class Words(Protocol):
    """The wording of a kind of script in the conversation's language; `values` fill its placeholders."""

    def __call__(self, kind: ScriptKind, **values: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` "" says nothing. `sources`: for each sentence that tells a fact, which one."""

    text: str
    state: State
    intents: tuple[str, ...]
    summary: str
    sources: tuple[tuple[str, str], ...] = ()


class Weight(IntEnum):
    """What is kept first when a text would be too long."""

    HAND_OFF = 0
    ANSWER = 1
    STEP = 2
    MORE = 3
    COURTESY = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to say. `asks`: what State.asked becomes if it is said."""

    text: str
    weight: Weight
    fact: str = ""
    asks: str = ""


class Talk:
    """What the rules work on. `lead` and `state` are kept up to date, so that later rules see what earlier ones did."""

    def __init__(self, situation: Situation, desk: Desk, say: Words) -> None:
        self.situation, self.desk, self.say = situation, desk, say
        self.lead: LeadFacts = situation.lead
        self.state: State = replace(situation.state, asked="", question_id=None)
        self.asked = self._asked_last()
        self.reading = Reading(situation, self.asked)
        # Everything is asked once; whoever has answered has understood.
        self.place: Place = desk.read_place(situation.text, asked=self.asked == "place")
        self.is_understood = False
        self.is_answered = False
        self.is_late_answer = False
        self.is_waiting = False
        self.has_news = False
        self.is_new_place = False
        self.is_handed_off = False
        self.is_over = False
        self.parts: list[Part] = []

    def _asked_last(self) -> str:
        """A first text answers "How can we help?", which the text before it asked in one way or another."""
        known = self.situation.state
        is_first = known == State() and self.lead.service_id is None and not self.situation.visits
        return "need" if is_first else known.asked

    # ---------------------------------------------------------------- what is known
    @property
    def language(self) -> str:
        return self.situation.language

    @property
    def service(self) -> ServiceFact | None:
        return self.situation.service(self.lead.service_id)

    @property
    def has_visit(self) -> bool:
        """Whether something is booked, so that a day or time may be about that."""
        return self.state.has_booked or bool(self.situation.visits)

    @property
    def wish(self) -> Wish:
        return wish_from_json(self.state.wish)

    def remember(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def note(self, **changes: Any) -> None:
        """Save facts of the lead; what is saved is news."""
        new = {name: value for name, value in changes.items() if value and getattr(self.lead, name) != value}
        if not new:
            return
        self.desk.save(**new)
        self.lead = replace(self.lead, **new)
        self.is_understood = True

    # ---------------------------------------------------------------- what is said
    def add(self, text: str, weight: Weight, *, fact: str = "", asks: str = "") -> None:
        if text and all(part.text != text for part in self.parts):
            self.parts.append(Part(text, weight, fact, asks))

    def tell(self, text: str, *, fact: str) -> None:
        """Answer from a fact; the first answer matters more than the next."""
        is_first = all(part.weight != Weight.ANSWER for part in self.parts)
        self.add(text, Weight.ANSWER if is_first else Weight.MORE, fact=fact)
        self.is_understood = True

    def courtesy(self, kind: ScriptKind) -> None:
        """A thank-you or an acknowledgement: never the same words again."""
        text = self.say(kind)
        if kind == ScriptKind.NOTED and self.was_said(text):
            text = wording("noted", self.language)
        if not self.was_said(text):
            self.add(text, Weight.COURTESY)

    def ask(
        self,
        key: str,
        text: str,
        *,
        question_id: int | None = None,
        is_new: bool = False,
        before: str = "",
        **values: str,
    ) -> bool:
        """Put one question, at most twice without an answer and never in the same words; False if that was done.

        `is_new`: what is asked is not what was asked before, though it is asked for the same. `before`: what is said
        ahead of it. `values`: for the other words of the second time.
        """
        name = f"intake:{question_id}" if key == "intake" else key
        known = self.situation.state
        if is_new:
            self.ask_anew(name)
        elif name in self.state.skipped:
            return False
        elif known.asked == key and known.question_id == question_id and not self.is_answered:
            self.remember(skipped=(*self.state.skipped, name))
        text = f"{before} {text}".strip()
        if self.was_said(text):
            other = in_other_words(key, self.language, **values)
            text = f"{before} {other}".strip() if other else ""
        if not text or self.was_said(text):
            self.remember(skipped=tuple(dict.fromkeys((*self.state.skipped, name))))
            return False
        self.add(text, Weight.STEP, asks=key)
        self.remember(asked=key, question_id=question_id)
        return True

    def was_said(self, text: str) -> bool:
        """Whether one of our texts in this conversation said just that."""
        return any(said.by == "robot" and text in said.body for said in self.situation.history)

    def ask_anew(self, *keys: str) -> None:
        """What was asked twice in vain may be asked again: the customer came back to it."""
        self.remember(skipped=tuple(name for name in self.state.skipped if name not in keys))

    def keep_waiting(self) -> None:
        """Nothing is said, and what our last text asked stays open."""
        known = self.situation.state
        self.is_waiting = True
        self.remember(asked=known.asked, question_id=known.question_id)

    def hand_off(self, reason: str, *, quietly: bool = False, todo: str = "") -> None:
        """Give the conversation to a person, once."""
        if self.is_handed_off:
            return
        self.is_handed_off = self.is_over = True
        self.parts = [part for part in self.parts if part.weight not in (Weight.STEP, Weight.COURTESY)]
        self.remember(asked="", question_id=None, misses=0)
        self.desk.hand_off(reason, self.summary(todo))
        if not quietly:
            self.add(self.say(ScriptKind.HAND_OFF, back=self.situation.back), Weight.HAND_OFF)

    # ---------------------------------------------------------------- the end
    def reply(self) -> Reply:
        kept = self._that_are_said()
        if (
            kept
            and self.state.asked
            and not self.is_waiting
            and not any(part.asks == self.state.asked for part in kept)
        ):
            self.remember(asked="", question_id=None)
        return Reply(
            text=_text_of(kept),
            state=self.state,
            intents=tuple(sorted(self.reading.intents)),
            summary=self.summary(),
            sources=tuple((part.text, part.fact) for part in kept if part.fact),
        )

    def _that_are_said(self) -> list[Part]:
        """What would be our earlier text over again is for a person instead."""
        kept = _that_fit(self.parts)
        said = {row.body for row in self.situation.history if row.by == "robot"}
        if not kept or self.is_handed_off or _text_of(kept) not in said:
            return kept
        self.parts = []
        self.hand_off("Would get the same answer again")
        return self.parts

    def summary(self, todo: str = "") -> str:
        """Who wants what, where and when, in one line for the team; what the last text says itself is left to it."""
        lead, service = self.lead, self.service
        last = one_line(self.situation.text, _LONGEST_LAST)
        urgent = {Urgency.URGENT: "urgent", Urgency.EMERGENCY: "emergency", Urgency.ROUTINE: "no rush"}
        need = lead.need if _tells_more(lead.need, last) else ""
        bits = [
            todo,
            lead.name,
            service.name if service else "",
            f"“{one_line(need, _LONGEST_LAST)}”" if need else "",
            f"in {lead.place}" if _tells_more(lead.place, last, need) else "",
            lead.address if _tells_more(lead.address, last, need) else "",
            urgent.get(Urgency(lead.urgency), "") if lead.urgency in Urgency.values else "",
            f"when: {lead.preferred}" if _tells_more(lead.preferred, last, need) else "",
            f"last: “{last}”" if last else "",
        ]
        return one_line("; ".join(bit for bit in bits if bit), 500)


def _tells_more(text: str, *others: str) -> bool:
    """Whether `text` says anything that none of `others` says in the same words."""
    said = f" {plain(text)} "
    return bool(said.strip()) and all(said not in f" {plain(other)} " for other in others)


def _text_of(parts: Sequence[Part]) -> str:
    return " ".join(part.text for part in parts)


def _that_fit(parts: Sequence[Part]) -> list[Part]:
    """Parts in their order, the important ones first of all, as long as the whole stays short; one is always said."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda part: part.weight):
        if not kept or sum(len(other.text) + 1 for other in kept) + len(part.text) <= LONGEST_TEXT:
            kept.append(part)
    # What is asked comes after what is told, and a hand-off is the last word.
    return sorted(kept, key=lambda part: (part.weight == Weight.HAND_OFF, bool(part.asks), parts.index(part)))


def joined(items: Sequence[str], language: str, *, last: str = "or") -> str:
    """ "A, B or C", in Spanish "A, B o C"; `last` is "or" or "and"."""
    words = {"or": "o", "and": "y"}
    word = words[last] if language == Language.SPANISH else last
    return f" {word} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
