"""People who called, and what became of them."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from leads.admin.reach import EVERYBODY, places_of, whole_business_ids
from leads.admin.tenant import ReadOnlyInline, TenantAdmin
from leads.models import CallbackTask, JobRequest, Lead, LeadEvent


class RequestInline(ReadOnlyInline):
    model = JobRequest
    fields = ("need", "place", "status", "urgency", "location", "opened_at", "closed_at")
    verbose_name_plural = "what they want"

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobRequest]:
        return super().get_queryset(request).filter(location__in=places_of(request, self.viewers))


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
    change_list_template = "admin/leads/lead/change_list.html"
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        """Whoever is limited to some locations sees who asked for something there, or is to be rung from there."""
        rows = super().get_queryset(request).filter(is_team=False)
        if self._is_whole(request, self.viewers):
            return rows
        there = {"lead": OuterRef("pk"), "location__in": places_of(request, self.viewers)}
        return rows.filter(
            Q(business__in=whole_business_ids(request, self.viewers))
            | Exists(JobRequest.objects.filter(**there))
            | Exists(CallbackTask.objects.filter(**there))
        )

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        inlines = super().get_inlines(request, obj)
        if obj is None or obj.business_id in whole_business_ids(request, self.viewers):
            return inlines
        # An event does not say at which location it was.
        return [inline for inline in inlines if inline is not EventInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
