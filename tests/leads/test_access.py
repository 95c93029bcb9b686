"""Who sees what: everything starts from memberships and fails closed."""

import pytest
from django.contrib.auth.models import AnonymousUser

from leads import access
from leads.enums import Role
from leads.models import Business, Lead, Location, Membership
from messaging.models import Call
from tests.base import Cast, make_cast
from tests.factories import make_call, make_lead, make_location, make_number, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_member_sees_the_own_business_only(cast: Cast) -> None:
    assert list(access.businesses_for(cast.ana)) == [cast.a]
    assert list(access.businesses_for(cast.cleo)) == [cast.b]
    assert list(access.businesses_for(cast.root)) == [cast.a, cast.b]


def test_nobody_else_sees_anything(cast: Cast) -> None:
    assert list(access.businesses_for(AnonymousUser())) == []
    assert list(access.businesses_for(make_user("dora"))) == []
    cast.ana.is_active = cast.root.is_active = False
    assert list(access.businesses_for(cast.ana)) == []
    assert list(access.businesses_for(cast.root)) == []
    assert list(access.visible(cast.root, Lead.objects.all())) == []


def test_roles_narrow(cast: Cast) -> None:
    assert access.may(cast.ana, cast.a, access.CONFIGURERS)
    assert not access.may(cast.ben, cast.a, access.CONFIGURERS)
    assert access.may(cast.ben, cast.a, access.WRITERS)
    Membership.objects.filter(user=cast.ben).update(role=Role.READ_ONLY)
    assert not access.may(cast.ben, cast.a, access.WRITERS)
    assert not access.may(cast.cleo, cast.a, tuple(Role))


def test_rows_of_others_are_invisible(cast: Cast) -> None:
    ours, theirs = make_lead(cast.a), make_lead(cast.b)
    assert list(access.visible(cast.ben, Lead.objects.all())) == [ours]
    assert list(access.visible(cast.cleo, Lead.objects.all())) == [theirs]
    assert list(access.visible(cast.ben, Business.objects.all(), business="pk")) == [cast.a]


def test_a_membership_can_be_limited_to_locations(cast: Cast) -> None:
    uptown = make_location(cast.a, "Uptown")
    here, there = make_call(cast.a_number), make_call(make_number(uptown, cast.a_account))
    assert set(access.visible_by_location(cast.ben, Call.objects.all())) == {here, there}
    Membership.objects.get(user=cast.ben).locations.add(uptown)
    assert list(access.visible_by_location(cast.ben, Call.objects.all())) == [there]
    assert set(access.visible_by_location(cast.ana, Call.objects.all())) == {here, there}
    assert list(access.visible_by_location(cast.cleo, Call.objects.all())) == []


def test_a_location_of_another_business_in_a_membership_opens_nothing(cast: Cast) -> None:
    """Even if a crafted row ever got there."""
    Membership.objects.get(user=cast.cleo).locations.add(cast.a_location)
    make_call(cast.a_number)
    assert list(access.visible_by_location(cast.cleo, Call.objects.all())) == []


def test_alerts_go_to_those_who_want_them(cast: Cast) -> None:
    uptown = make_location(cast.a, "Uptown")
    Membership.objects.get(user=cast.ben).locations.add(uptown)
    assert access.alert_addresses(cast.a, cast.a_location) == ["ana@example.com"]
    assert sorted(access.alert_addresses(cast.a, uptown)) == ["ana@example.com", "ben@example.com"]
    assert sorted(access.alert_addresses(cast.a, None)) == ["ana@example.com", "ben@example.com"]
    Location.objects.filter(pk=uptown.pk).update(alert_email="desk@example.com")
    uptown.refresh_from_db()
    Membership.objects.filter(user=cast.ana).update(gets_alerts=False)
    Membership.objects.filter(user=cast.ben).update(role=Role.READ_ONLY)
    assert access.alert_addresses(cast.a, uptown) == ["desk@example.com"]
