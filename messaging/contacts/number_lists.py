"""PURE: lists of phone numbers as people have them: pasted lines, spreadsheets as CSV, numbers in any spelling."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from recoverline.lib.phones import parse_phone
from recoverline.lib.text import clean_inbound, one_line

MOST_LINES = 5000
LONGEST_LABEL = 120

# Spreadsheets write ="+16025550100" or '+16025550100 to keep the plus.
_WRAPPING = re.compile(r"^[=']*\"?|\"$")
_LOOKS_LIKE_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d")
_HEADING = re.compile(r"\b(?:phone|number|name|label|mobile|tel\w*|nombre|tel[eé]fono)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    phone: str
    label: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A line without a phone number in it; `line` counts from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`repeated`: lines whose number came earlier in the same list."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]
    repeated: int


def read_numbers(text: str, country: str) -> Reading:
    """Every number in `text`, one a line, as someone in `country` would dial it; what else is on the line is the label.

    Lines are read one by one, so that a stray quotation mark spoils its own line and no other.
    """
    entries: dict[str, Entry] = {}
    unread: list[Unread] = []
    repeated = 0
    for line, content in enumerate(text.splitlines()[:MOST_LINES], start=1):
        if not content.strip(' \t,;"'):
            continue
        entry = _read_line(content, country)
        if entry is not None:
            repeated += entry.phone in entries
            entries.setdefault(entry.phone, entry)
        elif not (line == 1 and _HEADING.search(content)):
            unread.append(Unread(line, one_line(clean_inbound(content), 80)))
    return Reading(tuple(entries.values()), tuple(unread), repeated)


def _read_line(content: str, country: str) -> Entry | None:
    cells = _cells(content)
    for index, cell in enumerate(cells):
        bare = _WRAPPING.sub("", cell)
        # The parser would find a number behind a name as well, and the name would be lost.
        phone = parse_phone(bare, country) if _LOOKS_LIKE_NUMBER.fullmatch(bare) else None
        if phone is not None:
            return Entry(phone, _label([*cells[:index], *cells[index + 1 :]]))
    for match in _LOOKS_LIKE_NUMBER.finditer(content):
        phone = parse_phone(match.group(), country)
        if phone is not None:
            return Entry(phone, _label([content[: match.start()], content[match.end() :]]))
    return None


def _cells(content: str) -> list[str]:
    delimiter = max("\t;,", key=content.count)
    try:
        row = next(csv.reader([content], delimiter=delimiter), [])
    except csv.Error:
        row = content.split(delimiter)
    return [cell.strip() for cell in row]


def _label(parts: list[str]) -> str:
    return one_line(" ".join(filter(None, _plain_parts(parts))), LONGEST_LABEL)


def _plain_parts(parts: list[str]) -> Iterator[str]:
    for part in parts:
        # A label that begins like a formula would be one in the next spreadsheet that opens an export.
        yield clean_inbound(part).strip(" \"'-–:,;").lstrip("=+-@＝＋－＠ \t").strip()
