"""PURE: numbers in words to digits, in English and Spanish, so that "eighty-nine dollars" is read as $89 is."""

import re


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * index for index, word in enumerate(words.split())}


_UNITS = {
    **_numbered("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 1),
    **_numbered("sixteen seventeen eighteen nineteen", 16),
    **_numbered("dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince", 2),
    **_numbered("dieciseis diecisiete dieciocho diecinueve", 16),
    **_numbered("veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete", 21),
    **_numbered("veintiocho veintinueve", 28),
}
_TENS = {
    **_numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    **_numbered("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", 20, 10),
}
_HUNDREDS = {
    "cien": 100,
    "ciento": 100,
    **_numbered("doscientos trescientos cuatrocientos quinientos seiscientos", 200, 100),
    **_numbered("setecientos ochocientos novecientos", 700, 100),
}
_THOUSANDS = frozenset({"thousand", "grand", "mil"})
_VALUES = {**_UNITS, **_TENS, **_HUNDREDS}
_WORD = "|".join(sorted([*_VALUES, *_THOUSANDS, "hundred"], key=len, reverse=True))
_NUMBER = re.compile(
    rf"\b(?:an? (?=(?:hundred|thousand|grand)\b))?(?:{_WORD})(?:(?:[ -]|, | and | y )(?:{_WORD}))*\b", re.IGNORECASE
)
# "That one", "no one", "the first one" count nothing.
_NO_NUMBER = re.compile(
    r"\b(?:that|this|no|any|some|every|each|which|another|the (?:first|second|third|last|next|other|right)) $",
    re.IGNORECASE,
)
_ELEVEN = re.compile(r"\b(?:las|a|y|de) $", re.IGNORECASE)


def in_digits(text: str) -> str:
    """Plain `text` with its numbers in digits: "eighty-nine dollars" is "89 dollars", "at nine thirty" "at 9 30"."""
    return _NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    said, before = match.group(), match.string[max(0, match.start() - 16) : match.start()]
    if said.lower() == "one" and _NO_NUMBER.search(before):
        return said
    # English "once" counts nothing, Spanish "a las once" does.
    if said.lower() == "once" and not _ELEVEN.search(before):
        return said
    numbers: list[str] = []
    total, group, last, link = 0, 0, 0, ""
    for word in re.findall(r"[a-z]+", said.lower()):
        if word in ("a", "an"):
            continue
        if word in ("and", "y"):
            link = f" {word}"
            continue
        if word in _THOUSANDS:
            total, group, last = total + (group or 1) * 1000, 0, 1000
        elif word == "hundred":
            group, last = (group or 1) * 100, 100
        else:
            value = _VALUES[word]
            # "Nine thirty" and "nine and ten" are two numbers, "thirty nine" and "hundred and nine" are one.
            if last and (value >= last or last < 20 or last % (10 if value < 10 else 100)):
                numbers.append(f"{total + group}{link}")
                total = group = 0
            group, last = group + value, value
        link = ""
    return " ".join([*numbers, str(total + group)])
