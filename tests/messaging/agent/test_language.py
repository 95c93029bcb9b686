import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import Language
from messaging.agent.words.language import is_other_language, read_language


@pytest.mark.parametrize(
    "text",
    [
        "how much u charge to come out",
        "my ac is not working",
        "yall open sunday?",
        "hi do you speak spanish",
        "I need a plumber in La Mesa por favor",
        "My name is Nguyễn Đức, my water heater is leaking",
    ],
)
def test_english(text: str) -> None:
    assert (read_language(text), is_other_language(text)) == (Language.ENGLISH, False)


@pytest.mark.parametrize(
    "text",
    [
        "cuanto cuesta",
        "necesito un plomero para mañana",
        "¿trabajan los domingos?",
        "se me tapó el baño",
        "necesito un quote para mi roof",
        "gracias, hasta luego",
        "el boiler no prende",
    ],
)
def test_spanish(text: str) -> None:
    assert (read_language(text), is_other_language(text)) == (Language.SPANISH, False)


@pytest.mark.parametrize("text", ["", "👍", "ok", "si", "no", "hola", "thx!", "8am", "Maria Lopez", "85281", "price?"])
def test_too_short_to_tell(text: str) -> None:
    assert (read_language(text), is_other_language(text)) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        *["Olá, quanto custa o conserto?", "voce fala portugues? nao falo ingles", "Bonjour, combien ça coûte?"],
        *[
            "máy lạnh nhà tôi bị hư, sửa bao nhiêu",
            "may lanh nha toi bi hu sua bao nhieu",
            "mwen bezwen yon plonbye, konbyen",
        ],
        *[
            "magkano po ang pa-ayos ng aircon",
            "Ich brauche einen Klempner, wie viel kostet das",
            "quanto costa, sono senza acqua",
        ],
        *[
            "ile kosztuje naprawa, nie mam wody",
            "你好 请问多少钱",
            "こんにちは",
            "안녕하세요 에어컨 수리",
            "Сколько стоит ремонт?",
            "مرحبا كم السعر",
        ],
    ],
)
def test_other_languages_are_for_a_person(text: str) -> None:
    assert (read_language(text), is_other_language(text)) == (None, True)


@given(st.text(max_size=300))
def test_total_and_never_both(text: str) -> None:
    assert not (read_language(text) is not None and is_other_language(text))
