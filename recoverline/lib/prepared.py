"""Statements that are put together once in a process, and asked again and again with other values.

An open page asks the same every three seconds, and the sender for every text. Of that most was spent on Django putting
the statements together again (measured: half of a poll's processor time, more than the database takes to answer them).
"""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)
Value = int | str | datetime | UUID
Make = Callable[..., "QuerySet[Any, Any]"]

# What stands where a value will be: such numbers, times and words are no one's.
_NUMBER, _TIME, _WORD = -2_000_000_000, datetime(1, 2, 3, tzinfo=UTC), "\x02{}\x03"


def ask(make: Make, values: Sequence[Value], *fixed: Hashable) -> list[tuple[Any, ...]]:
    """The rows of `make(values, *fixed)`, a query for plain columns, which must not depend on what the values are but
    on how many and of what kind. A value has to reach the database as it is: no lookup may add anything to it.
    """
    statement = _statement_of(make, values, fixed)
    if statement is None:
        return list(make(values, *fixed))
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.filled(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def rows(make: "Callable[..., QuerySet[M]]", values: Sequence[Value], *fixed: Hashable) -> list[M]:
    """The same for a query for whole rows, with what it adds to them and what it reads along with them."""
    statement = _statement_of(make, values, fixed)
    if statement is None:
        return list(make(values, *fixed))
    return list(ModelIterable(_Asked(statement, values)))  # type: ignore[arg-type]  # all that it asks a query for


def _statement_of(make: Make, values: Sequence[Value], fixed: tuple[Hashable, ...]) -> "_Statement | None":
    """None where Django has to be asked each time: on SQLite, whose columns are converted, and where it finds no row
    possible, be it for an empty list or because no such number fits the column.
    """
    if connection.vendor != "postgresql":
        return None
    try:
        return _put_together(make, tuple(type(value) for value in values), fixed)
    except EmptyResultSet:
        return None


class _Gap:
    """Where the value at `index` belongs."""

    def __init__(self, index: int) -> None:
        self.index = index


@dataclass(frozen=True, slots=True)
class _Statement:
    """`compiler`: what put it together, and knows which column is whose."""

    sql: str
    params: tuple[Any, ...]
    compiler: Any

    def filled(self, values: Sequence[Value]) -> list[Any]:
        return [values[param.index] if isinstance(param, _Gap) else param for param in self.params]


class _Asked:
    """A statement with its values, as Django makes objects of the rows of a query."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, statement: _Statement, values: Sequence[Value]) -> None:
        filled = statement.sql, statement.filled(values)
        self._compiler = copy(statement.compiler)
        self._compiler.connection = connections[self.db]
        self._compiler.as_sql = lambda: filled
        self.query = self

    def get_compiler(self, using: str) -> Any:
        return self._compiler


@lru_cache(maxsize=500)
def _put_together(make: Make, kinds: tuple[type, ...], fixed: tuple[Hashable, ...]) -> _Statement:
    marks = [_mark(kind, index) for index, kind in enumerate(kinds)]
    gaps = {mark: _Gap(index) for index, mark in enumerate(marks)}
    compiler = make(marks, *fixed).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    compiler.connection = None  # that of one thread, which must be able to go
    return _Statement(sql, tuple(gaps.get(param, param) for param in params), compiler)


def _mark(kind: type, index: int) -> Value:
    if issubclass(kind, datetime):
        return _TIME + timedelta(seconds=index)
    if issubclass(kind, UUID):
        return UUID(int=index)
    return _NUMBER - index if issubclass(kind, int) else _WORD.format(index)
