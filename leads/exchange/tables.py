"""PURE: the bytes of a file that a spreadsheet or another program wrote become rows of text, whatever is wrong."""

import codecs
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from recoverline.lib.text import clean_inbound, one_line

LARGEST_FILE = 10_000_000
MOST_LINES = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000

_DELIMITERS = ",;\t|"
# A cell that goes on over more lines than this was opened by a stray quotation mark.
_LONGEST_ROW_IN_LINES = 40
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(Exception):
    """Why a file cannot be read as a whole, in a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: where it begins in the file, from 1. `cells`: as many as the header has."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`header`: never two of the same name. `broken`: lines that have more cells than the header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: tuple[Row, ...] = ()


def decode(content: bytes) -> str:
    """Text of a file: UTF-8 or UTF-16 with a mark in front, UTF-8, or else the Windows alphabet, which fits any byte.

    Raises Unreadable for what is a spreadsheet's own format or no text.
    """
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("This is a workbook, not a text file. Save it as CSV and choose that file.")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if content[:4096].count(0) > len(content[:4096]) // 10:
        raise Unreadable("This file is not text. Save the list as CSV or vCard and choose that file.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def check_size(size: int) -> None:
    """Raises Unreadable for a file that is too large to be looked at."""
    if size > LARGEST_FILE:
        largest = LARGEST_FILE // 1_000_000
        raise Unreadable(f"This file is larger than {largest} MB. Split it into smaller files and import one by one.")


def check_lines(text: str) -> None:
    """Raises Unreadable for more lines than are taken at once."""
    count = text.count("\n") + 1
    if count > MOST_LINES * 4:  # cells may hold lines of their own; rows are counted as they are read
        raise _too_many(count)


def read_table(text: str) -> Table:
    """A table with a header; the delimiter is found. Raises Unreadable without a header or with too much in it."""
    check_lines(text)
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    rows = _rows(text, _delimiter(text))
    first = next(rows, None)
    if first is None:
        raise Unreadable("This file is empty.")
    if len(first.cells) > MOST_COLUMNS:
        raise Unreadable(f"The first line names {len(first.cells)} columns. More than {MOST_COLUMNS} are not read.")
    header = _distinct(first.cells)
    kept, broken = [], []
    for row in rows:
        cells = row.cells
        while len(cells) > len(header) and not cells[-1]:
            cells = cells[:-1]
        if len(cells) > len(header):
            broken.append(Row(row.line, cells[: len(header)]))
        else:
            kept.append(Row(row.line, cells + ("",) * (len(header) - len(cells))))
        if len(kept) + len(broken) > MOST_LINES:
            raise _too_many(text.count("\n") + 1)
    return Table(header, tuple(kept), tuple(broken))


def _too_many(count: int) -> Unreadable:
    return Unreadable(
        f"This file has {count:,} lines. At most {MOST_LINES:,} are taken at once: split it and import one by one."
    )


def _delimiter(text: str) -> str:
    """What separates the cells of the first line that says something; a line "sep=;" of a spreadsheet says it."""
    first = next((line for line in itertools.islice(text.split("\n"), 20) if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows that say something. A row whose quotation mark is never closed is read again line by line without quotes."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        cells, taken = _read_row(lines, at, delimiter)
        begins, at = at + 1, at + taken
        if begins == 1 and cells[0].lower().startswith("sep=") and len(cells[0]) <= 5 and not any(cells[1:]):
            continue
        if any(cells):
            yield Row(begins, cells)


def _read_row(lines: list[str], at: int, delimiter: str) -> tuple[tuple[str, ...], int]:
    if '"' not in lines[at]:
        return tuple(map(_cell, lines[at].split(delimiter))), 1
    window = lines[at : at + _LONGEST_ROW_IN_LINES]
    reader = csv.reader((f"{line}\n" for line in window), delimiter=delimiter, strict=True)
    try:
        return tuple(map(_cell, next(reader))), reader.line_num
    except csv.Error:  # not closed, or something else than a delimiter behind the closing mark
        return tuple(map(_cell, _by_itself(lines[at], delimiter))), 1


def _by_itself(line: str, delimiter: str) -> list[str]:
    if line.count('"') % 2 == 0:
        try:
            return next(csv.reader([line], delimiter=delimiter))
        except csv.Error:  # a cell of more than 131,072 characters
            pass
    return line.replace('"', "").split(delimiter)


def _cell(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text[:LONGEST_CELL].strip()
    return clean_inbound(text, LONGEST_CELL)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """A second "Phone" becomes "Phone (2)", so that each column can be chosen for itself."""
    found: dict[str, int] = {}
    distinct = []
    for position, name in enumerate(names, start=1):
        shown = one_line(name, 60) or f"Column {position}"
        found[shown.lower()] = count = found.get(shown.lower(), 0) + 1
        distinct.append(shown if count == 1 else f"{shown} ({count})")
    return tuple(distinct)
