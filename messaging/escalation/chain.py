"""Whom an escalation asks, in which order: the policy that fits, frozen with the people who are on call now.

A chain is a list of steps, as JSON: {"channel", "wait" (minutes), "target", "people": [{"member" (id), "name", "phone",
"email"}]}. Its index is the position of the notices.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from leads import colleagues
from leads.models import Location, Membership
from messaging.escalation.enums import AlertChannel, AlertTarget
from messaging.models import EscalationPolicy, EscalationStep
from scheduling import oncall

# Notices of reminders count from 100 on, those of steps stay below.
LONGEST, FIRST_REMINDER = 90, 100

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an escalation goes. An empty chain with a policy: nobody whom it names can be reached now, and it is at its
    end as soon as it begins. Without a policy nobody was ever to be asked: the banner and the e-mail have to do.
    """

    chain: list[Step]
    tells_customer: bool = False
    remind_after_minutes: int = 10
    has_policy: bool = False


def plan(kind: str, location: Location, *, now: datetime, without: Iterable[int] = ()) -> Plan:
    """What an escalation of this class at `location` does from `now` on; `without`: ids of members not to be asked."""
    policy = policy_for(kind, location)
    if policy is None:
        return Plan([])
    # Whatever the policy says, it never asks the same people twice for one step and the next.
    people = _People(location, now, without=frozenset(without))
    chain: list[Step] = []
    for _ in range(policy.rounds):
        one = _round(policy.steps.all(), people, before=chain[-1] if chain else None)
        chain += one or _round(policy.steps.all(), people, before=None)
    return Plan(chain[:LONGEST], policy.tells_customer, policy.remind_after_minutes, has_policy=True)


def policy_for(kind: str, location: Location) -> EscalationPolicy | None:
    """The active policy of the location, else of the business, that is for this class and has any step."""
    rows = EscalationPolicy.objects.filter(
        Q(location=location) | Q(location=None), business=location.business_id, is_active=True, steps__isnull=False
    )
    fitting = [row for row in rows.distinct().prefetch_related("steps__member") if kind in row.applies_to]
    return min(fitting, key=lambda row: (row.location_id is None, row.name, row.pk), default=None)


def person(member: Membership) -> dict[str, Any]:
    """A member as a chain keeps them."""
    return {
        "member": member.pk, "name": colleagues.called(member.user), "phone": member.phone, "email": member.user.email,
    }  # fmt: skip


def without_members(chain: Sequence[Step], members: Iterable[int], *, begin: int) -> list[Step]:
    """The chain in which these are not asked any more from the index `begin` on; indexes stay what they are."""
    gone = set(members)
    return [
        step if index < begin else {**step, "people": [each for each in step["people"] if each["member"] not in gone]}
        for index, step in enumerate(chain)
    ]


def _round(steps: Iterable[EscalationStep], people: "_People", *, before: Step | None) -> list[Step]:
    """The policy's steps once; who was just asked by the same channel is left out, and a step for nobody as well."""
    people.begin_round()
    chain: list[Step] = []
    for step in steps:
        last = chain[-1] if chain else before
        asked = {each["member"] for each in last["people"]} if last and last["channel"] == step.channel else set()
        found = [person(member) for member in people.of(step) if member.pk not in asked]
        if found:
            chain.append(
                {"channel": step.channel, "wait": step.wait_minutes, "target": step.target, "people": found}
            )  # fmt: skip
    return chain


class _People:
    """Who stands for a target, by channel: somebody without a phone is called by none, and mailed all the same."""

    def __init__(self, location: Location, now: datetime, *, without: frozenset[int]) -> None:
        self._location = location
        self._without = without
        self._on_call = oncall.on_call_at(location, now)
        self._owners = oncall.owners_of(location)
        self._next: dict[str, int] = {}

    def begin_round(self) -> None:
        self._next = {}

    def of(self, step: EscalationStep) -> list[Membership]:
        channel, target = step.channel, step.target
        if target == AlertTarget.MEMBER:
            return self._reachable([step.member] if step.member else [], channel)
        owners = self._reachable(self._owners, channel)
        if target == AlertTarget.OWNER:
            return owners
        # Nobody on call, or nobody who could be reached in this way: the owners stand in.
        on_call = self._reachable(self._on_call, channel) or owners
        if target == AlertTarget.ALL:
            return on_call
        # Each channel counts for itself: text the first, call the first, text the next, call the next.
        index = 0 if target == AlertTarget.FIRST else self._next.get(channel, 0) + 1
        self._next[channel] = index
        return on_call[index : index + 1]

    def _reachable(self, members: Iterable[Membership], channel: str) -> list[Membership]:
        return [
            member
            for member in members
            if member.business_id == self._location.business_id
            and member.pk not in self._without
            and can_be_told(member, self._location, channel)
        ]


def can_be_told(member: Membership, location: Location, channel: str) -> bool:
    return not oncall.obstacle(member, location, by_phone=channel != AlertChannel.EMAIL)
