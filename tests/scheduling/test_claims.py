"""Claims: which steps an appointment takes, and that the database refuses a second one."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from scheduling import claims
from scheduling.availability import Lane
from scheduling.models import Appointment, Assignment, Claim
from tests.factories import NOON, make_appointment, make_lead
from tests.scheduling.shop import EPOCH, Shop, check_books, make_shop, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def lane(shop: Shop, seat: int = 0) -> Lane:
    return Lane(shop.technicians[0].pk, [], seat=seat)


@pytest.mark.parametrize(
    ("late", "minutes", "gap", "first", "count"),
    [(0, 60, 0, 0, 12), (0, 60, 15, 0, 15), (0, 33, 0, 0, 7), (0, 33, 5, 0, 8), (3, 60, 0, 0, 13), (5, 5, 0, 1, 1)],
)
def test_steps_are_rounded_outward(late: int, minutes: int, gap: int, first: int, count: int) -> None:
    start = NOON + timedelta(minutes=late)
    row = Appointment(starts_at=start, ends_at=start + timedelta(minutes=minutes), gap_minutes=gap)
    noon = int((NOON - EPOCH).total_seconds()) // 300
    assert claims.range_of(row) == range(noon + first, noon + first + count)


def test_only_full_steps() -> None:
    assert claims.is_on_step(NOON)
    assert claims.is_on_step(NOON + timedelta(minutes=5))
    assert not claims.is_on_step(NOON + timedelta(minutes=4))
    assert not claims.is_on_step(NOON + timedelta(seconds=300.5))


def test_the_same_step_twice_is_refused_by_the_database(shop: Shop) -> None:
    one, other = (make_appointment(shop.service, shop.location) for _ in range(2))
    claims.assign(one, [lane(shop)])
    with pytest.raises(IntegrityError), transaction.atomic():
        claims.assign(other, [lane(shop)])
    claims.assign(other, [lane(shop, seat=1)])
    assert Claim.objects.count() == 24
    assert not claims.are_free(one, [lane(shop, seat=1)])
    assert claims.are_free(one, [lane(shop)])  # its own do not stand in its way
    assert claims.are_free(make_appointment(shop.service, shop.location), [lane(shop, seat=2)])


def test_release_keeps_who_it_was(shop: Shop) -> None:
    row, other = shop.book(shop.at(10)), shop.book(shop.at(11))
    claims.release([row.pk])
    assert set(Claim.objects.values_list("assignment__appointment", flat=True)) == {other.pk}
    assert Assignment.objects.count() == 2


def test_drop_expired_is_for_the_resources_that_are_held() -> None:
    shop = make_shop(technicians=2)
    first, second = shop.technicians
    one, other = (shop.hold(shop.at(10), resource=row, idem_key=row.name) for row in (first, second))
    live = shop.hold(shop.at(12), resource=first, now=NOON + timedelta(minutes=5))

    with transaction.atomic():
        claims.hold_rows([first.pk])
        claims.drop_expired([first.pk], now=NOON + timedelta(minutes=10))

    rows = dict(Appointment.objects.values_list("pk", "status"))
    assert rows == {one.pk: "expired", other.pk: "hold", live.pk: "hold"}
    assert dict(Appointment.objects.values_list("pk", "idem_key")) == {
        one.pk: None, other.pk: second.name, live.pk: None,
    }  # fmt: skip
    check_books()


def test_rows_are_held_in_one_query_each(shop: Shop, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    lead = make_lead(shop.business)
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        claims.hold_rows([row.pk for row in shop.technicians], lead=lead)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_hears_that_it_was_just_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one writer, and a time-out of its own."""
    shop = make_shop()
    monkeypatch.setattr(claims, "LOCK_TIMEOUT", "50ms")
    held, answered = threading.Event(), threading.Event()

    def keep() -> None:
        with transaction.atomic():
            claims.hold_rows([shop.technicians[0].pk])
            held.set()
            answered.wait(30)
        connection.close()

    keeper = threading.Thread(target=keep)
    keeper.start()
    assert held.wait(30)
    try:
        assert refused(lambda: shop.book(shop.at(10))) == ("taken", [shop.at(10), shop.at(10, 30), shop.at(11)])
    finally:
        answered.set()
        keeper.join()
