"""What was booked, and who waits, to look at.

Appointments are made, moved and canceled on the staff pages, never here: there is one door for that.
"""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.access import CONFIGURERS, visible_by_location
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin, ReadOnlyInline
from recoverline.lib import clock
from scheduling import waitlist
from scheduling.models import Appointment, Assignment, BookingLink, WaitlistEntry


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    business_path = "appointment__business"
    fields = ("resource", "seat")
    verbose_name_plural = "who and what it takes"


class BookingLinkInline(ReadOnlyInline):
    model = BookingLink
    fields = ("purpose", "version", "created_at", "expires_at")
    verbose_name_plural = "links that were texted; one works only for the version it was made for"


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    location_path = "location"
    list_display = ("starts_at", "status", "service", "name", "location", "business", "booked_by", "is_overbooked")
    list_filter = ("status", "starts_at", "booked_by", "is_overbooked", "location", "service", "resources", "business")
    list_select_related = ("business", "location", "service", "lead")
    search_fields = ("name", "lead__name", "lead__phone", "address", "service__name")
    ordering = ("-starts_at", "-id")
    inlines = [AssignmentInline, BookingLinkInline]
    teaches = "Every appointment there was, canceled ones too. Book and change them in the calendar."
    fieldsets = (
        (None, {"fields": ("business", "location", "service", "status", "version")}),
        ("When", {"fields": ("starts_at", "ends_at", "arrival_ends_at", "gap_minutes", "hold_expires_at")}),
        ("For whom", {"fields": ("lead", "name", "address", "area", "note", "customer_confirmed_at")}),
        (
            "What became of it",
            {
                "fields": (
                    ("booked_by", "actor"),
                    ("created_at", "booked_at", "updated_at", "closed_at"),
                    "is_overbooked",
                    "cancel_reason",
                )
            },
        ),
    )


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnlyAdmin):
    location_path = "location"
    list_display = ("__str__", "service", "location", "business", "status", "offered_at", "created_at")
    list_filter = ("status", "day", "location", "service", "business")
    list_select_related = ("business", "location", "service", "lead")
    search_fields = ("name", "lead__name", "lead__phone")
    fields = (
        "business", "location", "service", "lead", "name", "day", "area", "address",
        "status", "offer", "offered_at", "created_at",
    )  # fmt: skip
    actions = ["withdraw"]
    teaches = "Who wants a day that is full. What is freed is offered to them in this order, by text."

    def has_finish_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Take off the waitlist", permissions=["finish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> None:
        rows = visible_by_location(user_of(request), queryset, roles=CONFIGURERS)
        done = sum(waitlist.withdraw(entry, now=clock.now()) for entry in rows)
        messages.success(request, f"{done} taken off the waitlist.")
