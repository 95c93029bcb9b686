"""By the clock: what was put aside comes back, and who has waited too long is told once."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import LeadEvent
from messaging.enums import Handler
from messaging.inbox import tending
from messaging.models import Conversation
from tests.base import Cast, make_cast
from tests.factories import NOON, make_conversation, make_lead

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=20)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def row(cast: Cast, *, blocked: bool = False, **values: Any) -> Conversation:
    lead = make_lead(cast.a, blocked_at=NOON if blocked else None)
    return make_conversation(lead, cast.a_number, **values)


def kinds() -> list[str]:
    return list(LeadEvent.objects.order_by("id").values_list("kind", flat=True))


def test_what_was_put_aside_comes_back_once_and_shows(cast: Cast) -> None:
    due = row(cast, status="snoozed", snoozed_until=SOON)
    later = row(cast, status="snoozed", snoozed_until=SOON + timedelta(seconds=1))
    assert (tending.wake(SOON), tending.wake(SOON)) == (1, 0)
    due.refresh_from_db()
    assert (due.status, due.snoozed_until, due.unread_count, due.reply_due_at) == ("open", None, 1, None)
    later.refresh_from_db()
    assert later.status == "snoozed"
    event = LeadEvent.objects.get()
    assert (event.kind, event.data) == ("conversation.woken", {"conversation": str(due.key)})


def test_who_waits_there_is_due_anew(cast: Cast) -> None:
    due = row(cast, status="snoozed", snoozed_until=SOON, needs_reply=True, unread_count=3, overdue_told_at=NOON)
    tending.wake(SOON)
    due.refresh_from_db()
    assert (due.unread_count, due.waiting_since, due.reply_due_at, due.overdue_told_at) == (
        3, NOON, SOON + timedelta(minutes=15), None,
    )  # fmt: skip
    assert tending.tell_overdue(SOON) == 0


def test_who_has_waited_too_long_is_told_once(cast: Cast) -> None:
    late = row(cast, needs_reply=True)
    assert (tending.tell_overdue(NOON + timedelta(minutes=14)), kinds()) == (0, [])
    assert (tending.tell_overdue(SOON), tending.tell_overdue(SOON)) == (1, 0)
    late.refresh_from_db()
    assert (late.overdue_told_at, kinds()) == (SOON, ["conversation.overdue"])


@pytest.mark.parametrize(
    "values",
    [
        {"needs_reply": False, "reply_due_at": None},
        {"status": "snoozed", "snoozed_until": SOON + timedelta(hours=1)},
        {"status": "done"},
        {"handler": Handler.ROBOT, "turn_due_at": NOON},
        {"blocked": True},
        {"overdue_told_at": NOON},
        {"reply_due_at": NOON - timedelta(days=2)},
    ],
)
def test_nobody_is_told_who_waits_for_no_person(cast: Cast, values: dict[str, Any]) -> None:
    row(cast, **{"needs_reply": True, **values})
    assert (tending.tell_overdue(SOON), kinds()) == (0, [])
