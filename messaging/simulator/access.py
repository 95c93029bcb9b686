"""Who may play: members of a business with a simulated account, at the locations they may see."""

from django.db.models import QuerySet

from leads.access import User, visible_by_location
from leads.enums import Role
from messaging.models import PhoneNumber
from messaging.simulator.player import simulated_numbers


def numbers_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[PhoneNumber]:
    """Simulated numbers at locations where `user` has one of `roles`."""
    return visible_by_location(user, simulated_numbers(), roles=roles)
