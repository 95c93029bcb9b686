"""A call nobody answered: classified (pure), decided once, and turned into a text or into a callback task."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Coalesce

from leads import callbacks, events, intake
from leads.enums import TaskReason
from leads.models import Lead
from messaging import configuration, consent, conversations, experiments, facts, outbound
from messaging.carriers.base import CallEnd
from messaging.compliance import ledger
from messaging.enums import (
    CallerKind,
    CallState,
    ConsentMeans,
    Happening,
    MessageKind,
    MissReason,
    NumberMode,
    Outcome,
    ScriptKind,
)
from messaging.followups import enrolling
from messaging.followups.enums import Trigger
from messaging.models import Call, Conversation, ExperimentArm, Script
from messaging.refusals import Refusal, first_refusal
from messaging.rules import CallFacts, RuleDecision, first_match
from messaging.wording import worded, worded_by

_ENDS = {
    CallEnd.NO_ANSWER: MissReason.NO_ANSWER,
    CallEnd.BUSY: MissReason.BUSY,
    CallEnd.FAILED: MissReason.FAILED,
    CallEnd.CANCELED: MissReason.ABANDONED,
}


def classify_arrival(
    *, mode: NumberMode, is_open: bool, rings_when_closed: bool, has_targets: bool
) -> MissReason | None:
    """PURE: whether a call is missed the moment it arrives, None when the team is rung first."""
    if mode == NumberMode.FORWARDED:
        return MissReason.FORWARDED if is_open else MissReason.AFTER_HOURS
    if not is_open and not rings_when_closed:
        return MissReason.AFTER_HOURS
    return None if has_targets else MissReason.NO_ANSWER


def classify_ringing(*, end: CallEnd, bridged: bool | None, accepted: bool, needs_accept: bool) -> MissReason | None:
    """PURE: what the end of ringing means; None: a person answered.

    With a key to press only the bridge proves a person: a mobile's voicemail also "completes". Without one, "completed"
    has to do when the carrier does not say whether the two were bridged.
    """
    if bridged is True or (bridged is None and accepted):
        return None
    if end == CallEnd.COMPLETED:
        if bridged is None and not needs_accept:
            return None
        return MissReason.NO_ANSWER
    return _ENDS[end]


def classify_hang_up(*, end: CallEnd, accepted: bool) -> MissReason | None:
    """PURE: the caller's leg ended and the end of ringing was not reported. Somebody picked up, or they gave up."""
    if accepted and end == CallEnd.COMPLETED:
        return None
    return MissReason.FAILED if end == CallEnd.FAILED else MissReason.ABANDONED


def mark_answered(call: Call, *, now: datetime) -> bool:
    """A person took it. Only a ringing call can become answered; when they picked up stays if it is known."""
    answered = Call.objects.filter(pk=call.pk, state=CallState.RINGING).update(
        state=CallState.ANSWERED, accepted_at=Coalesce("accepted_at", Value(now))
    )
    return bool(answered)


def note_voicemail(call: Call, *, now: datetime) -> None:
    """A voicemail after the decision: the text is on its way, but a rule for voicemails may still want the team to
    know, once.
    """
    decided = Call.objects.filter(pk=call.pk, state=CallState.MISSED).exclude(miss_reason=MissReason.VOICEMAIL)
    if not call.facts or not decided.update(miss_reason=MissReason.VOICEMAIL):
        return
    known = {**call.facts, "reason": MissReason.VOICEMAIL, "callers": frozenset(call.facts["callers"])}
    decision = first_match(configuration.rules_of(call.business_id), CallFacts(**known))
    if call.lead is not None and call.lead.blocked_at is not None:
        return
    if decision.alerts_staff and decision.rule_id != call.rule_id:
        events.record(
            "call.alerted", business=call.business, lead=call.lead, at=now, call=str(call.key),
            text="They left a voicemail, and a rule asks to alert the team",
        )  # fmt: skip


def take_back(call: Call, *, now: datetime) -> None:
    """Proof of a person comes after the call was counted as given up: it was answered, and its text does not leave
    any more.
    """
    undone = Call.objects.filter(pk=call.pk, state=CallState.MISSED, miss_reason=MissReason.ABANDONED)
    if undone.update(state=CallState.ANSWERED, miss_reason="", accepted_at=Coalesce("accepted_at", Value(now))):
        if call.lead_id is not None:
            outbound.call_off(call.lead_id, first_text_key(call))
        events.record(
            "call.answered",
            business=call.business,
            lead=call.lead,
            at=now,
            call=str(call.key),
            text="It was answered after all",
        )


def first_text_key(call: Call) -> str:
    """One cause, one text: the call's id at the carrier."""
    return f"missedcall:{call.account_id}:{call.carrier_call_id}"


def handle(
    call: Call, reason: MissReason, *, now: datetime, rang_seconds: int | None = None, is_new: bool = False
) -> bool:
    """The first evidence of a miss decides, once per call; later evidence only refines. False: it was decided before.

    `call` has its business, location and number loaded. Runs in the webhook's transaction. `is_new`: this transaction
    has made the row, so that nobody else can have decided about it.
    """
    verdict = {"state": CallState.MISSED, "miss_reason": reason, "rang_seconds": rang_seconds, "decided_at": now}
    if not is_new and not Call.objects.filter(pk=call.pk, state=CallState.RINGING).update(**verdict):
        return False
    call.state, call.miss_reason, call.rang_seconds, call.decided_at = CallState.MISSED, reason, rang_seconds, now
    situation, lead_is_new = _meet(call, reason, now=now)
    terms = configuration.rules_of(call.business_id)
    decision = first_match(terms, situation.facts)
    refusal = first_refusal(
        situation.facts.callers,
        situation.limits,
        paused=call.business.is_texting_paused,
        stopped=_why_stopped(call),
        unreachable=situation.unreachable,
        called_back=situation.called_back,
        minutes_old=(now - call.started_at).total_seconds() / 60,
        late_after_minutes=call.business.late_after_minutes,
        quiet=situation.quiet,
    )
    arm = None
    if decision.outcome == Outcome.TEXT and refusal is None:
        arm = experiments.first_text_arm(call, situation.lead, situation.facts, decision, now=now)
        refusal = experiments.held_out(arm) if arm is not None and arm.is_holdout else None
    _carry_out(call, decision, refusal, arm, lead=situation.lead, is_new=lead_is_new, now=now)
    call.facts = {**asdict(situation.facts), "callers": sorted(situation.facts.callers)}
    call.trace = _trace(decision, refusal, arm)
    call.rule_id = decision.rule_id
    call.outcome = decision.outcome if refusal is None or decision.outcome != Outcome.TEXT else Outcome.NO_TEXT
    call.decision = refusal.code if refusal and decision.outcome == Outcome.TEXT else "rule"
    Call.objects.filter(pk=call.pk).update(
        **verdict,
        facts=call.facts,
        trace=call.trace,
        rule=call.rule_id,
        outcome=call.outcome,
        decision=call.decision,
        lead=call.lead,
        conversation=call.conversation,
    )
    return True


def _meet(call: Call, reason: MissReason, *, now: datetime) -> tuple[facts.Situation, bool]:
    """What is known about the caller, and whether they are a new lead. Staff and hidden callers become none."""
    situation = facts.situation_of(call, reason=reason, now=now)
    callers = situation.facts.callers
    if situation.lead is not None or not call.caller or CallerKind.STAFF in callers:
        return situation, False
    lead = intake.open_lead(
        call.business, phone=call.caller, at=now, source=call.number.source, name=call.caller_name,
        simulated=call.is_simulated, is_unknown=True,
    )  # fmt: skip
    if lead.created_at == now:
        consent.recall(call.business_id, call.caller)
        return replace(situation, lead=lead), True
    # Another call of theirs was decided in this moment and may have got the text: look again.
    return facts.situation_of(call, reason=reason, now=now), False


def _carry_out(
    call: Call,
    decision: RuleDecision,
    refusal: Refusal | None,
    arm: ExperimentArm | None,
    *,
    lead: Lead | None,
    is_new: bool,
    now: datetime,
) -> None:
    if lead is not None and (refusal is None or refusal.code != "staff"):
        call.lead = lead
        call.conversation = conversations.open_conversation(lead, call.number, now=now, is_new=is_new, by_call=True)
        if lead.blocked_at is None:
            is_told = decision.outcome == Outcome.TEXT and (refusal is None or refusal.code == "cooldown")
            conversations.note_call(call.conversation, is_told=is_told, now=now)
    events.record(
        "call.missed", business=call.business, lead=call.lead, at=now, call=str(call.key),
        text=f"Missed call: {MissReason(call.miss_reason).label.lower()}",
    )  # fmt: skip
    if decision.outcome == Outcome.TEXT and refusal is None and call.conversation is not None:
        send_first_text(
            call, call.conversation, decision, now=now, tried=arm.script if arm else None, is_new=is_new
        )  # fmt: skip
    elif decision.outcome == Outcome.TASK:
        ask_callback(call, TaskReason.RULE, now=now)
    elif refusal is not None and refusal.task is not None and decision.outcome == Outcome.TEXT:
        ask_callback(call, refusal.task, now=now)
        if arm is not None and call.conversation is not None:
            # What they write is answered by people as well, or the robot would be what is compared.
            conversations.leave_to_people(call.conversation)
    elif refusal is not None and refusal.code == "cooldown" and call.conversation is not None:
        # They have our text and ring all the same: somebody should look at the thread.
        conversations.note_said(
            call.conversation, text="Called again", now=now, by_customer=True, happening=Happening.MISSED_CALL
        )
    if decision.alerts_staff and (lead is None or lead.blocked_at is None):
        events.record(
            "call.alerted", business=call.business, lead=call.lead, at=now, call=str(call.key),
            text="A rule asks to alert the team",
        )  # fmt: skip


def _why_stopped(call: Call) -> str:
    """Why nothing can be sent from the number that was called, "" when it can."""
    number, account = call.number, call.number.account
    if not (number.is_active and account.is_active):
        return "it is switched off"
    if number.stopped_at is None and account.stopped_at is None:
        return ""
    return (number.problem if number.stopped_at else account.problem) or "see the number and its account"


def send_first_text(
    call: Call, conversation: Conversation, decision: RuleDecision, *, now: datetime, tried: Script | None, is_new: bool
) -> None:
    """One cause, one text: the call's id at the carrier is the key. `tried`: the script of an experiment."""
    kind, language = ScriptKind(decision.script_kind), conversation.language or call.business.language
    if tried is not None:
        said = worded_by(tried, kind, number=call.number, lead=call.lead, language=language, now=now)
    else:
        said = worded(
            kind, number=call.number, lead=call.lead, language=language, hours=call.hours_state, now=now
        )  # fmt: skip
    text = outbound.queue_text(
        conversation,
        kind=MessageKind.FIRST_TEXT,
        body=said.body,
        words_by=said.by,
        idem_key=first_text_key(call),
        now=now,
        delay=timedelta(seconds=decision.delay_seconds),
    )
    if not text.suppression:
        enrolling.begin(
            Trigger.NO_REPLY, conversation=conversation, cause=text.idem_key, at=now, now=now, is_held=True,
            is_new=is_new,
        )  # fmt: skip
    evidence = f"call {call.carrier_call_id}"
    ledger.note_contact(call.business_id, call.caller, means=ConsentMeans.CALL, at=call.started_at, evidence=evidence)


def ask_callback(call: Call, reason: TaskReason, *, now: datetime) -> None:
    callbacks.ask_callback(
        business=call.business,
        location=call.location,
        lead=call.lead,
        phone=call.caller,
        reason=reason,
        cause=first_text_key(call),
        at=now,
        detail=f"Missed call at {call.number.label or call.number.number}.",
    )


def refine(
    call: Call, *, reason: MissReason | None = None, seconds: int | None = None, url: str = "", transcript: str = ""
) -> None:
    """Later evidence about a call that is decided: a voicemail, its length, its words."""
    if reason is not None:
        Call.objects.filter(pk=call.pk, state=CallState.MISSED).update(miss_reason=reason)
    changes: dict[str, object] = {}
    if seconds is not None:
        changes["voicemail_seconds"] = seconds
    if url:
        changes["voicemail_url"] = url
    if transcript:
        changes["transcript"] = transcript
    if changes:
        Call.objects.filter(pk=call.pk).update(**changes)


def _trace(decision: RuleDecision, refusal: Refusal | None, arm: ExperimentArm | None) -> list[dict[str, object]]:
    """What staff read as "why this caller did (not) get a text"."""
    trace: list[dict[str, object]] = [
        {"kind": "rule", "id": step.rule_id, "name": step.rule, "matched": step.matched, "because": step.because}
        for step in decision.steps
    ]
    if arm is not None:
        said = f"by chance this caller gets “{arm.name}”"
        trace.append({"kind": "experiment", "id": None, "name": arm.experiment.name, "matched": True, "because": said})
    if refusal is not None:
        trace.append({"kind": "guard", "id": None, "name": refusal.code, "matched": True, "because": refusal.because})
    return trace
