"""A contact becomes a lead: one per phone and business, with its requests kept apart."""

from datetime import datetime

from leads.enums import RequestStatus
from leads.models import Business, JobRequest, Lead, Location


def open_lead(business: Business, *, phone: str, at: datetime, source: str = "", name: str = "", simulated: bool = False) -> Lead:
    """The lead of `phone` (E.164), created if it is new. Safe under concurrency: the database knows one per phone."""
    lead, created = Lead.objects.get_or_create(
        business=business,
        phone=phone,
        defaults={"created_at": at, "source": source, "name": name, "is_simulated": simulated},
    )
    if not created and name and not lead.name:
        Lead.objects.filter(pk=lead.pk, name="").update(name=name)
        lead.name = name
    return lead


def open_request(lead: Lead, *, location: Location, at: datetime, source: str = "") -> JobRequest:
    """A new request of this lead."""
    return JobRequest.objects.create(
        business_id=lead.business_id, lead=lead, location=location, source=source, opened_at=at, status=RequestStatus.OPEN
    )
