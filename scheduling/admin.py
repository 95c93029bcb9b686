"""Opening hours and closures: on the pages of the business and of each location, and as lists of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTimeWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.admin.business import BusinessAdmin, LocationAdmin
from leads.admin.forms import TenantForm
from leads.admin.tenant import TenantHistoryAdmin, TenantInline
from scheduling.hours import HoursRange, check_ranges
from scheduling.models import Closure, OpeningHours


def range_of(row: OpeningHours) -> HoursRange:
    return HoursRange(row.weekday, row.opens, row.closes, row.next_day)


class HoursForm(TenantForm):
    """Refuses a range that overlaps another of the same place."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        row = self.instance
        if self.errors or row.business_id is None or row.opens is None or row.closes is None:
            return
        same_place = OpeningHours.objects.filter(business_id=row.business_id, location_id=row.location_id)
        others = same_place.exclude(pk=row.pk)
        # Overlaps that were there before must not keep this row from being saved.
        before = set(check_ranges([range_of(other) for other in others]))
        fresh = [text for text in check_ranges([*map(range_of, others), range_of(row)]) if text not in before]
        if fresh:
            self.add_error(None, ValidationError(fresh))


class HoursFormSet(forms.BaseInlineFormSet):
    """A whole week on one page, checked as a whole."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [
            form.instance
            for form in self.forms
            if not (self.can_delete and self._should_delete_form(form))  # type: ignore[attr-defined]
            and form.instance.opens is not None
            and form.instance.closes is not None
        ]
        problems = check_ranges([range_of(row) for row in rows])
        if problems:
            raise ValidationError(problems)


TIME_WIDGET: dict[Any, Any] = {models.TimeField: {"widget": AdminTimeWidget(format="%H:%M")}}


class HoursInline(TenantInline):
    model = OpeningHours
    formset = HoursFormSet
    fields = ("weekday", "opens", "closes", "next_day")
    formfield_overrides = TIME_WIDGET
    verbose_name_plural = "opening hours"


class ClosureInline(TenantInline):
    model = Closure
    fields = ("name", "starts_on", "ends_on", "opens", "closes", "next_day")
    formfield_overrides = TIME_WIDGET
    verbose_name_plural = "closures and days with other hours"


class OwnRowsOnly:
    """On the business's page: what counts for every location, not what a location says for itself."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(location=None)  # type: ignore[misc]


class BusinessHoursInline(OwnRowsOnly, HoursInline):
    verbose_name_plural = "opening hours of every location that has none of its own"


class BusinessClosureInline(OwnRowsOnly, ClosureInline):
    verbose_name_plural = "closures of all locations: holidays, short and extra days"


BusinessAdmin.also_shows(BusinessHoursInline)
BusinessAdmin.also_shows(BusinessClosureInline)
LocationAdmin.also_shows(HoursInline)
LocationAdmin.also_shows(ClosureInline)


@admin.register(OpeningHours)
class OpeningHoursAdmin(TenantHistoryAdmin):
    form = HoursForm
    formfield_overrides = TIME_WIDGET
    list_display = ("__str__", "location", "business", "weekday", "opens", "closes", "next_day")
    list_filter = ("weekday", "location", "business")
    list_select_related = ("business", "location")
    search_fields = ("location__name", "business__name")
    fields = ("business", "location", "weekday", "opens", "closes", "next_day")
    teaches = (
        "One row per range; a lunch break makes two of a day. A location with any row of its own ignores the "
        "business's. The pages of the business and of a location show their whole week at once."
    )


@admin.register(Closure)
class ClosureAdmin(TenantHistoryAdmin):
    formfield_overrides = TIME_WIDGET
    list_display = ("name", "location", "business", "starts_on", "ends_on", "opens", "closes")
    list_filter = ("location", "business", "starts_on")
    list_select_related = ("business", "location")
    search_fields = ("name", "location__name", "business__name")
    fields = ("business", "location", "name", "starts_on", "ends_on", "opens", "closes", "next_day")
    teaches = "Holidays, and days that are shorter or longer than usual. They replace the weekly hours on their days."
