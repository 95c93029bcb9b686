"""Calls, to look at: above all why each caller did or did not get a text."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format

from leads.access import CONFIGURERS
from leads.admin.reach import business_ids
from leads.admin.tenant import ReadOnlyAdmin
from messaging.admin.why import HIDDEN, why_card
from messaging.models import Call
from recoverline.lib.phones import display_phone, is_anonymous


def caller_of(call: Call) -> str:
    """The caller for people: name and number, or that the number is hidden; a softphone's address as it came."""
    phone = display_phone(call.caller, call.business.country) if call.caller else call.caller_raw
    shown = HIDDEN if not call.caller and is_anonymous(call.caller_raw) else phone
    name = "" if is_anonymous(call.caller_name) else call.caller_name
    return f"{name} {shown}".strip()


def local_time(call: Call) -> str:
    """When it came, by the clock of its business, whatever zone the page is in."""
    return date_format(call.started_at.astimezone(call.business.zone), "M j, H:i")


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    location_path = "location"
    change_form_template = "admin/messaging/call/change_form.html"
    list_display = ("who", "started", "location", "business", "happened", "outcome", "decided_by")
    list_filter = (
        "outcome",
        "state",
        "miss_reason",
        "hours_state",
        "started_at",
        "location",
        "number",
        "is_simulated",
        "business",
    )
    list_select_related = ("business", "location", "rule")
    readonly_fields = ("who",)
    search_fields = ("caller", "caller_name", "carrier_call_id")
    teaches = "Every call we know of. Open one to see why its caller got a text, or why not."
    fieldsets = (
        (None, {"fields": ("business", "location", "number", "lead", "conversation")}),
        (
            "The call",
            {
                "fields": (
                    "who",
                    "caller_raw",
                    "caller_name",
                    "started_at",
                    "ended_at",
                    "state",
                    "miss_reason",
                    "hours_state",
                    "rang_seconds",
                )
            },
        ),
        ("Voicemail", {"fields": ("voicemail_seconds", "transcript"), "classes": ("collapse",)}),
        (
            "From the carrier",
            {
                "fields": (
                    "account",
                    "carrier_call_id",
                    "forwarded_from",
                    "verification",
                    "found_by_reconciler",
                    "is_simulated",
                ),
                "classes": ("collapse",),
            },
        ),
    )

    @admin.display(description="caller", ordering="caller")
    def who(self, call: Call) -> str:
        return caller_of(call)

    @admin.display(description="when", ordering="started_at")
    def started(self, call: Call) -> str:
        return local_time(call)

    @admin.display(description="what happened", ordering="state")
    def happened(self, call: Call) -> str:
        reason = call.get_miss_reason_display()
        return f"{call.get_state_display()}: {reason.lower()}" if reason else call.get_state_display()

    @admin.display(description="decided by")
    def decided_by(self, call: Call) -> str:
        if not call.decided_at:
            return ""
        if call.decision != "rule":
            return call.decision.replace("_", " ")
        return str(call.rule) if call.rule else "Default"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        call = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if call is not None:
            card = why_card(call, may_configure=call.business_id in business_ids(request, CONFIGURERS))
            context = {"why": card, "subtitle": f"{caller_of(call)}, {local_time(call)}"}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})
