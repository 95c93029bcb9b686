"""The same act on many conversations at once: each a conditional update of its own, with one winner and one event."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, TextChoices

from leads.access import WRITERS
from leads.models import Membership
from messaging import access
from messaging.access import Locations
from messaging.inbox import acts, later
from messaging.models import Conversation

ACTED_ON_AT_MOST = 100
OFFERED_AT_MOST = 100


class Act(TextChoices):
    """What can be done; the label is what has happened then."""

    DONE = "done", "marked as done"
    SNOOZE = "snooze", "snoozed until the next opening"
    ASSIGN = "assign", "assigned"
    UNREAD = "unread", "marked as unread"
    READ = "read", "marked as read"
    NOT_URGENT = "not_urgent", "marked as not urgent"


# Why one of them was left as it was.
UNCHANGED = {
    Act.DONE: "done already",
    Act.SNOOZE: "done already",
    Act.ASSIGN: "theirs already, or at a location where they do not work",
    Act.UNREAD: "unread already",
    Act.READ: "read already",
    Act.NOT_URGENT: "not urgent anyway",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How many were changed, how many were as they should be already, how many the asker may only read, and in how
    many the customer has written what the asker has not seen.
    """

    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    unseen: int = 0

    def words(self, act: Act) -> str:
        said = [f"{_conversations(self.changed)} {act.label}."]
        if self.unchanged:
            said.append(f"{self.unchanged} left as they were: {UNCHANGED[act]}.")
        if self.unseen:
            said.append(f"{self.unseen} left as they were: they have written since. Read it first.")
        if self.refused:
            said.append(f"{self.refused} you may read but not change.")
        return " ".join(said)


def colleagues(locations: Locations) -> QuerySet[User]:
    """To whom conversations there can be given, by name; who works only where the asker sees nothing is nobody."""
    members = Membership.objects.filter(role__in=WRITERS)
    if not locations.everywhere:
        everywhere = Q(locations=None, business__in=locations.businesses)
        members = members.filter(everywhere | Q(locations__in=locations.writable))
    people: QuerySet[User] = get_user_model().objects.filter(pk__in=members.values("user"), is_active=True)
    return people.order_by("first_name", "last_name", "username")[:OFFERED_AT_MOST]


def act_on(
    seen: Mapping[uuid.UUID, datetime | None],
    act: Act,
    *,
    by: AbstractBaseUser,
    locations: Locations,
    to: AbstractBaseUser | None = None,
    now: datetime,
) -> Result:
    """What `by` cannot see is as if it were not there, and counts nowhere; `to` is for ASSIGN, None is nobody.

    `seen`: the keys of what was chosen, each with when what the list showed of it had happened.
    """
    chosen = access.conversations_for(by).filter(key__in=list(seen)[:ACTED_ON_AT_MOST])
    changed = unchanged = refused = unseen = 0
    for conversation in chosen.select_related("business", "location__business", "lead", "request").order_by("id"):
        if not locations.may_write_at(conversation.location_id):
            refused += 1
            continue
        try:
            if _act_on_one(conversation, act, by=by, to=to, now=now, seen=acts.seen_until(seen[conversation.key])):
                changed += 1
            else:
                unchanged += 1
        except acts.Unseen:
            unseen += 1
    return Result(changed, unchanged, refused, unseen)


def _act_on_one(
    conversation: Conversation, act: Act, *, by: AbstractBaseUser, to: AbstractBaseUser | None, now: datetime, seen: Q
) -> bool:
    if act == Act.DONE:
        return acts.close(conversation, by=by, now=now, seen=seen)
    if act == Act.SNOOZE:
        return acts.snooze(conversation, until=_tomorrow(conversation, now), by=by, now=now, seen=seen)
    if act == Act.ASSIGN:
        return acts.assign(conversation, to, by=by, now=now)
    if act == Act.UNREAD:
        return acts.mark_unread(conversation, by=by, now=now)
    if act == Act.READ:
        return acts.mark_read(conversation)
    return acts.mark_not_urgent(conversation, by=by, now=now)


def _tomorrow(conversation: Conversation, now: datetime) -> datetime:
    choices = later.snooze_choices(conversation.location, now=now)
    return next(choice.at for choice in choices if choice.value == "tomorrow")


def _conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count} conversations"
