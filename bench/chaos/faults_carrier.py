"""One account's carrier is throttled, broken, silent or slow; the other accounts must not feel it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import Traffic, p95, percentiles
from bench.chaos.waiting import comes_true, lasts
from bench.first_text import Shot, make_shot
from leads.models import Business, CallbackTask, LeadEvent, Location
from messaging.enums import MessageStatus, NumberMode
from messaging.models import CarrierAccount, Message, PhoneNumber
from tests.fakes.carrier import drop_before, hang, http, latency, too_many_requests
from tests.fakes.carrier_faults import Fault
from tests.fakes.signer import signed_headers

SID, TOKEN, NUMBER = "AC" + "b" * 32, "token-of-birch", "+14805550100"
THREADS = 32
CALLS = 60  # of the account in trouble, at once: twice as many as there are threads
OPEN = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN)
FAULTS: dict[str, Fault] = {
    "429": too_many_requests(2),
    "500": http(500),
    "reset, as of a TLS that fails": drop_before(),
    "8 s": latency(8),
    "hang": hang(30),
}


def make_birch(house: House) -> Business:
    """A second business, with an account of its own."""
    house.carrier.accounts[SID] = TOKEN
    most = {"number_texts_per_hour": 10**6, "texts_per_hour": 10**6, "texts_per_day": 10**6}
    business = Business.objects.create(name="Birch Roofing", slug="birch", **most)
    account = CarrierAccount.objects.create(business=business, name="Other", account_sid=SID, auth_token=TOKEN)
    place = Location.objects.create(business=business, name="Shop", slug="shop")
    PhoneNumber.objects.create(
        business=business, location=place, account=account, number=NUMBER, mode=NumberMode.FORWARDED,
        texts_per_second=200,
    )  # fmt: skip
    return business


def call_birch(house: House, traffic: Traffic, calls: int) -> None:
    account = CarrierAccount.objects.get(account_sid=SID)
    path = f"/hooks/twilio/{account.key}/voice"
    for _ in range(calls):
        shot = make_shot(house.made.site, path)
        said = {name: values[0] for name, values in parse_qs(shot.body).items()}
        said |= {"AccountSid": SID, "To": NUMBER, "Called": NUMBER}
        mine = Shot(shot.caller, path, urlencode(said), signed_headers(TOKEN, house.made.site + path, said))
        assert traffic._post(replace(mine, caller="birch")) == 200


def one_account_in_trouble(house: House) -> Iterator[str]:
    business = make_birch(house)
    for name, fault in FAULTS.items():
        operations = [f"{operation}@{SID}" for operation in ("create_message", "list_messages")]
        for operation in operations:
            house.carrier.plan_faults(house.seed, (1.0, fault), on=operation)
        begun = time.time()
        with Traffic(house, rate=3) as traffic:
            call_birch(house, traffic, CALLS)
            most = watch(house, over=time.monotonic() + 15)
        for operation in operations:
            house.carrier.plan_faults(house.seed, on=operation)
        traffic.tries = [one for one in traffic.tries if one.caller != "birch"]
        yield from (f"{name}: {line}" for line in traffic.findings())
        delays = traffic.delays()
        house.say(f"{name}: at most {most} of {THREADS} threads held; the others call to text {percentiles(delays)}")
        if most > THREADS / 2 + 2:  # the two processes of the worker may each look after one
            yield f"{name}: {most} threads were held by one account"
        if p95(delays) > 5:
            yield f"{name}: the others' texts took {p95(delays):.1f} s"
        yield from drained(business, since=begun, within=120, name=name)


def watch(house: House, *, over: float) -> int:
    """The most texts of the account in trouble that were in the sender's hands at one moment."""
    most = 0
    while time.monotonic() < over:
        mine = Message.objects.filter(account__account_sid=SID, status=MessageStatus.SENDING)
        most = max(most, mine.count())
        lasts(0.2)
    return most


def drained(business: Business, *, since: float, within: float, name: str) -> Iterator[str]:
    """Everything of this account has left, or is somebody's work, some time after its carrier is well again."""
    begun = time.monotonic()
    mine = Message.objects.filter(business=business, direction="out")
    open_ones = mine.filter(status__in=OPEN)
    comes_true(lambda: not open_ones.exists(), within=within)
    left = open_ones.count()
    took = time.monotonic() - begun
    statuses = list(mine.values_list("status", flat=True))
    dead = statuses.count(MessageStatus.DEAD)
    tasks = CallbackTask.objects.filter(business=business, cause__startswith="text:").count()
    print(
        f"    drained after {took:.0f} s: { {each: statuses.count(each) for each in sorted(set(statuses))} }",
        flush=True,
    )
    if left:
        yield f"{name}: {left} texts still open {within:.0f} s after"
    if tasks < dead:
        yield f"{name}: {dead} texts given up, and {tasks} tasks"


def long_outage(house: House) -> Iterator[str]:
    """The carrier answers nobody at all, and then it does."""
    business = Business.objects.get(slug="alder")
    for operation in ("create_message", "list_messages", "list_calls", "fetch_call"):
        house.carrier.plan_faults(house.seed, (0.5, hang(30)), (0.5, http(503)), on=operation)
    begun = time.time()
    with Traffic(house, rate=0.5) as traffic:
        lasts(house.minutes * 60)
        for operation in ("create_message", "list_messages", "list_calls", "fetch_call"):
            house.carrier.plan_faults(house.seed, on=operation)
    yield from drained(business, since=begun, within=120, name="outage")
    told = LeadEvent.objects.filter(kind__in=["work.overdue", "text.given_up", "carrier.stopped"]).count()
    tasks = CallbackTask.objects.filter(business=business).count()
    healthz = house.get("/healthz")[0]
    house.say(f"{house.minutes:g} minutes without a carrier: {told} alerts, {tasks} tasks; /healthz {healthz}")
    dead = set(
        Message.objects.filter(status=MessageStatus.DEAD).values_list("lead__phone", flat=True)
    )  # a person's work, not lost
    traffic.answered = {caller: moment for caller, moment in traffic.answered.items() if caller not in dead}
    yield from traffic.findings()
    if house.minutes >= 3 and not told + tasks:
        yield "nobody was told"


CASES = (
    Case(
        "CHA-07", "one account's carrier: 429, 500, resets, 8 s, silence; 60 texts each",
        "<= half of the sender's threads held; the others' texts p95 <= 5 s; drained <= 2 min", one_account_in_trouble,
    ),
    Case(
        "CHA-07b", "a carrier that answers nobody for --minutes (5)", "drained <= 2 min, 0 lost, 0 doubled, an alert",
        long_outage,
    ),
)  # fmt: skip
