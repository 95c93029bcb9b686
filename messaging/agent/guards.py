"""PURE: what may not leave. Every automatic text passes here before it is queued, whoever wrote it.

A figure must be one that the business gave (compared by value: "9 am" is "9:00 AM"), a deed must have been done by a
tool in this turn, and everything else that could cost a customer or the business must stand in the facts. An objection
is told to the model for its one rewrite; after a second one a fixed text and a person take over.
"""

import re
from dataclasses import dataclass

from messaging.agent.guard_claims import Act, Assertion, claims_in
from messaging.agent.guard_figures import read_figures
from messaging.agent.guard_form import form_of
from messaging.agent.guard_known import Ground, figures_held_by, ground_of, strangers
from messaging.agent.guard_promises import promises_in
from messaging.agent.guard_text import contains, content_words, sentences, wording, words_of

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
    grounds = _Grounds(facts)
    customer = content_words(evidence.customer)
    for sentence in sentences(reply[:_READ_AT_MOST]):
        if evidence.approved is not None and not any(_stands_in(sentence, text) for text in evidence.approved):
            found.append(Objection("not_approved", f"“{sentence}” is in no approved answer: use their words"))
        found += [
            Objection(claim.code, _what_claims(claim))
            for claim in claims_in(sentence)
            if not claim.acts & evidence.acts and not _is_standing(claim, sentence, ground, facts)
        ]
        if grounds.says(sentence):
            continue
        found += [Objection(item.code, f"“{item.said}”: {item.why}") for item in strangers(sentence, ground)]
        found += [
            Objection(promise.code, f"“{promise.said}”: {promise.why}")
            for promise in promises_in(sentence, customer=customer, standing=grounds.carry)
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


def _stands_in(sentence: str, text: str) -> bool:
    said = words_of(sentence)
    return bool(said) and contains(words_of(text), said)


class _Grounds:
    """The facts' sentences, for what may be said because the business says it."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        self._sentences = [(wording(part), content_words(part)) for fact in facts for part in sentences(fact)]
        self._said = {words_of(part) for fact in facts for part in sentences(fact)}

    def says(self, sentence: str) -> bool:
        """Whether `sentence` is one of the business's own, word for word."""
        return words_of(sentence) in self._said

    def carry(self, pattern: re.Pattern[str], subject: frozenset[str]) -> bool:
        """Whether a fact says the same and does not deny it; about the same thing, if the reply names one."""
        return any(
            (match := pattern.search(said)) is not None
            and (not subject or bool(subject & about))
            and _DENIES.search(said[: match.start()][-40:]) is None
            for said, about in self._sentences
        )


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
