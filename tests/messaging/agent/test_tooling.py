"""What the model is told about a tool, and what reaches the function of all that a model can send."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import Urgency
from messaging.agent.claude.tooling import Tool, ToolRefused, as_tool


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


def save(
    *,
    name: Annotated[str, "as the customer wrote it"],
    people: int,
    is_new: bool,
    part: Literal["morning", "afternoon"],
    size: Size,
    rooms: list[str],
    urgency: Annotated[Urgency | None, "null if they did not say"],
    note: Annotated[str, "anything else"] | None = "none",
    limit: int = 3,
) -> str:
    """Save what the customer told us,
    and nothing else.

    Not for the model: this paragraph is for us.
    """
    return repr((name, people, is_new, part, size, rooms, urgency, note, limit))


GOOD: dict[str, Any] = {
    "name": "Ana", "people": 2, "is_new": True, "part": "morning", "size": "large", "rooms": ["bath", "attic"],
    "urgency": None, "note": None, "limit": None,
}  # fmt: skip


def refusal(arguments: object, tool: Tool | None = None) -> str:
    with pytest.raises(ToolRefused) as refused:
        (tool or as_tool(save)).call(arguments)
    assert refused.value.message == str(refused.value)
    return refused.value.message


def test_the_schema_is_strict_and_whole() -> None:
    assert as_tool(save).schema() == {
        "name": "save",
        "description": "Save what the customer told us, and nothing else.",
        "strict": True,
        "input_schema": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": "as the customer wrote it"},
                "people": {"type": "integer"},
                "is_new": {"type": "boolean"},
                "part": {"type": "string", "enum": ["morning", "afternoon"]},
                "size": {"type": "string", "enum": ["small", "large"]},
                "rooms": {"type": "array", "items": {"type": "string"}},
                "urgency": {
                    "anyOf": [{"type": "string", "enum": Urgency.values}, {"type": "null"}],
                    "description": "null if they did not say",
                },
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "anything else"},
                "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            },
            "required": ["name", "people", "is_new", "part", "size", "rooms", "urgency", "note", "limit"],
            "additionalProperties": False,
        },
    }


def test_a_call_reaches_the_function_in_its_own_types() -> None:
    seen: list[object] = []

    def keep(*, size: Size, urgency: Urgency | None, rooms: list[str]) -> str:
        """Keep it."""
        seen.extend((type(size), type(urgency), rooms))
        return "Kept."

    assert as_tool(keep).call({"size": "small", "urgency": "urgent", "rooms": []}) == "Kept."
    assert seen == [Size, Urgency, []]


def test_null_is_the_default_where_there_is_one_and_none_where_not() -> None:
    expected = repr(("Ana", 2, True, "morning", Size.LARGE, ["bath", "attic"], None, "none", 3))
    assert as_tool(save).call(GOOD) == expected
    # What may be null may be left out: refusing would cost a call and tell the model nothing.
    left_out = {name: value for name, value in GOOD.items() if value is not None}
    assert as_tool(save).call(left_out) == expected


def test_a_method_is_a_tool_without_its_self() -> None:
    class Desk:
        def find(self, *, day: str) -> str:
            """Find a day."""
            return f"{day} on {type(self).__name__}"

    tool = as_tool(Desk().find)
    assert [parameter.name for parameter in tool.parameters] == ["day"]
    assert tool.call({"day": "Monday"}) == "Monday on Desk"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 5}, "name must be a text."),
        ({"name": None}, "name must be a text."),
        ({"name": "x" * 501}, "name must not be longer than 500 characters."),
        ({"name": "a\0b"}, "name holds a character that cannot be stored."),
        ({"name": "\ud83d"}, "name holds a character that cannot be stored."),
        ({"people": "2"}, "people must be a whole number."),
        ({"people": 2.0}, "people must be a whole number."),
        ({"people": True}, "people must be a whole number."),
        ({"people": None}, "people must be a whole number."),
        ({"is_new": 1}, "is_new must be true or false."),
        ({"part": "evening"}, "part must be one of: morning, afternoon."),
        ({"part": ["morning"]}, "part must be one of: morning, afternoon."),
        ({"size": "SMALL"}, "size must be one of: small, large."),
        ({"rooms": "bath"}, "rooms must be a list of texts."),
        ({"rooms": ["bath", 2]}, "rooms must hold texts."),
        ({"rooms": ["x" * 501]}, "rooms must not be longer than 500 characters."),
        ({"rooms": ["x"] * 21}, "rooms must not hold more than 20 texts."),
        ({"urgency": "soon"}, f"urgency must be one of: {', '.join(Urgency.values)}."),
        ({"note": 1}, "note must be a text."),
        ({"limit": "3"}, "limit must be a whole number."),
        ({"price": 5, "color": "red"}, "save takes no color, price."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(change: dict[str, object], message: str) -> None:
    assert refusal({**GOOD, **change}) == message


@pytest.mark.parametrize("name", ["name", "people", "is_new", "part", "size", "rooms"])
def test_what_is_missing_is_refused(name: str) -> None:
    assert refusal({key: value for key, value in GOOD.items() if key != name}) == f"{name} is missing."


@pytest.mark.parametrize("arguments", [None, "", "{}", [], 3])
def test_arguments_are_an_object(arguments: object) -> None:
    assert refusal(arguments) == "The arguments of save must be an object."


def test_the_longest_text_and_list_fit() -> None:
    assert as_tool(save).call({**GOOD, "name": "x" * 500, "rooms": ["y"] * 20})


def test_what_the_function_refuses_and_what_breaks_pass_through() -> None:
    def book(*, slot: str) -> str:
        """Book it."""
        if slot == "A":
            raise ToolRefused("Slot A was never offered.")
        raise LookupError(slot)

    assert refusal({"slot": "A"}, as_tool(book)) == "Slot A was never offered."
    with pytest.raises(LookupError):
        as_tool(book).call({"slot": "B"})


def test_nothing_runs_when_one_argument_does_not_fit() -> None:
    ran: list[str] = []

    def book(*, slot: str, people: int) -> str:
        """Book it."""
        ran.append(slot)
        return "Booked."

    refusal({"slot": "A", "people": "two"}, as_tool(book))
    assert ran == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def outcome(arguments: object) -> str:
    try:
        return as_tool(save).call(arguments)
    except ToolRefused as refused:
        return refused.message


@given(st.dictionaries(st.sampled_from(sorted(GOOD)) | st.text(), json_values) | json_values)
def test_any_arguments_are_taken_or_refused_in_few_words(arguments: object) -> None:
    assert 0 < len(outcome(arguments)) < 400


def no_docstring(*, day: str) -> str:
    return day


def returns_nothing(*, day: str) -> None:
    """Go."""


def no_type(*, day) -> str:  # type: ignore[no-untyped-def]
    """Go."""
    return str(day)


def takes_any_number(*days: str) -> str:
    """Go."""
    return str(days)


def takes_any_name(**days: str) -> str:
    """Go."""
    return str(days)


def takes_place(day: str, /) -> str:
    """Go."""
    return day


def two_types(*, day: str | int) -> str:
    """Go."""
    return str(day)


def odd_type(*, day: float) -> str:
    """Go."""
    return str(day)


def numbers_to_choose(*, day: Literal[1, 2]) -> str:
    """Go."""
    return str(day)


def Shouted(*, day: str) -> str:
    """Go."""
    return day


@pytest.mark.parametrize(
    "function",
    [
        no_docstring, returns_nothing, no_type, takes_any_number, takes_any_name, takes_place, two_types, odd_type,
        numbers_to_choose, Shouted,
    ],
)  # fmt: skip
def test_a_function_of_another_shape_is_a_defect(function: Callable[..., str]) -> None:
    with pytest.raises(TypeError):
        as_tool(function)
