"""Steps of a sequence held against the business they belong to, for forms and for the business file."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from leads.models import Business, Lead, Location
from messaging.followups.step_lint import StepFinding, Voices, check_steps
from messaging.followups.versions import StepTerms
from messaging.models import PhoneNumber
from messaging.models import Sequence as SequenceRow
from messaging.scripts import values_for
from messaging.wording import example_link
from scheduling.hours import OpenState
from scheduling.queries import hours_of

LANGUAGES = ("en", "es")
SAMPLE_CALLER = "Maria Lopez"


def findings_in(
    steps: Sequence[StepTerms], *, business: Business, location: Location | None, now: datetime
) -> list[StepFinding]:
    """What `check_steps` says of texts as a caller at `location` (None: any) would get them."""
    return check_steps(steps, voices_of(business, location, now=now))


def voices_of(business: Business, location: Location | None, *, now: datetime) -> Voices:
    place = location or business.locations.first()
    return Voices(
        business=business.name,
        samples={
            language: values_for(
                business=business,
                location=place or Location(business=business, name=business.name),
                number=PhoneNumber(business=business, number=business.phone),
                lead=Lead(business=business, name=SAMPLE_CALLER),
                state=OpenState(False, "closed", "", None, now + timedelta(hours=12)),
                ranges=hours_of(place) if place is not None else (),
                now=now,
                language=language,
            )
            | {"booking_link": example_link(business)}
            for language in LANGUAGES
        },
    )


def rival_of(sequence: SequenceRow) -> SequenceRow | None:
    """The other active sequence that begins with the same at the same place: there can be only one."""
    if not sequence.is_active:
        return None
    rows = SequenceRow.objects.filter(business=sequence.business_id, trigger=sequence.trigger, is_active=True)
    return rows.filter(location=sequence.location_id).exclude(pk=sequence.pk).first()


def rival_words(rival: SequenceRow) -> str:
    return f"“{rival.name}” begins with the same at the same place and is active. Switch one of the two off."
