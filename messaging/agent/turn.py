"""The robot's turn: one answer to one burst of texts, by one driver, or none; and a person where it cannot help.

`wake` makes a turn due when a text comes in, `take` runs it: under a lease, so that two never answer at once, and with
the row's `turn_due_at` untouched until the end, so that one that dies is taken again. Before anything leaves, the
contact's row is held and everything is asked once more. `messaging.agent.memory` keeps what the next turn must know.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least

from leads.models import LeadEvent
from messaging import consent, conversations, outbound
from messaging.agent import drivers, memory
from messaging.agent.autonomy import MODES, mode_for, modes_of, settings_of
from messaging.agent.books import LiveBooks
from messaging.agent.burst import needs_no_answer, waiting_since, waiting_texts
from messaging.agent.claude import costs
from messaging.agent.claude.conversing import FailureReason, ModelFailed, Usage
from messaging.agent.desk import Desk, Overtaken, wanted_by_choice
from messaging.agent.drivers import Answer, Words
from messaging.agent.earlier import Earlier, read_earlier
from messaging.agent.guards.check import Act
from messaging.agent.reading import read_situation
from messaging.agent.situation import Situation
from messaging.agent.words.intents import read_intents
from messaging.enums import (
    AgentMode,
    ConversationStatus,
    Direction,
    Driver,
    Handler,
    Intent,
    MessageKind,
    MessageStatus,
    ScriptKind,
    TurnStatus,
)  # fmt: skip
from messaging.models import AgentSettings, AgentTurn, Conversation, Message, SlotOffer
from messaging.optout_words import Meaning
from recoverline.lib import clock, prepared, request_ids
from scheduling.enums import BookedBy

logger = logging.getLogger(__name__)

# However fast somebody goes on writing, they get an answer.
LONGEST_BURST = timedelta(seconds=30)
# Longer than the longest turn: whoever holds it then is dead.
LEASE = timedelta(seconds=45)
# A turn that died is begun once more; who died twice would die again.
MOST_BEGUN = 2
# A turn is discarded because something newer came; so often on the same text, it is because something is wrong.
MOST_DISCARDED = 3
OVERDUE = timedelta(seconds=10)
SWEEP_SECONDS = 30.0
# These were read and settled as they came in, and are no part of what is being talked about.
_ABOUT_CONSENT = (Meaning.STOP, Meaning.START, Meaning.HELP)
# What the robot did by itself to an appointment.
_ACTED = ("appointment.booked", "appointment.requested", "appointment.moved", "appointment.canceled")


# ---------------------------------------------------------------- due
def wake(conversation: Conversation, *, now: datetime) -> bool:
    """A text came in: let the robot answer when the burst is over. False where it does not answer."""
    robot = settings_of(conversation)
    if robot is None or robot.mode == AgentMode.OFF:
        return False
    began = conversation.burst_began_at if conversation.turn_due_at else None
    due = min(now + timedelta(seconds=robot.quiet_seconds), (began or now) + LONGEST_BURST)
    mine = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT, automation_paused=False)
    # Of a burst that is still waiting the beginning counts, of one that was answered it does not.
    # The earliest time of all counts: a later text may have been stamped before an earlier one.
    known = Least(Coalesce(F("burst_began_at"), Value(now)), Value(now))
    begins = Case(When(turn_due_at=None, then=Value(now)), default=known)
    woken = mine.update(burst_began_at=begins, turn_due_at=due)
    if woken:
        outbound.ring_bell()
    return bool(woken)


def wake_for_waiting(conversation: Conversation, *, now: datetime) -> bool:
    """The conversation was handed back: answer what the customer has written since anybody answered, if they wait."""
    began = waiting_since(conversation)
    robot = settings_of(conversation)
    if began is None or robot is None or robot.mode == AgentMode.OFF:
        return False
    rows = Conversation.objects.filter(
        pk=conversation.pk, handler=Handler.ROBOT, automation_paused=False, needs_reply=True
    )
    woken = rows.update(turn_due_at=now, burst_began_at=began)
    if woken:
        outbound.ring_bell()
    return bool(woken)


def return_from_people(now: datetime) -> int:
    """Take back what a person left alone for as long as the business has set, and answer whoever waits; how many."""
    returned = conversations.give_back(now)
    for conversation in returned:
        wake_for_waiting(conversation, now=now)
    return len(returned)


def due(now: datetime, *, limit: int, overdue: timedelta = timedelta()) -> list[int]:
    """Conversations whose turn it is and that nobody has in hand."""
    rows = Conversation.objects.filter(turn_due_at__lte=now - overdue).filter(_free(now))
    return list(rows.order_by("turn_due_at").values_list("pk", flat=True)[:limit])


def coming(now: datetime, *, within: timedelta, limit: int) -> list[tuple[int, datetime]]:
    """What is `due`, and what will be `within` a while, in order, each with its time."""
    rows = Conversation.objects.filter(turn_due_at__lte=now + within).filter(_free(now))
    return [(pk, at) for pk, at in rows.order_by("turn_due_at").values_list("pk", "turn_due_at")[:limit] if at]


def _free(now: datetime) -> Q:
    return Q(turn_lease_until=None) | Q(turn_lease_until__lte=now)


def sweep(now: datetime) -> int:
    """Take over turns that the sender should have taken ten seconds ago."""
    begun, taken = time.monotonic(), 0
    for pk in due(now, limit=20, overdue=OVERDUE):
        # The task has 60 s, and one turn may take fifteen; what is left is for the next sweep.
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        taken += attempt(pk) is not None
    return taken


def attempt(conversation_id: int) -> TurnStatus | None:
    """`take`, for those who have others to look after: a turn that breaks the code goes to a person.

    Raises DatabaseError only: when the database is away nobody can be told, and the turn is taken again.
    """
    with request_ids.of(""):
        try:
            return take(conversation_id)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("the robot's turn in conversation %s failed", conversation_id)
            _give_up(conversation_id, now=clock.now())
            return TurnStatus.FAILED


# ---------------------------------------------------------------- one turn
def take(conversation_id: int) -> TurnStatus | None:
    """Answer what waits in this conversation; None when there is nothing, or somebody else does."""
    now = clock.now()
    lease = now + LEASE
    mine = Conversation.objects.filter(_free(now), pk=conversation_id, turn_due_at__lte=now)
    if not mine.update(turn_lease_until=lease):
        return None
    conversation = _load(conversation_id)
    memory.take_back(conversation, now=now)
    offers = memory.forget_unsaid(conversation)
    texts = waiting_texts(conversation)
    request_ids.go_on_with(texts[-1].request_id if texts else "")
    burst = [message for message in texts if consent.meaning_of(message.body) not in _ABOUT_CONSENT]
    earlier = read_earlier(conversation, texts[-1]) if burst else None
    if earlier is not None and earlier.discarded >= MOST_DISCARDED:
        _give_up(conversation_id, why="The robot began anew again and again", now=now)
        return TurnStatus.HANDED_OFF
    turn = _begin(conversation, texts[-1], earlier, now=now) if earlier is not None else None
    if turn is None or earlier is None:
        _settle(conversation, None)
        _let_go(conversation, lease)
        return None
    try:
        _run(turn, conversation, burst, offers, earlier, lease=lease, now=now)
    except Overtaken:
        _close(turn, TurnStatus.DISCARDED, "Discarded: a newer text, a person or an opt-out came first")
        if Conversation.objects.filter(pk=conversation.pk, turn_lease_until=lease).exists():
            _settle(conversation, turn.trigger)
        _let_go(conversation, lease)
    except DatabaseError:
        # It is due as before, and taken again when the lease is over.
        raise
    except Exception:
        # What it has cost until now counts, whatever becomes of it.
        turn.save()
        raise
    return TurnStatus(turn.status)


def _whole(values: Sequence[Any]) -> "QuerySet[Conversation]":
    related = ("business", "location", "number__location", "number__account", "lead", "request__service")
    return Conversation.objects.select_related(*related).filter(pk=values[0]).order_by()


def _load(conversation_id: int) -> Conversation:
    (found,) = prepared.rows(_whole, [conversation_id])
    number = found.number
    found.location.business = number.business = number.location.business = found.lead.business = found.business
    return found


def _begin(conversation: Conversation, trigger: Message, earlier: Earlier, *, now: datetime) -> AgentTurn | None:
    """The turn's row; None when nothing is to be answered any more."""
    if conversation.handler != Handler.ROBOT or conversation.automation_paused:
        return None
    if conversation.status == ConversationStatus.DONE:
        return None
    if consent.is_opted_out(conversation.business_id, conversation.lead.phone):
        return None
    if earlier.is_answered:
        return None
    return AgentTurn.objects.create(
        business=conversation.business, conversation=conversation, trigger=trigger, started_at=now
    )


def _run(
    turn: AgentTurn,
    conversation: Conversation,
    burst: Sequence[Message],
    offers: Sequence[SlotOffer],
    earlier: Earlier,
    *,
    lease: datetime,
    now: datetime,
) -> None:
    robot = settings_of(conversation)
    if robot is None:
        _end(turn, TurnStatus.SILENT, "The robot was switched off", earlier)
        _let_go(conversation, lease)
        return
    intents = read_intents("\n".join(message.body for message in burst))
    situation = read_situation(conversation, burst, offers, robot, mode=mode_for(robot, intents), now=now)
    # "2" names no intent, but whoever answers a list with it wants what the list is for.
    intents |= wanted_by_choice(situation)
    mode = mode_for(robot, intents)
    turn.intents = sorted(intents)
    if mode == AgentMode.OFF:
        _end(turn, TurnStatus.SILENT, f"Left to people: {_named(intents)}", earlier)
        _let_go(conversation, lease)
        return
    situation = replace(
        situation, may_act=mode == AgentMode.AUTO, modes=modes_of(robot), is_list_last=memory.is_list_last(conversation)
    )
    books = LiveBooks(conversation, turn.trigger, language=situation.language, now=now)
    words = Words(conversation.number, conversation.lead, situation.language, now=now)
    reason = _reason_to_stop(earlier, robot, conversation)
    if reason:
        desk = Desk(situation, books)
        desk.hand_off(reason)
        answer = Answer(words(ScriptKind.HAND_OFF, back=situation.back), desk, situation.state, summary=reason)
    else:

        def spend(usage: Usage, model: str) -> None:
            if usage.calls > max(turn.calls, 1) and costs.budget_is_spent(robot, conversation, now=now):
                raise ModelFailed(FailureReason.OVER_BUDGET)
            costs.note_usage(turn, usage, model)

        answer = drivers.answer(situation, books, words, robot, conversation, spend=spend, now=now)
    # An offer may answer a text that spoke of nothing but a trouble.
    mode = min([mode, *map(situation.mode_of, answer.desk.offered_for)], key=MODES.index)
    _finish(turn, conversation, answer, situation, earlier, mode=mode, lease=lease, now=now)


def _reason_to_stop(earlier: Earlier, robot: AgentSettings, conversation: Conversation) -> str:
    """Why a person must go on instead of the robot; "" if it may."""
    if earlier.broken_at:
        acted = LeadEvent.objects.filter(
            business=conversation.business_id, lead=conversation.lead_id, kind__in=_ACTED,
            at__gte=min(earlier.broken_at), data__by=BookedBy.ROBOT,
        )  # fmt: skip
        if acted.exists():
            # What it has done is done and told; to read the same text once more would be to do it once more.
            return "The robot broke off after it had changed an appointment"
        if len(earlier.broken_at) >= MOST_BEGUN:
            return "The robot broke off twice"
    # Whoever hands it back after that lets it begin anew.
    later = AgentTurn.objects.filter(
        conversation=conversation, status=TurnStatus.HANDED_OFF, started_at__gte=OuterRef("created_at")
    )
    said = Message.objects.filter(~Exists(later), conversation=conversation, kind=MessageKind.ROBOT).exclude(
        status__in=[MessageStatus.SUPPRESSED, MessageStatus.EXPIRED, MessageStatus.FAILED]
    )
    return "The limit of the robot's texts is reached" if said.count() >= robot.most_texts else ""


# ---------------------------------------------------------------- the end of it
def _finish(
    turn: AgentTurn,
    conversation: Conversation,
    answer: Answer,
    situation: Situation,
    earlier: Earlier,
    *,
    mode: AgentMode,
    lease: datetime,
    now: datetime,
) -> None:
    """Let the reply out, keep what the robot remembers, and write down how it came about."""
    acts = answer.desk.acts
    # First of all, so that a turn which is overtaken says as well what it did and cost.
    _describe(turn, answer)
    with transaction.atomic():
        consent.hold_contact(conversation.lead_id)
        if answer.desk.books.is_overtaken():
            raise Overtaken
        if earlier.is_any_open:
            drafts_of(conversation).update(status=TurnStatus.DISCARDED)
        changes: dict[str, Any] = {"turn_lease_until": None}
        message = None
        is_draft = mode == AgentMode.DRAFT and bool(answer.text)
        if answer.text and not is_draft:
            # What a hand-off says must leave although the conversation is a person's from now on.
            kind = MessageKind.AUTO_REPLY if Act.HANDED_OFF in acts else MessageKind.ROBOT
            message = outbound.queue_text(
                conversation, kind=kind, body=answer.text, idem_key=f"turn:{turn.key}", now=now
            )
        if is_draft:
            status = TurnStatus.DRAFTED
        elif Act.HANDED_OFF in acts:
            status = TurnStatus.HANDED_OFF
        else:
            status = TurnStatus.SENT if answer.text else TurnStatus.SILENT
            # Whoever gets no word for something that asks for one waits for a person.
            is_seen_to = answer.text or answer.desk.is_told or needs_no_answer(situation.text)
            if mode == AgentMode.AUTO and is_seen_to:
                changes |= conversations.ANSWERED
        changes |= memory.keep(conversation, turn, answer, situation)
        # Whoever was so slow that the lease is over may have been replaced.
        if not Conversation.objects.filter(pk=conversation.pk, turn_lease_until=lease).update(**changes):
            raise Overtaken
        turn.message = message
        _end(turn, status, answer.summary, earlier)


def _describe(turn: AgentTurn, answer: Answer) -> None:
    turn.driver, turn.model, turn.reply = answer.driver, answer.model, answer.text
    turn.tools = [
        {"name": row.name, "arguments": row.arguments, "result": row.result[:300], "refused": row.is_refused}
        for row in answer.desk.done
    ]
    turn.facts = [list(pair) for pair in answer.sources]
    turn.objections = list(answer.objections)
    if answer.driver == Driver.RULES:
        turn.cost_micros = 0


def _end(turn: AgentTurn, status: TurnStatus, summary: str, earlier: Earlier) -> None:
    """The burst is settled by this turn; those that died before it are over as well."""
    with transaction.atomic(savepoint=False):
        _close(turn, status, summary)
        if earlier.is_any_open:
            broken = AgentTurn.objects.filter(conversation=turn.conversation_id, status=TurnStatus.RUNNING)
            broken.update(status=TurnStatus.DISCARDED, summary="Broke off; begun anew", finished_at=turn.finished_at)
        _settle(turn.conversation, turn.trigger)


def _close(turn: AgentTurn, status: TurnStatus, summary: str) -> None:
    turn.status, turn.summary, turn.finished_at = status, summary[:300], clock.now()
    turn.save()


def _settle(conversation: Conversation, trigger: Message | None) -> None:
    """Nothing is due any more, unless a text has come since `trigger`, the last one that was looked at."""
    row = Conversation.objects.filter(pk=conversation.pk)
    if trigger is not None:
        # By the texts and not by when they are due: a burst that goes on is due at the same instant as before.
        newer = Message.objects.filter(conversation=OuterRef("pk"), direction=Direction.IN, pk__gt=trigger.pk)
        row = row.filter(~Exists(newer))
    row.filter(turn_due_at=conversation.turn_due_at).update(turn_due_at=None, burst_began_at=None)


def _let_go(conversation: Conversation, lease: datetime) -> None:
    Conversation.objects.filter(pk=conversation.pk, turn_lease_until=lease).update(turn_lease_until=None)


def _give_up(conversation_id: int, *, why: str = "The robot failed", now: datetime) -> None:
    """The code is broken; the customer must not pay for it. The text stays for a person, who hears of it."""
    conversation = _load(conversation_id)
    conversations.hand_off(conversation, reason=why, summary="please read and answer", now=now)
    AgentTurn.objects.filter(conversation=conversation, status=TurnStatus.RUNNING).update(
        status=TurnStatus.FAILED, summary="Failed; handed over to a person", finished_at=now
    )
    Conversation.objects.filter(pk=conversation_id).update(
        turn_due_at=None, burst_began_at=None, turn_lease_until=None
    )  # fmt: skip


def _named(intents: Sequence[str] | frozenset[Intent]) -> str:
    return ", ".join(Intent(intent).label.lower() for intent in sorted(intents)) or "this"


def drafts_of(conversation: Conversation) -> "QuerySet[AgentTurn]":
    """What waits for a person's approval; an older draft is overtaken by a newer text."""
    return conversation.turns.filter(status=TurnStatus.DRAFTED)
