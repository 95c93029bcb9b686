"""What really happened, in the terms of the calculator: a month of a business beside what is assumed."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q

from messaging.enums import MissReason
from recoverline.reports import calls, overview
from recoverline.reports.overview import Overview
from recoverline.reports.periods import last_days
from recoverline.reports.roi import MODELS, BookedBy, dollars
from recoverline.reports.roi_forms import FIRST, AssumptionsForm, typed
from recoverline.reports.scopes import Scope

DAYS = 30
# Below this, shares swing with each single call.
FEW = 30


@dataclass(frozen=True, slots=True)
class Real:
    """Of the last 30 days, today included; None where nothing is known. Shares are 0 to 1, amounts cents.

    `voicemail`: of the missed calls those that left a voicemail; whether they were reached is not known.
    """

    words: str
    note: str
    calls: int
    missed: int
    missed_share: float | None
    voicemail: float | None
    reply_rate: float | None
    recovered: int
    value_cents: int | None
    is_value_assumed: bool
    cost_cents: int | None


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure, assumed and real, each as it is shown; "" for what is not known."""

    name: str
    assumed: str
    real: str
    evidence: str


def real_of(scope: Scope, *, now: datetime) -> Real:
    period = last_days(DAYS, zone=scope.zone, now=now)
    figures = overview.figures(scope, period)
    counts = figures.counts
    left = Q(miss_reason=MissReason.VOICEMAIL) | Q(voicemail_seconds__gt=0)
    voicemails = calls.missed(scope, period).filter(left).count()
    value, is_assumed = _value_of_a_job(figures, scope.business.average_job_cents)
    few = counts.missed < FEW
    return Real(
        words=period.words,
        note=f"Only {counts.missed} missed calls: shares of so few swing with each call." if few else "",
        calls=counts.calls,
        missed=counts.missed,
        missed_share=counts.missed / counts.calls if counts.calls else None,
        voicemail=voicemails / counts.missed if counts.missed else None,
        reply_rate=figures.reply_rate,
        recovered=counts.recovered,
        value_cents=value,
        is_value_assumed=is_assumed,
        cost_cents=figures.cost_cents,
    )


def beside(form: AssumptionsForm, real: Real) -> list[Beside]:
    """Row by row; nothing is assumed on a form with mistakes."""
    given = form.assumptions() if form.is_valid() else None
    show = typed(given) if given else {}

    def assumed(*names: str, unit: str = "%") -> str:
        values = list(dict.fromkeys(show.get(name, "") for name in names))
        words = " to ".join(value for value in values if value)
        return "" if not words else f"${words}" if unit == "$" else f"{words}{' %' if unit == '%' else ''}"

    booked_unit = "" if given is None or given.booked_by == BookedBy.JOBS else "%"
    return [
        Beside("Calls a month", assumed("calls", unit=""), f"{real.calls:,}", "calls that came in"),
        Beside("Missed", assumed("missed_share"), _percent(real.missed_share), f"{real.missed:,} missed calls"),
        Beside(
            "Come back by voicemail", assumed("voicemail"), _percent(real.voicemail),
            "left a voicemail; whether you reached them is not known",
        ),
        Beside(
            "Answer a text", assumed("reply_low", "reply_high"), _percent(real.reply_rate), "replied, out of texted"
        ),
        Beside(
            "Booked", assumed("booked_low", "booked_high", unit=booked_unit), f"{real.recovered:,}",
            "recovered jobs, those who rang again and were answered not counted",
        ),
        Beside(
            "A job is worth", assumed("value", unit="$"), "" if real.value_cents is None else dollars(real.value_cents),
            "the average in your settings" if real.is_value_assumed else "average of the recovered jobs with an amount",
        ),
        Beside(
            "Cost a month", assumed("cost", unit="$"), "" if real.cost_cents is None else dollars(real.cost_cents),
            "texts, minutes, model and fee" if real.cost_cents is not None else "a price is missing in your settings",
        ),
    ]  # fmt: skip


def address_of(real: Real, form: AssumptionsForm) -> str:
    """The calculator with what is known of the business and the assumptions for the rest; "" without a missed call."""
    if not real.missed:
        return ""
    base = form.assumptions() if form.is_valid() else MODELS[FIRST].assumptions
    rate = None if real.reply_rate is None else _decimal(real.reply_rate * 100)
    known = replace(
        base, calls=Decimal(real.calls), missed_share=None, missed=Decimal(real.missed),
        voicemail=base.voicemail if real.voicemail is None else _decimal(real.voicemail * 100),
        reply_low=base.reply_low if rate is None else rate, reply_high=base.reply_high if rate is None else rate,
        booked_by=BookedBy.JOBS, booked_low=Decimal(real.recovered), booked_high=Decimal(real.recovered),
        value_cents=base.value_cents if real.value_cents is None else real.value_cents,
        cost_cents=base.cost_cents if real.cost_cents is None else real.cost_cents,
    )  # fmt: skip
    return urlencode(typed(known))


def _value_of_a_job(figures: Overview, average_cents: int | None) -> tuple[int | None, bool]:
    revenue = figures.revenue
    if revenue.said:
        return round(revenue.said_cents / revenue.said), False
    return average_cents, True


def _percent(share: float | None) -> str:
    return "" if share is None else f"{_decimal(share * 100).normalize():f} %"


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.1f}")
