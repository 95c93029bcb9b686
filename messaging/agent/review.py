"""The weekly review: what customers asked in vain becomes a fact, and a scenario that keeps it answered."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads.models import Business, Faq
from leads.models.knowledge import LONGEST_PHRASE, MOST_PHRASES
from messaging.agent import regression
from messaging.agent.reading import draft_knowledge
from messaging.agent.words.privacy import mask_secrets
from messaging.enums import Direction, QuestionStatus
from messaging.models import AgentSettings, Message, RegressionScenario, UnansweredQuestion

# A longer part would fail for a comma; a shorter one is said by chance.
_LONGEST_PART = 60
_MOST_LINES = 8
_NAME = 110


@dataclass(frozen=True, slots=True)
class Answered:
    """`is_found` None: there was no number or no robot to try it with."""

    faq: Faq
    scenario: RegressionScenario
    is_found: bool | None


def answer(questions: Sequence[UnansweredQuestion], faq: Faq, *, by: AbstractBaseUser, now: datetime) -> Answered:
    """Save `faq` (of the same business, cleaned) as the answer to all of `questions`, and the first as a scenario."""
    faq.owner_id = by.pk
    faq.checked_on = now.astimezone(faq.business.zone).date()
    with transaction.atomic():
        faq.save()
        _close(questions, QuestionStatus.ANSWERED, by=by, now=now, faq=faq)
        scenario, is_found = _scenario_of(questions[0], faq, now=now)
    return Answered(faq, scenario, is_found)


def join(questions: Sequence[UnansweredQuestion], faq: Faq, *, by: AbstractBaseUser, now: datetime) -> None:
    """The questions ask what `faq` answers: it learns these ways to ask it."""
    with transaction.atomic():
        held = Faq.objects.select_for_update().get(pk=faq.pk)
        held.examples = phrasings((question.text for question in questions), known=(held.question, *held.examples))
        held.save(update_fields=["examples"])
        _close(questions, QuestionStatus.ANSWERED, by=by, now=now, faq=held)


def dismiss(questions: Sequence[UnansweredQuestion], *, by: AbstractBaseUser, now: datetime) -> int:
    return _close(questions, QuestionStatus.DISMISSED, by=by, now=now)


def phrasings(texts: Iterable[str], *, known: Sequence[str] = ()) -> list[str]:
    """The examples in `known` (its first is the question itself) and those of `texts` that are new, one line each."""
    examples = list(known[1:])
    said = {" ".join(text.casefold().split()) for text in known}
    for text in texts:
        line = mask_secrets(" ".join(text.split()))[:LONGEST_PHRASE]
        if line and line.casefold() not in said:
            said.add(line.casefold())
            examples.append(line)
    return examples[:MOST_PHRASES]


def _close(
    questions: Sequence[UnansweredQuestion],
    status: QuestionStatus,
    *,
    by: AbstractBaseUser,
    now: datetime,
    faq: Faq | None = None,
) -> int:
    rows = UnansweredQuestion.objects.filter(pk__in=[question.pk for question in questions])
    return rows.filter(status=QuestionStatus.OPEN).update(status=status, faq=faq, closed_at=now, closed_by_id=by.pk)


# ---------------------------------------------------------------- the scenario
def _scenario_of(question: UnansweredQuestion, faq: Faq, *, now: datetime) -> tuple[RegressionScenario, bool | None]:
    """The conversation up to the question; if the answer is not found at its end, the question alone."""
    scenario = RegressionScenario(
        business=faq.business, name=_free_name(faq.business, faq.question), lines=_lines_before(question),
        must_say=[distinctive_part(faq.answer)], source=question.conversation, created_at=now,
    )  # fmt: skip
    is_found = _is_found(scenario, now=now)
    if is_found is False and len(scenario.lines) > 1:
        scenario.lines = [mask_secrets(question.text)]
        is_found = _is_found(scenario, now=now)
    scenario.save()
    return scenario, is_found


def _is_found(scenario: RegressionScenario, *, now: datetime) -> bool | None:
    robot = AgentSettings.objects.filter(business=scenario.business).first()
    numbers = regression.numbers_of(scenario.business)
    if robot is None or not numbers:
        return None
    number = regression.number_for(scenario, numbers)
    return regression.run(scenario, number, robot, draft_knowledge(scenario.business), now=now).passed


def _lines_before(question: UnansweredQuestion) -> list[str]:
    texts: list[str] = []
    if question.conversation_id is not None and question.message is not None:
        said = Message.objects.filter(conversation=question.conversation_id, direction=Direction.IN).exclude(body="")
        said = said.filter(pk__lte=question.message.pk).order_by("-pk")
        texts = list(said.values_list("body", flat=True)[:_MOST_LINES])
    return [mask_secrets(text) for text in reversed(texts)] or [mask_secrets(question.text)]


def _free_name(business: Business, question: str) -> str:
    taken = set(RegressionScenario.objects.filter(business=business).values_list("name", flat=True))
    name, number = question[:_NAME], 1
    while name in taken:
        number += 1
        name = f"{question[:_NAME]} ({number})"
    return name


def distinctive_part(text: str) -> str:
    """Some words of an answer by which it is known again: a part with a figure in it, else the longest."""
    parts = [part.strip(" ,") for part in re.split(r"(?<=[.!?;:])\s+|\n+|, ", text) if part.strip(" ,")]
    best = max(parts, key=lambda part: (bool(re.search(r"\d", part)), len(part)), default=text.strip())
    best = best.rstrip(".!?;:")
    if len(best) <= _LONGEST_PART:
        return best
    figure = re.search(r"\d", best)
    start = 0
    if figure is not None and figure.start() > _LONGEST_PART // 2:
        start = best.rfind(" ", 0, figure.start() - _LONGEST_PART // 3) + 1
    cut = best[start : start + _LONGEST_PART]
    return cut.rpartition(" ")[0] or cut
