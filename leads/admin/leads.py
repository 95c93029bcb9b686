"""People who called, and what became of them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.admin.reach import EVERYBODY
from leads.admin.tenant import ReadOnlyInline, TenantAdmin
from leads.models import JobRequest, Lead, LeadEvent


class RequestInline(ReadOnlyInline):
    model = JobRequest
    fields = ("need", "place", "status", "urgency", "location", "opened_at", "closed_at")
    verbose_name_plural = "what they want"


class EventInline(ReadOnlyInline):
    model = LeadEvent
    fields = ("at", "kind", "text", "actor")
    verbose_name_plural = "what happened"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadEvent]:
        return super().get_queryset(request).select_related("actor")


@admin.register(Lead)
class LeadAdmin(TenantAdmin):
    viewers = EVERYBODY
    list_display = ("__str__", "phone", "business", "kind", "source", "created_at")
    list_filter = ("kind", "source", "is_landline", "is_simulated", "created_at", "business")
    list_select_related = ("business",)
    show_full_result_count = False
    search_fields = ("name", "phone", "email")
    inlines = [RequestInline, EventInline]
    readonly_fields = (
        "phone",
        "source",
        "language",
        "is_landline",
        "line_type",
        "is_unreachable",
        "blocked_at",
        "blocked_by",
        "is_simulated",
        "created_at",
    )
    teaches = "One row per person and business, however often they call. The conversation itself is in the inbox."
    fieldsets = (
        (None, {"fields": ("business", "name", "phone", "email", "kind", "notes")}),
        (
            "Known from calls and texts",
            {
                "fields": (
                    "source",
                    "language",
                    "is_landline",
                    "line_type",
                    "is_unreachable",
                    "blocked_at",
                    "blocked_by",
                    "is_simulated",
                    "created_at",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
