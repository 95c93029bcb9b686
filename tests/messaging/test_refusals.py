"""PURE: who never gets an automatic first text; the first reason counts, in a fixed order."""

from dataclasses import replace
from typing import Any

import pytest

from leads.enums import TaskReason
from messaging.enums import CallerKind
from messaging.refusals import Refusal, TextLimits, first_refusal

ROOM = TextLimits(
    cooldown_hours=24,
    hours_since_last_text=None,
    number_last_hour=0,
    number_per_hour=60,
    business_last_hour=0,
    business_per_hour=200,
    business_last_day=0,
    business_per_day=1000,
)
CLEAR: dict[str, Any] = {
    "paused": False,
    "stopped": "",
    "unreachable": False,
    "called_back": False,
    "minutes_old": 0.0,
    "late_after_minutes": 15,
}


def refuse(*callers: CallerKind, limits: TextLimits = ROOM, **changes: Any) -> Refusal | None:
    return first_refusal(frozenset(callers), limits, **{**CLEAR, **changes})


def test_an_ordinary_caller_gets_a_text() -> None:
    assert refuse(CallerKind.NEW) is None
    assert refuse(CallerKind.KNOWN, CallerKind.EXISTING, CallerKind.CONVERSATION, CallerKind.SPAM) is None


@pytest.mark.parametrize(
    ("caller", "code", "task"),
    [
        (CallerKind.STAFF, "staff", None),
        (CallerKind.ANONYMOUS, "anonymous", TaskReason.ANONYMOUS),
        (CallerKind.NEVER_TEXT, "never_text", None),
        (CallerKind.OPTED_OUT, "opted_out", TaskReason.OPTED_OUT),
        (CallerKind.FOREIGN, "foreign", TaskReason.UNTEXTABLE),
        (CallerKind.LANDLINE, "landline", TaskReason.LANDLINE),
    ],
)
def test_by_kind_of_caller(caller: CallerKind, code: str, task: TaskReason | None) -> None:
    refusal = refuse(caller)
    assert refusal is not None
    assert (refusal.code, refusal.task) == (code, task)


@pytest.mark.parametrize(
    ("changes", "code", "because", "task"),
    [
        (
            {"unreachable": True},
            "unreachable",
            "the carrier says that this number cannot be reached by text",
            TaskReason.UNTEXTABLE,
        ),
        ({"called_back": True}, "called_back", "a person already spoke with the caller", None),
        ({"minutes_old": 15.1}, "too_late", "the call was 15 minutes ago when we learned of it", TaskReason.TOO_LATE),
        ({"paused": True}, "paused", "texting is paused for this business", TaskReason.SENDING_STOPPED),
        (
            {"stopped": "no campaign"}, "sender_stopped", "texting from this number is stopped: no campaign",
            TaskReason.SENDING_STOPPED,
        ),
    ],
)  # fmt: skip
def test_by_situation(changes: dict[str, Any], code: str, because: str, task: TaskReason | None) -> None:
    assert refuse(CallerKind.NEW, **changes) == Refusal(code, because, task)


def test_as_late_as_allowed_is_in_time() -> None:
    assert refuse(CallerKind.NEW, minutes_old=15.0) is None


@pytest.mark.parametrize(
    ("hours", "because"),
    [
        (0.0, "the caller got a text 0 minutes ago"),
        (1 / 60, "the caller got a text 1 minute ago"),
        (0.5, "the caller got a text 30 minutes ago"),
        (1.2, "the caller got a text 1 hour ago"),
        (23.9, "the caller got a text 24 hours ago"),
        (-0.1, "the caller got a text 0 minutes ago"),
    ],
)
def test_within_the_cooldown(hours: float, because: str) -> None:
    refusal = refuse(CallerKind.NEW, limits=replace(ROOM, hours_since_last_text=hours))
    assert refusal == Refusal("cooldown", because, None)


def test_after_the_cooldown() -> None:
    assert refuse(CallerKind.NEW, limits=replace(ROOM, hours_since_last_text=24.0)) is None


@pytest.mark.parametrize(
    ("full", "almost", "code"),
    [
        ({"number_last_hour": 60}, {"number_last_hour": 59}, "number_cap"),
        ({"business_last_hour": 200}, {"business_last_hour": 199}, "hourly_cap"),
        ({"business_last_day": 1000}, {"business_last_day": 999}, "daily_cap"),
    ],
)
def test_caps_against_pumping(full: dict[str, int], almost: dict[str, int], code: str) -> None:
    refusal = refuse(CallerKind.NEW, limits=replace(ROOM, **full))
    assert refusal is not None
    assert (refusal.code, refusal.task) == (code, TaskReason.SENDING_STOPPED)
    assert refuse(CallerKind.NEW, limits=replace(ROOM, **almost)) is None


def test_the_order_of_reasons() -> None:
    """What is about the person comes before what is about us: it is what staff can do something about."""
    everything = {"unreachable": True, "called_back": True, "minutes_old": 99, "paused": True, "stopped": "x"}
    limits = replace(ROOM, hours_since_last_text=1, number_last_hour=99, business_last_hour=999, business_last_day=9999)
    callers = list(CallerKind)
    seen = []
    for kind in (
        CallerKind.STAFF,
        CallerKind.ANONYMOUS,
        CallerKind.BLOCKED,
        CallerKind.NEVER_TEXT,
        CallerKind.OPTED_OUT,
        CallerKind.FOREIGN,
    ):
        seen.append(refuse(*callers, limits=limits, **everything))
        callers.remove(kind)
    seen.append(refuse(*callers, limits=limits, **everything))
    callers.remove(CallerKind.LANDLINE)
    for name in everything:
        seen.append(refuse(*callers, limits=limits, **everything))
        everything = everything | {name: CLEAR[name]}
    for name, value in [("hours_since_last_text", None), ("number_last_hour", 0), ("business_last_hour", 0)]:
        seen.append(refuse(*callers, limits=limits))
        limits = replace(limits, **{name: value})
    seen.append(refuse(*callers, limits=limits))
    assert [refusal and refusal.code for refusal in seen] == [
        "staff", "anonymous", "blocked", "never_text", "opted_out", "foreign", "landline", "unreachable",
        "called_back", "too_late", "paused", "sender_stopped", "cooldown", "number_cap", "hourly_cap", "daily_cap",
    ]  # fmt: skip
