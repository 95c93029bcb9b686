"""PURE: what the steps of a sequence may say and want, in sentences for whoever writes them.

The words are held against the same rules as scripts (messaging.script_lint). Whoever gets the first text of a sequence
called days ago: it says who writes and how to opt out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal

from messaging.enums import ScriptKind
from messaging.followups.enums import Anchor, StepAction, Unit
from messaging.followups.versions import StepTerms
from messaging.script_lint import lint
from recoverline.lib.render import placeholders_in

# What a text about a call can name; the others belong to one appointment or one turn of the robot.
PLACEHOLDERS = (
    "business", "caller_name", "booking_link", "phone", "email", "website", "team", "location", "city", "hours",
    "opt_out",
)  # fmt: skip
MOST_STEPS = 10
# Between two texts to the same person, whatever a sequence says.
LEAST_BETWEEN_TEXTS = 60
# 47 CFR 64.1200(c)(1); states and businesses may be stricter (scheduling.quiet_hours).
DECENT_FROM, DECENT_UNTIL = time(8), time(21)
MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 1_440, Unit.WEEKS: 10_080}

_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class StepFinding:
    """About `column` of the step at `position`, from 0; -1: about the sequence. An error forbids to save it."""

    position: int
    column: str
    level: Literal["error", "warning", "note"]
    message: str


@dataclass(frozen=True, slots=True)
class Voices:
    """Who writes, and what placeholders become, by language ("en", "es")."""

    business: str
    samples: Mapping[str, Mapping[str, str]]


def check_steps(steps: Sequence[StepTerms], voices: Voices) -> list[StepFinding]:
    """Everything that is wrong with the steps, in their order, and what is worth knowing."""
    first_text = next((step.position for step in steps if step.action == StepAction.TEXT), None)
    findings = [finding for step in steps for finding in _about_times(step)]
    findings += _about_order(steps)
    findings += [
        finding for step in steps for finding in _about_words(step, voices, is_first=step.position == first_text)
    ]
    if len(steps) > MOST_STEPS:
        findings.append(StepFinding(-1, "", "error", f"{len(steps)} steps are too many: leave at most {MOST_STEPS}."))
    return sorted(findings, key=lambda finding: finding.position)


def _about_times(step: StepTerms) -> Iterator[StepFinding]:
    def error(column: str, message: str) -> StepFinding:
        return StepFinding(step.position, column, "error", message)

    if not all(day in range(7) for day in step.weekdays):
        yield error("weekdays", "A day of the week is a number from 0, Monday, to 6, Sunday.")
    ends_after = step.window_until > step.window_from or step.window_until == _MIDNIGHT
    if not ends_after:
        yield error("window_until", "The window ends before it begins: make “not after” later than “not before”.")
        return
    if step.at_time is not None:
        if step.delay_unit in (Unit.MINUTES, Unit.HOURS):
            yield error("at_time", "A time of day goes with days or weeks. Leave one of the two out.")
        elif not _inside(step.at_time, step):
            yield error("at_time", "This time of day lies outside the window below it: change one of the two.")
    if step.action != StepAction.TEXT:
        return
    if step.window_from >= DECENT_UNTIL or (step.window_until <= DECENT_FROM and step.window_until != _MIDNIGHT):
        yield error("window_from", "No text may leave at these hours. Choose a window between 8 AM and 9 PM.")
    elif step.window_from < DECENT_FROM or step.window_until > DECENT_UNTIL or step.window_until == _MIDNIGHT:
        yield StepFinding(
            step.position, "window_from", "warning",
            "Whatever the window says, no text leaves before 8 AM or after 9 PM, and in some states less.",
        )  # fmt: skip


def _about_order(steps: Sequence[StepTerms]) -> Iterator[StepFinding]:
    """Steps run in their order; one that is due before its predecessor would wait for it, or follow at once."""
    before: tuple[int, time | None] | None = None
    last_text: tuple[int, time | None] | None = None
    for step in steps:
        offset = step.delay_amount * MINUTES[step.delay_unit]
        if step.anchor == Anchor.LAST_TEXT and last_text is not None:
            offset += last_text[0]
        moment = (offset, step.at_time)
        if before is not None and _is_earlier(moment, before):
            yield StepFinding(
                step.position, "delay_amount", "error",
                f"Step {step.position + 1} would be due before step {step.position}. Make it later, or swap the two.",
            )  # fmt: skip
        elif step.action == StepAction.TEXT and last_text is not None and _is_close(last_text, moment):
            yield StepFinding(
                step.position, "delay_amount", "error",
                "This text would follow the one before within the hour. Leave more time between them.",
            )  # fmt: skip
        before = moment
        last_text = moment if step.action == StepAction.TEXT else last_text


def _is_earlier(moment: tuple[int, time | None], before: tuple[int, time | None]) -> bool:
    if moment[0] != before[0]:
        return moment[0] < before[0]
    return moment[1] is not None and before[1] is not None and moment[1] < before[1]


def _is_close(before: tuple[int, time | None], moment: tuple[int, time | None]) -> bool:
    minutes = moment[0] - before[0]
    if before[1] is not None and moment[1] is not None:
        minutes += (moment[1].hour - before[1].hour) * 60 + moment[1].minute - before[1].minute
    return minutes < LEAST_BETWEEN_TEXTS


def _about_words(step: StepTerms, voices: Voices, *, is_first: bool) -> Iterator[StepFinding]:
    if step.action != StepAction.TEXT:
        return
    if not step.body.strip():
        yield StepFinding(step.position, "body", "error", "Write what the text should say.")
        return
    for column, language, body in (("body", "en", step.body), ("body_es", "es", step.body_es)):
        if not body.strip():
            continue
        sample = voices.samples[language]
        kind = ScriptKind.MISSED_CALL.value if is_first else ""
        strange = [name for name in placeholders_in(body) if name in sample and name not in PLACEHOLDERS]
        for name in strange:
            known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
            message = f"{{{name}}} has no value in a follow-up. Use one of {known}."
            yield StepFinding(step.position, column, "error", message)
        for finding in lint(
            body, kind=kind, business_name=voices.business, opt_out_line=sample["opt_out"], sample=sample
        ):
            yield StepFinding(step.position, column, finding.level, finding.message)


def _inside(at: time, step: StepTerms) -> bool:
    return step.window_from <= at and (at < step.window_until or step.window_until == _MIDNIGHT)
