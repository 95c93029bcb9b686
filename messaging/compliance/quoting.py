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
    """What must not stand anywhere. `ending`: digits that every spelling of the phone has side by side."""

    pattern: re.Pattern[str]
    spelling: re.Pattern[str]
    ending: str
    sentences: tuple[str, ...]


def quoted(phone: str, *, names: Collection[str] = (), sentences: Collection[str] = ()) -> Quoted:
    """`phone`: E.164; `names`: words that stand for the person, cut out wherever they are; `sentences`: their own."""
    spelled = _spelled(phone)
    parts = [spelled, *(rf"\b{re.escape(name)}\b" for name in sorted(names, key=len, reverse=True))]
    # North Americans keep the last four together; elsewhere digits may come in pairs.
    ending = phone[-4:] if phone.startswith("+1") else phone[-2:]
    return Quoted(re.compile("|".join(parts), re.IGNORECASE), re.compile(spelled), ending, tuple(sorted(sentences)))


def _spelled(phone: str) -> str:
    try:
        parsed = phonenumbers.parse(phone, None)
        code, national = str(parsed.country_code), phone.removeprefix(f"+{parsed.country_code}")
    except phonenumbers.NumberParseException:
        code, national = "", phone.lstrip("+")
    digits = _BETWEEN.join(national)
    return rf"(?<!\d)\+?(?:(?:00|011)?{_BETWEEN.join(code)}{_BETWEEN})?\(?0?{_BETWEEN}{digits}(?!\d)"


def without(value: Any, found: Quoted, *, instead: str = GONE, with_sentences: bool = False) -> Any:
    """`value` (a text, or what JSON holds) without what is `found`; the same object when there is nothing in it."""

    def clean(text: str) -> str:
        if with_sentences and any(sentence in text for sentence in found.sentences):
            return ""
        return found.pattern.sub(instead, text)

    return _mapped(value, clean)


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
