"""A conversation that does not happen: it goes as a real one would, and leaves nothing behind."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import override_settings

from leads.models import Lead
from messaging.agent.reading import draft_knowledge
from messaging.agent.rehearsal import Memory, RehearsalWords, Rehearsed, read_memory, rehearse
from messaging.agent.situation import CallWindow, LeadFacts, Offer, Said, State, Visit
from messaging.enums import Driver, ScriptKind
from messaging.models import ModelPrice
from scheduling.models import BookingLink
from tests.factories import NOON, make_script
from tests.fakes.messages_api import API_KEY, MODEL, MessagesApi, says
from tests.messaging.agent.stage import Stage, make_stage, rows_written


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


def say(stage: Stage, memory: Memory, text: str, **values: object) -> Rehearsed:
    return rehearse(
        stage.number, stage.robot, draft_knowledge(stage.cast.a), memory, text, now=NOON, **values  # type: ignore[arg-type]
    )  # fmt: skip


FULL = Memory(
    language="es",
    lead=LeadFacts(name="Maria", service_id=3, answers={"How old is it?": "10 years"}),
    state=State(asked="choice", skipped=("name",), wish={"first": "2026-06-18"}),
    offers=(Offer("k", 1, 3, 4, None, NOON, NOON + timedelta(hours=1), is_held=True),),
    windows=(CallWindow(1, NOON, NOON + timedelta(hours=1), "today"),),
    visits=(Visit("v", "Drain cleaning", NOON, "Thu", needs_address=True),),
    said=(Said("customer", "hola", NOON), Said("robot", "Hola", NOON)),
    handed_off="Asked for a person",
    unanswered=("kites?",),
    is_opted_out=True,
    is_paused=True,
    is_urgent=True,
    dangers=("gas",),
    spent_micros=1200,
)


def test_what_it_remembers_survives_the_page() -> None:
    assert read_memory(json.loads(json.dumps(FULL.to_json()))) == FULL
    assert read_memory({}) == Memory()


@pytest.mark.parametrize("name", ["said", "is_opted_out", "spent_micros"])
def test_what_another_version_kept_is_forgotten(name: str) -> None:
    data = FULL.to_json()
    del data[name]
    assert read_memory(data) == Memory()
    assert read_memory(FULL.to_json() | {"lead": {"shoe_size": 44}}) == Memory()


def test_it_books_what_was_offered_and_nothing_is_written(stage: Stage) -> None:
    before = rows_written()
    asked = say(stage, Memory(), "my drain is clogged")
    assert [offer.number for offer in asked.memory.offers] == [1, 2]
    booked = say(stage, asked.memory, "1")
    assert booked.answer is not None
    assert [row.name for row in booked.answer.desk.done] == ["book"]
    (visit,) = booked.memory.visits
    assert (visit.service, visit.starts_at) == ("Drain cleaning", asked.memory.offers[0].starts_at)
    assert booked.told == (f"[Confirmation text: Drain cleaning, {visit.words}]",)
    assert booked.memory.offers == ()
    assert rows_written() == before


def test_after_a_hand_off_there_is_no_turn(stage: Stage) -> None:
    handed = say(stage, Memory(), "let me talk to a real person")
    assert handed.memory.handed_off != ""
    after = say(stage, handed.memory, "hello?")
    assert (after.answer, after.told, len(after.memory.said)) == (None, (), len(handed.memory.said) + 1)


def test_what_nothing_answers_is_remembered_and_no_row(stage: Stage) -> None:
    before = rows_written()
    found = say(stage, Memory(), "what color are your vans?")
    assert found.memory.unanswered == ("what color are your vans?",)
    assert rows_written() == before


def test_where_people_approve_nothing_is_booked(stage: Stage) -> None:
    asked = say(stage, Memory(), "my drain is clogged")
    found = say(stage, asked.memory, "1", may_act=False)
    assert found.memory.visits == ()
    assert found.answer is not None
    assert [row.is_refused for row in found.answer.desk.done if row.name == "book"] == [True]


def test_a_service_of_another_business_has_no_times(stage: Stage) -> None:
    knowledge = draft_knowledge(stage.cast.a)
    strange = stage.cast.b.services.create(name="Root canal")
    stolen = replace(knowledge.services[0], id=strange.pk)
    found = rehearse(
        stage.number, stage.robot, replace(knowledge, services=(stolen,)), Memory(), "my drain is clogged", now=NOON
    )
    assert found.memory.offers == ()


def test_a_link_to_book_is_an_example_and_no_row(stage: Stage) -> None:
    make_script(stage.cast.a, kind=ScriptKind.NO_TIMES, body="Hi {caller_name}, look here: {booking_link}")
    text = RehearsalWords(stage.number, "en", NOON, name="Maria Lopez")(ScriptKind.NO_TIMES)
    assert text.startswith("Hi Maria, look here:")
    assert (BookingLink.objects.count(), Lead.objects.count()) == (0, 0)


def test_hours_are_told_although_wording_has_a_word_of_that_name(stage: Stage) -> None:
    found = say(stage, Memory(), "what are your hours?")
    assert found.answer is not None
    assert "9 AM" in found.answer.text


# ---------------------------------------------------------------- Claude
@pytest.fixture
def with_claude(messages_api: MessagesApi) -> object:
    with override_settings(ANTHROPIC_API_KEY=API_KEY, ANTHROPIC_BASE_URL=messages_api.url, ANTHROPIC_MODEL=MODEL):
        yield messages_api


def test_without_a_key_the_rules_answer(stage: Stage) -> None:
    found = say(stage, Memory(), "are you insured?", driver=Driver.MODEL)
    assert found.answer is not None
    assert (found.answer.driver, found.answer.usage.calls) == (Driver.RULES, 0)


def test_claude_answers_and_says_what_it_used(stage: Stage, with_claude: MessagesApi) -> None:
    with_claude.script(says("Yes, we are licensed and insured."))
    found = say(stage, Memory(), "are you insured?", driver=Driver.MODEL)
    assert found.answer is not None
    assert (found.answer.text, found.answer.driver, found.answer.usage.calls) == (
        "Yes, we are licensed and insured.", Driver.MODEL, 1,
    )  # fmt: skip


def test_what_a_failed_claude_cost_is_not_forgotten(stage: Stage, with_claude: MessagesApi) -> None:
    ModelPrice.objects.get_or_create(
        model=MODEL, defaults=dict.fromkeys(("input_micros", "output_micros", "cache_write_micros"), 1_000_000)
        | {"cache_read_micros": 100_000},
    )  # fmt: skip
    with_claude.script(says("It costs $5."), says("It still costs $5."))
    found = say(stage, Memory(), "are you insured?", driver=Driver.MODEL)
    assert found.answer is not None
    assert "Claude failed" in found.answer.summary
    assert found.answer.text.startswith("Yes, we are licensed and insured. A person at Alder Plumbing")
    assert (found.answer.usage.calls, found.answer.model) == (2, MODEL)
