"""What a person may see and do. Everything starts from memberships and fails closed: no membership, nothing."""

from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from leads.enums import Role
from leads.models import Business, Location, Membership

User = AbstractBaseUser | AnonymousUser
M = TypeVar("M", bound=Model)

WRITERS = (Role.OWNER, Role.MANAGER, Role.FRONT_DESK)
CONFIGURERS = (Role.OWNER, Role.MANAGER)


def businesses_for(user: User, *, roles: tuple[Role, ...] = tuple(Role)) -> QuerySet[Business]:
    """Businesses in which `user` has one of `roles`; all of them for a superuser, none for anybody else."""
    if user.pk is None or not getattr(user, "is_active", False):
        return Business.objects.none()
    if getattr(user, "is_superuser", False):
        return Business.objects.all()
    members = Membership.objects.filter(user_id=user.pk, role__in=roles)
    return Business.objects.filter(pk__in=members.values("business"))


def visible(
    user: User, rows: "QuerySet[M]", *, business: str = "business", roles: tuple[Role, ...] = tuple(Role)
) -> "QuerySet[M]":
    """Those of `rows` that belong to a business of `user`; `business` is the path from the row to it."""
    if getattr(user, "is_superuser", False) and getattr(user, "is_active", False):
        return rows
    return rows.filter(**{f"{business}__in": businesses_for(user, roles=roles)})


def visible_by_location(
    user: User, rows: "QuerySet[M]", *, location: str = "location", roles: tuple[Role, ...] = tuple(Role)
) -> "QuerySet[M]":
    """Like `visible`, and only at the locations to which a membership is limited (none named: all of the business)."""
    rows = visible(user, rows, roles=roles)
    if user.pk is None or getattr(user, "is_superuser", False):
        return rows
    memberships = Membership.objects.filter(user_id=user.pk, role__in=roles)
    unlimited = memberships.filter(locations=None)
    allowed: Q = Q(**{f"{location}__business__in": unlimited.values("business")})
    allowed |= Q(**{f"{location}__in": Location.objects.filter(memberships__in=memberships)})
    return rows.filter(allowed)


def may(user: User, business: Business, roles: tuple[Role, ...]) -> bool:
    """Whether `user` has one of `roles` in `business`."""
    return businesses_for(user, roles=roles).filter(pk=business.pk).exists()


def alert_addresses(business: Business, location: Location | None) -> list[str]:
    """E-mail addresses of the team members who want alerts about this location, without repetition."""
    members: QuerySet[Any] = Membership.objects.filter(business=business, gets_alerts=True, user__is_active=True)
    members = members.exclude(user__email="").exclude(role=Role.READ_ONLY)
    if location is not None:
        members = members.filter(Q(locations=None) | Q(locations=location))
    addresses = list(members.values_list("user__email", flat=True).distinct())
    if location is not None and location.alert_email:
        addresses.append(location.alert_email)
    return list(dict.fromkeys(addresses))
