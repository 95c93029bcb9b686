from datetime import date, time

import pytest

from scheduling.hours import DayOverride, HoursRange
from scheduling.models import Closure, OpeningHours
from scheduling.queries import hours_of, overrides_of, state_of
from tests.factories import NOON, make_business, make_location, make_resource

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 17)


def test_hours_and_closures_of_a_resource_are_not_those_of_the_location() -> None:
    business = make_business(time_zone="UTC")
    location, resource = make_location(business), make_resource(business)
    for weekday, who in ((1, None), (2, resource)):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=time(9), closes=time(17), resource=who)
    for name, who in (("Fair", None), ("Vacation", resource)):
        Closure.objects.create(business=business, name=name, starts_on=TODAY, ends_on=TODAY, resource=who)
    assert hours_of(location) == [HoursRange(1, time(9), time(17))]
    assert overrides_of(location, now=NOON) == [DayOverride(TODAY, TODAY, "Fair")]


def test_a_day_off_of_a_resource_does_not_close_the_shop() -> None:
    business = make_business(time_zone="UTC")
    location, resource = make_location(business), make_resource(business)
    OpeningHours.objects.create(business=business, weekday=2, opens=time(9), closes=time(20))
    Closure.objects.create(business=business, name="Off", starts_on=TODAY, ends_on=TODAY, resource=resource)
    assert state_of(location, now=NOON).is_open
    Closure.objects.create(business=business, name="Fair", starts_on=TODAY, ends_on=TODAY)
    assert (state_of(location, now=NOON).is_open, state_of(location, now=NOON).closure_name) == (False, "Fair")
