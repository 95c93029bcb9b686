"""What a registration asks to see: real texts of the business, with made-up values in the places of names and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Service
from messaging import configuration, visit_words, wording
from messaging.enums import HoursState, ScriptKind
from messaging.followups.enums import StepAction
from messaging.models import PhoneNumber, SequenceStep
from recoverline.lib.optout_line import offers_stop
from recoverline.lib.render import UnknownPlaceholder

MOST = 5
CALLER = "Maria"


@dataclass(frozen=True, slots=True)
class Sample:
    """One text as a customer would get it."""

    label: str
    text: str

    @property
    def says_stop(self) -> bool:
        return offers_stop(self.text)


def samples_of(number: PhoneNumber, *, now: datetime) -> list[Sample]:
    """Two to five texts that leave from `number`; the first text of all comes first."""
    also = _values(number, now=now)
    kinds = [
        (ScriptKind.MISSED_CALL, HoursState.OPEN, "The first text after a missed call"),
        (ScriptKind.AFTER_HOURS, HoursState.CLOSED, "The first text when we are closed"),
    ]
    if configuration.finds_something_to_book(number.business):
        kinds += [
            (ScriptKind.BOOKING_CONFIRMED, HoursState.OPEN, "An appointment is booked"),
            (ScriptKind.BOOKING_REMINDER, HoursState.OPEN, "A reminder of it"),
        ]
    found = [Sample(label, _worded(kind, number, hours, also, now=now)) for kind, hours, label in kinds]
    follow_up = _follow_up(number, now=now, also=also)
    if follow_up is not None:
        found.insert(2, follow_up)
    different: dict[str, Sample] = {}
    for sample in found:
        different.setdefault(sample.text, sample)
    return list(different.values())[:MOST]


def answer(kind: ScriptKind, number: PhoneNumber, *, now: datetime) -> str:
    """What is answered to HELP, STOP or START."""
    return wording.worded(kind, number=number, now=now).body


def _worded(kind: ScriptKind, number: PhoneNumber, hours: str, also: Mapping[str, str], *, now: datetime) -> str:
    # Spelled out: a mapping could name what is no placeholder.
    return wording.worded(kind, number=number, now=now, lead=None, language="", hours=hours, **also).body


def _follow_up(number: PhoneNumber, *, now: datetime, also: dict[str, str]) -> Sample | None:
    steps = SequenceStep.objects.filter(
        sequence__business=number.business, sequence__is_active=True, action=StepAction.TEXT
    ).exclude(body="")
    step = steps.select_related("sequence").order_by("sequence__trigger", "position").first()
    if step is None:
        return None
    try:
        body = wording.fill(step.body, number=number, lead=None, language="", now=now, also=also)
    except UnknownPlaceholder:
        return None
    return Sample(f"A follow-up: {step.sequence.name}", body)


def _values(number: PhoneNumber, *, now: datetime) -> dict[str, str]:
    business = number.business
    service = Service.objects.filter(business=business, is_active=True).order_by("name").first()
    starts_at = (now + timedelta(days=2)).replace(hour=15, minute=0, second=0, microsecond=0)
    link = wording.example_link(business)
    when = visit_words.describe_visit(starts_at, zone=number.location.zone, language=business.language)
    return {
        "caller_name": CALLER,
        "appointment": service.name if service else "your appointment",
        "service": service.name if service else "the repair",
        "when": when,
        "booking_link": link,
        "change_link": link,
        "confirm": "Reply C to confirm.",
    }
