from leads.models.business import Business, Location
from leads.models.events import LeadEvent
from leads.models.knowledge import (
    Faq,
    IntakeQuestion,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from leads.models.leads import JobRequest, Lead
from leads.models.people import Membership
from leads.models.tasks import CallbackTask

__all__ = [
    "Business",
    "CallbackTask",
    "Faq",
    "IntakeQuestion",
    "JobRequest",
    "Lead",
    "LeadEvent",
    "Location",
    "Membership",
    "PersonTopic",
    "Policy",
    "SafetyText",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
]
