"""The documents say what the code does: every setting, check, state, key, file, command and link that they name is asked of it."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string
from django.utils.text import slugify

from leads.config import load
from leads.config_rows import Rows
from leads.enums import Language, Voice
from leads.kits import kits
from leads.sections import BUSINESS
from leads.sections import SECTIONS as LEADS
from messaging.admin.numbers import FORWARDING_CODES
from messaging.carriers.registry import carrier_for
from messaging.carriers.webhook import REASONS
from messaging.enums import (
    CallerKind,
    CallState,
    CarrierKind,
    HoursState,
    MessageStatus,
    MissReason,
    NumberMode,
    Outcome,
    RingOrder,
    ScriptKind,
    Suppression,
)
from messaging.models import Call, CarrierAccount
from messaging.script_lint import FIRST_TEXT_KINDS, PLACEHOLDERS, SPOKEN_KINDS
from messaging.sections import SECTIONS as MESSAGING
from recoverline.lib.crypto import DecryptionFailed
from recoverline.processes import the_three
from tests.factories import make_account, make_business, make_location, make_number, phone

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("README.md")])
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

# Made by running things, or written by whoever follows a page; so they are in no checkout.
MADE = {".env", ".venv/bin/python", "var/", "secrets/", "media/", "business.yaml", "report_missed_call.py"}
MADE_IN = re.compile(r"(secrets|var)/[\w.-]+")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t)(.*(?:\\\n.*)*)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?!/)[\w.-]*[\w-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|yaml|toml|txt|lock|html|css|js|example))")


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def code_in(page: Path) -> list[str]:
    """Everything that a page sets as code: fences, indented lines (those that go on with a backslash joined), words in backticks."""
    text = page.read_text()
    rest = FENCE.sub("", text)
    indented = [line.replace("\\\n", " ") for line in INDENTED.findall(rest)]
    inline = INLINE.findall("\n".join(line for line in rest.splitlines() if not line.startswith("    ")))
    return [*(body for _, body in FENCE.findall(text)), *indented, *inline]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, without the lines under the headers."""
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return [row for row in cells if not set("".join(row)) <= set("-: ")]


def under(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    (start,) = re.finditer(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_words(text: str) -> list[str]:
    """What the first cell of each row names in backticks, bold or not."""
    found = [re.fullmatch(r"\**`([^`]+)`\**", row[0]) for row in rows(text)]
    return [match[1] for match in found if match]


def words(cell: str) -> list[str]:
    return INLINE.findall(cell)


# ---------------------------------------------------------------- settings
def settings_read() -> dict[str, object]:
    """Name -> default of every variable that settings.py reads; ... where it is worked out or there is none."""
    tree = ast.parse((ROOT / "recoverline" / "settings.py").read_text())
    found: dict[str, object] = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if not (name == "secret" or name.startswith("env.")) or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        given = [word.value for word in call.keywords if word.arg == "default"] + call.args[1:]
        default: object = "" if name == "secret" else ...
        if given:
            default = given[0].value if isinstance(given[0], ast.Constant) else [] if ast.unparse(given[0]) == "[]" else ...
        variable = str(call.args[0].value)
        # A key has a built-in value at a desk only.
        found[variable] = ... if variable in found else default
    return found


def test_settings_are_found_in_the_source() -> None:
    found = settings_read()
    assert (found["DEBUG"], found["WORKERS"], found["TWILIO_AUTH_TOKEN"], found["SECRET_KEY_FALLBACKS"]) == (False, 2, "", [])
    assert (found["SECRET_KEY"], found["DATABASE_URL"], found["SIMULATOR"]) == (..., ..., ...)


def test_every_setting_is_documented_and_no_other() -> None:
    documented = first_words(under(text_of("settings.md"), "Every setting"))
    assert sorted(documented) == sorted(settings_read())


def test_every_documented_default_is_the_real_one() -> None:
    cells = {row[0].strip("`"): row[1] for row in rows(under(text_of("settings.md"), "Every setting"))}
    wrong = {}
    for name, default in settings_read().items():
        # Empty ones that stand for something else say for what.
        said = "none" if default in ("", []) else default if isinstance(default, str) else json.dumps(default) if default is not ... else None
        if said is not None and cells[name].strip("`") != said and name != "FIELD_KEYS":
            wrong[name] = (cells[name], said)
    assert wrong == {}


def test_the_example_names_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text()
    assert sorted(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, flags=re.MULTILINE)) == sorted(settings_read())
    # `make run` fills in these two.
    assert re.findall(r"^(SECRET_KEY|FIELD_KEYS)=$", example, flags=re.MULTILINE) == ["SECRET_KEY", "FIELD_KEYS"]


def test_every_check_is_explained_and_no_other() -> None:
    tree = ast.parse((ROOT / "recoverline" / "checks.py").read_text())
    ids = {
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "id" and isinstance(keyword.value, ast.Constant)
    }
    assert len(ids) >= 9
    explained = first_words(under(text_of("settings.md"), "System checks"))
    assert sorted(explained) == sorted(map(str, ids))


# ---------------------------------------------------------------- what pages point at
def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    # As the usual viewers do: punctuation goes, spaces become hyphens, underscores stay.
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@EACH_PAGE
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@EACH_PAGE
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = {word for code in code_in(page) for word in re.split(r"[\s\"'=]+", code) if PATH.fullmatch(word)}
    missing = {word for word in named - MADE if not MADE_IN.fullmatch(word) and not (ROOT / word).exists()}
    assert sorted(missing) == []


@EACH_PAGE
def test_every_name_in_the_code_exists(page: Path) -> None:
    missing = []
    for word in {word for code in code_in(page) for word in [code.strip()]}:
        if re.fullmatch(r"settings\.[A-Z_]+", word):
            found = hasattr(settings, word.removeprefix("settings."))
        elif re.fullmatch(r"(recoverline|leads|scheduling|messaging)(\.[a-zA-Z_]\w*)+", word) and not re.search(r"\.[EW]\d{3}$", word):
            found = _exists(word)
        else:
            continue
        if not found:
            missing.append(word)
    assert sorted(missing) == []


def _exists(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    try:
        import_string(name)
    except ImportError:
        return False
    return True


@EACH_PAGE
def test_every_command_and_option_exists(page: Path) -> None:
    known = get_commands()
    wrong = []
    for line in (line for code in code_in(page) for line in code.splitlines()):
        match = re.search(r"(?:manage\.py|web manage) ([a-z_]+)(.*)", line)
        if not match:
            continue
        if match[1] not in known:
            wrong.append(line)
            continue
        app = known[match[1]]
        command = load_command_class(app, match[1]) if isinstance(app, str) else app
        options = set(command.create_parser("manage.py", match[1])._option_string_actions)
        words_outside_quotes = re.sub(r"\"[^\"]*\"|'[^']*'", "", match[2])
        wrong += [line for option in re.findall(r"(?<=\s)--[a-z-]+", words_outside_quotes) if option not in options]
    assert wrong == []


@EACH_PAGE
def test_every_target_of_make_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"demo", "run", "test"} <= targets
    # Not the one of a project whose sources somebody may look at: only what begins a line of code.
    named = {name for code in code_in(page) for name in re.findall(r"^make ([a-z][a-z-]*)", code, re.MULTILINE)}
    assert sorted(named - targets) == []


def test_the_pages_are_all_there() -> None:
    ours = {"architecture.md", "install.md", "first-missed-call.md", "settings.md", "operations.md", "business-file.md"}
    assert ours <= {page.name for page in PAGES}
    assert "README.md" in {page.name for page in PAGES}


def test_a_wrong_name_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[x](nowhere.md) `leads/nowhere.py` `leads.nowhere.act`\n\n    make nothing\n    python manage.py nothing\n")
    for check in (
        test_every_link_leads_somewhere,
        test_every_file_that_is_named_exists,
        test_every_name_in_the_code_exists,
        test_every_command_and_option_exists,
        test_every_target_of_make_exists,
    ):
        with pytest.raises(AssertionError):
            check(page)


def test_every_folder_of_code_has_its_place_in_the_architecture() -> None:
    text = text_of("architecture.md")
    folders = [path.parent for app in ("leads", "scheduling", "messaging") for path in (ROOT / app).glob("*/__init__.py")]
    shown = set(words(under(text, "Tree")))
    names = {f"{folder.relative_to(ROOT)}/" for folder in folders if folder.name not in ("migrations",)}
    assert sorted(names - shown) == []


# ---------------------------------------------------------------- operations
def test_every_state_of_a_text_is_explained() -> None:
    text = under(text_of("operations.md"), "What became of a text")
    shown = {row[0].strip("`"): row[1] for row in rows(text) if len(row) == 4}
    shown.pop("status")
    assert shown == {status.value: status.label for status in MessageStatus}
    reasons = [row[0].strip("`") for row in rows(text) if len(row) == 2]
    assert reasons == ["suppression", *Suppression.values]


def test_the_grace_of_each_process_is_the_real_one() -> None:
    text = under(text_of("operations.md"), "Stop, start, crash")
    graces = {row[0]: (row[1], row[2]) for row in rows(text)[1:]}
    expected = {child.name: (f"{child.grace:.0f} s", f"{child.grace + 5:.0f} s") for child in the_three(host="", port=0)}
    assert graces == expected


def shell_line(page: str, about: str) -> str:
    """The Python of the one `manage.py shell -c` of a page that names `about`."""
    (found,) = [code for code in re.findall(r'manage\.py shell -c "(.+)"$', text_of(page), re.MULTILINE) if about in code]
    return found


@pytest.mark.django_db
def test_rotating_the_field_keys_as_described_works(settings: LazySettings) -> None:
    settings.FIELD_KEYS = ["the old key"]
    account = make_account(make_business(), auth_token="of the carrier")
    settings.FIELD_KEYS = ["the new key", "the old key"]
    exec(shell_line("operations.md", "CarrierAccount"), {})
    settings.FIELD_KEYS = ["the new key"]
    assert CarrierAccount.objects.get(pk=account.pk).auth_token == "of the carrier"
    settings.FIELD_KEYS = ["the old key"]
    with pytest.raises(DecryptionFailed):
        CarrierAccount.objects.get(pk=account.pk)


@pytest.mark.django_db
def test_pausing_a_business_as_described_works() -> None:
    one, other = make_business(slug="riverside"), make_business(slug="elsewhere")
    exec(shell_line("operations.md", "is_texting_paused"), {})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.is_texting_paused, other.is_texting_paused) == (True, False)


# ---------------------------------------------------------------- the first missed call
def test_the_kits_are_those_that_ship() -> None:
    named = first_words(under(text_of("first-missed-call.md"), "1. A business"))
    assert named == [kit.slug for kit in kits()]


def test_the_forwarding_codes_are_those_of_the_admin() -> None:
    table = rows(under(text_of("first-missed-call.md"), "4. Forward the line you have"))[1:]
    shown = [tuple(cell.strip("`") for cell in row) for row in table]
    assert shown == [(code.carrier, code.no_answer, code.busy, code.off) for code in FORWARDING_CODES]


def test_the_modes_are_all_explained() -> None:
    assert first_words(under(text_of("first-missed-call.md"), "2. How calls reach us")) == NumberMode.values


@pytest.mark.django_db
def test_the_addresses_look_as_shown(settings: LazySettings) -> None:
    settings.SITE_URL = "https://calls.example.com"
    business = make_business()
    account = make_account(business, key="KEY")
    number = make_number(make_location(business), account)
    table = rows(under(text_of("first-missed-call.md"), "3. Paste the addresses at Twilio"))[1:]
    shown = {re.sub(r".*\*(.+)\*", r"\1", row[0]): (row[1].strip("`"), row[2]) for row in table}
    offered = {
        mode: carrier_for(account).hook_urls(number)
        for mode in NumberMode.values
        for number.mode in [mode]
    }
    assert {label: address for label, (address, _) in shown.items()} == offered["hosted"] == offered["forwarded"]
    assert {label for label, (_, modes) in shown.items() if modes == "all"} == set(offered["external"])


def test_every_guard_is_explained() -> None:
    tree = ast.parse((ROOT / "messaging" / "refusals.py").read_text())
    codes = [
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Refusal", "_capped") and isinstance(node.args[0], ast.Constant)
    ]
    assert len(codes) >= 10
    text = under(text_of("first-missed-call.md"), "When nothing happens")
    assert sorted(first_words(text)) == sorted(codes)


def test_the_reasons_of_a_report_are_those_that_are_read() -> None:
    text = under(text_of("first-missed-call.md"), "5. A phone system that reports missed calls")
    (cell,) = [row[1] for row in rows(text) if row[0] == "`data.reason`"]
    assert words(cell)[: len(REASONS)] == list(REASONS)


@pytest.mark.django_db(transaction=True)
def test_the_script_that_reports_a_missed_call_is_understood(live_server: Any, tmp_path: Path) -> None:
    text = under(text_of("first-missed-call.md"), "5. A phone system that reports missed calls")
    ((language, script),) = FENCE.findall(text)
    assert language == "python"
    file = tmp_path / "report_missed_call.py"
    file.write_text(script)
    (make_secret,) = re.findall(r'python -c "(.+)"$', text, re.MULTILINE)
    secret = run_python("-c", make_secret).stdout.strip()
    assert re.fullmatch(r"whsec_[\w+/]{32}", secret)
    business = make_business()
    tracker = make_account(business, kind=CarrierKind.WEBHOOK, auth_token=secret)
    number = make_number(make_location(business), mode=NumberMode.EXTERNAL, reported_by=tracker, business=business)
    (address,) = carrier_for(tracker).hook_urls(number).values()
    address, caller = address.replace(settings.SITE_URL, live_server.url), phone()

    forged = run_python(str(file), address, "whsec_" + "A" * 32, caller, number.number)
    assert (forged.returncode, "403" in forged.stderr, Call.objects.count()) == (1, True, 0)

    done = run_python(str(file), address, secret, caller, number.number)
    assert (done.returncode, done.stdout, done.stderr) == (0, '200 {"status": "ok"}\n', "")
    call = Call.objects.get()
    assert (call.caller, call.number, call.state) == (caller, number, CallState.MISSED)


def run_python(*args: str) -> subprocess.CompletedProcess[str]:
    """Without anything that this project or its surroundings would lend it."""
    clean = {"PATH": os.environ["PATH"]}
    return subprocess.run([sys.executable, "-I", *args], capture_output=True, text=True, env=clean, check=False)


# ---------------------------------------------------------------- the business file
@pytest.mark.django_db
def test_the_example_of_a_business_file_loads_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVERSIDE_TWILIO_TOKEN", "of the carrier")
    ((language, example),) = FENCE.findall(text_of("business-file.md"))
    assert language == "yaml"
    report = load(example, dry_run=True)
    assert report.warnings == ()
    counts = {section: counts.created for section, counts in report.counts.items()}
    expected = {
        "business": 1, "locations": 1, "hours": 11, "closures": 2, "services": 2, "areas": 1, "faqs": 1, "carrier_accounts": 1,
        "numbers": 1, "rings": 2, "scripts": 2, "rules": 3, "never_text": 1,
    }  # fmt: skip
    assert counts == expected


def documented_sections() -> Iterator[tuple[str, dict[str, bool]]]:
    """Section -> its keys, and whether each must be given. Hours and closures have a form of their own."""
    yield "business", {field.key: field.is_required for field in BUSINESS.fields}
    for section in (*LEADS, *MESSAGING):
        if isinstance(section, Rows) and not section.within:
            # A secret in the file is known only to be refused.
            inner = dict.fromkeys([key for key in section.form.inner_keys if key != "auth_token"], False)
            yield section.key, {**{field.key: field.is_required for field in section.form.fields}, **inner}


@pytest.mark.parametrize(("section", "keys"), documented_sections(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_key_of_the_business_file_is_documented(section: str, keys: dict[str, bool]) -> None:
    table = rows(under(text_of("business-file.md"), section))[1:]
    assert {row[0].strip("*`"): row[0].startswith("**") for row in table} == keys


def test_the_words_of_the_business_file_are_all_there() -> None:
    table = {row[0]: words(row[1]) for row in rows(under(text_of("business-file.md"), "Words"))[1:]}
    assert table == {
        "`voice`": Voice.values,
        "`language`": Language.values,
        "`kind` of an account": CarrierKind.values,
        "`mode`": NumberMode.values,
        "`ring_order`": RingOrder.values,
        "`hours` of a script or rule": HoursState.values,
        "`reasons`": MissReason.values,
        "`callers`": CallerKind.values,
        "`outcome`": Outcome.values,
        "`kind` of a script, first texts": sorted_like(table["`kind` of a script, first texts"], FIRST_TEXT_KINDS),
        "`kind` of a script, answers": [kind for kind in ScriptKind.values if kind not in FIRST_TEXT_KINDS | SPOKEN_KINDS],
        "`kind` of a script, spoken": sorted_like(table["`kind` of a script, spoken"], SPOKEN_KINDS),
    }
    placeholders = re.findall(r"`\{(\w+)\}`", under(text_of("business-file.md"), "scripts"))
    assert placeholders == list(PLACEHOLDERS)


def sorted_like(shown: list[str], kinds: frozenset[str]) -> list[str]:
    """`kinds` in the order of the enumeration, which is also that of the page."""
    return [kind for kind in ScriptKind.values if kind in kinds]
