"""What a person may see of calls and texts, always through the location where they belong; fails closed.

The lines on which the team itself is alerted (`is_team`) are nobody's conversations and stand in none of these.
"""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from leads.access import WRITERS, User, visible_by_location
from leads.enums import Role
from leads.models import CallbackTask, Location, Membership
from messaging.models import AgentTurn, Call, Conversation, Escalation, Message, MessageMedia

# A superuser may see thousands; so many can still be chosen from.
NAMED_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Locations:
    """Where somebody may look. `everywhere`: at all there are, of which `seen` may be only some."""

    seen: tuple[Location, ...]
    writable: frozenset[int]
    everywhere: bool = False

    @property
    def businesses(self) -> frozenset[int] | None:
        """Whose they are; None: anybody's."""
        return None if self.everywhere else frozenset(location.business_id for location in self.seen)

    def may_write_at(self, location_id: int) -> bool:
        return self.everywhere or location_id in self.writable


def locations_for(user: User) -> Locations:
    """The same as `conversations_for`, as values and in one statement: what is asked of each is quick where one row
    of memberships after the other would not be.
    """
    rows = Location.objects.select_related("business").order_by("business__name", "name", "id")
    if user.pk is None or not getattr(user, "is_active", False):
        return Locations((), frozenset())
    if getattr(user, "is_superuser", False):
        seen = tuple(rows[:NAMED_AT_MOST])
        return Locations(seen, frozenset(location.pk for location in seen), everywhere=True)
    mine = Membership.objects.filter(user_id=user.pk)
    allowed = Q(business__in=mine.filter(locations=None).values("business"))
    allowed |= Q(pk__in=mine.filter(locations__isnull=False).values("locations"))
    role = Subquery(mine.filter(business=OuterRef("business")).values("role")[:1])
    seen = tuple(rows.filter(allowed).annotate(role=role))
    return Locations(seen, frozenset(place.pk for place in seen if place.role in WRITERS))  # type: ignore[attr-defined]


def conversations_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Conversation]:
    """Conversations at locations where `user` has one of `roles`."""
    return visible_by_location(user, Conversation.objects.filter(is_team=False), roles=roles)


def calls_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Call]:
    """Calls to and from those locations."""
    return visible_by_location(user, Call.objects.all(), roles=roles)


def messages_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Message]:
    """Texts of those conversations."""
    texts = Message.objects.filter(conversation__is_team=False)
    return visible_by_location(user, texts, location="conversation__location", roles=roles)


def media_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[MessageMedia]:
    """Pictures and other files of those texts."""
    return MessageMedia.objects.filter(message__in=messages_for(user, roles=roles))


def turns_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[AgentTurn]:
    """The robot's turns in those conversations."""
    return visible_by_location(user, AgentTurn.objects.all(), location="conversation__location", roles=roles)


def escalations_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Escalation]:
    """What could not wait at those locations."""
    return visible_by_location(user, Escalation.objects.all(), roles=roles)


def tasks_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[CallbackTask]:
    """Callback tasks of those locations."""
    return visible_by_location(user, CallbackTask.objects.all(), roles=roles)
