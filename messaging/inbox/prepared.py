"""Statements that are put together once in a process, and asked again and again with other values.

An open page asks the same every three seconds. Of that most was spent on Django putting the statements together again
(measured: half of a poll's processor time, more than the database takes to answer them).
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Value = int | str | datetime
Make = Callable[..., "QuerySet[Any, Any]"]

# What stands where a value will be: such numbers, times and words are no one's.
_NUMBER, _TIME, _WORD = -2_000_000_000, datetime(1, 2, 3, tzinfo=UTC), "\x02{}\x03"


def ask(make: Make, values: Sequence[Value], *fixed: Hashable) -> list[tuple[Any, ...]]:
    """The rows of `make(values, *fixed)`, a query for plain columns, which must not depend on what the values are but
    on how many and of what kind. A value has to reach the database as it is: no lookup may add anything to it.
    """
    if connection.vendor != "postgresql":
        return list(make(values, *fixed))  # columns have to be converted there
    try:
        sql, params = _put_together(make, tuple(type(value) for value in values), fixed)
    except EmptyResultSet:
        return []
    filled = [values[param.index] if isinstance(param, _Gap) else param for param in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, filled)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class _Gap:
    """Where the value at `index` belongs."""

    def __init__(self, index: int) -> None:
        self.index = index


@lru_cache(maxsize=500)
def _put_together(make: Make, kinds: tuple[type, ...], fixed: tuple[Hashable, ...]) -> tuple[str, tuple[Any, ...]]:
    marks = [_mark(kind, index) for index, kind in enumerate(kinds)]
    gaps = {mark: _Gap(index) for index, mark in enumerate(marks)}
    sql, params = make(marks, *fixed).query.sql_with_params()
    return sql, tuple(gaps.get(param, param) for param in params)


def _mark(kind: type, index: int) -> Value:
    if issubclass(kind, datetime):
        return _TIME + timedelta(seconds=index)
    return _NUMBER - index if issubclass(kind, int) else _WORD.format(index)
