"""The follow-up of one conversation, beside its thread: what comes next and when, what was done, and why it ended."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F

from leads import events
from messaging import appointment_texts
from messaging.followups import enrolling, recipients, standing, stopping, texts
from messaging.followups.enums import EnrollmentStatus, StepAction, StepOutcome, StopReason, Trigger
from messaging.followups.versions import StepTerms, active_sequence, terms_of
from messaging.models import Conversation, Enrollment, Sequence
from messaging.models.followups import RUNNING
from recoverline.lib.render import UnknownPlaceholder

PAUSED_ALL = "Follow-ups are paused for the whole business."
TEXTING_PAUSED = "Texting is paused for this business."
RUNS_ALREADY = "A follow-up is running already. Stop it first."
FURTHER_ON = "One that is further on is running."
NO_STEPS = "It has no steps yet."
ONCE_BEGUN = "It was begun already, or something changed meanwhile."
# More steps than a sequence may have.
_MOST_RUNS = 12
_RUN = ("position", "action", "outcome", "reason", "at", "replied_at", "booked_at", "opted_out_at")


@dataclass(frozen=True, slots=True)
class StepDone:
    """What became of one step. `tone` is how it is shown."""

    number: int
    words: str
    at: datetime

    reason: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`next`: the step to come, `text` the very words of it; None when nothing comes any more."""

    enrollment: Enrollment
    total: int
    next: StepTerms | None
    text: str
    zone: ZoneInfo
    done: list[StepDone] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.enrollment.status in RUNNING

    @property
    def is_paused(self) -> bool:
        return self.enrollment.status == EnrollmentStatus.PAUSED

    @property
    def number(self) -> int:
        return self.enrollment.step + 1

    @property
    def is_text(self) -> bool:
        return self.next is not None and self.next.action == StepAction.TEXT


def follow_up_of(conversation: Conversation, *, there: Mapping[str, int] | None, now: datetime) -> FollowUp | None:
    """The latest one of this conversation, in one statement; none where `there` (timeline.there_is) knows of none.

    Changes nothing: what the text links to is an example.
    """
    if there is not None and not there.get("follow"):
        return None
    rows = (
        Enrollment.objects.filter(conversation=conversation)
        .select_related("sequence", "version", "changed_by")
        .annotate(**{f"run_{name}": F(f"runs__{name}") for name in _RUN})
        .order_by("-created_at", "-pk", "runs__position")[:_MOST_RUNS]
    )
    found = [row for row in rows]
    if not found:
        return None
    enrollment = found[0]
    enrollment.lead, enrollment.location = conversation.lead, conversation.location
    steps = terms_of(enrollment.version)
    runs = enrollment.status in RUNNING and enrollment.step < len(steps)
    following = steps[enrollment.step] if runs else None
    return FollowUp(
        enrollment=enrollment,
        total=len(steps),
        next=following,
        text=_words(following, conversation, now=now) if following else "",
        zone=recipients.recipient(conversation.lead, conversation.location, request=conversation.request).zone,
        done=[_done(row) for row in found if row.pk == enrollment.pk and vars(row)["run_position"] is not None],
    )


def _words(step: StepTerms, conversation: Conversation, *, now: datetime) -> str:
    if step.action != StepAction.TEXT:
        return step.body
    language = appointment_texts.language_of(conversation)
    try:
        return texts.preview(
            step, lead=conversation.lead, location=conversation.location, language=language, now=now,
            number=conversation.number,
        )  # fmt: skip
    except UnknownPlaceholder:
        return texts.body_in(step, language)


def _done(row: Enrollment) -> StepDone:
    run = {name: vars(row)[f"run_{name}"] for name in _RUN}
    came = next(
        (words for name, words in (("opted_out_at", "opted out"), ("booked_at", "booked"), ("replied_at", "answered"))
         if run[name]),
        "",
    )  # fmt: skip
    words = {
        StepOutcome.SENT: "Text written", StepOutcome.TASK: "Call-back task made", StepOutcome.CALLED: "Call ordered",
        StepOutcome.SKIPPED: "Skipped",
    }[StepOutcome(run["outcome"])]  # fmt: skip
    return StepDone(run["position"] + 1, f"{words}, they {came}" if came else words, run["at"], run["reason"])


# ---------------------------------------------------------------- begun by hand
@dataclass(frozen=True, slots=True)
class Choice:
    """A sequence that could begin here; `why_not` says in a sentence what keeps it from it, "" if nothing does."""

    sequence: Sequence
    why_not: str


def choices_for(conversation: Conversation, *, now: datetime) -> list[Choice]:
    """One for each trigger that has an active sequence at this location."""
    running = stopping.running_of(conversation.lead_id)
    found = (active_sequence(conversation.business_id, conversation.location_id, trigger) for trigger in Trigger)
    return [Choice(row, _why_not(row, conversation, running, now=now)) for row in found if row is not None]


def _why_not(sequence: Sequence, conversation: Conversation, running: Enrollment | None, *, now: datetime) -> str:
    if conversation.business.is_texting_paused:
        return TEXTING_PAUSED
    if conversation.business.are_follow_ups_paused:
        return PAUSED_ALL
    if running is not None:
        return RUNS_ALREADY
    reason = standing.reason_not_to_begin(sequence, conversation, request=conversation.request, now=now)
    if reason is not None:
        return f"{StopReason(reason).label}."
    return "" if sequence.steps.exists() else NO_STEPS


def begin_by_hand(
    conversation: Conversation, trigger: Trigger, *, client_id: uuid.UUID, by: AbstractBaseUser, now: datetime
) -> str:
    """Let the sequence for `trigger` begin now; "" when it did, else why not. The same `client_id` begins one only."""
    chosen = next((row for row in choices_for(conversation, now=now) if row.sequence.trigger == trigger), None)
    if chosen is None or chosen.why_not:
        return chosen.why_not if chosen is not None else "There is no such sequence any more."
    begun = enrolling.begin(trigger, conversation=conversation, cause=f"hand:{client_id}", at=now, now=now)
    if begun is None:
        return ONCE_BEGUN
    Enrollment.objects.filter(pk=begun.pk).update(changed_by_id=by.pk)
    events.record(
        "follow_up.chosen", business=conversation.business, lead=conversation.lead, at=now, actor=by,
        text=f"Chose the follow-up by hand: {begun.sequence.name}", conversation=str(conversation.key),
    )  # fmt: skip
    return ""
