"""A storm: missed calls pour in, every third call to the carrier goes wrong, and senders are killed all the while.

The whole way is real: signed webhooks over HTTP, gunicorn, sender processes, a carrier with a lagging log and
unreliable callbacks. The clocks for lease and grace are scaled down.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from leads.enums import TaskReason
from leads.models import CallbackTask
from messaging.enums import CallState, MessageStatus, NumberMode, Outcome
from messaging.models import Call, CarrierAccount, Message, PhoneNumber
from tests import payloads
from tests.chaos.family import Family, free_port
from tests.factories import make_account, make_business, make_location, make_number, phone
from tests.fakes.carrier import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CallbackPlan,
    FakeCarrier,
    drop_after,
    drop_before,
    hang,
    latency,
    too_many_requests,
)
from tests.fakes.carrier import http as http_fault
from tests.fakes.signer import signed_headers

NUMBERS = 10
# 36 of 100 calls to the carrier: throttled, taken but not confirmed, lost, slow.
FAULTS = (
    (0.10, too_many_requests(1)),
    (0.06, http_fault(500, accepted=True)),
    (0.04, http_fault(503, accepted=True)),
    (0.05, drop_after()),
    (0.02, hang(1.5, accept=True)),
    (0.02, http_fault(502)),
    (0.01, drop_before()),
    (0.01, hang(1.5)),
    (0.05, latency(0.4)),
)
LIST_FAULTS = ((0.15, http_fault(503)), (0.05, drop_before()))
UNDECIDED = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN)
ARRIVED = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)


@dataclass(frozen=True, slots=True)
class Weather:
    """`list_lag`: seconds until a text shows in the carrier's log. `callbacks`: the share that arrives; 0: none."""

    texts: int = 200
    kills: int = 12
    seed: int = 1
    kill_every: float = 1.2
    senders: int = 2
    worker: bool = False
    list_lag: float = 1.0
    callbacks: float = 0.9
    lease: float = 5.0
    grace: float = 4.0
    threads: int = 8
    longest: float = 60.0

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TEXT_LEASE_SECONDS": str(self.lease),
            "TEXT_GRACE_SECONDS": str(self.grace),
            "SENDER_THREADS": str(self.threads),
            "LOG_LEVEL": "WARNING",
        }


@dataclass(frozen=True, slots=True)
class Toll:
    """What the storm did, by the carrier's own ledger. `faults`: how many of its answers went wrong, of `asked`."""

    texts: int
    never_sent: int
    doubled: int
    falsely_failed: int
    kills: int
    faults: int
    asked: int
    drained_after: float
    statuses: dict[str, int]
    broken: list[str]


def run(weather: Weather, folder: Path) -> Toll:
    """Let the storm pass over this process's database, which must be empty, and count. Call it from the main thread."""
    site = f"http://127.0.0.1:{free_port()}"
    dice = random.Random(weather.seed)
    with FakeCarrier() as carrier:
        prepare(carrier, weather)
        account = build_business()
        with Family(folder, carrier=carrier.url, site=site, environment=weather.environment) as family:
            family.start_web()
            names = [f"sender-{n}" for n in range(weather.senders)]
            for name in names:
                family.start_sender(name)
            if weather.worker:
                family.start_worker()
                names.append("worker")
            calls = CallsComing(site, account, weather, dice)
            for _ in range(weather.kills):
                time.sleep(weather.kill_every)
                revive(family, dice.choice(names))
            calls.join()
            over = time.monotonic()
            drain(weather)
            drained = time.monotonic() - over
            carrier.wait_for_callbacks()
        return count_toll(carrier, weather, drained)


def prepare(carrier: FakeCarrier, weather: Weather) -> None:
    carrier.list_lag = weather.list_lag
    carrier.response_delay = 0.03
    carrier.plan_faults(weather.seed, *FAULTS)
    carrier.plan_faults(weather.seed, *LIST_FAULTS, on="list_messages")
    statuses = ("sent", "delivered") if weather.callbacks else ()
    carrier.callbacks = CallbackPlan(
        statuses=statuses, delay=0.2, shuffled=True, doubled=True, lost=1 - weather.callbacks, seed=weather.seed
    )


def build_business() -> CarrierAccount:
    business = make_business("Alder Plumbing", number_texts_per_hour=10**6, texts_per_hour=10**6, texts_per_day=10**6)
    account = make_account(business, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    location = make_location(business)
    for n in range(NUMBERS):
        make_number(location, account, number=f"+155555501{n:02}", mode=NumberMode.FORWARDED, texts_per_second=200.0)
    return account


class CallsComing:
    """Posts one missed call after the other, evenly over the time of the killing, each until it is answered."""

    def __init__(self, site: str, account: CarrierAccount, weather: Weather, dice: random.Random) -> None:
        self.site = site
        self.path = f"/hooks/twilio/{account.key}/voice"
        numbers = list(PhoneNumber.objects.order_by("id").values_list("number", flat=True))
        self.shots = [(caller, numbers[n % len(numbers)]) for n, caller in enumerate(map(phone, range(weather.texts)))]
        dice.shuffle(self.shots)
        self.pause = weather.kills * weather.kill_every / weather.texts
        self.pool = ThreadPoolExecutor(8, "caller")
        self.posted: list[Future[None]] = []
        self.thread = threading.Thread(target=self.pour)
        self.thread.start()

    def pour(self) -> None:
        for shot in self.shots:
            self.posted.append(self.pool.submit(self.post, *shot))
            time.sleep(self.pause)

    def post(self, caller: str, to: str) -> None:
        params = payloads.load(
            "twilio", "voice__ringing", From=caller, Caller=caller, To=to, Called=to, CallSid=f"CA{caller[1:]:0>32}"
        )
        body = urlencode(params)
        for _ in range(20):
            connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=15)
            try:
                headers = signed_headers(AUTH_TOKEN, self.site + self.path, params)
                connection.request("POST", self.path, body, headers)
                if connection.getresponse().status == 200:
                    return
            except OSError:
                continue
            finally:
                connection.close()
        raise AssertionError(f"the call of {caller} was never answered")

    def join(self) -> None:
        self.thread.join()
        for posted in self.posted:
            posted.result()
        self.pool.shutdown()


def revive(family: Family, name: str) -> None:
    family.kill(name)
    if name == "worker":
        family.start_worker()
    else:
        family.start_sender(name)


def drain(weather: Weather) -> None:
    deadline = time.monotonic() + weather.longest
    while Message.objects.filter(status__in=UNDECIDED).exists() or Message.objects.count() < weather.texts:
        if time.monotonic() > deadline:
            return
        time.sleep(0.2)


def keys_of(carrier: FakeCarrier) -> Iterator[str]:
    """Our own key of each text that the carrier truly accepted, from its callback address."""
    for text in carrier.ledger:
        yield parse_qs(urlsplit(text.status_callback).query)["text"][0]


def count_toll(carrier: FakeCarrier, weather: Weather, drained: float) -> Toll:
    sent = Counter(keys_of(carrier))
    rows = {str(key): status for key, status in Message.objects.values_list("key", "status")}
    creations = [seen for seen in carrier.requests if seen.operation == "create_message"]
    return Toll(
        texts=len(rows),
        never_sent=sum(not sent[key] for key in rows),
        doubled=sum(times > 1 for times in sent.values()),
        falsely_failed=sum(bool(sent[key]) and status not in ARRIVED for key, status in rows.items()),
        kills=weather.kills,
        faults=sum(bool(seen.fault) for seen in creations),
        asked=len(creations),
        drained_after=drained,
        statuses=dict(Counter(rows.values())),
        broken=broken_invariants(carrier, weather),
    )


def broken_invariants(carrier: FakeCarrier, weather: Weather) -> list[str]:
    """What does not hold of I1, I3, I7 and I8 of the fault catalog; I2 is the toll itself."""
    texts, calls = Message.objects.all(), Call.objects.all()
    decided = calls.filter(state=CallState.MISSED, outcome=Outcome.TEXT).exclude(decided_at=None)
    ids = list(texts.filter(status__in=ARRIVED).values_list("carrier_message_id", flat=True))
    keys = list(keys_of(carrier))
    alerts = CallbackTask.objects.filter(reason=TaskReason.UNCERTAIN)
    holds = {
        "I1 each missed call is decided once": (calls.count(), decided.count()) == (weather.texts, weather.texts),
        "I1 each decision is one text": texts.values("lead").distinct().count() == texts.count() == weather.texts,
        "I3 nothing is undecided": not texts.filter(status__in=UNDECIDED).exists(),
        "I7 each text that arrived has the id of one in the ledger": set(ids) <= {text.sid for text in carrier.ledger},
        "I7 each one in the ledger is a row's, or a copy": set(keys)
        <= set(map(str, texts.values_list("key", flat=True))),
        "I8 each text given up is an alert": texts.filter(status=MessageStatus.DEAD).count() == alerts.count(),
    }
    return [name for name, held in holds.items() if not held]
