"""What carriers posted, and whether the processes live: for whoever looks for a fault."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.admin.tenant import ReadOnlyAdmin
from leads.enums import Role
from messaging.models import Heartbeat, InboundHook


class ProcessedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Not processed"), ("problem", "With a problem")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundHook]) -> QuerySet[InboundHook]:
        match self.value():
            case "waiting":
                return queryset.filter(processed_at=None)
            case "problem":
                return queryset.exclude(problem="")
        return queryset


@admin.register(InboundHook)
class InboundHookAdmin(ReadOnlyAdmin):
    business_path = "account__business"
    viewers = (Role.OWNER,)
    list_display = ("received_at", "event", "natural_key", "account", "processed_at", "problem")
    list_filter = (ProcessedFilter, "event", "account", "received_at")
    list_select_related = ("account",)
    search_fields = ("natural_key",)
    readonly_fields = ("content",)
    teaches = "Verified webhooks as they came, newest first. An unsigned one is refused and not stored."
    fields = (
        "account",
        "event",
        "natural_key",
        "received_at",
        "processed_at",
        "attempts",
        "problem",
        "content",
        "answer",
    )

    @admin.display(description="payload")
    def content(self, hook: InboundHook) -> SafeString:
        return format_html('<pre class="payload">{}</pre>', json.dumps(hook.payload, indent=2, ensure_ascii=False))


@admin.register(Heartbeat)
class HeartbeatAdmin(admin.ModelAdmin):
    """Not a TenantAdmin: superusers only."""

    list_display = ("name", "at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
