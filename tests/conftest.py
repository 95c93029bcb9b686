"""Guards and fixtures for every test."""

import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from messaging.escalation import skew
from recoverline.lib import request_ids
from tests import migrated
from tests.both_databases import is_asked_twice
from tests.emptying import empty_tables
from tests.fakes.carrier import FakeCarrier
from tests.sight_guard import watch_requests
from tests.wire import Wire, make_wire

_connect = socket.socket.connect
TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]
# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows-only", action="store_true", help="only what may differ on a second database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database, or only who may see a page, says the same on each of them, and once is enough."""
    if not config.getoption("--rows-only"):
        return
    kept = [item for item in items if is_asked_twice(item)]
    config.hook.pytest_deselected(items=[item for item in items if not is_asked_twice(item)])
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """As pytest-django's own, but on a copy of a database that was migrated before (tests.migrated)."""
    template = migrated.template_in(request.config.cache.mkdir("migrated"))
    with django_db_blocker.unblock():
        if template is None:
            made = setup_databases(verbosity=0, interactive=False)
        else:
            with migrated.held(template):
                is_there = template.exists()
                if is_there:
                    migrated.lay_out(template)
                made = setup_databases(verbosity=0, interactive=False, keepdb=is_there)
                if not is_there:
                    migrated.keep(template)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


class NetworkReached(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def _stay_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is not faked on loopback fails the test."""

    def connect(self: socket.socket, address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "::1", "localhost"):
            raise NetworkReached(f"a test reached for {host}")
        _connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests move our clock and not the database's, which would be told as a fault."""
    monkeypatch.setattr(skew, "database_now", lambda: None)


@pytest.fixture(autouse=True)
def _belong_to_no_request() -> Iterator[None]:
    """A worker's thread goes on with one request until the next; a test's must not go on with the last test's."""
    with request_ids.of(""):
        yield


@pytest.fixture(autouse=True)
def _see_only_the_own_business(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("loads_others"):
        yield
        return
    with watch_requests():
        yield


@pytest.fixture
def carrier(settings: object) -> Iterator[FakeCarrier]:
    """A carrier on loopback that the official SDK talks to."""
    with FakeCarrier() as fake:
        settings.TWILIO_API_BASE_URL = fake.url  # type: ignore[attr-defined]
        yield fake


@pytest.fixture
def wire(db: None, carrier: FakeCarrier) -> Wire:
    """A business on the line: an account at the fake carrier, a forwarded number, hours around the clock."""
    return make_wire(carrier)
