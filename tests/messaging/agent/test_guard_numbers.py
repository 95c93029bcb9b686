import pytest

from messaging.agent.guards.numbers import in_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("eighty-nine dollars", "89 dollars"),
        ("a hundred bucks", "100 bucks"),
        ("one thousand four hundred and fifty", "1450"),
        ("fourteen hundred", "1400"),
        ("at nine thirty", "at 9 30"),
        ("nine and ten", "9 and 10"),
        ("ochenta y nueve", "89"),
        ("mil doscientos", "1200"),
        ("nueve y diez", "9 y 10"),
        ("a las once", "a las 11"),
        ("once you pick that one", "once you pick that one"),
        ("nobody", "nobody"),
    ],
)
def test_numbers_in_words(text: str, digits: str) -> None:
    assert in_digits(text) == digits
