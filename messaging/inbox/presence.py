"""Who has a conversation in front of them right now. A mark is renewed every ten seconds and holds a little longer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from messaging.enums import ConversationStatus, Handler, Presence
from messaging.models import Conversation, Mention, PresenceMark

HOLDS_FOR = timedelta(seconds=25)
# Somebody's older marks go with their next beat.
KEPT_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody else who is here. `state`: a value of Presence."""

    user: AbstractBaseUser
    state: str


@dataclass(frozen=True, slots=True)
class Robot:
    """What the robot does here. `answers`: it is about to write; `has_it`: whatever is said next is its to answer."""

    answers: bool
    has_it: bool


def mark(conversation: Conversation, user: AbstractBaseUser, state: Presence, *, now: datetime) -> None:
    """`user` is here, as of `now`; two beats at once are one mark."""
    beat = PresenceMark(conversation=conversation, user_id=user.pk, state=state, seen_at=now)
    PresenceMark.objects.bulk_create(
        [beat], update_conflicts=True, unique_fields=["conversation", "user"], update_fields=["state", "seen_at"]
    )
    PresenceMark.objects.filter(user_id=user.pk, seen_at__lt=now - KEPT_FOR).delete()


def state_of(said: str) -> Presence:
    """Whatever is no state is that somebody looks."""
    return Presence(said) if said in Presence.values else Presence.VIEWING


def leave(conversation: Conversation, user: AbstractBaseUser) -> None:
    PresenceMark.objects.filter(conversation=conversation, user_id=user.pk).delete()


def visitors(conversation: Conversation, *, apart_from: int | None, now: datetime) -> list[Visitor]:
    """Everybody else who is here, whoever writes first."""
    marks = PresenceMark.objects.filter(conversation=conversation, seen_at__gt=now - HOLDS_FOR)
    marks = marks if apart_from is None else marks.exclude(user_id=apart_from)
    return [Visitor(row.user, row.state) for row in marks.select_related("user").order_by("state", "user__username")]


def robot_in(conversation: Conversation, *, now: datetime) -> Robot:
    """The robot as one of those who are here."""
    if conversation.handler != Handler.ROBOT or conversation.automation_paused:
        return Robot(answers=False, has_it=False)
    lease = conversation.turn_lease_until
    answers = conversation.turn_due_at is not None or (lease is not None and lease > now)
    is_over = conversation.status == ConversationStatus.DONE
    return Robot(answers=answers, has_it=not is_over and (answers or not conversation.needs_reply))


def see_mentions(conversation: Conversation, user: AbstractBaseUser, *, now: datetime) -> None:
    """Whoever looks at a conversation has seen where it names them."""
    Mention.objects.filter(user_id=user.pk, note__conversation=conversation, seen_at=None).update(seen_at=now)
