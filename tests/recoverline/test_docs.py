"""Every setting, check, file, name, command, target and link in the documents is asked of the code."""

import ast
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

from tests.recoverline.pages import FENCE, PAGES, ROOT, code_in, first_words, rows, text_of, under, words

EACH = pytest.mark.parametrize("path", PAGES, ids=[path.name for path in PAGES])

# Made by running things, or written by whoever follows a page; so they are in no checkout.
MADE = {".env", ".venv/bin/python", "var/", "secrets/", "media/", "business.yaml", "report_missed_call.py"}
ACME = re.compile(r"(?:[\w./-]*/)?(?:test_)?acme(?:_\w+)?(?:\.py|/)")  # the made-up carrier of add-a-carrier.md
FILE = re.compile(r"(?!/)[\w.-]*[\w-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|yaml|toml|txt|lock|html|css|js|example))")
NAME = re.compile(r"(?:recoverline|leads|scheduling|messaging)(?:\.[a-zA-Z_]\w*)+")
NO_NAME = re.compile(r"recoverline\.(?:[EW]\d{3}|sqlite3|dump)")  # checks and data files


# ---------------------------------------------------------------- settings
def settings_read() -> dict[str, object]:
    """Name -> default of every variable that settings.py reads; ... where it is worked out, or there is none."""
    tree = ast.parse((ROOT / "recoverline" / "settings.py").read_text())
    found: dict[str, object] = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
        name, first = ast.unparse(call.func), call.args[0]
        if not re.fullmatch(r"secret|env\.\w+", name) or not isinstance(first, ast.Constant):
            continue
        given = [*call.args[1:], *(word.value for word in call.keywords if word.arg == "default")]
        default: object = "" if name == "secret" else ...
        if given:
            try:
                default = ast.literal_eval(given[0])
            except ValueError:
                default = ...
        variable = str(first.value)
        # SECRET_KEY is read twice: its built-in value is for a desk only.
        found[variable] = ... if variable in found else default
    return found


def test_settings_are_found_in_the_source() -> None:
    found = settings_read()
    literal = {name: found[name] for name in ("DEBUG", "WORKERS", "TWILIO_AUTH_TOKEN", "SECRET_KEY_FALLBACKS")}
    assert literal == {"DEBUG": False, "WORKERS": 2, "TWILIO_AUTH_TOKEN": "", "SECRET_KEY_FALLBACKS": []}
    assert (found["SECRET_KEY"], found["DATABASE_URL"], found["SIMULATOR"]) == (..., ..., ...)


def test_every_setting_is_documented_and_no_other() -> None:
    documented = first_words(under(text_of("settings.md"), "Every setting"))
    assert sorted(documented) == sorted(settings_read())


def test_every_documented_default_is_the_real_one() -> None:
    shown = {row[0].strip("`"): row[1].strip("`") for row in rows(under(text_of("settings.md"), "Every setting"))}
    real = {
        name: "none" if default in ("", []) else default if isinstance(default, str) else json.dumps(default)
        for name, default in settings_read().items()
        if default is not ... and name != "FIELD_KEYS"  # empty means another setting there
    }
    assert {name: shown[name] for name in real} == real
    assert shown["FIELD_KEYS"] == "SECRET_KEY"


def test_the_example_shows_the_real_settings_and_defaults() -> None:
    """That it names all that is read is asked by test_tooling; here, that it does not promise other defaults."""
    example = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^# ([A-Z][A-Z0-9_]+)=(.+)$", example, flags=re.MULTILINE))
    real = settings_read()
    # These two follow DEBUG, which is off.
    defaults = {name: {**real, "SIMULATOR": False, "SECOND_FACTOR_REQUIRED": True}[name] for name in shown}
    assert {
        name: value if isinstance(defaults[name], str) else json.loads(value) for name, value in shown.items()
    } == defaults
    assert len(shown) >= 10
    # `make run` fills in these two.
    assert re.findall(r"^(\w+)=$", example, flags=re.MULTILINE) == ["SECRET_KEY", "FIELD_KEYS"]


def test_every_check_is_explained_and_no_other() -> None:
    tree = ast.parse((ROOT / "recoverline" / "checks.py").read_text())
    ids = {
        str(word.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "id" and isinstance(word.value, ast.Constant)
    }
    assert len(ids) >= 9
    assert sorted(first_words(under(text_of("settings.md"), "System checks"))) == sorted(ids)


# ---------------------------------------------------------------- what pages point at
def anchors(path: Path) -> set[str]:
    """Headings as the usual viewers make addresses of them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@EACH
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", path.read_text())):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@EACH
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = {word for code in code_in(path) for word in re.split(r"[\s\"'=]+", code) if FILE.fullmatch(word)}
    unknown = {word for word in named - MADE if not ACME.fullmatch(word) and not (ROOT / word).exists()}
    # A page may call a module by its file name alone.
    bare = {
        file.name for app in ("recoverline", "leads", "scheduling", "messaging") for file in (ROOT / app).rglob("*.py")
    }
    assert sorted(unknown - bare) == []


@EACH
def test_every_name_in_the_code_exists(path: Path) -> None:
    said = {code.strip() for code in code_in(path)}
    names = {word for word in said if NAME.fullmatch(word) and not NO_NAME.fullmatch(word)}
    assert sorted(word for word in names if not is_code(word)) == []
    settings_named = {word.removeprefix("settings.") for word in said if re.fullmatch(r"settings\.[A-Z_]+", word)}
    assert sorted(name for name in settings_named if not hasattr(settings, name)) == []


def is_code(name: str) -> bool:
    """Whether there is a package, a module or something in a module of this dotted name."""
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    try:
        import_string(name)
    except ImportError:
        return False
    return True


@EACH
def test_every_command_and_option_exists(path: Path) -> None:
    wrong = []
    for line in (line for code in code_in(path) for line in code.splitlines()):
        used = re.search(r"(?:manage\.py|web manage) ([a-z_]+)(.*)", line)
        if used is None:
            continue
        unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "", used[2])
        options = options_of(used[1])
        if options is None or not set(re.findall(r"(?<=\s)--[a-z-]+", unquoted)) <= options:
            wrong.append(line)
    assert wrong == []


def options_of(command: str) -> set[str] | None:
    """What the command takes; None when there is no such command."""
    app = get_commands().get(command)
    if app is None:
        return None
    loaded = load_command_class(app, command) if isinstance(app, str) else app
    return set(loaded.create_parser("manage.py", command)._option_string_actions)


@EACH
def test_every_target_of_make_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "run", "test"} <= targets
    named = {name for code in code_in(path) for name in re.findall(r"^make ([a-z][a-z-]*)", code, re.MULTILINE)}
    assert sorted(named - targets) == []


@pytest.mark.parametrize(
    ("check", "content"),
    [
        (test_every_link_leads_somewhere, "[there](nowhere.md)"),
        (test_every_link_leads_somewhere, "[there](#nowhere)"),
        (test_every_file_that_is_named_exists, "In `leads/nowhere.py`."),
        (test_every_file_that_is_named_exists, "    cat leads/nowhere.yaml"),
        (test_every_name_in_the_code_exists, "By `leads.intake.do_nothing`."),
        (test_every_name_in_the_code_exists, "By `settings.NOTHING`."),
        (test_every_command_and_option_exists, "    python manage.py nothing"),
        (test_every_command_and_option_exists, "    python manage.py load_business file.yaml \\\n        --nothing"),
        (test_every_target_of_make_exists, "    make nothing"),
    ],
)
def test_what_does_not_exist_is_found(check: object, content: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{content}\n")
    assert callable(check)
    with pytest.raises(AssertionError):
        check(page)


def test_the_pages_are_all_there() -> None:
    ours = {"architecture.md", "install.md", "first-missed-call.md", "settings.md", "operations.md", "business-file.md"}
    assert {*ours, "README.md"} <= {path.name for path in PAGES}


def test_every_folder_of_the_apps_has_its_place_in_the_architecture() -> None:
    inits = [init for app in ("leads", "scheduling", "messaging") for init in (ROOT / app).glob("*/__init__.py")]
    folders = {f"{init.parent.relative_to(ROOT)}/" for init in inits if init.parent.name != "migrations"}
    assert len(folders) >= 8
    assert sorted(folders - set(words(under(text_of("architecture.md"), "Tree")))) == []
