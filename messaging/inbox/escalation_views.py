"""Taking, passing on and closing what cannot wait."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from leads import colleagues
from leads.models import Membership
from messaging import access
from messaging.escalation import acknowledging
from messaging.escalation.enums import AckMeans, EscalationStatus
from messaging.inbox import escalations
from messaging.inbox.asking import back_to, locations_of, user_of
from messaging.inbox.list_views import back_to_list
from messaging.models import Escalation
from recoverline.lib import clock


@login_required
@require_POST
def take(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Mine. Whoever was slower is told who was faster."""
    escalation = _writable(request, key)
    member = _member(request, escalation)
    if member is None:
        messages.error(request, "Only somebody of this business can take it.")
        return _back(request, escalation)
    result = acknowledging.acknowledge(escalation, member=member, via=AckMeans.INBOX, now=clock.now())
    if result.won:
        messages.success(request, "You have it. Nobody else is asked any more.")
    elif result.is_closed:
        messages.info(request, "It is closed already.")
    elif result.by is not None and result.by.pk == member.pk:
        messages.info(request, "You have it already.")
    else:
        messages.info(request, _who_was_faster(escalation))
    return _back(request, escalation)


@login_required
@require_POST
def pass_on(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Not me: the next ones are asked."""
    escalation = _writable(request, key)
    member = _member(request, escalation)
    if member is None:
        messages.error(request, "Only somebody of this business can pass it on.")
    elif acknowledging.pass_on(escalation, member=member, now=clock.now()):
        messages.success(request, "Passed on. Whoever comes next is asked.")
    elif escalation.status == EscalationStatus.CLOSED:
        messages.info(request, "It is closed already.")
    else:
        messages.info(request, f"{_holder(escalation)} has it. Nothing was changed.")
    return _back(request, escalation)


@login_required
@require_POST
def close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Over: nobody is asked or reminded any more."""
    escalation = _writable(request, key)
    if acknowledging.close(escalation, by=user_of(request), now=clock.now()):
        messages.success(request, "Closed. Nobody is asked about it any more.")
    else:
        messages.info(request, "It was closed already.")
    return _back(request, escalation)


def _writable(request: HttpRequest, key: uuid.UUID) -> Escalation:
    escalation = get_object_or_404(
        access.escalations_for(request.user).select_related(
            "business", "location__business", "lead", "conversation", "acknowledged_by__user"
        ),
        key=key,
    )
    if not locations_of(request).may_write_at(escalation.location_id):
        raise PermissionDenied
    return escalation


def _member(request: HttpRequest, escalation: Escalation) -> Membership | None:
    """Who asks, as somebody of this business; a superuser may be nobody there."""
    mine = Membership.objects.filter(business=escalation.business_id, user_id=user_of(request).pk)
    return mine.select_related("user").first()


def _who_was_faster(escalation: Escalation) -> str:
    at = escalation.acknowledged_at
    since = f" since {escalations.clock(at, escalation.location.zone)}" if at else ""
    return f"{_holder(escalation)} was faster and has it{since}."


def _holder(escalation: Escalation) -> str:
    member = escalation.acknowledged_by
    return colleagues.called(member.user) if member else "Somebody"


def _back(request: HttpRequest, escalation: Escalation) -> HttpResponse:
    if escalation.conversation is not None:
        return back_to(request, escalation.conversation)
    return back_to_list(request)


urlpatterns = [
    path("escalations/<uuid:key>/take/", take, name="escalation-take"),
    path("escalations/<uuid:key>/pass-on/", pass_on, name="escalation-pass-on"),
    path("escalations/<uuid:key>/close/", close, name="escalation-close"),
]
