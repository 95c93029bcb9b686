"""Sections of a business file that are lists of rows: read, checked against the model, compared, saved, dumped."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from django.db import models

from leads.config_fields import BrokenReference, Field, Ref
from leads.config_loading import Loading
from leads.config_yaml import ConfigError, ConfigErrors, Node, Problem
from leads.models import Business


class Section(Protocol):
    """A key of the file. `within`: "" at the top, else the section inside whose rows it is written.

    `order` is its place among its neighbors in a dumped file; sections load in the order in which modules list them.
    """

    @property
    def key(self) -> str: ...
    @property
    def within(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def about(self) -> str:
        """The comment above it in a dumped file."""

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        """What it writes: all that --prune may remove."""

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        """Bring the rows of `owner` (None: it is broken, only check) in line with `node` (None: not in the file)."""

    def dump(self, owner: models.Model, inner: "Inner") -> object:
        """Plain data for the file; nothing (empty) leaves the key out."""


@runtime_checkable
class Finishing(Protocol):
    """A section that still has something to do once everything of a file without errors is in its place."""

    def finish(self, business: Business) -> None: ...


# What the sections within a section dump for one of its rows.
Inner = Callable[[str, models.Model], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check has to say about a column of a row."""

    level: Literal["error", "warning"]
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class RowForm:
    """How one row of `model` is written. Rows with the same `identity` columns are the same row.

    `prepare` completes a row before it is validated and may raise Problem; `check` looks at one that is valid.
    """

    model: type[models.Model]
    fields: tuple[Field, ...]
    identity: tuple[str, ...]
    inner_keys: tuple[str, ...] = ()
    shorthand: str = ""
    prepare: Callable[[Any, Node, Loading], None] | None = None
    check: Callable[[Any, Loading], Iterable[Remark]] | None = None

    def read(self, node: Node, index: int, loading: Loading) -> tuple[dict[str, Any], set[str]]:
        """The values by column, and the columns whose value is missing or wrong (already reported)."""
        given = self.given(node)
        keys = (*(item.key for item in self.fields), *self.inner_keys)
        loading.refuse_unknown_keys(Node(node.path, node.line, given), keys)
        values: dict[str, Any] = {}
        bad: set[str] = set()
        for item in sorted(self.fields, key=lambda item: item.default is not None):
            try:
                values.update(self._read_field(item, given.get(item.key), values, index, node, loading))
            except Problem as problem:
                loading.errors.append(problem.error)
                bad.update(item.columns)
            except BrokenReference:
                bad.update(item.columns)
        return values, bad

    def given(self, node: Node) -> Mapping[str, Node]:
        if self.shorthand and isinstance(node.value, str):
            return {self.shorthand: node}
        return node.as_mapping()

    def _read_field(
        self, item: Field, node: Node | None, values: Mapping[str, Any], index: int, row: Node, loading: Loading
    ) -> dict[str, Any]:
        if node is not None and node.value is not None:
            value = item.kind.read(node, loading)
        elif item.is_kept or item.is_secret:
            return {}
        elif item.is_required:
            sole = loading.sole(item.kind.section) if isinstance(item.kind, Ref) else None
            if sole is None:
                raise Problem(node or row, f"“{item.key}” is missing.")
            value = sole
        else:
            value = self.default(item, values, index)
        return dict(zip(item.columns, value if len(item.columns) > 1 else (value,), strict=True))

    def default(self, item: Field, values: Mapping[str, Any], index: int) -> Any:
        if item.default is not None:
            return item.default(values, index)
        # Columns of a file are plain ones; a relation the other way, which the stubs allow for, has no default.
        defaults = tuple(self.model._meta.get_field(column).get_default() for column in item.columns)  # type: ignore[union-attr]
        return defaults if len(defaults) > 1 else defaults[0]

    def apply(
        self, row: models.Model, values: Mapping[str, Any], bad: set[str], node: Node, section: str, loading: Loading
    ) -> bool:
        """Set, validate and save, counting what changed. False when there are errors: then nothing was saved."""
        before = self._stored(row)
        for column, value in values.items():
            setattr(row, column, value)
        places = {column: self.given(node).get(item.key, node) for item in self.fields for column in item.columns}
        if self.prepare is not None and not bad:
            try:
                self.prepare(row, node, loading)
            except Problem as problem:
                loading.errors.append(problem.error)
                return False
        if not loading.is_valid(row, bad=bad, at=lambda column: places.get(column, node)):
            return False
        if not self._passes(row, places, node, loading):
            return False
        if row.pk is not None and before == self._stored(row):
            loading.counts[section].unchanged += 1
            return True
        is_new = row.pk is None
        if not loading.save(row, node):
            return False
        counts = loading.counts[section]
        counts.created, counts.updated = counts.created + is_new, counts.updated + (not is_new)
        return True

    def _passes(self, row: models.Model, places: Mapping[str, Node], node: Node, loading: Loading) -> bool:
        passes = True
        for remark in self.check(row, loading) if self.check is not None else ():
            place = places.get(remark.column, node)
            if remark.level == "error":
                loading.error(place, remark.message)
                passes = False
            else:
                loading.warn(place, remark.message)
        return passes

    def _stored(self, row: models.Model) -> dict[str, Any]:
        """What a load may change, which is more than the fields: `prepare` may have completed others."""
        columns = [column for column in row._meta.concrete_fields if not column.primary_key]
        return {column.attname: getattr(row, column.attname) for column in columns}

    def dump(self, row: models.Model, index: int) -> dict[str, object]:
        values = {column: getattr(row, column) for item in self.fields for column in item.columns}
        data: dict[str, object] = {}
        for item in self.fields:
            if item.is_secret:
                continue
            several = tuple(values[column] for column in item.columns)
            value = several if len(several) > 1 else several[0]
            if item.is_shown or item.is_required or value != self.default(item, values, index):
                data[item.key] = item.kind.write(value)
        return data


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows that belong to `owner` (a column of theirs).

    `called`: the column by which other parts of the file refer to them. `is_value`: the list is a property of its
    owner, so rows that are no longer in it go at once, not only with --prune.
    """

    key: str
    form: RowForm
    order: int
    about: str = ""
    within: str = ""
    owner: str = "business"
    called: str = ""
    is_value: bool = False
    ordering: tuple[str, ...] = ("pk",)

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (self.form.model,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        stored = {self._identity(row): row for row in self._rows(owner)}
        if self.called and not loading.is_pruning:
            for row in stored.values():
                loading.name_row(self.key, str(getattr(row, self.called)), row)
        lines: dict[tuple[Any, ...], int] = {}
        for index, item in enumerate(node.as_list() if node is not None else ()):
            try:
                self._load_row(item, index, owner, stored, lines, loading)
            except Problem as problem:
                loading.errors.append(problem.error)
        left = [row for identity, row in stored.items() if identity not in lines]
        if self.is_value and node is not None and node.value is not None:
            for row in left:
                loading.remove(self.key, row)
        elif loading.is_pruning:
            loading.leftovers.extend((self.key, row) for row in left)

    def _load_row(
        self,
        node: Node,
        index: int,
        owner: models.Model | None,
        stored: Mapping[tuple[Any, ...], models.Model],
        lines: dict[tuple[Any, ...], int],
        loading: Loading,
    ) -> None:
        values, bad = self.form.read(node, index, loading)
        row = None
        if not bad.intersection(self.form.identity):
            identity = self._key(values)
            if identity in lines:
                loading.error(node, f"This is already in the file, in line {lines[identity]}. Keep one of the two.")
                return
            lines[identity] = node.line
            row = stored.get(identity)
        if row is None:
            row = self.form.model(**({self.owner: owner} if owner is not None else {}))
        without_owner = bad if owner is not None else {*bad, self.owner}
        is_saved = self.form.apply(row, values, without_owner, node, self.key, loading)
        loading.placed[self.key].append((row if is_saved else None, node))
        if self.called and self.called in values:
            loading.name_row(self.key, str(values[self.called]), row if is_saved else None)

    def dump(self, owner: models.Model, inner: Inner) -> list[dict[str, object]]:
        rows = self._rows(owner)
        identities = [self._identity(row) for row in rows]
        for index, (row, identity) in enumerate(zip(rows, identities, strict=True)):
            if identity in identities[:index]:
                message = f"There are two “{row}”. Give one of them another name first."
                raise ConfigErrors([ConfigError(f"{self.key}[{index}]", 1, message)])
        return [{**self.form.dump(row, index), **inner(self.key, row)} for index, row in enumerate(rows)]

    def _rows(self, owner: models.Model | None) -> list[models.Model]:
        if owner is None:
            return []
        return list(self.form.model._default_manager.filter(**{self.owner: owner}).order_by(*self.ordering))

    def _identity(self, row: models.Model) -> tuple[Any, ...]:
        return self._key({column: getattr(row, column) for column in self.form.identity})

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[column] for column in self.form.identity)
