"""How somebody wants to work; without a row of their own, as the model says."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from leads.models import Preferences


def preferences_of(user: AbstractBaseUser | AnonymousUser) -> Preferences:
    """The row of `user`, else an unsaved one with the defaults; of a stranger the defaults as well."""
    if user.pk is None:
        return Preferences()
    return Preferences.objects.filter(user_id=user.pk).first() or Preferences(user_id=user.pk)
