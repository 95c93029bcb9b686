"""The figures of the overview as plain values, for programs (settings.REPORT_SUMMARY)."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from leads.models import Business, Location
from recoverline.reports.overview import Overview, compared
from recoverline.reports.periods import DEFAULT_DAYS, Period, last_days
from recoverline.reports.scopes import scope_of


def summary_of(
    business: Business, location: Location | None, *, first: date | None, last: date | None, now: datetime
) -> dict[str, Any]:
    """Of the local days `first` to `last`, both included, and of as many before; without them of the last 30.

    Money in whole cents, None where it is not known; shares 0 to 1; times in seconds. The days must exist in the zone
    and be at most periods.MOST_DAYS.
    """
    scope = scope_of(business, location)
    if first is None or last is None:
        period = last_days(DEFAULT_DAYS, zone=scope.zone, now=now)
    else:
        period = Period(first, last, scope.zone)
    figures, before = compared(scope, period)
    return {
        "location": location.slug if location else None,
        "time_zone": scope.zone.key,
        **_values(figures),
        "before": _values(before),
    }


def _values(figures: Overview) -> dict[str, Any]:
    speed, revenue, costs = figures.speed, figures.revenue, figures.costs
    return {
        "from": figures.period.first,
        "to": figures.period.last,
        "counts": asdict(figures.counts),
        "reply_rate": figures.reply_rate,
        "speed_p50": speed.p50,
        "speed_p95": speed.p95,
        "reached_in_10_share": speed.in_10,
        "reached_in_60_share": speed.in_60,
        "revenue_cents": revenue.cents,
        "revenue_said_cents": revenue.said_cents,
        "revenue_assumed_cents": revenue.assumed_cents,
        "recovered_without_amount": revenue.unknown,
        "segments": costs.segments,
        "call_minutes": costs.call_minutes,
        "cost_cents": costs.cents,
        "net_cents": figures.net_cents,
        "roi": figures.roi,
    }
