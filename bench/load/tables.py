"""What a run found, as tables in Markdown."""

from collections.abc import Mapping, Sequence

from bench.load.drive import Posted
from bench.load.gauges import Sample
from bench.load.tabs import Seen
from bench.load.verdict import Toll


def show(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print("| " + " | ".join(heads) + " |")
    print("|" + "-|" * len(heads))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def spread(seconds: Sequence[float]) -> str:
    """p50 / p95 / p99 / most in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    shares = (0.5, 0.95, 0.99, 1.0)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000:.0f}" for share in shares)


def show_times(toll: Toll, posted: Posted, seen: Seen) -> None:
    rows: list[tuple[str, int, str]] = [
        ("**missed call to its text at the carrier**", len(toll.first), spread([took for _, took in toll.first]))
    ]
    rows += [(f"text in to its answer: {name}", len(took), spread(took)) for name, took in toll.seconds.items()]
    rows += [(f"webhook answered: {name}", len(took), spread(took)) for name, took in sorted(posted.took.items())]
    rows += [(f"inbox: {name}", len(took), spread(took)) for name, took in sorted(seen.took.items())]
    show(("ms", "how many", "p50 / p95 / p99 / most"), rows)
    print(f"requests that failed: {dict(posted.problems) or 'none'}; of open pages: {dict(seen.problems) or 'none'}\n")


def show_minutes(toll: Toll, samples: Sequence[Sample], begins: float, minutes: int) -> None:
    """Minute by minute, by when the call was missed; of what waited, the most that one look found."""
    names = list(samples[0].waiting) if samples else []
    rows = []
    for minute in range(minutes):
        took = [seconds for at, seconds in toll.first if minute * 60 <= at < (minute + 1) * 60]
        looks = [look.waiting for look in samples if minute * 60 <= look.at - begins < (minute + 1) * 60]
        most = [max((look[name] for look in looks), default=0) for name in names]
        rows.append([minute + 1, len(took), spread(took), *most])
    show(("minute", "texted", "ms p50 / p95 / p99 / most", *(f"most waiting: {name}" for name in names)), rows)


def show_use(
    before: Mapping[str, float], after: Mapping[str, float], spent: Mapping[str, float], seconds: float
) -> None:
    """`before` and `after` in MB, `spent` in seconds of processor time."""
    rows = []
    for name in spent:
        size = (
            f"{before[name]:.0f} | {after[name]:.0f} | {after[name] - before[name]:+.0f}" if name in before else " | | "
        )
        rows.append([name, f"{spent[name] / seconds:.2f}", size])
    show(("process", "cores used", "MB (PSS) at the beginning", "at the end", "growth"), rows)
