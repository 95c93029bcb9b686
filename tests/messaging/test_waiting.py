"""By when somebody who waits should hear from a person, and who ends the waiting."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.enums import Urgency
from messaging import conversations
from messaging.enums import Handler, Happening
from messaging.models import Conversation
from messaging.templatetags.inbox import sla
from messaging.waiting import reply_due, urgent_due
from scheduling.hours import DayOverride, HoursRange
from tests.base import Cast, make_cast
from tests.factories import NOON, make_conversation, make_hours, make_lead
from tests.recoverline.source import modules

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = [HoursRange(day, time(9), time(17)) for day in range(5)]
NIGHTS = [HoursRange(day, time(18), time(2), next_day=True) for day in range(7)]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def due(ranges: list[HoursRange], since: str, minutes: int, *overrides: DayOverride) -> str:
    found = reply_due(ranges, overrides, NEW_YORK, since=local(since), minutes=minutes)
    assert found.tzinfo == UTC
    return f"{found.astimezone(NEW_YORK):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("since", "minutes", "expected"),
    [
        ("2025-06-04T10:00", 15, "2025-06-04T10:15"),
        ("2025-06-04T16:50", 15, "2025-06-05T09:05"),
        ("2025-06-04T16:45", 15, "2025-06-04T17:00"),
        ("2025-06-04T17:00", 15, "2025-06-05T09:15"),
        ("2025-06-04T03:00", 15, "2025-06-04T09:15"),
        ("2025-06-06T16:55", 15, "2025-06-09T09:10"),
        ("2025-06-04T10:00", 1440, "2025-06-09T10:00"),
    ],
)
def test_minutes_count_while_the_place_is_open(since: str, minutes: int, expected: str) -> None:
    assert due(NINE_TO_FIVE, since, minutes) == expected


def test_an_opening_may_run_past_midnight() -> None:
    assert due(NIGHTS, "2025-06-04T23:55", 15) == "2025-06-05T00:10"
    assert due(NIGHTS, "2025-06-05T01:50", 15) == "2025-06-05T18:05"


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        # 90 minutes: the hour from two to three does not exist on the one night, and is there twice on the other.
        ("2025-03-09T01:00", "2025-03-09T03:30"),
        ("2025-11-02T00:50", "2025-11-02T01:20"),
    ],
)
def test_on_change_days_minutes_are_those_that_pass(since: str, expected: str) -> None:
    assert due(NIGHTS_TILL_FOUR, since, 90) == expected


NIGHTS_TILL_FOUR = [HoursRange(day, time(18), time(4), next_day=True) for day in range(7)]


def test_closures_do_not_count_and_without_hours_all_minutes_do() -> None:
    holiday = DayOverride(date(2025, 6, 5), date(2025, 6, 5), "Holiday")
    assert due(NINE_TO_FIVE, "2025-06-04T16:50", 15, holiday) == "2025-06-06T09:05"
    assert due([], "2025-06-04T03:00", 15) == "2025-06-04T03:15"
    forever = DayOverride(date(2025, 1, 1), date(2026, 1, 1), "Closed for good")
    assert due(NINE_TO_FIVE, "2025-06-04T10:00", 15, forever) == "2025-06-04T10:15"
    assert urgent_due(since=NOON, minutes=5) == NOON + timedelta(minutes=5)


# ---------------------------------------------------------------- rows
@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def waiting(conversation: Conversation) -> tuple[bool, datetime | None, datetime | None]:
    conversation.refresh_from_db()
    return conversation.needs_reply, conversation.waiting_since, conversation.reply_due_at


def says(conversation: Conversation, at: datetime) -> None:
    conversations.note_said(conversation, text="Hello?", now=at, by_customer=True, happening=Happening.TEXT_IN)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_the_first_unanswered_text_counts_until_somebody_answers(cast: Cast) -> None:
    conversation = make_conversation(make_lead(cast.a), cast.a_number)
    says(conversation, NOON)
    says(conversation, NOON + minutes(10))
    assert waiting(conversation) == (True, NOON, NOON + minutes(15))
    assert conversation.last_happening == Happening.TEXT_IN

    Conversation.objects.update(overdue_told_at=NOON + minutes(16))
    assert conversations.end_waiting(conversation)
    assert waiting(conversation) == (False, None, None)
    assert conversation.overdue_told_at is None
    assert not conversations.end_waiting(conversation)

    says(conversation, NOON + minutes(30))
    assert waiting(conversation) == (True, NOON + minutes(30), NOON + minutes(45))


def test_opening_hours_of_the_location_count(cast: Cast) -> None:
    make_hours(cast.a)
    conversation = make_conversation(make_lead(cast.a), cast.a_number)
    late = NOON.astimezone(NEW_YORK).replace(hour=20)
    says(conversation, late)
    _, _, at = waiting(conversation)
    assert at is not None
    assert f"{at.astimezone(NEW_YORK):%H:%M}" == "09:15"


def test_urgent_is_due_soon_at_any_hour_and_as_others_when_it_is_not(cast: Cast) -> None:
    make_hours(cast.a)
    night = NOON.astimezone(NEW_YORK).replace(hour=20)
    conversation = make_conversation(make_lead(cast.a), cast.a_number)
    says(conversation, night)
    assert conversations.flag_urgent(conversation, urgency=Urgency.URGENT, now=night + minutes(1))
    assert waiting(conversation) == (True, night, night + minutes(6))

    assert conversations.clear_urgent(conversation)
    _, _, at = waiting(conversation)
    assert at is not None
    assert f"{at.astimezone(NEW_YORK):%H:%M}" == "09:15"

    idle = make_conversation(make_lead(cast.a), cast.a_number)
    conversations.flag_urgent(idle, urgency=Urgency.URGENT, now=night)
    assert waiting(idle) == (False, None, None)
    says(idle, night)
    assert waiting(idle) == (True, night, night + minutes(5))


def test_whoever_the_robot_hands_over_is_not_late_at_once(cast: Cast) -> None:
    conversation = make_conversation(make_lead(cast.a), cast.a_number, snoozed_until=NOON + minutes(90))
    says(conversation, NOON)
    conversations.hand_off(conversation, reason="Unsure", summary="", now=NOON + minutes(60))
    assert waiting(conversation) == (True, NOON, NOON + minutes(65))
    assert (conversation.handler, conversation.snoozed_until) == (Handler.PERSON, None)


def test_a_call_ends_a_snooze_and_shows_unless_a_text_will(cast: Cast) -> None:
    values = {"status": "snoozed", "snoozed_until": NOON + minutes(90), "last_preview": "Later, please"}
    conversation = make_conversation(make_lead(cast.a), cast.a_number, **values)
    conversations.note_call(conversation, is_told=True, now=NOON + minutes(5))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("open", None)
    assert conversation.last_preview == "Later, please"
    conversations.note_call(conversation, is_told=False, now=NOON + minutes(5))
    conversation.refresh_from_db()
    assert (conversation.last_at, conversation.last_preview, conversation.last_happening) == (
        NOON + minutes(5), "Missed call", Happening.MISSED_CALL,
    )  # fmt: skip


def written(tree: ast.Module) -> Iterator[str]:
    """Columns that a module writes, by name: in a call of update or create, and in a dict."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".update", ".create")):
            yield from (keyword.arg or "" for keyword in node.keywords)
        elif isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def test_only_one_place_says_that_somebody_waits() -> None:
    """Three columns belong together: whoever wrote one of them alone would forget the others."""
    together = {"needs_reply", "waiting_since"}
    writers = {name for name, tree in modules().items() if together & set(written(tree))}
    # The history that the demo invents is written as rows; the API names one of them as a filter.
    assert writers - {"messaging.simulator.history", "recoverline.api.views.talk"} == {"messaging.conversations"}


def test_a_row_says_when_it_is_due(cast: Cast) -> None:
    row = make_conversation(make_lead(cast.a), cast.a_number, needs_reply=True, reply_due_at=NOON + minutes(15))
    assert (sla(row, NOON).tone, sla(row, NOON).label) == ("ok", "due in 15 min")
    assert (sla(row, NOON + minutes(12)).tone, sla(row, NOON + minutes(12)).label) == ("soon", "due in 3 min")
    late = sla(row, NOON + minutes(135))
    assert (late.tone, late.label, late.due_at) == ("late", "overdue by 2 h", NOON + minutes(15))
    row.turn_due_at = NOON
    assert (sla(row, NOON).tone, sla(row, NOON).label, sla(row, NOON).due_at) == ("", "", None)
