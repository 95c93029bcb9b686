"""How far a person reaches in one request, and the way from a row to its business."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from leads.access import CONFIGURERS, User, businesses_for
from leads.enums import Role
from leads.models import Business, Location, Membership

Roles = tuple[Role, ...]
EVERYBODY: Roles = tuple(Role)
NOBODY: Roles = ()


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def business_ids(request: HttpRequest, roles: Roles) -> frozenset[int]:
    """Businesses in which the person has one of `roles`; memorized, because a page asks it a hundred times."""
    user = user_of(request)
    if getattr(user, "is_superuser", False):
        memo: dict[str, frozenset[int]] = request.__dict__.setdefault("_all_business_ids", {})
        if "ids" not in memo:
            memo["ids"] = frozenset(businesses_for(user).values_list("pk", flat=True))
        return memo["ids"]
    known: dict[int, str] | None = request.__dict__.get("_roles_by_business")
    if known is None:
        mine = Membership.objects.filter(user_id=user.pk or 0, business__in=businesses_for(user))
        known = request.__dict__["_roles_by_business"] = dict(mine.order_by().values_list("business_id", "role"))
    return frozenset(pk for pk, role in known.items() if role in roles)


def whole_business_ids(request: HttpRequest, roles: Roles) -> frozenset[int]:
    """Those of `business_ids` in which the person is not limited to some locations; memorized as well."""
    ids = business_ids(request, roles)
    if not ids or getattr(request.user, "is_superuser", False):
        return ids
    memo: dict[Roles, frozenset[int]] = request.__dict__.setdefault("_whole_business_ids", {})
    if roles not in memo:
        mine = Membership.objects.filter(user_id=user_of(request).pk or 0, business__in=ids, locations=None)
        memo[roles] = frozenset(mine.values_list("business_id", flat=True))
    return memo[roles]


def places_of(request: HttpRequest, roles: Roles) -> QuerySet[Location]:
    """Locations at which the person has one of `roles`."""
    mine = Membership.objects.filter(user_id=user_of(request).pk or 0, role__in=roles, locations__isnull=False)
    whole = Q(business__in=whole_business_ids(request, roles))
    return Location.objects.filter(whole | Q(pk__in=mine.values("locations")))


def only_business(request: HttpRequest, roles: Roles = CONFIGURERS) -> Business | None:
    """The business that needs no choosing, None when the person has several (or none)."""
    ids = business_ids(request, roles)
    if len(ids) != 1:
        return None
    memo: dict[int, Business] = request.__dict__.setdefault("_businesses", {})
    (pk,) = ids
    if pk not in memo:
        memo[pk] = Business.objects.get(pk=pk)
    return memo[pk]


def business_id_of(row: Model, path: str) -> int | None:
    """The business of `row` along `path` ("number__business", or "pk" for a business); None if it has none yet."""
    *steps, last = path.split("__")
    found: Any = row
    try:
        for step in steps:
            found = getattr(found, step)
    except ObjectDoesNotExist:
        return None
    if found is None:
        return None
    return cast("int | None", found.pk if last == "pk" else getattr(found, f"{last}_id"))


def path_to_business(site: admin.AdminSite, model: type[Model]) -> str | None:
    """How rows of `model` lead to their business; None for a model that belongs to no business."""
    model_admin = site._registry.get(model)
    return getattr(model_admin, "business_path", None)
