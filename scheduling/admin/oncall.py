"""Who is on call: weekly shifts and what replaces them for some days, with what they come to."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from leads.access import CONFIGURERS
from leads.admin.reach import places_of, whole_business_ids
from leads.admin.tenant import TenantAdmin, TenantHistoryAdmin
from leads.models import Location
from recoverline.lib import clock
from scheduling.admin.on_call_panel import MOST_PLACES, table_of, warnings_of
from scheduling.admin.times import SpokenTimes
from scheduling.models import OnCallOverride, OnCallShift


class OnCallRows:
    """What both have in common: seen by whoever configures the place, and a word when somebody cannot be reached."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Whoever is limited to some locations sees theirs, and not what holds for all of them."""
        rows = super().get_queryset(request)  # type: ignore[misc]  # a mixin: the admin class beside it has it
        whole = Q(business__in=whole_business_ids(request, CONFIGURERS))
        found: QuerySet[Any] = rows.filter(whole | Q(location__in=places_of(request, CONFIGURERS)))
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # a mixin: the admin class beside it has it
        place = obj.location or Location(business=obj.business, name="")
        for text in warnings_of([obj.member], place):
            messages.warning(request, f"Saved, but they would not be told by phone now. {text}")


@admin.register(OnCallShift)
class OnCallShiftAdmin(OnCallRows, SpokenTimes, TenantHistoryAdmin):
    list_display = ("__str__", "location", "business", "rank")
    list_filter = ("weekday", "location", "business")
    list_select_related = ("business", "location", "member__user")
    search_fields = ("member__user__username", "member__user__first_name", "member__user__last_name")
    fields = ("business", "location", "member", "weekday", "starts", "ends", "next_day", "rank")
    change_list_template = "admin/scheduling/oncallshift/change_list.html"
    teaches = (
        "Who is told when something cannot wait. One row per range of a weekday; a location with any shift of its own "
        "does not use those of all locations. A vacation or a swap goes into overrides."
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        places = places_of(request, CONFIGURERS).select_related("business").order_by("business__name", "name", "pk")
        shown, now = list(places[: MOST_PLACES + 1]), clock.now()
        tables = [table_of(place, now=now) for place in shown[:MOST_PLACES]]
        context = {"on_call_tables": tables, "more_places": len(shown) > MOST_PLACES}
        return super().changelist_view(request, {**context, **(extra_context or {})})


@admin.register(OnCallOverride)
class OnCallOverrideAdmin(OnCallRows, TenantAdmin):
    list_display = ("member", "location", "business", "starts_at", "ends_at", "rank")
    list_filter = ("location", "business")
    list_select_related = ("business", "location", "member__user")
    fields = ("business", "location", "member", "starts_at", "ends_at", "rank")
    teaches = (
        "From one moment to another these people instead of the weekly shifts. While any override holds, no shift does "
        "at that location."
    )
