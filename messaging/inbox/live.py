"""What has changed in an inbox since somebody looked: a digest of each region of the page, of values that cost little.

The cursor is these digests and nothing else. No writer has to count anything up, a forged or an old cursor is only one
that differs, and a region is drawn only when its own digest is another one. Labels that change with time ("due in
5 min") are part of it as they read now.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Max, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat, Length

from leads.models import CallbackTask, JobRequest, LeadEvent
from messaging.inbox.escalations import Banner
from messaging.inbox.presence import HOLDS_FOR, robot_in
from messaging.inbox.queues import Shown
from messaging.models import (
    AgentTurn,
    Call,
    Conversation,
    Enrollment,
    Escalation,
    EscalationNotice,
    Message,
    MessageMedia,
    Note,
    OptOut,
    PresenceMark,
)
from messaging.templatetags.inbox import ago, sla
from recoverline.lib import prepared
from recoverline.lib.phones import display_phone
from scheduling.models import Appointment

Digests = Mapping[str, str]
# How often a tag is there, the newest row with it, and a sum that changes with the rows.
Tally = tuple[str, int, int, int]

_PIECE = re.compile(r"([a-z]+)-([0-9a-f]{12})")
_TEXT = "text:"
_OPT_OUT = "opt-out:"
_HERE = "here:"
_ESCALATION = "escalation:"
_NOTICE = "notice:"
_OVER = "escalation:closed"
# What the head of a conversation shows. What the robot keeps for itself does not change it.
_HEAD = (
    "status", "handler", "assignee_id", "is_urgent", "needs_reply", "automation_paused", "pause_reason",
    "snoozed_until", "robot_returns_at", "request_id", "language", "location_id",
)  # fmt: skip


# ---------------------------------------------------------------- the cursor
def write_cursor(digests: Digests) -> str:
    return ".".join(f"{name}-{digest}" for name, digest in digests.items())


def changed(digests: Digests, cursor: str) -> list[str]:
    """Which of them somebody with `cursor` has not seen: all of them for whatever is no cursor."""
    seen = dict(_PIECE.findall(cursor[:400]))
    return [name for name, digest in digests.items() if seen.get(name) != digest]


def digest_of(*values: object) -> str:
    """Of plain values: what looks the same is the same."""
    return hashlib.blake2b(repr(values).encode(), digest_size=6).hexdigest()


def page_digests(
    rows: Iterable[Shown], around: Mapping[str, Any], thread: Mapping[str, str], alerts: list[str] | None
) -> dict[str, str]:
    """Of the list, of what is `around` it (messaging.inbox.list_views), of the open thread ({} without one), and of the
    alerts.
    """
    now, above = around["now"], (sorted(around["counts"].items()), around["list_query"])
    banner: Banner = around["banner"]
    digests = {
        "queues": digest_of(above),
        "list": digest_of([(*_row_values(row, now), *banner.row_looks(row.pk)) for row in rows]),
        "banner": digest_of(banner.looks),
        **thread,
    }
    return digests if alerts is None else {**digests, "alerts": digest_of(alerts)}


def title_of(around: Mapping[str, Any], conversation: Conversation | None) -> str:
    """(3) Dana Whitfield · Recoverline: how many wait, and where one is."""
    lead = conversation and conversation.lead
    name = (lead.name or display_phone(lead.phone, conversation.business.country)) if lead and conversation else "Inbox"
    waiting = around["counts"].get("reply")
    return f"({waiting}) {name} · Recoverline" if waiting else f"{name} · Recoverline"


def _row_values(row: Shown, now: datetime) -> tuple[object, ...]:
    due = sla(row, now)  # type: ignore[arg-type]  # it has the columns that are asked
    return (*row, due.tone, due.label, ago(row.last_at, now))


# ---------------------------------------------------------------- the open conversation
@dataclass(frozen=True, slots=True)
class Thread:
    """What one statement says of everything that was said and done in a conversation."""

    tallies: list[Tally]

    @property
    def newest(self) -> int:
        """The id of the newest text; 0 without any."""
        return max((newest for tag, _, newest, _ in self.tallies if tag.startswith(_TEXT)), default=0)

    @property
    def has_visitors(self) -> bool:
        return any(tag.startswith(_HERE) for tag, *_ in self.tallies)

    @property
    def has_escalation(self) -> bool:
        """Whether something in it cannot wait and is not over."""
        return any(tag.startswith(_ESCALATION) and tag != _OVER for tag, *_ in self.tallies)

    @property
    def is_opted_out(self) -> bool:
        return any(tag.startswith(_OPT_OUT) for tag, *_ in self.tallies)


def thread_of(conversation: Conversation, *, apart_from: int, now: datetime) -> Thread:
    """Counts by state: a text that is delivered moves from one count to another, so that every step shows. Also who is
    here `apart_from` whoever asks.
    """
    ids = (conversation.pk, conversation.lead_id, conversation.business_id)
    rows = prepared.ask(_tallies, [*ids, conversation.lead.phone, apart_from, now - HOLDS_FOR])
    return Thread(sorted((tag, count, newest, more) for tag, count, newest, more in rows))


def _tallies(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    conversation, lead, business, phone, me, since = values
    texts = Message.objects.filter(conversation=conversation)
    media = MessageMedia.objects.filter(message__conversation=conversation)
    calls = Call.objects.filter(conversation=conversation)
    stops = OptOut.objects.filter(business=business, phone=phone, revoked_at=None)
    urgent = Escalation.objects.filter(conversation=conversation)
    marks = PresenceMark.objects.filter(conversation=conversation, seen_at__gt=since).exclude(user=me)
    parts = [
        _tally(texts, _TEXT, F("status"), changes=Sum("attempts")),
        _tally(media, "media:", F("status")),
        _tally(
            calls, "call:", F("state"), F("outcome"), F("voicemail_status"), changes=Sum(Length("transcript")),
        ),
        _tally(Note.objects.filter(conversation=conversation), "note:"),
        _tally(AgentTurn.objects.filter(conversation=conversation), "turn:", F("status")),
        _tally(LeadEvent.objects.filter(lead=lead), "event:"),
        _tally(
            CallbackTask.objects.filter(lead=lead), "task:", Cast("due_at", CharField()), changes=Count("done_at"),
        ),
        _tally(JobRequest.objects.filter(lead=lead), "request:", F("status")),
        _tally(Appointment.objects.filter(lead=lead), "visit:", F("status"), changes=Sum("version")),
        _tally(
            Enrollment.objects.filter(conversation=conversation), "follow:", F("status"),
            Cast("due_at", CharField()), changes=Sum("step"),
        ),
        _tally(stops, _OPT_OUT),
        _tally(urgent, "escalation:", F("status"), changes=Sum("version")),
        _tally(EscalationNotice.objects.filter(escalation__conversation=conversation), "notice:", F("status")),
        _tally(marks, _HERE, F("state"), F("user__username")),
    ]  # fmt: skip
    return parts[0].union(*parts[1:], all=True)


def _tally(rows: "QuerySet[Any]", prefix: str, *states: Any, changes: Any = None) -> "QuerySet[Any, Any]":
    tag = Concat(Value(prefix), *states, Value(""), output_field=CharField())
    more = Value(0) if changes is None else Coalesce(changes, 0)
    grouped = rows.order_by().annotate(tag=tag).values("tag")
    counted = grouped.annotate(rows=Count("pk"), newest=Max("pk"), more=Cast(more, IntegerField()))
    return counted.values_list("tag", "rows", "newest", "more")


def digests_of_thread(conversation: Conversation, thread: Thread, *, now: datetime) -> dict[str, str]:
    lead, request, due = conversation.lead, conversation.request, sla(conversation, now)
    state = [getattr(conversation, name) for name in _HEAD]
    person, wish = _columns(lead), _columns(request) if request else None
    here = [tag for tag, *_ in thread.tallies if tag.startswith(_HERE)]
    urgent = [tally for tally in thread.tallies if tally[0].startswith((_ESCALATION, _NOTICE))]
    said = [tally for tally in thread.tallies if not tally[0].startswith((_HERE, _ESCALATION, _NOTICE))]
    others = [tally for tally in said if not tally[0].startswith(_TEXT)]
    robot = robot_in(conversation, now=now)
    return {
        "head": digest_of(state, person, wish, here, robot, due.tone, due.label, thread.is_opted_out, urgent),
        "timeline": digest_of(said, conversation.status, lead.name),
        "panel": digest_of(state, person, wish, others),
    }


def _columns(row: Any) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]
