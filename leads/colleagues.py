"""Who works at a location: whom something can be given to, and who can be named in a note."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from leads.access import WRITERS
from leads.enums import Role
from leads.models import Location, Membership


def members_at(location: Location, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[User]:
    """Active people with one of `roles` at `location`, by the name they go by."""
    here = Membership.objects.filter(business=location.business_id, role__in=roles)
    here = here.filter(Q(locations=None) | Q(locations=location))
    people: QuerySet[User] = get_user_model().objects.filter(pk__in=here.values("user"), is_active=True)
    return people.order_by("first_name", "last_name", "username")


def writers_at(location: Location) -> QuerySet[User]:
    """Those of them who may answer and change things there."""
    return members_at(location, roles=WRITERS)


def called(user: User) -> str:
    """The name that colleagues read."""
    return user.get_full_name() or user.get_username()
