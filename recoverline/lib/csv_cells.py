"""Cells of CSV files that people open in a spreadsheet: whatever somebody texted stays text there. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

# With one of these in front a spreadsheet computes; the last four are their wide forms.
_BEGINS_FORMULA = tuple("=+-@＝＋－＠")


def safe_cell(value: object) -> str:
    """`value` as one line without control characters, and with ' in front where a spreadsheet would see a formula.

    That holds for E.164 numbers too: without it +16025550147 becomes a number, or worse.
    """
    text = "" if value is None else str(value)
    kept = "".join(" " if char in "\t\r\n" else char for char in text if char in "\t\r\n" or not _is_control(char))
    return f"'{kept}" if kept.lstrip().startswith(_BEGINS_FORMULA) else kept


def safe_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole file, every cell through `safe_cell`, lines ended as RFC 4180 says."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def safe_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """What `safe_csv` writes, line by line, for files that are too long to be held at once."""
    yield safe_csv(header, ())
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([safe_cell(value) for value in row])
        yield out.getvalue()


def _is_control(char: str) -> bool:
    # Cc and Cf: also the invisible ones that turn the direction of what follows.
    return unicodedata.category(char) in ("Cc", "Cf")
