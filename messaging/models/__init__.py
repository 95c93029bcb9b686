from messaging.models.agent import (
    AgentSettings,
    AgentTurn,
    IntentMode,
    ModelOutage,
    ModelPrice,
    Publication,
    RegressionScenario,
    Rehearsal,
    SlotOffer,
    UnansweredQuestion,
)
from messaging.models.calls import Call
from messaging.models.consent import ConsentEntry, Erasure, NeverText, OptOut
from messaging.models.conversations import Conversation, Mention, Message, MessageMedia, Note, PresenceMark
from messaging.models.escalations import (
    Escalation,
    EscalationNotice,
    EscalationPolicy,
    EscalationStep,
    OnCallText,
)
from messaging.models.experiments import Experiment, ExperimentArm, ExperimentAssignment
from messaging.models.followups import Enrollment, Sequence, SequenceStep, SequenceVersion, StepRun
from messaging.models.hooks import Heartbeat, InboundHook
from messaging.models.inbox import CannedReply, SavedView
from messaging.models.numbers import CarrierAccount, PhoneNumber, RingTarget
from messaging.models.reminders import Reminder
from messaging.models.rules import Rule
from messaging.models.scripts import Script

__all__ = [
    "AgentSettings",
    "AgentTurn",
    "Call",
    "CannedReply",
    "CarrierAccount",
    "ConsentEntry",
    "Conversation",
    "Enrollment",
    "Erasure",
    "Escalation",
    "EscalationNotice",
    "EscalationPolicy",
    "EscalationStep",
    "Experiment",
    "ExperimentArm",
    "ExperimentAssignment",
    "Heartbeat",
    "InboundHook",
    "IntentMode",
    "Mention",
    "Message",
    "MessageMedia",
    "ModelOutage",
    "ModelPrice",
    "NeverText",
    "Note",
    "OnCallText",
    "OptOut",
    "PhoneNumber",
    "PresenceMark",
    "Publication",
    "RegressionScenario",
    "Rehearsal",
    "Reminder",
    "RingTarget",
    "Rule",
    "SavedView",
    "Script",
    "Sequence",
    "SequenceStep",
    "SequenceVersion",
    "SlotOffer",
    "StepRun",
    "UnansweredQuestion",
]
