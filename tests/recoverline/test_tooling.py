"""What the files around the code promise one another: locks, Makefile, image, compose, environment, test database."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from recoverline.processes import the_three
from tests.postgres import find_binaries, postgres_server

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$")
SHA256 = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def requirements(name: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r ")]


def pins(name: str) -> dict[str, list[Version]]:
    """Package -> the versions that the lock holds of it; several where it depends on the Python."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if pin := PIN.match(line):
            found.setdefault(canonicalize_name(pin[1]), []).append(Version(pin[2]))
            if pin[3]:
                Marker(pin[3])
    return found


@pytest.mark.parametrize(
    ("wanted", "lock"),
    [
        ("requirements.txt", "requirements.lock"),
        ("requirements.txt", "requirements-dev.lock"),
        ("requirements-dev.txt", "requirements-dev.lock"),
    ],
)
def test_the_lock_fulfils_every_requirement(wanted: str, lock: str) -> None:
    locked = pins(lock)
    unmet = [
        str(r)
        for r in requirements(wanted)
        if not all(map(r.specifier.contains, locked.get(canonicalize_name(r.name), [])))
    ]
    missing = [str(r) for r in requirements(wanted) if canonicalize_name(r.name) not in locked]
    assert (unmet, missing) == ([], [])


def test_what_is_tested_is_what_is_installed() -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_of_a_lock_is_a_pin_or_a_hash(lock: str) -> None:
    lines = [line for line in (ROOT / lock).read_text().splitlines() if not re.match(r"^ *#", line)]
    assert [line for line in lines if not PIN.match(line) and not SHA256.match(line)] == []
    starts = [index for index, line in enumerate(lines) if PIN.match(line)]
    assert [lines[index] for index in starts if not SHA256.match(lines[index + 1])] == []


# ---------------------------------------------------------------- environment

READ = re.compile(r"""(?:secret|env(?:\.[a-z_]+)?|environ(?:\.get)?)[(\[]\s*"([A-Z][A-Z0-9_]+)\"""")


def test_the_example_names_every_variable_that_is_read_and_no_other() -> None:
    code = [path for app in ("recoverline", "leads", "scheduling", "messaging") for path in (ROOT / app).rglob("*.py")]
    read = {name for path in code for name in READ.findall(path.read_text())} - {"DJANGO_SETTINGS_MODULE"}
    example = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), flags=re.M)
    assert sorted(example) == sorted(read)


# ---------------------------------------------------------------- make


def make(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    make_free = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    argv = [
        "make",
        "--no-print-directory",
        "-C",
        str(ROOT),
        *words,
        *(f"{name}={value}" for name, value in variables.items()),
    ]
    return subprocess.run(argv, capture_output=True, text=True, env=make_free, check=False)


def recipe(*words: str, **variables: str) -> list[str]:
    """The commands that make would run, were nothing installed yet."""
    done = make("-n", *words, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_demo_begins_with_a_hash_checked_installation(tmp_path: Path) -> None:
    lines = recipe("demo", VENV=str(tmp_path / "venv"), PORT="8123")
    python = f"{tmp_path}/venv/bin/python"
    order = [f"-m venv {tmp_path}/venv", "pip install -q --disable-pip-version-check uv==", "--require-hashes", "touch"]
    found = [next(index for index, line in enumerate(lines) if word in line) for word in order]
    assert found == sorted(found)
    assert lines[-1] == f"exec {python} -m recoverline.demo --port 8123"
    assert [line for line in lines if "requirements-dev" in line] == []


def test_a_second_demo_installs_nothing(tmp_path: Path) -> None:
    for name in ("bin/python", "bin/uv", "installed"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert recipe("demo", VENV=str(tmp_path)) == [f"exec {tmp_path}/bin/python -m recoverline.demo "]


@pytest.mark.parametrize("python", ["", "/bin/false"])
def test_without_a_fitting_python_make_says_what_it_needs(tmp_path: Path, python: str) -> None:
    done = make("demo", VENV=str(tmp_path / "venv"), PYTHON=python)
    assert done.returncode == 2
    reason = f"{python} is not that" if python else "there is none here"
    advice = "Name one: make PYTHON=/path/to/python3.11"
    assert done.stdout == f"Recoverline needs Python 3.11 or newer, and {reason}. {advice}\n"
    assert not (tmp_path / "venv").exists()


def test_make_test_runs_every_kind_of_check() -> None:
    lines = "\n".join(recipe("test", CHROMIUM="/usr/bin/chromium"))
    kinds = [
        "ruff check",
        "ruff format --check",
        "djlint",
        "hadolint",
        "-m mypy",
        "manage.py check",
        "makemigrations --check",
    ]
    kinds += ['-m "not browser and not postgres"', "-m tests.postgres -- ", "-m browser"]
    positions = [lines.find(kind) for kind in kinds]
    assert -1 not in positions
    assert positions == sorted(positions)


def test_the_run_that_counts_is_make_test() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert run.read_text().splitlines()[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert run.read_text().splitlines()[-1] == "exec make test"


def test_the_first_env_file_has_keys_of_its_own_and_is_private(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path)
    argv = ["make", "-C", str(tmp_path), f"PY={sys.executable}", ".env"]
    subprocess.run(argv, capture_output=True, check=True)
    written = (tmp_path / ".env").read_text()
    keys = dict(re.findall(r"^(SECRET_KEY|FIELD_KEYS)=([\w-]{64})$", written, flags=re.M))
    assert sorted(keys) == ["FIELD_KEYS", "SECRET_KEY"]
    assert keys["FIELD_KEYS"] != keys["SECRET_KEY"]
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    subprocess.run(argv, capture_output=True, check=True)
    assert (tmp_path / ".env").read_text() == written


# ---------------------------------------------------------------- image


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    return [(line.split()[0], " ".join(line.split()[1:])) for line in text.splitlines() if line.strip()]


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    users = [words for keyword, words in instructions() if keyword == "USER"]
    assert users == ["10001:10001"]
    after = instructions()[instructions().index(("USER", "10001:10001")) :]
    assert [keyword for keyword, _ in after if keyword in ("RUN", "COPY", "ADD")] == []


def test_the_image_installs_only_what_the_lock_names() -> None:
    installs = [
        words for keyword, words in instructions() if keyword == "RUN" and "install -" in words and "pip" in words
    ]
    assert installs == ["/venv/bin/pip install --no-deps --require-hashes -r /build/requirements.lock"]
    assert [keyword for keyword, _ in instructions() if keyword == "ADD"] == []


def test_the_image_holds_no_secret() -> None:
    kept = [words for keyword, words in instructions() if keyword in ("ENV", "ARG", "LABEL")]
    assert [words for words in kept if re.search(r"(?i)secret|password|token|(?<!field_)key", words)] == []
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"


def test_the_image_has_a_health_check_and_exec_form_commands() -> None:
    by_keyword = dict(instructions())
    check = json.loads(by_keyword["HEALTHCHECK"].partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    assert "urllib.request.urlopen('http://127.0.0.1:8000/healthz'" in check[2]
    compile(check[2], "HEALTHCHECK", "exec")
    assert json.loads(by_keyword["ENTRYPOINT"]) == ["python", "-m", "recoverline.processes", "--host", "0.0.0.0"]
    assert json.loads(by_keyword["CMD"]) == ["web"]
    assert json.loads(by_keyword["VOLUME"]) == ["/data"]


def test_the_image_gets_every_folder_of_the_code() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages | {"templates", "manage.py", "requirements.lock"} == let_in


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


# ---------------------------------------------------------------- compose


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_compose_runs_the_three_and_their_migration_on_postgresql(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name: service.get("command") for name, service in services.items()} == {
        "db": None,
        "migrate": ["manage", "migrate", "--noinput"],
        "web": ["web"],
        "sender": ["sender"],
        "worker": ["worker"],
    }
    assert services["db"]["image"] == "postgres:17"
    assert services["db"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("web", "sender", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_compose_waits_longer_than_each_process_needs_to_stop(compose: dict[str, Any]) -> None:
    for child in the_three(host="0.0.0.0", port=8000):
        assert int(compose["services"][child.name]["stop_grace_period"].removesuffix("s")) == child.grace + 5


def test_compose_takes_secrets_from_files_that_make_writes(compose: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    subprocess.run(["make", "-C", tmp_path, "secrets", f"PYTHON={sys.executable}"], capture_output=True, check=True)
    written = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert {f"secrets/{name}" for name in written} == {secret["file"] for secret in compose["secrets"].values()}
    password = written["database_password"]
    assert written["database_url"] == f"postgres://recoverline:{password}@db:5432/recoverline"
    assert len({written["secret_key"], written["field_keys"], password}) == 3
    assert all(re.fullmatch(r"[\w-]{64}", written[name]) for name in written if name != "database_url")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    for service in compose["services"].values():
        names = {name: value for name, value in service["environment"].items() if re.search("KEY|PASSWORD|URL", name)}
        assert all(name.endswith("_FILE") for name in names)
        assert sorted(value.removeprefix("/run/secrets/") for value in names.values()) == sorted(service["secrets"])


# ---------------------------------------------------------------- the tools' own settings


def test_the_strictly_typed_modules_exist() -> None:
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (strict,) = (override["module"] for override in overrides if override.get("disallow_untyped_defs"))
    places = [ROOT / module.removesuffix(".*").replace(".", "/") for module in strict]
    assert [str(place) for place in places if not place.is_dir() and not place.with_suffix(".py").is_file()] == []


# ---------------------------------------------------------------- PostgreSQL for tests


def test_the_server_of_the_tests_is_real_empty_and_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with postgres_server() as url, psycopg.connect(url) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        settings = connection.execute("SELECT current_setting('max_connections'), current_setting('fsync')").fetchone()
    assert tables == (0,)
    assert settings == ("200", "off")
    assert folder is not None
    assert not Path(folder[0]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


def test_a_server_that_is_named_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db.example:5432/name")
    with postgres_server() as url:
        assert url == "postgres://somebody@db.example:5432/name"


def test_the_command_gets_the_server_and_its_exit_code_is_passed_on() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ask = "import os, sys; print(os.environ['DATABASE_URL'].split('@')[0]); sys.exit(7)"
    argv = [sys.executable, "-m", "tests.postgres", "--", sys.executable, "-c", ask]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "postgres://postgres\n", "")


def test_the_binaries_are_a_whole_installation() -> None:
    assert {"initdb", "postgres", "pg_ctl"} <= {path.name for path in find_binaries().iterdir()}


def test_nothing_replaces_urllib3_at_start() -> None:
    """The client of the carrier and the filter of addresses stand on it (requirements-overrides.txt)."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        locked = {line.partition("==")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}
        assert ("urllib3" in locked, locked & {"niquests", "urllib3-future"}) == (True, set())
