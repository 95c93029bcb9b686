import pytest

from leads.safety_texts import objections_to

UNKNOWN = "“{0}” would not be filled in: use {{business}} and {{phone}}, and nothing else in braces."


@pytest.mark.parametrize("text", ["Leave.", "{business}: leave, then call {phone}.", "x" * 306, "Salga ya, señor."])
def test_what_can_be_sent_as_it_stands(text: str) -> None:
    assert objections_to(text) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hi {caller_name}", ["{caller_name}"]),
        ("{busines} {phone} {email}", ["{busines}", "{email}"]),
        ("{business", ["{"]),
        ("{0}", ["{0}"]),
    ],
)
def test_what_nobody_would_fill_in_is_named(text: str, pieces: list[str]) -> None:
    assert objections_to(text) == [UNKNOWN.format(piece) for piece in pieces]


@pytest.mark.parametrize(("text", "count"), [("x" * 307, 3), ("á" * 135, 3)])
def test_a_long_text_is_not_read_in_danger(text: str, count: int) -> None:
    assert objections_to(text) == [f"This takes {count} segments: somebody in danger reads at most 2."]
