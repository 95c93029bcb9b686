"""Conversations that must go on going well, held again with other knowledge before it is published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from leads.knowledge import Knowledge
from leads.models import Business
from messaging.agent.rehearsal import Memory
from messaging.agent.trial import try_text
from messaging.models import AgentSettings, PhoneNumber, RegressionScenario
from recoverline.lib.text import normalize


@dataclass(frozen=True, slots=True)
class Result:
    """`replies`: what the customer gets after each of their texts, "" where that is nothing."""

    passed: bool
    problems: tuple[str, ...]
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A scenario with what is published (None: nothing is, yet) and with the draft."""

    scenario: RegressionScenario
    before: Result | None
    after: Result

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before.replies != self.after.replies

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """What the customer writes, what was answered before, what is answered now."""
        before = self.before.replies if self.before else ()
        return zip_longest(map(str, self.scenario.lines), before, self.after.replies, fillvalue="")

    def to_json(self) -> dict[str, Any]:
        """For Publication.results."""
        return {
            "name": self.scenario.name,
            "passed": self.after.passed,
            "before": self.before.passed if self.before else None,
            "problems": list(self.after.problems),
        }


def run(
    scenario: RegressionScenario, number: PhoneNumber, robot: AgentSettings, knowledge: Knowledge, *, now: datetime
) -> Result:
    """Hold the conversation by the rules at the instant `now`. `number` with business, location and account loaded."""
    memory, replies = Memory(), []
    for text in scenario.lines:
        tried = try_text(number, robot, knowledge, memory, str(text), now=now)
        memory = tried.memory
        replies.append("\n".join(tried.texts()))
    problems = tuple(_problems(scenario, replies, handed_off=memory.handed_off))
    return Result(not problems, problems, tuple(replies))


def compare(
    business: Business, robot: AgentSettings, *, published: Knowledge | None, draft: Knowledge, now: datetime
) -> list[Compared] | None:
    """Every active scenario with both; None where there are scenarios and no number to hold them at."""
    rows = business.regression_scenarios.filter(is_active=True).select_related("source").order_by("name", "pk")
    scenarios = list(rows)
    numbers = numbers_of(business)
    if scenarios and not numbers:
        return None
    found = []
    for scenario in scenarios:
        number = number_for(scenario, numbers)
        after = run(scenario, number, robot, draft, now=now)
        # The same knowledge gives the same answers.
        before = after if published == draft else None
        if published is not None and before is None:
            before = run(scenario, number, robot, published, now=now)
        found.append(Compared(scenario, before, after))
    return found


def numbers_of(business: Business) -> list[PhoneNumber]:
    """The numbers at which a conversation can be held, with all that it needs."""
    rows = PhoneNumber.objects.filter(business=business, is_active=True).order_by("pk")
    return list(rows.select_related("business", "location__business", "account"))


def number_for(scenario: RegressionScenario, numbers: Sequence[PhoneNumber]) -> PhoneNumber:
    """The number the conversation came from, if it is still there; else the first."""
    wanted = scenario.source.number_id if scenario.source else None
    return next((number for number in numbers if number.pk == wanted), numbers[0])


def _problems(scenario: RegressionScenario, replies: Sequence[str], *, handed_off: str) -> Iterator[str]:
    said = _plain("\n".join(replies))
    for wanted in scenario.must_say:
        if _plain(str(wanted)) not in said:
            yield f"“{wanted}” is not said."
    for unwanted in scenario.must_not_say:
        if _plain(str(unwanted)) in said:
            yield f"“{unwanted}” is said, and must not be."
    if scenario.must_hand_off is True and not handed_off:
        yield "A person must be asked, and none is."
    if scenario.must_hand_off is False and handed_off:
        yield f"A person is asked, and must not be. {handed_off}."


def _plain(text: str) -> str:
    """Letters alike however they are typed: one space, no capitals, no curly quotes."""
    return " ".join(normalize(text).casefold().split())
