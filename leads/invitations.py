"""Somebody is asked by e-mail to join a business. The link is the key: who has it reads the mailbox."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from leads import events
from leads.enums import Role
from leads.memberships import Refused, let_configure, reach_of
from leads.models import Business, Invitation, LeadEvent, Location, Membership
from recoverline.lib import clock

LIFE = timedelta(days=7)
# Of one business at a time: nobody's team is larger, and somebody's account may have been taken over.
MOST_OPEN = 50
# E-mails, those sent again too: whoever revokes and invites anew must not get past the limit above.
MOST_A_DAY = 30


def waiting(business: Business) -> "QuerySet[Invitation]":
    """Not accepted and not revoked; some may have expired."""
    return Invitation.objects.filter(business=business, accepted_at=None, revoked_at=None)


def invite(
    business: Business, *, email: str, role: Role, locations: Iterable[Location], by: AbstractBaseUser
) -> tuple[Invitation, str]:
    """The invitation, and the token for its link, which is stored nowhere. Raises Refused and PermissionDenied."""
    now, places, address = clock.now(), list(locations), email.strip().lower()
    if not reach_of(by, business).covers(role, (place.pk for place in places)):
        raise PermissionDenied
    if known_as(address).filter(memberships__business=business).exists():
        raise Refused("This person is in the team already.")
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            _check_mailed(business)
            waiting(business).filter(email=address, expires_at__lte=now).update(revoked_at=now)
            if waiting(business).count() >= MOST_OPEN:
                raise Refused(f"{MOST_OPEN} invitations are open. Revoke some of them first.")
            invitation = Invitation.objects.create(
                business=business, email=address, role=role, token_digest=_digest(token), invited_by_id=by.pk,
                created_at=now, expires_at=now + LIFE,
            )  # fmt: skip
            invitation.locations.set(places)
            _record("invitation.sent", invitation, by, f"{address} was invited as {role.label.lower()}")
    except IntegrityError:
        raise Refused("This address has an open invitation. Send that one again.") from None
    return invitation, token


def renew(invitation: Invitation, *, by: AbstractBaseUser) -> str:
    """A new token for another week; the link sent before ends. Raises Refused and PermissionDenied."""
    _check_reach(invitation, by)
    now, token = clock.now(), secrets.token_urlsafe(32)
    open_ones = waiting(invitation.business).filter(pk=invitation.pk)
    with transaction.atomic():
        _check_mailed(invitation.business)
        if not open_ones.update(token_digest=_digest(token), expires_at=now + LIFE, invited_by=by.pk):
            raise Refused("This invitation is no longer open.")
        _record("invitation.resent", invitation, by, f"The invitation of {invitation.email} was sent again")
    return token


def revoke(invitation: Invitation, *, by: AbstractBaseUser) -> None:
    """Raises Refused if it was accepted or revoked in the meantime, and PermissionDenied."""
    _check_reach(invitation, by)
    with transaction.atomic():
        if not waiting(invitation.business).filter(pk=invitation.pk).update(revoked_at=clock.now()):
            raise Refused("This invitation is no longer open.")
        _record("invitation.revoked", invitation, by, f"The invitation of {invitation.email} was revoked")


def find(token: str) -> Invitation | None:
    """The invitation of a link, as long as it is open and whoever sent it may still give what it promises."""
    rows = Invitation.objects.filter(token_digest=_digest(token), accepted_at=None, revoked_at=None)
    invitation = rows.filter(expires_at__gt=clock.now()).select_related("business", "invited_by").first()
    return invitation if invitation is not None and _is_still_meant(invitation) else None


def known_as(address: str) -> "QuerySet[User]":
    """Accounts that an invitation to `address` is for."""
    return User.objects.filter(Q(email__iexact=address) | Q(username__iexact=address))


def join(token: str, user: User) -> Membership | None:
    """`user` becomes a member. None if the link is used up, or is not theirs."""
    with transaction.atomic():
        invitation = _take(token)
        if invitation is None or not known_as(invitation.email).filter(pk=user.pk, is_active=True).exists():
            transaction.set_rollback(True)
            return None
        return _enter(invitation, user)


def join_as_new(token: str, *, first_name: str, last_name: str, password: str) -> User | None:
    """An account for the address that was invited, and its membership. None if the link is used up, or there is one."""
    with transaction.atomic():
        invitation = _take(token)
        if invitation is None or known_as(invitation.email).exists():
            transaction.set_rollback(True)
            return None
        address = invitation.email
        user = User.objects.create_user(
            address, email=address, password=password, first_name=first_name, last_name=last_name
        )
        _enter(invitation, user)
        return user


def _take(token: str) -> Invitation | None:
    """Of two who come with the same link the database lets one in."""
    invitation = find(token)
    if invitation is None:
        return None
    taken = Invitation.objects.filter(
        pk=invitation.pk, token_digest=_digest(token), accepted_at=None, revoked_at=None
    ).update(accepted_at=clock.now())
    return invitation if taken else None


def _enter(invitation: Invitation, user: User) -> Membership:
    # Whoever was added by hand in the meantime keeps the role given there.
    member, created = Membership.objects.get_or_create(
        business=invitation.business, user=user, defaults={"role": invitation.role}
    )
    if created:
        member.locations.set(invitation.locations.all())
    let_configure(user, member.role)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    _record("invitation.accepted", invitation, user, f"{invitation.email} joined the team")
    return member


def _is_still_meant(invitation: Invitation) -> bool:
    places = invitation.locations.values_list("pk", flat=True)
    return reach_of(invitation.invited_by, invitation.business).covers(invitation.role, places)


def _check_reach(invitation: Invitation, by: AbstractBaseUser) -> None:
    places = invitation.locations.values_list("pk", flat=True)
    if not reach_of(by, invitation.business).covers(invitation.role, places):
        raise PermissionDenied


def _check_mailed(business: Business) -> None:
    """One after the other, so that many at once do not all find room."""
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    since = clock.now() - timedelta(days=1)
    # No lead's: for the index.
    events_since = LeadEvent.objects.filter(lead=None, at__gt=since, business=business)
    mailed = events_since.filter(kind__in=("invitation.sent", "invitation.resent"))
    if mailed.count() >= MOST_A_DAY:
        raise Refused(f"{MOST_A_DAY} invitations were mailed in the last 24 hours. Try again tomorrow.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(kind: str, invitation: Invitation, actor: AbstractBaseUser, text: str) -> None:
    events.record(
        kind, business=invitation.business, at=clock.now(), text=text, actor=actor, invitation=str(invitation.key)
    )
