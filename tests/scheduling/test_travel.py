"""The way from one job to the next."""

import pytest

from scheduling.models import TravelTime
from tests.factories import (
    make_area,
)
from tests.scheduling.shop import Shop, make_shop, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_the_way_between_areas_is_kept_free() -> None:
    shop = make_shop(place="customer", step_minutes=15)
    near, far = make_area(shop.business), make_area(shop.business)
    TravelTime.objects.create(business=shop.business, origin=near, destination=far, minutes=45)
    shop.book(shop.at(11), area=far)

    assert refused(lambda: shop.book(shop.at(12, 30), area=near))[0] == "taken"
    assert refused(lambda: shop.book(shop.at(9, 30), area=near))[0] == "taken"
    listed = shop.open_on(area=near)
    assert [start for start in listed if start < shop.at(13)] == [shop.at(9), shop.at(9, 15), shop.at(12, 45)]
    shop.book(shop.at(12, 45), area=near)
    shop.book(shop.at(9, 15), area=near)
    assert shop.at(12) not in shop.open_on(area=far)


def test_a_held_time_is_asked_again_for_another_area() -> None:
    shop = make_shop(place="customer", step_minutes=15)
    near, far = make_area(shop.business), make_area(shop.business)
    TravelTime.objects.create(business=shop.business, origin=near, destination=far, minutes=45)
    shop.book(shop.at(11), area=far)
    held = shop.hold(shop.at(12), area=far)
    assert refused(lambda: shop.book(shop.at(12), held=held, area=near))[0] == "taken"
    assert shop.book(shop.at(12), held=held, area=far).pk == held.pk
