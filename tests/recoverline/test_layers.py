"""Imports and foreign keys point down: composition, messaging, scheduling, leads, lib."""

import ast

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from tests.recoverline.source import ROOT, imports, modules

# What a layer may import, besides itself and everything outside the project.
BELOW: dict[str, tuple[str, ...]] = {
    "recoverline.lib": (),
    "leads": ("recoverline.lib",),
    "scheduling": ("leads", "recoverline.lib"),
    "messaging": ("scheduling", "leads", "recoverline.lib"),
}
# Composition: these modules of recoverline/ may import everything, and nothing below imports them.
COMPOSITION = "recoverline"
TASK_MODULES = {"leads.tasks", "scheduling.tasks", "messaging.tasks"}


def layer_of(name: str) -> str | None:
    for layer in BELOW:
        if name == layer or name.startswith(f"{layer}."):
            return layer
    return COMPOSITION if name == "recoverline" or name.startswith("recoverline.") else None


def upward(module: str, imported: str) -> bool:
    own, other = layer_of(module), layer_of(imported)
    if own in (None, COMPOSITION) or other in (None, own):
        return False
    assert own is not None
    if other == COMPOSITION:
        # `from recoverline.lib import x` also reads as an import of the package around it.
        return imported != "recoverline"
    return other not in BELOW[own]


def test_every_import_points_down() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, tree in modules().items()
        for imported in imports(tree)
        if upward(module, imported)
    ]
    assert wrong == []


def test_an_upward_import_would_be_seen() -> None:
    tree = ast.parse("from messaging.models import Call\nimport recoverline.health\nfrom recoverline.lib import clock")
    assert {name for name in imports(tree) if upward("leads.intake", name)} == {
        "recoverline.health", "messaging.models", "messaging.models.Call",
    }  # fmt: skip


def test_imports_stand_at_the_top_of_the_file() -> None:
    inside = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    # Registering the system checks needs the app registry, which is not there when the file is read.
    allowed = {name for name in inside if name.startswith("recoverline.apps:")}
    assert [name for name in inside if name not in allowed] == []


def test_no_relative_imports() -> None:
    relative = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize("model", [m for m in apps.get_models() if layer_of(m.__module__)], ids=lambda m: m._meta.label)
def test_foreign_keys_point_down(model: type[Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey):
            assert not upward(model.__module__, field.related_model.__module__), field.name


def test_topic_modules_do_not_import_tasks() -> None:
    """They enqueue by dotted name, so that the queue can never be a hidden way back up."""
    importers = [name for name, tree in modules().items() if set(imports(tree)) & TASK_MODULES]
    assert [name for name in importers if not name.startswith("recoverline")] == []


def test_there_are_rooms_and_no_drawers() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "services.py", "misc.py", "common.py"}
    found = [
        str(path) for app in BELOW for path in (ROOT / app.replace(".", "/")).rglob("*.py") if path.name in drawers
    ]
    assert found == []


def test_no_model_signals_and_no_work_in_save() -> None:
    for name, tree in modules().items():
        assert not any(used.startswith("django.db.models.signals") for used in imports(tree)), name
        if ".models" in name:
            overridden = [
                node.name
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
            ]
            assert overridden == [], name
