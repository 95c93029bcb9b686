"""Ninety days of a business with five locations, written as rows: calls, texts, answers, requests, visits, turns."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db.models import Model

from leads.enums import Role
from leads.models import Business, CallbackTask, JobRequest, Lead, Location, Membership, Service
from messaging.models import AgentTurn, Call, CarrierAccount, Conversation, Message, PhoneNumber, Rule
from scheduling.models import Appointment, OpeningHours

SEED, DAYS, LOCATIONS, BATCH = 7, 90, 5, 2_000
MISSED, REPLIED, BOOKED = 0.14, 0.54, 0.35  # of calls, of texted, of those who replied
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/New_York")


@dataclass
class World:
    """Rows are given their ids here, so that they can name each other before they are written."""

    random: Random
    business: Business
    service: Service
    numbers: list[PhoneNumber]
    rules: list[Rule]
    rows: dict[type[Model], list[Any]] = field(default_factory=dict)
    ids: dict[type[Model], int] = field(default_factory=dict)

    def add(self, model: type[Model], **values: Any) -> Any:
        if hasattr(model, "key") and "key" not in values:
            values["key"] = UUID(int=self.random.getrandbits(128), version=4)
        self.ids[model] = self.ids.get(model, 0) + 1
        row = model(pk=self.ids[model] + 1_000, **values)
        self.rows.setdefault(model, []).append(row)
        if len(self.rows[model]) >= BATCH and model is AgentTurn:
            self.write()
        return row

    def write(self) -> None:
        for model in (Lead, JobRequest, Conversation, Call, Message, Appointment, AgentTurn, CallbackTask):
            model._default_manager.bulk_create(self.rows.pop(model, []), batch_size=BATCH)


def make_world(calls: int, *, now: datetime) -> User:
    """Write it and return its owner."""
    business = Business.objects.create(
        name="Bench", slug="bench", average_job_cents=25_000, subscription_cents=9_900, segment_micros=8_300,
        call_minute_micros=8_500,
    )  # fmt: skip
    account = CarrierAccount.objects.create(business=business, name="Carrier", account_sid="AC1", auth_token="x")
    numbers = []
    for index in range(LOCATIONS):
        place = Location.objects.create(
            business=business, name=f"Shop {index}", slug=f"shop-{index}", time_zone=ZONES[index]
        )
        for line, source in enumerate(("ads", "website")):
            number = f"+1500{index}55501{line:02}"
            numbers.append(
                PhoneNumber.objects.create(
                    business=business, location=place, account=account, number=number, source=source
                )
            )
    for weekday in range(6):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=time(8), closes=time(18))
    rules = [Rule.objects.create(business=business, name=f"Rule {index}") for index in range(3)]
    service = Service.objects.create(business=business, name="Repair")
    world = World(Random(SEED), business, service, numbers, rules)
    regulars: list[tuple[Lead, Conversation]] = []
    for index in range(calls):
        at = now - timedelta(seconds=DAYS * 86_400 * (1 - index / calls))
        _call(world, index, at, regulars)
    world.write()
    return _owner(business)


def _call(world: World, index: int, at: datetime, regulars: list[tuple[Lead, Conversation]]) -> None:
    random = world.random
    number = random.choice(world.numbers)
    shared = {"business": world.business, "location": number.location, "number": number, "account": number.account}
    if random.random() >= MISSED:
        caller = f"+1212{index:07}"
        world.add(
            Call, **shared, carrier_call_id=f"CA{index}", caller=caller, state="answered", started_at=at,
            ended_at=at + timedelta(seconds=random.randint(10, 600)), hours_state="open",
        )  # fmt: skip
        return
    again = regulars and random.random() < 0.1
    lead, conversation = random.choice(regulars[-50:]) if again else _person(world, index, number, at)
    if not again:
        regulars.append((lead, conversation))
    ended = at + timedelta(seconds=random.randint(5, 40))
    told = {"outcome": "no_text", "decision": "cooldown"} if again else {"outcome": "text", "decision": "rule"}
    call = world.add(
        Call, **shared, **told, carrier_call_id=f"CA{index}", caller=lead.phone, lead=lead, conversation=conversation,
        state="missed", miss_reason="no_answer", started_at=at, ended_at=ended, decided_at=ended, hours_state="open",
        rule=random.choice([None, *world.rules]), facts={"callers": ["new"]}, trace=[],
    )  # fmt: skip
    if not again:
        _talk(world, call, conversation, ended)


def _person(world: World, index: int, number: PhoneNumber, at: datetime) -> tuple[Lead, Conversation]:
    lead = world.add(Lead, business=world.business, phone=f"+1313{index:07}", created_at=at, source=number.source)
    shared = {"business": world.business, "location": number.location, "lead": lead}
    request = world.add(JobRequest, **shared, need="Leak", place="Camden", urgency="routine", opened_at=at)
    conversation = world.add(
        Conversation, **shared, number=number, request=request, status="done", last_at=at, opened_at=at
    )
    return lead, conversation


def _talk(world: World, call: Call, conversation: Conversation, at: datetime) -> None:
    random = world.random
    text = {
        "business": world.business, "conversation": conversation, "lead": conversation.lead, "number": call.number,
        "account": call.account,
    }  # fmt: skip

    def out(kind: str, key: str, after: float, **values: Any) -> Message:
        moment = at + timedelta(seconds=after)
        status = "delivered" if random.random() < 0.97 else "undelivered"
        return world.add(
            Message, **text, direction="out", kind=kind, status=status, idem_key=key, segments=1, created_at=at,
            sent_at=moment, error_code="" if status == "delivered" else "30003", **values,
        )  # fmt: skip

    out("first_text", f"missedcall:{call.account_id}:{call.carrier_call_id}", random.expovariate(0.4))
    if random.random() >= REPLIED:
        return
    replied = at + timedelta(minutes=random.randint(1, 90))
    for turn in range(3):
        moment = replied + timedelta(minutes=turn)
        asked = world.add(
            Message, **text, direction="in", kind="inbound", status="received", created_at=moment,
            idem_key=f"in:{call.pk}:{turn}",
        )  # fmt: skip
        said = out("robot", f"robot:{call.pk}:{turn}", 60 * turn + 30)
        status = "handed_off" if random.random() < 0.1 else "sent"
        world.add(
            AgentTurn, business=world.business, conversation=conversation, trigger=asked, message=said, status=status,
            started_at=moment, finished_at=moment, cost_micros=900, intents=["booking"], driver="model",
        )  # fmt: skip
    if random.random() < BOOKED:
        booked = replied + timedelta(minutes=10)
        world.add(
            Appointment, business=world.business, location=call.location, service=world.service, lead=conversation.lead,
            request=conversation.request, booked_by="robot", created_at=booked, booked_at=booked, updated_at=booked,
            status=random.choice(["completed", "completed", "confirmed", "canceled"]),
            starts_at=booked + timedelta(days=1), ends_at=booked + timedelta(days=1, hours=1),
        )  # fmt: skip


def _owner(business: Business) -> User:
    user = User.objects.create_user("owner", email="owner@example.com")
    # As production asks of everybody; nobody is asked for a code here.
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    Membership.objects.create(business=business, user=user, role=Role.OWNER)
    return user
