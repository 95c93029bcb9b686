"""What became of a request: written down once, changed later, and never lost from the events."""

from typing import Any

import pytest

from leads import outcomes
from leads.enums import LostReason, RequestStatus
from leads.models import JobRequest, LeadEvent
from leads.outcomes import Outcome
from tests.factories import NOON, make_business, make_lead, make_location, make_request, make_user


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("1,250.00", 125000), ("80", 8000), ("$80", 8000), (" 0.05 ", 5), ("12,345,678.90", 1234567890), ("1250", 125000)],
)
def test_amounts_as_people_type_them(typed: str, cents: int) -> None:
    assert outcomes.read_cents(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["", "$", "-5", "1.5", "1,25", "12,5000", ",500", "1e5", "1.250,00", "abc", "٣", "9" * 15, "1..00", "NaN", "5 000"],
)
def test_nonsense_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(Write|This is) .*\.$"):
        outcomes.read_cents(typed)


@pytest.fixture
def request_row() -> JobRequest:
    business = make_business()
    return make_request(make_lead(business), make_location(business))


WON = Outcome(RequestStatus.WON, 125000)


def end(row: JobRequest, outcome: Outcome) -> bool:
    return outcomes.end(row, outcome, by=make_user(), at=NOON, conversation="c1")


def told() -> list[tuple[str, str, Any, Any]]:
    rows = LeadEvent.objects.order_by("id")
    return [(row.kind, row.text, row.data["old"], row.data["new"]) for row in rows]


@pytest.mark.django_db
def test_an_outcome_can_change_and_the_events_keep_what_it_was(request_row: JobRequest) -> None:
    assert end(request_row, WON)
    request_row.refresh_from_db()
    assert (request_row.status, request_row.value_cents, request_row.closed_at) == ("won", 125000, NOON)
    assert end(request_row, Outcome(RequestStatus.LOST, lost_reason=LostReason.PRICE, note="Too far"))
    request_row.refresh_from_db()
    assert (request_row.status, request_row.value_cents, request_row.lost_reason, request_row.outcome_note) == (
        "lost",
        None,
        "price",
        "Too far",
    )
    assert told() == [
        ("request.won", "Won, $1,250.00", "open", "won"),
        ("request.lost", "Lost, too expensive: Too far (was: Won, $1,250.00)", "won", "lost"),
    ]


@pytest.mark.django_db
def test_of_two_outcomes_the_first_stands_and_nothing_is_said_of_the_second(request_row: JobRequest) -> None:
    stale = JobRequest.objects.get(pk=request_row.pk)
    assert end(request_row, WON)
    assert not end(stale, Outcome(RequestStatus.SPAM))
    request_row.refresh_from_db()
    assert request_row.status == "won"
    assert not end(request_row, WON)
    assert [kind for kind, *_ in told()] == ["request.won"]


@pytest.mark.django_db
def test_booked_is_not_the_end(request_row: JobRequest) -> None:
    end(request_row, Outcome(RequestStatus.BOOKED))
    request_row.refresh_from_db()
    assert (request_row.status, request_row.closed_at) == ("booked", None)
