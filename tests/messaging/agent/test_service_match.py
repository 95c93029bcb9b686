import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.knowledge import ServiceFact
from messaging.agent.flow.service_match import likely_service, needs_in, services_in, surely_in

DIAGNOSIS = ServiceFact(1, "AC or furnace diagnosis", ("AC out", "no heat", "not cooling", "aire no enfria"))
REPAIR = ServiceFact(2, "AC repair")
DRAIN = ServiceFact(3, "Drain cleaning", ("clogged toilet", "drenaje tapado"))
LEAK = ServiceFact(4, "Leak repair", description="A dripping pipe, faucet or valve.")
HEATER = ServiceFact(5, "Water heater replacement")
SERVICES = (DIAGNOSIS, REPAIR, DRAIN, LEAK, HEATER)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("AC is out", [DIAGNOSIS]), ("my AC went out", [DIAGNOSIS]), ("the house has no heat!!", [DIAGNOSIS])),
        *(("el aire no me enfría", [DIAGNOSIS]), ("se me tapó el drenaje", [DRAIN]), ("my toilet is cloged", [DRAIN])),
        *(("a drain", [DRAIN]), ("Drains, two of them", [DRAIN]), ("water heater is dead", [HEATER])),
        *(("a leak in my water line", [LEAK]), ("leaks everywhere", [LEAK])),
        # What several have in their names leaves it open.
        ("something with the AC", [DIAGNOSIS, REPAIR]),
        ("drain cleaning and leak repair", [DRAIN, LEAK]),
        # A word that every trade has names nothing.
        *(("carpet cleaning", []), ("can I get a service call", []), ("hello", []), ("", []), ("👍", [])),
        # What is ruled out, and what is corrected.
        ("I don't need drain cleaning, I need leak repair", [LEAK]),
        ("not the AC, the water heater", [HEATER]),
        ("no necesito drenaje, es el water heater", [HEATER]),
        ("drain cleaning, actually leak repair", [LEAK]),
        ("leak repair. Sorry, I mean drain cleaning", [DRAIN]),
    ],
)
def test_the_service_that_is_meant(text: str, found: list[ServiceFact]) -> None:
    assert list(services_in(SERVICES, text)) == found


def test_words_far_apart_are_no_phrase() -> None:
    far = "no idea who to ask about this but somebody told me you may know something about heat"
    assert services_in((DIAGNOSIS,), far) == ()


def test_a_likely_service_is_near_in_wording() -> None:
    assert likely_service(SERVICES, "a pipe is dripping from a valve") == LEAK
    assert likely_service(SERVICES, "what is the meaning of life") is None
    assert likely_service((), "drain") is None


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert set(services_in(SERVICES, text)) <= set(SERVICES)
    assert likely_service(SERVICES, text) in (*SERVICES, None)


HAIR = (
    ServiceFact(11, "Haircut and style", ("hair cut", "trim")),
    ServiceFact(12, "Color or highlights", ("hair color", "dye my hair")),
    ServiceFact(13, "Laser hair removal", ("laser",)),
    ServiceFact(14, "Brake pads and rotors", ("brakes",)),
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a trim and dye my hair", (11, 12)),
        ("laser, also brakes", (13, 14)),
        ("quiero laser y trim", (13, 11)),
        ("brake pads and rotors", ()),
        ("a trim", ()),
        ("a trim, actually laser", ()),
        ("i hate my hair and you", ()),
    ],
)
def test_two_needs_beside_each_other(text: str, names: tuple[int, ...]) -> None:
    assert tuple(row.id for row in needs_in(HAIR, text)) == names


def test_a_word_that_others_use_as_well_names_nobody_for_sure() -> None:
    assert surely_in(HAIR, "do you do hair extensions") == ()
    assert [row.id for row in surely_in(HAIR, "laser on my legs")] == [13]


@pytest.mark.parametrize("text", ["trimmed", "trimming", "trims"])
def test_the_ending_of_a_word_does_not_matter(text: str) -> None:
    assert [row.id for row in services_in(HAIR, text)] == [11]
