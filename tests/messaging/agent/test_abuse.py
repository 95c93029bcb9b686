import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.abuse import is_abusive


@pytest.mark.parametrize(
    "text",
    [
        *[
            "fuck you",
            "screw you guys",
            "you suck",
            "stupid bot",
            "you guys are idiots",
            "go to hell",
            "kiss my ass",
            "🖕",
            "stfu",
        ],
        *["you're useless", "I hate you", "i will burn your place down", "assholes"],
        *["chinga tu madre", "pendejos", "vete a la mierda", "hijos de puta", "son unos ladrones"],
    ],
)
def test_at_us(text: str) -> None:
    assert is_abusive(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "my fucking ac is broken",
            "the damn leak is back",
            "this shit is leaking everywhere",
            "wtf is wrong with my heater",
        ],
        *[
            "you guys are fucking awesome",
            "my idiot husband broke the pipe",
            "im such an idiot i forgot",
            "I hate this heat",
        ],
        *[
            "the previous guys were crooks",
            "do you do trash removal",
            "how do i shut off the water",
            "que calor de mierda",
        ],
        *["", "Liked “you suck”", "its so fucking hot please come"],
    ],
)
def test_about_the_leak(text: str) -> None:
    assert not is_abusive(text)


@given(st.text(max_size=300))
def test_total_on_any_string(text: str) -> None:
    assert is_abusive(text) in (True, False)
