"""Personal links in texts: short enough for one, impossible to guess, good for one thing.

The token is derived from the row's random key and the installation's secret, so that the same link can be written into
a reminder later although only its hash is stored. A link to move or cancel belongs to one version of its appointment.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from leads.models import Lead, Location
from recoverline.lib.signing import hash_token
from scheduling.enums import AppointmentStatus, LinkPurpose
from scheduling.models import Appointment, BookingLink

BOOK_FOR = timedelta(days=30)
# After the visit the page still tells what was booked.
MANAGE_AFTER = timedelta(days=1)
# Two presses of one button are not further apart than this.
REPEATED_WITHIN = timedelta(minutes=2)


def link_to_book(lead: Lead, *, now: datetime, location: Location | None = None) -> str:
    """The address of a booking page that knows who is asking; the same one while it lasts."""
    fresh = BookingLink.objects.filter(
        lead=lead, location=location, purpose=LinkPurpose.BOOK, expires_at__gt=now + BOOK_FOR / 2
    )
    link = fresh.order_by("-created_at").first()
    if link is None or not _is_ours(link):
        link = _make(
            BookingLink(
                business_id=lead.business_id,
                purpose=LinkPurpose.BOOK,
                lead=lead,
                location=location,
                created_at=now,
                expires_at=now + BOOK_FOR,
            )
        )
    return address_of(token_of(link))


def link_to_manage(appointment: Appointment, *, now: datetime) -> str:
    """The address where this version of the appointment can be moved or canceled."""
    mine = BookingLink.objects.filter(appointment=appointment, version=appointment.version, purpose=LinkPurpose.MANAGE)
    link = mine.first()
    if link is not None and not _is_ours(link):
        mine.delete()  # the secret has changed since
        link = None
    if link is None:
        fresh = BookingLink(
            business_id=appointment.business_id, purpose=LinkPurpose.MANAGE, lead_id=appointment.lead_id,
            appointment=appointment, version=appointment.version, created_at=now,
            expires_at=appointment.ends_at + MANAGE_AFTER,
        )  # fmt: skip
        try:
            with transaction.atomic():
                link = _make(fresh)
        except IntegrityError:
            link = mine.get()
    return address_of(token_of(link))


def find_link(token: str, *, now: datetime) -> BookingLink | None:
    """The link behind a token; None for what is unknown, has run out, or belongs to an earlier version."""
    rows = BookingLink.objects.select_related(
        "business", "location", "lead", "appointment__service", "appointment__location", "appointment__business"
    )
    link = rows.filter(token_hash=hash_token(token), expires_at__gt=now).first()
    if link is None:
        return None
    if link.purpose == LinkPurpose.MANAGE and not _is_current(link):
        return None
    return link


def just_changed(token: str, *, now: datetime) -> Appointment | None:
    """The appointment whose last version this link belonged to until a moment ago; for the second of two presses."""
    rows = BookingLink.objects.select_related(
        "appointment__service", "appointment__location", "appointment__business", "appointment__lead"
    )
    link = rows.filter(token_hash=hash_token(token), purpose=LinkPurpose.MANAGE).first()
    appointment = link.appointment if link else None
    if link is None or appointment is None or link.version != appointment.version - 1:
        return None
    return appointment if now - appointment.updated_at <= REPEATED_WITHIN else None


def _is_current(link: BookingLink) -> bool:
    """A canceled appointment ends its links; that it was done or missed only ends what can be changed."""
    appointment = link.appointment
    if appointment is None or appointment.status == AppointmentStatus.CANCELED:
        return False
    ended = appointment.status in (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW)
    return link.version == appointment.version or (ended and link.version == appointment.version - 1)


def token_of(link: BookingLink) -> str:
    """128 bits in 22 characters."""
    message = f"booking link {link.key}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def address_of(token: str) -> str:
    return f"{settings.SITE_URL}/b/{token}/"


def _make(link: BookingLink) -> BookingLink:
    link.token_hash = hash_token(token_of(link))
    link.save(force_insert=True)
    return link


def _is_ours(link: BookingLink) -> bool:
    return link.token_hash == hash_token(token_of(link))
