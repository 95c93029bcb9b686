"""What counts as an answer to our first text, and to which one."""

from typing import Any

import pytest

from messaging import text_events
from messaging.carriers.base import TextReceived
from recoverline.reports import overview
from recoverline.reports.overview import figures_of
from recoverline.reports.scopes import scope_of
from tests.factories import make_business, make_location, make_number, make_service
from tests.recoverline.reports.week import WEEK, at, book, say, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> Any:
    business = make_business("Alder", time_zone="America/New_York", average_job_cents=25_000)
    return make_number(make_location(business, "Main", slug="main"))


def test_stop_is_no_answer_and_makes_nothing_recovered(number: Any) -> None:
    service = make_service(number.business, "Drain", duration_minutes=60)
    both, only = talk(number, "2 09:00", after=4), talk(number, "3 09:00", after=4)
    said = [(both, "2 09:05", "My drain is clogged"), (both, "2 09:06", "STOP"), (only, "3 09:05", "stop texting me")]
    for index, (who, local, words) in enumerate(said):
        event = TextReceived(message_id=f"SM{index}", sender=who.lead.phone, to=number.number, body=words)
        text_events.text_received(number.account, event, now=at(local))
    for who in (both, only):
        book(who, service, number.location, "4 10:00")
    counts = figures_of(number.business, WEEK).counts
    assert (counts.texted, counts.replied, counts.booked, counts.recovered) == (2, 1, 2, 1)
    for key in ("replied", "recovered"):
        assert [call.pk for call in overview.calls_behind(scope_of(number.business), WEEK, key)] == [both.call.pk], key


def test_an_answer_is_put_down_to_the_last_first_text_before_it(number: Any) -> None:
    first = talk(number, "2 09:00", after=4)
    second = talk(number, "4 09:00", after=4, by=first.lead)
    third = talk(number, "6 09:00", after=4, by=first.lead)
    say(second.conversation, at("4 12:00"))
    assert _replied(number) == {second.call.pk}
    say(first.conversation, at("2 12:00"))
    assert _replied(number) == {first.call.pk, second.call.pk}
    say(first.conversation, at("6 12:00"))
    assert _replied(number) == {first.call.pk, second.call.pk, third.call.pk}


def _replied(number: Any) -> set[int]:
    behind = {call.pk for call in overview.calls_behind(scope_of(number.business), WEEK, "replied")}
    assert figures_of(number.business, WEEK).counts.replied == len(behind)
    return behind
