"""CRMs to which leads are written: the connection, what is on its way, and who is whom there.

For people who see all of a business: a CRM gets the leads of every location.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS
from leads.admin.fields import SecretField
from leads.admin.forms import TenantForm
from leads.admin.reach import whole_business_ids
from leads.admin.tenant import ReadOnlyAdmin
from leads.admin.webhooks import WholeBusinessAdmin
from leads.crm import mapping, queueing, running
from leads.enums import CrmKind, CrmStatus
from leads.models import CrmConnection, CrmLink, CrmSync
from recoverline.lib import clock

SHOWN = 15
_IDS = ("pipeline", "stage_open", "stage_estimated", "stage_booked", "stage_won", "stage_lost")


class MapField(forms.CharField):
    """The map of fields, a line each."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "cols": 60, "class": "vLargeTextField", "spellcheck": "false"})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return mapping.write_map(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        try:
            return mapping.read_map(super().clean(value))
        except mapping.MapError as problem:
            raise ValidationError(str(problem)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ConnectionForm(TenantForm):
    token = SecretField(
        help_text="HubSpot: the access token of a private app (Settings, Integrations, Private Apps) with the scopes "
        "crm.objects.contacts.read and .write, for deals crm.objects.deals.read and .write as well. Pipedrive: your "
        "personal API token (Personal preferences, API)."
    )
    field_map = MapField(
        label="Fields",
        help_text="One line for each: our name = internal name of the field there, for example opted_out = "
        "no_texts always. Phone, e-mail and name go to the usual fields by themselves. What somebody typed into a "
        "field there stays, unless the line ends with always. Ours: " + ", ".join(mapping.OURS) + ".",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("token"), SecretField):
            field.say_stored(bool(self.instance.pk and self.instance.kind))

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"])
        if not token and self.instance.pk:
            return str(self.instance.token)
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValidationError("Copy the token as it is shown there, in one piece.")
        return token

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        kind = given.get("kind") or self.instance.kind
        if kind == CrmKind.HUBSPOT and given.get("makes_deals") and not given.get("stage_open"):
            self.add_error("stage_open", "HubSpot makes no deal without a stage, such as appointmentscheduled.")
        for name in _IDS if kind == CrmKind.PIPEDRIVE else ():
            if given.get(name) and not given[name].isdecimal():
                self.add_error(name, "Pipedrive's ids are numbers.")
        return given


@admin.register(CrmConnection)
class CrmConnectionAdmin(WholeBusinessAdmin):
    form = ConnectionForm
    list_display = ("name", "business", "kind", "is_active", "state")
    list_filter = ("kind", "is_active", "business")
    list_select_related = ("business",)
    search_fields = ("name",)
    readonly_fields = ("state", "latest")
    change_form_template = "admin/leads/crmconnection/change_form.html"
    teaches = (
        "Leads are written to your CRM half a minute after something happened to them: the contact, what happened as a "
        "note and, if you want, a deal of each request. Nothing there is deleted from here, also not when you erase "
        "a person: do that there."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "kind", "token", "is_active", "state", "latest")}),
        ("What is written", {"fields": ("field_map", "makes_notes")}),
        (
            "Deals",
            {
                "description": "Stages by their internal ids; one that is left empty moves nothing.",
                "fields": ("makes_deals", *_IDS),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in self.readonly_fields]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its contacts would be taken for those of another CRM.
        kind = ["kind"] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *kind]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("token")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if row is None or not row.is_active:
            return super().delete_view(request, object_id, extra_context)
        messages.error(request, f"{row} is on, and leads are written to it. Switch it off first, then delete it.")
        return redirect(reverse("admin:leads_crmconnection_change", args=[row.pk]))

    def get_actions(self, request: HttpRequest) -> Any:
        # Several at once would be deleted without a look at whether they are on.
        return {name: act for name, act in super().get_actions(request).items() if name != "delete_selected"}

    @admin.display(description="state")
    def state(self, connection: CrmConnection) -> str:
        return running.health(connection, now=clock.now())

    @admin.display(description="leads")
    def latest(self, connection: CrmConnection) -> SafeString:
        rows = connection.syncs.select_related("lead").order_by("-done_at", "-pk")
        asked = rows.filter(status__in=[CrmStatus.CONFLICT, CrmStatus.FAILED])[:SHOWN]
        counts = connection.syncs.aggregate(
            written=Count("pk", filter=Q(status=CrmStatus.DONE)),
            waiting=Count("pk", filter=Q(status__in=running.UNDER_WAY))
        )  # fmt: skip
        context = {"rows": asked, "connection": connection, **counts}
        return render_to_string("admin/leads/crmconnection/_latest.html", context)

    def save_model(self, request: HttpRequest, obj: CrmConnection, form: Any, change: bool) -> None:
        now = clock.now()
        obj.created_at = obj.created_at or now
        super().save_model(request, obj, form, change)
        if change and {"token", "is_active"} & set(form.changed_data):
            running.start_over(obj, now=now)

    def response_change(self, request: HttpRequest, obj: CrmConnection) -> HttpResponse:
        if "_again" not in request.POST:
            return super().response_change(request, obj)
        count = queueing.again(obj.syncs.filter(status=CrmStatus.FAILED), now=clock.now())
        messages.success(request, f"{count} leads that were given up are written again.")
        return redirect(reverse("admin:leads_crmconnection_change", args=[obj.pk]))


@admin.register(CrmSync)
class CrmSyncAdmin(WholeBusinessAdmin, ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("lead", "connection", "business", "status", "last_error", "next_at", "done_at")
    list_filter = ("status", "connection", "business")
    list_select_related = ("business", "connection", "lead")
    fields = ("business", "connection", "lead", "status", "last_error", "tries", "next_at", "done_at", "which")
    readonly_fields = ("which",)
    actions = ["write_again"]
    teaches = (
        "Each lead at each CRM: written, waiting, or why not. Where several contacts there would fit, open the row and "
        "choose; nobody guesses."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("connection__token")

    @admin.display(description="which contact")
    def which(self, row: CrmSync) -> SafeString | str:
        if row.status != CrmStatus.CONFLICT:
            return "Nothing to choose."
        return render_to_string("admin/leads/crmsync/_choose.html", {"row": row})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "POST" or "_choose" not in request.POST:
            return super().change_view(request, object_id, form_url, extra_context)
        mine = CrmSync.objects.filter(business__in=whole_business_ids(request, CONFIGURERS))
        row = mine.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if row is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if queueing.choose(row, request.POST["_choose"], now=clock.now()):
            messages.success(request, "Chosen. It is written in a moment.")
        else:
            messages.error(request, "That cannot be chosen any more. Look at the row again.")
        return redirect(reverse("admin:leads_crmsync_change", args=[row.pk]))

    def has_again_permission(self, request: HttpRequest) -> bool:
        return bool(whole_business_ids(request, CONFIGURERS))

    @admin.action(description="Write again", permissions=["again"])
    def write_again(self, request: HttpRequest, queryset: QuerySet[CrmSync]) -> None:
        mine = CrmSync.objects.filter(
            pk__in=queryset.values("pk"), business__in=whole_business_ids(request, CONFIGURERS)
        )  # fmt: skip
        count = queueing.again(mine, now=clock.now())
        messages.success(request, f"{count} are written again; those that need a choice, or are written, are left.")


@admin.register(CrmLink)
class CrmLinkAdmin(WholeBusinessAdmin, ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("lead", "connection", "business", "external_id", "updated_at")
    list_filter = ("connection", "business")
    list_select_related = ("business", "connection", "lead")
    search_fields = ("external_id",)
    fields = ("business", "connection", "lead", "external_id", "made_anew_at", "created_at", "updated_at")
    teaches = "Which contact there is which lead here."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("connection__token")
