"""Nobody gives more than they have, and there is always an owner."""

import threading

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection

from leads.enums import Role
from leads.memberships import Refused, change, reach_of, remove
from leads.models import LeadEvent, Location, Membership
from tests.base import Cast, make_cast
from tests.factories import make_location, make_member, make_user


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def far(cast: Cast) -> Location:
    return make_location(cast.a, "Alder Far")


def member_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


ALL, NOT_OWNER = set(Role), {Role.MANAGER, Role.FRONT_DESK, Role.READ_ONLY}


@pytest.mark.parametrize(
    ("own", "limited", "everywhere", "there"),
    [
        (Role.OWNER, False, ALL, ALL),
        (Role.MANAGER, False, NOT_OWNER, NOT_OWNER),
        (Role.OWNER, True, set(), ALL),
        (Role.MANAGER, True, set(), NOT_OWNER),
        (Role.FRONT_DESK, False, set(), set()),
        (Role.READ_ONLY, False, set(), set()),
    ],
)
def test_who_gives_what(
    cast: Cast, far: Location, own: Role, limited: bool, everywhere: set[Role], there: set[Role]
) -> None:
    mia = make_user("mia")
    member = make_member(cast.a, mia, own)
    member.locations.set([far] if limited else [])
    reach = reach_of(mia, cast.a)
    given = [
        {role for role in Role if reach.covers(role, places)}
        for places in ((), (far.pk,), (far.pk, cast.a_location.pk))
    ]
    assert given == [everywhere, there, everywhere]
    # In another business they are nobody, and so is whoever was deactivated.
    assert reach_of(mia, cast.b).roles == ()
    mia.is_active = False
    assert reach_of(mia, cast.a).roles == ()


def test_a_change_is_made_and_recorded(cast: Cast, far: Location) -> None:
    User.objects.filter(pk=cast.ben.pk).update(is_staff=False)
    change(member_of(cast.ben), role=Role.MANAGER, locations=[far], by=cast.ana)
    member = member_of(cast.ben)
    assert (member.role, list(member.locations.all()), member.user.is_staff) == (Role.MANAGER, [far], True)
    event = LeadEvent.objects.get()
    assert (event.kind, event.actor, event.text, event.data) == (
        "member.changed", cast.ana, "ben is now manager at Alder Far", {"user": cast.ben.pk},
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.MANAGER, Role.FRONT_DESK, Role.READ_ONLY])
def test_nobody_reaches_above_themselves(cast: Cast, role: Role) -> None:
    Membership.objects.filter(user=cast.ben).update(role=role)
    mia = make_member(cast.a, make_user("mia"), Role.OWNER)
    attempts = [(member_of(cast.ben), Role.OWNER), (mia, Role.READ_ONLY)]
    for member, wanted in attempts:
        with pytest.raises(PermissionDenied):
            change(member, role=wanted, locations=[], by=cast.ben)
    with pytest.raises(PermissionDenied):
        remove(mia, by=cast.ben)
    with pytest.raises(PermissionDenied):
        remove(member_of(cast.cleo), by=cast.ana)
    assert sorted(Membership.objects.values_list("user__username", "role")) == [
        ("ana", "owner"), ("ben", role), ("cleo", "owner"), ("mia", "owner"),
    ]  # fmt: skip
    assert LeadEvent.objects.count() == 0


def test_the_last_owner_of_all_locations_stays(cast: Cast, far: Location) -> None:
    make_member(cast.a, make_user("gone", is_active=False), Role.OWNER)
    make_member(cast.a, make_user("far"), Role.OWNER).locations.add(far)
    ana = member_of(cast.ana)
    with pytest.raises(Refused):
        remove(ana, by=cast.ana)
    with pytest.raises(Refused):
        change(ana, role=Role.MANAGER, locations=[], by=cast.ana)
    with pytest.raises(Refused):
        change(ana, role=Role.OWNER, locations=[far], by=cast.ana)
    assert (member_of(cast.ana).role, member_of(cast.ana).locations.count()) == (Role.OWNER, 0)
    change(member_of(cast.ben), role=Role.OWNER, locations=[], by=cast.ana)
    remove(ana, by=cast.ana)
    assert not Membership.objects.filter(user=cast.ana).exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_remove_each_other() -> None:
    cast = make_cast()
    change(member_of(cast.ben), role=Role.OWNER, locations=[], by=cast.ana)
    members = [member_of(cast.ana), member_of(cast.ben)]
    start, seen = threading.Barrier(2), []

    def go(member: Membership, by: User) -> None:
        start.wait()
        try:
            remove(member, by=by)
            seen.append("removed")
        except (Refused, PermissionDenied) as problem:
            seen.append(type(problem).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in ((members[0], cast.ben), (members[1], cast.ana))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The second one is no member any more when its turn comes.
    assert sorted(seen) == ["PermissionDenied", "removed"]
    assert Membership.objects.filter(business=cast.a, role=Role.OWNER).count() == 1
