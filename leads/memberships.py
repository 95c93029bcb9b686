"""Who is in the team of a business, and who may say so. Nobody gives more than they have themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from leads import events
from leads.access import CONFIGURERS
from leads.enums import Role
from leads.models import Business, Invitation, Location, Membership
from recoverline.lib import clock

GIVES = {Role.OWNER: tuple(Role), Role.MANAGER: (Role.MANAGER, Role.FRONT_DESK, Role.READ_ONLY)}


class Refused(Exception):
    """Says to people why not."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person may give: which roles, and at which locations (None: at all of them)."""

    roles: tuple[Role, ...]
    locations: frozenset[int] | None

    def covers(self, role: str, locations: Iterable[int]) -> bool:
        """Whether somebody with this `role` at these `locations` (none: all) is theirs to look after."""
        return role in self.roles and self.includes(locations)

    def includes(self, locations: Iterable[int]) -> bool:
        """Whether these locations (none: all) are among theirs."""
        there = frozenset(locations)
        return self.locations is None or (bool(there) and there <= self.locations)


NOTHING = Reach((), frozenset())


def reach_of(user: AbstractBaseUser | None, business: Business) -> Reach:
    """Asked anew each time: roles change while people are signed in, and while invitations are under way."""
    if user is None or not user.is_active:
        return NOTHING
    if getattr(user, "is_superuser", False):
        return Reach(GIVES[Role.OWNER], None)
    member = Membership.objects.filter(user_id=user.pk, business=business).prefetch_related("locations").first()
    if member is None:
        return NOTHING
    return Reach(GIVES.get(Role(member.role), ()), locations_of(member) or None)


def locations_of(member: Membership) -> frozenset[int]:
    return frozenset(location.pk for location in member.locations.all())


def change(member: Membership, *, role: Role, locations: Iterable[Location], by: AbstractBaseUser) -> Membership:
    """Another role, other locations (none: all). Raises PermissionDenied, and Refused for the last owner."""
    places = list(locations)
    with transaction.atomic():
        team = _locked_team(member.business)
        row = _managed(team, member, by)
        if not reach_of(by, member.business).covers(role, (place.pk for place in places)):
            raise PermissionDenied
        if role != Role.OWNER or places:
            _keep_an_owner(team, row)
        Membership.objects.filter(pk=row.pk).update(role=role)
        row.locations.set(places)
        let_configure(row.user, role)
        where = ", ".join(place.name for place in places) or "all locations"
        _record("member.changed", row, by, f"{row.user} is now {role.label.lower()} at {where}")
    row.role = role
    return row


def remove(member: Membership, *, by: AbstractBaseUser) -> None:
    """Out of the team, from the next request on. Raises PermissionDenied, and Refused for the last owner."""
    with transaction.atomic():
        team = _locked_team(member.business)
        row = _managed(team, member, by)
        _keep_an_owner(team, row)
        _record("member.removed", row, by, f"{row.user} was removed from the team")
        row.delete()


def check_owner_stays(member: Membership) -> None:
    """For who changes or deletes a row by hand: raises Refused for the last owner, and locks the team if within a
    transaction.
    """
    with transaction.atomic():
        _keep_an_owner(_locked_team(member.business), member)


def limited_to(location: Location) -> list[str]:
    """Sentences about who is limited to this location: with it gone, “only there” would have become “everywhere”.

    Within a transaction nobody else is limited to it until that ends.
    """
    with transaction.atomic():
        Location.objects.select_for_update(of=("self",)).filter(pk=location.pk).first()
        members = list(location.memberships.select_related("user"))
        invited = list(Invitation.objects.filter(locations=location, accepted_at=None, revoked_at=None))
    return [
        *(f"{member.user} is limited to certain locations, and this is one." for member in members),
        *(f"{one.email} is invited to certain locations, and this is one." for one in invited),
        *(["Change that on the team page first."] if members or invited else []),
    ]


def let_configure(user: User, role: str) -> None:
    """The pages of the settings ask for a flag besides the role."""
    if role in CONFIGURERS and not user.is_staff:
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.is_staff = True


def _locked_team(business: Business) -> list[Membership]:
    """All of them, so that two owners cannot remove each other at the same moment."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(business=business).select_related("user")
    return list(rows.prefetch_related("locations").order_by("pk"))


def _managed(team: list[Membership], member: Membership, by: AbstractBaseUser) -> Membership:
    row = next((one for one in team if one.pk == member.pk), None)
    if row is None:
        raise Refused("This person is no longer in the team.")
    if not reach_of(by, member.business).covers(row.role, locations_of(row)):
        raise PermissionDenied
    return row


def _keep_an_owner(team: list[Membership], leaving: Membership) -> None:
    owners = [one for one in team if one.role == Role.OWNER and one.user.is_active and not locations_of(one)]
    if owners == [leaving]:
        raise Refused("This is the only owner of all locations. Make somebody else one first.")


def _record(kind: str, member: Membership, by: AbstractBaseUser, text: str) -> None:
    events.record(kind, business=member.business, at=clock.now(), text=text, actor=by, user=member.user_id)
