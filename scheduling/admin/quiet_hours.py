"""The table of quiet hours: one for the whole installation. The team may look, superusers change it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest

from leads.access import businesses_for
from leads.admin.reach import user_of
from scheduling.models import QuietHours
from scheduling.open_days import clock_text

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_words(row: QuietHours) -> str:
    """One row as a sentence: In US-TX automatic texts may go out on Sunday from 12 PM to 9 PM."""
    place = f"{row.country}-{row.region}" if row.region else f"{row.country}, where no state says otherwise,"
    days = "every day" if not row.weekdays else f"on {_days(sorted(set(row.weekdays)))}"
    until = clock_text(row.allowed_until) if _ends(row) < 24 * 60 else "midnight"
    state = "" if row.is_active else " (switched off)"
    return f"In {place} automatic texts may go out {days} from {clock_text(row.allowed_from)} to {until}{state}."


def _days(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]} to {WEEKDAYS[days[-1]]}"
    return " and ".join(WEEKDAYS[day] for day in days)


def overlapping(row: QuietHours) -> QuietHours | None:
    """Another active row of the same place that allows some of the same time on one of the same days."""
    others = QuietHours.objects.filter(country=row.country, region=row.region, is_active=True).exclude(pk=row.pk)
    for other in others:
        share_a_day = not row.weekdays or not other.weekdays or set(row.weekdays) & set(other.weekdays)
        if share_a_day and _begins(row) < _ends(other) and _begins(other) < _ends(row):
            return other
    return None


def _begins(row: QuietHours) -> int:
    return row.allowed_from.hour * 60 + row.allowed_from.minute


def _ends(row: QuietHours) -> int:
    return row.allowed_until.hour * 60 + row.allowed_until.minute or 24 * 60


class QuietHoursForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(WEEKDAYS)), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: every day. A day that no row names is quiet as a whole.",
    )  # fmt: skip

    class Meta:
        model = QuietHours
        fields = ("country", "region", "weekdays", "allowed_from", "allowed_until", "source", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["country"], cleaned["region"] = (cleaned.get(name, "").upper() for name in ("country", "region"))
        times = cleaned.get("allowed_from"), cleaned.get("allowed_until")
        if None not in times and cleaned.get("is_active"):
            names = ("country", "region", "weekdays", "allowed_from", "allowed_until")
            other = overlapping(QuietHours(pk=self.instance.pk, **{name: cleaned.get(name) or "" for name in names}))
            if other is not None:
                raise ValidationError(f"This overlaps another row: {in_words(other)}")
        return cleaned


@admin.register(QuietHours)
class QuietHoursAdmin(admin.ModelAdmin):
    holds_for_everybody = True
    form = QuietHoursForm
    list_display = ("in_plain_words", "source", "is_active")
    list_filter = ("is_active", "country")
    search_fields = ("country", "region")
    list_per_page = 100

    @admin.display(description="Rule", ordering="country")
    def in_plain_words(self, row: QuietHours) -> str:
        return in_words(row)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        told = (
            "When automatic texts may go out, by the clock of whoever reads them. It holds for every business here; "
            "what a state says counts instead of its country. Where no row is written, 8 AM to 9 PM. Only the "
            "operator of this installation changes it."
        )
        context = {"teaches": told, "title": "Quiet hours", **(extra_context or {})}
        return super().changelist_view(request, context)

    # Nobody's rows: whoever belongs to a team may read them.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._belongs(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._belongs(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._operates(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._operates(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._operates(request)

    def _belongs(self, request: HttpRequest) -> bool:
        return self._operates(request) or businesses_for(user_of(request)).exists()

    def _operates(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
