"""What pages about accounts show."""

from django import template
from django.contrib.auth.base_user import AbstractBaseUser

from leads.access import CONFIGURERS, businesses_for
from recoverline.accounts import sessions

register = template.Library()
register.filter("device", sessions.device)


@register.filter
def has_team(user: AbstractBaseUser) -> bool:
    """Whether they look after the team of a business."""
    return businesses_for(user, roles=CONFIGURERS).exists()
