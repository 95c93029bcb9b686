"""What a job is put down to, and what it is worth: once, and only if something came of it."""

from dataclasses import dataclass
from typing import Any

import pytest

from leads.enums import RequestStatus
from leads.models import Business, Location, Service
from messaging.models import PhoneNumber
from recoverline.reports.jobs import Revenue
from recoverline.reports.overview import figures_of
from recoverline.reports.periods import Period
from tests.factories import make_business, make_location, make_number, make_service
from tests.recoverline.reports.week import WEEK, Talk, ask, book, talk

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Shop:
    business: Business
    main: Location
    here: PhoneNumber
    service: Service

    def visit(self, said: Talk, local: str, **values: Any) -> None:
        book(said, self.service, said.call.location, local, **values)

    def recovered(self, *, days: Any = WEEK, location: Location | None = None) -> tuple[int, Revenue]:
        found = figures_of(self.business, days, location=location)
        return found.counts.recovered, found.revenue


@pytest.fixture
def shop() -> Shop:
    business = make_business("Alder", time_zone="America/New_York", average_job_cents=25_000)
    main = make_location(business, "Main", slug="main")
    return Shop(business, main, make_number(main), make_service(business, "Drain", duration_minutes=60))


@pytest.mark.parametrize("status", [RequestStatus.LOST, RequestStatus.SPAM, RequestStatus.WRONG_NUMBER])
def test_what_was_lost_or_was_no_job_is_worth_nothing(shop: Shop, status: str) -> None:
    one, two, three = (talk(shop.here, f"{day} 09:00", after=4, answers=True) for day in (2, 3, 4))
    shop.visit(one, "2 10:00", request=ask(one, status=status))
    shop.visit(two, "3 10:00", request=ask(two, status=status, value_cents=40_000))
    ask(three, status=status, value_cents=40_000, closed_at=three.call.started_at.replace(hour=20))
    assert shop.recovered() == (0, Revenue())
    counts = figures_of(shop.business, WEEK).counts
    assert (counts.booked, counts.paid) == (2, 0)


def test_a_request_is_worth_its_amount_once_in_all_weeks_and_all_locations(shop: Shop) -> None:
    west = make_location(shop.business, "West", slug="west")
    first = talk(shop.here, "f27 09:00", after=4, answers=True)
    request = ask(first, value_cents=40_000)
    shop.visit(first, "f27 10:00", request=request)
    # The same job once more: a missed call of theirs at the other location, a week later.
    later = talk(make_number(west), "3 09:00", after=4, answers=True, by=first.lead)
    shop.visit(later, "3 10:00", request=request)
    worth = Revenue(said_cents=40_000, said=1)
    assert shop.recovered(days=WEEK.before) == shop.recovered(days=WEEK.before, location=shop.main) == (1, worth)
    assert shop.recovered() == shop.recovered(location=west) == (1, Revenue())
    assert shop.recovered(days=Period(WEEK.before.first, WEEK.last, WEEK.zone)) == (2, worth)


def test_a_visit_that_fell_through_or_followed_no_call_takes_no_amount_from_the_next(shop: Shop) -> None:
    first = talk(shop.here, "f27 09:00", after=4, answers=True)
    request = ask(first, value_cents=40_000)
    shop.visit(first, "f26 10:00", request=request)
    shop.visit(first, "f27 10:00", request=request, status="canceled")
    later = talk(shop.here, "3 09:00", after=4, answers=True, by=first.lead)
    shop.visit(later, "3 10:00", request=request)
    assert (shop.recovered(days=WEEK.before), shop.recovered()) == (
        (0, Revenue()),
        (1, Revenue(said_cents=40_000, said=1)),
    )
