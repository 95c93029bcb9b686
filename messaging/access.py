"""What a person may see of calls and texts, always through the location where they belong; fails closed."""

from django.db.models import QuerySet

from leads.access import User, visible_by_location
from leads.enums import Role
from leads.models import CallbackTask
from messaging.models import AgentTurn, Call, Conversation, Message, MessageMedia


def conversations_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Conversation]:
    """Conversations at locations where `user` has one of `roles`."""
    return visible_by_location(user, Conversation.objects.all(), roles=roles)


def calls_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Call]:
    """Calls to and from those locations."""
    return visible_by_location(user, Call.objects.all(), roles=roles)


def messages_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Message]:
    """Texts of those conversations."""
    return visible_by_location(user, Message.objects.all(), location="conversation__location", roles=roles)


def media_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[MessageMedia]:
    """Pictures and other files of those texts."""
    return MessageMedia.objects.filter(message__in=messages_for(user, roles=roles))


def turns_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[AgentTurn]:
    """The robot's turns in those conversations."""
    return visible_by_location(user, AgentTurn.objects.all(), location="conversation__location", roles=roles)


def tasks_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[CallbackTask]:
    """Callback tasks of those locations."""
    return visible_by_location(user, CallbackTask.objects.all(), roles=roles)
