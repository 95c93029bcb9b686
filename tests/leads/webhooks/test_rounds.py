"""A dead endpoint is in nobody's way (CRM-08), on a clock that moves with the simulated posts."""

import heapq
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from leads import events
from leads.enums import DeliveryStatus
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.webhooks import rounds
from leads.webhooks.delivering import Parcel
from leads.webhooks.plan import Answer
from tests.factories import NOON, make_business, make_lead
from tests.leads.webhooks.receiver import make_endpoint

pytestmark = pytest.mark.django_db


class Town:
    """Lanes whose posts take a simulated time, and the clock that they move: 15 s to the dead, 0.2 s to the others."""

    def __init__(self, dead: set[int]) -> None:
        self.now, self.dead = NOON, dead
        self.under_way: list[tuple[datetime, int, Parcel]] = []
        self.tried: dict[int, int] = {}
        self.most: dict[int, int] = {}

    def clock(self) -> datetime:
        return self.now

    def begin(self, claim: Parcel) -> None:
        seconds = 15.0 if claim.endpoint_id in self.dead else 0.2
        heapq.heappush(self.under_way, (self.now + timedelta(seconds=seconds), claim.delivery_id, claim))
        self.tried[claim.endpoint_id] = self.tried.get(claim.endpoint_id, 0) + 1
        side_by_side = sum(other.endpoint_id == claim.endpoint_id for _, _, other in self.under_way)
        self.most[claim.endpoint_id] = max(side_by_side, self.most.get(claim.endpoint_id, 0))

    def ended(self, seconds: float) -> list[tuple[Parcel, Answer]]:
        self.now = min(self.now + timedelta(seconds=seconds), self.under_way[0][0])
        over = []
        while self.under_way and self.under_way[0][0] <= self.now:
            _, _, claim = heapq.heappop(self.under_way)
            is_dead = claim.endpoint_id in self.dead
            over.append((claim, Answer(None, "No answer.", 15.0) if is_dead else Answer(200, "", 0.2)))
        return over

    def busy(self) -> int:
        return len(self.under_way)

    def close(self) -> None:
        pass


def pile_up(endpoint: WebhookEndpoint, count: int, *, seconds: float) -> None:
    """So many events, one after another in so many seconds."""
    moments = [NOON + timedelta(seconds=seconds * each / count) for each in range(count)]
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            business=endpoint.business, endpoint=endpoint, kind="lead.noted", body="{}", next_at=at, created_at=at
        )
        for at in moments
    )  # fmt: skip


def test_a_thousand_events_with_one_dead_endpoint() -> None:
    """In ten minutes, half of them to each of two. The round is rung every six seconds: bells would, more often."""
    business = make_business()
    dead, well = make_endpoint(business, name="dead"), make_endpoint(business, name="well")
    pile_up(dead, 500, seconds=600)
    pile_up(well, 500, seconds=600)
    town = Town({dead.pk})

    while town.now < NOON + timedelta(seconds=610):
        rounds.ring(town.clock, lanes=town)
        town.now += timedelta(seconds=6)

    rows = well.deliveries.values_list("created_at", "delivered_at")
    waits = sorted((there - happened).total_seconds() for happened, there in rows if there)
    assert (len(waits), town.tried[well.pk]) == (500, 500)
    assert waits[474] <= 10
    # The dead one was asked now and then, by one event at a time after its first failures; all of its events are there.
    assert (town.most[dead.pk] <= rounds.LANES_OF_ONE, town.tried[dead.pk] <= 20) == (True, True)
    assert dead.deliveries.filter(status=DeliveryStatus.WAITING).count() == 500

    # It comes back: what failed before need not wait for its hour, and the oldest goes first.
    town.dead.clear()
    dead.refresh_from_db()
    assert dead.rests_until is not None
    town.now = dead.rests_until
    dead.deliveries.filter(created_at__gt=NOON + timedelta(seconds=60)).delete()  # fifty say as much
    rounds.ring(town.clock, lanes=town)
    assert dead.deliveries.filter(status=DeliveryStatus.DELIVERED).count() == 51
    dead.refresh_from_db()
    assert (dead.failures, dead.failing_since, dead.rests_until) == (0, None, None)


def short(event: object) -> dict[str, str]:
    return {"type": "lead.noted"}


def test_many_dead_endpoints_leave_half_of_the_lanes_to_the_others(settings: LazySettings) -> None:
    settings.EVENT_BODY = "tests.leads.webhooks.test_rounds.short"
    business = make_business()
    failing = [make_endpoint(business, failures=2, failing_since=NOON) for _ in range(20)]
    well = make_endpoint(business)
    for _ in range(3):
        events.record("lead.noted", business=business, lead=make_lead(business), at=NOON)
    town = Town({endpoint.pk for endpoint in failing})
    claims = rounds._claim_due(NOON, town)
    assert sum(claim.endpoint_id != well.pk for claim in claims) == rounds.LANES_OF_FAILING
    assert sum(claim.endpoint_id == well.pk for claim in claims) == 3


def test_one_round_at_a_time() -> None:
    business = make_business()
    make_endpoint(business)
    events.record("lead.noted", business=business, lead=make_lead(business), at=NOON)
    town = Town(set())
    cache.set(rounds.RUNNING, True)
    assert (rounds.ring(town.clock, lanes=town), WebhookDelivery.objects.get().attempts) == (0, 0)
    cache.delete(rounds.RUNNING)
    assert rounds.ring(town.clock, lanes=town) == 1
    assert cache.get(rounds.RUNNING) is None


def test_an_endpoint_that_rests_or_is_off_is_not_asked() -> None:
    business = make_business()
    for values in ({"rests_until": NOON + timedelta(seconds=1)}, {}):
        make_endpoint(business, **values)
    events.record("lead.noted", business=business, lead=make_lead(business), at=NOON)
    WebhookEndpoint.objects.filter(rests_until=None).update(is_active=False)
    town = Town(set())
    assert rounds.ring(town.clock, lanes=town) == 0
    assert (rounds.give_up_old(NOON), WebhookDelivery.objects.filter(status="dead").count()) == (1, 1)
