"""A colleague has lost phone and recovery codes."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from leads import events
from leads.access import businesses_for, may
from leads.enums import Role
from leads.memberships import Refused, locations_of, reach_of
from leads.models import Membership
from recoverline.accounts import sessions
from recoverline.lib import clock, queue


def may_reset(by: User, member: Membership) -> bool:
    is_covered = reach_of(by, member.business).covers(member.role, locations_of(member))
    return by.pk != member.user_id and is_covered and may(by, member.business, (Role.OWNER,))


def reset(member: Membership, *, by: User) -> None:
    """Take the second factor away and sign them out. Raises PermissionDenied, Refused if it is not for `by` alone."""
    if not may_reset(by, member):
        raise PermissionDenied
    user = member.user
    owned = businesses_for(by, roles=(Role.OWNER,))
    is_elsewhere = Membership.objects.filter(user=user).exclude(business__in=owned.values("pk")).exists()
    if (user.is_superuser or is_elsewhere) and not by.is_superuser:
        # Their account opens more than this business.
        raise Refused("This account belongs to others, too. Whoever runs this installation can reset it.")
    with transaction.atomic():
        count, _ = Authenticator.objects.filter(user=user).delete()
        if not count:
            raise Refused("There is no second step to reset.")
        sessions.end(UserSession.objects.filter(user=user))
        text = f"The second step of {user} was reset"
        events.record(
            "member.second_factor_reset", business=member.business, at=clock.now(), text=text, actor=by, user=user.pk
        )
        queue.enqueue("recoverline.accounts.mail.send_notice", user.pk, "second_factor_reset")
