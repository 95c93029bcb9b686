"""Escalations as rows, to look at: opened at NOON, with nobody's doing."""

from typing import Any

from leads.models import Membership
from messaging.models import Conversation, Escalation, EscalationNotice, EscalationPolicy, EscalationStep
from tests import factories
from tests.factories import NOON


def make_policy(business: Any, *steps: tuple[str, str, int], **values: Any) -> EscalationPolicy:
    """Of (channel, whom, minutes) steps; for danger and what is urgent."""
    values = {"name": f"Policy {factories.fresh()}", "applies_to": ["emergency", "urgent"], **values}
    policy = EscalationPolicy.objects.create(business=business, **values)
    for position, (channel, target, wait) in enumerate(steps, 1):
        EscalationStep.objects.create(
            policy=policy, position=position, channel=channel, target=target, wait_minutes=wait
        )  # fmt: skip
    return policy


def step_for(*members: Membership, channel: str = "text", wait: int = 3) -> dict[str, Any]:
    people = [
        {"member": each.pk, "name": each.user.get_username(), "phone": each.phone, "email": each.user.email}
        for each in members
    ]
    return {"channel": channel, "wait": wait, "target": "first", "people": people}


def make_escalation(where: Conversation, *members: Membership, **values: Any) -> Escalation:
    """In the conversation `where`, with one step for each of `members`."""
    return Escalation.objects.create(
        business=where.business, location=where.location,
        **{
            "conversation": where, "lead": where.lead, "kind": "emergency", "summary": "Gas smell",
            "dedup_key": f"made:{factories.fresh()}", "opened_at": NOON, "next_at": NOON,
            "chain": [step_for(each) for each in members], **values,
        },
    )  # fmt: skip


def make_notice(escalation: Escalation, member: Membership, **values: Any) -> EscalationNotice:
    return EscalationNotice.objects.create(
        escalation=escalation, member=member, **{"position": 0, "channel": "text", "created_at": NOON, **values}
    )
