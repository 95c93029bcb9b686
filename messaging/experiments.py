"""Experiments: which caller gets which way of being treated, by a fixed split; what may be tried, begun and ended.

A caller stays in one way for as long as the experiment runs. Nothing here ever ends by itself, and no figure changes
who gets what.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from leads.enums import TaskReason, Urgency
from leads.models import Business, Lead
from messaging import configuration, scripts
from messaging.enums import FIRST_TEXT_KINDS, CallerKind, ExperimentStatus, ExperimentSubject
from messaging.models import Call, Conversation, Experiment, ExperimentArm, ExperimentAssignment
from messaging.models import Sequence as SequenceRow
from messaging.refusals import Refusal
from messaging.rules import CallFacts, RuleDecision

# Somebody who is talking with us, or has a visit, is not there to be tried on.
_KNOWN_TO_US = frozenset({CallerKind.CONVERSATION, CallerKind.APPOINTMENT})
_CANNOT_WAIT = (Urgency.URGENT, Urgency.EMERGENCY)
_CHANCES = 2**64


@dataclass(frozen=True, slots=True)
class Tried:
    """An experiment that runs, with its ways in their order."""

    experiment: Experiment
    arms: tuple[ExperimentArm, ...]


def place_of(experiment: uuid.UUID, lead: uuid.UUID, shares: Sequence[int]) -> int:
    """PURE: the index of the way of this caller. The same two keys always fall into the same place; `shares` are
    weights above 0, and other experiments deal the same callers anew.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{experiment}:{lead}".encode()).digest()[:8])
    below, total = 0, sum(shares)
    for index, share in enumerate(shares):
        below += share
        if drawn * total < below * _CHANCES:
            return index
    raise ValueError("no shares")


def first_text_arm(
    call: Call, lead: Lead | None, facts: CallFacts, decision: RuleDecision, *, now: datetime
) -> ExperimentArm | None:
    """How the text to `lead` about `call`, which would leave now, is tried; None: as always.

    Never on somebody who cannot wait, who is talking with us or has a visit, nor with a script that does not fit the
    call.
    """
    tried = _running(call.business_id, ExperimentSubject.FIRST_TEXT)
    if tried is None or lead is None or not _counts(lead, call.business) or facts.callers & _KNOWN_TO_US:
        return None
    language = lead.language or call.business.language
    if not all(_fits(arm, call, decision, language) for arm in tried.arms):
        return None
    if Conversation.objects.filter(lead=lead, is_urgent=True).exists() or _cannot_wait(lead):
        return None
    return _assigned(tried, lead, now=now)


def held_out(arm: ExperimentArm) -> Refusal:
    """Why a caller of this way gets no text: a person calls back instead."""
    return Refusal("holdout", f"“{arm.experiment.name}” leaves this caller to people, by chance", TaskReason.HOLDOUT)


def sequence_for(ordinary: SequenceRow, lead: Lead, business: Business, *, now: datetime) -> SequenceRow:
    """The sequence that this person comes into: `ordinary`, or the one that is tried in its place."""
    tried = _running(ordinary.business_id, ExperimentSubject.SEQUENCE)
    if tried is None or not _counts(lead, business):
        return ordinary
    others = [arm.sequence for arm in tried.arms if arm.sequence is not None]
    if any(each.trigger != ordinary.trigger or each.location_id != ordinary.location_id for each in others):
        return ordinary
    return _assigned(tried, lead, now=now).sequence or ordinary


def begin(experiment: Experiment, *, now: datetime) -> list[str]:
    """Let it run from now on; what is wrong with it, in sentences, if it must not."""
    wrong = objections(experiment)
    if wrong:
        return wrong
    try:
        with transaction.atomic():
            draft = Experiment.objects.filter(pk=experiment.pk, status=ExperimentStatus.DRAFT)
            if not draft.update(status=ExperimentStatus.RUNNING, started_at=now):
                return ["It has begun before."]
    except IntegrityError:
        return [f"Another experiment about {experiment.get_subject_display().lower()} is running. End that first."]
    return []


def end(experiment: Experiment, *, now: datetime) -> bool:
    """Everybody is treated as always again; False when it was not running."""
    running = Experiment.objects.filter(pk=experiment.pk, status=ExperimentStatus.RUNNING)
    return bool(running.update(status=ExperimentStatus.ENDED, ended_at=now))


def objections(experiment: Experiment) -> list[str]:
    """Why it cannot begin, in sentences for whoever set it up."""
    arms = list(experiment.arms.select_related("script", "sequence"))
    if len(arms) < 2:
        return ["It takes two ways at least: one of them may be “as always”, with nothing chosen."]
    if experiment.subject == ExperimentSubject.SEQUENCE:
        return _sequence_objections(arms)
    found = []
    if any(arm.sequence_id for arm in arms):
        found.append("This is about first texts: leave the sequences empty.")
    if any(arm.is_holdout and arm.script_id for arm in arms):
        found.append("A way without a text cannot have a script.")
    found += _likeness([(arm.script_id, arm.is_holdout) for arm in arms])
    chosen = [arm.script for arm in arms if arm.script is not None]
    if any(script.is_active for script in chosen) and any(not (arm.script_id or arm.is_holdout) for arm in arms):
        found.append("Switch the script that is tried off, or it may be what is always sent.")
    if any(script.kind not in FIRST_TEXT_KINDS for script in chosen):
        found.append("Choose scripts for first texts.")
    calls = {(each.kind, each.language, each.hours, each.location_id, each.number_id) for each in chosen}
    if len(calls) > 1:
        found.append("The scripts must be for the same calls: same kind, language, hours, location and number.")
    return found


def _sequence_objections(arms: list[ExperimentArm]) -> list[str]:
    found = []
    if any(arm.is_holdout or arm.script_id for arm in arms):
        found.append("This is about follow-ups: choose sequences only, and leave nobody without a text.")
    found += _likeness([(arm.sequence_id, False) for arm in arms])
    chosen = [arm.sequence for arm in arms if arm.sequence is not None]
    if len({(sequence.trigger, sequence.location_id) for sequence in chosen}) > 1:
        found.append("The sequences must begin with the same thing, at the same location.")
    if any(sequence.is_active for sequence in chosen):
        found.append(
            "The sequence that is switched on is “as always”: leave it empty, and choose one that is switched off."
        )
    return found


def _likeness(ways: list[tuple[int | None, bool]]) -> list[str]:
    return ["Two of the ways are the same."] if len(set(ways)) < len(ways) else []


def _running(business_id: int, subject: ExperimentSubject) -> Tried | None:
    found = configuration.remember(("experiments", business_id), lambda: _read(business_id))
    return next((tried for tried in found if tried.experiment.subject == subject), None)


def _read(business_id: int) -> list[Tried]:
    arms = ExperimentArm.objects.filter(business=business_id, experiment__status=ExperimentStatus.RUNNING)
    rows = arms.select_related("experiment", "script__business", "sequence").order_by("experiment", "id")
    found: dict[int, list[ExperimentArm]] = {}
    for arm in rows:
        found.setdefault(arm.experiment_id, []).append(arm)
    return [Tried(mine[0].experiment, tuple(mine)) for mine in found.values()]


def _counts(lead: Lead, business: Business) -> bool:
    """Simulated people only where all of the business is simulated; the team never."""
    return not lead.is_team and lead.is_simulated == business.is_simulated


def _fits(arm: ExperimentArm, call: Call, decision: RuleDecision, language: str) -> bool:
    """Whether its script could be the text to this call, in the caller's own language."""
    script = arm.script
    if script is None:
        return True
    if script.kind != decision.script_kind or script.language != language:
        return False
    if script.number_id not in (None, call.number_id) or script.location_id not in (None, call.location_id):
        return False
    return scripts.fits_hours(script, call.hours_state)


def _cannot_wait(lead: Lead) -> bool:
    return bool(lead.requests.filter(urgency__in=_CANNOT_WAIT, closed_at=None).exists())


def _assigned(tried: Tried, lead: Lead, *, now: datetime) -> ExperimentArm:
    """Written at the first decision; who is in one of the ways stays there, though shares were changed since."""
    drawn = tried.arms[place_of(tried.experiment.key, lead.key, [arm.share for arm in tried.arms])]
    row, _ = ExperimentAssignment.objects.get_or_create(
        experiment=tried.experiment, lead=lead, defaults={"business_id": lead.business_id, "arm": drawn, "at": now}
    )
    return next((arm for arm in tried.arms if arm.pk == row.arm_id), drawn)
