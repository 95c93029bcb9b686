"""Whose rows a report counts: a business, and which of its locations. Simulated rows and the team's own never count."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q

from leads.access import User
from leads.enums import Role
from leads.models import Business, Location, Membership

# Who may read reports at all: everybody but the front desk, which works with single customers.
READERS = (Role.OWNER, Role.MANAGER, Role.READ_ONLY)


@dataclass(frozen=True, slots=True)
class Scope:
    """`locations`: ids, None for all of the business. `zone`: where its days and hours are told."""

    business: Business
    locations: tuple[int, ...] | None
    zone: ZoneInfo

    def rows(self, *, location: str = "location", simulated: str = "is_simulated") -> Q:
        """What rows have to be; `location` and `simulated` are paths from the row, "" if it has none."""
        path = location.rpartition("location")[0] if location else ""
        asked = Q(**{f"{path}business" if path else "business": self.business})
        if simulated:
            # A demo business is simulated as a whole: there its own rows are what there is to see.
            asked &= Q(**{simulated: self.business.is_simulated})
        if self.locations is not None:
            asked &= Q(**{f"{location}_id__in" if location else "pk__in": self.locations})
        return asked


def scope_of(business: Business, location: Location | None = None) -> Scope:
    """The whole business in its own zone, or one location in the location's."""
    if location is None:
        return Scope(business, None, business.zone)
    return Scope(business, (location.pk,), location.zone)


def locations_of(user: User, business: Business) -> list[Location]:
    """Those whose figures `user` may read."""
    rows = Location.objects.filter(business=business).select_related("business").order_by("name", "pk")
    if user.pk is None or not getattr(user, "is_active", False):
        return []
    if getattr(user, "is_superuser", False):
        return list(rows)
    mine = Membership.objects.filter(user_id=user.pk, business=business, role__in=READERS)
    if mine.filter(locations=None).exists():
        return list(rows)
    return list(rows.filter(memberships__in=mine).distinct())
