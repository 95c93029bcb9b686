"""Who sees which appointments, resources and locations."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from leads.access import WRITERS
from leads.enums import Role
from scheduling import access
from scheduling.models import Appointment, Resource, WaitlistEntry
from tests.base import Cast, make_cast
from tests.factories import (
    NOON,
    make_appointment,
    make_lead,
    make_location,
    make_member,
    make_resource,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def booked(cast: Cast) -> Appointment:
    return make_appointment(make_service(cast.a), cast.a_location, make_resource(cast.a))


@pytest.fixture
def waits(cast: Cast) -> WaitlistEntry:
    return WaitlistEntry.objects.create(
        business=cast.a, location=cast.a_location, service=make_service(cast.a), lead=make_lead(cast.a),
        day=NOON.date(), created_at=NOON,
    )  # fmt: skip


def seen_by(user: User | AnonymousUser, roles: tuple[Role, ...] = tuple(Role)) -> tuple[int, int, int]:
    return (
        access.appointments_for(user, roles=roles).count(),
        access.waitlist_for(user, roles=roles).count(),
        access.resources_for(user, roles=roles).count(),
    )


def test_members_see_theirs_and_strangers_nothing(cast: Cast, booked: Appointment, waits: WaitlistEntry) -> None:
    assert [seen_by(user) for user in (cast.ana, cast.ben, cast.root)] == [(1, 1, 1)] * 3
    assert [seen_by(user) for user in (cast.cleo, AnonymousUser())] == [(0, 0, 0)] * 2


def test_who_may_only_read_writes_nowhere(cast: Cast, booked: Appointment, waits: WaitlistEntry) -> None:
    rita = make_user("rita")
    make_member(cast.a, rita, Role.READ_ONLY)
    assert (seen_by(rita), seen_by(rita, WRITERS)) == ((1, 1, 1), (0, 0, 0))
    assert list(access.locations_for(rita)) == [cast.a_location]
    assert list(access.locations_for(rita, roles=WRITERS)) == []


def test_a_membership_can_be_limited_to_a_location(cast: Cast, booked: Appointment, waits: WaitlistEntry) -> None:
    far, dee = make_location(cast.a, "Alder Far"), make_user("dee")
    make_member(cast.a, dee).locations.add(far)
    here, there, everywhere = (make_resource(cast.a, name) for name in ("Here", "There", "Everywhere"))
    here.locations.add(cast.a_location)
    there.locations.add(far)
    assert list(access.locations_for(dee)) == [far]
    assert (access.appointments_for(dee).count(), access.waitlist_for(dee).count()) == (0, 0)
    mine = set(access.resources_for(dee))
    assert (there in mine, everywhere in mine, here in mine) == (True, True, False)


def test_a_resource_of_two_places_is_seen_once(cast: Cast) -> None:
    resource = make_resource(cast.a)
    resource.locations.add(cast.a_location, make_location(cast.a, "Alder Far"))
    assert list(access.resources_for(cast.ana)) == [resource]


def test_somebody_who_has_left_sees_nothing(cast: Cast, booked: Appointment) -> None:
    Resource.objects.update(is_active=False)  # what is out of use is still theirs to see
    assert seen_by(cast.ben) == (1, 0, 1)
    cast.ben.is_active = False
    assert seen_by(cast.ben) == (0, 0, 0)
    assert list(access.locations_for(cast.ben)) == []


def test_a_superuser_sees_every_location(cast: Cast) -> None:
    assert set(access.locations_for(cast.root)) == {cast.a_location, cast.b_location}
