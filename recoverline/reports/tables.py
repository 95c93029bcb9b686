"""What a page of figures is made of: tables, which are shown, drawn and written into files from the same cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from leads.outcomes import dollars
from recoverline.lib.csv_cells import safe_csv
from recoverline.reports.measures import Unit

UNKNOWN = "not known"
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what stands on the page and in the file. `url`: what is behind it. `level`: 0 to 4, how dark it is."""

    text: str
    url: str = ""
    level: int | None = None
    # Of a bar, in hundredths of its column's width.
    bar: int | None = None


Content = Cell | str | int


@dataclass(frozen=True, slots=True)
class Table:
    """`key` names it in addresses and files; the first column heads its row. `words`: other columns (from 0) of which
    the cells are words, not figures.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    hint: str = ""
    empty: str = "Nothing in this time."
    is_grid: bool = False
    chart: object = None
    words: tuple[int, ...] = ()
    # For people who do not see the heading of a bar.
    measures: tuple[str, ...] = field(default=())


def table(key: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Content]], **more: object) -> Table:
    """A table of whatever its cells are given as; numbers are written as people read them."""
    made = tuple(tuple(cell(content) for content in row) for row in rows)
    return Table(key, title, tuple(columns), made, **more)  # type: ignore[arg-type]  # what is given by name fits


def cell(content: Content) -> Cell:
    if isinstance(content, Cell):
        return content
    return Cell(f"{content:,}" if isinstance(content, int) else content)


def as_csv(shown: Table) -> str:
    """The same cells as a file, safe to open in a spreadsheet."""
    return safe_csv(shown.columns, ([cell.text for cell in row] for row in shown.rows))


def written(value: float | None, unit: Unit) -> str:
    """A figure as it stands on pages, in files and in e-mails."""
    if value is None:
        return UNKNOWN if unit == Unit.CENTS else NOTHING
    match unit:
        case Unit.COUNT:
            return f"{round(value):,}"
        case Unit.SHARE:
            return percent(value)
        case Unit.SECONDS:
            return duration(value)
        case Unit.CENTS:
            return money(round(value))


def percent(share: float | None) -> str:
    """ "54 %"; below ten with one decimal, so that small shares can be compared."""
    if share is None:
        return NOTHING
    return f"{share:.1%}".replace("%", " %") if 0 < share < 0.1 else f"{share:.0%}".replace("%", " %")


def money(cents: int) -> str:
    """ "$1,550.00", less than nothing with its sign in front."""
    return f"-{dollars(-cents)}" if cents < 0 else dollars(cents)


def duration(seconds: float | None) -> str:
    """ "8.4 s", "3 min 20 s", "2 h 5 min"."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def change(now: float | None, before: float | None, unit: Unit) -> str:
    """Against the period before: "+12 %", of shares in points; "new" where there was nothing.

    "about the same": less than half of a percent.
    """
    if now is None or before is None:
        return NOTHING
    if unit == Unit.SHARE:
        points = round((now - before) * 100)
        return f"{points:+d} points" if points else "the same"
    if now == before:
        return "the same"
    if before <= 0:
        return "new" if before == 0 and now > 0 else NOTHING
    percents = round((now - before) / before * 100)
    return f"{percents:+d} %" if percents else "about the same"


def share_of(part: int, whole: int) -> float | None:
    return part / whole if whole else None
