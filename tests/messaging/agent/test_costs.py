"""What the model costs, what may still be spent, and when it is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import LeadEvent
from messaging.agent.claude import costs
from messaging.agent.claude.failures import FailureReason, ModelFailed, Usage
from messaging.models import AgentSettings, Conversation, ModelOutage, ModelPrice
from tests.factories import (
    NOON,
    make_agent_settings,
    make_business,
    make_conversation,
    make_lead,
    make_location,
    make_message,
    make_number,
    make_turn,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices() -> None:
    ModelPrice.objects.all().delete()
    for model, micros in (("claude-haiku", 100_000), ("claude-haiku-5-5", 200_000), ("claude-opus", 4_000_000)):
        ModelPrice.objects.create(
            model=model, input_micros=micros, output_micros=5 * micros, cache_write_micros=micros * 2,
            cache_read_micros=micros // 10,
        )  # fmt: skip


@pytest.fixture
def thread() -> Conversation:
    business = make_business()
    number = make_number(make_location(business, time_zone="America/Los_Angeles"))
    return make_conversation(make_lead(business), number)


def robot(thread: Conversation, **values: int) -> AgentSettings:
    values = {"most_cents_per_conversation": 0, "most_cents_per_month": 0, **values}
    return make_agent_settings(thread.business, **values)


def spend(thread: Conversation, cost: int | None, *, at: datetime = NOON, **values: int) -> None:
    make_turn(make_message(thread, direction="in"), cost_micros=cost, started_at=at, **values)


@pytest.mark.parametrize(
    ("model", "usage", "micros"),
    [
        ("claude-haiku-5-5", Usage(1_000_000), 200_000),
        ("claude-haiku-5-5-20261001", Usage(output_tokens=1_000_000), 1_000_000),
        ("claude-haiku-4", Usage(1_000_000), 100_000),
        ("claude-haiku-5-5", Usage(10, 10, 10, 10, 1), 17),
        ("claude-haiku-5-5", Usage(calls=3), 0),
        ("claude-haiku-5-5", Usage(1), 1),
        ("claude-nobody", Usage(1), None),
    ],
)
def test_a_model_costs_what_its_longest_name_says_rounded_up(model: str, usage: Usage, micros: int | None) -> None:
    assert costs.cost_micros(usage, model) == micros


def test_no_limit_is_no_limit(thread: Conversation) -> None:
    spend(thread, 10**9)
    assert not costs.budget_is_spent(robot(thread), thread, now=NOON)


@pytest.mark.parametrize(("cost", "is_spent"), [(99_999, False), (100_000, True)])
def test_the_conversations_limit_counts_all_of_its_turns(thread: Conversation, cost: int, is_spent: bool) -> None:
    settings = robot(thread, most_cents_per_conversation=10)
    spend(thread, cost - 50_000, at=NOON - timedelta(days=40))
    spend(thread, 50_000)
    other = make_conversation(make_lead(thread.business), thread.number)
    spend(other, 10**9)
    assert costs.budget_is_spent(settings, thread, now=NOON) is is_spent


@pytest.mark.parametrize(
    ("at", "is_spent"),
    [
        # June begins at 7 AM UTC in Los Angeles.
        (datetime(2026, 6, 1, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 1, 7, 0, tzinfo=UTC), True),
    ],
)
def test_the_months_limit_counts_the_businesss_calendar_month(
    thread: Conversation, at: datetime, is_spent: bool
) -> None:
    settings = robot(thread, most_cents_per_month=10)
    other = make_conversation(make_lead(thread.business), thread.number)
    spend(other, 100_000, at=at)
    assert costs.budget_is_spent(settings, thread, now=NOON) is is_spent


def test_another_businesss_money_is_its_own(thread: Conversation) -> None:
    settings = robot(thread, most_cents_per_month=1)
    number = make_number(make_location(make_business()))
    spend(make_conversation(make_lead(number.business), number), 10**9)
    assert not costs.budget_is_spent(settings, thread, now=NOON)


def test_an_unknown_price_counts_as_the_dearest(thread: Conversation) -> None:
    settings = robot(thread, most_cents_per_conversation=4)
    spend(thread, None, input_tokens=9_999)
    assert not costs.budget_is_spent(settings, thread, now=NOON)
    spend(thread, None, input_tokens=1)
    assert costs.budget_is_spent(settings, thread, now=NOON)


def test_a_request_of_which_nobody_knows_counts_by_its_own_models_price(thread: Conversation) -> None:
    settings = robot(thread, most_cents_per_conversation=1)
    # 8,000 tokens read and 2,048 written at $0.20 and $1 a million.
    spend(thread, 10_000 - 3_648 - 1)
    spend(thread, None, calls=1, model="claude-haiku-5-5")
    assert not costs.budget_is_spent(settings, thread, now=NOON)
    spend(thread, 1)
    assert costs.budget_is_spent(settings, thread, now=NOON)


def test_where_no_price_is_known_a_limit_is_reached_once_anything_was_asked(thread: Conversation) -> None:
    ModelPrice.objects.all().delete()
    settings = robot(thread, most_cents_per_month=1_000_000)
    spend(thread, None)
    assert not costs.budget_is_spent(settings, thread, now=NOON)
    spend(thread, None, calls=1)
    assert costs.budget_is_spent(settings, thread, now=NOON)


def test_what_is_asked_is_kept_at_once_and_unknown_while_it_is_out(thread: Conversation) -> None:
    row = make_turn(make_message(thread, direction="in"))
    costs.note_usage(row, Usage(calls=1), "claude-haiku-5-5")
    row.refresh_from_db()
    assert (row.calls, row.cost_micros) == (1, None)
    costs.note_usage(row, Usage(1_000, calls=1), "claude-haiku-5-5")
    row.refresh_from_db()
    assert (row.calls, row.input_tokens, row.cost_micros) == (1, 1_000, 200)


# ---------------------------------------------------------------- outages
def note(
    thread: Conversation, reason: FailureReason, *, now: datetime = NOON, retry_after: float | None = None
) -> None:
    failed = ModelFailed(reason, "as told", retry_after=retry_after)
    costs.note_failure("claude-haiku-5-5", failed, business=thread.business, now=now)


def told() -> int:
    return LeadEvent.objects.filter(kind="model.unavailable").count()


@pytest.mark.parametrize(
    ("retry_after", "rests"), [(None, 30), (5, 30), (600, 600), (3600, 3600), (86_400, 3600), (0, 30)]
)
def test_it_rests_as_long_as_the_api_says_but_an_hour_at_most(
    thread: Conversation, retry_after: float | None, rests: int
) -> None:
    note(thread, FailureReason.RATE_LIMITED, retry_after=retry_after)
    assert ModelOutage.objects.get().until == NOON + timedelta(seconds=rests)
    assert costs.is_out("claude-haiku-5-5", now=NOON + timedelta(seconds=rests - 1))
    assert not costs.is_out("claude-haiku-5-5", now=NOON + timedelta(seconds=rests))
    assert not costs.is_out("claude-opus-5-5", now=NOON)


@pytest.mark.parametrize("reason", ["guarded", "refused", "cut_off", "too_many_calls", "malformed", "deadline"])
def test_trouble_of_one_turn_is_no_outage(thread: Conversation, reason: str) -> None:
    note(thread, FailureReason(reason))
    assert (ModelOutage.objects.count(), told()) == (0, 0)


def test_an_outage_is_told_once_as_long_as_it_lasts(thread: Conversation) -> None:
    for minutes in (0, 1, 30, 59):
        note(thread, FailureReason.OVERLOADED, now=NOON + timedelta(minutes=minutes))
    assert told() == 1
    assert ModelOutage.objects.get().since == NOON
    note(thread, FailureReason.OVERLOADED, now=NOON + timedelta(hours=3))
    assert (told(), ModelOutage.objects.get().since) == (2, NOON + timedelta(hours=3))


def test_another_reason_is_another_outage(thread: Conversation) -> None:
    note(thread, FailureReason.OVERLOADED)
    note(thread, FailureReason.NO_CREDIT, now=NOON + timedelta(minutes=5))
    assert told() == 2
