"""The tables of ZIP codes and cities, built by a child process, or here where none can be had."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from leads import gazetteer
from leads.gazetteer import Spot, Town, spot_of, towns_named

TEMPE = ("85281", "85282", "85283", "85284", "85288")


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that has not asked yet."""
    monkeypatch.setattr(gazetteer, "_tables", None)
    spot_of.cache_clear()
    towns_named.cache_clear()
    yield
    spot_of.cache_clear()
    towns_named.cache_clear()


def test_a_code_and_a_city() -> None:
    assert spot_of("85281") == Spot("AZ", ("tempe",), (33.4227, -111.9261), "America/Phoenix")
    tempe = towns_named("tempe")[0]
    assert (tempe.name, tempe.state, tempe.codes, tempe.is_postal) == ("Tempe", "AZ", TEMPE, True)
    assert [town.state for town in towns_named("kansas city") if town.is_postal] == ["KS", "MO"]
    assert towns_named("sfo") == towns_named("san francisco")[:1]
    assert towns_named("sanjose") == towns_named("san jose")
    assert spot_of("00501") == Spot("NY", ("holtsville",), (40.8154, -73.0451), "America/New_York")


@pytest.mark.parametrize("text", ["", "0", "85", "852811", "00000", "99999", "8528x", "８５２８１", "8528²", "-8528"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert spot_of(text) is None


@pytest.mark.parametrize("name", ["", "qwertz", "\x00", "zzzzzz", "Tempe", "tempe "])
def test_what_is_no_city_is_none(name: str) -> None:
    assert towns_named(name) == ()


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(OSError("no process can be had"), id="no child"),
        pytest.param(subprocess.TimeoutExpired("python", 60), id="too slow"),
        pytest.param(subprocess.CalledProcessError(1, "python"), id="it failed"),
        pytest.param(b"", id="nothing came"),
        pytest.param(b"no tables", id="something else came"),
    ],
)
def test_without_a_child_it_is_built_here(unread: None, monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    built: list[str] = []
    tables = gazetteer._built_by_a_child()
    assert tables is not None

    def fail(*args: Any, **more: Any) -> subprocess.CompletedProcess[bytes]:
        if isinstance(run, Exception):
            raise run
        return subprocess.CompletedProcess(args, 0, run)

    def build() -> gazetteer.Tables:
        built.append("here")
        return tables

    monkeypatch.setattr(subprocess, "run", fail)
    monkeypatch.setattr(gazetteer, "build", build)
    gazetteer.warm_up()
    assert spot_of("85281") == Spot("AZ", ("tempe",), (33.4227, -111.9261), "America/Phoenix")
    assert towns_named("tempe")[0] == Town("Tempe", "AZ", TEMPE, True, towns_named("tempe")[0].degrees)
    assert built == ["here"]
