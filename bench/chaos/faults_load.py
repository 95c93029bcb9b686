"""What has to be quick: from the call to its text, in a rush, beside bulk work, and when it is urgent."""

import time
from collections.abc import Iterator

from django.contrib.auth import get_user_model

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import Traffic, p95, percentiles, text_shot
from bench.installation import our_number
from leads.models import Business, Membership
from messaging.models import EscalationPolicy, EscalationStep, PhoneNumber
from recoverline.lib import queue

ON_CALL = "+14805550177"
BULK = 20_000


def one_at_a_time(house: House) -> Iterator[str]:
    with Traffic(house, rate=3) as traffic:
        while len(traffic.called) < 200:
            time.sleep(0.2)
    yield from traffic.findings()
    delays = traffic.delays()
    if p95(delays) > 2 or delays[len(delays) // 2] > 1 or delays[-1] > 5:
        yield f"call to text {percentiles(delays)}, not 1, 2 and 5 s"


def beside_bulk(house: House) -> Iterator[str]:
    for _ in range(BULK):
        queue.enqueue("messaging.tasks.fetch_media", 0)  # a text that is not there: the least that a task can do
    with Traffic(house, rate=5) as traffic:
        time.sleep(60)
        left = queue.waiting()
    yield from traffic.findings()
    delays = traffic.delays()
    house.say(f"beside {BULK} tasks, {left} of them left after a minute: call to text {percentiles(delays)}")
    if p95(delays) > 5:
        yield f"p95 {p95(delays):.1f} s, not 5"
    if not left:
        yield "the bulk was gone before the calls, so this shows nothing"
    deadline = time.monotonic() + 900
    while queue.waiting() > 100 and time.monotonic() < deadline:
        time.sleep(1)


def rush_of_300(house: House) -> Iterator[str]:
    with Traffic(house, rate=5, clients=64) as traffic:
        while len(traffic.called) < 300:
            time.sleep(0.1)
    yield from traffic.findings()
    delays = traffic.delays()
    if not delays or delays[-1] > 120 or len(delays) < 300:
        yield f"{len(delays)} of 300 texted, the last after {delays[-1] if delays else 0:.0f} s"


def urgent(house: House) -> Iterator[str]:
    """Forty customers write that their basement is flooding; whoever is on call is texted of each."""
    business = Business.objects.get(slug="alder")
    user = get_user_model().objects.create_user("ana", email="ana@example.com")
    Membership.objects.create(business=business, user=user, role="owner", phone=ON_CALL)
    PhoneNumber.objects.filter(business=business).update(texts_per_second=200)
    policy = EscalationPolicy.objects.create(business=business, name="Urgent", applies_to=["emergency", "urgent"])
    EscalationStep.objects.create(policy=policy, position=1, channel="text", target="owner", wait_minutes=60)
    time.sleep(2)  # what is configured is remembered for a second
    delays, lost, traffic = [], 0, Traffic(house, rate=1)
    for index in range(40):
        sender = f"+1480556{index:04}"
        _, shot = text_shot(
            house.made.site, house.made.account_key, sender=sender, to=our_number(index % 20),
            body="My basement is flooding, please hurry",
        )  # fmt: skip
        before, begun = _alerts(house), time.monotonic()
        status = traffic._post(shot)
        while _alerts(house) == before and time.monotonic() - begun < 20:
            time.sleep(0.02)
        if _alerts(house) == before:
            lost += 1
        delays.append(time.monotonic() - begun)
        if status not in (200, 204):
            yield f"an urgent text got {status}"
    house.say(f"urgent text to on-call's text {percentiles(delays)}, {lost} of 40 not told")
    if lost or p95(delays) > 5:
        yield f"p95 {p95(delays):.1f} s, {lost} not told"


def _alerts(house: House) -> int:
    return sum(text.to == ON_CALL for text in list(house.carrier.ledger))


CASES = (
    Case("PER-01", "three missed calls a second, 200", "call to text p50 <= 1 s, p95 <= 2, at most 5", one_at_a_time),
    Case("PER-02", f"5 webhooks/s beside {BULK} tasks of the queue", "call to text p95 <= 5 s", beside_bulk),
    Case("PER-04", "300 missed calls in 60 s", "all texted <= 120 s, 0 doubled", rush_of_300),
    Case("PER-05", "urgent texts, without AI", "text to whoever is on call p95 <= 5 s", urgent),
)
