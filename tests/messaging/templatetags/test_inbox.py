"""How the inbox puts states, times and customers' texts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from messaging.enums import MessageStatus
from messaging.models import Message
from messaging.templatetags import inbox as words
from tests.factories import NOON


def state_of(**values: Any) -> tuple[str, str, str, str, bool]:
    state = words.send_state(Message(**values))
    return state.icon, state.label, state.tone, state.detail, state.may_retry


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"status": "queued"}, ("clock", "Waiting", "wait", "", False)),
        ({"status": "queued", "attempts": 1}, ("clock", "Waiting", "wait", "Trying again soon", False)),
        ({"status": "sending"}, ("clock", "Sending", "wait", "", False)),
        ({"status": "accepted"}, ("tick", "Accepted by the carrier", "good", "", False)),
        ({"status": "sent"}, ("tick", "Sent", "good", "", False)),
        ({"status": "delivered"}, ("ticks", "Delivered", "good", "", False)),
        ({"status": "unknown"}, ("question", "Checking with the carrier", "wait", "", False)),
        ({"status": "undelivered", "error_text": "Off."}, ("cross", "Not delivered", "bad", "Off.", True)),
        ({"status": "failed", "error_text": "Spam."}, ("cross", "Failed", "bad", "Spam.", True)),
        ({"status": "dead"}, ("cross", "Gave up", "bad", "", True)),
        ({"status": "expired"}, ("late", "Too late, not sent", "bad", "", True)),
        (
            {"status": "suppressed", "suppression": "opted_out"},
            ("blocked", "Not sent", "bad", "Opted out", False),
        ),
        (
            {"status": "suppressed", "suppression": "paused"},
            ("blocked", "Not sent", "bad", "Texting is paused for this business", True),
        ),
    ],
)
def test_send_states_in_plain_words(values: dict[str, Any], state: tuple[str, str, str, str, bool]) -> None:
    assert state_of(**values) == state


def test_every_status_of_a_text_of_ours_has_words_and_a_drawing() -> None:
    drawings = Path("recoverline/static/site/icons.svg").read_text()
    for status in set(MessageStatus) - {MessageStatus.RECEIVED}:
        assert f'id="{state_of(status=status)[0]}"' in drawings


def test_links_are_https_shown_as_they_are_and_escaped() -> None:
    link = '<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>'
    texts = {
        "see https://a.example/x?b=1&c=2.": "see " + link.format("https://a.example/x?b=1&amp;c=2") + ".",
        "(https://a.example)": "(" + link.format("https://a.example") + ")",
        "http://a.example javascript:alert(1)": "http://a.example javascript:alert(1)",
        'https://a.example/"onclick="x': link.format("https://a.example/") + "&quot;onclick=&quot;x",
        "<b>& plain": "&lt;b&gt;&amp; plain",
    }
    assert {text: words.linked(text) for text in texts} == texts


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=14), "2 weeks"),
    ],
)
def test_how_long_ago(passed: timedelta, said: str) -> None:
    assert words.ago(NOON - passed, NOON) == said


def test_when_it_is_due() -> None:
    late, soon = timedelta(minutes=12), timedelta(hours=2)
    said = [words.due(NOON + offset, NOON) for offset in (-late, timedelta(seconds=-30), soon)]
    assert said == ["overdue by 12 min", "due now", "due in 2 h"]


def test_moments_are_told_in_the_locations_time() -> None:
    told = datetime(2026, 6, 18, 4, 5, tzinfo=UTC)
    zones = ("America/New_York", "America/Phoenix", "UTC")
    assert [words.moment(told, ZoneInfo(zone)) for zone in zones] == [
        "Thu, Jun 18, 12:05 AM",
        "Wed, Jun 17, 9:05 PM",
        "Thu, Jun 18, 4:05 AM",
    ]
