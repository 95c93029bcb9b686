"""PURE: what the columns of a table of people mean, guessed from their names, and what a row says then.

Names are those of HighLevel ("First Name", "Phone", "Tags"), Chatwoot (id, name, email, phone_number) and of what
spreadsheets, phones and booking programs write, in English and Spanish.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leads.exchange.tables import Row
from recoverline.lib.text import one_line

LONGEST_NAME = 120
LONGEST_NOTES = 1_000


class Column(StrEnum):
    """What a column can be taken as; the text is the name in forms."""

    SKIP = "skip"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PHONE = "phone"
    EMAIL = "email"
    LANGUAGE = "language"
    SOURCE = "source"
    NOTE = "note"
    STOP = "stop"
    STOPPED_AT = "stopped_at"
    NEVER_TEXT = "never_text"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Column.SKIP: "Do not take over",
    Column.NAME: "Whole name",
    Column.FIRST_NAME: "First name",
    Column.LAST_NAME: "Last name",
    Column.PHONE: "Phone",
    Column.EMAIL: "E-mail",
    Column.LANGUAGE: "Language",
    Column.SOURCE: "Source",
    Column.NOTE: "Note (with the column's name)",
    Column.STOP: "Opted out of texts",
    Column.STOPPED_AT: "When they opted out",
    Column.NEVER_TEXT: "Never text (your own people, vendors)",
}

_NAMES: Mapping[Column, Sequence[str]] = {
    Column.NAME: ("name", "full name", "contact name", "display name", "customer name", "customer", "nombre completo"),
    Column.FIRST_NAME: ("first name", "firstname", "given name", "nombre"),
    Column.LAST_NAME: ("last name", "lastname", "surname", "family name", "apellido", "apellidos"),
    Column.PHONE: (
        "phone", "phone number", "mobile", "mobile phone", "mobile number", "cell", "cell phone", "primary phone",
        "phone 1 value", "telephone", "tel", "telefono", "celular", "number", "movil",
    ),
    Column.EMAIL: (
        "email", "e mail", "email address", "e mail address", "primary email", "correo", "e mail 1 value",
        "correo electronico",
    ),
    Column.LANGUAGE: ("language", "lang", "locale", "preferred language", "idioma"),
    Column.SOURCE: ("source", "lead source", "contact source"),
    Column.NOTE: (
        "notes", "note", "tags", "tag", "labels", "label", "company", "company name", "business name", "address",
        "street address", "city", "additional phones", "additional phone", "other phones", "notas", "direccion",
    ),
    Column.STOP: (
        "dnd", "dnd sms", "sms dnd", "dnd all", "dnd status", "do not disturb", "opted out", "opt out", "optout",
        "sms opt out", "opted out of sms", "unsubscribed", "sms unsubscribed", "do not text", "stop", "no texts",
        "do not contact", "dnc",
    ),
    Column.STOPPED_AT: ("opted out at", "opt out date", "opted out on", "dnd date", "unsubscribed at"),
    Column.NEVER_TEXT: ("never text", "blocked"),
}  # fmt: skip
_BY_NAME = {name: column for column, names in _NAMES.items() for name in names}
# What only one column of a table can be; of two the first one that is found is taken.
_SINGLE = frozenset(
    {Column.NAME, Column.FIRST_NAME, Column.LAST_NAME, Column.PHONE, Column.EMAIL, Column.LANGUAGE, Column.SOURCE}
)

_NO = frozenset(
    {"", "0", "no", "n", "false", "f", "off", "inactive", "disabled", "none", "null", "nil", "{}", "[]", "-"}
)
_YES = frozenset({"1", "yes", "y", "true", "t", "x", "on", "active", "enabled", "permanent", "si"})
_CHANNELS = re.compile(r"\b(?:sms|text|texts|messaging|all)\b")
_OTHER_CHANNELS = re.compile(r"\b(?:e ?mail|calls?|voice(?:mail)?|whatsapp|gmb|fb|facebook|instagram|live chat)\b")
_LANGUAGES = {"en": "en", "english": "en", "ingles": "en", "es": "es", "spanish": "es", "espanol": "es"}


@dataclass(frozen=True, slots=True)
class Person:
    """What one line says. `phone`: as it is written there. `is_unclear`: an opt-out cell that was taken for a yes."""

    line: int
    phone: str
    name: str = ""
    email: str = ""
    language: str = ""
    source: str = ""
    notes: str = ""
    has_stopped: bool = False
    stopped_at: str = ""
    is_never_text: bool = False
    is_unclear: bool = False


def guess(header: Sequence[str]) -> tuple[Column, ...]:
    """What each column most likely is, by its name alone."""
    guessed: list[Column] = []
    for name in header:
        column = _BY_NAME.get(plain(name), Column.SKIP)
        if column in _SINGLE and column in guessed:
            column = Column.SKIP
        guessed.append(column)
    if Column.PHONE not in guessed:
        for position, name in enumerate(header):
            if guessed[position] is Column.SKIP and re.search(r"\b(?:phone|mobile|telefono)\b", plain(name)):
                guessed[position] = Column.PHONE
                break
    return tuple(guessed)


def problem_of(columns: Sequence[Column]) -> str:
    """Why nothing can be read with this choice, "" if it can."""
    phones = columns.count(Column.PHONE)
    if phones == 0:
        return "Choose which column holds the phone. People are told apart by their phone."
    if phones > 1:
        return "Two columns are chosen as the phone. Take one; the other can become a note."
    return ""


def read_person(row: Row, header: Sequence[str], columns: Sequence[Column]) -> Person:
    """The person of one row. Words, not phones, are made plain here; whether the phone is one is asked later."""

    def cells(column: Column) -> list[str]:
        return [cell for cell, is_a in zip(row.cells, columns, strict=False) if is_a is column and cell]

    parts = [*cells(Column.FIRST_NAME), *cells(Column.LAST_NAME)]
    name = next(iter(cells(Column.NAME)), "") if not parts else " ".join(parts)
    stops = [_says(cell) for cell in cells(Column.STOP)]
    notes = [
        f"{title}: {one_line(cell, LONGEST_NOTES)}" if plain(title) not in ("note", "notes", "notas") else cell
        for title, cell, is_a in zip(header, row.cells, columns, strict=False)
        if is_a is Column.NOTE and cell
    ]
    stopped_at = next(iter(cells(Column.STOPPED_AT)), "")
    return Person(
        line=row.line,
        phone=bare_phone(next(iter(cells(Column.PHONE)), "")),
        name=one_line(_unquoted(name), LONGEST_NAME),
        email=next(iter(cells(Column.EMAIL)), "")[:254],
        language=_LANGUAGES.get(plain(next(iter(cells(Column.LANGUAGE)), "")).split(" ")[0], ""),
        source=one_line(next(iter(cells(Column.SOURCE)), ""), 60),
        notes="\n".join(notes)[:LONGEST_NOTES],
        has_stopped=any(said is not False for said in stops) or bool(stopped_at),
        stopped_at=stopped_at,
        is_never_text=any(_says(cell) is not False for cell in cells(Column.NEVER_TEXT)),
        is_unclear=None in stops,
    )


def bare_phone(cell: str) -> str:
    """Spreadsheets write ="+16025550100" or '+16025550100 to keep the plus, and 16025550147.0 for a number."""
    found = re.sub(r"^[=']*\"?|\"$", "", cell.strip())
    return re.sub(r"(?<=\d)\.0$", "", found)


def plain(text: str) -> str:
    """`text` in small letters without accents, with single spaces for whatever stands between words."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text[:200].lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def _says(cell: str) -> bool | None:
    """Whether a cell says that somebody wants no texts; None where it says something else, which counts as a yes."""
    bare = cell.strip().lower()
    if bare in _NO:
        return False
    if bare in _YES:
        return True
    words = plain(cell)
    if _CHANNELS.search(words):
        return True
    # HighLevel counts each channel on its own: no e-mails does not mean no texts.
    return False if words and not _OTHER_CHANNELS.sub("", words).strip() else None


def _unquoted(name: str) -> str:
    # Our own exports put ' in front of what a spreadsheet would compute.
    return name[1:] if name[:2] in ("'=", "'+", "'-", "'@") else name
