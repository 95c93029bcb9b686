"""One person's data: what there is of it, all of it as a file, and erasing it. For owners of a whole business."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leads.access import User, businesses_for
from leads.enums import Role
from leads.models import Business, Lead, Membership
from messaging.compliance import export
from messaging.compliance.erasure import EraseRefused, erase, why_not
from messaging.compliance.person import open_visits, person_of
from messaging.inbox.asking import user_of
from recoverline.lib import clock


class EraseForm(forms.Form):
    reason = forms.CharField(
        label="Who asked for it, and how", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    cancels = forms.BooleanField(label="Cancel their appointments to come as well", required=False)
    is_sure = forms.BooleanField(label="I know that this cannot be undone")


def may_erase(user: User, business: Business) -> bool:
    """Owners of all of it; a superuser anywhere."""
    if not businesses_for(user, roles=(Role.OWNER,)).filter(pk=business.pk).exists():
        return False
    whole = Membership.objects.filter(user=user.pk, business=business, role=Role.OWNER, locations=None)
    return bool(getattr(user, "is_superuser", False)) or whole.exists()


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def erase_person(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """GET says what goes, POST does it."""
    lead, now = _owned(request, key), clock.now()
    person = person_of(lead.business, lead.phone)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase(
                lead.business, lead.phone, reason=form.cleaned_data["reason"], actor=user_of(request), now=now,
                is_forced=form.cleaned_data["cancels"],
            )  # fmt: skip
        except EraseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Erased. What carriers and calendars still hold is being removed.")
            return redirect("compliance:show")
    visits = open_visits(person, now=now)
    context = {
        "lead": lead, "form": form, "person": person, "visits": visits,
        "problem": "" if form.errors else why_not(person, now=now, is_forced=True),
    }  # fmt: skip
    return render(request, "compliance/person_erase.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_POST
def export_person(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    lead, now = _owned(request, key), clock.now()
    content = export.export_person(lead.business, lead.phone, now=now, actor=user_of(request))
    answer = HttpResponse(content, content_type="application/zip")
    # The name says nothing: it stays in lists of downloads.
    answer["Content-Disposition"] = f'attachment; filename="person-{lead.key}.zip"'
    return answer


def _owned(request: HttpRequest, key: uuid.UUID) -> Lead:
    """Strangers learn of nothing, members without the right are told so."""
    people = Lead.objects.filter(business__in=businesses_for(request.user), is_team=False, erased_at=None)
    lead = get_object_or_404(people.select_related("business"), key=key)
    if not may_erase(request.user, lead.business):
        raise PermissionDenied
    return lead
