"""Configuration is remembered for a second and no longer, and never across tenants."""

from datetime import timedelta

import pytest
from cachetools import TTLCache

from leads.models import Business, Location, Membership
from messaging import configuration
from messaging.enums import CarrierKind, NumberMode
from messaging.models import CarrierAccount, PhoneNumber, RingTarget, Rule
from tests.base import Cast, make_cast
from tests.factories import (
    NOON,
    make_account,
    make_booking_settings,
    make_hours,
    make_number,
    make_rule,
    make_rules,
    make_script,
    make_service,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


class Clock:
    """A monotonic clock in a test's hands."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def a_second(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The real memory of one second (tests run with none), on a clock of its own."""
    clock = Clock()
    monkeypatch.setattr(configuration, "_remembered", TTLCache(maxsize=100, ttl=1.0, timer=clock))
    return clock


def test_a_change_counts_from_the_next_second(cast: Cast, a_second: Clock) -> None:
    make_rule(cast.a, name="First")
    assert [rule.name for rule in configuration.rules_of(cast.a.pk)] == ["First"]
    Rule.objects.update(name="Second")
    a_second.seconds = 0.9
    assert [rule.name for rule in configuration.rules_of(cast.a.pk)] == ["First"]
    a_second.seconds = 1.1
    assert [rule.name for rule in configuration.rules_of(cast.a.pk)] == ["Second"]


def test_in_tests_and_with_zero_seconds_nothing_is_remembered(cast: Cast) -> None:
    assert configuration.rules_of(cast.a.pk) == []
    make_rule(cast.a, name="New")
    assert [rule.name for rule in configuration.rules_of(cast.a.pk)] == ["New"]


def test_remembering_saves_the_queries(cast: Cast, a_second: Clock, django_assert_num_queries: object) -> None:
    account = configuration.account_with_key(cast.a_account.key)
    assert account is not None
    configuration.number_called(account, cast.a_number.number)
    with django_assert_num_queries(0):  # type: ignore[operator]
        again = configuration.account_with_key(cast.a_account.key)
        number = configuration.number_called(account, cast.a_number.number)
        assert (again, number) == (account, cast.a_number)
        assert number is not None
        assert (number.business.name, number.location.business.name, number.account.name) == (
            cast.a.name, cast.a.name, cast.a_account.name,
        )  # fmt: skip


def test_a_line_is_the_same_by_its_id_and_what_it_shares_is_remembered_by_itself(
    cast: Cast, a_second: Clock, django_assert_num_queries: object
) -> None:
    second = make_number(cast.a_location, cast.a_account, number="+12125550177")
    configuration.number_with_id(cast.a_number.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        number = configuration.number_with_id(second.pk)
    assert number == second
    assert (number.business.name, number.location.business.name, number.account.name) == (
        cast.a.name, cast.a.name, cast.a_account.name,
    )  # fmt: skip
    Business.objects.filter(pk=cast.a.pk).update(name="Renamed")
    a_second.seconds = 1.1
    number = configuration.number_with_id(second.pk)
    assert (number.business.name, number.location.business.name) == ("Renamed", "Renamed")


def test_whom_a_line_rings_in_order_and_what_comes_back_to_us(cast: Cast) -> None:
    """The other one's line is nobody's phone either, wherever it belongs; what a phone system reports is one."""
    ours = make_number(cast.a_location, cast.a_account, number="+12125550177")
    reported = make_number(cast.a_location, cast.a_account, number="+12125550178", mode=NumberMode.EXTERNAL)
    off = make_number(cast.a_location, cast.a_account, number="+12125550179", is_active=False)
    phones = [(ours.number, 2), (reported.number, 3), (off.number, 4), (cast.b_number.number, 5), ("+12125550171", 1)]
    for phone, position in phones:
        RingTarget.objects.create(number=cast.a_number, phone=phone, position=position)
    assert configuration.rung_by(cast.a_number) == [
        ("+12125550171", False), (ours.number, True), (reported.number, False), (off.number, False),
        (cast.b_number.number, True),
    ]  # fmt: skip
    assert configuration.rung_by(ours) == []
    assert configuration.rung_by(cast.b_number) == []


def test_what_may_be_taken_back_is_not_remembered(a_second: Clock) -> None:
    found = iter(["made", "kept", "never read"])
    said = [configuration.remember("key", lambda: next(found), unless=lambda it: it == "made") for _ in range(3)]
    assert said == ["made", "kept", "kept"]


def test_what_is_not_there_is_asked_again(cast: Cast, a_second: Clock) -> None:
    """A number that is added while calls come in works at once."""
    assert configuration.number_called(cast.a_account, "+12125550177") is None
    number = make_number(cast.a_location, cast.a_account, number="+12125550177")
    assert configuration.number_called(cast.a_account, "+12125550177") == number


def test_an_account_speaks_for_its_own_numbers_only(cast: Cast, a_second: Clock) -> None:
    assert configuration.number_called(cast.a_account, cast.a_number.number) == cast.a_number
    assert configuration.number_called(cast.b_account, cast.a_number.number) is None
    assert configuration.number_called(cast.b_account, cast.b_number.number) == cast.b_number


def test_a_phone_system_speaks_for_the_external_numbers_it_reports(cast: Cast) -> None:
    system = make_account(cast.a, kind=CarrierKind.WEBHOOK)
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(reported_by=system)
    assert configuration.number_called(system, cast.a_number.number) is None
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(mode=NumberMode.EXTERNAL)
    assert configuration.number_called(system, cast.a_number.number) == cast.a_number


def test_switched_off_is_still_known(cast: Cast) -> None:
    """Callers go on calling it, and saying STOP to it."""
    PhoneNumber.objects.update(is_active=False)
    CarrierAccount.objects.update(is_active=False)
    assert configuration.account_with_key(cast.a_account.key) == cast.a_account
    assert configuration.number_called(cast.a_account, cast.a_number.number) == cast.a_number


def test_own_phones_are_numbers_targets_team_and_shops(cast: Cast) -> None:
    RingTarget.objects.create(number=cast.a_number, phone="+12125550171")
    Membership.objects.filter(user=cast.ben).update(phone="+12125550172")
    Location.objects.filter(pk=cast.a_location.pk).update(phone="+12125550173")
    expected = {cast.a_number.number, "+12125550171", "+12125550172", "+12125550173"}
    assert configuration.own_phones(cast.a.pk) == expected
    assert configuration.own_phones(cast.b.pk) == {cast.b_number.number}


def test_inactive_scripts_are_not_offered(cast: Cast) -> None:
    script = make_script(cast.a)
    make_script(cast.a, is_active=False)
    make_script(cast.b)
    assert configuration.scripts_of(cast.a) == [script]


def test_hours_of_the_location_decide(cast: Cast, a_second: Clock) -> None:
    make_hours(cast.a)
    assert configuration.state_at(cast.a_number, now=NOON).is_open
    assert not configuration.state_at(cast.a_number, now=NOON + timedelta(hours=12)).is_open


def test_whether_something_can_be_booked_is_remembered_and_the_businesss_own(cast: Cast, a_second: Clock) -> None:
    make_booking_settings(cast.a, is_page_on=True)  # nothing to choose from: no link to it
    make_rules(make_service(cast.b))
    assert (configuration.books_online(cast.a), configuration.books_online(cast.b)) == (False, True)
    make_rules(make_service(cast.a))
    assert not configuration.books_online(cast.a)
    a_second.seconds = 1.1
    assert configuration.books_online(cast.a)
