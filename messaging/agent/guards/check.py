"""PURE: what may not leave. Every automatic text passes here before it is queued, whoever wrote it.

A figure must be one that the business gave (compared by value: "9 am" is "9:00 AM"), a deed must have been done by a
tool in this turn, and everything else that could cost a customer or the business must stand in the facts. An objection
is told to the model for its one rewrite; after a second one a fixed text and a person take over.
"""

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from messaging.agent.guards.claims import Act, Assertion, claims_in
from messaging.agent.guards.figures import read_figures
from messaging.agent.guards.form import form_of
from messaging.agent.guards.hours import wrong_hours
from messaging.agent.guards.known import Ground, figures_held_by, ground_of, strangers
from messaging.agent.guards.prices import bare_amounts, foreign_prices, is_free_by
from messaging.agent.guards.promises import promises_in
from messaging.agent.guards.text import contains, content_words, sentences, wording, words_of

__all__ = ["Act", "Evidence", "Objection", "objections", "sources"]

# A longer reply is refused for its length; what it says beyond this need not be read.
_READ_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reply may rest on.

    `facts`: configured texts and this turn's tool results, offered slots among them. `customer`: the customer's texts
    of this burst; their times and days may be repeated, their prices, phones and links not. `acts`: what tools did in
    this turn. `approved`: where only approved answers may go out, those; None where the mode is off.
    """

    facts: tuple[str, ...]
    customer: str
    acts: frozenset[Act]
    language: str = "en"
    approved: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a reply may not leave. `detail` is told to the model for its rewrite and to staff."""

    code: str
    detail: str


def objections(reply: str, evidence: Evidence) -> list[Objection]:
    """Everything that stands against sending `reply`, each once; nothing means that it may leave."""
    facts = (*evidence.facts, *(evidence.approved or ()))
    found = [
        Objection(code, detail)
        for code, detail in form_of(reply, language=evidence.language, known=(*facts, evidence.customer))
    ]
    if any(objection.code == "empty" for objection in found):
        return found
    ground = ground_of(facts, evidence.customer)
    grounds = _grounds_of(facts)
    customer = content_words(evidence.customer)
    earlier = ""
    for sentence in sentences(reply[:_READ_AT_MOST]):
        context, earlier = f"{earlier} {evidence.customer}", sentence
        if evidence.approved is not None and not _is_approved(sentence, evidence.approved):
            found.append(Objection("not_approved", f"“{sentence}” is in no approved answer: use their words"))
        found += [
            Objection(claim.code, _what_claims(claim))
            for claim in claims_in(sentence)
            if not claim.acts & evidence.acts and not _is_standing(claim, sentence, ground, facts)
        ]
        if grounds.says(sentence):
            continue
        strange = [Objection(item.code, f"“{item.said}”: {item.why}") for item in strangers(sentence, ground)]
        found += strange
        found += [
            Objection(code, f"“{said}”: this number stands in no fact: give only what you were told")
            for code, said in bare_amounts(sentence, facts=facts, customer=evidence.customer)
        ]
        found += [
            Objection(code, f"“{said}”: the hours in the facts do not say so")
            for code, said in wrong_hours(sentence, facts, today=ground.today)
            if not any(item.code == code for item in strange)
        ]
        found += [
            Objection("money", f"“{said}”: the facts do not give this price for this service")
            for said in foreign_prices(sentence, facts)
        ]
        found += [
            Objection(promise.code, f"“{promise.said}”: {promise.why}")
            for promise in promises_in(
                sentence,
                customer=customer,
                standing=grounds.carry,
                is_free=partial(is_free_by, sentence, facts, context=context),
            )
        ]
    return list(dict.fromkeys(found))


def sources(reply: str, evidence: Evidence) -> list[tuple[str, str]]:
    """Each sentence of `reply` with the fact that it most likely comes from, "" where none is near; for staff."""
    facts = (*evidence.facts, *(evidence.approved or ()))
    return [(sentence, _source_of(sentence, facts)) for sentence in sentences(reply)]


def _source_of(sentence: str, facts: tuple[str, ...]) -> str:
    word_for_word = next((fact for fact in facts if _stands_in(sentence, fact)), None)
    if word_for_word is not None:
        return word_for_word
    about = content_words(sentence)

    def nearness(fact: str) -> float:
        shared = len(about & content_words(fact)) / len(about) if about else 0.0
        return shared + figures_held_by(sentence, fact)

    best = max(facts, key=nearness, default="")
    return best if best and nearness(best) >= 0.6 else ""


# Offered times side by side, and the words around them that only ask which one suits.
_OR = re.compile(r",? (?:or|o) ", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?:(?:would|does|do|is|how about|what about|we have|i have|we can do|these are free|still open|le queda bien|"
    r"le viene bien|que tal|qué tal|tenemos|puede ser)\b:? ?)|"
    r",? (?:(?:work|works|good|okay|ok|better|best|fine|suit)\b(?: (?:better|best|well|for))?(?: you)?)$",
    re.IGNORECASE,
)


def _is_approved(sentence: str, approved: tuple[str, ...]) -> bool:
    """Whether it stands in an approved text, or is some of those joined by "or" in a question or an offer."""
    if any(_stands_in(sentence, text) for text in approved):
        return True
    bare = _FRAME.sub("", _FRAME.sub("", sentence.strip(" ¿?.!"))).strip()
    parts = [part for part in _OR.split(bare) if part.strip()]
    is_slots = all(any(sign.isdigit() for sign in part) for part in parts)
    return bool(parts) and is_slots and all(any(_stands_in(part, text) for text in approved) for part in parts)


def _stands_in(sentence: str, text: str) -> bool:
    said = words_of(sentence)
    return bool(said) and contains(words_of(text), said)


@lru_cache(maxsize=4096)
def _parts_of(fact: str) -> tuple[tuple[str, frozenset[str], tuple[str, ...]], ...]:
    return tuple((wording(part), content_words(part), words_of(part)) for part in sentences(fact))


class _Grounds:
    """The facts' sentences, for what may be said because the business says it."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        read = [part for fact in facts for part in _parts_of(fact)]
        self._sentences = [(said, about) for said, about, _ in read]
        self._said = {words for _, _, words in read}
        self._carried: dict[tuple[re.Pattern[str], frozenset[str]], bool] = {}

    def says(self, sentence: str) -> bool:
        """Whether `sentence` is one of the business's own, word for word."""
        return words_of(sentence) in self._said

    def carry(self, pattern: re.Pattern[str], subject: frozenset[str]) -> bool:
        """Whether a fact says the same and does not deny it; about the same thing, if the reply names one."""
        if len(self._carried) > _MOST_CARRIED:
            self._carried.clear()
        if (pattern, subject) not in self._carried:
            self._carried[pattern, subject] = self._carry(pattern, subject)
        return self._carried[pattern, subject]

    def _carry(self, pattern: re.Pattern[str], subject: frozenset[str]) -> bool:
        return any(
            (match := pattern.search(said)) is not None
            and (not subject or bool(subject & about))
            and _DENIES.search(said[: match.start()][-40:]) is None
            for said, about in self._sentences
        )


_MOST_CARRIED = 1000


@lru_cache(maxsize=32)
def _grounds_of(facts: tuple[str, ...]) -> _Grounds:
    """A turn asks again and again about the same facts."""
    return _Grounds(facts)


_DENIES = re.compile(r"\b(?:not|never|cannot|without|unable|nunca|jamas)\b[^.,;]*$|\b(?:no|sin)\s+(?:\w+\s+)?$")

# ---------------------------------------------------------------- what was done before this turn
_STANDS = re.compile(
    r"\bbooked:|\breservad[oa]:|\b(?:booked|scheduled|confirmed|upcoming|reserved|requested|existing|your|next|"
    r"customer) (?:\w+ ){0,2}?(?:appointments?|visits?|bookings?|calls?)\b|"
    r"\b(?:appointments?|visits?|bookings?)\b.{0,60}\b(?:confirmed|booked|scheduled)\b|\b(?:is|are|was|were|"
    r"been|status:?) (?:booked|scheduled|confirmed)\b|"
    r"\b(?:cita|visita|reserva)s?\b.{0,60}\b(?:confirmad|agendad|reservad|programad)[oa]s?\b|\b(?:su|proxima|"
    r"tiene) (?:una )?(?:cita|visita|reserva)\b"
)
_WAS = {
    "claim_booked": _STANDS,
    "claim_moved": re.compile(r"\b(?:moved|rescheduled|changed|reprogramad[oa]|cambiad[oa]|movid[oa])\b"),
    "claim_canceled": re.compile(r"\b(?:cancell?ed|cancelad[oa]|anulad[oa])\b"),
}


def _is_standing(claim: Assertion, sentence: str, ground: Ground, facts: tuple[str, ...]) -> bool:
    """Whether the sentence repeats an earlier deed that a fact tells, with its day: "you are booked for Monday"."""
    pattern = _WAS.get(claim.code)
    days = read_figures(sentence).days
    if pattern is None or not days:
        return False
    return any(
        pattern.search(wording(fact)) is not None
        and all(
            any(day.is_said_by(known) for group in held.figures.days for known in group.days)
            for said in days
            for day in said.days
        )
        for fact, held in zip(facts, ground.facts, strict=True)
    )


def _what_claims(claim: Assertion) -> str:
    if not claim.acts:
        return f"“{claim.said}”: nothing here can do that, so do not say it"
    needed = " or ".join(sorted(act.value.replace("_", " ") for act in claim.acts))
    if claim.code == "claim_done":
        return f"“{claim.said}”: nothing was done in this turn"
    return f"“{claim.said}”: no tool has done this in this turn (needed: {needed})"
