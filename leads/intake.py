"""A contact becomes a lead: one per phone and business, with its requests kept apart."""

from datetime import datetime

from django.db import IntegrityError, transaction

from leads.enums import RequestStatus
from leads.models import Business, JobRequest, Lead, Location


def open_lead(
    business: Business, *, phone: str, at: datetime, source: str = "", name: str = "", simulated: bool = False
) -> Lead:
    """The lead of `phone` (E.164), created if it is new."""
    lead = Lead.objects.filter(business=business, phone=phone).first()
    return lead or new_lead(business, phone=phone, at=at, source=source, name=name, simulated=simulated)


def new_lead(
    business: Business, *, phone: str, at: datetime, source: str = "", name: str = "", simulated: bool = False
) -> Lead:
    """The lead of a phone that was not known a moment ago. Safe under concurrency: the database knows one per phone."""
    try:
        with transaction.atomic():
            return Lead.objects.create(
                business=business, phone=phone, created_at=at, source=source, name=name, is_simulated=simulated
            )
    except IntegrityError:
        return Lead.objects.get(business=business, phone=phone)


def open_request(lead: Lead, *, location: Location, at: datetime, source: str = "") -> JobRequest:
    """A new request of this lead."""
    return JobRequest.objects.create(
        business_id=lead.business_id,
        lead=lead,
        location=location,
        source=source,
        opened_at=at,
        status=RequestStatus.OPEN,
    )
