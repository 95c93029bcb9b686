"""The part of a business file that says how much the robot does by itself, and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from leads.config_fields import Choice, Field, Flag, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import Inner, RowForm
from leads.config_yaml import Node, Problem, did_you_mean
from leads.models import Business
from messaging.agent import publishing
from messaging.enums import AgentMode, Driver, Effort, Intent
from messaging.models import AgentSettings, IntentMode
from recoverline.lib import clock

ROBOT = RowForm(
    model=AgentSettings,
    identity=("business",),
    shorthand="mode",
    inner_keys=("intents",),
    fields=(
        # Shown always: a robot with the usual settings would otherwise come back as none.
        Field("mode", Choice(AgentMode), is_shown=True),
        Field("driver", Choice(Driver)),
        Field("model", Text()),
        Field("effort", Choice(Effort)),
        Field("instructions", Text()),
        Field("approved_only", Flag()),
        Field("asks_urgency", Flag()),
        Field("asks_kind", Flag()),
        Field("times_offered", Whole()),
        Field("quiet_seconds", Whole()),
        Field("most_texts", Whole()),
        Field("most_cents_per_conversation", Whole()),
        Field("most_cents_per_month", Whole()),
        Field("returns_after_minutes", Whole()),
    ),
)


@dataclass(frozen=True, slots=True)
class RobotSection:
    """At most one row of the business, and below its `intents` how much less it does for some of them."""

    key: str = "robot"
    within: str = ""
    order: int = 79
    about: str = "How much the robot does by itself: off, draft or auto; per intent it can be less."

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (AgentSettings, IntentMode)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        stored = AgentSettings.objects.filter(business=loading.business).first()
        if node is None or node.value is None:
            # How much the robot does was decided by somebody; a file that does not speak of it changes nothing.
            if loading.is_pruning and stored is not None:
                loading.leftovers.append((self.key, stored))
            return
        values, bad = ROBOT.read(node, 0, loading)
        row = stored or AgentSettings(business=loading.business)
        intents = ROBOT.given(node).get("intents")
        modes = self._modes(intents, loading) if intents is not None else {}
        if not ROBOT.apply(row, values, bad, node, self.key, loading):
            return
        if (intents is not None and intents.value is not None) or loading.is_pruning:
            wanted = [IntentMode(settings=row, intent=intent, mode=mode) for intent, mode in modes.items()]
            loading.keep_values(
                "intents", stored=row.intents.all(), wanted=wanted, columns=("intent", "mode"), node=intents or node
            )

    def _modes(self, node: Node, loading: Loading) -> Mapping[str, str]:
        modes: dict[str, str] = {}
        for intent, child in node.as_mapping().items():
            if intent not in Intent.values:
                loading.error(child, f"There is no intent “{intent}”.{did_you_mean(intent, Intent.values)}")
                continue
            try:
                modes[intent] = Choice(AgentMode).read(child, loading)
            except Problem as problem:
                loading.errors.append(problem.error)
        return modes

    def finish(self, business: Business) -> None:
        """Who writes a file has decided about all of it: the robot uses what it says from now on."""
        if AgentSettings.objects.filter(business=business).exists():
            publishing.publish(business, now=clock.now())

    def dump(self, owner: models.Model, inner: Inner) -> dict[str, object]:
        row = AgentSettings.objects.filter(business=owner.pk).first()
        if row is None:
            return {}
        intents = {intent.intent: intent.mode for intent in row.intents.all()}
        return {**ROBOT.dump(row, 0), **({"intents": intents} if intents else {})}


AGENT_SECTIONS = (RobotSection(),)
