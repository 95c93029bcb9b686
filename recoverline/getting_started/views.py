"""The page of what is left to set up, for owners and managers."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from leads.access import CONFIGURERS, businesses_for
from leads.models import Business, Location, Membership
from messaging import alerts
from messaging.escalation import trying
from messaging.inbox.asking import user_of
from recoverline.getting_started import line, steps
from recoverline.lib import clock

# A page of each would be long; who has more of them goes by the admin.
SHOWN = 5
TESTS_AN_HOUR = 5


@login_required
@require_GET
def show_steps(request: HttpRequest) -> HttpResponse:
    mine = businesses_for(request.user, roles=CONFIGURERS)[:SHOWN]
    memberships = Membership.objects.filter(user_id=user_of(request).pk, business__in=[row.pk for row in mine])
    folded = dict(memberships.values_list("business_id", "setup_folded_at"))
    lists = []
    for business in mine:
        line.forget(business)
        found = steps.steps_of(business, now=clock.now())
        lists.append(
            {
                "business": business,
                "steps": found,
                "progress": steps.progress_of(found),
                "is_member": business.pk in folded,
                "is_folded": folded.get(business.pk) is not None,
            }
        )
    return render(request, "start/getting_started.html", {"lists": lists})


@login_required
@require_POST
def fold(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep the line away from the inbox, or bring it back; what breaks later shows all the same."""
    business = _configurable(request, key)
    folded_at = clock.now() if request.POST.get("fold") == "1" else None
    Membership.objects.filter(user_id=user_of(request).pk, business=business).update(setup_folded_at=folded_at)
    line.forget(business)
    return redirect("getting-started")


@login_required
@require_POST
def mail_test(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """An e-mail to oneself proves that e-mail works."""
    business, address = _configurable(request, key), getattr(request.user, "email", "")
    if not address:
        messages.error(request, "Your account has no e-mail address.")
        return redirect("getting-started")
    if not _may_mail(user_of(request).pk):
        messages.error(request, f"{TESTS_AN_HOUR} test e-mails went out in the last hour. Try again later.")
        return redirect("getting-started")
    problem = alerts.mail_noted(f"{business}: test", "If you can read this, alerts will reach you.\n", [address])
    if problem is None:
        messages.success(request, f"Mailed to {address}. Look whether it has arrived.")
    else:
        messages.error(request, f"The mail server did not take it: {type(problem).__name__}.")
    line.forget(business)
    return redirect("getting-started")


@login_required
@require_POST
def alert_test(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """An alert to one's own phone proves that it arrives, and shows how to answer it."""
    business = _configurable(request, key)
    member = Membership.objects.filter(user_id=user_of(request).pk, business=business).select_related("user").first()
    location = _place_of(member) if member else None
    if member is None or location is None:
        messages.error(request, "Only somebody of this team can be sent a test alert.")
        return redirect("getting-started")
    try:
        sent = trying.open_test(member, location, now=clock.now())
    except ValueError as problem:
        messages.error(request, str(problem))
        return redirect("getting-started")
    if sent is None:
        messages.info(request, "A test alert is on its way to you already. Answer that one.")
    else:
        how = "A text comes in a moment, and a call if you do not answer it" if member.phone else "An e-mail comes"
        messages.success(request, f"{how}. Answer as if it were a real one.")
    line.forget(business)
    return redirect("getting-started")


def _place_of(member: Membership) -> Location | None:
    """Where they work; the first of all of them without a limit."""
    places = member.locations.all() if member.locations.exists() else member.business.locations.all()
    return places.select_related("business").order_by("name", "pk").first()


def _may_mail(user_id: int | None) -> bool:
    """Whether one of this hour's places is free; if so, it is taken."""
    keys = (f"recoverline.test-mail:{user_id}:{place}" for place in range(TESTS_AN_HOUR))
    return any(cache.add(key, True, timeout=3600) for key in keys)


def _configurable(request: HttpRequest, key: uuid.UUID) -> Business:
    """Strangers learn of nothing, members without the right are told so."""
    business = get_object_or_404(businesses_for(request.user), key=key)
    if not businesses_for(request.user, roles=CONFIGURERS).filter(pk=business.pk).exists():
        raise PermissionDenied
    return business


urlpatterns = [
    path("start/", show_steps, name="getting-started"),
    path("start/<uuid:key>/fold/", fold, name="getting-started-fold"),
    path("start/<uuid:key>/mail/", mail_test, name="getting-started-mail"),
    path("start/<uuid:key>/alert/", alert_test, name="getting-started-alert"),
]
