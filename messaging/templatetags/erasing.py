"""Who is shown the way to a person's data."""

from django import template

from leads.access import User
from leads.models import Lead
from messaging.compliance import person_views

register = template.Library()


@register.simple_tag
def may_erase(user: User, lead: Lead | None) -> bool:
    return lead is not None and lead.erased_at is None and person_views.may_erase(user, lead.business)
