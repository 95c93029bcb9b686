"""What the model costs, what may still be spent, and when it is not worth asking it."""

import math
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from leads import events
from leads.models import Business
from messaging.agent.claude.failures import FailureReason, ModelFailed, Usage
from messaging.enums import Driver
from messaging.models import AgentSettings, AgentTurn, Conversation, ModelOutage, ModelPrice

MILLION = 1_000_000
MICROS_A_CENT = 10_000
# What a request may have cost of which nobody knows: one that timed out, or whose answer could not be read.
_UNKNOWN_READ, _UNKNOWN_WRITTEN = 8_000, 2_048
# How long the model is left alone after it could not answer; a carrier of ours would be treated alike.
_REST = {
    FailureReason.NO_KEY: timedelta(minutes=5),
    FailureReason.BAD_KEY: timedelta(minutes=5),
    FailureReason.NO_CREDIT: timedelta(minutes=30),
    FailureReason.RATE_LIMITED: timedelta(seconds=30),
    FailureReason.OVERLOADED: timedelta(seconds=30),
    FailureReason.UNREACHABLE: timedelta(seconds=30),
    FailureReason.TIMEOUT: timedelta(seconds=30),
    FailureReason.BAD_REQUEST: timedelta(minutes=5),
}
_TURNED_AWAY = frozenset(
    {FailureReason.BAD_KEY, FailureReason.NO_CREDIT, FailureReason.RATE_LIMITED, FailureReason.OVERLOADED,
     FailureReason.BAD_REQUEST}
)  # fmt: skip
_LONGEST_REST = timedelta(hours=1)


def cost_micros(usage: Usage, model: str) -> int | None:
    """Millionths of a dollar, rounded up; None when nobody has said what this model costs."""
    price = _price_of(model)
    return None if price is None else _cost(usage, price)


def _price_of(model: str) -> ModelPrice | None:
    fitting = [price for price in ModelPrice.objects.all() if model.startswith(price.model)]
    return max(fitting, key=lambda price: len(price.model), default=None)


def _cost(usage: Usage, price: ModelPrice) -> int:
    total = (
        usage.input_tokens * price.input_micros
        + usage.cache_write_tokens * price.cache_write_micros
        + usage.cache_read_tokens * price.cache_read_micros
        + usage.output_tokens * price.output_micros
    )
    return -(-total // MILLION)


def budget_is_spent(settings: AgentSettings, conversation: Conversation, *, now: datetime) -> bool:
    """Whether a limit of money is reached, in this conversation or in the business's calendar month.

    A turn of unknown cost counts as much as the dearest known model would have; where no price is known at all, it is
    as if it had cost everything: a limit must hold.
    """
    if limit := settings.most_cents_per_conversation:
        spent = _spent(AgentTurn.objects.filter(conversation=conversation))
        if spent >= limit * MICROS_A_CENT:
            return True
    if limit := settings.most_cents_per_month:
        local = now.astimezone(conversation.location.zone)
        month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        spent = _spent(AgentTurn.objects.filter(business=conversation.business_id, started_at__gte=month))
        return spent >= limit * MICROS_A_CENT
    return False


def _spent(turns: QuerySet[AgentTurn]) -> float:
    known: int = turns.aggregate(total=Sum("cost_micros"))["total"] or 0
    unknown = turns.filter(cost_micros=None).exclude(calls=0, input_tokens=0, output_tokens=0)
    sums = unknown.order_by().values("model").annotate(
        asked=Count("pk", filter=Q(calls__gt=0)), read=Sum("input_tokens"), written=Sum("output_tokens")
    )  # fmt: skip
    return known + sum(_most(row["model"], row["asked"], row["read"], row["written"]) for row in sums)


def _most(model: str, turns: int, read: int, written: int) -> float:
    """What `turns` of unknown cost may have cost: in each one request at most has no answer that could be read."""
    usage = Usage(input_tokens=read + turns * _UNKNOWN_READ, output_tokens=written + turns * _UNKNOWN_WRITTEN)
    price = _price_of(model)
    prices = [price] if price is not None else ModelPrice.objects.all()
    return max((_cost(usage, one) for one in prices), default=math.inf)


def note_usage(turn: AgentTurn, usage: Usage, model: str) -> None:
    """Keep what the model has been asked so far, at once: it counts however the turn ends, and if it dies.

    While a request is out (`usage` has one more than the turn), nobody knows what the turn costs.
    """
    is_out = usage.calls > turn.calls
    turn.driver, turn.model, turn.calls = Driver.MODEL, model, usage.calls
    turn.input_tokens = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    turn.output_tokens = usage.output_tokens
    turn.cost_micros = None if is_out else cost_micros(usage, model)
    turn.save(update_fields=["driver", "model", "calls", "input_tokens", "output_tokens", "cost_micros"])


def is_free(failed: ModelFailed) -> bool:
    """Whether the request that failed was turned away, or never reached the API, and so cost nothing."""
    is_unheard = failed.reason == FailureReason.UNREACHABLE and failed.detail.startswith("Connect")
    return is_unheard or failed.reason in _TURNED_AWAY


# ---------------------------------------------------------------- outages
def is_out(model: str, *, now: datetime) -> bool:
    return ModelOutage.objects.filter(model=model, until__gt=now).exists()


def note_failure(model: str, failed: ModelFailed, *, business: Business, now: datetime) -> None:
    """Leave the model alone for a while, if its trouble is not only of this one turn; tell the team, once an outage."""
    rest = _REST.get(failed.reason)
    if rest is None:
        return
    if failed.retry_after is not None:
        rest = max(rest, timedelta(seconds=failed.retry_after))
    until = now + min(rest, _LONGEST_REST)
    before = ModelOutage.objects.filter(model=model).first()
    lasts = before is not None and before.until > now - _LONGEST_REST and before.reason == failed.reason
    ModelOutage.objects.update_or_create(
        model=model,
        defaults={"reason": failed.reason, "detail": failed.detail[:300], "until": until}
        | ({} if lasts else {"since": now}),
        create_defaults={"reason": failed.reason, "detail": failed.detail[:300], "until": until, "since": now},
    )
    if not lasts:
        label = FailureReason(failed.reason).label
        events.record("model.unavailable", business=business, at=now, text=f"Claude is out: {label}. The rules answer")
