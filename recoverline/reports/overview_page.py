"""The overview: the way from a missed call to money, how fast, what it cost, each beside the period before."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from messaging.enums import CallState
from recoverline.reports import charts
from recoverline.reports.asking import Asked
from recoverline.reports.measures import FUNNEL, MEASURES, Unit
from recoverline.reports.overview import Overview, compared
from recoverline.reports.tables import NOTHING, Cell, Table, change, percent, share_of, table, written

_COLUMNS = ("Measure", "This period", "Before", "Change")


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the few figures on top."""

    key: str
    name: str
    text: str
    change: str
    url: str
    note: str = ""


def tables(asked: Asked) -> tuple[list[Table], list[Tile]]:
    """Everything on the page, and what stands on top of it."""
    now, before = compared(asked.scope, asked.period)
    found = [_funnel(asked, now, before), _speed(asked, now, before), _money(asked, now, before), _days(asked, now)]
    return found, _tiles(asked, now, before)


def _tiles(asked: Asked, now: Overview, before: Overview) -> list[Tile]:
    revenue = now.revenue
    notes = {"revenue": ""}
    if revenue.assumed:
        notes["revenue"] = f"{written(revenue.assumed_cents, Unit.CENTS)} of it assumed"
    if revenue.unknown:
        notes["revenue"] = f"{revenue.unknown} more without an amount"
    values = (
        ("revenue", now.revenue_cents, before.revenue_cents, "recovered"),
        ("recovered", now.counts.recovered, before.counts.recovered, "recovered"),
        ("missed", now.counts.missed, before.counts.missed, "missed"),
        ("reply_rate", now.reply_rate, before.reply_rate, "replied"),
        ("speed_p50", now.speed.p50, before.speed.p50, "texted"),
        ("net", now.net_cents, before.net_cents, ""),
    )
    return [
        Tile(
            key, MEASURES[key].name, written(value, MEASURES[key].unit), change(value, was, MEASURES[key].unit),
            asked.behind(behind) if behind else "", notes.get(key, ""),
        )
        for key, value, was, behind in values
    ]  # fmt: skip


def _funnel(asked: Asked, now: Overview, before: Overview) -> Table:
    whole, was_whole = now.counts.missed, before.counts.missed
    rows = []
    for key in (*FUNNEL, "rang_again"):
        count, was = getattr(now.counts, key), getattr(before.counts, key)
        share, was_share = share_of(count, whole), share_of(was, was_whole)
        rows.append(
            (
                MEASURES[key].name, Cell(f"{count:,}", url=asked.behind(key)),
                Cell(percent(share), bar=round((share or 0) * 100)), f"{was:,}", percent(was_share),
                change(count, was, Unit.COUNT),
            )
        )  # fmt: skip
    return table(
        "funnel", "From missed call to job",
        ("Measure", "This period", "Of missed", "Before", "Of missed, before", "Change"), rows,
        hint="Jobs also come without an answer to a text, or without a visit: a line may be longer than the one above.",
        measures=(*FUNNEL, "rang_again"),
    )  # fmt: skip


def _speed(asked: Asked, now: Overview, before: Overview) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for key, value, was in (
        ("speed_p50", now.speed.p50, before.speed.p50),
        ("speed_p95", now.speed.p95, before.speed.p95),
        ("reply_rate", now.reply_rate, before.reply_rate),
    ):
        unit = MEASURES[key].unit
        rows.append((MEASURES[key].name, written(value, unit), written(was, unit), change(value, was, unit)))
    for key, share, was_share in (
        ("reached_in_10", now.speed.in_10, before.speed.in_10),
        ("reached_in_60", now.speed.in_60, before.speed.in_60),
    ):
        count = getattr(now.counts, key)
        text = f"{count:,} ({percent(share)})" if share is not None else "0"
        earlier = f"{getattr(before.counts, key):,} ({percent(was_share)})" if was_share is not None else "0"
        shown = Cell(text, url=asked.behind(key))
        rows.append((MEASURES[key].name, shown, earlier, change(share, was_share, Unit.SHARE)))
    keys = ("speed_p50", "speed_p95", "reply_rate", "reached_in_10", "reached_in_60")
    return table("speed", "How fast, and who answers", _COLUMNS, rows, measures=keys)


def _money(asked: Asked, now: Overview, before: Overview) -> Table:
    def cents(name: str, value: float | None, was: float | None, url: str = "") -> tuple[Cell | str, ...]:
        return (
            name, Cell(written(value, Unit.CENTS), url=url), written(was, Unit.CENTS), change(value, was, Unit.CENTS),
        )  # fmt: skip

    def part(name: str, micros: int | None, was: int | None) -> tuple[Cell | str, ...]:
        return cents(name, _cents(micros), _cents(was))

    a, b = now.costs, before.costs
    behind = asked.behind("recovered")
    rows = [
        cents(MEASURES["revenue"].name, now.revenue_cents, before.revenue_cents, behind),
        cents(MEASURES["revenue_said"].name, now.revenue.said_cents, before.revenue.said_cents, behind),
        cents(MEASURES["revenue_assumed"].name, now.revenue.assumed_cents, before.revenue.assumed_cents, behind),
        part(f"Texts ({a.segments:,} segments)", a.texts_micros, b.texts_micros),
        part(f"Calls ({a.call_minutes:,} minutes)", a.calls_micros, b.calls_micros),
        part("Claude", a.model_micros, b.model_micros),
        part("Monthly fee, for these days", a.subscription_micros, b.subscription_micros),
        cents(MEASURES["cost"].name, now.cost_cents, before.cost_cents),
        cents(MEASURES["net"].name, now.net_cents, before.net_cents),
        (MEASURES["roi"].name, _times(now.roi), _times(before.roi), change(now.roi, before.roi, Unit.COUNT)),
    ]
    hints = []
    if now.cost_cents is None:
        hints.append("A price is missing, so cost and net are not known. Owners can enter prices in the settings.")
    if now.revenue.unknown:
        hints.append(
            f"Recovered jobs without an amount: {now.revenue.unknown:,}. They count nothing. Write amounts into"
            " requests when they are won, or set what a job is worth on average."
        )
    return table(
        "money", "What it brought, what it cost", _COLUMNS, rows, hint=" ".join(hints),
        measures=("revenue", "revenue_said", "revenue_assumed", "segments", "call_minutes", "cost", "net", "roi"),
    )  # fmt: skip


def _cents(micros: int | None) -> float | None:
    return None if micros is None else micros / 10_000


def _times(roi: float | None) -> str:
    return NOTHING if roi is None else f"${roi:,.2f}"


def _of_day(asked: Asked, day: date) -> str:
    return asked.behind("missed", day=day.isoformat())


def _days(asked: Asked, now: Overview) -> Table:
    """Missed, answered and recovered, day by day where the report's clocks are."""
    period = asked.period
    counts = Counter(now.by_day)
    by_call = {job.call_id: job.called_at.astimezone(period.zone).date() for job in now.jobs if job.is_recovered}
    recovered = Counter(by_call.values())
    days = [period.first + timedelta(days=index) for index in range(period.days)]
    rows = [
        (
            f"{day:%a, %b} {day.day}",
            Cell(
                f"{counts[CallState.MISSED, day]:,}", url=_of_day(asked, day) if counts[CallState.MISSED, day] else ""
            ),
            f"{counts[CallState.ANSWERED, day]:,}",
            f"{recovered[day]:,}",
        )
        for day in days
    ]
    chart = charts.columns([(f"{day:%b} {day.day}", counts[CallState.MISSED, day], recovered[day]) for day in days])
    return table("days", "Day by day", ("Day", "Missed", "Answered", "Recovered"), rows, chart=chart)
