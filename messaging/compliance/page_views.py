"""The compliance page, for owners and managers of a whole business: registration, and what one number may be sent.

A phone is asked about by POST and shown in the answer: it stands in no address, and so in no log or history.
"""

import uuid
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from leads import events
from leads.access import CONFIGURERS, User, businesses_for
from leads.models import Business, Membership
from messaging.compliance import person_views, registration, retention
from messaging.compliance.page_forms import PhoneForm, RegistrationForm
from messaging.compliance.standing import Standing, standing
from messaging.enums import Registration
from messaging.inbox.asking import user_of
from messaging.models import Erasure, PhoneNumber
from recoverline.lib import clock

app_name = "compliance"
# A page of each would be long.
SHOWN = 5
ERASURES_SHOWN = 10


@login_required
@require_GET
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    cards = [_card(business, now=now) for business in _mine(request.user)[:SHOWN]]
    return render(request, "compliance/compliance_show.html", {"cards": cards, "states": Registration.choices})


@login_required
@require_POST
@never_cache
@sensitive_post_parameters("phone")
def ask(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """May we text this number?"""
    business, now = _configurable(request, key), clock.now()
    form, found = PhoneForm(request.POST, country=business.country), None
    if form.is_valid():
        found = standing(business, form.cleaned_data["phone"], now)
        if found is None:
            form.add_error("phone", "This business has no number to text from yet.")
    card = _card(business, now=now, form=form, found=found)
    context = {"cards": [card], "states": Registration.choices, "now": now}
    return render(request, "compliance/compliance_show.html", context, status=200 if found else 422)


@login_required
@require_POST
def set_registration(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody has looked at the carrier's page and says how it stands there."""
    numbers = PhoneNumber.objects.filter(business__in=businesses_for(request.user))
    number = get_object_or_404(numbers.select_related("business"), key=key)
    _configurable(request, number.business.key)
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how the registration stands.")
        return redirect("compliance:show")
    state = Registration(form.cleaned_data["registration"])
    if PhoneNumber.objects.filter(pk=number.pk).exclude(registration=state).update(registration=state):
        events.record(
            "number.registered", business=number.business, at=clock.now(), actor=user_of(request),
            text=f"Registration of a number: {state.label}", number=str(number.key), state=state.value,
        )  # fmt: skip
    messages.success(request, f"{number}: {state.label}.")
    return redirect("compliance:show")


def _card(
    business: Business, *, now: datetime, form: PhoneForm | None = None, found: Standing | None = None
) -> dict[str, object]:
    numbers = PhoneNumber.objects.filter(business=business, is_active=True).order_by("number")
    return {
        "business": business,
        "forms": [
            registration.form_of(number, now=now)
            for number in numbers.select_related("business", "location__business", "account")
        ],
        "form": form or PhoneForm(country=business.country, auto_id=f"phone-{business.key}-%s"),
        "found": found,
        "kept_back": retention.count_kept_back(business, now=now),
        "erasures": Erasure.objects.filter(business=business)[:ERASURES_SHOWN],
    }


def _mine(user: User) -> "QuerySet[Business]":
    """Businesses whose matters `user` decides: at all of their locations."""
    businesses = businesses_for(user, roles=CONFIGURERS)
    if getattr(user, "is_superuser", False):
        return businesses
    whole = Membership.objects.filter(user=user.pk, role__in=CONFIGURERS, locations=None)
    return businesses.filter(pk__in=whole.values("business"))


def _configurable(request: HttpRequest, key: uuid.UUID) -> Business:
    """Strangers learn of nothing, members without the right are told so."""
    business = get_object_or_404(businesses_for(request.user), key=key)
    if not _mine(request.user).filter(pk=business.pk).exists():
        raise PermissionDenied
    return business


urlpatterns = [
    path("", show, name="show"),
    path("<uuid:key>/phone/", ask, name="ask"),
    path("numbers/<uuid:key>/registration/", set_registration, name="number-register"),
    path("people/<uuid:key>/", person_views.erase_person, name="person-erase"),
    path("people/<uuid:key>/export/", person_views.export_person, name="person-export"),
]
