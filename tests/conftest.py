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
    kept = [item for item in items if _uses_rows(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_rows(item)])
    items[:] = kept


# Who may see a page, what it says, what the robot says, and what a file holds: decided above plain queries that mean
# the same on both. Locks, constraints, conditional updates, search and everything that sends is asked of both.
SAID_ONCE = (
    "test_admin", "/admin/", "test_tenancy_urls", "test_forged_forms", "tests/scenarios/", "messaging/simulator/",
    "tests/leads/", "tests/recoverline/", "messaging/agent/", "messaging/carriers/", "templatetags/", "test_sections",
    "_sections", "scheduling/page/", "scheduling/desk/", "scheduling/calendars/", "scheduling/test_cases",
    "inbox/test_timeline", "inbox/test_panel", "inbox/test_pages", "inbox/test_offering", "inbox/test_notes",
    "inbox/test_canned", "inbox/test_follow_ups", "compliance/test_page", "compliance/test_registration",
    "compliance/test_standing", "compliance/test_export", "compliance/test_help", "compliance/test_quiet",
    "compliance/test_places", "compliance/test_toll_fraud", "followups/test_timing", "escalation/test_cases",
    "escalation/test_customer", "escalation/test_calls", "escalation/test_link", "journeys/test_week",
    "journeys/test_conversation", "test_appointment_replies", "test_alerts", "test_safety_texts", "test_scripts",
    "test_hooks_signature", "test_line_types", "test_second_looks", "test_voicemail", "test_media", "test_urgency",
    "messaging/test_hooks.py", "test_call_events", "test_missed_calls", "test_appointment_events", "test_access",
    "test_blocking", "test_built_in", "test_dry_run", "test_late_text", "test_wording", "test_rules", "test_team_lines",
    "scheduling/test_links", "scheduling/test_oncall", "escalation/test_chain", "escalation/test_sources",
    "escalation/test_watchdog", "inbox/test_acts.py", "inbox/test_panel", "inbox/test_notes", "inbox/test_callback",
    "inbox/test_voicemail", "inbox/test_presence", "inbox/test_saved", "inbox/test_tending", "inbox/test_desktop",
    "journeys/test_external", "journeys/test_hosted", "journeys/test_forwarded", "test_simulat",
)  # fmt: skip
# Among those what locks, races or counts on a constraint after all.
ASKED_TWICE = (
    "at_once", "tests/chaos/", "leads/test_intake", "leads/test_callbacks", "leads/test_outcomes", "agent/test_turn",
    "agent/test_books", "recoverline/test_queue", "accounts/test_team", "api/test_idempotency",
    "webhooks/test_delivering", "reports/test_overview",
)  # fmt: skip


def _uses_rows(item: pytest.Item) -> bool:
    if any(part in item.nodeid for part in SAID_ONCE) and not any(part in item.nodeid for part in ASKED_TWICE):
        return False
    fixtures = getattr(item, "fixturenames", ())
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres", "chaos"))
    return marked or bool({"db", "transactional_db"} & set(fixtures))


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
