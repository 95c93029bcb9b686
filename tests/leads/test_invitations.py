"""An invitation lets one person in, once, as what was promised by somebody who may still promise it."""

import hashlib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection

from leads import invitations
from leads.enums import Role
from leads.memberships import Refused
from leads.models import Business, Invitation, LeadEvent, Membership
from tests.base import Cast, make_cast
from tests.factories import NOON, make_location, make_member, make_user

NEW = {"first_name": "Nina", "last_name": "Park", "password": "correct horse battery"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def send(cast: Cast, email: str = "nina@example.com", role: Role = Role.FRONT_DESK) -> tuple[Invitation, str]:
    return invitations.invite(cast.a, email=email, role=role, locations=[], by=cast.ana)


def test_only_the_digest_is_kept(cast: Cast) -> None:
    invitation, token = send(cast, " Nina@Example.com ")
    assert (invitation.email, len(token)) == ("nina@example.com", 43)
    assert invitation.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert invitations.find(token) == invitation
    assert (invitations.find(token[:-1]), invitations.find(invitation.token_digest), invitations.find("")) == (
        None,
    ) * 3


def test_somebody_new_joins_once(cast: Cast) -> None:
    far = make_location(cast.a, "Far")
    _, token = invitations.invite(cast.a, email="nina@example.com", role=Role.MANAGER, locations=[far], by=cast.ana)
    nina = invitations.join_as_new(token, **NEW)
    assert nina is not None
    assert (nina.username, nina.email, nina.is_staff, nina.is_superuser) == (
        "nina@example.com", "nina@example.com", True, False,
    )  # fmt: skip
    member = Membership.objects.get(user=nina)
    assert (member.business, member.role, list(member.locations.all())) == (cast.a, Role.MANAGER, [far])
    assert [(event.kind, event.actor) for event in LeadEvent.objects.order_by("pk")] == [
        ("invitation.sent", cast.ana), ("invitation.accepted", nina),
    ]  # fmt: skip
    assert (invitations.find(token), invitations.join_as_new(token, **NEW), invitations.join(token, nina)) == (
        None,
    ) * 3
    assert User.objects.filter(email="nina@example.com").count() == 1


def test_a_link_is_for_one_address(cast: Cast) -> None:
    _, token = send(cast, "cleo@example.com")
    assert invitations.join(token, cast.ben) is None
    # Nobody takes an address that has an account.
    assert invitations.join_as_new(token, **NEW) is None
    assert invitations.find(token) is not None
    member = invitations.join(token, cast.cleo)
    assert member is not None
    assert (member.business, member.role) == (cast.a, Role.FRONT_DESK)
    assert Membership.objects.get(user=cast.cleo, business=cast.b).role == Role.OWNER


def test_a_deactivated_person_stays_out(cast: Cast) -> None:
    _, token = send(cast, "cleo@example.com")
    User.objects.filter(pk=cast.cleo.pk).update(is_active=False)
    assert (invitations.join(token, cast.cleo), invitations.join_as_new(token, **NEW)) == (None, None)
    assert Membership.objects.filter(business=cast.a).count() == 2


def test_it_ends_after_a_week_and_can_be_renewed(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as at:
        invitation, first = send(cast)
        at.shift(timedelta(days=7) - timedelta(seconds=1))
        assert invitations.find(first) is not None
        at.shift(1)
        assert (invitations.find(first), invitations.join_as_new(first, **NEW)) == (None, None)
        second = invitations.renew(invitation, by=cast.ana)
        assert (invitations.find(first), invitations.find(second)) == (None, invitation)
        at.shift(timedelta(days=8))
        # Inviting anew replaces what has expired.
        again, third = send(cast)
        assert (again != invitation, invitations.find(third)) == (True, again)
        assert invitations.waiting(cast.a).count() == 1


def test_one_open_invitation_of_an_address(cast: Cast) -> None:
    send(cast)
    with pytest.raises(Refused):
        send(cast, "NINA@example.com")
    with pytest.raises(Refused):
        send(cast, "ben@example.com")  # in the team
    assert Invitation.objects.count() == 1
    invitations.invite(cast.b, email="nina@example.com", role=Role.OWNER, locations=[], by=cast.cleo)


def test_a_revoked_one_is_gone(cast: Cast) -> None:
    invitation, token = send(cast)
    invitations.revoke(invitation, by=cast.ana)
    assert (invitations.find(token), invitations.join_as_new(token, **NEW)) == (None, None)
    for act in (invitations.revoke, invitations.renew):
        with pytest.raises(Refused):
            act(invitation, by=cast.ana)
    assert not User.objects.filter(email="nina@example.com").exists()


def test_whoever_lost_their_role_promises_nothing_any_more(cast: Cast) -> None:
    _, token = send(cast)
    make_member(cast.a, make_user("mia"), Role.OWNER)
    for change in ({"role": Role.MANAGER}, {"role": Role.FRONT_DESK}):
        Membership.objects.filter(user=cast.ana).update(**change)
        assert (invitations.find(token) is not None) == (change["role"] == Role.MANAGER)
    Membership.objects.filter(user=cast.ana).delete()
    assert (invitations.find(token), invitations.join_as_new(token, **NEW)) == (None, None)


def test_managers_invite_no_owner_and_others_nobody(cast: Cast) -> None:
    owners, _ = send(cast, role=Role.OWNER)
    Membership.objects.filter(user=cast.ben).update(role=Role.MANAGER)
    invite = {"email": "x@example.com", "locations": [], "by": cast.ben}
    invitations.invite(cast.a, **{**invite, "role": Role.MANAGER})  # type: ignore[arg-type]
    attempts: list[tuple[Business, Role]] = [(cast.a, Role.OWNER), (cast.b, Role.READ_ONLY)]
    for business, role in attempts:
        with pytest.raises(PermissionDenied):
            invitations.invite(business, email="y@example.com", role=role, locations=[], by=cast.ben)
    for act in (invitations.revoke, invitations.renew):
        with pytest.raises(PermissionDenied):
            act(owners, by=cast.ben)
    Membership.objects.filter(user=cast.ben).update(role=Role.FRONT_DESK)
    with pytest.raises(PermissionDenied):
        invitations.invite(cast.a, email="y@example.com", role=Role.READ_ONLY, locations=[], by=cast.ben)
    assert Invitation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_come_at_once_with_one_link() -> None:
    _, token = send(make_cast())
    start, seen = threading.Barrier(2), []

    def go() -> None:
        start.wait()
        try:
            seen.append(invitations.join_as_new(token, **NEW))
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([user for user in seen if user is not None]) == 1
    assert len(seen) == 2
    assert (User.objects.filter(email="nina@example.com").count(), LeadEvent.objects.count()) == (1, 2)
