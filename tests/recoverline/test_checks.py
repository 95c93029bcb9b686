"""What would go wrong silently is said at the start."""

import copy
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import CheckMessage

from messaging.models import CarrierAccount
from messaging.ticker import STOP_GRACE_SECONDS
from recoverline import checks, processes
from tests.factories import make_account, make_business
from tests.recoverline.source import ROOT


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


@pytest.fixture
def production(settings: LazySettings) -> LazySettings:
    settings.DEBUG, settings.SIMULATOR = False, False
    settings.SITE_URL = "https://texts.example.com"
    settings.FIELD_KEYS, settings.SECRET_KEY = ["one key"], "another"
    return settings


def test_a_sound_installation_is_silent(production: LazySettings) -> None:
    assert ids(checks.check_settings(None)) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SITE_URL", "http://texts.example.com", "recoverline.E001"),
        ("SITE_URL", "http://127.0.0.1:8000", "recoverline.E001"),
        ("TIME_ZONE", "America/New_York", "recoverline.E002"),
        ("USE_TZ", False, "recoverline.E002"),
        ("SIMULATOR", True, "recoverline.W007"),
        ("FIELD_KEYS", ["another"], "recoverline.W008"),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https"), "recoverline.W010"),
        ("EVENT_HANDLERS", {"call.missed": ["messaging.tasks.no_such_task"]}, "recoverline.E005"),
        ("PERIODIC_TASKS", {"messaging.tasks.no_such_task": 10}, "recoverline.E005"),
        ("CARRIERS", {"twilio": "messaging.carriers.nowhere.Carrier"}, "recoverline.E005"),
    ],
)
def test_each_fault_has_its_message(production: LazySettings, name: str, value: object, expected: str) -> None:
    setattr(production, name, value)
    assert ids(checks.check_settings(None)) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"retry": 60}, "recoverline.E003"),
        ({"retry": 239}, "recoverline.E003"),
        ({"retry": 240}, None),
        ({"timeout": None}, "recoverline.E003"),
        ({"timeout": 60, "queue_limit": 20}, "recoverline.E003"),
        ({"workers": 1}, "recoverline.E003"),
        ({"catch_up": True}, "recoverline.E009"),
        ({"orm": None}, "recoverline.E012"),
        ({"orm": "other"}, "recoverline.E012"),
        ({"broker_class": "django_q.brokers.orm.ORM"}, "recoverline.E012"),
        ({"broker_class": None}, "recoverline.E012"),
        ({"ack_failures": False}, "recoverline.E013"),
        ({"timeout": 60, "retry": 300}, None),
        ({"timeout": 61, "retry": 300}, "recoverline.E014"),
    ],
)
def test_the_queue_never_runs_a_task_twice_by_configuration(
    production: LazySettings, changes: dict[str, Any], expected: str | None
) -> None:
    """QUE-01. timeout * (1 + (queue_limit + 1) / workers) + 30 = 60 * (1 + 5 / 2) + 30 = 240."""
    production.Q_CLUSTER = {
        **production.Q_CLUSTER,
        "workers": 2,
        "timeout": 60,
        "queue_limit": 4,
        "retry": 300,
        **changes,
    }
    assert ids(checks.check_settings(None)) == ([expected] if expected else [])


def test_whoever_stops_a_worker_waits_longer_than_it_takes_itself() -> None:
    """QUE-01: compose, the parent of `make run` and the page for service managers; Docker's own is 10 seconds."""
    worker = {child.name: child for child in processes.the_three(host="", port=0)}["worker"]
    in_compose = re.search(r"^  worker:.*?stop_grace_period: (\d+)s", (ROOT / "compose.yaml").read_text(), re.M | re.S)
    in_systemd = re.search(r"TimeoutStopSec=(\d+)", (ROOT / "docs/install.md").read_text())
    assert in_compose is not None
    assert in_systemd is not None
    assert STOP_GRACE_SECONDS < worker.grace < int(in_compose[1]) < int(in_systemd[1])


def test_a_connection_pool_is_refused(production: LazySettings) -> None:
    databases = copy.deepcopy(production.DATABASES)
    databases["default"].setdefault("OPTIONS", {})["pool"] = True
    production.DATABASES = databases
    assert ids(checks.check_settings(None)) == ["recoverline.E004"]


@pytest.mark.django_db
def test_an_installation_without_a_carrier_says_so() -> None:
    assert ids(checks.check_carrier(None, databases=["default"])) == ["recoverline.W006"]
    make_account(make_business(), kind="webhook")
    assert ids(checks.check_carrier(None, databases=["default"])) == ["recoverline.W006"]
    account = make_account(make_business())
    assert ids(checks.check_carrier(None, databases=["default"])) == []
    CarrierAccount.objects.filter(pk=account.pk).update(is_active=False)
    assert ids(checks.check_carrier(None, databases=["default"])) == ["recoverline.W006"]
    assert ids(checks.check_carrier(None, databases=None)) == []
