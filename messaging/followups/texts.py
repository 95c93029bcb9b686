"""What a step says: in the language of the conversation, with its placeholders filled."""

from datetime import datetime

from leads.enums import Language
from leads.models import Lead, Location
from messaging import appointment_texts, scripts, wording
from messaging.followups.versions import StepTerms
from messaging.models import Conversation, PhoneNumber
from recoverline.lib.render import placeholders_in
from scheduling import queries
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


def preview(
    step: StepTerms,
    *,
    lead: Lead | None,
    location: Location,
    language: str,
    now: datetime,
    number: PhoneNumber | None = None,
) -> str:
    """The text as `lead` would get it, with an example of the link: none is made. Raises UnknownPlaceholder."""
    body, business = body_in(step, language), location.business
    names = set(placeholders_in(body))
    needs_hours = not names.isdisjoint(wording.ABOUT_HOURS)
    values = scripts.values_for(
        business=business,
        location=location,
        number=number or _number_at(location),
        lead=lead or Lead(business=business, name=EXAMPLE_NAME),
        state=queries.state_of(location, now=now) if needs_hours else None,
        ranges=queries.hours_of(location) if needs_hours else (),
        now=now,
        language=language,
    )
    if "booking_link" in names:
        values["booking_link"] = wording.example_link(business)
    return scripts.render_script(body, values)


def _number_at(location: Location) -> PhoneNumber:
    """A number from which a text to somebody of this location could come; not saved where there is none yet."""
    here = PhoneNumber.objects.filter(location=location, is_active=True).first()
    number = here or PhoneNumber(business=location.business, location=location, number=location.business.phone)
    number.business, number.location = location.business, location
    return number
