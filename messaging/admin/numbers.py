"""Phone numbers: how each is called, whom it rings, and the proof that its calls reach us."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS
from leads.admin.reach import business_ids
from leads.admin.tenant import TenantAdmin, TenantInline
from messaging.admin.accounts import paste_rows, resume
from messaging.models import PhoneNumber, RingTarget

MODE_HELP = (
    "Hosted: the number is at the carrier and we ring the team. Forwarded: the existing line stays where it is and "
    "sends us what nobody answers. External: a phone system or call tracker tells us of missed calls."
)


@dataclass(frozen=True, slots=True)
class ForwardingCode:
    """What to dial on the existing line; N stands for our number. Carriers change these: help, never logic."""

    carrier: str
    no_answer: str
    busy: str
    off: str


FORWARDING_CODES = (
    ForwardingCode("T-Mobile", "**61*N#", "**67*N#", "##21#"),
    ForwardingCode("AT&T mobile", "*92N#", "*90N#", "#21#"),
    ForwardingCode("Verizon", "*71N", "*71N", "*73"),
    ForwardingCode("Most GSM phones: every unanswered call", "**004*N#", "**004*N#", "##004#"),
    ForwardingCode("Many landlines", "*92 then N", "*90 then N", "*93 and *91"),
)


class RingTargetInline(TenantInline):
    model = RingTarget
    business_path = "number__business"
    fields = ("position", "label", "phone")
    extra = 1
    verbose_name_plural = "phones to ring (hosted numbers only)"


@admin.register(PhoneNumber)
class PhoneNumberAdmin(TenantAdmin):
    list_display = ("number", "label", "location", "business", "mode", "account", "state", "proven")
    list_filter = ("mode", "is_active", "location", "account", "business")
    list_select_related = ("business", "location", "account")
    search_fields = ("number", "label", "source")
    readonly_fields = ("paste", "forwarding", "state", "proven")
    inlines = [RingTargetInline]
    actions = ["resume_texting"]
    teaches = "The numbers customers call. A number is proven by a call that reached us: let it ring out once."
    fieldsets = (
        (None, {"fields": ("business", "number", "label", "source", "location", "is_active", "state", "proven")}),
        (
            "How calls reach us",
            {"fields": ("mode", "account", "reported_by", "forwarding", "paste"), "description": MODE_HELP},
        ),
        (
            "Ringing the team",
            {
                "fields": (("ring_order", "ring_seconds"), "press_to_accept", "rings_when_closed", "offers_voicemail"),
                "description": "For hosted numbers.",
            },
        ),
        ("Texts", {"fields": ("texts_per_second", "registration")}),
    )

    @admin.display(description="state")
    def state(self, number: PhoneNumber) -> str:
        if number.stopped_at:
            return f"Stopped: {number.problem}"
        if number.pk and number.account.stopped_at:
            return f"Stopped with its account: {number.account.problem}"
        return "Working" if number.is_active else "Switched off"

    @admin.display(description="proven by a call", ordering="last_call_at")
    def proven(self, number: PhoneNumber) -> str:
        if number.last_call_at is None:
            return "No call seen yet"
        return f"Last call {number.last_call_at.astimezone(number.location.zone):%b %-d, %Y, %H:%M}"

    @admin.display(description="webhook addresses")
    def paste(self, number: PhoneNumber) -> SafeString | str:
        if number._state.adding:
            return "They appear when the number is saved."
        accounts = [number.account, *([number.reported_by] if number.reported_by else [])]
        rows = paste_rows(accounts, number)
        return render_to_string("admin/messaging/_paste.html", {"rows": rows})

    @admin.display(description="forwarding codes")
    def forwarding(self, number: PhoneNumber) -> SafeString:
        digits = number.number.removeprefix("+1") if number.pk else "N"
        codes = [
            (code.carrier, *(text.replace("N", digits) for text in (code.no_answer, code.busy)), code.off)
            for code in FORWARDING_CODES
        ]
        return render_to_string("admin/messaging/_forwarding.html", {"codes": codes})

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhoneNumber]:
        # A location's zone may be the business's.
        return super().get_queryset(request).select_related("location__business")

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Resume texting", permissions=["resume"])
    def resume_texting(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        resume(self, request, queryset)
