"""What it cost: texts, calls, Claude and the monthly fee. What nobody has said a price of is unknown, never nothing."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from leads.models import Location
from messaging.enums import Direction, MessageKind
from messaging.models import AgentTurn, Message
from recoverline.reports.calls import LEFT
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope

_OUTBOUND = tuple(kind for kind in MessageKind if kind != MessageKind.INBOUND)
MICROS_PER_CENT = 10_000


@dataclass(frozen=True, slots=True)
class Costs:
    """`*_micros` are millionths of a dollar, None where a price is not known."""

    segments: int
    call_minutes: int
    texts_micros: int | None
    calls_micros: int | None
    model_micros: int | None
    subscription_micros: int | None

    @property
    def cents(self) -> int | None:
        """Rounded to whole cents; None as long as a part of it is unknown."""
        parts = (self.texts_micros, self.calls_micros, self.model_micros, self.subscription_micros)
        known = [part for part in parts if part is not None]
        return round(sum(known) / MICROS_PER_CENT) if len(known) == len(parts) else None

    @property
    def known_cents(self) -> int:
        """What is known of it."""
        parts = (self.texts_micros, self.calls_micros, self.model_micros, self.subscription_micros)
        return round(sum(part or 0 for part in parts) / MICROS_PER_CENT)


def costs_of(scope: Scope, period: Period, *, call_minutes: int) -> Costs:
    """Of everything that happened in `period`, whenever its calls were."""
    business = scope.business
    segments = _segments(scope, period)
    return Costs(
        segments=segments, call_minutes=call_minutes, texts_micros=_times(segments, business.segment_micros),
        calls_micros=_times(call_minutes, business.call_minute_micros), model_micros=_model(scope, period),
        subscription_micros=_subscription(scope, period),
    )  # fmt: skip


def _times(count: int, price: int | None) -> int | None:
    # Nothing used costs nothing, whatever the price.
    return 0 if count == 0 else None if price is None else count * price


def _segments(scope: Scope, period: Period) -> int:
    """Alerts to the team cost as much as texts to customers."""
    texts = Message.objects.filter(
        scope.rows(location="conversation__location" if scope.locations else ""), kind__in=_OUTBOUND,
        business=scope.business, created_at__gte=period.start, created_at__lt=period.end,
        direction=Direction.OUT, status__in=LEFT,
    )  # fmt: skip
    return texts.order_by().aggregate(total=Sum("segments"))["total"] or 0


def _model(scope: Scope, period: Period) -> int | None:
    turns = AgentTurn.objects.filter(
        scope.rows(location="conversation__location", simulated="conversation__is_simulated"),
        started_at__gte=period.start, started_at__lt=period.end,
    )  # fmt: skip
    # Rules cost nothing; a model whose price is unknown costs an unknown amount.
    billed = turns.order_by().aggregate(
        micros=Coalesce(Sum("cost_micros"), 0),
        unknown=Count("pk", filter=Q(cost_micros__isnull=True) & (Q(input_tokens__gt=0) | Q(output_tokens__gt=0))),
    )
    return None if billed["unknown"] else int(billed["micros"])


def _subscription(scope: Scope, period: Period) -> int | None:
    """The part of the monthly fee that falls on these days, and on these locations: all parts add up to the whole."""
    cents = scope.business.subscription_cents
    if cents is None:
        return None
    micros = cents * MICROS_PER_CENT * 12 * period.days // 365
    if scope.locations is None:
        return micros
    places = list(Location.objects.filter(business=scope.business).order_by("pk").values_list("pk", flat=True))
    wanted = [index for index, pk in enumerate(places) if pk in scope.locations]
    return sum(micros * (index + 1) // len(places) - micros * index // len(places) for index in wanted)
