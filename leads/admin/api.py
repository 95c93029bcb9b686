"""The tokens of the business's programs, the forms that bring leads in, and what came through both."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince

from leads import api_tokens
from leads.access import CONFIGURERS, visible
from leads.admin.fields import SecretField, TicksField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin, TenantAdmin
from leads.admin.webhooks import WholeBusinessAdmin
from leads.models.api import ApiToken, FormEntry, IdempotentReply, LeadSource
from recoverline.lib import clock


class TokenForm(TenantForm):
    scopes = TicksField(
        label="May", required=True, choices=[(scope, f"{said} ({scope})") for scope, said in api_tokens.SCOPES.items()],
        help_text="As little as the program needs. It reads and does this at every location.",
    )  # fmt: skip


@admin.register(ApiToken)
class ApiTokenAdmin(WholeBusinessAdmin):
    form = TokenForm
    list_display = ("name", "business", "state", "hint", "created_by", "created_at")
    list_filter = ("business",)
    list_select_related = ("business", "created_by")
    readonly_fields = ("state", "hint", "created_by", "created_at", "used_at")
    actions = ["revoke_tokens"]
    teaches = (
        "What other programs show to read and change things here: a CRM, a dashboard, a script. A token is shown once, "
        "when it is made. Revoke one and its program is out from the next request on."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "scopes", "expires_at")}),
        ("Use", {"fields": ("state", "hint", "created_by", "created_at", "used_at")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else fieldsets[:1]

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        now = clock.now()
        if token.revoked_at is not None:
            return "Revoked"
        if token.expires_at is not None and token.expires_at <= now:
            return "Over"
        if token.used_at is None:
            return "Not used yet"
        return f"Last used {timesince(token.used_at, now, depth=1)} ago"

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        secret = "" if change else api_tokens.issue(obj, by=request.user, now=clock.now())  # type: ignore[arg-type]  # signed in
        super().save_model(request, obj, form, change)
        if secret:
            messages.warning(request, f"Copy this token now, it is not shown again: {secret}")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Revoke: nobody is let in by these from here on", permissions=["revoke"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        rows = visible(user_of(request), queryset, roles=CONFIGURERS)
        count = sum(api_tokens.revoke(token, now=clock.now()) for token in rows)
        messages.success(request, f"{count} revoked.")


class SourceForm(TenantForm):
    shared_secret = SecretField(
        label="Key of the ad platform",
        help_text="Google: under Webhook integration of the lead form. A server of yours sends it as _secret. Then "
        "every entry must show it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("shared_secret", None)
        if "consent_text" in self.fields:
            self.fields["consent_text"].widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
        field = self.fields.get("shared_secret")
        if isinstance(field, SecretField):
            field.say_stored(bool(self.instance.shared_secret))

    def clean_shared_secret(self) -> str:
        return str(self.cleaned_data["shared_secret"] or self.instance.shared_secret)


@admin.register(LeadSource)
class LeadSourceAdmin(TenantAdmin):
    form = SourceForm
    location_path = "location"
    list_display = ("name", "business", "location", "is_active", "requires_consent")
    list_filter = ("is_active", "location", "business")
    list_select_related = ("business", "location")
    search_fields = ("name",)
    readonly_fields = ("address", "created_at")
    teaches = (
        "Forms on your website or in your ads. Whoever fills one in and agrees to texts gets the same instant text as "
        "after a missed call; everybody else becomes a callback task. Put the address into the form as its action. "
        "Does your website's own server hand the entries in? Then let it show the key below as _secret, or use a token "
        "and POST /api/v1/leads/: otherwise 20 entries an hour from one address are the most."
    )
    fieldsets = (
        (None, {"fields": ("business", "location", "name", "is_active", "address")}),
        ("Consent", {"fields": ("consent_text", "requires_consent")}),
        ("Ads", {"fields": ("shared_secret", "created_at")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in self.readonly_fields]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    @admin.display(description="address")
    def address(self, source: LeadSource) -> str:
        return f"{settings.SITE_URL}/api/v1/intake/{source.key}/"

    def save_model(self, request: HttpRequest, obj: LeadSource, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(FormEntry)
class FormEntryAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    location_path = "source__location"
    list_display = ("__str__", "business", "lead", "outcome", "has_consented", "created_at")
    list_filter = ("outcome", "has_consented", "source", "business")
    list_select_related = ("business", "source", "lead")
    search_fields = ("lead__name", "lead__phone")
    teaches = "What people entered in forms, what they agreed to, and whether they were texted."
    fields = (
        "business", "source", "lead", "answers", "has_consented", "consent_text", "address", "outcome", "created_at",
    )  # fmt: skip


@admin.register(IdempotentReply)
class IdempotentReplyAdmin(ReadOnlyAdmin, WholeBusinessAdmin):
    viewers = CONFIGURERS
    list_display = ("idem_key", "business", "token", "status", "created_at")
    list_filter = ("token", "business")
    list_select_related = ("business", "token")
    teaches = "Requests with an idempotency key: a repetition within a day gets the first answer again."
    fields = ("business", "token", "idem_key", "status", "created_at")
