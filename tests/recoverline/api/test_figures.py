"""Programs are told the figures of the reports, to the digit, of their business alone."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from leads import api_tokens
from tests.base import sign_in
from tests.factories import make_business, make_location
from tests.recoverline.api.conftest import make_program
from tests.recoverline.reports.week import Week, at, make_week

pytestmark = pytest.mark.django_db
DAYS = {"from": "2026-03-02", "to": "2026-03-08"}


@pytest.fixture
def week() -> Week:
    return make_week()


def test_they_equal_what_was_counted_by_hand_and_what_the_page_says(week: Week) -> None:
    said = make_program(week.business, "reports:read").get("reports/summary/", **DAYS).json()
    before = said.pop("before")
    # Simulated calls, the team's and those of other weeks are in tests/recoverline/reports/week.py, and not in here.
    assert said == {
        "from": "2026-03-02", "to": "2026-03-08", "location": None, "time_zone": "America/New_York",
        "counts": {
            "calls": 15, "answered": 4, "missed": 11, "callers": 10, "texted": 7, "delivered": 6, "reached_in_10": 5,
            "reached_in_60": 6, "replied": 6, "qualified": 4, "booked": 5, "kept": 1, "paid": 2, "recovered": 3,
            "rang_again": 1,
        },
        "reply_rate": 6 / 7, "speed_p50": 8.0, "speed_p95": 90.0, "reached_in_10_share": 5 / 7,
        "reached_in_60_share": 6 / 7, "revenue_cents": 155_000, "revenue_said_cents": 130_000,
        "revenue_assumed_cents": 25_000, "recovered_without_amount": 0, "segments": 12, "call_minutes": 13,
        "cost_cents": 1_155, "net_cents": 153_845, "roi": 155_000 / 1_155,
    }  # fmt: skip
    assert (before["from"], before["to"], before["counts"]["missed"]) == ("2026-02-23", "2026-03-01", 1)
    assert (before["reply_rate"], before["speed_p50"]) == (None, None)
    page = sign_in(week.business.memberships.get().user).get("/reports/", DAYS).content.decode()
    assert all(figure in page for figure in ("$1,550.00", "$1,538.45", "$11.55", "86 %", "1 min 30 s"))


def test_a_location_is_told_in_its_own_zone_and_an_unknown_price_is_no_nothing(week: Week) -> None:
    program = make_program(week.business, "reports:read")
    there = program.get("reports/summary/", **DAYS, location="west").json()
    assert (there["location"], there["time_zone"], there["counts"]["missed"]) == ("west", "America/Los_Angeles", 2)
    type(week.business).objects.update(segment_micros=None)
    whole = program.get("reports/summary/", **DAYS).json()
    assert (whole["cost_cents"], whole["net_cents"], whole["roi"]) == (None, None, None)


def test_without_days_it_is_the_last_thirty(week: Week) -> None:
    with time_machine.travel(at("8 12:00"), tick=False):
        said = make_program(week.business).get("reports/summary/").json()
    assert (said["from"], said["to"], said["before"]["to"]) == ("2026-02-07", "2026-03-08", "2026-02-06")


def test_a_stranger_is_told_its_own_nothing(week: Week) -> None:
    other = make_location(make_business("Birch", slug="birch")).business
    program = make_program(other)
    assert set(program.get("reports/summary/", **DAYS).json()["counts"].values()) == {0}
    answer = program.get("reports/summary/", **DAYS, location="west")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"location": ["There is no such location."]})
    for client in (Client(), sign_in(week.business.memberships.get().user)):
        assert client.get("/api/v1/reports/summary/", DAYS).status_code == 401


def test_it_needs_its_scope_alone(week: Week) -> None:
    others = make_program(week.business, *(scope for scope in api_tokens.SCOPES if scope != "reports:read"))
    answer = others.get("reports/summary/", **DAYS)
    assert (answer.status_code, answer.json()["scope"]) == (403, "reports:read")
    assert make_program(week.business, "reports:read").get("calls/").status_code == 403


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "2026-03-02"}, "to"),
        ({"to": "2026-03-02"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2025-03-01", "to": "2026-03-02"}, "to"),
        ({"from": "1999-03-01", "to": "1999-03-02"}, "to"),
        ({"from": "x", "to": "2026-03-02"}, "from"),
        ({"days": "7"}, "days"),
    ],
)
def test_what_it_cannot_read_is_refused(week: Week, params: dict[str, Any], field: str) -> None:
    answer = make_program(week.business).get("reports/summary/", **params)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
