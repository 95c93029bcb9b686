"""How booking works: rules on the page of each service, settings on the page of the business."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from leads.admin.business import BusinessAdmin
from leads.admin.forms import TenantForm
from leads.admin.knowledge import ServiceAdmin
from leads.admin.reach import business_ids
from leads.admin.tenant import TenantHistoryAdmin, TenantInline
from leads.models import Service
from scheduling.admin.spans import HOW_TO, SpanField, SpansField, write_span
from scheduling.models import BookingRules, BookingSettings

STACKED = "admin/edit_inline/stacked.html"


class BookingRulesForm(TenantForm):
    notice_minutes = SpanField(label="Notice", help_text=f"Nothing starts sooner than this from now. {HOW_TO}")

    class Meta:
        labels = {
            "arrival_window_minutes": "Arrival window (minutes)",
            "gap_after_minutes": "Gap after it (minutes)",
            "step_minutes": "Start times every (minutes)",
            "anchor": "Counted",
            "horizon_days": "Days ahead",
            "most_per_day": "Most a day",
            "most_minutes_per_day": "Most minutes a day",
        }

    def business_id(self) -> int | None:
        """That of the service, also of one that has just been chosen."""
        service = getattr(self, "cleaned_data", {}).get("service")
        return service.business_id if isinstance(service, Service) else super().business_id()


RULES = (
    "is_online",
    "place",
    "arrival_window_minutes",
    "gap_after_minutes",
    "step_minutes",
    "anchor",
    "notice_minutes",
    "horizon_days",
    "most_per_day",
    "most_minutes_per_day",
)


class BookingRulesInline(TenantInline):
    model = BookingRules
    form = BookingRulesForm
    business_path = "service__business"
    template = STACKED
    fieldsets = (
        (
            None,
            {
                "fields": RULES,
                "description": "How this service is booked. Without rules it is not: callers are offered a call back.",
            },
        ),
    )


class BookingSettingsForm(TenantForm):
    cancel_notice_minutes = SpanField(
        label="Cancel until", help_text=f"This long before the start a customer may still cancel alone. {HOW_TO}"
    )
    move_notice_minutes = SpanField(
        label="Move until", help_text="This long before the start a customer may still move it alone."
    )
    reminder_minutes = SpansField(
        label="Reminders",
        help_text="This long before the start, with commas between: 1 day, 2 hours. Empty: none. At most four.",
    )

    class Meta:
        labels = {
            "hold_minutes": "Hold a slot (minutes)",
            "most_open_per_phone": "Most per phone",
            "default_travel_minutes": "Travel (minutes)",
            "callback_window_minutes": "Call back windows (minutes)",
        }
        widgets = {"intro": forms.Textarea(attrs={"rows": 2, "cols": 60, "maxlength": 300})}


class BookingSettingsInline(TenantInline):
    model = BookingSettings
    form = BookingSettingsForm
    template = STACKED
    fields = (
        "is_page_on",
        "page_address",
        "intro",
        "cancel_notice_minutes",
        "move_notice_minutes",
        "reminder_minutes",
        "hold_minutes",
        "most_open_per_phone",
        "default_travel_minutes",
        "offers_callbacks",
        "callback_window_minutes",
        "offers_waitlist",
    )
    readonly_fields = ("page_address",)

    @admin.display(description="its address")
    def page_address(self, row: BookingSettings) -> str:
        if row._state.adding:
            return "Known after saving."
        address = f"{settings.SITE_URL}/book/{row.business.slug}/"
        return format_html('<a href="{0}">{0}</a>', address) if row.is_page_on else f"{address} (off)"


ServiceAdmin.also_shows(BookingRulesInline)
BusinessAdmin.also_shows(BookingSettingsInline)


@admin.register(BookingRules)
class BookingRulesAdmin(TenantHistoryAdmin):
    business_path = "service__business"
    form = BookingRulesForm
    list_display = ("service", "is_online", "told", "notice", "horizon_days")
    ordering = ("service__business", "service__name")
    list_filter = ("is_online", "place", "service__business")
    list_select_related = ("service__business",)
    search_fields = ("service__name",)
    fields = ("service", *RULES)
    teaches = "All services that can be booked, side by side. The page of each service shows its rules too."

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["service"] if obj is not None else []

    def get_list_filter(self, request: HttpRequest) -> Any:
        several = len(business_ids(request, self.viewers)) > 1
        return [name for name in super().get_list_filter(request) if several or "business" not in str(name)]

    @admin.display(description="customers are told", ordering="arrival_window_minutes")
    def told(self, rules: BookingRules) -> str:
        window = rules.arrival_window_minutes
        return f"a window of {write_span(window)}" if window else "an exact time"

    @admin.display(description="notice", ordering="notice_minutes")
    def notice(self, rules: BookingRules) -> str:
        return write_span(rules.notice_minutes)
