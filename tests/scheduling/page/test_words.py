"""Nothing on the public pages stays English by accident."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from scheduling.availability import Refusal
from scheduling.page import entry, forms, times, views, views_instead, views_manage, words
from scheduling.page.words import SPANISH, say, sentence

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "booking"
# Words that reach a template by a name: `text=`, `lead_in=` of an include.
IN_TEMPLATES = re.compile(r"""\{%\s*say\s+(?:"([^"]+)"|'([^']+)')""")
BY_NAME = re.compile(r'(?:text|lead_in)="([^"]+)"')
SPOKEN = {"say", "said", "line", "_refused"}
NAMED = {"problem", "hint"}


def spoken_in_templates() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text()
        found |= {one or other for one, other in IN_TEMPLATES.findall(text)} | set(BY_NAME.findall(text))
    return found


def spoken_in_code() -> set[str]:
    """What stands as text in a call of `say` and the like, or is given to a template as `problem`."""
    found: set[str] = set()
    for module in (forms, entry, times, views, views_instead, views_manage):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [*node.args] if name in SPOKEN else []
            texts += [keyword.value for keyword in node.keywords if keyword.arg in NAMED]
            found |= {text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)}
    return found - {""}


def test_everything_that_is_said_can_be_said_in_spanish() -> None:
    said = spoken_in_templates() | spoken_in_code() | {sentence(reason) for reason in Refusal}
    assert len(said) > 100
    assert {text for text in said if text not in SPANISH} == set()
    # Chosen by a condition in the code, and so not seen as a text of a call.
    assert SPANISH.keys() - said == {"up to {price}", "from {price}"}


@pytest.mark.parametrize("text", SPANISH)
def test_both_languages_name_the_same_values(text: str) -> None:
    def names(words: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(words) if name}

    assert names(SPANISH[text]) == names(text)


def test_what_is_not_in_the_table_stays_english() -> None:
    assert (say("Hello there", "es"), say("Thank you", "en"), say("Thank you", "es")) == (
        "Hello there", "Thank you", "Gracias",
    )  # fmt: skip


def test_a_time_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    said = say("We keep this time for you until {time}.", "es", time="9:00\u00a0a.m.")
    assert said == "Le guardamos este horario hasta las 9:00\u00a0a.m."


def test_braces_of_strangers_are_only_text() -> None:
    assert words.say("Hello {name},", "en", name="{place} {0}") == "Hello {place} {0},"
