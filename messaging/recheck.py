"""What is asked again at the moment of sending: the world may have changed since the text was written."""

from datetime import datetime

from messaging import consent
from messaging.enums import CallState, Direction, MessageKind, Suppression
from messaging.models import Call, Conversation, Message, NeverText

AUTOMATIC = (MessageKind.FIRST_TEXT, MessageKind.AUTO_REPLY)


def reason_not_to_queue(conversation: Conversation, kind: MessageKind) -> Suppression | None:
    """Why this text may not even wait. Answers about consent itself (the confirmation of STOP, HELP) always may."""
    if kind != MessageKind.COMPLIANCE and consent.is_opted_out(conversation.business_id, conversation.lead.phone):
        return Suppression.OPTED_OUT
    return None


def reason_not_to_send(message: Message, *, now: datetime) -> Suppression | None:
    """Why a claimed text must not leave after all; called under the contact's lock with its rows freshly loaded."""
    business, lead, phone = message.business, message.lead, message.lead.phone
    if message.kind != MessageKind.COMPLIANCE and consent.is_opted_out(business.pk, phone):
        return Suppression.OPTED_OUT
    if business.is_texting_paused or not business.numbers.filter(pk=message.number_id, is_active=True).exists():
        return Suppression.PAUSED
    if message.number.stopped_at or message.account.stopped_at or not message.account.is_active:
        return Suppression.SENDER_STOPPED
    if lead.is_landline:
        return Suppression.LANDLINE
    if lead.is_unreachable:
        return Suppression.UNREACHABLE
    if message.kind in AUTOMATIC:
        return _reason_for_robot(message)
    return None


def _reason_for_robot(message: Message) -> Suppression | None:
    business, phone = message.business_id, message.lead.phone
    if NeverText.objects.filter(business=business, phone=phone).exists():
        return Suppression.NEVER_TEXT
    if message.conversation.automation_paused:
        return Suppression.TAKEN_OVER
    wrote = Message.objects.filter(
        conversation=message.conversation_id, direction=Direction.OUT, kind=MessageKind.STAFF, created_at__gt=message.created_at
    )
    if wrote.exists():
        return Suppression.TAKEN_OVER
    if message.kind == MessageKind.FIRST_TEXT and _spoken_since(message):
        return Suppression.CALLED_BACK
    return None


def _spoken_since(message: Message) -> bool:
    """A person has talked with this caller since the text was written: on the phone, or by closing the callback task."""
    phone, since = message.lead.phone, message.created_at
    spoke = Call.objects.filter(
        business=message.business_id, caller=phone, state__in=[CallState.ANSWERED, CallState.OUTBOUND], started_at__gt=since
    )
    return spoke.exists() or message.lead.tasks.filter(done_at__gt=since).exists()
