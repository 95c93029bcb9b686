from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.sentences import Sentence, is_liking, is_reaction, plain, sentences_of, within_reach


def test_sentences_by_clause_with_their_question_mark() -> None:
    assert sentences_of("Great, thanks! Do you come out on Sundays? 👍") == [
        Sentence(("great", "thanks"), False),
        Sentence(("do you come out on sundays",), True),
    ]


def test_plain_words() -> None:
    assert plain("¿Cuánto CUESTA? It's 5...") == "cuanto cuesta its 5"


def test_reactions() -> None:
    texts = [
        "Liked “Hi”",
        'Loved "Hi"',
        "Reacted 👍 to “Hi”",
        "Laughed at “Hi”",
        "Le gustó “Hola”",
        "I liked him",
        "Hi",
    ]

    assert [(is_reaction(text), is_liking(text)) for text in texts] == [
        (True, True),
        (True, True),
        (True, True),
        (True, False),
        (True, True),
        (False, False),
        (False, False),
    ]


@given(st.text(max_size=300))
def test_total_on_any_string(text: str) -> None:
    assert all(sentence.words for sentence in sentences_of(text))


def test_what_is_read_of_a_text() -> None:
    assert within_reach("Hi, my AC is out.\nMesa 85201") == "Hi, my AC is out.\nMesa 85201"
    assert within_reach("no.  heat") == "no.  heat"
    assert within_reach("a\n\n\n\nb     c") == "a\nb c"
    assert within_reach("a." * 800) == "a." * 40
    assert within_reach("a " * 800) == "a " * 400
    assert len(within_reach("\ufdfa" * 1600)) == 1600
