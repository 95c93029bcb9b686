"""Policies of escalations in the business file."""

import pytest

from leads.config import ConfigErrors, dump, load
from leads.enums import Role
from messaging.models import EscalationPolicy, EscalationStep
from tests.factories import make_business, make_member, make_user

pytestmark = pytest.mark.django_db

ABOVE = "business:\n  name: Alder\n  slug: alder\nlocations:\n  - name: Main\n    slug: main\n"
POLICY = """\
escalation_policies:
  - name: Emergencies
    location: main
    applies_to: [emergency, urgent]
    remind_after_minutes: 7
    rounds: 2
    tells_customer: false
    active: false
    steps:
      - channel: text
        whom: first
        wait_minutes: 3
      - channel: call
        whom: member
        person: sam@example.com
        wait_minutes: 4
"""


def errors_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(ABOVE + text)
    return [(error.line, error.message) for error in caught.value.errors]


def test_a_policy_comes_back_as_it_was_written() -> None:
    business = make_business("Alder", slug="alder")
    make_member(business, make_user("sam", email="sam@example.com"), Role.FRONT_DESK)
    load(ABOVE + POLICY)
    assert EscalationPolicy.objects.get().applies_to == ["emergency", "urgent"]
    assert list(EscalationStep.objects.values_list("position", "channel", "target", "member__user__username")) == [
        (1, "text", "first", None), (2, "call", "member", "sam"),
    ]  # fmt: skip
    written = dump(business)
    assert written.partition("escalation_policies:\n")[2].split("\n\n")[0].rstrip() == (
        POLICY.partition("\n")[2].rstrip()
    )
    assert not load(written).has_changes


def test_a_step_that_is_no_longer_there_goes_at_once() -> None:
    make_member(make_business("Alder", slug="alder"), make_user("sam", email="sam@example.com"), Role.FRONT_DESK)
    load(ABOVE + POLICY)
    load(ABOVE + POLICY.partition("      - channel: call")[0])
    assert EscalationStep.objects.count() == 1


def test_what_is_wrong_is_said_with_its_line() -> None:
    head = "escalation_policies:\n  - name: All\n    applies_to: "
    step = "    steps:\n      - channel: text\n        whom: first\n"
    assert errors_of(f"{head}[fire]\n{step}") == [
        (9, "“fire” is not possible here. Known here: emergency, urgent, waiting, trouble, follow_up.")
    ]
    assert errors_of(f"{head}[]\n{step}") == [(9, "This field cannot be blank.")]
    assert errors_of(f"{head}[urgent]\n{step}        person: kim\n") == [
        (13, "Nobody in the team is called “kim”. Invite them first, or take this line out.")
    ]
    assert errors_of(f"{head}[urgent]\n{step.replace('first', 'member')}") == [(11, "Choose who.")]
