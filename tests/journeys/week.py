"""A week of a real business, on a movable clock: callers of all kinds, a team, a carrier that fails for a while.

Everything comes in through signed webhooks and leaves through the carrier's own API on loopback; what worker and sender
do at intervals is done by `Week.tick`. The dice are seeded, so a week can be repeated.
"""

import heapq
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count

import time_machine
import yaml
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from leads import callbacks, config
from leads.enums import Role
from leads.kits import kits
from leads.models import Business, CallbackTask, Location, Membership
from messaging import outbound
from messaging.agent import turn
from messaging.enums import ConversationStatus, Handler, NumberMode
from messaging.inbox import replying
from messaging.models import Conversation, Message, PhoneNumber
from recoverline.lib import clock
from scheduling.models import OnCallShift
from tests import payloads
from tests.factories import make_account, make_member, make_user
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, FakeCarrier, http
from tests.wire import Wire

# Monday, October 26th, in the morning of New York; the clocks change on the Sunday.
BEGIN = datetime(2026, 10, 26, 11, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
TICK = timedelta(hours=1)
# The carrier is away on Wednesday at noon, all workers for half an hour on Thursday.
OUTAGE = (BEGIN + timedelta(days=2, hours=6), BEGIN + timedelta(days=2, hours=6, minutes=12))
NO_WORKERS = (BEGIN + timedelta(days=3, hours=5), BEGIN + timedelta(days=3, hours=5, minutes=30))
# What the worker does at intervals, but for calendars and accounts, of which there are none here.
NOT_HERE = (
    "scheduling.tasks.sync_calendars",
    "scheduling.tasks.poll_calendars",
    "recoverline.accounts.tasks.forget_old",
)


@dataclass(frozen=True, slots=True)
class Place:
    """`zone`: of a location that the kit does not have. `calls_from`: the area code of its callers."""

    slug: str
    city: str
    calls_from: str
    zone: str = ""


PLACES = (
    Place("tucson", "Tucson", "928"),
    Place("albuquerque", "Albuquerque", "575"),
    Place("phoenix", "Tempe", "480"),
    Place("dallas", "Dallas", "469", zone="America/Chicago"),
    Place("tampa", "Tampa", "727", zone="America/New_York"),
)
# How callers are, and how many of a hundred.
KINDS = {
    "silent": 40, "books": 14, "asks": 12, "wants_person": 7, "stops": 8, "stops_in_words": 3, "in_danger": 4,
    "urgent": 3, "machine": 3, "wrong_number": 3, "silent_twice": 3,
}  # fmt: skip
ON_MY_WAY = "We are on our way, be there in 20 minutes."
SAYS = {
    "books": "my AC is out, can somebody come to {city} this week?",
    "asks": "how much is it to have somebody look at my furnace in {city}?",
    "wants_person": "can I talk to a person please",
    "stops": "STOP",
    "stops_in_words": "please stop texting me",
    "in_danger": "I smell gas in my kitchen",
    "urgent": "URGENT the water heater is leaking",
    "machine": "Thank you for contacting Acme. We have received your message and will reply within one business day.",
    "wrong_number": "wrong number",
}


def kit_with_more_locations() -> str:
    kit = yaml.safe_load(next(kit for kit in kits() if kit.slug == "home_services").text())
    for place in PLACES:
        if place.zone:
            kit["locations"].append(
                {"name": place.city, "slug": place.slug, "time_zone": place.zone, "city": place.city}
            )
            kit["areas"].append({"city": place.city, "location": place.slug})
            kit["resources"].append({"name": f"{place.city} crew", "kind": "technician", "locations": [place.slug]})
            kit["numbers"].append(
                {"number": f"+1813555010{len(place.slug)}", "location": place.slug, "carrier_account": "Simulator"}
            )
    return yaml.safe_dump(kit, sort_keys=False)


@dataclass
class Caller:
    phone: str
    number: PhoneNumber
    kind: str
    city: str
    heard: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    heard_before_stop: int = 0


class Week:
    """`run` it once. `callers` by phone, `carrier.ledger` what truly left, `paged` what the team's phones got."""

    def __init__(self, carrier: FakeCarrier, *, calls: int = 500, seed: int = 1) -> None:
        self.carrier, self.dice = carrier, random.Random(seed)
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order, self.ids = count(), count(1)
        self.wires: dict[int, Wire] = {}
        self.callers: dict[str, Caller] = {}
        self.paged: dict[str, list[str]] = {}
        self.read = 0
        self.business = self.open_business()
        self.team = {row.phone: row for row in Membership.objects.filter(business=self.business).select_related("user")}
        for index in range(calls):
            self.plan_call(index)
        self.at(OUTAGE[0], lambda: carrier.plan_faults(seed, (1.0, http(503))))
        self.at(OUTAGE[1], lambda: carrier.plan_faults(seed))

    # ------------------------------------------------------------ the business
    def open_business(self) -> Business:
        """The starter kit with two more locations, on the fake carrier; an owner, and one person on call at each."""
        business = config.load(kit_with_more_locations()).business
        account = make_account(business, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
        numbers = PhoneNumber.objects.filter(business=business)
        numbers.update(account=account, mode=NumberMode.FORWARDED, texts_per_second=50)
        make_member(business, make_user("owner", email="owner@example.com"), Role.OWNER, phone="+12125550190")
        for index, place in enumerate(PLACES):
            number = numbers.select_related("location__business", "business").get(location__slug=place.slug)
            self.put_on_call(number.location, f"+1212555019{index + 1}")
            self.wires[index] = Wire(business, account, number, self.carrier, Client())
        return business

    def put_on_call(self, location: Location, phone: str) -> None:
        person = make_member(location.business, make_user(f"crew-{location.slug}"), Role.FRONT_DESK, phone=phone)
        OnCallShift.objects.bulk_create(
            OnCallShift(
                business=location.business, location=location, member=person, weekday=day, starts=time(0), ends=time(0),
                next_day=True,
            )
            for day in range(7)
        )  # fmt: skip

    # ------------------------------------------------------------ what is going to happen
    def plan_call(self, index: int) -> None:
        place = index % len(PLACES)
        wire, home = self.wires[place], PLACES[place]
        # Two of each kind for certain, then as the dice fall.
        certain = [*KINDS, *KINDS]
        kind = certain[index] if index < len(certain) else self.dice.choices(list(KINDS), list(KINDS.values()))[0]
        caller = Caller(f"+1{home.calls_from}55501{index // len(PLACES):02}", wire.number, kind, home.city)
        self.callers[caller.phone] = caller
        # Most people call by day; some at night.
        day = BEGIN.astimezone(wire.number.location.zone).replace(hour=0, minute=0) + timedelta(
            days=self.dice.randrange(7)
        )
        hour = self.dice.choice([*range(7, 20)] * 4 + [*range(24)])
        at = day.replace(hour=hour, minute=self.dice.randrange(60), second=self.dice.randrange(60)).astimezone(UTC)
        at = max(at, BEGIN + timedelta(seconds=index))
        self.at(at, lambda: self.ring(place, caller))
        if kind == "silent_twice":
            self.at(at + timedelta(minutes=9), lambda: self.ring(place, caller))

    def at(self, moment: datetime, do: Callable[[], None]) -> None:
        heapq.heappush(self.events, (moment, next(self.order), do))

    def soon(self, do: Callable[[], None], *, least: int = 20, most: int = 400) -> None:
        self.at(clock.now() + timedelta(seconds=self.dice.randint(least, most)), do)

    def ring(self, place: int, caller: Caller) -> None:
        params = payloads.load(
            "twilio", "voice__ringing", From=caller.phone, Caller=caller.phone, To=caller.number.number,
            Called=caller.number.number, CallSid=f"CA{next(self.ids):032x}",
        )  # fmt: skip
        assert self.wires[place].post_params("voice", params).status_code == 200

    def say(self, phone: str, number: PhoneNumber, body: str) -> None:
        wire = next(wire for wire in self.wires.values() if wire.number.pk == number.pk)
        answer = wire.post(
            "message", "message__plain", From=phone, To=number.number, Body=body, MessageSid=f"SM{next(self.ids):032x}"
        )
        assert answer.status_code == 200
        if phone in self.callers:
            self.callers[phone].said.append(body)
            self.callers[phone].heard_before_stop = len(self.callers[phone].heard)
        # The robot waits for the end of the burst; by then something looks again.
        self.at(clock.now() + timedelta(seconds=9), lambda: None)

    # ------------------------------------------------------------ how people answer
    def hear(self) -> None:
        """Whatever has arrived since the last time is read by whom it was for."""
        for text in self.carrier.ledger[self.read :]:
            self.read += 1
            if caller := self.callers.get(text.to):
                caller.heard.append(text.body)
                self.answer(caller, text.body)
            elif text.to in self.team:
                self.paged.setdefault(text.to, []).append(text.body)
                self.answer_page(text.to, text.from_, text.body)

    def answer(self, caller: Caller, body: str) -> None:
        says = SAYS.get(caller.kind)
        if caller.kind == "machine" and len(caller.said) < 6:
            self.soon(lambda: self.say(caller.phone, caller.number, str(says)), least=1, most=2)
        elif says and not caller.said:
            most = 3 * 86_400 if caller.kind == "stops" else 1500
            words = says.format(city=caller.city)
            self.soon(lambda: None if caller.said else self.say(caller.phone, caller.number, words), most=most)
        elif caller.kind == "books" and "1)" in body and caller.said[-1] != "1":
            self.soon(lambda: self.say(caller.phone, caller.number, "1"))
        elif caller.kind == "asks" and len(caller.said) == 1:
            self.soon(lambda: self.say(caller.phone, caller.number, "thanks"))

    def answer_page(self, phone: str, ours: str, body: str) -> None:
        """Three of four alerts are taken, by the code they name; then the customer is answered, and it is done."""
        number = next(wire.number for wire in self.wires.values() if wire.number.number == ours)
        if (asked := re.search(r"Reply ([A-Z]{2}) to take it", body)) and self.dice.random() < 0.75:
            code = asked[1]
            self.soon(lambda: self.say(phone, number, code), most=500)
        if taken := re.match(r"([A-Z]{2}) .* is yours", body):
            code = taken[1]
            self.soon(lambda: self.say(phone, number, f"{code}: {ON_MY_WAY}"))
            self.soon(lambda: self.say(phone, number, f"{code} DONE"), least=2000, most=6000)

    def desk(self) -> None:
        """The front desk answers who waits, and works off callback tasks, as far as it gets."""
        person = self.someone()
        waiting = Conversation.objects.filter(needs_reply=True, handler=Handler.PERSON, is_team=False)
        waiting = waiting.exclude(status=ConversationStatus.DONE).select_related(
            "lead", "number", "business", "location"
        )
        for thread in waiting.order_by("waiting_since")[:3]:
            replying.reply(
                thread, by=person, body="We will call you in a moment.", client_id=uuid.uuid4(), now=clock.now()
            )
        for task in CallbackTask.objects.filter(done_at=None).select_related("business", "lead", "location")[:2]:
            callbacks.finish(task, by=person, at=clock.now())

    def someone(self) -> User:
        return User.objects.get(username="owner")

    def summary(self) -> str:
        texts = Counter(Message.objects.values_list("kind", flat=True))
        return f"{len(self.callers)} callers, {len(self.carrier.ledger)} texts left: {dict(texts)}"

    # ------------------------------------------------------------ the clock
    def run(self) -> None:
        with time_machine.travel(BEGIN, tick=False) as traveller:
            for moment, do in self.moments():
                traveller.move_to(moment)
                do()
                self.settle()
            for _ in range(8):
                traveller.shift(TICK)
                self.tick()
                self.settle()

    def moments(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """Events and ticks, in order; what happens makes further events."""
        next_tick = BEGIN
        while True:
            if self.events and self.events[0][0] <= next_tick:
                moment, _, do = heapq.heappop(self.events)
                if moment >= BEGIN + WEEK:
                    continue
                yield max(moment, BEGIN), do
            elif next_tick >= BEGIN + WEEK:
                return
            else:
                yield next_tick, self.tick
                next_tick += TICK

    def tick(self) -> None:
        if NO_WORKERS[0] <= clock.now() < NO_WORKERS[1]:
            return
        local = clock.now().astimezone(self.business.zone)
        if 8 <= local.hour < 17:
            self.desk()
        for path, seconds in settings.PERIODIC_TASKS.items():
            # What runs every few minutes or once a day comes at every third jump of this clock.
            if path not in NOT_HERE and (seconds <= 60 or local.hour % 3 == 0):
                import_string(path)()

    def settle(self) -> None:
        """The queue is worked off, due turns are taken, due texts leave, people hear of it."""
        for _ in range(10):
            if NO_WORKERS[0] <= clock.now() < NO_WORKERS[1] or not self.work():
                break
        for due in turn.due(clock.now(), limit=50):
            turn.take(due)
        while due_texts := outbound.due(clock.now(), limit=200):
            # One to each person at a time: the next one is due only then.
            for text in due_texts:
                outbound.attempt(text)
        self.hear()

    def work(self) -> bool:
        rows = list(OrmQ.objects.order_by("id"))
        for row in rows:
            task = row.task
            row.delete()
            import_string(task["func"])(*task["args"])
        return bool(rows)
