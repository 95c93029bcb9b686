"""Questions under one heading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.alike import group_alike


def test_what_asks_the_same_stands_together_and_the_largest_first() -> None:
    texts = [
        "can my dog stay inside", "Do you sell gift cards?", "do you have parking", "gift card?", "where can I park",
        "¿Tienen tarjetas de regalo?", "r u selling giftcards or gift cards",
    ]  # fmt: skip
    assert group_alike(texts) == [[1, 3, 6], [2, 4], [0], [5]]


@pytest.mark.parametrize("texts", [[], [""], ["", "?"], ["🙂", "🙂"]])
def test_nothing_to_compare(texts: list[str]) -> None:
    assert sorted(place for group in group_alike(texts) for place in group) == list(range(len(texts)))


@given(st.lists(st.text(max_size=80), max_size=12))
def test_every_question_is_in_one_group(texts: list[str]) -> None:
    assert sorted(place for group in group_alike(texts) for place in group) == list(range(len(texts)))
