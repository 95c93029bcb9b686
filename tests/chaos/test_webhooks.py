"""CRM-07: whoever posts webhooks is killed over and over; each event arrives, and a repetition keeps its id."""

import os
import random
import signal
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connections

from leads import events
from leads.models import WebhookDelivery
from leads.webhooks import rounds
from tests.factories import NOON, make_business, make_lead
from tests.leads.webhooks.receiver import make_endpoint, receiving

KILLS, EVENTS = 50, 60


def _killed_after(seconds: float, *, minutes: int) -> bool:
    """Run a round in a process of its own, as of so many minutes later, and kill it; False if it had ended."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        rounds.ring(lambda: NOON + timedelta(minutes=minutes))
        os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_fifty_kills_lose_nothing(settings: LazySettings) -> None:
    rng, killed = random.Random(7), 0
    business = make_business()
    with receiving() as receiver:
        settings.WEBHOOK_HOSTS = [receiver.host]
        receiver.answer = lambda path: (time.sleep(0.02), (200, {}, b""))[1]
        make_endpoint(business, receiver.url())
        for each in range(EVENTS):
            events.record(
                "lead.noted", business=business, lead=make_lead(business), at=NOON + timedelta(minutes=each % KILLS)
            )
        for minutes in range(KILLS):
            # Time goes on meanwhile: the lease of the dead is over, and so is their hold on the round.
            killed += _killed_after(rng.uniform(0.005, 0.09), minutes=2 * minutes)
            cache.delete(rounds.RUNNING)
        connections.close_all()
        for minutes in range(2 * KILLS, 2 * KILLS + 10, 2):
            rounds.ring(lambda later=minutes: NOON + timedelta(minutes=later))  # type: ignore[misc]  # bound now

    bodies: dict[str, set[bytes]] = defaultdict(set)
    for _, headers, body in receiver.got:
        bodies[headers["webhook-id"]].add(body)
    keys = {str(key) for key in WebhookDelivery.objects.values_list("key", flat=True)}
    assert killed > KILLS / 2, "otherwise it says nothing"
    assert (len(keys), set(bodies)) == (EVENTS, keys)
    assert {len(each) for each in bodies.values()} == {1}
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}
