"""Callback tasks: whom somebody has to ring."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from leads import callbacks
from leads.access import CONFIGURERS, visible_by_location
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin
from leads.models import CallbackTask
from recoverline.lib import clock


class DoneFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("overdue", "Overdue"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CallbackTask]) -> QuerySet[CallbackTask]:
        match self.value():
            case "open":
                return queryset.filter(done_at=None)
            case "overdue":
                return queryset.filter(done_at=None, due_at__lt=clock.now())
            case "done":
                return queryset.exclude(done_at=None)
        return queryset


@admin.register(CallbackTask)
class CallbackTaskAdmin(ReadOnlyAdmin):
    location_path = "location"
    list_display = ("__str__", "reason", "location", "business", "due_at", "done_at", "done_by")
    list_filter = (DoneFilter, "reason", "location", "business")
    list_select_related = ("business", "location", "done_by")
    search_fields = ("phone", "lead__name", "detail")
    actions = ["mark_done"]
    teaches = "Where a text cannot do the job, somebody has to ring. The inbox shows these too, to everybody on shift."
    fields = ("business", "location", "lead", "phone", "reason", "detail", "due_at", "created_at", "done_at", "done_by")

    def has_finish_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Mark as called back", permissions=["finish"])
    def mark_done(self, request: HttpRequest, queryset: QuerySet[CallbackTask]) -> None:
        tasks = visible_by_location(user_of(request), queryset, roles=CONFIGURERS).select_related("business", "lead")
        done = sum(callbacks.finish(task, by=request.user, at=clock.now()) for task in tasks)  # type: ignore[arg-type]  # signed in
        messages.success(request, f"{done} marked as called back.")
