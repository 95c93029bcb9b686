"""The week by e-mail: once, on Monday morning where the business is, to who wants it; and what it advises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail as outbox

from leads.enums import Role
from leads.models import Business, Preferences, WeeklyDigest
from messaging.enums import CallState
from messaging.models import PhoneNumber
from recoverline.lib import mail
from recoverline.reports import digest
from recoverline.reports.advice import Facts, worth_doing
from recoverline.reports.advice_facts import facts_of
from recoverline.reports.overview import figures
from recoverline.reports.scopes import scope_of
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_call,
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_message,
    make_number,
    make_request,
    make_task,
    make_unanswered,
    make_user,
)

pytestmark = pytest.mark.django_db
# Monday, June 22, 2026, in New York: 6:59 and 7:00 in the morning.
EARLY, SEVEN = datetime(2026, 6, 22, 10, 59, tzinfo=UTC), datetime(2026, 6, 22, 11, tzinfo=UTC)
LAST_WEEK = datetime(2026, 6, 17, 15, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Business.objects.update(time_zone="America/New_York")
    for who in (made.ana, made.ben, made.cleo):
        who.email = f"{who.username}@example.com"
        who.save()
    make_call(made.a_number, lead=make_lead(made.a), started_at=LAST_WEEK, state=CallState.MISSED)
    return made


# ---------------------------------------------------------------- PURE
EVERYTHING = Facts(
    stopped_numbers=("Main line",), is_paused=True, calls_before=9, callbacks_overdue=2, waiting_long=1,
    unanswered_questions=3, peak=("Monday, 12 pm to 1 pm", 9), idle_estimates=1, texted=40, reply_rate=0.1,
    undelivered=0.25, recovered_unknown=1, unknown_costs=True,
)  # fmt: skip


def test_what_stops_everything_comes_first_then_who_waits_then_what_would_be_better() -> None:
    order = []
    left: dict[str, Any] = {}
    empty = {
        "stopped": {"stopped_numbers": ()}, "paused": {"is_paused": False}, "silent": {"calls_before": 0},
        "callbacks": {"callbacks_overdue": 0}, "waiting": {"waiting_long": 0}, "estimates": {"idle_estimates": 0},
        "undelivered": {"undelivered": 0.05}, "peak": {"peak": None}, "questions": {"unanswered_questions": 0},
        "replies": {"reply_rate": 0.5}, "value": {"recovered_unknown": 0}, "costs": {"unknown_costs": False},
    }  # fmt: skip
    for _ in empty:
        advice = worth_doing(replace(EVERYTHING, **left))
        assert len(advice) == min(3, len(empty) - len(order))
        order.append(advice[0].key)
        left |= empty[advice[0].key]
    assert order == list(empty)
    assert worth_doing(replace(EVERYTHING, **left)) == worth_doing(Facts()) == []
    assert worth_doing(Facts(texted=5, reply_rate=0.0, undelivered=1.0, peak=("x", 3), calls_before=4)) == []
    assert worth_doing(EVERYTHING)[0].what == "Get texting going again on Main line."
    assert worth_doing(Facts(callbacks_overdue=1))[0].why == "1 call back is overdue."


def test_when_it_is_due(cast: Cast) -> None:
    expected = {EARLY: False, SEVEN: True, SEVEN + timedelta(days=2, hours=23): True, SEVEN + timedelta(days=3): False}
    assert {at: digest.is_due(cast.a, now=at) for at in expected} == expected
    week = digest.week_before(cast.a, now=SEVEN)
    assert (str(week.first), str(week.last)) == ("2026-06-15", "2026-06-21")
    assert digest.week_before(cast.a, now=EARLY + timedelta(days=6)) == week
    # Clocks were set forward on Sunday, March 8: the week is still seven days, and 7 is 7.
    assert digest.is_due(cast.a, now=datetime(2026, 3, 9, 11, tzinfo=UTC))
    assert not digest.is_due(cast.a, now=datetime(2026, 3, 9, 10, 59, tzinfo=UTC))


# ---------------------------------------------------------------- facts
def test_facts_are_counted_from_rows(cast: Cast) -> None:
    lead = make_lead(cast.a)
    thread = make_conversation(
        lead, cast.a_number, needs_reply=True, waiting_since=SEVEN - timedelta(hours=30), request=None
    )
    make_task(cast.a_location, due_at=SEVEN - timedelta(hours=1))
    make_task(cast.a_location, due_at=SEVEN + timedelta(hours=1))
    make_unanswered(cast.a, conversation=thread)
    request = make_request(make_lead(cast.a), cast.a_location, estimated_at=SEVEN - timedelta(days=3))
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(stopped_at=SEVEN, label="Main line")
    for status in ("delivered", "undelivered", "failed", "suppressed"):
        make_message(thread, kind="first_text", direction="out", status=status, created_at=LAST_WEEK)
    for days in (0, 7, 14, 28):
        at = LAST_WEEK - timedelta(days=days)
        make_call(cast.a_number, lead=lead, started_at=at, state=CallState.MISSED, hours_state="open")
    scope, week = scope_of(cast.a), digest.week_before(cast.a, now=SEVEN)
    facts = facts_of(scope, figures(scope, week), figures(scope, week.before), now=SEVEN)
    assert facts == Facts(
        stopped_numbers=("Main line",), calls_week=2, calls_before=1, callbacks_overdue=1, waiting_long=1,
        unanswered_questions=1, peak=("Wednesday, 11 am to 12 pm", 4),
        idle_estimates=1, texted=0, reply_rate=None, undelivered=pytest.approx(2 / 3), unknown_costs=True,
    )  # fmt: skip
    make_task(cast.a_location, lead=request.lead, due_at=SEVEN + timedelta(days=1))
    assert facts_of(scope, figures(scope, week), figures(scope, week.before), now=SEVEN).idle_estimates == 0
    elsewhere = scope_of(cast.a, make_location(cast.a, "Far"))
    none = facts_of(elsewhere, figures(elsewhere, week), figures(elsewhere, week.before), now=SEVEN)
    assert worth_doing(replace(none, unknown_costs=False)) == []


# ---------------------------------------------------------------- sending
def test_owners_and_managers_get_it_once_a_week(cast: Cast) -> None:
    assert digest.send_due(now=EARLY) == 0
    assert digest.send_due(now=SEVEN) == 1
    assert digest.send_due(now=SEVEN + timedelta(hours=1)) == 0
    (letter,) = outbox.outbox
    assert (letter.to, letter.subject) == (["ana@example.com"], "Alder Plumbing: 1 missed call, 0 jobs recovered")
    assert letter.extra_headers["List-Unsubscribe"].endswith("/inbox/preferences/>")
    assert "Missed calls: 1 (before: 0, new)" in letter.body
    assert "To stop it: http" in letter.body
    assert "<h1>Alder Plumbing</h1>" in letter.alternatives[0].content  # type: ignore[attr-defined]  # of the second form
    row = WeeklyDigest.objects.get()
    assert (str(row.week), row.recipients, row.business) == ("2026-06-15", 1, cast.a)
    assert digest.send_due(now=SEVEN + timedelta(days=7)) == 1


def test_who_does_not_want_it_or_may_not_read_it_gets_none(cast: Cast) -> None:
    Preferences.objects.create(user=cast.ana, email_weekly=False)
    make_member(cast.a, make_user("quiet", email="quiet@example.com"), Role.MANAGER, gets_alerts=False)
    make_member(cast.a, make_user("gone", email="gone@example.com", is_active=False), Role.OWNER)
    make_member(cast.a, make_user("rita", email="rita@example.com"), Role.READ_ONLY)
    assert (digest.send_due(now=SEVEN), WeeklyDigest.objects.count()) == (0, 0)


def test_who_has_some_locations_reads_only_of_those(cast: Cast) -> None:
    far = make_location(cast.a, "Far")
    make_call(make_number(far), lead=make_lead(cast.a), started_at=LAST_WEEK, state=CallState.MISSED)
    make_member(cast.a, make_user("dee", email="dee@example.com"), Role.MANAGER).locations.add(far)
    assert digest.send_due(now=SEVEN) == 2
    assert [(each.to[0], each.subject.split(":")[1]) for each in outbox.outbox] == [
        ("ana@example.com", " 2 missed calls, 0 jobs recovered"),
        ("dee@example.com", " 1 missed call, 0 jobs recovered"),
    ]
    assert "your locations" in outbox.outbox[1].body


def test_two_workers_send_one_and_a_demo_sends_none(cast: Cast) -> None:
    WeeklyDigest.objects.create(business=cast.a, week=digest.week_before(cast.a, now=SEVEN).first, sent_at=SEVEN)
    # As a worker that looked before the other had written its row.
    assert digest._send(cast.a, now=SEVEN) == 0
    WeeklyDigest.objects.all().delete()
    Business.objects.update(is_simulated=True)
    assert (digest.send_due(now=SEVEN), outbox.outbox) == (0, [])


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise SMTPException

    with monkeypatch.context() as away:
        away.setattr(mail, "send", refuse)
        assert (digest.send_due(now=SEVEN), WeeklyDigest.objects.count()) == (0, 0)
    assert digest.send_due(now=SEVEN) == 1


def test_a_letter_that_cannot_be_written_loses_no_week_and_stops_nobody_behind_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_call(cast.b_number, lead=make_lead(cast.b), started_at=LAST_WEEK, state=CallState.MISSED)
    write = digest.letter_of

    def fail_for_alder(scope: Any, *rest: Any, **more: Any) -> Any:
        if scope.business == cast.a:
            raise ZeroDivisionError
        return write(scope, *rest, **more)

    with monkeypatch.context() as broken:
        broken.setattr(digest, "letter_of", fail_for_alder)
        assert digest.send_due(now=SEVEN) == 1
    assert [each.to for each in outbox.outbox] == [["cleo@example.com"]]
    assert [(row.business, row.recipients) for row in WeeklyDigest.objects.all()] == [(cast.b, 1)]
    assert "ZeroDivisionError" in caplog.text
    assert digest.send_due(now=SEVEN) == 1


def test_the_preview_says_what_would_be_mailed_and_mails_nothing(cast: Cast) -> None:
    page = sign_in(cast.ana).get("/reports/digest/")
    assert page.status_code == 200
    assert "Alder Plumbing" in page.content.decode()
    assert sign_in(cast.ana).get(f"/reports/digest/?business={cast.b.slug}").status_code == 404
    assert (outbox.outbox, WeeklyDigest.objects.count()) == ([], 0)
