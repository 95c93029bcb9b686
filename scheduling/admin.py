"""Opening hours and closures: on the pages of the business and of each location, and as lists of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTimeWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils import timezone

from leads.admin.business import BusinessAdmin, LocationAdmin
from leads.admin.forms import TenantForm
from leads.admin.tenant import TenantHistoryAdmin, TenantInline
from recoverline.lib import clock
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


# The spellings of the business file. A blank in a format wants one in the text, hence both.
TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%I%p", "%I %p", "%I:%M%p", "%I:%M %p")


class SpokenTimes:
    """Times of day as people write them, with an example; after it, what the model says of the field."""

    def formfield_for_dbfield(self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.TimeField):
            kwargs["widget"] = AdminTimeWidget(attrs={"placeholder": "16:00"}, format="%H:%M")
            kwargs["input_formats"] = TIME_FORMATS
            kwargs["help_text"] = f"Such as 16:00 or 4pm. {db_field.help_text}".strip()
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class HoursInline(SpokenTimes, TenantInline):
    model = OpeningHours
    formset = HoursFormSet
    fields = ("weekday", "opens", "closes", "next_day")
    verbose_name_plural = "opening hours"


class ClosureInline(SpokenTimes, TenantInline):
    model = Closure
    fields = ("name", "starts_on", "ends_on", "opens", "closes", "next_day")
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
class OpeningHoursAdmin(SpokenTimes, TenantHistoryAdmin):
    form = HoursForm
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
class ClosureAdmin(SpokenTimes, TenantHistoryAdmin):
    list_display = ("name", "location", "business", "starts_on", "ends_on", "opens", "closes")
    list_filter = ("location", "business", "starts_on")
    list_select_related = ("business", "location")
    search_fields = ("name", "location__name", "business__name")
    fields = ("business", "location", "name", "starts_on", "ends_on", "opens", "closes", "next_day")
    teaches = "Holidays, and days that are shorter or longer than usual. They replace the weekly hours on their days."

    def get_ordering(self, request: HttpRequest) -> list[OrderBy]:  # type: ignore[override]
        """What is still to come, the soonest on top; below it the past, the latest first."""
        today = timezone.localdate(clock.now())
        coming = When(ends_on__gte=today, then=F("starts_on"))
        return [Case(coming).asc(nulls_last=True), F("starts_on").desc()]
