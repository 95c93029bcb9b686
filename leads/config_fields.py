"""How single values of a business file are read and written: one class a kind of value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import TextChoices
from environ import FileAwareEnv

from leads.config_yaml import Inline, Node, Plain, Problem, did_you_mean
from leads.models import Business
from recoverline.lib.phones import parse_phone

_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_AMOUNT = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,8})(?:\.(\d\d))?", re.ASCII)


class BrokenReference(Exception):
    """What this value depends on stands in the file, but has errors of its own, which are already listed."""


class Surroundings(Protocol):
    """What reading a value may need to know."""

    @property
    def country(self) -> str: ...

    @property
    def business(self) -> Business: ...

    def find(self, section: str, node: Node, name: str) -> Any: ...


class Kind(Protocol):
    def read(self, node: Node, around: Surroundings) -> Any:
        """The value for the model, or a tuple of them for a field with several columns. Raises Problem."""

    def write(self, value: Any) -> object:
        """The value for the file; inverse of `read`."""


@dataclass(frozen=True, slots=True)
class Text:
    def read(self, node: Node, around: Surroundings) -> str:
        return node.as_text()

    def write(self, value: str) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Whole:
    def read(self, node: Node, around: Surroundings) -> int:
        text = node.as_text()
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise Problem(node, f"“{text}” is not a whole number.")
        return int(text)

    def write(self, value: int) -> int:
        return int(value)


@dataclass(frozen=True, slots=True)
class Number:
    def read(self, node: Node, around: Surroundings) -> float:
        text = node.as_text()
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,15})?", text):
            raise Problem(node, f"“{text}” is not a number such as 1.5.")
        return float(text)

    def write(self, value: float) -> float | int:
        return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, node: Node, around: Surroundings) -> bool:
        text = node.as_text().lower()
        if text not in _TRUE | _FALSE:
            raise Problem(node, f"“{text}” is neither true nor false.")
        return text in _TRUE

    def write(self, value: bool) -> bool:
        return bool(value)


@dataclass(frozen=True, slots=True)
class Day:
    def read(self, node: Node, around: Surroundings) -> date:
        text = node.as_text()
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            raise Problem(node, f"“{text}” is not a date. Write year-month-day, as 2026-11-26.") from None

    def write(self, value: date) -> date:
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    choices: type[TextChoices]
    may_be_empty: bool = False

    def read(self, node: Node, around: Surroundings) -> str:
        text = node.as_text()
        if text == "" and self.may_be_empty:
            return text
        if text not in self.choices.values:
            raise Problem(node, f"“{text}” is not possible here.{did_you_mean(text, self.choices.values)}")
        return text

    def write(self, value: str) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Several:
    """A list, in brackets or one a line; a single value may stand without brackets. `is_long`: written one a line."""

    kind: Kind
    is_long: bool = False

    def read(self, node: Node, around: Surroundings) -> list[Any]:
        if isinstance(node.value, str):
            return [self.kind.read(node, around)]
        return [self.kind.read(item, around) for item in node.as_list()]

    def write(self, value: Sequence[Any]) -> list[Any]:
        items = [self.kind.write(item) for item in value]
        return items if self.is_long else Inline(items)


@dataclass(frozen=True, slots=True)
class Phone:
    def read(self, node: Node, around: Surroundings) -> str:
        text = node.as_text()
        phone = parse_phone(text, around.country)
        if phone is None:
            raise Problem(node, f"“{text}” is not a phone number. Write it with the area code, as +15555550100.")
        return phone

    def write(self, value: str) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars in the file (89, 89-250, from 89, up to 250, {from: 89, to: 250}), cents in two columns (from, to)."""

    def read(self, node: Node, around: Surroundings) -> tuple[int | None, int | None]:
        if isinstance(node.value, Mapping):
            return self._read_ends(node, node.value)
        text = node.as_text().strip().lower()
        amounts = re.fullmatch(rf"(from |up to |){_AMOUNT.pattern}(?:\s*-\s*{_AMOUNT.pattern})?", text)
        if amounts is None or (amounts[1] and amounts[4]):
            raise Problem(node, f"“{text}” is not a price. Write 89, 89-250, from 89, or up to 250.")
        low = _cents(amounts[2], amounts[3])
        high = _cents(amounts[4], amounts[5]) if amounts[4] else low
        return (None if amounts[1] == "up to " else low, None if amounts[1] == "from " else high)

    def _read_ends(self, node: Node, ends: Mapping[str, Node]) -> tuple[int | None, int | None]:
        for key in ends:
            if key not in ("from", "to"):
                raise Problem(ends[key], "A price has only “from” and “to”.")
        if not ends:
            raise Problem(node, "Give “from”, “to” or both.")
        return self._read_end(ends.get("from")), self._read_end(ends.get("to"))

    def _read_end(self, node: Node | None) -> int | None:
        if node is None or node.value is None:
            return None
        match = _AMOUNT.fullmatch(node.as_text().strip())
        if match is None:
            raise Problem(node, f"“{node.as_text()}” is not an amount in dollars, such as 89 or 89.50.")
        return _cents(match[1], match[2])

    def write(self, value: tuple[int | None, int | None]) -> Plain:
        low, high = value
        if low is None:
            return Plain(f"up to {_dollars(high or 0)}")
        if high is None:
            return Plain(f"from {_dollars(low)}")
        return Plain(_dollars(low) if low == high else f"{_dollars(low)}-{_dollars(high)}")


@dataclass(frozen=True, slots=True)
class Ref:
    """Another row of the file (or of the business), by its name there; `attr` is what it is called by."""

    section: str
    attr: str
    is_phone: bool = False

    def read(self, node: Node, around: Surroundings) -> Any:
        name = Phone().read(node, around) if self.is_phone else node.as_text()
        return around.find(self.section, node, name)

    def write(self, value: Any) -> str:
        return str(getattr(value, self.attr))


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of an environment variable (or NAME_FILE) that holds the secret. Neither is ever written to a file."""

    def read(self, node: Node, around: Surroundings) -> str:
        name = node.as_text()
        secret = FileAwareEnv().str(name, default="") if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else ""
        if not secret:
            raise Problem(node, "No environment variable of this name holds anything: set it and load again.")
        return str(secret)

    def write(self, value: str) -> str:
        raise TypeError("A secret is never written to a file.")


Default = Callable[[Mapping[str, Any], int], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A key of the file and the columns (`attrs`; the key itself if none are named) it fills.

    Left out, it means the model's default, or `default(values of the row, index in its list)`; a `kept` one leaves what
    is stored as it is. `is_shown`: written even where it is the default. `is_secret`: read, never written.
    """

    key: str
    kind: Kind
    attrs: tuple[str, ...] = ()
    default: Default | None = None
    is_required: bool = False
    is_shown: bool = False
    is_kept: bool = False
    is_secret: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.attrs or (self.key,)


def _cents(dollars: str, cents: str | None) -> int:
    return int(Decimal(dollars.replace(",", "")) * 100) + int(cents or 0)


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}" if cents % 100 else str(cents // 100)
