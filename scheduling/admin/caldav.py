"""Two-way calendars: where they are, how they do, and which appointments could not be written into them."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince

from leads.access import CONFIGURERS, visible
from leads.admin.fields import SecretField, ZoneField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyInline, TenantAdmin
from recoverline.lib import clock, queue
from scheduling.calendars.caldav_pull import start_over, write_missing
from scheduling.enums import PushState
from scheduling.models import CalDAVAccount, CalendarObject

SYNC_TASK = "scheduling.tasks.sync_calendars"


class CalDAVForm(TenantForm):
    password = SecretField(label="App password", help_text="Made for this use only, not the one you sign in with.")
    time_zone = ZoneField(empty="As the business", help_text="For events that name no zone.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("password", None)
        field = self.fields.get("password")
        if isinstance(field, SecretField):
            field.say_stored(bool(self.instance.password))

    def clean_url(self) -> str:
        typed = str(self.cleaned_data["url"])
        parts = urlsplit(typed)
        if parts.username is not None or parts.password is not None:
            raise ValidationError("User name and password have fields of their own.")
        try:
            place = f"{parts.hostname}:{parts.port or 80}"
        except ValueError:
            raise ValidationError("The port in the address is none.") from None
        is_ours = parts.scheme == "http" and place in settings.CALENDAR_HOSTS
        if parts.scheme != "https" and not is_ours:
            raise ValidationError("The address must start with https://.")
        if parts.query or parts.fragment or parts.path in ("", "/"):
            raise ValidationError("This is a server's address. Paste that of the calendar itself.")
        return typed

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"] or self.instance.password)
        if not password:
            raise ValidationError("Enter the app password.")
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.password and "password" not in self.changed_data and self._goes_elsewhere():
            # Whoever may change the address is not thereby allowed to have the password sent there.
            self.add_error("password", "Enter the app password again: the server or the user name is another one.")
        return cleaned

    def _goes_elsewhere(self) -> bool:
        """Whether the stored password would be shown to another server, or for another person."""
        url, username = self.cleaned_data.get("url"), self.cleaned_data.get("username")
        is_moved = url is not None and _server_of(url) != _server_of(self.instance.url)
        return is_moved or (username is not None and username != self.instance.username)


def _server_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


class CalendarTroubleInline(ReadOnlyInline):
    """Appointments that are not in the calendar as they should be."""

    model = CalendarObject
    business_path = "account__business"
    fields = ("appointment", "state", "problem", "attempts", "next_at")
    verbose_name_plural = "appointments that could not be written or followed"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("appointment__service")
        troubled = Q(state__in=[PushState.FAILING, PushState.CONFLICT]) | ~Q(problem="")
        return rows.filter(troubled, appointment__isnull=False)


@admin.register(CalDAVAccount)
class CalDAVAccountAdmin(TenantAdmin):
    form = CalDAVForm
    inlines = [CalendarTroubleInline]
    list_display = ("__str__", "business", "is_active", "state")
    list_filter = ("is_active", "business")
    list_select_related = ("business", "resource")
    search_fields = ("resource__name", "url")
    readonly_fields = ("state",)
    actions = ["try_again", "write_again"]
    teaches = (
        "Calendars that are read and written, such as those of Nextcloud, Fastmail or iCloud. Appointments of the "
        "resource go in; moving or deleting one there moves or cancels it here; everything else in it blocks."
    )
    fieldsets = (
        (None, {"fields": ("business", "resource", "is_active", "state")}),
        (
            "Where it is",
            {
                "fields": ("url", "username", "password", "time_zone"),
                "description": "The password is stored encrypted and never shown again; leave it empty to keep it. "
                "Saving tries the connection: look at the state a moment later.",
            },
        ),
        ("What it shows", {"fields": ("shows_customers",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        # What lies in the calendar belongs to the one it was made for.
        return fields if obj is None else [*fields, "resource"]

    @admin.display(description="state")
    def state(self, account: CalDAVAccount) -> str:
        if account._state.adding:
            return "Appears when it is saved."
        if not account.is_active:
            return "Switched off"
        if account.failing_since:
            return f"Failing for {timesince(account.failing_since, clock.now())}: {account.problem}"
        if account.ok_at is None:
            return "Not read yet"
        read = f"Last read {timesince(account.ok_at, clock.now())} ago"
        return f"{account.problem} {read}." if account.problem else read

    def save_model(self, request: HttpRequest, obj: CalDAVAccount, form: Any, change: bool) -> None:
        obj.created_at = obj.created_at or clock.now()
        obj.next_at = None
        super().save_model(request, obj, form, change)
        if change and {"url", "time_zone"} & set(form.changed_data):
            start_over(obj, now=clock.now())
        queue.enqueue(SYNC_TASK)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Try again now", permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[CalDAVAccount]) -> None:
        """Read them, and write what failed, without waiting for its turn."""
        rows = visible(user_of(request), queryset, roles=CONFIGURERS)
        failing = CalendarObject.objects.filter(account__in=rows, state=PushState.FAILING)
        count = failing.update(state=PushState.DUE, next_at=clock.now())
        rows.update(next_at=None)
        queue.enqueue(SYNC_TASK)
        messages.success(request, f"Being read; {count} appointments are written again.")

    @admin.action(description="Write vanished appointments again", permissions=["retry"])
    def write_again(self, request: HttpRequest, queryset: QuerySet[CalDAVAccount]) -> None:
        """After many have vanished at once: they were not meant to."""
        rows = visible(user_of(request), queryset, roles=CONFIGURERS)
        count = sum(write_missing(account, now=clock.now()) for account in rows)
        rows.update(next_at=None)
        queue.enqueue(SYNC_TASK)
        messages.success(request, f"{count} appointments are compared and, where they are missing, written.")
