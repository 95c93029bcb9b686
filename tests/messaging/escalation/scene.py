"""A shop with people on call: Ana first, Ben second, Olga owns it; a customer whose basement is under water."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django_q.models import OrmQ

from leads.enums import Role
from leads.models import Business, LeadEvent, Location, Membership
from messaging.escalation.enums import EscalationClass
from messaging.escalation.opening import open_escalation
from messaging.models import Conversation, Escalation, EscalationNotice, EscalationPolicy, EscalationStep, PhoneNumber
from scheduling.models import OnCallShift
from tests.factories import (
    NOON,
    make_business,
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_number,
    make_user,
    phone,
)

ALL = [kind.value for kind in EscalationClass]
Row = tuple[str, str] | tuple[str, str, int]
TEXT_CALL_NEXT_OWNER: tuple[Row, ...] = (("text", "first"), ("call", "first"), ("text", "next", 5), ("text", "owner"))


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


@dataclass
class Scene:
    business: Business
    location: Location
    number: PhoneNumber
    conversation: Conversation
    ana: Membership
    ben: Membership
    olga: Membership

    def person(self, name: str, role: Role = Role.FRONT_DESK, **values: Any) -> Membership:
        user = make_user(name.lower(), first_name=name, email=f"{name.lower()}@example.com")
        return make_member(self.business, user, role, **{"phone": phone(), **values})

    def policy(self, *steps: Row, **values: Any) -> EscalationPolicy:
        """Steps as (channel, target, minutes to wait: 3 by default)."""
        row = EscalationPolicy.objects.create(
            business=self.business,
            **{"name": f"Policy {EscalationPolicy.objects.count()}", "applies_to": ALL, **values},
        )
        for position, (channel, target, *wait) in enumerate(steps, start=1):
            EscalationStep.objects.create(
                policy=row, position=position, channel=channel, target=target, wait_minutes=wait[0] if wait else 3
            )
        return row

    def on_call(self, *members: Membership, location: Location | None = None) -> None:
        """Around the clock, in this order."""
        OnCallShift.objects.bulk_create(
            OnCallShift(
                business=self.business, location=location, member=member, weekday=weekday, starts=time(0),
                ends=time(0), next_day=True, rank=rank,
            )
            for rank, member in enumerate(members, start=1)
            for weekday in range(7)
        )  # fmt: skip

    def open(self, kind: EscalationClass = EscalationClass.EMERGENCY, **values: Any) -> Escalation:
        return open_escalation(
            kind,
            **{
                "location": self.location, "summary": "Urgent: flooding", "now": NOON,
                "dedup_key": f"danger:{self.conversation.key}", "conversation": self.conversation, **values,
            },
        )  # fmt: skip

    def told(self, escalation: Escalation) -> list[tuple[int, str, str]]:
        """(position, channel, name) of each notice, in order."""
        rows = EscalationNotice.objects.filter(escalation=escalation).order_by("position", "id")
        return [(row.position, row.channel, row.member.user.first_name) for row in rows.select_related("member__user")]

    def events(self, prefix: str = "escalation.") -> list[str]:
        rows = LeadEvent.objects.filter(business=self.business, kind__startswith=prefix).order_by("id")
        return list(rows.values_list("kind", flat=True))

    def texts(self) -> list[tuple[str, str, str]]:
        """(kind, status, body) of what was written to the customer."""
        rows = self.conversation.messages.filter(direction="out").order_by("id")
        return [(row.kind, row.status, row.body) for row in rows]


def make_scene(**customer: Any) -> Scene:
    business = make_business("Alder Plumbing", phone="+16025550100")
    location = make_location(business)
    number = make_number(location)
    lead = make_lead(business, name="Dana", **customer)
    conversation = make_conversation(lead, number, needs_reply=True)
    people = {}
    for name, role in (("Ana", Role.FRONT_DESK), ("Ben", Role.FRONT_DESK), ("Olga", Role.OWNER)):
        user = make_user(name.lower(), first_name=name, email=f"{name.lower()}@example.com")
        people[name.lower()] = make_member(business, user, role, phone=phone())
    return Scene(business, location, number, conversation, **people)


def bells() -> int:
    """How often the worker was asked to look at escalations."""
    return sum(row.func() == "messaging.escalation.tasks.run_due" for row in OrmQ.objects.all())
