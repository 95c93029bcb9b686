"""The conversation in which one member of the team gets alerts and answers them: in no list, and no customer's."""

from datetime import datetime

from django.db import transaction

from leads.models import Lead, Membership
from messaging import consent
from messaging.enums import CarrierKind, ConversationStatus, Handler
from messaging.models import Conversation, PhoneNumber


def line_to(member: Membership, number: PhoneNumber, now: datetime) -> Conversation:
    """The line from `number` to the phone of `member`, which must have one; the same each time.

    Somebody of the team may be a customer as well, with a lead and conversations of that kind: those stay as they are.
    """
    is_simulated = number.account.kind == CarrierKind.SIMULATOR
    with transaction.atomic():
        lead, _ = Lead.objects.get_or_create(
            business_id=member.business_id,
            phone=member.phone,
            defaults={
                "is_team": True,
                "name": member.user.get_full_name()[:120],
                "created_at": now,
                "is_simulated": is_simulated,
            },
        )
        consent.hold_contact(lead.pk)
        line = Conversation.objects.filter(lead=lead, number=number, is_team=True).order_by("id").first()
        if line is None:
            line = Conversation(
                business_id=member.business_id,
                location_id=number.location_id,
                lead=lead,
                number=number,
                status=ConversationStatus.DONE,
                handler=Handler.PERSON,
                is_team=True,
                last_at=now,
                opened_at=now,
                closed_at=now,
                is_simulated=is_simulated,
            )
            line.save(force_insert=True)
    line.lead, line.number = lead, number
    line.business, line.location = number.business, number.location
    return line
