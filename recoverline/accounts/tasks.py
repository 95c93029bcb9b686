"""What the queue calls once a day."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

# Long after they have stopped to lock anybody, for who wants to see what happened.
ATTEMPTS_KEPT = timedelta(days=30)


def forget_old() -> None:
    """Sessions that have ended and failed sign-ins that lock nobody any more."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - ATTEMPTS_KEPT).delete()
