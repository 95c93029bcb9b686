"""A whole business as a YAML file: `load` and `dump`, each other's inverse.

The modules of settings.CONFIG_SECTIONS say which parts a file has (`SECTIONS`: a tuple of `config_rows.Section`),
lowest app first, so that this one needs no import of those above it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from django.conf import settings
from django.db import models, transaction

from leads.config_loading import Counts, Loading
from leads.config_rows import Finishing, Section
from leads.config_yaml import ConfigError, ConfigErrors, Node, Problem, read, write
from leads.models import Business

__all__ = ["ConfigError", "ConfigErrors", "Counts", "LoadReport", "dump", "load"]

_NOTHING = Node("", 1, None)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, by section. After a dry run `business` is as it would have been, and not stored."""

    business: Business
    counts: Mapping[str, Counts]
    warnings: tuple[ConfigError, ...]

    @property
    def has_changes(self) -> bool:
        return any(counts.created or counts.updated or counts.removed for counts in self.counts.values())


def load(
    text: str,
    *,
    slug: str | None = None,
    prune: bool = False,
    simulated: bool = False,
    dry_run: bool = False,
    changes: Mapping[str, str] | None = None,
) -> LoadReport:
    """Create or update a business from a file, all of it or nothing. Raises ConfigErrors with every error of the file.

    What a row leaves out gets the model's default. Rows that are not in the file stay, unless `prune`: then they are
    removed, or switched off when calls refer to them. `slug` and `changes` (texts by path) replace what the file says.
    """
    root = _with_changes(read(text), {**({"business.slug": slug} if slug else {}), **(changes or {})})
    if not isinstance(root.value, Mapping) or root.value.get("business", _NOTHING).value is None:
        raise ConfigErrors([ConfigError("business", 1, "A file begins with “business:” and, below it, its name.")])
    sections = _sections()
    with transaction.atomic():
        loading = Loading(
            business=Business(),
            is_pruning=prune,
            is_simulated=simulated,
            config_models=frozenset(model for section in sections for model in section.tables),
        )
        loading.refuse_unknown_keys(root, [section.key for section in _in_order(sections) if not section.within])
        for section in sections:
            _load_section(section, root, loading)
        if not loading.errors:
            for key, row in reversed(loading.leftovers):
                loading.remove(key, row)
        if loading.errors:
            raise ConfigErrors(sorted(dict.fromkeys(loading.errors), key=lambda error: error.line))
        for section in sections:
            if isinstance(section, Finishing):
                section.finish(loading.business)
        if dry_run:
            transaction.set_rollback(True)
    return LoadReport(loading.business, dict(loading.counts), tuple(sorted(loading.warnings, key=lambda one: one.line)))


def dump(business: Business) -> str:
    """The file of a business, without its secrets. Loading it again changes nothing. Raises ConfigErrors."""
    sections = _in_order(_sections())

    def inner(key: str, row: models.Model) -> dict[str, object]:
        dumped = ((section.key, section.dump(row, inner)) for section in sections if section.within == key)
        return {name: data for name, data in dumped if data}

    parts = [f"# {business.name.splitlines()[0]}: everything that can be said in a file, but no secrets.\n"]
    for section in sections:
        data = section.dump(business, inner) if not section.within else None
        if data:
            parts.append("".join(f"# {line}\n" for line in section.about.splitlines()) + write(section.key, data))
    return "\n".join(parts)


def _sections() -> list[Section]:
    return [section for path in settings.CONFIG_SECTIONS for section in import_module(path).SECTIONS]


def _in_order(sections: list[Section]) -> list[Section]:
    return sorted(sections, key=lambda section: section.order)


def _load_section(section: Section, root: Node, loading: Loading) -> None:
    top: list[tuple[models.Model | None, Node]] = [(loading.business, root)]
    for owner, node in loading.placed[section.within] if section.within else top:
        fields = node.value if isinstance(node.value, Mapping) else {}
        try:
            section.load(fields.get(section.key), owner, loading)
        except Problem as problem:
            loading.errors.append(problem.error)


def _with_changes(root: Node, changes: Mapping[str, str]) -> Node:
    for path, text in changes.items():
        try:
            root = root.changed(path, text)
        except Problem as problem:
            raise ConfigErrors([replace(problem.error, path=path)]) from None
    return root
