"""Whether somebody would be told of what cannot wait: rows that prove it, or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Business, Location
from messaging.escalation.enums import AckMeans
from messaging.models import Escalation, EscalationPolicy
from scheduling import oncall
from scheduling.models import OnCallShift
from scheduling.open_days import clock_text

LOOKED_AHEAD = timedelta(days=7)
# Of more locations the first ones are looked at; the page of the shifts shows each.
PLACES = 5
# What proves that a phone, or a link on it, works.
PROOFS = (AckMeans.TEXT, AckMeans.KEY, AckMeans.LINK)


@dataclass(frozen=True, slots=True)
class OnCallFacts:
    """`gap`: the first time within a week when no phone would ring, in words; "" without any. `more_gaps`: the rest."""

    has_policy: bool
    has_shifts: bool
    gap: str
    more_gaps: int
    answered_at: datetime | None


def on_call_facts(business: Business, *, now: datetime) -> OnCallFacts:
    """Four statements, and as many again for each location."""
    has_shifts = OnCallShift.objects.filter(business=business).exists()
    gaps: list[str] = []
    places = list(business.locations.order_by("name", "pk")[:PLACES]) if has_shifts else []
    for place in places:
        place.business = business
        stretches = oncall.coverage(place, now, now + LOOKED_AHEAD)
        gaps += [_words(stretch, place, len(places) > 1, now=now) for stretch in stretches if stretch.is_gap]
    answered = Escalation.objects.filter(business=business, acknowledged_via__in=PROOFS).order_by("-acknowledged_at")
    return OnCallFacts(
        has_policy=EscalationPolicy.objects.filter(business=business, is_active=True, steps__isnull=False).exists(),
        has_shifts=has_shifts,
        gap=gaps[0] if gaps else "",
        more_gaps=max(len(gaps) - 1, 0),
        answered_at=answered.values_list("acknowledged_at", flat=True).first(),
    )


def _words(stretch: oncall.Coverage, place: Location, names_place: bool, *, now: datetime) -> str:
    begins = "now" if stretch.starts_at <= now else _moment(stretch.starts_at, place)
    at = f" at {place}" if names_place else ""
    return f"from {begins} to {_moment(stretch.ends_at, place)}{at}"


def _moment(at: datetime, place: Location) -> str:
    local = at.astimezone(place.zone)
    return f"{local:%a} {clock_text(local.time())}"
