"""How far each step of a sequence got, and who is in which of its versions."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from messaging.followups.planning import delay_words
from messaging.followups.results import StepResult, of_steps
from messaging.followups.versions import StepTerms, digest_of, draft_terms, terms_of
from messaging.models import Sequence
from messaging.models.followups import RUNNING

REASONS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step, in whatever version it ran, and what came of it. `is_gone`: it is no longer part of the sequence."""

    step: StepTerms
    result: StepResult
    is_gone: bool

    @property
    def when(self) -> str:
        return delay_words(self.step)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why it was skipped, and how often: the most frequent first."""
        return self.result.skipped.most_common(REASONS_SHOWN)

    @property
    def skips(self) -> int:
        return self.result.skipped.total()


def results_of(sequence: Sequence) -> list[StepShown]:
    """The steps as they are now, then those that some version had and that somebody came to."""
    results = of_steps(sequence)
    steps = draft_terms(sequence)
    current = {step.key for step in steps}
    gone = {
        step.key: step
        for version in sequence.versions.order_by("number")
        for step in terms_of(version)
        if step.key not in current and step.key in results
    }
    return [
        StepShown(step, results.get(step.key, StepResult()), step.key not in current)
        for step in (*steps, *gone.values())
    ]


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A version that is kept, how many people are in it and how many began with it."""

    number: int
    created_at: datetime
    steps: int
    running: int
    all: int
    is_current: bool


def versions_of(sequence: Sequence) -> list[VersionShown]:
    """The newest first."""
    running = Count("enrollments", filter=Q(enrollments__status__in=RUNNING))
    rows = sequence.versions.annotate(running=running, all=Count("enrollments")).order_by("-number")
    digest = digest_of(draft_terms(sequence))
    return [
        VersionShown(
            row.number, row.created_at, len(row.steps), vars(row)["running"], vars(row)["all"], row.digest == digest
        )
        for row in rows
    ]
