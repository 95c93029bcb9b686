"""How somebody wants to work: what they are mailed, what their desktop tells, keys, and what follows Done."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from leads.models import Membership, Preferences
from leads.preferences import preferences_of
from messaging.inbox.asking import user_of


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = (
            "email_urgent",
            "email_overdue",
            "email_assigned",
            "email_mentions",
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
    silent = Membership.objects.filter(user_id=user.pk, gets_alerts=False).select_related("business")
    context = {"form": form, "silent_in": [row.business for row in silent], "address": getattr(user, "email", "")}
    return render(request, "inbox/preferences.html", context)


urlpatterns = [path("preferences/", show_preferences, name="preferences")]
