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


# ---------------------------------------------------------------- estimates
def estimated(row: JobRequest, cents: int | None) -> bool:
    return outcomes.give_estimate(row, cents, by=make_user(), at=NOON, conversation="c1")


@pytest.mark.django_db
def test_an_estimate_is_kept_with_its_amount_and_told_once(request_row: JobRequest) -> None:
    assert estimated(request_row, 125000)
    assert not estimated(JobRequest.objects.get(pk=request_row.pk), 125000)
    request_row.refresh_from_db()
    assert (request_row.status, request_row.estimated_at, request_row.estimate_cents) == ("open", NOON, 125000)
    told_of = [(row.kind, row.text, row.data["request"]) for row in LeadEvent.objects.all()]
    assert told_of == [("request.estimated", "Estimate given: $1,250.00", str(request_row.key))]


@pytest.mark.django_db
def test_of_two_estimates_at_once_one_is_kept_and_the_other_hears_of_it(request_row: JobRequest) -> None:
    late = JobRequest.objects.get(pk=request_row.pk)
    assert estimated(request_row, None)
    assert not estimated(late, 9900)
    assert estimated(JobRequest.objects.get(pk=request_row.pk), 9900)
    assert list(LeadEvent.objects.order_by("id").values_list("text", flat=True)) == [
        "Estimate given", "Estimate given: $99.00"
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_over_gets_no_estimate(request_row: JobRequest) -> None:
    assert end(request_row, WON)
    request_row.refresh_from_db()
    assert not estimated(request_row, 9900)
    assert not LeadEvent.objects.filter(kind="request.estimated").exists()
