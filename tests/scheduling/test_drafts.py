"""The same key books once, and a hold is only for whom and what it was made for."""

from datetime import timedelta

import pytest

from scheduling import booking
from scheduling.enums import BookedBy
from tests.factories import (
    NOON,
    make_lead,
    make_rules,
    make_service,
)
from tests.scheduling.shop import Shop, make_shop, refused, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_somebody_elses_hold_cannot_be_booked(shop: Shop) -> None:
    held = shop.hold(shop.at(10), lead=make_lead(shop.business))
    assert refused(lambda: shop.book(shop.at(10), held=held, lead=make_lead(shop.business)))[0] == "taken"
    assert refused(lambda: shop.book(shop.at(10), held=held))[0] == "taken"


def test_a_hold_is_only_for_its_own_time(shop: Shop) -> None:
    held = shop.hold(shop.at(10))
    row = shop.book(shop.at(11), held=held)
    assert row.pk != held.pk
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"


def test_the_same_key_books_once(shop: Shop) -> None:
    lead = make_lead(shop.business)
    row = shop.book(shop.at(10), lead=lead, idem_key="k")
    before = snapshot()
    assert shop.book(shop.at(10), lead=lead, idem_key="k") == row
    assert snapshot() == before
    booking.reschedule(row, starts_at=shop.at(12), by=BookedBy.PAGE, now=NOON, version=1)
    assert shop.book(shop.at(10), lead=lead, idem_key="k").starts_at == shop.at(12)
    booking.cancel(row, by=BookedBy.PAGE, now=NOON, version=2)
    assert shop.book(shop.at(10), lead=lead, idem_key="k").status == "canceled"
    assert make_shop().book(shop.at(10), idem_key="k").status == "confirmed"


def test_the_same_key_for_something_else_is_refused(shop: Shop) -> None:
    lead = make_lead(shop.business)
    shop.book(shop.at(10), lead=lead, idem_key="k")
    other = make_service(shop.business)
    make_rules(other)
    for values in ({"lead": make_lead(shop.business)}, {}, {"lead": lead, "service": other}):
        assert refused(lambda values=values: shop.book(shop.at(10), idem_key="k", **values)) == ("changed", [])
    assert refused(lambda: shop.book(shop.at(11), lead=lead, idem_key="k")) == ("changed", [])
    assert refused(lambda: shop.hold(shop.at(10), lead=lead, idem_key="k")) == ("changed", [])


def test_a_hold_and_its_booking_may_share_a_key(shop: Shop) -> None:
    held = shop.hold(shop.at(10), idem_key="k")
    assert shop.hold(shop.at(10), idem_key="k") == held
    row = shop.book(shop.at(10), held=held, idem_key="k")
    assert (row.pk, row.status) == (held.pk, "confirmed")
    assert shop.book(shop.at(10), held=held, idem_key="k") == row


def test_the_key_of_a_hold_that_ran_out_holds_again(shop: Shop) -> None:
    held = shop.hold(shop.at(10), idem_key="k")
    again = shop.hold(shop.at(10), idem_key="k", now=NOON + timedelta(hours=1))
    assert (again.pk == held.pk, again.status) == (False, "hold")


def test_any_key_fits_both_databases(shop: Shop) -> None:
    row = shop.book(shop.at(10), idem_key="x" * 5000)
    assert shop.book(shop.at(10), idem_key="x" * 5000) == row
    assert shop.book(shop.at(11), idem_key="") != shop.book(shop.at(12), idem_key="")
