"""A past time, decided anew with drafts: who would have been treated differently, and nothing is saved."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.enums import Role
from messaging.admin.replay_forms import read_day
from messaging.enums import CallState, MissReason, Outcome
from messaging.models import Call, Rule, Script
from messaging.replay import ANSWERED, RINGS, Draft, ReplayedCall, replay
from messaging.rules import RuleTerms
from recoverline.lib import clock
from scheduling.hours import HoursRange
from scheduling.models import BookingLink, OpeningHours
from scheduling.queries import Week
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_call,
    make_lead,
    make_location,
    make_member,
    make_number,
    make_rule,
    make_rules,
    make_script,
    make_service,
    make_user,
)
from tests.leads.canaries import snapshot

pytestmark = pytest.mark.django_db
NO_TEXT = RuleTerms(id=9001, name="Nobody", outcome=Outcome.NO_TEXT)
AT_NIGHT = RuleTerms(id=9002, name="At night", outcome=Outcome.TASK, hours="closed")
# NOON is Wednesday, 2 in the afternoon where they are.
MORNINGS = tuple(HoursRange(day, time(8), time(12)) for day in range(5))
ALL_DAY = tuple(HoursRange(day, time(0), time(0), next_day=True) for day in range(7))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def one(call: Call, *rules: RuleTerms, **draft: Any) -> ReplayedCall:
    weeks = {call.location_id: Week((), ())}
    (row,) = replay([call], Draft(rules, weeks=weeks, **draft), texts={}).rows
    return row


def brief(row: ReplayedCall) -> tuple[str, str, str]:
    return row.was, row.would, row.change


def test_other_rules(cast: Cast) -> None:
    call = make_call(cast.a_number)
    assert brief(one(call)) == ("Text", "Text", "")
    assert brief(one(call, NO_TEXT)) == ("Text", "No text", "outcome")
    assert brief(one(call, AT_NIGHT)) == ("Text", "Text", "")
    found = replay([call, make_call(cast.a_number, facts={})], Draft([NO_TEXT]), texts={})
    assert (found.unknown, found.moves, len(found.changed)) == (1, [("Text", "No text", 1)], 1)


def test_shorter_hours_make_it_night(cast: Cast) -> None:
    call = make_call(cast.a_number)
    assert one(call, ranges=MORNINGS).hours == "Open → Closed"
    assert brief(one(call, AT_NIGHT, ranges=MORNINGS)) == ("Text", "No text, a callback task", "outcome")
    assert brief(one(call, AT_NIGHT, ranges=ALL_DAY)) == ("Text", "Text", "")
    taken = make_call(cast.a_number, state=CallState.ANSWERED, facts={}, trace=[], outcome="")
    assert brief(one(taken, AT_NIGHT, ranges=MORNINGS)) == (ANSWERED, "Missed: no text, a callback task", "hours")
    assert replay([taken], Draft([], ALL_DAY, {taken.location_id: Week((), ())}), texts={}).rows == ()
    type(cast.a_number).objects.update(rings_when_closed=True)
    assert (
        replay([Call.objects.get(pk=taken.pk)], Draft([], MORNINGS, {taken.location_id: Week((), ())}), texts={}).rows
        == ()
    )


def test_longer_hours_ring_the_phones_first(cast: Cast) -> None:
    call = make_call(cast.a_number, hours_state="closed", miss_reason=MissReason.AFTER_HOURS)
    call.facts = {**call.facts, "hours": "closed", "reason": "after_hours"}
    cast.a_number.ring_targets.create(phone="+12125550199")
    assert brief(one(call, ranges=ALL_DAY)) == ("Text", RINGS, "hours")
    cast.a_number.ring_targets.all().delete()
    assert brief(one(_again(call), ranges=ALL_DAY)) == ("Text", "Text", "")


def _again(call: Call) -> Call:
    facts = call.facts
    fresh = Call.objects.select_related("number", "location__business").get(pk=call.pk)
    fresh.facts = facts
    return fresh


def test_who_was_held_back_stays_so(cast: Cast) -> None:
    guard = {"kind": "guard", "id": None, "name": "opted_out", "matched": True, "because": "the caller has opted out"}
    call = make_call(cast.a_number, outcome="no_text", decision="opted_out")
    call.trace = [*call.trace, guard]
    row = one(call)
    assert (brief(row), row.held_back) == (("No text", "No text", ""), "the caller has opted out")


def test_other_words_are_shown_as_each_caller_would_have_read_them(cast: Cast) -> None:
    make_rules(make_service(cast.a))  # something to book, or the link would be empty
    call = make_call(cast.a_number, lead=make_lead(cast.a, name="Maria Lopez"))
    draft = Script(pk=0, business=cast.a, kind="missed_call", language="en",
                   body="{business}: hi {caller_name}, book at {booking_link} {opt_out}")  # fmt: skip
    key = f"missedcall:{call.account_id}:{call.carrier_call_id}"
    (row,) = replay([call], Draft([], script=draft), texts={key: "Sorry we missed you."}).rows
    assert (row.change, row.text_was) == ("text", "Sorry we missed you.")
    assert row.text_would.startswith("Alder Plumbing: hi Maria, book at ")
    assert BookingLink.objects.count() == 0


def test_words_that_fit_no_call_change_nothing(cast: Cast) -> None:
    make_script(cast.a, kind="missed_call", number=cast.a_number)  # fits better than one for everywhere
    call = make_call(cast.a_number, lead=make_lead(cast.a))
    for kind, language in (("missed_call", "en"), ("web_form", "en"), ("missed_call", "es")):
        draft = Script(pk=0, business=cast.a, kind=kind, language=language, body="{business}: hi {opt_out}")
        assert brief(one(_again(call), script=draft)) == ("Text", "Text", "")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("8:00-17:00", [(time(8), time(17), False)]),
        ("08:00 - 12:00, 13:30 to 24:00", [(time(8), time(12), False), (time(13, 30), time(0), True)]),
        ("22:00-06:00", [(time(22), time(6), True)]),
        ("8-17", None),
        ("25:00-26:00", None),
        ("8:00-24:30", None),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, expected: list[tuple[time, time, bool]] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match=r"Write|There is no"):
            read_day(0, typed)
    else:
        assert [(each.opens, each.closes, each.next_day) for each in read_day(0, typed)] == expected


# ---------------------------------------------------------------- the page
REPLAY = "/admin/messaging/rule/replay/"


def typed(user: User, **changes: Any) -> dict[str, Any]:
    """What the page of `user` says, with `changes`, as it would be posted."""
    form = sign_in(user).get(REPLAY).context["form"]
    return {**{name: value for name, value in form.data.items() if value is not False}, **changes}


def test_the_page_tries_and_saves_nothing(cast: Cast) -> None:
    OpeningHours.objects.create(business=cast.a, weekday=2, opens=time(8), closes=time(17))
    rule = make_rule(cast.a, name="Nobody", outcome="no_text", script_kind="", is_active=False)
    now = clock.now()
    for hours in range(3):
        make_call(cast.a_number, lead=make_lead(cast.a), started_at=now - timedelta(hours=hours))
    make_call(cast.a_number, lead=make_lead(cast.a), started_at=now - timedelta(days=90))
    make_call(cast.b_number, started_at=now)
    client, before = sign_in(cast.ana), snapshot()
    page = client.get(REPLAY)
    assert (page.status_code, len(page.context["result"].rows), page.context["result"].changed) == (200, 3, ())
    assert page.context["form"]["day-2"].value() == "08:00-17:00"
    tried = client.post(REPLAY, typed(cast.ana, **{f"r-on-{rule.pk}": "on"}))
    assert tried.context["result"].moves == [("Text", "No text", 3)]
    assert "<strong>3 of 3 calls</strong>" in tried.content.decode()
    closed = {f"r-day-{day}": "" for day in range(7)}
    shut = client.post(
        REPLAY, typed(cast.ana, **closed, **{"r-tries_hours": "on", "r-body": "{business}: hm {opt_out}"})
    )
    assert shut.status_code == 200
    rule.refresh_from_db()
    assert (snapshot(), rule.is_active, Rule.objects.count(), Script.objects.count()) == (before, False, 1, 0)


def test_a_rule_is_tried_as_it_stands_on_its_page_and_goes_along(cast: Cast) -> None:
    make_call(cast.a_number, lead=make_lead(cast.a), started_at=clock.now())
    rule = {
        "name": "New",
        "position": 5,
        "outcome": "no_text",
        "script_kind": "",
        "delay_seconds": 0,
        "is_active": "on",
    }
    client, before = sign_in(cast.ana), snapshot()
    page = client.post(REPLAY, rule)
    assert page.context["result"].moves == [("Text", "No text", 1)]
    assert ("name", "New") in page.context["carried"]
    off = {name: value for name, value in page.context["form"].data.items() if name != "r-on-0" and value is not False}
    again = client.post(REPLAY, {**rule, **off})
    assert (again.context["result"].moves, snapshot()) == ([], before)
    assert client.post(REPLAY, {**rule, "outcome": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"r-last": "2020-01-01"}, "At most 60 days"),
        ({"r-body": "{nonsense}"}, "no such placeholder"),
        ({"r-tries_hours": "on", "r-day-0": "8-17"}, "Write 8:00-17:00"),
        ({"r-tries_hours": "on", "r-day-0": "8:00-12:00, 11:00-13:00"}, "overlap"),
    ],
)
def test_what_cannot_be_tried_is_said(cast: Cast, changes: dict[str, str], said: str) -> None:
    answer = sign_in(cast.ana).post(REPLAY, typed(cast.ana, **changes))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_strangers_and_who_has_other_locations(cast: Cast) -> None:
    make_call(cast.a_number, lead=make_lead(cast.a), started_at=clock.now())
    far = make_location(cast.a, "Far")
    make_number(far)
    dee = make_user("dee", is_staff=True)
    make_member(cast.a, dee, Role.MANAGER).locations.add(far)
    assert len(sign_in(dee).get(REPLAY).context["result"].rows) == 0
    assert len(sign_in(cast.ana).get(REPLAY).context["result"].rows) == 1
    assert sign_in(cast.cleo).post(REPLAY, typed(cast.cleo, **{"r-location": cast.a_location.pk})).status_code == 422
    assert sign_in(cast.ben).get(REPLAY).status_code in (403, 404)
    assert sign_in(cast.cleo).get(f"{REPLAY}?business={cast.a.pk}").status_code == 404
