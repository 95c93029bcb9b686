from leads.models.api import ApiToken, FormEntry, IdempotentReply, LeadSource
from leads.models.business import Business, Location
from leads.models.crm import CrmConnection, CrmLink, CrmSync
from leads.models.digests import WeeklyDigest
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
from leads.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiToken",
    "Business",
    "CallbackTask",
    "CrmConnection",
    "CrmLink",
    "CrmSync",
    "Faq",
    "FormEntry",
    "IdempotentReply",
    "IntakeQuestion",
    "Invitation",
    "JobRequest",
    "Lead",
    "LeadEvent",
    "LeadSource",
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
    "WebhookDelivery",
    "WebhookEndpoint",
    "WeeklyDigest",
]
