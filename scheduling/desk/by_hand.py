"""Staff book for somebody on the phone: who that is, the appointment, and the place on the waitlist it answers."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads import intake
from leads.models import Lead
from scheduling import booking, waitlist
from scheduling.booking import Wanted
from scheduling.enums import BookedBy
from scheduling.models import Appointment, WaitlistEntry

SOURCE = "staff"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever the appointment is for: `phone` is E.164, `waiting` what they have waited for."""

    phone: str
    name: str = ""
    waiting: WaitlistEntry | None = None


def book_for(
    caller: Caller, wanted: Wanted, *, actor: AbstractBaseUser, now: datetime, idem_key: str, overrules: bool = False
) -> Appointment:
    """Book it for the lead with this phone, who is new if nobody has it. Raises BookingRefused, nothing written."""
    business, waiting = wanted.service.business, caller.waiting
    with transaction.atomic():
        lead = intake.open_lead(business, phone=caller.phone, at=now, source=SOURCE, name=caller.name)
        booked = booking.book(
            replace(wanted, lead=lead, name=caller.name),
            by=BookedBy.STAFF,
            actor=actor,
            now=now,
            idem_key=idem_key,
            # What is kept for them must not stand in their own way.
            held=waiting.offer if waiting is not None and waiting.lead_id == lead.pk else None,
            overrules=overrules,
        )
        # What staff were just told is better than nothing, and worse than what is known already.
        Lead.objects.filter(pk=lead.pk, name="").update(name=caller.name)
        waitlist.close_booked(booked, now=now)
    return booked
