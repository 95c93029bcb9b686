"""Where the business's own software is told what happens, how each endpoint is, and every event on its way there.

For people who see all of a business: an endpoint hears of every location.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS
from leads.admin.fields import TicksField
from leads.admin.forms import TenantForm
from leads.admin.reach import Roles, business_id_of, whole_business_ids
from leads.admin.tenant import ReadOnlyAdmin, TenantAdmin
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.webhook_kinds import KINDS
from leads.webhooks import endpoints, plan
from recoverline.lib import clock
from recoverline.lib.http import PORTS

SHOWN = 15
AGAIN_WITHIN = timedelta(days=7)
COPY_NOW = "Copy this secret now, it is not shown again: {secret}"


class WholeBusinessAdmin(TenantAdmin):
    """Not for people who are limited to some locations."""

    def _may(self, request: HttpRequest, roles: Roles, obj: Model | None = None) -> bool:
        allowed = whole_business_ids(request, roles) if roles else frozenset()
        return bool(allowed) if obj is None else business_id_of(obj, self.business_path) in allowed

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(business__in=whole_business_ids(request, self.viewers))


class EndpointForm(TenantForm):
    kinds = TicksField(
        label="Events", choices=[(kind, f"{said} ({kind})") for kind, said in KINDS.items()],
        help_text="None ticked: everything, and what is added later.",
    )  # fmt: skip

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        check_address(url)
        return url


def check_address(url: str) -> None:
    """Raises ValidationError for what is refused in any case; where a name leads is looked at when it is asked."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError:
        raise ValidationError("This is not an address on the web.") from None
    if f"{parts.hostname}:{port}" in settings.WEBHOOK_HOSTS:
        return
    if parts.scheme != "https" or port not in PORTS:
        raise ValidationError("The address must start with https:// and use port 443 or 8443.")
    if parts.username is not None or parts.password is not None:
        raise ValidationError("Leave name and password out: the signature says that it is us.")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(WholeBusinessAdmin):
    form = EndpointForm
    list_display = ("name", "business", "is_active", "state", "created_at")
    list_filter = ("is_active", "business")
    list_select_related = ("business",)
    search_fields = ("name", "url")
    readonly_fields = ("state", "latest")
    change_form_template = "admin/leads/webhookendpoint/change_form.html"
    teaches = (
        "Addresses of your own software, of n8n, Node-RED or Zapier, that are told what happens as it happens. Every "
        "event is signed, and tried for three days if it has to be. One that fails is in nobody's way."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "url", "is_active", "state", "latest")}),
        ("What it is told", {"fields": ("kinds",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in self.readonly_fields]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What is being written this second still knows it.
        is_off = obj is None or not obj.is_active
        return is_off and super().has_delete_permission(request, obj)

    @admin.display(description="state")
    def state(self, endpoint: WebhookEndpoint) -> str:
        return endpoints.health(endpoint, now=clock.now())

    @admin.display(description="latest events")
    def latest(self, endpoint: WebhookEndpoint) -> SafeString:
        rows = [told(row) for row in endpoint.deliveries.defer("body")[:SHOWN]]
        return render_to_string(
            "admin/leads/webhookendpoint/_latest.html", {"rows": rows, "endpoint": endpoint}
        )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        secret = "" if change else endpoints.give_secret(obj, now=clock.now())
        super().save_model(request, obj, form, change)
        if change and {"url", "is_active"} & set(form.changed_data):
            endpoints.start_over(obj)
        if secret:
            messages.warning(request, COPY_NOW.format(secret=secret))

    def response_change(self, request: HttpRequest, obj: WebhookEndpoint) -> HttpResponse:
        """The page's own buttons; what was typed has been saved with them."""
        now = clock.now()
        if "_test" in request.POST and obj.is_active:
            endpoints.send_test(obj, now=now)
            messages.success(request, "A test is on its way. Look at the latest events in a moment.")
        elif "_test" in request.POST:
            messages.error(request, "It is switched off, so nothing is told to it. Switch it on first.")
        elif "_rotate" in request.POST:
            secret = endpoints.rotate(obj, now=now)
            messages.warning(
                request, COPY_NOW.format(secret=secret) + " The old one signs as well for 24 hours."
            )  # fmt: skip
        elif "_again" in request.POST:
            failed = endpoints.failed_since(obj, now - AGAIN_WITHIN)
            count = endpoints.send_again(failed, by=request.user.get_username(), now=now)
            messages.success(request, f"{count} given-up events of the last seven days are sent again.")
        else:
            return super().response_change(request, obj)
        return redirect(reverse("admin:leads_webhookendpoint_change", args=[obj.pk]))


def told(row: WebhookDelivery) -> dict[str, Any]:
    """One delivery in words, for a table."""
    last = row.log[-1] if row.log else {}
    return {
        "row": row, "tries": sum(not entry.get("by_hand") for entry in row.log), "said": last.get("said", ""),
        "url": reverse("admin:leads_webhookdelivery_change", args=[row.pk]), "most": plan.MOST_TRIES,
    }  # fmt: skip


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(WholeBusinessAdmin, ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("created_at", "kind", "endpoint", "business", "status", "tries", "said", "next_at")
    list_filter = ("status", "kind", "endpoint", "business")
    list_select_related = ("business", "endpoint")
    fields = (
        "business", "endpoint", "kind", "status", "key", "created_at", "delivered_at", "next_at", "each_try", "content",
    )  # fmt: skip
    readonly_fields = ("each_try", "content")
    actions = ["send_again"]
    teaches = (
        "Every event on its way to an endpoint, for a month. What was given up can be sent again; it keeps its id, so "
        "that the receiver knows what it has seen already."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("endpoint__secret", "endpoint__old_secret")

    @admin.display(description="tries")
    def tries(self, row: WebhookDelivery) -> int:
        return sum(not entry.get("by_hand") for entry in row.log)

    @admin.display(description="what it said last")
    def said(self, row: WebhookDelivery) -> str:
        return str(row.log[-1].get("said", "")) if row.log else ""

    @admin.display(description="each try")
    def each_try(self, row: WebhookDelivery) -> SafeString:
        return render_to_string("admin/leads/webhookdelivery/_tries.html", {"tries": _tries(row)})

    @admin.display(description="what it says")
    def content(self, row: WebhookDelivery) -> SafeString:
        return render_to_string("admin/leads/webhookdelivery/_content.html", {"text": _pretty(row.body)})

    def has_again_permission(self, request: HttpRequest) -> bool:
        return bool(whole_business_ids(request, CONFIGURERS))

    @admin.action(description="Send again", permissions=["again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        mine = WebhookDelivery.objects.filter(
            pk__in=queryset.values("pk"), business__in=whole_business_ids(request, CONFIGURERS)
        )  # fmt: skip
        count = endpoints.send_again(mine, by=request.user.get_username(), now=clock.now())
        messages.success(request, f"{count} sent again; those that still wait, or whose endpoint is off, are left.")


def _tries(row: WebhookDelivery) -> Iterable[dict[str, Any]]:
    for entry in row.log:
        yield {**entry, "moment": datetime.fromisoformat(entry["at"])}


def _pretty(body: str) -> str:
    if not body:
        return ""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
