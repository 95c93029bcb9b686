"""PURE: a phone in any spelling, names, addresses and sentences, found in texts of others and cut out."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import phonenumbers

_BETWEEN = r"[\W_]{0,3}"
GONE = "(erased)"


@dataclass(frozen=True, slots=True)
class Quoted:
    """`pattern` is surely them and must not stand anywhere; `about` also has their names, which may be anybody's, and
    belongs where a text is about them. `ending`: digits that every spelling of the phone has side by side.
    """

    pattern: re.Pattern[str]
    about: re.Pattern[str]
    spelling: re.Pattern[str]
    ending: str
    sentences: tuple[str, ...]


def quoted(
    phone: str, *, marks: Collection[str] = (), names: Collection[str] = (), sentences: Collection[str] = ()
) -> Quoted:
    """`phone`: E.164; `marks`: words that stand for nobody else, as an e-mail address; `names`: what they, or their
    carrier, or whoever booked, called them: maybe "PHOENIX AZ" or "water heater"; `sentences`: their own.
    """
    spelled = _spelled(phone)
    surely = [spelled, *_words(marks)]
    # North Americans keep the last four together; elsewhere digits may come in pairs.
    ending = phone[-4:] if phone.startswith("+1") else phone[-2:]
    pattern, about = ("|".join(parts) for parts in (surely, [*surely, *_words(names)]))
    return Quoted(
        re.compile(pattern, re.IGNORECASE), re.compile(about, re.IGNORECASE), re.compile(spelled), ending,
        tuple(sorted(sentences)),
    )  # fmt: skip


def _words(names: Collection[str]) -> list[str]:
    return [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)]


def _spelled(phone: str) -> str:
    try:
        parsed = phonenumbers.parse(phone, None)
        code, national = str(parsed.country_code), phone.removeprefix(f"+{parsed.country_code}")
    except phonenumbers.NumberParseException:
        code, national = "", phone.lstrip("+")
    digits = _BETWEEN.join(national)
    return rf"(?<!\d)\+?(?:(?:00|011)?{_BETWEEN.join(code)}{_BETWEEN})?\(?0?{_BETWEEN}{digits}(?!\d)"


def without(
    value: Any, found: Quoted, *, instead: str = GONE, is_about: bool = False, with_sentences: bool = False
) -> Any:
    """`value` (a text, or what JSON holds) without what is `found`; the same object when there is nothing in it.

    `is_about`: it is about this person, so that their names are theirs.
    """
    pattern = found.about if is_about else found.pattern

    def clean(text: str) -> str:
        if with_sentences and any(sentence in text for sentence in found.sentences):
            return ""
        return pattern.sub(instead, text)

    return _mapped(value, clean)


def without_phone(key: str | None, found: Quoted, *, instead: str) -> str | None:
    """A key of ours may hold the phone, and nothing else of anybody; some rows have none."""
    return None if key is None else found.spelling.sub(lambda _: instead, key)


def mentions(value: Any, found: Quoted, *, with_sentences: bool = False) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if found.pattern.search(text):
        return True
    return with_sentences and any(
        sentence in text or json.dumps(sentence, ensure_ascii=False)[1:-1] in text for sentence in found.sentences
    )


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_mapped(one, clean) for one in value]
    if isinstance(value, dict):
        return {clean(str(key)): _mapped(one, clean) for key, one in value.items()}
    return value
