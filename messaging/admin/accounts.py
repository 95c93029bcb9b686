"""Carrier accounts: credentials that can be written and never read, and the addresses to paste at the carrier."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS, visible
from leads.admin.fields import SecretField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import TenantAdmin
from messaging.carriers.base import NotSupported
from messaging.carriers.registry import carrier_for
from messaging.enums import CarrierKind
from messaging.models import CarrierAccount, PhoneNumber
from messaging.simulator import clock_moves

SECRETS = ("auth_token", "previous_auth_token")


class AccountForm(TenantForm):
    auth_token = SecretField(
        label="Auth token or secret", help_text="Twilio: the auth token. Phone system: the signing secret (whsec_...)."
    )
    previous_auth_token = SecretField(
        label="Previous one", help_text="Still accepted on webhooks while you rotate; then forget it."
    )
    forget_previous = forms.BooleanField(label="Forget the previous one", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            self.initial.pop(name, None)
            field = self.fields.get(name)
            if isinstance(field, SecretField):
                field.say_stored(bool(getattr(self.instance, name)))

    def clean_auth_token(self) -> str:
        return str(self.cleaned_data["auth_token"] or self.instance.auth_token)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = cleaned.get("previous_auth_token") or self.instance.previous_auth_token
        cleaned["previous_auth_token"] = "" if cleaned.get("forget_previous") else typed
        is_operator = getattr(self.scope.user, "is_superuser", False)
        if cleaned.get("kind") == CarrierKind.TWILIO and not cleaned.get("account_sid") and not is_operator:
            # Empty means the installation's own account, on its operator's bill.
            self.add_error("account_sid", "Give the account SID of your own Twilio account.")
        return cleaned


def paste_rows(accounts: list[CarrierAccount], number: PhoneNumber) -> list[tuple[str, str]]:
    """What to paste where for `number`: label and address, from every account that has a part in it."""
    rows: dict[str, str] = {}
    for account in accounts:
        try:
            rows.update(carrier_for(account).hook_urls(number))
        except NotSupported:
            continue
    return list(rows.items())


def resume(modeladmin: TenantAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """For senders that were stopped by an answer of the carrier; it stops them again if nothing has changed."""
    rows = visible(user_of(request), queryset, roles=CONFIGURERS).exclude(stopped_at=None)
    count = rows.update(stopped_at=None, problem="")
    messages.success(request, f"Texting through {count} of them goes on.")


@admin.register(CarrierAccount)
class CarrierAccountAdmin(TenantAdmin):
    form = AccountForm
    list_display = ("name", "business", "kind", "is_active", "state", "reconciled_at")
    list_filter = ("kind", "is_active", "business")
    list_select_related = ("business",)
    search_fields = ("name", "account_sid")
    readonly_fields = ("paste", "state", "reconciled_at")
    actions = ["resume_texting"]
    teaches = "The account at the carrier that carries calls and texts, or the phone system that reports missed calls."
    fieldsets = (
        (None, {"fields": ("business", "name", "kind", "is_active", "state")}),
        (
            "Credentials",
            {
                "fields": ("account_sid", "auth_token", "previous_auth_token", "forget_previous"),
                "description": "Stored encrypted and never shown again. Leave a field empty to keep what is stored.",
            },
        ),
        ("Texts", {"fields": ("messaging_service_sid", "handles_optout", "uses_lookup")}),
        ("Paste these at the carrier", {"fields": ("paste", "reconciled_at")}),
    )

    @admin.display(description="state")
    def state(self, account: CarrierAccount) -> str:
        if account.stopped_at:
            return f"Stopped: {account.problem}"
        return "Working" if account.is_active else "Switched off"

    @admin.display(description="webhook addresses")
    def paste(self, account: CarrierAccount) -> SafeString | str:
        if account._state.adding:
            return "They appear when the account is saved."
        number = account.numbers.first() or account.reported_numbers.first() or PhoneNumber(account=account)
        rows = paste_rows([account], number)
        if not rows and account.kind == CarrierKind.SIMULATOR:
            return "Nothing to paste: the simulator knows them."
        return render_to_string("admin/messaging/_paste.html", {"rows": rows})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        clock_moves.keep_real()

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Resume texting", permissions=["resume"])
    def resume_texting(self, request: HttpRequest, queryset: QuerySet[CarrierAccount]) -> None:
        resume(self, request, queryset)
