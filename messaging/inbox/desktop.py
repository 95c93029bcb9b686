"""What is worth a notification on somebody's desktop: what began a moment ago, and what is theirs.

Nothing is remembered here. Each has a key that stays the same as long as it is the same thing, and the browser shows a
key once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.urls import reverse

from leads.models import Preferences
from messaging import access
from messaging.enums import ConversationStatus, Handler
from messaging.models import Conversation, Mention
from recoverline.lib.phones import display_phone

# Longer than a hidden tab waits between two questions, short enough that a morning does not begin with a hundred.
RECENT = timedelta(minutes=5)
AT_MOST = 20
LETTERS = 80


@dataclass(frozen=True, slots=True)
class Alert:
    """`text` is the customer's, cut short; "" where theirs is none of the notification's business."""

    key: str
    kind: str
    title: str
    text: str
    url: str


def alerts_for(user: AbstractBaseUser, preferences: Preferences, *, now: datetime) -> list[Alert]:
    """In the order of their weight; a conversation once."""
    found: dict[int, Alert] = {}
    if preferences.desktop_mine:
        _add(found, _mentions(user, now))
    if preferences.desktop_urgent or preferences.desktop_overdue or preferences.desktop_mine or preferences.desktop_all:
        for row in _waiting(user, now):
            alert = _alert_of(row, user, preferences, now)
            if alert:
                found.setdefault(row.pk, alert)
    if preferences.desktop_mine:
        _add(found, _assigned(user))
    return list(found.values())


def _add(found: dict[int, Alert], more: list[tuple[int, Alert]]) -> None:
    for pk, alert in more:
        found.setdefault(pk, alert)


def _waiting(user: AbstractBaseUser, now: datetime) -> "QuerySet[Conversation]":
    began = Q(waiting_since__gt=now - RECENT) | Q(reply_due_at__gt=now - RECENT, reply_due_at__lte=now)
    rows = access.conversations_for(user).filter(began, status=ConversationStatus.OPEN, needs_reply=True)
    rows = rows.exclude(handler=Handler.ROBOT, turn_due_at__isnull=False).select_related("lead", "business")
    return rows.order_by("-waiting_since", "-id")[:AT_MOST]


def _alert_of(row: Conversation, user: AbstractBaseUser, preferences: Preferences, now: datetime) -> Alert | None:
    is_late = row.reply_due_at is not None and row.reply_due_at <= now
    is_new = row.waiting_since is not None and row.waiting_since > now - RECENT
    if is_late and preferences.desktop_overdue:
        return _alert(row, "overdue", row.reply_due_at, "Waits too long")
    if row.is_urgent and is_new and preferences.desktop_urgent:
        return _alert(row, "urgent", row.waiting_since, "Urgent")
    if is_new and ((row.assignee_id == user.pk and preferences.desktop_mine) or preferences.desktop_all):
        return _alert(row, "waits", row.waiting_since, "New text")
    return None


def _alert(row: Conversation, kind: str, since: datetime | None, what: str) -> Alert:
    stamp = int(since.timestamp()) if since else 0
    text = row.last_preview[:LETTERS]
    return Alert(f"{kind}:{row.key}:{stamp}", kind, f"{what}: {_name(row)}", text, _url(row))


def _assigned(user: AbstractBaseUser) -> list[tuple[int, Alert]]:
    rows = access.conversations_for(user).filter(assignee_id=user.pk, status=ConversationStatus.OPEN)
    rows = rows.select_related("lead", "business").order_by("-last_at", "-id")[:AT_MOST]
    return [
        (row.pk, Alert(f"assigned:{row.key}", "assigned", f"Assigned to you: {_name(row)}", "", _url(row)))
        for row in rows
    ]


def _mentions(user: AbstractBaseUser, now: datetime) -> list[tuple[int, Alert]]:
    unseen = Mention.objects.filter(user_id=user.pk, seen_at=None, note__created_at__gt=now - RECENT)
    unseen = unseen.filter(note__conversation__in=access.conversations_for(user))
    rows = unseen.select_related("note__conversation__lead", "note__conversation__business").order_by("-id")[:AT_MOST]
    found = []
    for mention in rows:
        row = mention.note.conversation
        title = f"You are mentioned: {_name(row)}"
        found.append((row.pk, Alert(f"mention:{mention.pk}", "mention", title, "", _url(row))))
    return found


def _name(row: Conversation) -> str:
    return row.lead.name or display_phone(row.lead.phone, row.business.country)


def _url(row: Conversation) -> str:
    return reverse("inbox:conversation-show", args=[row.key])
