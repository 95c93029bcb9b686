"""The text of a message: what it costs, how to make it cheaper, and how to take in a stranger's.

Segment arithmetic follows 3GPP TS 23.038 (the GSM-7 alphabet) and TS 23.040 (concatenation: a header of six bytes in
each part).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Reached through an escape, so each takes two septets.
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")

# Room for a text alone, and for each part of a longer one.
GSM_SINGLE, GSM_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67

LONGEST_INBOUND = 3 * 1600


@dataclass(frozen=True, slots=True)
class Segments:
    """The bill of one text. `units` are septets or UTF-16 units; `costly` are the characters that force UCS-2."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int
    per_segment: int
    costly: tuple[str, ...]


def count_segments(text: str) -> Segments:
    """How a carrier cuts and bills `text`; an empty text has no segment."""
    costly = tuple(dict.fromkeys(c for c in text if c not in GSM_BASIC and c not in GSM_EXTENDED))
    if costly:
        widths = [2 if ord(c) > 0xFFFF else 1 for c in text]
        single, part = UCS2_SINGLE, UCS2_PART
    else:
        widths = [2 if c in GSM_EXTENDED else 1 for c in text]
        single, part = GSM_SINGLE, GSM_PART
    units = sum(widths)
    if units <= single:
        return Segments("UCS-2" if costly else "GSM-7", units, 1 if text else 0, single, costly)
    return Segments("UCS-2" if costly else "GSM-7", units, _parts(widths, part), part, costly)


def _parts(widths: Iterable[int], room: int) -> int:
    """Parts of `room` units that hold characters of these widths in order, none of them cut in two."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›′‵`´ʹʻʼʽˈ＇", "'"),
        **dict.fromkeys("“”„‟«»″‶＂", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－•‣◦∙·", "-"),
        **dict.fromkeys("\t\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006", " "),
        **dict.fromkeys("\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
        **dict.fromkeys("\r\u0085\u2028\u2029", "\n"),
        # Invisible, yet each would switch the text to UCS-2. The joiners U+200C and U+200D stay: scripts and emoji need
        # them.
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        "…": "...",
    }
)


def normalize(text: str) -> str:
    """`text` with typographic characters as plain ones, so that what is shown is what is billed.

    One curly quote would switch a text to UCS-2 and more than double its price. Letters with accents and emoji are the
    writer's meaning and stay; an accent written as a separate mark is joined to its letter, because only é as one
    character is in GSM-7.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_PLAIN))
    # Composition can bring forth a character of the table: U+1FEF becomes a backtick.
    return composed.translate(_PLAIN)


_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
# Not format characters by category, but as invisible: fillers, the grapheme joiner, variation selectors other than the
# two for emoji.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0000-\U000e0fff]",
)
_ZWJ = "\u200d"
_EMOJI_SELECTORS = "\ufe0e\ufe0f"
_KEYCAP = "\u20e3"


def clean_inbound(text: str, limit: int = LONGEST_INBOUND) -> str:
    """A stranger's text made safe to store, match and show: at most `limit` characters, never an error.

    Dropped are NUL (PostgreSQL refuses it) and the other control characters but the newline, lone surrogates (they
    cannot be encoded), direction overrides and every invisible character: `ST<zero width>OP` must read as STOP to the
    program as it does to a person. A zero-width joiner stays where it holds an emoji together.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    spaced = _LINE_ENDS.sub("\n", whole).replace("\t", " ")
    visible = "".join(
        c for c in _INVISIBLE.sub("", spaced) if c in "\n\u200d" or unicodedata.category(c) not in ("Cc", "Cf")
    )
    return _without_stray_joiners(visible[:limit]).strip()


# What turns or hides the letters beside it: embeddings, overrides and isolates, marks of direction, and what has no
# width. The joiners U+200C and U+200D stay: scripts and emoji need them.
_MISLEADING = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def displayable(text: str) -> str:
    """`text` without characters that reorder or hide what stands beside them; for what is shown, whoever wrote it.

    Texts lose them on arrival (`clean_inbound`); names, notes and forms come from elsewhere. Right-to-left scripts need
    none of them: the pages isolate what others wrote (`dir="auto"`, `<bdi>`).
    """
    return _MISLEADING.sub("", text)


def one_line(text: str, limit: int) -> str:
    """A preview of `text`: one line of at most `limit` characters, with an ellipsis where something was cut."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: max(limit - 1, 0)].rstrip(" " + _ZWJ) + "…" if limit > 0 else ""


def _without_stray_joiners(text: str) -> str:
    kept: list[str] = []
    for here, following in zip(text, text[1:] + "\0", strict=False):
        before = kept[-1] if kept else "\0"
        if here == _ZWJ and not ((_is_pictorial(before) or before in _EMOJI_SELECTORS) and _is_pictorial(following)):
            continue
        if here in _EMOJI_SELECTORS and not (_is_pictorial(before) or following == _KEYCAP):
            continue
        kept.append(here)
    return "".join(kept)


def _is_pictorial(char: str) -> bool:
    """Whether `char` can be a part of an emoji sequence; from U+1F000 on some are newer than Python's tables."""
    return 0x1F000 <= ord(char) <= 0x1FFFF or unicodedata.category(char) in ("So", "Sm") or char in "‼⁉〰"
