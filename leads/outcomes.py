"""What became of a request: booked, won, lost, or never one. It can be changed later; the events keep what it was."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User

from leads import events
from leads.enums import LostReason, RequestStatus
from leads.models import JobRequest, LeadEvent

# What the column holds; a request worth more is a slip of the finger.
LARGEST_CENTS = 2_147_483_647
# Not finished: somebody still has to come.
_RUNNING = (RequestStatus.OPEN, RequestStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ends. `value_cents` belongs to won ones, `lost_reason` (of LostReason) to lost ones."""

    status: RequestStatus
    value_cents: int | None = None
    lost_reason: str = ""
    note: str = ""

    @property
    def ends_automation(self) -> bool:
        """Whether it was nobody's customer, so that the robot has nothing to say to them."""
        return self.status in (RequestStatus.SPAM, RequestStatus.WRONG_NUMBER)

    @property
    def words(self) -> str:
        """For the timeline: "Won, $1,250.00"."""
        parts = [self.status.label]
        if self.value_cents is not None:
            parts.append(dollars(self.value_cents))
        if self.lost_reason:
            known = self.lost_reason in LostReason.values
            parts.append(LostReason(self.lost_reason).label.lower() if known else self.lost_reason)
        said = ", ".join(parts)
        return f"{said}: {self.note}" if self.note else said


def outcome_of(request: JobRequest | None) -> Outcome | None:
    """What was written down so far; None while it is open."""
    if request is None or request.status == RequestStatus.OPEN:
        return None
    return _written(request)


def _written(request: JobRequest) -> Outcome:
    return Outcome(RequestStatus(request.status), request.value_cents, request.lost_reason, request.outcome_note)


def end(request: JobRequest, outcome: Outcome, *, by: AbstractBaseUser, at: datetime, conversation: str) -> bool:
    """Write `outcome` into the request; False when it says so already, or somebody wrote another one since `request`
    was read.
    """
    before = _written(request)
    if outcome == before:
        return False
    unchanged = JobRequest.objects.filter(
        pk=request.pk, status=before.status, value_cents=before.value_cents, lost_reason=before.lost_reason,
        outcome_note=before.note,
    )  # fmt: skip
    ended = unchanged.update(
        status=outcome.status, value_cents=outcome.value_cents, lost_reason=outcome.lost_reason,
        outcome_note=outcome.note[:200], closed_at=None if outcome.status in _RUNNING else at,
    )  # fmt: skip
    if ended:
        was = "" if before.status == RequestStatus.OPEN else f" (was: {before.words})"
        events.record(
            f"request.{outcome.status}" if outcome.status != RequestStatus.OPEN else "request.reopened",
            business=request.business, lead=request.lead, at=at, actor=by, text=f"{outcome.words}{was}",
            conversation=conversation, request=str(request.key), old=before.status.value,
            new=outcome.status.value, old_cents=before.value_cents, new_cents=outcome.value_cents,
        )  # fmt: skip
    return bool(ended)


def give_estimate(
    request: JobRequest, cents: int | None, *, by: AbstractBaseUser, at: datetime, conversation: str
) -> bool:
    """Write down that an estimate was given, of `cents` if its amount is known; what follows it counts from `at`.

    Another amount is another estimate. False when the request is over, says so already, or somebody wrote another one
    since `request` was read.
    """
    if request.estimated_at is not None and request.estimate_cents == cents:
        return False
    unchanged = JobRequest.objects.filter(
        pk=request.pk, status__in=_RUNNING, estimated_at=request.estimated_at, estimate_cents=request.estimate_cents
    )
    if not unchanged.update(estimated_at=at, estimate_cents=cents):
        return False
    said = "Estimate given" if cents is None else f"Estimate given: {dollars(cents)}"
    was = "" if request.estimate_cents is None else f" (was: {dollars(request.estimate_cents)})"
    events.record(
        "request.estimated",
        business=request.business, lead=request.lead, at=at, actor=by, text=f"{said}{was}",
        conversation=conversation, request=str(request.key), cents=cents, old_cents=request.estimate_cents,
    )  # fmt: skip
    request.estimated_at, request.estimate_cents = at, cents
    return True


def last_writer(request: JobRequest) -> User | None:
    """Who wrote down what the request says now."""
    rows = LeadEvent.objects.filter(lead=request.lead_id, kind__startswith="request.", data__request=str(request.key))
    last = rows.select_related("actor").order_by("-id").first()
    return last.actor if last else None


def read_cents(typed: str) -> int:
    """Dollars as people type them ("1,250.00", "$80") in cents. ValueError says in words what is wrong."""
    text = typed.strip().removeprefix("$").strip()
    whole, point, cents = text.partition(".")
    groups = whole.split(",")
    in_groups = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = "".join(groups)
    if not (in_groups and digits.isascii() and digits.isdigit()):
        raise ValueError("Write an amount in dollars, such as 1,250.00.")
    if point and not (cents.isascii() and cents.isdigit() and len(cents) == 2):
        raise ValueError("Write cents with two digits, such as 1,250.00.")
    try:
        amount = int(Decimal(f"{digits}.{cents or 0}") * 100)
    except InvalidOperation as error:
        raise ValueError("Write an amount in dollars, such as 1,250.00.") from error
    if amount > LARGEST_CENTS:
        raise ValueError("This is more than can be kept here. Please look at the amount again.")
    return amount


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
