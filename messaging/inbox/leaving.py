"""What a member leaves behind when they are taken from a team: others must see that nobody has it."""

from leads.access import WRITERS
from leads.models import CallbackTask, LeadEvent, Membership
from messaging.enums import ConversationStatus
from messaging.models import Conversation


def release(event: LeadEvent) -> None:
    """After `member.removed` (data: user): conversations and call-backs of that business are nobody's again."""
    user_id, business_id = event.data.get("user"), event.business_id
    if not user_id or Membership.objects.filter(user_id=user_id, business_id=business_id, role__in=WRITERS).exists():
        return
    open_ones = Conversation.objects.filter(business_id=business_id, assignee_id=user_id)
    open_ones.exclude(status=ConversationStatus.DONE).update(assignee=None)
    CallbackTask.objects.filter(business_id=business_id, assignee_id=user_id, done_at=None).update(assignee=None)
