"""Deleting what the simulator has left behind, and nothing else."""

from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import Business, CallbackTask, Lead, LeadEvent, WebhookDelivery
from messaging.enums import CarrierKind
from messaging.models import Call, Conversation, InboundHook, Message, MessageMedia, OptOut


def erase(business: Business) -> int:
    """Delete the simulated calls, texts, leads and what hangs on them; how many calls and texts that were.

    A person who was also in touch for real keeps everything: their lead, their opt-out and their real rows stay.
    """
    with transaction.atomic():
        calls = Call.objects.filter(business=business, is_simulated=True)
        texts = Message.objects.filter(business=business, is_simulated=True)
        count = calls.count() + texts.count()
        leads = _only_simulated(business)
        phones = list(leads.values_list("phone", flat=True))
        files = [media.file for media in MessageMedia.objects.filter(message__in=texts).exclude(file="")]
        causes = [
            f"missedcall:{call.account_id}:{call.carrier_call_id}"
            for call in calls.only("account_id", "carrier_call_id")
        ]
        keys = [str(key) for key in calls.values_list("key", flat=True)]
        CallbackTask.objects.filter(Q(cause__in=causes) | Q(lead__in=leads), business=business).delete()
        told = LeadEvent.objects.filter(Q(lead__in=leads) | Q(data__call__in=keys), business=business)
        WebhookDelivery.objects.filter(event__in=told).delete()
        told.delete()
        OptOut.objects.filter(business=business, phone__in=phones).delete()
        texts.delete()
        Conversation.objects.filter(business=business, is_simulated=True, messages=None).delete()
        calls.delete()
        leads.delete()
        InboundHook.objects.filter(account__business=business, account__kind=CarrierKind.SIMULATOR).delete()
        if business.is_simulated:
            LeadEvent.objects.filter(business=business, lead=None).delete()
        for file in files:
            transaction.on_commit(partial(file.storage.delete, str(file.name)))
    return count


def _only_simulated(business: Business) -> QuerySet[Lead]:
    real = {"lead": OuterRef("pk"), "is_simulated": False}
    return Lead.objects.filter(
        ~Exists(Call.objects.filter(**real)),
        ~Exists(Message.objects.filter(**real)),
        business=business,
        is_simulated=True,
    )
