"""Whether a page offers to bring people in and to take them along."""

from django import template
from django.http import HttpRequest

from leads.access import CONFIGURERS
from leads.admin.reach import whole_business_ids

register = template.Library()


@register.simple_tag
def may_exchange(request: HttpRequest) -> bool:
    """Owners and managers of a whole business."""
    return bool(whole_business_ids(request, CONFIGURERS))
