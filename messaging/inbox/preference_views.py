"""How somebody wants to work: what they are mailed, what their desktop tells, keys, and what follows Done."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from leads.models import Membership, Preferences
from leads.preferences import preferences_of
from messaging.inbox import own_phone
from messaging.inbox.asking import user_of
from recoverline.lib import clock


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = (
            "email_urgent",
            "email_overdue",
            "email_assigned",
            "email_mentions",
            "email_weekly",
            "desktop_urgent",
            "desktop_overdue",
            "desktop_mine",
            "desktop_all",
            "has_shortcuts",
            "goes_on",
        )

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Heading, a word about it, and its boxes."""
        return [
            ("E-mail", "About", [self[name] for name in self.fields if name.startswith("email_")]),
            (
                "Desktop notifications",
                "While the inbox is open in a tab, about",
                [self[name] for name in self.fields if name.startswith("desktop_")],
            ),
            ("In the inbox", "", [self["has_shortcuts"], self["goes_on"]]),
        ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_preferences(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = PreferencesForm(request.POST or None, instance=preferences_of(user))
    if request.method == "POST" and form.is_valid():
        # Two tabs at once: whoever saves last is right.
        Preferences.objects.update_or_create(user_id=user.pk, defaults=form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("inbox:preferences")
    return _page(request, form)


@login_required
@require_POST
def save_on_call(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own phone in one business, or away and back."""
    membership = get_object_or_404(_own(request), pk=pk)
    if "away" in request.POST:
        is_away = request.POST["away"] == "1"
        if own_phone.set_away(membership, is_away, now=clock.now()):
            said = "You are away: alerts pass you over until you are back." if is_away else "You are back."
            messages.success(request, said)
        return redirect("inbox:preferences")
    phone = own_phone.OwnPhoneForm(membership, request.POST)
    if not phone.is_valid():
        form = PreferencesForm(instance=preferences_of(request.user))
        return _page(request, form, refused=phone, status=422)
    own_phone.save_phone(membership, phone.cleaned_data["phone"])
    messages.success(request, "Saved.")
    return redirect("inbox:preferences")


def _page(
    request: HttpRequest, form: PreferencesForm, *, refused: own_phone.OwnPhoneForm | None = None, status: int = 200
) -> HttpResponse:
    mine = list(_own(request))
    phones = [refused if refused and refused.membership.pk == row.pk else own_phone.OwnPhoneForm(row) for row in mine]
    context = {
        "form": form,
        "phones": phones,
        "silent_in": [row.business for row in mine if not row.gets_alerts],
        "address": getattr(request.user, "email", ""),
    }
    return render(request, "inbox/preferences.html", context, status=status)


def _own(request: HttpRequest) -> "QuerySet[Membership]":
    mine = Membership.objects.filter(user_id=user_of(request).pk)
    return mine.select_related("business").order_by("business__name", "pk")


urlpatterns = [
    path("preferences/", show_preferences, name="preferences"),
    path("preferences/on-call/<int:pk>/", save_on_call, name="preferences-on-call"),
]
