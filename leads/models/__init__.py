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
from leads.models.people import Invitation, Membership, Preferences
from leads.models.privacy import PrivacySalt
from leads.models.tasks import CallbackTask

__all__ = [
    "Business",
    "CallbackTask",
    "Faq",
    "IntakeQuestion",
    "Invitation",
    "JobRequest",
    "Lead",
    "LeadEvent",
    "Location",
    "Membership",
    "PersonTopic",
    "Policy",
    "Preferences",
    "PrivacySalt",
    "SafetyText",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
]
