"""Many rows of a model at once: COPY on PostgreSQL, plain inserts elsewhere. What is not named gets its default."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED

AT_ONCE = 20_000


class Table:
    """Collects rows and writes them in large pieces. Keys are counted here, so that other rows can name them.

    JSON is given as text.
    """

    def __init__(self, model: type[Model], *columns: str, now: datetime) -> None:
        fields = {field.column: field for field in model._meta.concrete_fields}
        rest = [name for name in fields if name not in {"id", *columns}]
        self.model, self.count = model, 0
        self._fields = [fields[name] for name in ("id", *columns, *rest)]
        self._rest = tuple(_default(fields[name], now) for name in rest)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, *values: Any) -> int:
        """The key of the new row."""
        self.count += 1
        self._rows.append((self.count, *values, *self._rest))
        if len(self._rows) >= AT_ONCE:
            self.write()
        return self.count

    def write(self) -> None:
        rows, self._rows = self._rows, []
        names = ", ".join(f'"{field.column}"' for field in self._fields)
        into = f'"{self.model._meta.db_table}" ({names})'
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                return
            marks = ", ".join(["%s"] * len(self._fields))
            prepared = [[_stored(f, v) for f, v in zip(self._fields, row, strict=True)] for row in rows]
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", prepared)


def _stored(field: "models.Field[Any, Any]", value: Any) -> Any:
    return value if isinstance(field, models.JSONField) else field.get_db_prep_save(value, connection)


def _default(field: "models.Field[Any, Any]", now: datetime) -> Any:
    if getattr(field, "auto_now_add", False):
        return now
    value = field.get_default()
    if value is None and not field.null and field.default is NOT_PROVIDED:
        raise ValueError(f"{field} must be named")
    return json.dumps(value) if isinstance(field, models.JSONField) else value


@contextmanager
def writing(tables: Sequence[Table]) -> Iterator[None]:
    """Without indexes and foreign keys meanwhile, where that can be switched off; the world is right by making."""
    if connection.vendor != "postgresql":
        yield
        _finish(tables)
        return
    names = [table.model._meta.db_table for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique",
            [names],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        yield
        _finish(tables)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def _finish(tables: Sequence[Table]) -> None:
    for table in tables:
        table.write()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables]):
            cursor.execute(statement)
