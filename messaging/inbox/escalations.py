"""What cannot wait and is not over: the banner above every page of the inbox, and how it stands in one conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from leads import colleagues
from leads.models import Location, Membership
from messaging.access import Locations
from messaging.escalation import trying
from messaging.escalation.enums import AlertChannel, EscalationClass, EscalationStatus, NoticeStatus
from messaging.models import Conversation, Escalation, EscalationNotice
from messaging.templatetags.inbox import ago
from recoverline.lib import prepared
from recoverline.lib.phones import display_phone

# More than these are counted alone; each has a mark in its row of the list.
SHOWN_AT_MOST = 3
READ_AT_MOST = 50
# Of some hundred and fifty columns those that a line shows: every open page reads them again and again.
_READ = (
    "key", "location_id", "conversation_id", "kind", "status", "summary", "chain", "opened_at", "exhausted_at",
    "acknowledged_at", "lead__name", "lead__phone", "lead__erased_at", "conversation__key",
    "acknowledged_by__user__username", "acknowledged_by__user__first_name", "acknowledged_by__user__last_name",
)  # fmt: skip
_WORST = list(EscalationClass.values)


@dataclass(frozen=True, slots=True)
class Line:
    """One escalation in the banner. `tone`: loud (nobody was reached), open, or taken.

    `conversation` is the key of its thread, None where it is about no customer; `held` says who has it, "" for nobody.
    """

    key: str
    tone: str
    who: str
    what: str
    phone: str
    since: str
    held: str
    held_at: datetime | None
    is_mine: bool
    conversation: str | None
    conversation_id: int | None
    place: Location
    may_act: bool

    @property
    def looks(self) -> tuple[object, ...]:
        """What can be seen of it: two that are equal in this need no drawing."""
        return self.key, self.tone, self.who, self.what, self.since, self.held, self.is_mine, self.may_act


@dataclass(frozen=True, slots=True)
class Banner:
    """`lines` come first, `more` are left; `rows` says of each conversation (id) what stands in its row of the list."""

    lines: tuple[Line, ...] = ()
    more: int = 0
    rows: Mapping[int, Line] | None = None

    @property
    def count(self) -> int:
        return len(self.lines) + self.more

    @property
    def looks(self) -> tuple[object, ...]:
        return (*(line.looks for line in self.lines), self.more)

    def row_looks(self, conversation_id: int) -> tuple[str, str]:
        line = (self.rows or {}).get(conversation_id)
        return (line.tone, line.held) if line else ("", "")


def not_closed() -> "QuerySet[Escalation]":
    """As the index says it (messaging.models.escalations); tests concern nobody but who asked for one."""
    return Escalation.objects.filter(~Q(status=EscalationStatus.CLOSED), ~Q(dedup_key__startswith=trying.PREFIX))


def banner_of(user_id: int, locations: Locations, *, now: datetime) -> Banner:
    """What is not over at these locations, in one statement: what nobody has first, the worst of it above all."""
    places = {place.pk: place for place in locations.seen}
    rows = prepared.rows(_latest, [] if locations.everywhere else list(places), locations.everywhere)
    lines = [
        _line(row, places.get(row.location_id) or row.location, user_id, locations, now=now)
        for row in sorted(rows, key=_urgency)
    ]
    by_row = {line.conversation_id: line for line in reversed(lines) if line.conversation_id is not None}
    return Banner(tuple(lines[:SHOWN_AT_MOST]), max(len(lines) - SHOWN_AT_MOST, 0), by_row)


def _latest(places: Sequence[int], everywhere: bool) -> "QuerySet[Escalation]":
    rows = not_closed().select_related("lead", "conversation", "acknowledged_by__user").order_by("-opened_at")
    if everywhere:
        return rows.select_related("location__business")[:READ_AT_MOST]
    return rows.filter(location__in=places).only(*_READ)[:READ_AT_MOST]


def _urgency(row: Escalation) -> tuple[bool, int, bool, datetime]:
    """A danger that nobody has stands above a long wait for which nobody was reached."""
    tone = tone_of(row)
    return tone == "taken", _WORST.index(row.kind), tone != "loud", row.opened_at


def tone_of(row: Escalation) -> str:
    """Loud: everybody was asked in vain, or nobody could be. Where nobody is ever asked it is just open."""
    if row.status != EscalationStatus.OPEN:
        return "taken"
    if row.exhausted_at is None:
        return "open"
    # Without a policy it came to its end in the moment in which it began.
    return "loud" if row.chain or row.exhausted_at > row.opened_at else "open"


def _line(row: Escalation, place: Location, user_id: int, locations: Locations, *, now: datetime) -> Line:
    lead, member = row.lead, row.acknowledged_by
    return Line(
        key=str(row.key),
        tone=tone_of(row),
        who=(lead.name or display_phone(lead.phone, place.business.country)) if lead else "",
        what=row.summary,
        phone=lead.phone if lead and lead.erased_at is None else "",
        since=ago(row.opened_at, now),
        held=_holder(row, member),
        held_at=row.acknowledged_at,
        is_mine=member is not None and member.user_id == user_id,
        conversation=str(row.conversation.key) if row.conversation else None,
        conversation_id=row.conversation_id,
        place=place,
        may_act=locations.may_write_at(place.pk),
    )


def _holder(row: Escalation, member: Membership | None) -> str:
    if row.status != EscalationStatus.ACKNOWLEDGED:
        return ""
    return colleagues.called(member.user) if member else "Somebody who left"


# ---------------------------------------------------------------- in a conversation
@dataclass(frozen=True, slots=True)
class Told:
    """One person who was told, in plain words. `tone`: wait, good or bad."""

    at: datetime
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class State:
    """How an escalation stands in its conversation. `next`: what comes at `next_at`, "" when nobody is left to ask."""

    row: Escalation
    tone: str
    held: str
    is_mine: bool
    told: tuple[Told, ...]
    next: str
    next_at: datetime | None


_BY = {AlertChannel.TEXT: "by text", AlertChannel.CALL: "by a call", AlertChannel.EMAIL: "by e-mail"}
_STANDS = {
    NoticeStatus.WAITING: ("about to be told", "wait"),
    NoticeStatus.SENDING: ("being told", "wait"),
    NoticeStatus.SENT: ("no answer yet", "wait"),
    NoticeStatus.BUNDLED: ("no answer yet", "wait"),
    NoticeStatus.PICKED_UP: ("picked up, and did not say", "wait"),
    NoticeStatus.TAKEN: ("took it", "good"),
    NoticeStatus.PASSED: ("passed it on", "bad"),
    NoticeStatus.NOT_SENT: ("not told", "bad"),
}


def state_of(conversation: Conversation, user: AbstractBaseUser) -> State | None:
    """Of what is not over in it, with whom was told what; None when nothing is. In two statements."""
    rows = not_closed().filter(conversation=conversation).select_related("acknowledged_by__user", "location__business")
    row = next(iter(sorted(rows, key=_urgency)), None)
    if row is None:
        return None
    notices = EscalationNotice.objects.filter(escalation=row).select_related("member__user")
    member = row.acknowledged_by
    words, at = next_step(row)
    return State(
        row=row,
        tone=tone_of(row),
        held=_holder(row, member),
        is_mine=member is not None and member.user_id == user.pk,
        told=tuple(map(_told, notices.order_by("created_at", "id"))),
        next=words,
        next_at=at,
    )


def _told(notice: EscalationNotice) -> Told:
    stands, tone = _STANDS[NoticeStatus(notice.status)]
    name = colleagues.called(notice.member.user)
    by = _BY[AlertChannel(notice.channel)]
    again = " again" if notice.position >= 100 else ""
    if notice.status == NoticeStatus.NOT_SENT:
        reason = f": {notice.reason.rstrip('.').lower()}" if notice.reason else ""
        return Told(notice.created_at, f"{name} was not told{again} {by}{reason}", tone)
    return Told(notice.sent_at or notice.created_at, f"{name}{again} {by}: {stands}", tone)


def next_step(row: Escalation) -> tuple[str, datetime | None]:
    """Who comes next and when: “a text to Sam”; "" when nobody is left, and the time until which one may answer."""
    steps: Sequence[Mapping[str, Any]] = row.chain[row.step :]
    if row.status != EscalationStatus.OPEN or row.next_at is None:
        return "", None
    step = next((each for each in steps if each["people"]), None)
    if step is None:
        return "", row.next_at
    what = {"text": "a text", "call": "a call", "email": "an e-mail"}[step["channel"]]
    names = [str(person["name"]) for person in step["people"]]
    return f"{what} to {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}", row.next_at


def clock(at: datetime, zone: ZoneInfo) -> str:
    """2:02 PM, as it is there."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M %p}"
