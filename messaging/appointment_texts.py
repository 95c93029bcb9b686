"""What is written to customers about their visits: on which thread, in which words, until when it is of use."""

from datetime import datetime, timedelta

from django.db.models import Case, When

from leads.enums import Language
from leads.models import JobRequest, Lead, Location
from messaging import conversations, outbound
from messaging.built_in_wording import CONFIRM, TOO_LATE
from messaging.compliance import quiet
from messaging.enums import (
    CallState,
    CarrierKind,
    ConsentKind,
    ConsentMeans,
    Direction,
    MessageKind,
    ScriptKind,
)
from messaging.models import Call, ConsentEntry, Conversation, Message, PhoneNumber
from messaging.visit_words import describe_visit, near_day
from messaging.wording import fill, worded
from recoverline.lib.phones import display_phone
from scheduling import links
from scheduling.enums import BookedBy
from scheduling.models import Appointment

# So much before the start it is still of use to hear of it.
LEAST_NOTICE = timedelta(minutes=30)


def may_tell(appointment: Appointment) -> bool:
    """Whether texts about it may go to its customer at all: what a program books needs a sign that they agreed.

    Their own call or text is one, and a line in the ledger. Whoever else books has talked with them, or is them.
    """
    lead = appointment.lead
    if lead is None or appointment.booked_by != BookedBy.API:
        return lead is not None
    mine = ConsentEntry.objects.filter(business=appointment.business_id, phone=lead.phone)
    mine = mine.filter(kind__in=[ConsentKind.OPTED_IN, ConsentKind.CONTACTED])
    # A form without the tick says that they turned to the business, and that they did not agree.
    agreed = mine.exclude(kind=ConsentKind.CONTACTED, means=ConsentMeans.API, said="")
    return (
        agreed.exists()
        or Message.objects.filter(lead=lead, direction=Direction.IN).exists()
        or Call.objects.filter(lead=lead).exclude(state=CallState.OUTBOUND).exists()
    )


def thread_for(
    lead: Lead | None, location: Location, *, now: datetime, request: JobRequest | None = None
) -> Conversation | None:
    """Where a text to `lead` about something at `location` belongs; None when no text can reach them.

    Their latest thread on a number of the location, else of the business; else a new one, about `request`.
    """
    if lead is None or not lead.phone or lead.is_landline or lead.is_unreachable:
        return None
    number = _number_for(lead, location)
    return None if number is None else conversations.open_conversation(lead, number, now=now, request=request)


def _number_for(lead: Lead, location: Location) -> PhoneNumber | None:
    numbers = PhoneNumber.objects.filter(business=location.business_id, is_active=True, account__is_active=True)
    numbers = numbers.exclude(account__kind=CarrierKind.WEBHOOK)
    if lead.is_simulated:
        numbers = numbers.filter(account__kind=CarrierKind.SIMULATOR)
    numbers = numbers.select_related("business", "location__business", "account")
    is_elsewhere = Case(When(location=location, then=0), default=1)
    known = numbers.filter(conversations__lead=lead, conversations__is_team=False)
    latest = known.order_by(is_elsewhere, "-conversations__last_at", "-conversations__id").first()
    return latest or numbers.order_by(is_elsewhere, "number").first()


def language_of(conversation: Conversation) -> str:
    return conversation.language or conversation.lead.language or conversation.business.language


def say(
    appointment: Appointment,
    script: ScriptKind,
    conversation: Conversation,
    *,
    idem_key: str,
    now: datetime,
    kind: MessageKind = MessageKind.APPOINTMENT,
    delay: timedelta = timedelta(),
    expires_at: datetime | None = None,
) -> Message:
    """Queue the wording of `script` about this version of the appointment; the same `idem_key` makes one text.

    It is of use until `expires_at`, if not given for two hours; never when the visit has begun.
    """
    spoken = language_of(conversation)
    values = values_of(appointment, language=spoken)
    if appointment.customer_confirmed_at is None:
        values["confirm"] = CONFIRM[Language.SPANISH if spoken == Language.SPANISH else Language.ENGLISH]
    if script not in _WITHOUT_LINK:
        values["change_link"] = links.link_to_manage(appointment, now=now)
    ends = min(expires_at or now + delay + outbound.valid_for(conversation, kind), appointment.starts_at)
    if script == ScriptKind.BOOKING_REMINDER:
        # The second reminder is no repetition of the first: it says that the day has come.
        values["when"] = when(appointment, language=spoken, within=(now + delay, ends))
    body = worded(
        script, number=conversation.number, lead=conversation.lead, language=spoken, now=now, **values
    ).body  # fmt: skip
    return outbound.queue_text(
        conversation,
        kind=kind,
        body=body,
        idem_key=idem_key,
        now=now,
        delay=delay,
        appointment=appointment,
        expires_at=ends,
    )


def say_too_late(appointment: Appointment, conversation: Conversation, *, idem_key: str, now: datetime) -> Message:
    """That this can only be changed on the phone any more."""
    spoken = Language.SPANISH if language_of(conversation) == Language.SPANISH else Language.ENGLISH
    body = fill(
        TOO_LATE[spoken], number=conversation.number, lead=conversation.lead, language=spoken, now=now,
        also=values_of(appointment, language=spoken),
    )  # fmt: skip
    return outbound.queue_text(
        conversation, kind=MessageKind.AUTO_REPLY, body=body, idem_key=idem_key, now=now, appointment=appointment
    )


def values_of(appointment: Appointment, *, language: str) -> dict[str, str]:
    """What a text says of this visit, at its own location, whichever number sends it."""
    location, business = appointment.location, appointment.business
    values = {
        "appointment": appointment.service.name,
        "when": when(appointment, language=language),
        "location": location.name,
        "city": location.city,
    }
    phone = location.phone or business.phone
    return {**values, "phone": display_phone(phone, business.country)} if phone else values


def when(appointment: Appointment, *, language: str, within: tuple[datetime, datetime] | None = None) -> str:
    """The day and the time; also "today" or "tomorrow" where that holds all the time `within` which the text leaves."""
    zone = appointment.location.zone
    near = near_day(appointment.starts_at, zone=zone, language=language, within=within) if within else ""
    return describe_visit(
        appointment.starts_at, zone=zone, language=language, arrival_ends_at=appointment.arrival_ends_at, near=near
    )  # fmt: skip


def decent_time(at: datetime, appointment: Appointment) -> datetime:
    """`at`, or the end of the quiet hours in which that is, by the clock of whoever the visit is for."""
    if appointment.lead is None:
        return at
    return quiet.next_allowed(appointment.lead, appointment.location, at, request=appointment.request)


def night_after(at: datetime, appointment: Appointment) -> datetime:
    """When the next quiet hours begin there; `at` itself if it is in some."""
    if appointment.lead is None:
        return at
    return quiet.closes_at(appointment.lead, appointment.location, at, request=appointment.request)


# A canceled visit has nothing to change, and who says that they will come needs no link.
_WITHOUT_LINK = (ScriptKind.BOOKING_CANCELED, ScriptKind.BOOKING_KEPT, ScriptKind.SLOT_OFFERED)
