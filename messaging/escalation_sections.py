"""Who is told in which order when something cannot wait, in a business file."""

from collections.abc import Mapping
from typing import Any

from leads.config_fields import Choice, Field, Flag, Several, Text, Whole
from leads.config_rows import RowForm, Rows
from leads.config_team import TeamMember
from leads.knowledge_sections import ACTIVE, LOCATION
from messaging.escalation.enums import AlertChannel, AlertTarget, EscalationClass
from messaging.models import EscalationPolicy, EscalationStep


def step_position(values: Mapping[str, Any], index: int) -> int:
    return index + 1


POLICIES = RowForm(
    model=EscalationPolicy,
    identity=("name",),
    inner_keys=("steps",),
    fields=(
        Field("name", Text(), is_required=True),
        LOCATION,
        Field("applies_to", Several(Choice(EscalationClass)), is_required=True),
        Field("remind_after_minutes", Whole()),
        Field("rounds", Whole()),
        Field("tells_customer", Flag()),
        ACTIVE,
    ),
)

STEPS = RowForm(
    model=EscalationStep,
    identity=("position",),
    fields=(
        Field("position", Whole(), default=step_position),
        Field("channel", Choice(AlertChannel), is_shown=True),
        Field("whom", Choice(AlertTarget), attrs=("target",), is_shown=True),
        Field("person", TeamMember(), attrs=("member",)),
        Field("wait_minutes", Whole(), is_shown=True),
    ),
)

SECTIONS = (
    Rows(
        key="escalation_policies",
        order=115,
        about="Who is told, in which order, when something cannot wait: until somebody says that it is theirs.",
        form=POLICIES,
        ordering=("name", "pk"),
    ),
    Rows(
        key="steps",
        within="escalation_policies",
        order=10,
        owner="policy",
        form=STEPS,
        is_value=True,
        ordering=("position", "pk"),
    ),
)
