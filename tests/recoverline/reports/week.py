"""A business of two locations in two zones, and the week of March 2 to 8, 2026, in which the clocks were set.

Written so that each figure can be counted by hand; the tests name what they expect as numbers.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leads.models import Business, Lead, Location
from messaging.models import Call, Conversation, Message, PhoneNumber
from recoverline.reports.periods import Period
from tests.factories import (
    make_appointment,
    make_business,
    make_call,
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_message,
    make_number,
    make_request,
    make_service,
    make_turn,
    make_user,
)

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
WEEK = Period(date(2026, 3, 2), date(2026, 3, 8), NEW_YORK)
OWN_PHONE = "+12125550999"


@dataclass(frozen=True, slots=True)
class Week:
    business: Business
    main: Location
    west: Location
    calls: dict[str, Call]


def at(local: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    """ "3 23:30" is March 3, 2026, at half past eleven in the evening there."""
    day, clock = local.split()
    month, number = (2, day[1:]) if day.startswith("f") else (3, day)
    hour, minute = clock.split(":")
    return datetime(2026, month, int(number), int(hour), int(minute), tzinfo=zone).astimezone(UTC)


def make_week() -> Week:
    business = make_business(
        "Alder", time_zone="America/New_York", average_job_cents=25_000, subscription_cents=4_900,
        segment_micros=8_000, call_minute_micros=10_000,
    )  # fmt: skip
    main = make_location(business, "Main", slug="main")
    west = make_location(business, "West", slug="west", time_zone="America/Los_Angeles")
    make_member(business, make_user("ana"), phone=OWN_PHONE)
    here, there = make_number(main, source="ads"), make_number(west, source="website")
    service = make_service(business, "Drain", duration_minutes=60)
    calls: dict[str, Call] = {}

    # Kept and paid: booked on the page, a second visit of the same request counts no second time.
    one = talk(here, "2 09:00", lasts=20, after=4, answers=True, segments=2)
    calls["m1"] = one.call
    request = ask(one, service=service, place="Camden", status="won", value_cents=30_000)
    book(one, service, main, "2 09:30", booked_by="page", request=request, status="completed")
    book(one, service, main, "2 09:40", booked_by="staff", request=request)
    # Half an hour before midnight, which is the next day in UTC.
    two = talk(here, "2 23:30", lasts=61, after=30, answers=True, status="sent")
    calls["m2"] = two.call
    book(two, service, main, "3 10:00", request=ask(two, need="Leak", urgency="urgent"))
    # Half an hour before the week is over, by the clocks of summer.
    calls["m3"] = talk(here, "8 23:30", after=90).call
    # Before and after the hour that this Sunday did not have.
    calls["m4"] = talk(here, "8 01:30", after=10, answers=True).call
    five = talk(here, "8 03:30")
    calls["m5"] = five.call
    book(five, service, main, "8 12:00")
    calls["m6"] = talk(here, "9 00:10", after=3).call
    calls["m7"] = talk(here, "1 23:50").call
    calls["hidden"] = make_call(here, caller="", started_at=at("4 15:00"), ended_at=at("4 15:00"))
    # Rang twice: one text, and the visit is put down to the second call. It was canceled.
    first = talk(here, "3 10:00", after=6, answers=True)
    ask(first, need="Smell")
    calls["x1"] = first.call
    calls["x2"] = make_call(
        here, caller=first.lead.phone, lead=first.lead, conversation=first.conversation, started_at=at("3 10:01"),
        ended_at=at("3 10:01"), outcome="no_text", decision="cooldown",
    )  # fmt: skip
    book(first, service, main, "3 10:20", booked_by="robot", status="canceled")
    # Rang again and was answered before they booked.
    again = talk(here, "4 12:00", after=8, answers=True)
    calls["m12"] = again.call
    answer(here, "4 12:10", caller=again.lead.phone)
    book(again, service, main, "4 12:15", request=ask(again, service=service, urgency="routine"))
    # Won without a visit in our books.
    won = talk(here, "5 08:00", after=5, answers=True)
    calls["m13"] = won.call
    ask(won, need="Roof", place="10001", status="won", value_cents=100_000, closed_at=at("7 16:00"))
    # The other coast: half past ten in the evening there, and an hour that is next week in New York only.
    calls["w1"] = talk(there, "2 22:30", LOS_ANGELES, after=2, status="failed").call
    calls["w2"] = talk(there, "8 22:00", LOS_ANGELES, after=5).call

    answer(here, "2 10:00", lasts=600)
    answer(here, "5 11:00")
    answer(there, "6 09:00")
    answer(here, "9 00:01")
    _nobodys(here, one.conversation)
    return Week(business, main, west, calls)


@dataclass(frozen=True, slots=True)
class Talk:
    call: Call
    conversation: Conversation

    @property
    def lead(self) -> Any:
        return self.conversation.lead


def talk(
    number: PhoneNumber, local: str, zone: ZoneInfo = NEW_YORK, *, lasts: int = 0, after: float | None = None,
    answers: bool = False, status: str = "delivered", segments: int = 1, by: Lead | None = None, **values: Any,
) -> Talk:  # fmt: skip
    """A missed call of a new caller, or of `by`; `after`: seconds from its end to its text, None without one;
    `answers`: 2 minutes later.
    """
    moment = at(local, zone)
    simulated = values.get("is_simulated", False)
    lead = by or make_lead(number.business, created_at=moment, is_simulated=simulated)
    conversation = Conversation.objects.filter(lead=lead, number=number).first() or make_conversation(
        lead, number, last_at=moment, opened_at=moment, is_simulated=simulated
    )
    end = moment + timedelta(seconds=lasts)
    told = {} if after is not None else {"outcome": "no_text", "decision": "landline"}
    call = make_call(
        number, caller=lead.phone, lead=lead, conversation=conversation, started_at=moment, ended_at=end,
        **{**told, **values},
    )  # fmt: skip
    if after is not None:
        left = end + timedelta(seconds=after)
        make_message(
            conversation, created_at=moment, sent_at=left, status=status, segments=segments, is_simulated=simulated,
            idem_key=f"missedcall:{call.account_id}:{call.carrier_call_id}",
        )  # fmt: skip
        if answers:
            say(conversation, left + timedelta(minutes=2))
    return Talk(call, conversation)


def say(conversation: Conversation, moment: datetime) -> Message:
    """The customer writes."""
    return make_message(conversation, created_at=moment, direction="in", kind="inbound", status="received", segments=1)


def ask(said: Talk, **values: Any) -> Any:
    """What they want, as it is known by now."""
    request = make_request(said.lead, said.call.location, **values)
    said.conversation.request = request
    said.conversation.save()
    return request


def book(said: Talk, service: Any, location: Location, local: str, **values: Any) -> None:
    moment = at(local)
    make_appointment(
        service, location, lead=said.lead, booked_at=moment, created_at=moment,
        starts_at=moment + timedelta(days=1), **values,
    )  # fmt: skip


def answer(number: PhoneNumber, local: str, *, lasts: int = 0, **values: Any) -> Call:
    moment = at(local)
    return make_call(
        number, state="answered", miss_reason="", outcome="", decision="", started_at=moment,
        ended_at=moment + timedelta(seconds=lasts), **values,
    )  # fmt: skip


def _nobodys(number: PhoneNumber, conversation: Conversation) -> None:
    """What is no customer's, or not of this week; and what the robot said."""
    talk(number, "4 09:00", after=1, answers=True, is_simulated=True, segments=5)
    make_call(number, caller=OWN_PHONE, decision="staff", outcome="no_text", started_at=at("4 09:00"))
    answer(number, "4 09:05", caller=OWN_PHONE)
    team = make_lead(number.business, is_team=True)
    line = make_conversation(team, number, is_team=True)
    make_message(line, kind="alert", created_at=at("4 10:00"), segments=1)
    said = make_message(conversation, kind="robot", created_at=at("2 09:03"), segments=3)
    make_turn(said, started_at=at("2 09:02"), finished_at=at("2 09:03"), cost_micros=52_000, status="sent")
    late = make_message(conversation, kind="robot", created_at=at("9 00:20"), segments=3)
    make_turn(late, started_at=at("9 00:20"), cost_micros=1_000, status="sent")
