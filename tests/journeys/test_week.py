"""A week of missed calls over five locations in four zones: what was promised holds, whoever called.

WEEK_CALLS=500 python -m pytest -s tests/journeys/test_week.py        the whole week, as it was asked for
"""

import os
import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from leads.models import LeadEvent
from messaging import invariants
from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.escalation.enums import EscalationStatus, OnCallCommand
from messaging.followups.enums import StopReason
from messaging.models import Call, Enrollment, Escalation, Message, OnCallText, StepRun
from scheduling.models import Appointment
from tests.fakes.carrier import FakeCarrier
from tests.journeys.week import BEGIN, ON_MY_WAY, WEEK, Caller, Week

pytestmark = pytest.mark.django_db(transaction=True)

LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN)
CALLS = int(os.environ.get("WEEK_CALLS", "45"))


def test_a_week(carrier: FakeCarrier) -> None:
    week = Week(carrier, calls=CALLS)
    week.run()
    assert invariants.check(since=BEGIN - timedelta(days=1), now=BEGIN + WEEK + timedelta(hours=8)) == []
    assert carrier.duplicates() == {}
    assert Call.objects.count() >= CALLS
    for caller in week.callers.values():
        hears_nothing_after_stop(caller)
        hears_everything_once(caller)
    callers = {kind: [each for each in week.callers.values() if each.kind == kind] for kind in ("in_danger", "books")}
    assert all("911" in caller.heard[1] for caller in callers["in_danger"] if caller.said)
    assert paged_about(week, callers["in_danger"])
    # Something of everything has happened, or the week has proven little.
    assert Appointment.objects.exists()
    assert {EscalationStatus.CLOSED} <= set(Escalation.objects.values_list("status", flat=True))
    reasons = set(Enrollment.objects.values_list("stop_reason", flat=True))
    assert {StopReason.REPLIED, StopReason.BOOKED, StopReason.OPTED_OUT} <= reasons
    assert StepRun.objects.filter(message__status="accepted").exists()
    tells_a_story(next(each for each in callers["in_danger"] if ON_MY_WAY in " ".join(each.heard)))
    print(week.summary())


def hears_nothing_after_stop(caller: Caller) -> None:
    """But for one confirmation."""
    if caller.kind in ("stops", "stops_in_words") and caller.said:
        later = caller.heard[caller.heard_before_stop :]
        assert len(later) <= 1, later
        assert all("opted out" in text for text in later)


def hears_everything_once(caller: Caller) -> None:
    """No sentence of ours comes twice, but for two kinds, and those only when they have written in between: times are
    offered again where others are asked for, and people use the words they have used before.
    """
    heard: dict[str, list[Message]] = {}
    said: list[int] = []
    rows = Message.objects.filter(lead__phone=caller.phone).order_by("pk")
    for row in rows:
        if row.direction == Direction.IN:
            said.append(row.pk)
        elif row.status in LEFT:
            heard.setdefault(row.body, []).append(row)
    assert Counter(caller.heard) == {body: len(same) for body, same in heard.items()}
    for body, same in heard.items():
        for before, after in pairwise(same):
            is_offer = after.kind == MessageKind.ROBOT and "1)" in body
            assert is_offer or after.kind == MessageKind.STAFF, (caller.kind, caller.heard)
            assert any(before.pk < pk < after.pk for pk in said), (caller.kind, caller.heard)
    # Whoever is on call answers by phone, each time about something that somebody was asked for anew.
    answered = OnCallText.objects.filter(escalation__lead__phone=caller.phone, command=OnCallCommand.REPLY)
    about = list(answered.values_list("escalation", flat=True))
    assert len(about) == len(set(about)) == len(heard.get(ON_MY_WAY, ())), (caller.kind, caller.heard)


def paged_about(week: Week, callers: list[Caller]) -> bool:
    """Every one of them reached somebody's phone."""
    paged = " ".join(text for texts in week.paged.values() for text in texts)
    digits = re.sub(r"\D", "", paged)
    return all(caller.phone.removeprefix("+1") in digits for caller in callers if caller.said)


def tells_a_story(caller: Caller) -> None:
    """What is kept of one lead, in order: from the call to "we are on our way"."""
    events = LeadEvent.objects.filter(lead__phone=caller.phone).values_list("at", "pk", "kind")
    texts = Message.objects.filter(lead__phone=caller.phone).values_list("created_at", "pk", "direction", "kind")
    told = [(at, 0, pk, f"{'in' if side == Direction.IN else 'out'}:{kind}") for at, pk, side, kind in texts]
    told += [(at, 1, pk, kind) for at, pk, kind in events]
    story = [what for *_, what in sorted(told)]
    chapters = iter(story)
    for chapter in (
        "out:first_text", "in:inbound", "out:safety", "conversation.urgent", "out:safety", "escalation.acknowledged",
        "out:staff", "escalation.closed",
    ):  # fmt: skip
        assert chapter in chapters, (chapter, story)
