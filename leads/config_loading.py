"""The state of one load: what was found wrong, what became of each row, and which names can be referred to."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, router, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError

from leads.config_fields import BrokenReference
from leads.config_yaml import ConfigError, Node, Problem, did_you_mean
from leads.models import Business


@dataclass(slots=True)
class Counts:
    """Rows of one section."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Loading:
    """Handed through all sections. `business` is a stand-in that is never kept while the file's own has errors.

    `place` keeps the rows of a section with their part of the file, for the sections that are written inside them.
    `is_valid` rows only are saved; the others are remembered as broken, so that one mistake is one error.
    """

    business: Business
    is_pruning: bool
    is_simulated: bool
    config_models: frozenset[type[models.Model]] = frozenset()
    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigError] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    placed: dict[str, list[tuple[models.Model | None, Node]]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, dict[str, models.Model | None]] = field(default_factory=lambda: defaultdict(dict))
    leftovers: list[tuple[str, models.Model]] = field(default_factory=list)

    @property
    def country(self) -> str:
        return self.business.country

    def error(self, node: Node, message: str) -> None:
        self.errors.append(ConfigError(node.path, node.line, message))

    def warn(self, node: Node, message: str) -> None:
        self.warnings.append(ConfigError(node.path, node.line, message))

    def refuse_unknown_keys(self, node: Node, known: Collection[str]) -> None:
        for key, child in node.as_mapping().items():
            if key not in known:
                self.error(child, f"There is no “{key}” here.{did_you_mean(key, known)}")

    # ------------------------------------------------------------ references
    def name_row(self, section: str, name: str, row: models.Model | None) -> None:
        """Let later parts of the file refer to `row`; None: it has errors."""
        self.named[section][name] = row

    def find(self, section: str, node: Node, name: str) -> models.Model:
        """The row of `section` called `name`. Raises Problem, or BrokenReference when its errors are already listed."""
        known = self.named[section]
        if name not in known:
            hint = did_you_mean(name, known.keys()) or f" Add it to “{section}” first."
            raise Problem(node, f"There is no “{name}” in {section}.{hint}")
        row = known[name]
        if row is None:
            raise BrokenReference
        return row

    def sole(self, section: str) -> models.Model | None:
        """The only row of `section`, None if there are several or none. Raises BrokenReference."""
        rows = list(self.named[section].values())
        if len(rows) == 1 and rows[0] is None:
            raise BrokenReference
        return rows[0] if len(rows) == 1 else None

    # ------------------------------------------------------------ rows
    def is_valid(self, row: models.Model, *, bad: set[str], at: Callable[[str], Node]) -> bool:
        """Ask the model; `at` gives the place of a column. With `bad` columns only the others are asked, one by one."""
        try:
            if bad:
                row.clean_fields(exclude=bad)
            else:
                row.full_clean()
        except ValidationError as error:
            for column, messages in error.message_dict.items():
                for message in messages:
                    self.error(at("" if column == NON_FIELD_ERRORS else column), message)
            return False
        return not bad

    def save(self, row: models.Model, node: Node) -> bool:
        """Save a validated row; what the database refuses all the same becomes an error."""
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            self.error(node, "The database already holds another row like this one.")
            return False
        return True

    def keep_values(
        self,
        section: str,
        *,
        stored: Iterable[models.Model],
        wanted: Iterable[models.Model],
        columns: tuple[str, ...],
        node: Node,
    ) -> None:
        """Make `stored` equal to the unsaved, validated rows `wanted`, which are compared by their `columns`."""
        left = {tuple(getattr(row, column) for column in columns): row for row in stored}
        new = []
        for row in wanted:
            if left.pop(tuple(getattr(row, column) for column in columns), None) is None:
                new.append(row)
            else:
                self.counts[section].unchanged += 1
        for row in left.values():
            row.delete()
            self.counts[section].removed += 1
        for row in new:
            if self.save(row, node):
                self.counts[section].created += 1

    def remove(self, section: str, row: models.Model) -> None:
        """Delete a row, unless more than configuration would go with it: then switch it off, or keep it, and say so."""
        if self._is_free(row):
            row.delete()
            self.counts[section].removed += 1
            return
        node = Node(section, 1, None)
        if not hasattr(row, "is_active"):
            self.warn(node, f"“{row}” is not in the file; calls or leads refer to it, so it was kept.")
            self.counts[section].unchanged += 1
        elif row.is_active:
            type(row)._base_manager.filter(pk=row.pk).update(is_active=False)
            self.warn(node, f"“{row}” is not in the file; calls or texts refer to it, so it was switched off.")
            self.counts[section].updated += 1
        else:
            self.counts[section].unchanged += 1

    def _is_free(self, row: models.Model) -> bool:
        collector = Collector(using=router.db_for_write(type(row)), origin=row)
        try:
            collector.collect([row])
        except (ProtectedError, RestrictedError):
            return False
        gone: set[Any] = set(collector.data) | {rows.model for rows in collector.fast_deletes if rows.exists()}
        return all(model in self.config_models or model._meta.auto_created for model in gone)
