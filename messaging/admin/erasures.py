"""Erasures that were asked for, and the way to a person's data from their page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from leads.access import CONFIGURERS
from leads.admin.tenant import ReadOnlyAdmin
from messaging.models import Erasure


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("requested_at", "business", "reason", "actor", "is_done", "problem")
    list_filter = ("requested_at", "business")
    list_select_related = ("business", "actor")
    fields = ("business", "reason", "actor", "requested_at", "finished_at", "next_at", "problem", "counted", "left")
    readonly_fields = ("counted", "left")
    teaches = (
        "People whose data was erased, on request or because their time was over. Nothing here says who they were. "
        "To erase somebody, open their page among the leads."
    )

    @admin.display(boolean=True, description="done everywhere")
    def is_done(self, erasure: Erasure) -> bool:
        return erasure.finished_at is not None

    @admin.display(description="rows")
    def counted(self, erasure: Erasure) -> str:
        return ", ".join(f"{label}: {count}" for label, count in sorted(erasure.counts.items()) if label != "rounds")

    @admin.display(description="outside of the database")
    def left(self, erasure: Erasure) -> str:
        states: dict[str, int] = {}
        for item in erasure.outside:
            said = f"{item['kind']}: {item['state']}"
            states[said] = states.get(said, 0) + 1
        return ", ".join(f"{said} ({count})" for said, count in sorted(states.items())) or "nothing"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields
