"""What missed calls became, in figures. They are counted by the reports, which this asks by its dotted path."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from recoverline.api.views.base import Endpoint, Plain, Strict
from recoverline.lib import clock

MOST_DAYS = 366


class SummaryQuery(Strict):
    """Whole days where the business is, or where the location is."""

    location = Plain(max_length=60, required=False, help_text="Its slug; without it all together.")

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of Python's.
        first = serializers.DateField(required=False, help_text="First day, 2026-06-01. Without both the last 30 days.")
        last = serializers.DateField(required=False, help_text=f"Last day, included; at most {MOST_DAYS} days in all.")
        return {"from": first, "to": last, **super().get_fields()}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        first, last = values.get("from"), values.get("to")
        if (first is None) != (last is None):
            raise serializers.ValidationError({"to" if last is None else "from": ["Name both days, or none."]})
        if first is not None and last is not None:
            if not (date(2000, 1, 1) <= first <= last < date(2200, 1, 1)):
                raise serializers.ValidationError({"to": ["It must not be before `from`; years 2000 to 2199."]})
            if (last - first).days >= MOST_DAYS:
                raise serializers.ValidationError({"to": [f"At most {MOST_DAYS} days."]})
        return values


class CountsShape(serializers.Serializer):
    """Calls, each as the dictionary of measures defines it; `callers` are people."""

    calls = serializers.IntegerField()
    answered = serializers.IntegerField()
    missed = serializers.IntegerField()
    callers = serializers.IntegerField()
    texted = serializers.IntegerField()
    delivered = serializers.IntegerField()
    reached_in_10 = serializers.IntegerField()
    reached_in_60 = serializers.IntegerField()
    replied = serializers.IntegerField()
    qualified = serializers.IntegerField()
    booked = serializers.IntegerField()
    kept = serializers.IntegerField()
    paid = serializers.IntegerField()
    recovered = serializers.IntegerField()
    rang_again = serializers.IntegerField()


class FiguresShape(serializers.Serializer):
    """Figures of some days. Money in cents, shares 0 to 1, times in seconds; null is not known."""

    counts = CountsShape()
    reply_rate = serializers.FloatField(allow_null=True)
    speed_p50 = serializers.FloatField(allow_null=True)
    speed_p95 = serializers.FloatField(allow_null=True)
    reached_in_10_share = serializers.FloatField(allow_null=True)
    reached_in_60_share = serializers.FloatField(allow_null=True)
    revenue_cents = serializers.IntegerField()
    revenue_said_cents = serializers.IntegerField()
    revenue_assumed_cents = serializers.IntegerField()
    recovered_without_amount = serializers.IntegerField()
    segments = serializers.IntegerField()
    call_minutes = serializers.IntegerField()
    cost_cents = serializers.IntegerField(allow_null=True)
    net_cents = serializers.IntegerField(allow_null=True)
    roi = serializers.FloatField(allow_null=True, help_text="Dollars recovered for each dollar of cost.")

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), "to": serializers.DateField(), **super().get_fields()}


@extend_schema_serializer(many=False)
class SummaryShape(FiguresShape):
    """The same with where they are from, and the figures of as many days before."""

    location = serializers.CharField(allow_null=True)
    time_zone = serializers.CharField()
    before = FiguresShape()


class ReportSummary(Endpoint):
    """The overview of the reports."""

    scopes = {"list": "reports:read"}
    pagination_class = None
    query_shape = SummaryQuery

    @extend_schema(summary="Get the figures of some days", parameters=[SummaryQuery], responses=SummaryShape)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self.asked
        location = self.location_named(asked["location"]) if asked.get("location") else None
        found = import_string(settings.REPORT_SUMMARY)(
            self.business, location, first=asked.get("from"), last=asked.get("to"), now=clock.now()
        )
        return Response(SummaryShape(found).data)
