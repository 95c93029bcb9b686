"""How much the owner lets the robot do: altogether, for what a text is about, and when it goes on after a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from messaging import configuration
from messaging.enums import AgentMode, Handler, Intent
from messaging.models import AgentSettings, Conversation

# From the least to the most.
MODES = (AgentMode.OFF, AgentMode.DRAFT, AgentMode.AUTO)


def settings_of(conversation: Conversation) -> AgentSettings | None:
    return configuration.robot_of(conversation.business_id)


def mode_for(robot: AgentSettings, intents: frozenset[Intent]) -> AgentMode:
    """The least that is allowed for anything the customer wants."""
    less = [AgentMode(row.mode) for row in robot.intents.all() if row.intent in intents]
    return min([AgentMode(robot.mode), *less], key=MODES.index)


def modes_of(robot: AgentSettings) -> Mapping[Intent, AgentMode]:
    """What is allowed for each intent that has a mode of its own."""
    return {Intent(row.intent): mode_for(robot, frozenset({Intent(row.intent)})) for row in robot.intents.all()}


def answers(conversation: Conversation, intent: Intent) -> bool:
    """Whether the robot will answer by itself if the customer writes now about `intent`."""
    if conversation.handler != Handler.ROBOT or conversation.automation_paused:
        return False
    robot = settings_of(conversation)
    return robot is not None and mode_for(robot, frozenset({intent})) == AgentMode.AUTO


def returns_at(conversation: Conversation, *, now: datetime) -> datetime | None:
    """When the robot takes a conversation back in which a person has just written; None: when they hand it back."""
    robot = settings_of(conversation)
    if robot is None or robot.returns_after_minutes is None:
        return None
    return now + timedelta(minutes=robot.returns_after_minutes)
