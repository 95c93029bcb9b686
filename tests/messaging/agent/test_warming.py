"""Getting ready changes nothing, and never stands in the way."""

import logging
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import config, gazetteer
from leads.kits import kits
from messaging.agent import reading, warming
from messaging.models import AgentSettings, UnansweredQuestion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)  # it is the test's own here


def test_it_reads_and_writes_nothing() -> None:
    business = config.load(next(kit for kit in kits() if kit.slug == "home_services").text()).business
    reading._published.cache_clear()
    with CaptureQueriesContext(connection) as asked:
        warming.warm_up()
    written = [row["sql"] for row in asked.captured_queries if not row["sql"].startswith(("SELECT", "--"))]
    assert (written, UnansweredQuestion.objects.count()) == ([], 0)
    assert gazetteer._tables is not None
    assert reading._published.cache_info().currsize == 1
    # The first turn finds its knowledge read: one question remains, whether it is the last.
    with CaptureQueriesContext(connection) as asked:
        reading.published_knowledge(business)
    assert len(asked.captured_queries) == 1


def test_without_robots_or_numbers_there_is_little_to_do() -> None:
    warming.warm_up()
    business = config.load("business: {name: Alder}\nrobot: auto\n").business
    assert AgentSettings.objects.get().business == business
    warming.warm_up()


def test_what_goes_wrong_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail() -> None:
        raise ValueError("poison")

    monkeypatch.setattr(gazetteer, "warm_up", fail)
    with caplog.at_level(logging.ERROR):
        warming.warm_up()
    assert [row.message for row in caplog.records] == ["the robot could not get ready"]
