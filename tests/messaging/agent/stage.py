"""A business whose robot can be tried: Alder Plumbing cleans drains, and knows what it costs and who is insured."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.apps import apps
from django.db.models import Model

from leads.models import Faq, Service
from messaging.models import AgentSettings, PhoneNumber
from scheduling.models import OpeningHours
from tests.base import Cast, make_cast
from tests.factories import make_agent_settings, make_faq, make_resource, make_rules, make_service

# What a customer's text would leave behind, if it were one.
WRITTEN = ("leads.Lead", "leads.LeadEvent", "leads.JobRequest", "leads.CallbackTask", "messaging.Conversation",
           "messaging.Message", "messaging.OptOut", "messaging.AgentTurn", "messaging.SlotOffer",
           "messaging.UnansweredQuestion", "scheduling.Appointment", "scheduling.Assignment", "scheduling.BookingLink",
           "django_q.OrmQ")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    cast: Cast
    robot: AgentSettings
    number: PhoneNumber
    service: Service
    faq: Faq


def make_stage(**settings: Any) -> Stage:
    """Open from nine to five on every day; drains are cleaned at the shop, in an hour, without notice."""
    cast = make_cast()
    service = make_service(cast.a, "Drain cleaning", price_from_cents=9900, price_to_cents=14900, aliases=["clog"])
    make_rules(service)
    technician = make_resource(cast.a)
    technician.services.add(service)
    for weekday in range(7):
        OpeningHours.objects.create(business=cast.a, weekday=weekday, opens=time(9), closes=time(17))
    faq = make_faq(cast.a, "Are you insured?", "Yes, we are licensed and insured.", examples=["do you have insurance"])
    robot = make_agent_settings(cast.a, **settings)
    return Stage(cast, robot, cast.a_number, service, faq)


def rows_written() -> dict[str, int]:
    """How many rows there are of everything that a real text may write."""
    models: list[type[Model]] = [apps.get_model(name) for name in WRITTEN if apps.is_installed(name.split(".")[0])]
    return {model._meta.label: model._default_manager.count() for model in models}
