"""What a step says: in the language of the conversation, with its placeholders filled."""

from datetime import datetime

from leads.enums import Language
from leads.models import Lead, Location
from messaging import appointment_texts, wording
from messaging.followups.versions import StepTerms
from messaging.models import Conversation, PhoneNumber
from scheduling.models import Appointment

# Whom a preview greets where nobody in particular is meant.
EXAMPLE_NAME = "Maria"


def body_in(step: StepTerms, language: str) -> str:
    """The words of `step` for somebody who speaks `language`, placeholders and all."""
    return step.body_es if language == Language.SPANISH and step.body_es else step.body


def text_for(
    step: StepTerms, conversation: Conversation, *, now: datetime, appointment: Appointment | None = None
) -> str:
    """The text as it is sent. Raises UnknownPlaceholder."""
    language = appointment_texts.language_of(conversation)
    also = appointment_texts.values_of(appointment, language=language) if appointment is not None else {}
    return wording.fill(
        body_in(step, language), number=conversation.number, lead=conversation.lead, language=language, now=now,
        also=also,
    )  # fmt: skip


def preview(step: StepTerms, *, lead: Lead | None, location: Location, language: str, now: datetime) -> str:
    """The text as `lead` would get it, without making a personal link. Raises UnknownPlaceholder."""
    number = _number_at(location)
    name = lead.name if lead is not None else EXAMPLE_NAME
    also = {"booking_link": wording.example_link(location.business)}
    example = Lead(business=location.business, name=name, phone=lead.phone if lead is not None else "")
    return wording.fill(
        body_in(step, language), number=number, lead=example, language=language, now=now, also=also
    )  # fmt: skip


def _number_at(location: Location) -> PhoneNumber:
    """A number from which a text to somebody of this location could come; not saved where there is none yet."""
    here = PhoneNumber.objects.filter(location=location, is_active=True).first()
    number = here or PhoneNumber(business=location.business, location=location, number=location.business.phone)
    number.business, number.location = location.business, location
    return number
