"""The front desk in tests: signed-in browsers, conversations to look at, addresses of pages."""

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from leads.models import LeadEvent
from messaging.models import Conversation
from tests import factories
from tests.base import Cast


def add_reader(cast: Cast) -> User:
    """Somebody who may read at A, and nothing else."""
    user = factories.make_user("rita")
    factories.make_member(cast.a, user, Role.READ_ONLY)
    return user


def converse(cast: Cast, **values: Any) -> Conversation:
    lead = factories.make_lead(cast.a, **{"name": "Dana", **values.pop("lead", {})})
    return factories.make_conversation(lead, cast.a_number, **values)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, conversation: Conversation) -> str:
    return reverse(f"inbox:conversation-{name}", args=[conversation.key])


def draft(body: str = "On our way.", client_id: uuid.UUID | None = None) -> dict[str, str]:
    return {"body": body, "client_id": str(client_id or uuid.uuid4())}


def listed(response: HttpResponse) -> list[str]:
    return [row.lead.name for row in response.context["page"].rows]  # type: ignore[attr-defined]


def kinds_of_events(conversation: Conversation) -> list[str]:
    return list(LeadEvent.objects.filter(lead=conversation.lead).order_by("id").values_list("kind", flat=True))


def opt_out(conversation: Conversation) -> None:
    factories.make_opt_out(conversation.business, phone=conversation.lead.phone)
