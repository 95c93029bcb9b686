"""What the system did about one phone, read from the rows it keeps anyway: webhooks, decisions, turns, texts, tasks.

Nothing is remembered for this page. The order is that of the webhooks' ids and not of the times, because the clock may
have been moved back in between.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from leads.models import CallbackTask, LeadEvent
from messaging.enums import (
    CallState,
    Direction,
    HoursState,
    MessageStatus,
    MissReason,
    Outcome,
    ScriptKind,
    Suppression,
    TurnStatus,
)
from messaging.models import AgentTurn, Call, InboundHook, Message, PhoneNumber
from messaging.simulator.hook_words import describe_hook
from messaging.simulator.turn_words import describe_turn

RECENT_HOOKS = 500
RECENT = 60
BEGINS = ("voice", "message")
# Said better elsewhere in the trace.
TOLD_OTHERWISE = ("call.missed", "task.created", "lead.created", "text.received", "text.sent")
GOOD, BAD, PLAIN = "good", "bad", ""
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One line. `label` names its kind, `lines` are its parts, `raw` and `answer` what was posted and answered."""

    key: str
    label: str
    title: str
    at: datetime
    tone: str = PLAIN
    lines: tuple[str, ...] = ()
    quote: str = ""
    raw: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """What one call or text set in motion."""

    key: str
    title: str
    at: datetime
    steps: tuple[TraceStep, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """`hook_id`: the webhook in whose wake it happened; `rank` orders what shares one."""

    hook_id: int
    rank: int
    step: TraceStep


def trace_of(number: PhoneNumber, phone: str) -> list[Episode]:
    """Episodes of `phone` with `number`, the newest first."""
    calls = list(
        Call.objects.filter(number=number, caller_raw=phone).select_related("rule", "business").order_by("-id")[:RECENT]
    )
    hooks = _hooks_of(number, phone, {call.carrier_call_id for call in calls})
    placing = _Placing(hooks)
    placed = [
        *(_Placed(hook.pk, 0, _hook_step(hook)) for hook in hooks),
        *(
            placing.put(call.decided_at, 1, _decision(call))
            for call in calls
            if call.decided_at and call.state == CallState.MISSED
        ),
        *(placing.put(turn.started_at, 1, _turn(turn)) for turn in _turns(number, phone)),
        *(placing.put(event.at, 2, _event(event)) for event in _events(number, phone)),
        *(placing.put(message.created_at, 3, _text(message)) for message in _texts(number, phone)),
        *(placing.put(task.created_at, 4, _task(task)) for task in _tasks(number, phone, calls)),
    ]
    placed.sort(key=lambda one: (one.hook_id, one.rank))
    titles = {hook.pk: _title(hook, calls) for hook in hooks if hook.event in BEGINS}
    return list(reversed(list(_episodes(placed, titles))))


class _Placing:
    """Finds the webhook that something happened in: both carry the very same instant; else the last one before."""

    def __init__(self, hooks: list[InboundHook]) -> None:
        self._exact = {hook.received_at: hook.pk for hook in hooks}
        self._times = sorted((hook.received_at, hook.pk) for hook in hooks)

    def put(self, at: datetime, rank: int, step: TraceStep) -> _Placed:
        exact = self._exact.get(at)
        if exact is None:
            before = bisect_right(self._times, (at, 2**63))
            exact = self._times[before - 1][1] if before else 0
            rank += 10
        return _Placed(exact, rank, step)


def _hooks_of(number: PhoneNumber, phone: str, call_ids: set[str]) -> list[InboundHook]:
    recent = InboundHook.objects.filter(account=number.account).order_by("-id")[:RECENT_HOOKS]
    return [hook for hook in reversed(recent) if _concerns(hook.payload, number.number, phone, call_ids)]


def _concerns(payload: dict[str, str], number: str, phone: str, call_ids: set[str]) -> bool:
    if payload.get("CallSid") in call_ids or payload.get("ParentCallSid") in call_ids:
        return True
    return {payload.get("From"), payload.get("To")} == {number, phone}


def _episodes(placed: list[_Placed], titles: dict[int, str]) -> Iterator[Episode]:
    """Cut where a webhook with a title begins something; what came before the oldest one is "Earlier"."""
    begins: _Placed | None = None
    steps: list[TraceStep] = []
    for one in placed:
        if begins and one.rank == 0 and one.hook_id in titles:
            yield _episode(begins, titles, steps)
            begins, steps = one, []
        begins = begins or one
        steps.append(one.step)
    if begins:
        yield _episode(begins, titles, steps)


def _episode(begins: _Placed, titles: dict[int, str], steps: list[TraceStep]) -> Episode:
    title = titles.get(begins.hook_id, "Earlier")
    return Episode(f"episode-{begins.hook_id}", title, begins.step.at, tuple(steps))


def _title(hook: InboundHook, calls: list[Call]) -> str:
    if hook.event == "message":
        return f"A text: “{hook.payload.get('Body', '')[:60]}”"
    call = next((call for call in calls if call.carrier_call_id == hook.payload.get("CallSid")), None)
    if call is None:
        return "A call"
    return f"A call: {call.get_miss_reason_display().lower() or call.get_state_display().lower()}"


# ---------------------------------------------------------------- rows
def _events(number: PhoneNumber, phone: str) -> list[LeadEvent]:
    events = LeadEvent.objects.filter(business=number.business_id, lead__phone=phone).exclude(kind__in=TOLD_OTHERWISE)
    return _oldest_first(events.order_by("-id")[:RECENT])


def _turns(number: PhoneNumber, phone: str) -> list[AgentTurn]:
    turns = AgentTurn.objects.filter(conversation__number=number, conversation__lead__phone=phone)
    return _oldest_first(turns.order_by("-id")[:RECENT])


def _texts(number: PhoneNumber, phone: str) -> list[Message]:
    texts = Message.objects.filter(number=number, lead__phone=phone, direction=Direction.OUT)
    return _oldest_first(texts.select_related("author").order_by("-id")[:RECENT])


def _oldest_first(rows: QuerySet[Row]) -> list[Row]:
    return list(reversed(rows))


def _tasks(number: PhoneNumber, phone: str, calls: list[Call]) -> list[CallbackTask]:
    """Tasks of this person, and those of a caller who hid the number, which only the call connects."""
    causes = [f"missedcall:{call.account_id}:{call.carrier_call_id}" for call in calls]
    tasks = CallbackTask.objects.filter(business=number.business_id)
    return [*tasks.filter(lead__phone=phone)[:RECENT], *tasks.filter(lead=None, cause__in=causes)]


# ---------------------------------------------------------------- in words
def _hook_step(hook: InboundHook) -> TraceStep:
    words = describe_hook(hook.event, hook.payload, hook.answer)
    state = f"not handled yet: {hook.problem}" if hook.processed_at is None else "stored and handled"
    return TraceStep(
        key=f"hook-{hook.pk}",
        label="Webhook",
        title=words.title,
        at=hook.received_at,
        tone=words.tone,
        lines=(f"POST /{hook.event}: signature right, {state}", *words.lines),
        quote=words.quote,
        raw=json.dumps(hook.payload, indent=2, sort_keys=True, ensure_ascii=False),
        answer=hook.answer,
    )


def _decision(call: Call) -> TraceStep:
    assert call.decided_at is not None  # noqa: S101  chosen so by the caller
    reason = MissReason(call.facts.get("reason") or call.miss_reason)
    rang = f" after {call.rang_seconds} s of ringing" if call.rang_seconds else ""
    hours = f" ({HoursState(call.hours_state).label.lower()})" if call.hours_state else ""
    if reason == MissReason.AFTER_HOURS:
        hours = ""  # the reason says it
    # The rules were asked at the first evidence; what the caller did afterwards did not change their answer.
    then = f"; then {MissReason(call.miss_reason).label.lower()}" if call.miss_reason != reason else ""
    texts = call.outcome == Outcome.TEXT
    return TraceStep(
        key=f"call-{call.pk}",
        label="Rules",
        title=f"Missed: {reason.label.lower()}{rang}{hours}{then}. {Outcome(call.outcome or 'no_text').label}.",
        at=call.decided_at,
        tone=GOOD if texts else PLAIN,
        lines=(*_asked(call), *_script(call)),
    )


def _asked(call: Call) -> Iterator[str]:
    for step in call.trace:
        if step.get("kind") == "guard":
            yield f"Guard says no: {step['because']}"
        elif step.get("matched"):
            yield f"✓ {step['name']}"
        else:
            yield f"– {step['name']}: {step['because']}"


def _script(call: Call) -> Iterator[str]:
    if call.outcome != Outcome.TEXT:
        return
    ordinary = ScriptKind.MISSED_CALL if call.hours_state == HoursState.OPEN else ScriptKind.AFTER_HOURS
    kind = call.rule.script_kind if call.rule and call.rule.script_kind else ordinary
    yield f"Script: {ScriptKind(kind).label}"


def _event(event: LeadEvent) -> TraceStep:
    return TraceStep(
        key=f"event-{event.pk}", label="Event", title=event.text or event.kind, at=event.at, lines=(event.kind,)
    )


def _turn(turn: AgentTurn) -> TraceStep:
    words = describe_turn(turn)
    tones = {TurnStatus.SENT: GOOD, TurnStatus.FAILED: BAD}
    return TraceStep(
        key=f"turn-{turn.pk}",
        label="Robot",
        title=words.title,
        at=turn.started_at,
        tone=tones.get(TurnStatus(turn.status), PLAIN),
        lines=words.lines,
        # A reply that left stands below, as the text it became.
        quote=turn.reply if turn.message_id is None else "",
    )


def _text(message: Message) -> TraceStep:
    status = MessageStatus(message.status)
    lines = [f"{message.get_kind_display()}, {message.segments} segment{'' if message.segments == 1 else 's'}"]
    if message.sent_at:
        lines.append("taken by the sender, accepted by the carrier")
    if message.error_text:
        lines.append(f"carrier {message.error_code}: {message.error_text}")
    if status == MessageStatus.SUPPRESSED and message.suppression:
        lines.append(f"not sent: {Suppression(message.suppression).label.lower()}")
    return TraceStep(
        key=f"text-{message.pk}",
        label="Text",
        title=f"{message.author or 'Automatic'}: {status.label.lower()}",
        at=message.created_at,
        tone=_tone(status),
        lines=tuple(lines),
        quote=message.body,
    )


def _tone(status: MessageStatus) -> str:
    if status == MessageStatus.DELIVERED:
        return GOOD
    lost = (
        MessageStatus.UNDELIVERED,
        MessageStatus.FAILED,
        MessageStatus.EXPIRED,
        MessageStatus.SUPPRESSED,
        MessageStatus.DEAD,
    )
    return BAD if status in lost else PLAIN


def _task(task: CallbackTask) -> TraceStep:
    minutes = int((task.due_at - task.created_at).total_seconds() // 60)
    done = "done" if task.done_at else f"due in {minutes} minutes"
    return TraceStep(
        key=f"task-{task.pk}",
        label="Callback task",
        title=f"{task.get_reason_display()}: somebody calls back, {done}",
        at=task.created_at,
        tone=PLAIN,
        lines=(task.detail,) if task.detail else (),
    )
