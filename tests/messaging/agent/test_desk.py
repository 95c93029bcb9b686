"""What the desk lets a driver do, and what it does not, whoever the driver is."""

from dataclasses import replace
from typing import Any

import pytest

from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.claude.tools import Toolbox
from messaging.agent.desk import Desk, Overtaken, TimesWanted
from messaging.agent.guards.check import Act
from messaging.agent.situation import LeadFacts, Offer, Said, State, Visit
from messaging.enums import AgentMode, Intent
from tests.messaging.agent.books import DRAIN, HEATER, NOW, STARTS, Customer, MemoryBooks

VISIT = Visit("visit-1", "Drain cleaning", STARTS[0], "Mon, Nov 23 at 8 AM")


def desk_for(*texts: str, offered: int = 0, is_held: bool = False, **changes: Any) -> Desk:
    """A desk for a burst, after `offered` times were offered in an earlier turn."""
    customer = Customer()
    situation = customer.situation(*texts)
    situation = replace(situation, lead=LeadFacts(service_id=DRAIN, place="Tempe"), **changes)
    books = customer.books
    if offered:
        found = books.find(DRAIN, None, TimesWanted(), count=offered, visit_key="")
        situation = replace(situation, offers=tuple(replace(row, is_held=is_held) for row in books.offer(found)))
        books.offered[:] = situation.offers
    return Desk(situation, books)


def books_of(desk: Desk) -> MemoryBooks:
    assert isinstance(desk.books, MemoryBooks)
    return desk.books


def why(desk: Desk, act: str, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(ToolRefused) as refused:
        getattr(desk, act)(*args, **kwargs)
    return refused.value.message


@pytest.mark.parametrize("text", ["2", "the second one", "Monday at 10"])
def test_what_was_offered_and_chosen_is_booked(text: str) -> None:
    desk = desk_for(text, offered=2)
    desk.book(2)
    assert [row.number for row in books_of(desk).booked] == [2]
    assert (desk.acts, desk.is_told, desk.booked) == ({Act.BOOKED}, True, desk.situation.offers[1])


@pytest.mark.parametrize("text", ["hello", "1", "not 2", "2?", "maybe"])
def test_what_was_not_chosen_is_not_booked(text: str) -> None:
    desk = desk_for(text, offered=2)
    assert why(desk, "book", 2) == "The customer has not agreed to this time in their last text. Ask them."
    assert (books_of(desk).booked, desk.acts, desk.done[-1].is_refused) == ([], set(), True)


def test_what_was_found_in_this_turn_was_not_offered_yet() -> None:
    desk = desk_for("1")
    assert len(desk.find_times(DRAIN, TimesWanted())) == 2
    assert why(desk, "book", 1) == "This time was not offered. Offer times first."


@pytest.mark.parametrize(
    ("text", "is_booked"), [("12 Elm St", True), ("no", False), ("2", False), ("cancel it", False)]
)
def test_what_is_held_needs_no_second_yes_but_yields_to_a_no(text: str, is_booked: bool) -> None:
    desk = desk_for(text, offered=2, is_held=True)
    if is_booked:
        desk.book(1)
    else:
        why(desk, "book", 1)
    assert bool(books_of(desk).booked) is is_booked


@pytest.mark.parametrize(
    ("text", "last", "is_canceled"),
    [
        ("please cancel my appointment", "", True),
        ("yes", "Shall I cancel your appointment?", True),
        ("yes", "Shall I note that?", False),
        ("no", "Shall I cancel your appointment?", False),
        ("I don't want to cancel", "", False),
        ("hello", "", False),
    ],
)
def test_only_what_they_ask_to_cancel_is_canceled(text: str, last: str, is_canceled: bool) -> None:
    history = (Said("robot", last, NOW),) if last else ()
    desk = desk_for(text, visits=(VISIT,), history=history)
    if is_canceled:
        desk.cancel("visit-1")
    else:
        assert why(desk, "cancel", "visit-1") == "The customer has not asked to cancel in their last text."
    assert books_of(desk).canceled == (["visit-1"] if is_canceled else [])


def test_nobody_elses_appointment_is_canceled() -> None:
    desk = desk_for("please cancel my appointment", visits=(VISIT,))
    assert why(desk, "cancel", "visit-2") == "There is no such appointment of this customer."


@pytest.mark.parametrize(("text", "number", "is_arranged"), [("1", 1, True), ("2", 1, False), ("hm", 1, False)])
def test_a_call_is_arranged_at_the_time_they_chose(text: str, number: int, is_arranged: bool) -> None:
    desk = desk_for(text, windows=Customer().books.windows())
    if is_arranged:
        desk.arrange_call(number)
    else:
        assert why(desk, "arrange_call", number) == "The customer has not agreed to this time. Ask them."
    assert (len(books_of(desk).calls), desk.is_told) == (int(is_arranged), is_arranged)


def test_a_call_as_soon_as_possible_is_not_told_by_the_system() -> None:
    desk = desk_for("call me")
    desk.arrange_call(None)
    assert (books_of(desk).calls, desk.acts, desk.is_told) == ([None], {Act.CALLBACK}, False)


@pytest.mark.parametrize("act", ["book", "hold", "cancel", "arrange_call"])
def test_where_a_person_approves_nothing_is_done(act: str) -> None:
    desk = desk_for("1, and please cancel my appointment" if act == "cancel" else "1", offered=2, visits=(VISIT,))
    desk.situation = replace(desk.situation, may_act=False)
    argument = {"cancel": "visit-1", "arrange_call": None}.get(act, 1)
    assert why(desk, act, argument) == "A person approves each answer here: hand this over, do not do it."
    assert (books_of(desk).booked, books_of(desk).canceled, books_of(desk).calls) == ([], [], [])


@pytest.mark.parametrize(
    ("text", "is_booked"),
    [("2", False), ("the second one", False), ("Monday at 10", True), ("yes, mon at 10", True)],
)
def test_after_another_text_of_ours_a_time_must_be_named(text: str, is_booked: bool) -> None:
    desk = desk_for(text, offered=2, is_list_last=False)
    if is_booked:
        desk.book(2)
    else:
        assert why(desk, "book", 2) == "The customer has not agreed to this time in their last text. Ask them."
    assert bool(books_of(desk).booked) is is_booked


def test_a_number_is_of_the_list_that_came_last() -> None:
    desk = desk_for("1", offered=2, windows=Customer().books.windows())
    why(desk, "book", 1)
    desk.arrange_call(1)
    late = desk_for("1", windows=Customer().books.windows(), is_list_last=False)
    assert why(late, "arrange_call", 1) == "The customer has not agreed to this time. Ask them."


@pytest.mark.parametrize("mode", [AgentMode.DRAFT, AgentMode.OFF])
@pytest.mark.parametrize(
    ("act", "intent", "text"),
    [
        ("book", Intent.BOOKING, "1"), ("hold", Intent.BOOKING, "1"),
        ("cancel", Intent.CANCEL, "please cancel my appointment"), ("arrange_call", Intent.CALL_ME, "call me"),
    ],
)  # fmt: skip
def test_what_is_left_to_people_is_not_done_whatever_the_text_is_about(
    act: str, intent: Intent, text: str, mode: AgentMode
) -> None:
    desk = desk_for(text, offered=2, visits=(VISIT,), modes={intent: mode})
    argument = {"cancel": "visit-1", "arrange_call": None}.get(act, 1)
    assert why(desk, act, argument) == "A person approves each answer here: hand this over, do not do it."
    assert (books_of(desk).booked, books_of(desk).canceled, books_of(desk).calls) == ([], [], [])


def test_a_visit_is_moved_by_what_holds_for_moving() -> None:
    modes = {Intent.RESCHEDULE: AgentMode.OFF}
    desk = desk_for("another day", visits=(VISIT,), modes=modes)
    assert why(desk, "find_times", DRAIN, TimesWanted(), visit_key="visit-1") == "People do this here: hand it over."
    assert len(desk.find_times(DRAIN, TimesWanted())) == 2
    assert desk.offered_for == {Intent.BOOKING}


def test_an_overtaken_turn_does_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_for("1", offered=2, visits=(VISIT,))
    monkeypatch.setattr(MemoryBooks, "is_overtaken", lambda self: True)
    acts: list[Any] = [
        lambda: desk.book(1), lambda: desk.hold(1), lambda: desk.save(name="Dana"), lambda: desk.hand_off("why"),
        lambda: desk.escalate("why"), lambda: desk.arrange_call(None), lambda: desk.find_times(DRAIN, TimesWanted()),
        lambda: desk.save_answer("q", "a"),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Overtaken):
            act()
    assert desk.acts == set()


def test_times_need_a_place_and_a_service_that_is_booked_by_text() -> None:
    desk = desk_for("hi")
    assert why(desk, "find_times", HEATER, TimesWanted()) == "This service is not booked by text."
    desk.situation = replace(desk.situation, lead=LeadFacts(service_id=DRAIN))
    assert why(desk, "find_times", DRAIN, TimesWanted()) == "First ask for the city or ZIP of the job."


def test_an_address_that_comes_after_the_booking_reaches_the_visit() -> None:
    desk = desk_for("12 Elm St", state=State(has_booked=True))
    desk.save(address="12 Elm St")
    assert (books_of(desk).address, desk.saved) == ("12 Elm St", {"address": "12 Elm St"})


def test_what_is_known_or_not_a_value_is_not_saved() -> None:
    desk = desk_for("hi")
    desk.save(place="Tempe", name="  ")
    assert (books_of(desk).saved, desk.acts) == ({}, set())
    assert why(desk, "save", kind="vip") == "kind or urgency has a value that does not exist."


def test_a_driver_that_goes_on_after_another_knows_what_that_did() -> None:
    first = desk_for("1", offered=2)
    first.book(1)
    second = Desk(first.situation, first.books)
    second.continue_from(first)
    assert (second.acts, [row.name for row in second.done]) == ({Act.BOOKED}, ["book"])


# ---------------------------------------------------------------- the tools above it
def test_strict_tools_have_at_most_sixteen_optional_parameters() -> None:
    schemas = [tool.schema() for tool in Toolbox(desk_for("hi")).all()]
    optional = [
        name
        for schema in schemas
        for name, kind in schema["input_schema"]["properties"].items()  # type: ignore[index]
        if "null" in str(kind)
    ]
    assert len(optional) <= 16
    assert len({str(schema["name"]) for schema in schemas}) == len(schemas)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("find_slots", {"service": "Kite repair"}),
        ("find_slots", {"service": "Drain cleaning", "first_day": "tomorrow"}),
        ("find_slots", {"service": "Drain cleaning", "not_before": "8ish"}),
        ("find_slots", {"service": "Drain cleaning", "first_day": "2026-11-24", "last_day": "2026-11-23"}),
        ("cancel_appointment", {}),
    ],
)
def test_what_a_tool_cannot_read_it_refuses_in_words(name: str, arguments: dict[str, Any]) -> None:
    tool = next(tool for tool in Toolbox(desk_for("hi")).all() if tool.name == name)
    full = {parameter.name: arguments.get(parameter.name, False if parameter.name == "moves_appointment" else None)
            for parameter in tool.parameters}  # fmt: skip
    with pytest.raises(ToolRefused) as refused:
        tool.call(full)
    assert refused.value.message


def test_a_last_day_alone_begins_today_and_a_zone_is_no_error() -> None:
    desk = desk_for("hi")
    Toolbox(desk).find_slots(service="drain cleaning", last_day="2026-11-24", not_before="08:00Z")
    (wanted,) = books_of(desk).searched
    assert (str(wanted.first), str(wanted.last), str(wanted.starts)) == ("2026-11-21", "2026-11-24", "08:00:00")


def test_an_offer_in_words_has_its_number() -> None:
    desk = desk_for("hi", offered=1)
    offer: Offer = desk.situation.offers[0]
    assert desk.offer_words(offer) == "1) Mon, Nov 23 between 8 and 10 AM"
