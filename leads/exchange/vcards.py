"""PURE: vCards (2.1, 3.0 after RFC 2426, 4.0 after RFC 6350) to a table of people, and people to vCards 3.0.

A reader of our own: `vobject` knows the rules of 3.0 alone, and gives up a whole file for one broken card.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from leads.exchange.tables import LONGEST_CELL, MOST_LINES, Row, Table, Unreadable, check_lines
from recoverline.lib.text import clean_inbound

HEADER = ("Name", "Phone", "Email", "Company", "Address", "Tags", "Notes", "Other phones")
_BEGIN = re.compile(r"^\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SEPARATOR = re.compile(r"(?<!\\);")
# Which of several phones can be texted, best first.
_LIKE_MOBILE = ("cell", "mobile", "iphone", "text")


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    params: str
    value: str


def is_vcard(text: str) -> bool:
    """Whether a file holds vCards rather than a table."""
    return _BEGIN.search(text[:2_000]) is not None


def read_vcards(text: str) -> Table:
    """One row a card; the phone that can be texted is "Phone". Raises Unreadable for too many cards."""
    check_lines(text)
    rows: list[Row] = []
    for line, card in _cards(text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")):
        rows.append(Row(line, _read_card(card)))
        if len(rows) > MOST_LINES:
            raise Unreadable(f"This file has more than {MOST_LINES:,} cards. Split it and import one by one.")
    return Table(HEADER, tuple(rows))


def _cards(text: str) -> Iterator[tuple[int, list[_Line]]]:
    """Each card with the line where it begins. One that is not ended ends where the next begins."""
    card: list[_Line] | None = None
    begins = 0
    for number, content in _unfolded(text):
        line = _parse(content)
        if line is None:
            continue
        marker = line.value.strip().upper() == "VCARD"
        if line.name == "BEGIN" and marker:
            if card:
                yield begins, card
            card, begins = [], number
        elif line.name == "END" and marker:
            if card is not None:
                yield begins, card
            card = None
        elif card is not None and len(card) < 200:
            card.append(line)
    if card:
        yield begins, card


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of the first. Long ones go on after a space, or after = in quoted-printable."""
    parts: list[str] = []
    begins, soft = 1, False
    for number, line in enumerate(text.split("\n"), start=1):
        if parts and soft:
            parts.append(line)
        elif parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
        else:
            if parts:
                yield begins, "".join(parts)
            parts, begins = [line], number
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in parts[0].upper()
        if soft:
            parts[-1] = line[:-1]
    if parts:
        yield begins, "".join(parts)


def _parse(content: str) -> _Line | None:
    # A colon in quotation marks belongs to a parameter.
    quoted = False
    for position, char in enumerate(content[:1_000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            name, _, params = content[:position].partition(";")
            value, params = content[position + 1 :], params.lower()
            if "quoted-printable" in params:
                value = quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
            # "item1.TEL": the group is of no interest.
            return _Line(name.strip().rpartition(".")[2].upper(), params, value[: 2 * LONGEST_CELL])
    return None


def _read_card(card: list[_Line]) -> tuple[str, ...]:
    def first(name: str) -> str:
        return next((_plain(line.value) for line in card if line.name == name and line.value.strip()), "")

    phones = sorted((line for line in card if line.name == "TEL"), key=_how_textable)
    numbers = list(dict.fromkeys(filter(None, (_number(line.value) for line in phones))))
    emails = sorted((line for line in card if line.name == "EMAIL"), key=lambda line: "pref" not in line.params)
    name = first("FN") or _name_of(next((line.value for line in card if line.name == "N"), "")) or first("NICKNAME")
    address = next((", ".join(filter(None, _parts(line.value))) for line in card if line.name == "ADR"), "")
    company = next((" ".join(filter(None, _parts(line.value)[:1])) for line in card if line.name == "ORG"), "")
    return (
        name or company, numbers[0] if numbers else "", _plain(emails[0].value) if emails else "",
        company if name else "", address, first("CATEGORIES"), first("NOTE"), ", ".join(numbers[1:5]),
    )  # fmt: skip


def _how_textable(line: _Line) -> tuple[bool, bool, bool]:
    is_mobile = any(word in line.params for word in _LIKE_MOBILE)
    return ("fax" in line.params or "pager" in line.params, not is_mobile, "pref" not in line.params)


def _number(value: str) -> str:
    """4.0 writes numbers as addresses: "tel:+1-602-555-0147;ext=1"."""
    plain = _plain(value)
    return plain[4:].partition(";")[0] if plain.lower().startswith("tel:") else plain


def _name_of(value: str) -> str:
    """N is family; given; middle; before; after."""
    family, given, middle, *_ = (*_parts(value), "", "", "")
    return " ".join(filter(None, (given, middle, family)))


def _parts(value: str) -> list[str]:
    return [_plain(part) for part in _SEPARATOR.split(value)]


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return clean_inbound(text, LONGEST_CELL)


def write_vcard(*, name: str, phone: str, email: str = "", notes: str = "", uid: str = "") -> str:
    """One card of version 3.0, which every phone and program reads; lines are folded at 75 octets."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escape(name or phone)}", f"N:;{_escape(name or phone)};;;"]
    lines.append(f"TEL;TYPE=CELL:{_escape(phone)}")
    if email:
        lines.append(f"EMAIL;TYPE=INTERNET:{_escape(email)}")
    if notes:
        lines.append(f"NOTE:{_escape(notes)}")
    if uid:
        lines.append(f"UID:urn:uuid:{uid}")
    return "".join(f"{_fold(line)}\r\n" for line in (*lines, "END:VCARD"))


def _escape(text: str) -> str:
    kept = clean_inbound(text, LONGEST_CELL)
    for char in "\\;,":
        kept = kept.replace(char, f"\\{char}")
    return kept.replace("\n", "\\n")


def _fold(line: str) -> str:
    folded, octets = [], 0
    for char in line:
        width = len(char.encode())
        if octets + width > 75:
            folded.append("\r\n ")
            octets = 1
        folded.append(char)
        octets += width
    return "".join(folded)
