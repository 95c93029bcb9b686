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
        line = _existing(lead, number)
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
    return _with_its_own(line, lead, number)


def line_of(lead: Lead, number: PhoneNumber) -> Conversation | None:
    """The line to the phone of `lead` from this number, if there is one."""
    line = _existing(lead, number)
    return line and _with_its_own(line, lead, number)


def hold_line(business_id: int, phone: str) -> None:
    """Be the only one who sends to this phone of the team, or reads its commands, until the transaction ends.

    Taken before a customer's row: whoever sends alerts holds this one while they take their notices.
    """
    for pk in Lead.objects.filter(business=business_id, phone=phone).values_list("pk", flat=True):
        consent.hold_contact(pk)


def _existing(lead: Lead, number: PhoneNumber) -> Conversation | None:
    return Conversation.objects.filter(lead=lead, number=number, is_team=True).order_by("id").first()


def _with_its_own(line: Conversation, lead: Lead, number: PhoneNumber) -> Conversation:
    line.lead, line.number = lead, number
    line.business, line.location = number.business, number.location
    return line
