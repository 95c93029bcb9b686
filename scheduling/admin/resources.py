"""Resources: who and what appointments need, with hours of their own; and how long the ways between areas are."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, ManyToManyField, QuerySet
from django.http import HttpRequest

from leads.admin.tenant import TenantAdmin, TenantHistoryAdmin
from scheduling.admin.hours import ClosureInline, HoursInline
from scheduling.models import Resource, TravelTime


class ResourceHoursInline(HoursInline):
    verbose_name_plural = "its own opening hours (none: those of the location)"


class ResourceClosureInline(ClosureInline):
    verbose_name_plural = "days off, and days with other hours"


@admin.register(Resource)
class ResourceAdmin(TenantHistoryAdmin):
    list_display = ("name", "kind", "business", "where", "skills", "capacity", "is_active")
    list_filter = ("kind", "is_active", "locations", "services", "business")
    list_select_related = ("business",)
    search_fields = ("name", "business__name")
    inlines = [ResourceHoursInline, ResourceClosureInline]
    teaches = (
        "A technician, chair, bay or room. An appointment takes one of each kind among those that can do the service "
        "at the location: list only what can run out. Whoever works like everybody else needs no hours here."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "kind", "capacity", "is_active")}),
        ("Can be booked", {"fields": ("locations", "services")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).prefetch_related("locations", "services")

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField | None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, ManyToManyField) and formfield is not None:
            # A service that was added from here would be without rules and prices.
            formfield.widget.can_add_related = False
        return formfield

    @admin.display(description="locations")
    def where(self, resource: Resource) -> str:
        return ", ".join(map(str, resource.locations.all())) or "all"

    @admin.display(description="services")
    def skills(self, resource: Resource) -> str:
        names = [str(service) for service in resource.services.all()]
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "all"


@admin.register(TravelTime)
class TravelTimeAdmin(TenantAdmin):
    list_display = ("__str__", "business", "minutes")
    list_filter = ("business",)
    list_select_related = ("business", "origin", "destination")
    search_fields = ("origin__city", "destination__city")
    fields = ("business", "origin", "destination", "minutes")
    teaches = (
        "Kept free between two jobs at customers of these areas, one after the other; the same in both directions. "
        "What is not listed takes what the booking settings of the business say."
    )
