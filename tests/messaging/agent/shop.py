"""Alder Plumbing with its robot on the wire: texts come in as signed webhooks, and leave through the outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import LazySettings
from django.db import connection

from leads.models import CallbackTask, Lead, LeadEvent, Service
from messaging import tasks
from messaging.agent import turn
from messaging.enums import Direction, MessageKind
from messaging.models import AgentSettings, AgentTurn, Conversation, Message, ModelPrice
from recoverline.lib import clock
from scheduling.models import Appointment
from tests.factories import make_agent_settings, make_area, make_faq, make_hours, make_policy
from tests.fakes.messages_api import API_KEY, MODEL, MessagesApi, Scripted, Step
from tests.messaging.visits import make_bookable
from tests.wire import CALLER, Wire

# What a call of the fake costs with the prices below: 300 + 1200 / 10 tokens read, 40 written.
CALL_COSTS = 62
HAND_OFF = "A person at Alder Plumbing is taking over and will answer you here."


@dataclass
class Shop:
    """`robot` says what it does; `api` is the model's side of the line, where there is one."""

    wire: Wire
    at: time_machine.Traveller
    robot: AgentSettings
    drains: Service
    api: MessagesApi | None = None

    # ---------------------------------------------------------------- the customer
    def writes(self, *texts: str, sender: str = CALLER, apart: float = 1.0) -> Message:
        """Texts that come in one after the other, `apart` seconds each."""
        for place, body in enumerate(texts):
            if place:
                self.at.shift(timedelta(seconds=apart))
            count = Message.objects.count()
            values = {"From": sender, "Body": body, "MessageSid": f"SM{count:032x}"}
            assert self.wire.post("message", "message__plain", **values).status_code == 200
        return Message.objects.filter(direction=Direction.IN).latest("id")

    def says(self, *texts: str, sender: str = CALLER) -> list[str]:
        """What the customer reads in answer to a burst, when it is over."""
        self.writes(*texts, sender=sender)
        return self.waits()

    def waits(self, seconds: float = 10.0) -> list[str]:
        """What leaves in so much time."""
        self.at.shift(timedelta(seconds=seconds))
        before = len(self.wire.sent)
        self.take_turns()
        self.deliver()
        return [body for _, body in self.wire.sent[before:]]

    # ---------------------------------------------------------------- the machinery
    def take_turns(self) -> None:
        for conversation_id in turn.due(clock.now(), limit=50):
            turn.attempt(conversation_id)

    def deliver(self) -> None:
        self.at.shift(timedelta(seconds=1))
        self.wire.deliver_due()

    def tell(self) -> None:
        """What the queue does with the events."""
        for event in LeadEvent.objects.filter(kind__startswith="appointment.").order_by("id"):
            tasks.appointment_event(event.pk)

    def set(self, **values: Any) -> None:
        AgentSettings.objects.filter(pk=self.robot.pk).update(**values)

    # ---------------------------------------------------------------- what there is
    def thread(self, sender: str = CALLER) -> Conversation:
        return Conversation.objects.select_related("request", "lead", "number", "business").get(lead__phone=sender)

    def lead(self, sender: str = CALLER) -> Lead:
        return Lead.objects.get(phone=sender)

    def turns(self) -> list[AgentTurn]:
        return list(AgentTurn.objects.order_by("id"))

    def turn(self) -> AgentTurn:
        return AgentTurn.objects.latest("id")

    def statuses(self) -> list[str]:
        return [row.status for row in self.turns()]

    def visits(self) -> list[Appointment]:
        return list(Appointment.objects.order_by("id"))

    def booked_at(self) -> list[datetime]:
        return [row.starts_at for row in Appointment.objects.filter(status="confirmed").order_by("id")]

    def tasks(self) -> list[CallbackTask]:
        return list(CallbackTask.objects.order_by("id"))

    def robot_texts(self) -> list[Message]:
        kinds = (MessageKind.ROBOT, MessageKind.AUTO_REPLY)
        return list(Message.objects.filter(kind__in=kinds).order_by("id"))

    def events(self, kind: str) -> list[str]:
        return [row.text for row in LeadEvent.objects.filter(kind=kind).order_by("id")]

    def who(self) -> tuple[str, bool]:
        """Who has the conversation, and whether the customer waits for a person."""
        row = self.thread()
        return row.handler, row.needs_reply

    # ---------------------------------------------------------------- the model
    def script(self, *steps: Scripted) -> None:
        assert self.api is not None
        self.api.script(*steps)

    @property
    def asked(self) -> int:
        """How many requests the model got."""
        assert self.api is not None
        return len(self.api.bodies)


def make_shop(wire: Wire, at: time_machine.Traveller, **robot: Any) -> Shop:
    """Drain cleaning for $129 to $249 at the shop, any day from 6 AM; one approved answer, one policy."""
    robot = {"quiet_seconds": 8, **robot}
    drains = make_bookable(wire, step_minutes=60)
    Service.objects.filter(pk=drains.pk).update(price_from_cents=12900, price_to_cents=24900)
    make_hours(wire.business)
    make_area(wire.business, "Tempe", region="AZ")
    make_faq(wire.business, "Are you licensed and insured?", "Yes, licensed and insured in Arizona.")
    make_policy(wire.business, "Warranty", "Labor is guaranteed for one year.")
    return Shop(wire, at, make_agent_settings(wire.business, **robot), drains)


def with_model(shop: Shop, api: MessagesApi, settings: LazySettings, **robot: Any) -> Shop:
    """The same with Claude, whose prices are known."""
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL, settings.ANTHROPIC_MODEL = API_KEY, api.url, MODEL
    ModelPrice.objects.update_or_create(
        model="claude-haiku-5-5",
        defaults={
            "input_micros": 100_000, "output_micros": 500_000,
            "cache_write_micros": 125_000, "cache_read_micros": 10_000,
        },
    )  # fmt: skip
    shop.api = api
    shop.set(driver="model", **robot)
    return shop


def meanwhile(act: Callable[[], object], step: Step) -> Scripted:
    """`step`, and before it is sent something happens: on the server's thread, with a connection of its own."""

    def answer(body: dict[str, Any], headers: Any) -> Step:
        try:
            act()
        finally:
            connection.close()
        return step

    return answer
