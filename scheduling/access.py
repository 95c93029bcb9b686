"""What a person may see of appointments, always through the location where they take place; fails closed."""

from django.db.models import Q, QuerySet

from leads.access import User, businesses_for, visible, visible_by_location
from leads.enums import Role
from leads.models import Location, Membership
from scheduling.models import Appointment, Resource, WaitlistEntry


def appointments_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Appointment]:
    """Appointments at locations where `user` has one of `roles`."""
    return visible_by_location(user, Appointment.objects.all(), roles=roles)


def waitlist_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[WaitlistEntry]:
    """Who waits for a day at those locations."""
    return visible_by_location(user, WaitlistEntry.objects.all(), roles=roles)


def locations_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Location]:
    """Those locations themselves."""
    rows = visible(user, Location.objects.all(), roles=roles)
    if user.pk is None or getattr(user, "is_superuser", False):
        return rows
    memberships = Membership.objects.filter(user_id=user.pk, role__in=roles)
    unlimited = memberships.filter(locations=None).values("business")
    return rows.filter(Q(business__in=unlimited) | Q(pk__in=memberships.values("locations")))


def resources_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Resource]:
    """Resources that work at one of those locations; one without locations works at all of its business's."""
    rows = visible(user, Resource.objects.all(), roles=roles)
    here = locations_for(user, roles=roles).values("pk")
    elsewhere_too = Q(locations=None, business__in=businesses_for(user, roles=roles))
    return rows.filter(Q(locations__in=here) | elsewhere_too).distinct()
