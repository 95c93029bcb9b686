"""Calendars in both directions: addresses to subscribe to, and calendars of others that block time."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince

from leads.access import CONFIGURERS, visible
from leads.admin.fields import SecretField, ZoneField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyInline, TenantAdmin
from recoverline.lib import clock, queue
from scheduling.calendars import feeds, polling
from scheduling.calendars.staleness import is_stale, stale_from
from scheduling.models import BusyCalendar, BusyTime, CalendarFeed

LONGEST_ADDRESS = 2000


class OwnerForm(TenantForm):
    """Of a row that belongs to a resource or to a location."""

    def _get_validation_exclusions(self) -> set[str]:
        # Skips the database's constraint, which would repeat in its own words what the model has said in ours.
        return super()._get_validation_exclusions() | {"resource"}


# ---------------------------------------------------------------- out
@admin.register(CalendarFeed)
class CalendarFeedAdmin(TenantAdmin):
    form = OwnerForm
    list_display = ("__str__", "business", "shows_customers", "state", "created_at")
    list_filter = ("business",)
    list_select_related = ("business", "resource", "location")
    readonly_fields = ("state", "created_at", "fetched_at")
    actions = ["revoke_feeds"]
    teaches = (
        "Addresses under which a phone or a calendar program shows the appointments of one resource or location. Add "
        "one and its address is shown once. Programs ask again in their own time, some only once a day."
    )
    fieldsets = (
        (None, {"fields": ("business", "resource", "location", "shows_customers")}),
        ("Use", {"fields": ("state", "created_at", "fetched_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        # Somebody has subscribed to what it was.
        return fields if obj is None else [*fields, "resource", "location"]

    @admin.display(description="state")
    def state(self, feed: CalendarFeed) -> str:
        if feed.revoked_at:
            return "Revoked"
        if feed.fetched_at is None:
            return "No calendar has asked for it yet"
        return f"Last asked for {_ago(feed.fetched_at)}"

    def save_model(self, request: HttpRequest, obj: CalendarFeed, form: Any, change: bool) -> None:
        address = "" if change else feeds.give_address(obj, now=clock.now())
        super().save_model(request, obj, form, change)
        if address:
            messages.warning(request, f"Copy this address now, it is not shown again: {address}")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Revoke: nobody reads these from here on", permissions=["revoke"])
    def revoke_feeds(self, request: HttpRequest, queryset: QuerySet[CalendarFeed]) -> None:
        rows = visible(user_of(request), queryset, roles=CONFIGURERS)
        count = sum(feeds.revoke(feed, now=clock.now()) for feed in rows)
        messages.success(request, f"{count} revoked.")


# ---------------------------------------------------------------- in
class BusyCalendarForm(OwnerForm):
    url = SecretField(label="Secret address", help_text="In iCal format: https://... or webcal://...")
    time_zone = ZoneField(empty="As the location or the business", help_text="For events that name no zone.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("url", None)
        field = self.fields.get("url")
        if isinstance(field, SecretField):
            field.say_stored(bool(self.instance.url))

    def clean_url(self) -> str:
        typed = str(self.cleaned_data["url"] or "")
        if not typed and not self.instance.url:
            raise ValidationError("Paste the calendar's secret address.")
        return check_address(typed) if typed else str(self.instance.url)


def check_address(typed: str) -> str:
    """The address to ask. Raises ValidationError; what lies behind it is looked at when it is read."""
    scheme, separator, rest = typed.partition("://")
    address = f"https://{rest}" if scheme.lower() in ("webcal", "webcals") and separator else typed
    if len(address) > LONGEST_ADDRESS or any(letter <= " " for letter in address) or not _is_allowed(address):
        raise ValidationError("This is not the address of a calendar. It begins with https:// or webcal://.")
    return address


def _is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        place = f"{parts.hostname}:{parts.port or 80}"
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and place in settings.CALENDAR_HOSTS)
    )


class BusyTimeInline(ReadOnlyInline):
    model = BusyTime
    fk_name = "calendar"
    business_path = "calendar__business"
    fields = ("starts_at", "ends_at")
    verbose_name_plural = "busy times of the next seven days"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        now = clock.now()
        return super().get_queryset(request).filter(ends_at__gt=now, starts_at__lt=now + timedelta(days=7))


@admin.register(BusyCalendar)
class BusyCalendarAdmin(TenantAdmin):
    form = BusyCalendarForm
    inlines = [BusyTimeInline]
    list_display = ("name", "business", "resource", "location", "is_active", "state")
    list_filter = ("is_active", "business")
    list_select_related = ("business", "resource", "location")
    search_fields = ("name",)
    readonly_fields = ("state",)
    actions = ["read_now"]
    teaches = (
        "Calendars that people keep elsewhere. Their events block the resource, or everybody at the location; what "
        "they are called is not kept. While one cannot be read, slots that it may block are only requests."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "resource", "location", "is_active", "state")}),
        (
            "Where it is",
            {
                "fields": ("url", "time_zone"),
                "description": "The address is stored encrypted and never shown again. Leave it empty to keep it.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ahead = Count("times", filter=Q(times__ends_at__gt=clock.now()))
        return super().get_queryset(request).annotate(times_ahead=ahead)

    @admin.display(description="state")
    def state(self, calendar: BusyCalendar) -> str:
        return "It is read within a minute of saving." if calendar._state.adding else state_of(calendar)

    def save_model(self, request: HttpRequest, obj: BusyCalendar, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        if "url" in form.changed_data:
            # What stands in the new one is not known yet, whatever was known of the old one.
            obj.ok_at, obj.failing_since, obj.failures, obj.problem = None, None, 0, ""
        super().save_model(request, obj, form, change)
        _read_soon([obj])

    def has_read_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Read now", permissions=["read"])
    def read_now(self, request: HttpRequest, queryset: QuerySet[BusyCalendar]) -> None:
        rows = list(visible(user_of(request), queryset, roles=CONFIGURERS).filter(is_active=True))
        _read_soon(rows)
        messages.success(request, f"{len(rows)} will be read in a moment; look at this page again.")


def state_of(calendar: BusyCalendar) -> str:
    """How current it is, for staff; `times_ahead` is on rows of the admin's queryset."""
    if not calendar.is_active:
        return "Switched off: blocks nothing"
    now, problem = clock.now(), f" {calendar.problem}" if calendar.problem else ""
    if is_stale(ok_at=calendar.ok_at, created_at=calendar.created_at, now=now):
        if calendar.ok_at is None:
            return f"Not read yet.{problem}"
        since = stale_from(ok_at=calendar.ok_at, created_at=calendar.created_at)
        return f"Stale for {_length(since)}: slots that it may block are only requests.{problem}"
    count = getattr(calendar, "times_ahead", 0)
    ahead = "1 busy time ahead" if count == 1 else f"{count} busy times ahead"
    assert calendar.ok_at is not None  # noqa: S101  a calendar that was never read is stale
    return f"Read {_ago(calendar.ok_at)}, {ahead}.{problem}"


def _read_soon(calendars: list[BusyCalendar]) -> None:
    for calendar in calendars:
        polling.read_soon(calendar)
    if calendars:
        queue.enqueue("scheduling.tasks.poll_calendars")


def _ago(at: datetime) -> str:
    return f"{_length(at)} ago"


def _length(since: datetime) -> str:
    # timesince joins number and unit by a blank that does not break; plain text searches better.
    return timesince(since, clock.now()).replace("\xa0", " ")
