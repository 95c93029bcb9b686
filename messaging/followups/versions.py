"""The steps of a sequence as values, and as what an enrollment keeps: a version that no later edit changes."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from messaging import configuration
from messaging.followups.enums import Anchor, StepAction, Trigger, Unit
from messaging.models import Sequence as SequenceRow
from messaging.models import SequenceStep, SequenceVersion

# Two editors who save at once take numbers from each other; nobody loses more often than this.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class StepTerms:
    """One step. `position` counts from 0; times of day are local to whoever is texted; `weekdays` 0 is Monday, empty
    means every day.
    """

    key: uuid.UUID
    position: int
    action: StepAction
    delay_amount: int
    delay_unit: Unit
    anchor: Anchor
    at_time: time | None
    window_from: time
    window_until: time
    weekdays: tuple[int, ...]
    valid_for_minutes: int
    body: str
    body_es: str


def terms_of(version: SequenceVersion) -> tuple[StepTerms, ...]:
    """The steps of `version`, in order."""
    return tuple(_loaded(step, position) for position, step in enumerate(version.steps))


def draft_terms(sequence: SequenceRow) -> tuple[StepTerms, ...]:
    """The steps as they are edited now, in order."""
    return terms_of_rows(sequence.steps.order_by("position", "id"))


def terms_of_rows(rows: "Sequence[SequenceStep] | Any") -> tuple[StepTerms, ...]:
    """The same for rows that may not be saved yet, in the order given."""
    return tuple(_of_row(row, position) for position, row in enumerate(rows))


def digest_of(steps: Sequence[StepTerms]) -> str:
    """SHA-256 of what the steps say, 64 hex digits."""
    return hashlib.sha256(json.dumps([_dumped(step) for step in steps], sort_keys=True).encode()).hexdigest()


def current_version(sequence: SequenceRow, *, now: datetime) -> SequenceVersion:
    """The version that holds the steps as they are now; made if there is none. Safe in two processes at once."""
    steps = draft_terms(sequence)
    digest = digest_of(steps)
    versions = SequenceVersion.objects.filter(sequence=sequence)
    for attempt in range(_TRIES):
        found = versions.filter(digest=digest).first()
        if found is not None:
            found.sequence = sequence
            return found
        number = (versions.aggregate(latest=Max("number"))["latest"] or 0) + 1
        try:
            with transaction.atomic():
                return SequenceVersion.objects.create(
                    sequence=sequence, number=number, digest=digest, steps=[_dumped(step) for step in steps],
                    created_at=now,
                )  # fmt: skip
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def active_sequence(business_id: int, location_id: int, trigger: Trigger) -> SequenceRow | None:
    """What begins with `trigger` at this location: its own sequence, else the one of the business."""
    rows = configuration.remember(("sequences", business_id), lambda: _active(business_id))
    mine = [row for row in rows if row.trigger == trigger and row.location_id in (location_id, None)]
    return min(mine, key=lambda row: (row.location_id is None, row.pk), default=None)


def _active(business_id: int) -> list[SequenceRow]:
    return list(SequenceRow.objects.filter(business=business_id, is_active=True))


def _of_row(row: SequenceStep, position: int) -> StepTerms:
    return StepTerms(
        key=row.key,
        position=position,
        action=StepAction(row.action),
        delay_amount=row.delay_amount,
        delay_unit=Unit(row.delay_unit),
        anchor=Anchor(row.anchor),
        at_time=row.at_time,
        window_from=row.window_from,
        window_until=row.window_until,
        weekdays=tuple(sorted(set(row.weekdays))),
        valid_for_minutes=row.valid_for_minutes,
        body=row.body,
        body_es=row.body_es,
    )


def _dumped(step: StepTerms) -> dict[str, Any]:
    return {
        "key": str(step.key),
        "action": step.action.value,
        "delay_amount": step.delay_amount,
        "delay_unit": step.delay_unit.value,
        "anchor": step.anchor.value,
        "at_time": step.at_time.isoformat() if step.at_time is not None else None,
        "window_from": step.window_from.isoformat(),
        "window_until": step.window_until.isoformat(),
        "weekdays": list(step.weekdays),
        "valid_for_minutes": step.valid_for_minutes,
        "body": step.body,
        "body_es": step.body_es,
    }


def _loaded(step: Mapping[str, Any], position: int) -> StepTerms:
    return StepTerms(
        key=uuid.UUID(step["key"]),
        position=position,
        action=StepAction(step["action"]),
        delay_amount=step["delay_amount"],
        delay_unit=Unit(step["delay_unit"]),
        anchor=Anchor(step["anchor"]),
        at_time=time.fromisoformat(step["at_time"]) if step["at_time"] else None,
        window_from=time.fromisoformat(step["window_from"]),
        window_until=time.fromisoformat(step["window_until"]),
        weekdays=tuple(step["weekdays"]),
        valid_for_minutes=step["valid_for_minutes"],
        body=step["body"],
        body_es=step["body_es"],
    )
