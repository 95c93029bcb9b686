"""What a person may see and do. Everything starts from memberships and fails closed: no membership, nothing."""

from typing import TypeVar

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


def alert_addresses(
    business: Business,
    location: Location | None,
    *,
    wish: str = "",
    but_not: int | None = None,
    about_somebody: bool = False,
) -> list[str]:
    """E-mail addresses of the team members who want alerts about this location, without repetition.

    `wish`: the field of leads.models.Preferences that says whether they want this kind of alert, "" of a kind that has
    none. `but_not`: the id of who did it themselves. `about_somebody`: it names a customer; then, at no known location,
    it is only for members who see all of them.
    """
    members = _alerted(business, location, wish=wish).exclude(role=Role.READ_ONLY).exclude(user=but_not)
    if location is None and about_somebody:
        members = members.filter(locations=None)
    addresses = list(members.values_list("user__email", flat=True).distinct())
    if location is not None and location.alert_email:
        addresses.append(location.alert_email)
    return list(dict.fromkeys(addresses))


def own_address(business: Business, location: Location | None, *, user_id: int, wish: str) -> str:
    """Where to mail one member what concerns them alone; "" if they want no such e-mail, or may not see it."""
    mine = _alerted(business, location, wish=wish).filter(user=user_id)
    return mine.values_list("user__email", flat=True).first() or ""


def _alerted(business: Business, location: Location | None, *, wish: str) -> "QuerySet[Membership]":
    members = Membership.objects.filter(business=business, gets_alerts=True, user__is_active=True)
    members = members.exclude(user__email="")
    if wish:
        # Who has no preferences wants what the model says, which is everything.
        members = members.exclude(**{f"user__preferences__{wish}": False})
    if location is not None:
        members = members.filter(Q(locations=None) | Q(locations=location))
    return members
