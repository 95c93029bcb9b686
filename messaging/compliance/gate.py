"""THE gate of quiet hours: which texts wait for the morning where their reader is, and what becomes of one that waits.

Whatever writes a text may plan ahead with `messaging.compliance.quiet`; this is what is asked once more, at the moment
of sending.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q

from messaging import delivery
from messaging.compliance import quiet
from messaging.enums import Direction, MessageKind, MessageStatus, Suppression
from messaging.late_text import ANSWERS_RELAYED
from messaging.models import Conversation, Message, StepRun
from scheduling.models import Appointment

# Who wrote so recently is there, and is answered at any hour.
LIVE_FOR = timedelta(minutes=30)
# How the keys begin of texts about visits for which nobody is waiting.
UNASKED = ("reminder:", "waitlist:")


def keep_back(message: Message, *, now: datetime) -> bool:
    """Put off a claimed text that must not leave at `now`, or suppress it if the morning is too late; False: it may go.

    `message`: from `recheck.with_circumstances`, in the transaction that has claimed it. Putting off gives the claim
    back, so that it counts as no attempt.
    """
    if not _is_gated(message, now=now):
        return False
    opens = _opens_at(message, now=now)
    if opens <= now:
        return False
    if message.expires_at is not None and opens >= message.expires_at:
        delivery.suppress(message, Suppression.QUIET_HOURS, now=now)
        return True
    Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING, attempts=message.attempts).update(
        status=MessageStatus.QUEUED, next_at=opens, attempts=F("attempts") - 1, claimed_at=None, lease_until=None
    )
    return True


def _is_gated(message: Message, *, now: datetime) -> bool:
    if message.kind == MessageKind.FOLLOW_UP:
        return True
    if message.kind == MessageKind.FIRST_TEXT:
        return not _answers_at_night(message) or _cause(message).startswith(ANSWERS_RELAYED)
    if message.kind == MessageKind.APPOINTMENT:
        return _cause(message).startswith(UNASKED) and not _is_live(message, now=now)
    return False


def _answers_at_night(message: Message) -> bool:
    here: bool | None = getattr(message, "location_answers", None)
    return message.business.answers_at_night if here is None else here


def _cause(message: Message) -> str:
    """The key of the text, of a second try the first one's."""
    if not message.idem_key.startswith(delivery.AGAIN):
        return message.idem_key
    first = Message.objects.filter(business=message.business_id, key=message.idem_key.removeprefix(delivery.AGAIN))
    return first.values_list("idem_key", flat=True).first() or ""


def _is_live(message: Message, *, now: datetime) -> bool:
    recent = Message.objects.filter(
        conversation=message.conversation_id, direction=Direction.IN, created_at__gt=now - LIVE_FOR
    )
    return recent.exists()


def _opens_at(message: Message, *, now: datetime) -> datetime:
    if message.kind == MessageKind.FOLLOW_UP:
        run = _run_of(message)
        if run is not None:
            # Of the request that it follows up, as when it was planned; a later one may be of another place.
            row = run.enrollment
            return quiet.next_allowed(message.lead, row.location, now, request=row.request)
    if message.appointment_id is not None:
        visit = Appointment.objects.select_related("location__business", "request").get(pk=message.appointment_id)
        return quiet.next_allowed(message.lead, visit.location, now, request=visit.request)
    thread = Conversation.objects.select_related("location__business").get(pk=message.conversation_id)
    return quiet.next_allowed(message.lead, thread.location, now)


def _run_of(message: Message) -> StepRun | None:
    """The step that wrote a follow-up, of a second try the first one's."""
    wrote = Q(message=message.pk)
    if message.idem_key.startswith(delivery.AGAIN):
        wrote = Q(message__business=message.business_id, message__key=message.idem_key.removeprefix(delivery.AGAIN))
    rows = StepRun.objects.select_related("enrollment__location__business", "enrollment__request")
    return rows.filter(wrote).first()
