"""Opening hours and closures: on the pages of business, locations and resources, and as lists of their own.

On those pages a panel shows what they come to, computed by the engine from what stands in the form.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import OrderBy
from django.forms.widgets import Script as JavaScript
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin.business import BusinessAdmin, LocationAdmin
from leads.admin.forms import TenantForm
from leads.admin.tenant import TenantHistoryAdmin, TenantInline
from leads.models import Business, Location
from recoverline.lib import clock
from scheduling.admin.holidays import holidays_view
from scheduling.admin.open_times import Draft, Owner, panel_of, range_of, saved_draft
from scheduling.admin.times import SpokenTimes
from scheduling.hours import check_ranges
from scheduling.models import Closure, OpeningHours, Resource
from scheduling.models.hours import Weekday

OWNERS: dict[str, type[Owner]] = {"business": Business, "location": Location, "resource": Resource}


class HoursForm(TenantForm):
    """Refuses a range that overlaps another of the same place."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        row = self.instance
        if self.errors or row.business_id is None or row.opens is None or row.closes is None:
            return
        same_place = OpeningHours.objects.filter(
            business_id=row.business_id, location_id=row.location_id, resource_id=row.resource_id
        )
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


class ClosureFormSet(forms.BaseInlineFormSet):
    """Ends with the panel: hours and closures stand above it, on every page that has both."""

    def open_times(self) -> SafeString | str:
        owner = self.instance
        if owner.pk is None:
            return ""
        kind = owner._meta.model_name
        context = {
            "panel": panel_of(saved_draft(owner), now=clock.now()),
            "url": reverse("admin:scheduling_open_times", args=[kind, owner.pk]),
            "holidays_url": holidays_url(owner),
        }
        return render_to_string("admin/scheduling/open_times_panel.html", context)


def holidays_url(owner: Owner) -> str:
    """The pick list for these rows; a resource keeps no holidays of its own."""
    if isinstance(owner, Resource):
        return ""
    where = f"?location={owner.pk}" if isinstance(owner, Location) else f"?business={owner.pk}"
    return reverse("admin:scheduling_closure_holidays") + where


class HoursInline(SpokenTimes, TenantInline):
    model = OpeningHours
    formset = HoursFormSet
    fields = ("weekday", "opens", "closes", "next_day")
    verbose_name_plural = "opening hours"


class ClosureInline(SpokenTimes, TenantInline):
    model = Closure
    formset = ClosureFormSet
    template = "admin/scheduling/closures_inline.html"
    fields = ("name", "starts_on", "ends_on", "opens", "closes", "next_day")
    verbose_name_plural = "closures and days with other hours"

    class Media:
        js = [JavaScript("admin_site/open_times.js", type="module")]


class OwnRowsOnly:
    """On the business's page: what counts for every location, not what a location or resource says for itself."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(location=None, resource=None)  # type: ignore[misc]


class BusinessHoursInline(OwnRowsOnly, HoursInline):
    verbose_name_plural = "opening hours of every location that has none of its own"


class BusinessClosureInline(OwnRowsOnly, ClosureInline):
    verbose_name_plural = "closures of all locations: holidays, short and extra days"


BusinessAdmin.also_shows(BusinessHoursInline)
BusinessAdmin.also_shows(BusinessClosureInline)
LocationAdmin.also_shows(HoursInline)
LocationAdmin.also_shows(ClosureInline)


def posted_draft(request: HttpRequest, page: Any, owner: Owner) -> Draft:
    """What stands on the page of `owner`, read and checked by the very forms that would save it."""
    rows: dict[type[models.Model], list[Any]] = {OpeningHours: [], Closure: []}
    problems: list[str] = []
    for formset_class, inline in page.get_formsets_with_inlines(request, owner):
        if inline.model not in rows:
            continue
        formset = formset_class(
            request.POST,
            instance=owner,
            prefix=formset_class.get_default_prefix(),
            queryset=inline.get_queryset(request),
        )
        formset.is_valid()
        counted = [form for form in formset.forms if _counts(form, formset)]
        rows[inline.model] = [form.instance for form in counted if not form.errors]
        problems += [text for form in counted for text in _problems_of(form)]
        problems += map(str, formset.non_form_errors())
    zone = request.POST.get("time_zone")
    return Draft(owner, rows[OpeningHours], rows[Closure], zone, tuple(dict.fromkeys(problems)))


def _counts(form: Any, formset: Any) -> bool:
    is_untouched = form.empty_permitted and not form.has_changed()
    return not is_untouched and not (formset.can_delete and formset._should_delete_form(form))


def _problems_of(form: Any) -> list[str]:
    """Errors of one row, after the day or name by which people find it."""
    if not form.errors:
        return []
    day = form.cleaned_data.get("weekday") if hasattr(form, "cleaned_data") else None
    name = Weekday(day).label if day is not None else str(form.data.get(form.add_prefix("name")) or "A row")
    if any(error.code == "required" for errors in form.errors.as_data().values() for error in errors):
        return [f"{name}: not complete yet."]
    return [f"{name}: {text}" for errors in form.errors.values() for text in errors]


@admin.register(OpeningHours)
class OpeningHoursAdmin(SpokenTimes, TenantHistoryAdmin):
    form = HoursForm
    list_display = ("__str__", "location", "resource", "business", "weekday", "opens", "closes", "next_day")
    list_filter = ("weekday", "location", "resource", "business")
    list_select_related = ("business", "location", "resource")
    search_fields = ("location__name", "resource__name", "business__name")
    fields = ("business", "location", "resource", "weekday", "opens", "closes", "next_day")
    teaches = (
        "One row per range; a lunch break makes two of a day. A location with any row of its own ignores the "
        "business's, a resource with any of its own the location's. The pages of business, location and resource show "
        "their whole week at once, and what it comes to."
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.open_times_view))
        return [path("open-times/<str:kind>/<int:pk>/", view, name="scheduling_open_times"), *super().get_urls()]

    def open_times_view(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """The panel for what stands on the page of a business, location or resource, as HTML. Saves nothing."""
        if kind not in OWNERS:
            raise Http404
        page: Any = self.admin_site.get_model_admin(OWNERS[kind])
        owner = page.get_queryset(request).filter(pk=pk).first()
        if owner is None or not page.has_change_permission(request, owner):
            raise Http404
        panel = panel_of(posted_draft(request, page, owner), now=clock.now())
        return render(request, "admin/scheduling/_open_times.html", {"panel": panel})


@admin.register(Closure)
class ClosureAdmin(SpokenTimes, TenantHistoryAdmin):
    list_display = ("name", "location", "resource", "business", "starts_on", "ends_on", "opens", "closes")
    list_filter = ("location", "resource", "business", "starts_on")
    list_select_related = ("business", "location", "resource")
    search_fields = ("name", "location__name", "resource__name", "business__name")
    fields = ("business", "location", "resource", "name", "starts_on", "ends_on", "opens", "closes", "next_day")
    change_list_template = "admin/scheduling/closure/change_list.html"
    teaches = (
        "Holidays, days that are shorter or longer than usual, and days off of a single resource. They replace the "
        "weekly hours on their days."
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(holidays_view)
        return [path("holidays/", view, name="scheduling_closure_holidays"), *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> list[OrderBy]:  # type: ignore[override]
        """What is still to come, the soonest on top; below it the past, the latest first."""
        today = timezone.localdate(clock.now())
        coming = When(ends_on__gte=today, then=F("starts_on"))
        return [Case(coming).asc(nulls_last=True), F("starts_on").desc()]
