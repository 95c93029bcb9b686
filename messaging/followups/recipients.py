"""Where a recipient is, and from when until when they may be texted."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leads.models import JobRequest, Lead, Location
from messaging.compliance import quiet
from messaging.followups import timing
from messaging.followups.enums import StepAction
from messaging.followups.timing import Allowed
from messaging.followups.versions import StepTerms
from messaging.models import Enrollment


@dataclass(frozen=True, slots=True)
class Recipient:
    """A lead as a location texts them. `location` has its business; `lead` may be unsaved."""

    lead: Lead
    location: Location
    request: JobRequest
    zone: ZoneInfo

    def next_allowed(self, at: datetime) -> datetime:
        """The earliest moment from `at` on that is no quiet hour of theirs."""
        return quiet.next_allowed(self.lead, self.location, at, request=self.request)

    def closes_at(self, at: datetime) -> datetime:
        """When the quiet hours after `at` begin."""
        return quiet.closes_at(self.lead, self.location, at, request=self.request)

    def why(self, at: datetime) -> str:
        return quiet.why(self.lead, self.location, at, request=self.request)

    def allowed(self, step: StepTerms) -> Allowed:
        """Quiet hours are about texts and calls to them; our own phones ring whenever the step says."""
        return timing.always if step.action == StepAction.CALL else self.next_allowed


def recipient(lead: Lead, location: Location, *, request: JobRequest | None = None) -> Recipient:
    if request is None:
        # Looked up once, for all that is asked of them; a request that names no place leaves it to their number.
        request = _last_that_names_a_place(lead) or JobRequest()
    return Recipient(lead, location, request, quiet.zone_of(lead, location, request=request))


def _last_that_names_a_place(lead: Lead) -> JobRequest | None:
    """None for one made up for a preview, who is not saved."""
    told = JobRequest.objects.filter(lead=lead.pk).exclude(place="", address="")
    return told.order_by("-opened_at", "-id").first() if lead.pk else None


def recipient_of(enrollment: Enrollment) -> Recipient:
    """With its lead, request and location's business loaded."""
    return recipient(enrollment.lead, enrollment.location, request=enrollment.request)


def wanted_at(step: StepTerms, enrollment: Enrollment, to: Recipient) -> datetime:
    """When `step` is due by what the row says. It stays valid from then on, whatever put it off since.

    Raises ValueError when there is no such moment.
    """
    return timing.due_at(
        step, anchor_at=enrollment.anchor_at, last_text_at=enrollment.last_text_at, zone=to.zone,
        allowed=to.allowed(step),
    )  # fmt: skip
