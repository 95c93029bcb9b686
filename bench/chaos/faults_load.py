"""What has to be quick: from the call to its text, in a rush, beside bulk work, and when it is urgent."""

import time
from collections.abc import Iterator

from django.contrib.auth import get_user_model

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import TAKEN, Traffic, p95, percentiles, text_shot
from bench.chaos.waiting import comes_true, lasts
from bench.first_text import Shot
from leads.models import Business, Location, Membership
from messaging.enums import NumberMode
from messaging.models import CarrierAccount, EscalationPolicy, EscalationStep, PhoneNumber
from recoverline.lib import queue
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN

BULK = 20_000


def one_at_a_time(house: House) -> Iterator[str]:
    with Traffic(house, rate=3) as traffic:
        comes_true(lambda: len(traffic.called) >= 200, within=600)
    yield from traffic.findings()
    delays = traffic.delays()
    if p95(delays) > 2 or delays[len(delays) // 2] > 1 or delays[-1] > 5:
        yield f"call to text {percentiles(delays)}, not 1, 2 and 5 s"


def beside_bulk(house: House) -> Iterator[str]:
    for _ in range(BULK):
        queue.enqueue("messaging.tasks.fetch_media", 0)  # a text that is not there: the least that a task can do
    with Traffic(house, rate=5) as traffic:
        lasts(60)
        left = queue.waiting()
    yield from traffic.findings()
    delays = traffic.delays()
    house.say(f"beside {BULK} tasks, {left} of them left after a minute: call to text {percentiles(delays)}")
    if p95(delays) > 5:
        yield f"p95 {p95(delays):.1f} s, not 5"
    if not left:
        yield "the bulk was gone before the calls, so this shows nothing"
    comes_true(lambda: queue.waiting() <= 100, within=900, every=1)


def rush_of_300(house: House) -> Iterator[str]:
    with Traffic(house, rate=5, clients=64) as traffic:
        comes_true(lambda: len(traffic.called) >= 300, within=600)
    yield from traffic.findings()
    delays = traffic.delays()
    if not delays or delays[-1] > 120 or len(delays) < 300:
        yield f"{len(delays)} of 300 texted, the last after {delays[-1] if delays else 0:.0f} s"


def urgent(house: House) -> Iterator[str]:
    """A customer of each of twenty businesses writes that the basement is flooding; their owners are on call. Of what
    happens within a minute one phone would be told in one text.
    """
    posts = [make_on_call(house, index) for index in range(20)]
    delays, lost, traffic = [], 0, Traffic(house, rate=1)
    for phone, shot in posts:
        begun = time.monotonic()
        status = traffic._post(shot)
        while not (told := any(text.to == phone for text in list(house.carrier.ledger))):
            if time.monotonic() - begun > 20:
                break
            lasts(0.02)  # between looks at the ledger
        lost += not told
        delays.append(time.monotonic() - begun)
        if status not in TAKEN:
            yield f"an urgent text got {status}"
    house.say(f"urgent text to the text of whoever is on call {percentiles(delays)}, {lost} of {len(posts)} not told")
    if lost or p95(delays) > 5:
        yield f"p95 {p95(delays):.1f} s, {lost} not told"


def make_on_call(house: House, index: int) -> tuple[str, Shot]:
    """A business whose owner is told of what is urgent: the owner's phone, and an urgent text to the business."""
    business = Business.objects.create(name=f"Business {index}", slug=f"on-call-{index}")
    place = Location.objects.create(business=business, name="Shop", slug="shop")
    account = CarrierAccount.objects.create(
        business=business, name="Carrier", account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN
    )
    number, phone = f"+14805552{index:03}", f"+14805553{index:03}"
    PhoneNumber.objects.create(
        business=business, location=place, account=account, number=number, mode=NumberMode.FORWARDED
    )
    user = get_user_model().objects.create_user(f"owner-{index}", email=f"owner-{index}@example.com")
    Membership.objects.create(business=business, user=user, role="owner", phone=phone)
    policy = EscalationPolicy.objects.create(business=business, name="Urgent", applies_to=["emergency", "urgent"])
    EscalationStep.objects.create(policy=policy, position=1, channel="text", target="owner", wait_minutes=60)
    _, shot = text_shot(
        house.made.site, str(account.key), sender=f"+14805554{index:03}", to=number,
        body="My basement is flooding, please hurry",
    )  # fmt: skip
    return phone, shot


CASES = (
    Case("PER-01", "three missed calls a second, 200", "call to text p50 <= 1 s, p95 <= 2, at most 5", one_at_a_time),
    Case("PER-02", f"5 webhooks/s beside {BULK} tasks of the queue", "call to text p95 <= 5 s", beside_bulk),
    Case("PER-04", "300 missed calls in 60 s", "all texted <= 120 s, 0 doubled", rush_of_300),
    Case("PER-05", "urgent texts, without AI", "text to whoever is on call p95 <= 5 s", urgent),
)
