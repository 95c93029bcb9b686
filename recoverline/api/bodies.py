"""What a webhook says: the event, and the rows it names, in the shapes of the API (settings.EVENT_BODY)."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from rest_framework import serializers

from leads.models import Business, CallbackTask, JobRequest, LeadEvent
from messaging.call_kinds import is_of_team
from messaging.models import Call, Conversation, Message
from recoverline.api.serializers import (
    AppointmentShape,
    CallShape,
    ConversationShape,
    LeadShape,
    MessageShape,
    RequestShape,
    TaskShape,
)
from scheduling.models import Appointment

M = TypeVar("M", bound=Model)
ERASED = "person.erased"

# By the name under which an event's data holds a row's key.
SHAPES: Mapping[str, tuple[type[Model], type[serializers.ModelSerializer[Any]]]] = {
    "call": (Call, CallShape),
    "conversation": (Conversation, ConversationShape),
    "message": (Message, MessageShape),
    "request": (JobRequest, RequestShape),
    "appointment": (Appointment, AppointmentShape),
    "task": (CallbackTask, TaskShape),
}


def body_of(event: LeadEvent) -> dict[str, Any] | None:
    """`type`, `timestamp` and `data`, ready for JSON, as the rows are now.

    None if nobody is to be told: of the team's own lines, of people who are erased, and of what the simulator caused
    where the business is a real one. Of who was erased their ids alone are told, so that others erase them too.
    """
    business, lead = event.business, event.lead
    if lead is not None and (lead.erased_at is not None or not _is_told(lead, business)):
        return None
    data: dict[str, Any] = {"business": business.slug, "text": event.text}
    if event.kind == ERASED:
        told = str(event.data.get("leads") or "")
        if not told:
            return None
        data["leads"] = told.split(",")
    if lead is not None:
        data["lead"] = LeadShape(lead).data
    for name, (model, shape) in SHAPES.items():
        row = _named(event, name, model, shape)
        if row is None:
            continue
        if not _is_told(row, business) or (isinstance(row, Call) and is_of_team(row)):
            return None
        data[name] = shape(row).data
    return {"type": event.kind, "timestamp": event.at.isoformat().replace("+00:00", "Z"), "data": data}


def _named(
    event: LeadEvent, name: str, model: type[M], shape: type[serializers.ModelSerializer[Any]]
) -> M | None:  # fmt: skip
    """The row whose key the event holds, if it still belongs to the event's business."""
    key = event.data.get(name)
    if not isinstance(key, str) or not _is_uuid(key):
        return None
    related: tuple[str, ...] = getattr(shape, "related", ())
    rows = model._default_manager.filter(key=key, business=event.business_id)
    return rows.select_related(*related).first() if related else rows.first()


def _is_told(row: Model, business: Business) -> bool:
    is_simulated = getattr(row, "is_simulated", business.is_simulated)
    return bool(is_simulated == business.is_simulated) and not getattr(row, "is_team", False)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
