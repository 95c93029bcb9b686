"""Whom an escalation asks, in which order: policies, targets, rounds, and who is left out."""

import pytest

from leads.enums import Role
from messaging.escalation import chain
from messaging.escalation.enums import EscalationClass
from messaging.models import EscalationPolicy
from tests.factories import NOON, make_business, make_location, make_member, make_user, phone
from tests.messaging.escalation.scene import TEXT_CALL_NEXT_OWNER, Row, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def asked(scene: Scene, kind: str = EscalationClass.URGENT, **values: object) -> list[str]:
    """Each step as "channel: names"."""
    found = chain.plan(kind, scene.location, now=NOON, **values)  # type: ignore[arg-type]
    return [f"{step['channel']}: {', '.join(each['name'] for each in step['people'])}" for step in found.chain]


@pytest.mark.parametrize(
    ("steps", "rounds", "expected"),
    [
        (TEXT_CALL_NEXT_OWNER, 1, ["text: Ana", "call: Ana", "text: Ben", "text: Olga"]),
        # Each channel counts for itself.
        (
            (("text", "first"), ("call", "first"), ("text", "next"), ("call", "next")), 1,
            ["text: Ana", "call: Ana", "text: Ben", "call: Ben"],
        ),
        ((("text", "next"), ("text", "next"), ("text", "next")), 1, ["text: Ben"]),  # there is no third
        ((("text", "all"), ("email", "owner")), 2, ["text: Ana, Ben", "email: Olga"] * 2),
        # Not twice in a row by the same channel.
        ((("text", "first"), ("text", "all")), 1, ["text: Ana", "text: Ben"]),
        ((("text", "first"), ("text", "first"), ("call", "first")), 1, ["text: Ana", "call: Ana"]),
        # But a policy of one step that says "three times" means it.
        ((("text", "first"),), 3, ["text: Ana"] * 3),
    ],
)  # fmt: skip
def test_targets(scene: Scene, steps: tuple[Row, ...], rounds: int, expected: list[str]) -> None:
    scene.on_call(scene.ana, scene.ben)
    scene.policy(*steps, rounds=rounds)
    assert asked(scene) == expected


def test_a_step_keeps_what_is_needed_to_tell_somebody(scene: Scene) -> None:
    scene.on_call(scene.ana)
    scene.policy(("text", "first", 7), tells_customer=True, remind_after_minutes=4)
    plan = chain.plan(EscalationClass.URGENT, scene.location, now=NOON)
    assert plan == chain.Plan(
        [
            {
                "channel": "text", "wait": 7, "target": "first",
                "people": [
                    {"member": scene.ana.pk, "name": "Ana", "phone": scene.ana.phone, "email": "ana@example.com"}
                ],
            }
        ],
        tells_customer=True,
        remind_after_minutes=4,
        has_policy=True,
    )  # fmt: skip


def test_the_owners_stand_in_when_nobody_can_be_told(scene: Scene) -> None:
    scene.policy(("text", "first"), ("email", "first"))
    assert asked(scene) == ["text: Olga", "email: Olga"]
    scene.on_call(scene.ana)
    type(scene.ana).objects.filter(pk=scene.ana.pk).update(phone="")
    assert asked(scene) == ["text: Olga", "email: Ana"]  # no phone, but an address
    type(scene.ana).objects.filter(pk=scene.ana.pk).update(away_since=NOON)
    assert asked(scene) == ["text: Olga", "email: Olga"]


def test_one_person_by_name_and_none_of_those_left_out(scene: Scene) -> None:
    scene.on_call(scene.ana, scene.ben)
    policy = scene.policy(("text", "member"), ("call", "all"))
    policy.steps.filter(position=1).update(member=scene.ben)
    assert asked(scene) == ["text: Ben", "call: Ana, Ben"]
    assert asked(scene, without=[scene.ben.pk]) == ["call: Ana"]


def test_nobody_of_another_business_is_ever_asked(scene: Scene) -> None:
    cleo = make_member(make_business(), make_user("cleo"), Role.OWNER, phone=phone())
    policy = scene.policy(("text", "member"))
    policy.steps.update(member=cleo)
    assert asked(scene) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "Here"),
        ({"applies_to": ["trouble"]}, "Everywhere"),
        ({"is_active": False}, "Everywhere"),
    ],
)
def test_the_policy_of_the_location_goes_first(scene: Scene, change: dict[str, object], expected: str) -> None:
    scene.policy(("text", "owner"), name="Everywhere")
    here = scene.policy(("text", "owner"), name="Here", location=scene.location)
    EscalationPolicy.objects.filter(pk=here.pk).update(**change)
    found = chain.policy_for(EscalationClass.URGENT, scene.location)
    assert found is not None
    assert found.name == expected


def test_a_policy_without_steps_or_for_elsewhere_is_none(scene: Scene) -> None:
    scene.policy(name="Empty")
    scene.policy(("text", "owner"), name="Elsewhere", location=make_location(scene.business, "North"))
    assert chain.policy_for(EscalationClass.URGENT, scene.location) is None
    assert chain.plan(EscalationClass.URGENT, scene.location, now=NOON) == chain.Plan([])
