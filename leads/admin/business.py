"""Businesses and their locations. Hours join from the app above (scheduling.admin)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.access import CONFIGURERS
from leads.admin.fields import WordsField, ZoneField
from leads.admin.forms import TenantForm
from leads.admin.reach import places_of, whole_business_ids
from leads.admin.tenant import TenantAdmin, TenantHistoryAdmin, TenantInline
from leads.memberships import limited_to
from leads.models import Business, Location, ServiceArea


class BusinessForm(TenantForm):
    time_zone = ZoneField(help_text="Hours, quiet times and reports are in this zone.")
    countries_served = WordsField(
        upper=True,
        help_text="Whose callers may get a text: two-letter codes, as US, CA. Empty: only the country above.",
    )


class LocationForm(TenantForm):
    time_zone = ZoneField(empty="The business's zone", help_text="Only if this location is in another zone.")


def _sees_all_of(request: HttpRequest, business: Business | None) -> bool:
    """Whether the person configures all locations there; of no business in particular: of any."""
    whole = whole_business_ids(request, CONFIGURERS)
    return bool(whole) if business is None else business.pk in whole


class LocationInline(TenantInline):
    model = Location
    fields = ("name", "slug", "city")
    show_change_link = True
    prepopulated_fields = {"slug": ("name",)}
    verbose_name_plural = "locations: open one for its own hours, closures and areas, or to delete it"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        return super().get_queryset(request).filter(pk__in=places_of(request, self.viewers))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _sees_all_of(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its own page says what depends on it


class AreaForm(TenantForm):
    postal_codes = WordsField(widget=forms.TextInput, help_text="With commas: 85281, 85282. Empty: the whole city.")


class AreaInline(TenantInline):
    model = ServiceArea
    form = AreaForm
    fields = ("city", "region", "postal_codes")
    verbose_name_plural = "areas served from here"


@admin.register(Business)
class BusinessAdmin(TenantHistoryAdmin):
    business_path = "pk"
    form = BusinessForm
    list_display = ("name", "time_zone", "country", "is_texting_paused", "cooldown_hours")
    list_filter = ("is_texting_paused", "country")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = [LocationInline]
    teaches = "The company callers think they are calling: its name, tone, hours and the limits of automatic texts."
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_texting_paused")}),
        (
            "What callers read",
            {"fields": ("voice", "language", "opt_out_line", "booking_url", "phone", "email", "website")},
        ),
        ("Where and when", {"fields": ("time_zone", "country", "countries_served", "answers_at_night")}),
        (
            "Follow-ups",
            {
                "fields": ("are_follow_ups_paused", "follow_ups_per_lead", "follow_up_gap_hours"),
                "description": "These hold across all sequences of the business.",
            },
        ),
        (
            "What it earns and costs",
            {"fields": ("average_job_cents", "subscription_cents", "segment_micros", "call_minute_micros")},
        ),
        ("Privacy", {"fields": ("retention_days",)}),
        (
            "Limits",
            {
                "fields": (
                    "cooldown_hours",
                    "late_after_minutes",
                    "callback_due_minutes",
                    "reply_due_minutes",
                    "urgent_due_minutes",
                    "number_texts_per_hour",
                    "texts_per_hour",
                    "texts_per_day",
                ),
                "description": "They protect callers from being pestered and you from a bill. Whoever gets no text "
                "because of a limit becomes a callback task.",
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def _refuse_strangers(self, request: HttpRequest, obj: Any) -> None:
        # A new business has no members; `has_add_permission` has asked.
        if obj.pk is not None:
            super()._refuse_strangers(request, obj)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # A changed slug would break links and files that name it.
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)


@admin.register(Location)
class LocationAdmin(TenantAdmin):
    form = LocationForm
    list_display = ("name", "business", "city", "region", "time_zone", "phone")
    list_filter = ("business", "region")
    list_select_related = ("business",)
    search_fields = ("name", "slug", "city", "business__name")
    prepopulated_fields = {"slug": ("name",)}
    inlines = [AreaInline]
    actions = None  # one at a time: each deletion is a transaction
    teaches = "A shop, office or crew. Give it its own hours only where they differ from the business's."
    fieldsets = (
        (None, {"fields": ("business", "name", "slug", "phone", "alert_email")}),
        ("Where", {"fields": ("address", "city", "region", "postal_code", "time_zone", "answers_at_night")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        return super().get_queryset(request).filter(pk__in=places_of(request, self.viewers))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _sees_all_of(request, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        business = None if obj is None else obj.business
        return super().has_delete_permission(request, obj) and _sees_all_of(request, business)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not _sees_all_of(request, obj.business):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        *found, protected = super().get_deleted_objects(objs, request)
        return (*found, [*protected, *(reason for location in objs for reason in limited_to(location))])

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)
