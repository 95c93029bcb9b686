"""What is asked again at the moment of sending: the world may have changed since the text was written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from leads.models import Business, CallbackTask, Lead
from messaging import consent
from messaging.enums import CallState, Direction, Handler, MessageKind, MessageStatus, Suppression
from messaging.escalation.enums import EscalationStatus
from messaging.followups import standing
from messaging.models import Call, Conversation, EscalationNotice, Message, NeverText, OptOut
from recoverline.lib import prepared
from recoverline.lib.phones import is_served

# A person has talked with the caller, or is on the line with them right now.
SPOKEN = Q(state__in=[CallState.ANSWERED, CallState.OUTBOUND]) | Q(state=CallState.RINGING, accepted_at__isnull=False)
# An alert is of use as long as nobody has said "mine", a reminder as long as its reader has it.
STILL_ASKED = Q(position__lt=100, escalation__status=EscalationStatus.OPEN) | Q(
    position__gte=100, escalation__status=EscalationStatus.ACKNOWLEDGED, escalation__acknowledged_by=F("member")
)
# Columns that sending usually reads; of the hundred in these tables the others are fetched where a rare path wants
# them.
NEEDED = (
    "key", "kind", "status", "attempts", "unknowns", "body", "idem_key", "created_at", "expires_at", "is_simulated",
    "appointment_version",
    "lead__phone", "lead__is_landline", "lead__is_unreachable", "lead__blocked_at", "lead__is_team", "lead__erased_at",
    "lead__is_simulated",
    "number__number", "number__is_active", "number__stopped_at",
    "account__kind", "account__key", "account__account_sid", "account__auth_token", "account__messaging_service_sid",
    "account__is_active", "account__stopped_at", "account__uses_lookup",
    "business__is_texting_paused", "business__late_after_minutes", "business__country", "business__countries_served",
    "business__answers_at_night", "business__is_simulated",
    "conversation__automation_paused", "conversation__handler", "conversation__language",
)  # fmt: skip
# Leaves also to a person who is blocked: what the law wants answered (STOP, HELP), what may save somebody, and what the
# team is told.
ALSO_TO_BLOCKED = (MessageKind.COMPLIANCE, MessageKind.SAFETY, MessageKind.ALERT)
AUTOMATIC = (MessageKind.FIRST_TEXT, MessageKind.AUTO_REPLY, MessageKind.APPOINTMENT, MessageKind.ROBOT)


def reason_not_to_queue(conversation: Conversation, kind: MessageKind) -> Suppression | None:
    """Why this text may not even wait. Answers about consent itself (the confirmation of STOP, HELP) always may.

    A first text is written in the transaction that has just decided about it, under the contact's lock, opt-outs
    included.
    """
    if kind not in (MessageKind.COMPLIANCE, MessageKind.FIRST_TEXT) and consent.is_opted_out(
        conversation.business_id, conversation.lead.phone
    ):
        return Suppression.OPTED_OUT
    if conversation.lead.blocked_at is not None and kind not in ALSO_TO_BLOCKED:
        return Suppression.BLOCKED
    # Anybody may type any number into the booking page. A first text was refused already, where it was decided.
    if kind == MessageKind.APPOINTMENT and not is_served(conversation.lead.phone, conversation.business.served):
        return Suppression.NOT_SERVED
    return None


def phones_not_to_text(business: Business, phones: Collection[str]) -> set[str]:
    """Those of `phones` that no automatic text about a visit could reach, whatever it said."""
    mine = {"business": business, "phone__in": phones}
    opted_out = OptOut.objects.filter(**mine, revoked_at=None).values_list("phone", flat=True)
    never = NeverText.objects.filter(**mine).values_list("phone", flat=True)
    blocked = Lead.objects.filter(**mine, blocked_at__isnull=False).values_list("phone", flat=True)
    return {*opted_out, *never, *blocked, *(phone for phone in phones if not is_served(phone, business.served))}


def with_circumstances(messages: QuerySet[Message]) -> QuerySet[Message]:
    """The rows with everything that `reason_not_to_send` asks about, in one query."""
    mine = {"business": OuterRef("business"), "phone": OuterRef("lead__phone")}
    staff_texts = Message.objects.filter(
        conversation=OuterRef("conversation"),
        direction=Direction.OUT,
        kind=MessageKind.STAFF,
        created_at__gt=OuterRef("created_at"),
    )
    # By what the turn had read: a text may have come between its first look at the clock and its first look at them.
    newer = Message.objects.filter(
        conversation=OuterRef("conversation"), direction=Direction.IN, pk__gt=OuterRef("turn__trigger_id")
    )
    spoken = Call.objects.filter(
        business=OuterRef("business"),
        caller=OuterRef("lead__phone"),
        started_at__gt=OuterRef("created_at"),
    ).filter(SPOKEN)
    called_back = CallbackTask.objects.filter(lead=OuterRef("lead"), done_at__gt=OuterRef("created_at"))
    alerts = EscalationNotice.objects.filter(message=OuterRef("pk"))
    return (
        messages.select_related("lead", "number", "account", "business", "conversation")
        .only(*NEEDED)
        .annotate(
            is_opted_out=Exists(OptOut.objects.filter(**mine, revoked_at=None)),
            is_never_text=Exists(NeverText.objects.filter(**mine)),
            staff_wrote=Exists(staff_texts),
            customer_wrote=Exists(newer),
            was_spoken_to=Exists(spoken) | Exists(called_back),
            is_alert_over=Exists(alerts) & ~Exists(alerts.filter(STILL_ASKED)),
            version_now=F("appointment__version"),
            location_answers=F("conversation__location__answers_at_night"),
        )
    )


def claimed(message_id: int) -> Message:
    """The text with its circumstances; the statement is put together once a process, which takes longer than to ask."""
    (message,) = prepared.rows(_claimed, [message_id])
    return message


def _claimed(values: Sequence[int]) -> QuerySet[Message]:
    return with_circumstances(Message.objects.filter(pk=values[0])).order_by()


def opted_out_since(message: Message, attempt: int, *, now: datetime) -> bool | None:
    """Whether its reader wants no texts by now; None when the text is no longer ours by this attempt's lease."""
    found = prepared.ask(_leased, [message.pk, now, message.business_id, message.lead.phone])
    return next((opted_out for attempts, opted_out in found if attempts == attempt), None)


def _leased(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    pk, now, business, phone = values
    opted_out = OptOut.objects.filter(business=business, phone=phone, revoked_at=None)
    rows = Message.objects.filter(pk=pk, status=MessageStatus.SENDING, lease_until__gt=now)
    return rows.order_by().values_list("attempts", Exists(opted_out))


def reason_not_to_send(message: Message) -> Suppression | None:
    """Why a claimed text must not leave after all. `message`: from `with_circumstances`, under the contact's lock."""
    found: Any = message
    lead, number, account = message.lead, message.number, message.account
    reasons = (
        (found.is_opted_out and message.kind != MessageKind.COMPLIANCE, Suppression.OPTED_OUT),
        (lead.blocked_at and message.kind not in ALSO_TO_BLOCKED, Suppression.BLOCKED),
        (message.business.is_texting_paused or not number.is_active, Suppression.PAUSED),
        (number.stopped_at or account.stopped_at or not account.is_active, Suppression.SENDER_STOPPED),
        (lead.is_landline, Suppression.LANDLINE),
        (lead.is_unreachable, Suppression.UNREACHABLE),
    )
    reason = next((reason for holds, reason in reasons if holds), None)
    # What was booked may have changed since; strict, because a wrong time sends somebody to a locked door.
    if reason is None and message.appointment_version not in (None, found.version_now):
        reason = Suppression.OUTDATED
    if reason is None and message.kind == MessageKind.ALERT and found.is_alert_over:
        return Suppression.TAKEN_OVER
    # Neither a pause nor a person who is just writing keeps back what may save somebody.
    if reason is None and message.kind == MessageKind.SAFETY and found.is_never_text:
        return Suppression.NEVER_TEXT
    if reason is None and message.kind == MessageKind.FOLLOW_UP:
        return standing.reason_not_to_send(message, staff_wrote=found.staff_wrote)
    return reason or (_reason_for_robot(found) if message.kind in AUTOMATIC else None)


def _reason_for_robot(message: Any) -> Suppression | None:
    if message.is_never_text:
        return Suppression.NEVER_TEXT
    if message.conversation.automation_paused:
        return Suppression.TAKEN_OVER
    # An answer about a visit goes out by its own kind, so that only here it is seen to be about one.
    if message.appointment_version is not None and not is_served(message.lead.phone, message.business.served):
        return Suppression.NOT_SERVED
    # A person who writes takes the conversation over, but the visit stands, and so does what must be said of it.
    if message.staff_wrote and message.kind != MessageKind.APPOINTMENT:
        return Suppression.TAKEN_OVER
    if message.kind == MessageKind.ROBOT and message.conversation.handler != Handler.ROBOT:
        return Suppression.TAKEN_OVER
    # What came since has a turn of its own, which answers that as well, since this never left.
    if message.kind == MessageKind.ROBOT and message.customer_wrote:
        return Suppression.OVERTAKEN
    # On the phone, or by closing the callback task.
    if message.kind == MessageKind.FIRST_TEXT and message.was_spoken_to:
        return Suppression.CALLED_BACK
    return None
