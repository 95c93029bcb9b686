"""PURE: how a reply is written: short, plain, in the customer's language, and nothing of our own workings in it."""

import re
from collections.abc import Iterator, Sequence

from messaging.agent.words.language import is_other_language, read_language
from messaging.enums import ScriptKind
from messaging.script_lint import lint
from recoverline.lib.text import count_segments, normalize

LONGEST = 320  # characters
MOST_SEGMENTS = 3
MOST_EMOJI = 1

_MARKDOWN = re.compile(
    r"\*\*|__|~~|`|^#{1,6}\s|^\s*[-*+•]\s+\S|^\s*>\s|\[[^\]\n]*\]\([^)\n]*\)|(?<!\w)\*[^*\s][^*\n]*\*(?!\w)|"
    r"^\s*\|.*\||^-{3,}$|"
    r"(?<!\w)_[^_\s][^_\n]*_(?!\w)",
    re.MULTILINE,
)
_LINKS = re.compile(r"\bhttps?://\S+|\bwww\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_INTERNALS = re.compile(
    r"[{}]|\[[^\]]*\]|<\/?[a-z_][\w -]*>|\"\w+\"\s*:|"
    # find_slots, bookSlot(), slot-3f2a..., long ids
    r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b\w+\(\)|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{8,}|"
    r"\b(?=[\w-]*\d)(?=[\w-]*[a-f])[0-9a-f]{16,}\b|\b(?=\w*\d)(?=\w*[A-Za-z])\w{20,}\b|"
    r"\b(?:slot|lead|customer|conversation|appointment|session|user|message|request)[ _-]?id\b|\bid: ?\w*\d|"
    r"\b(?:system|hidden|initial|secret|developer) (?:prompt|instructions?|message)\b|"
    r"\bmy (?:system )?(?:prompt|instructions|guidelines|programming|training|rules)\b|\bprompt injection\b|"
    r"\bignore (?:all |the |my )?(?:previous|prior|above) instructions\b|"
    r"\b(?:as|being) an? (?:ai|artificial|language|llm)\b(?! (?:assistant|agent|helper) (?:for|at|of))|"
    r"\b(?:large )?language model\b|\bllm\b|\bknowledge (?:base|cutoff)\b|"
    r"\b(?:tool|function|api) (?:calls?|results?|errors?|names?|uses?)\b|\b(?:the|my|a|an|"
    r"which) tools? (?:returned|failed|says?|said|shows?|call|to (?:book|find|check))\b|"
    r"\b(?:claude|anthropic|chatgpt|openai|gpt-?\d\w*|gemini|copilot)\b|\b(?:api|json|sql|http)\b|\bdatabase\b|"
    r"\bthe (?:customer|user|caller) (?:wants|asked|asks|is asking|said|says|needs|has)\b|"
    r"\bhere(?: is|'s) (?:my|the|a|your) (?:\w+ )?(?:reply|response|rewrite|draft|answer|text message)\b|"
    r"\b(?:null|undefined|nan|traceback|stack trace|exception)\b|\berror (?:code )?\d{3}\b|"
    r"\bapproved (?:answers|texts|responses)\b|\bthe (?:evidence|facts (?:given|provided)|context (?:given|"
    r"provided))\b|"
    r"\binstrucciones (?:del sistema|internas)\b|\bmodelo de lenguaje\b|\bcomo (?:una )?(?:ia|"
    r"inteligencia artificial)\b|\bbase de datos\b|\bmensaje del sistema\b",
    re.IGNORECASE,
)
# What a tool answers to the model: it speaks of the customer, or says what to do next.
_ECHO = re.compile(
    r"\bthis time (?:for a call )?was not offered\b|\boffer (?:times|them|another time) first\b|"
    r"(?:^|[.!?]\s)ask (?:them|the customer)\b|\b(?:the|this) customer(?:'s)?\b|\bhand (?:this|it) over, do not\b|"
    r"\bfirst ask for the\b|\ba value that does not exist\b|\bapproves each answer\b|\btheir last text\b|"
    r"\bagreed to this time\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"^\s*(?:assistant|user|human|system|customer|ai|bot|agent|thinking|draft|reply|response|note to (?:self|"
    r"staff)|internal(?: note)?):",
    re.IGNORECASE | re.MULTILINE,
)
_SHOUTED = frozenset({"API", "JSON", "SQL", "HTTP"})

_LANGUAGES = {"en": "English", "es": "Spanish"}
_NOT_LATIN = re.compile(r"[^\W\d_A-Za-zÀ-ÖØ-öø-ÿªº]")


def form_of(reply: str, *, language: str, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the form of `reply`, as a code and what to do about it.

    `known`: the texts that it may repeat; their letters and names are no fault of the reply.
    """
    text = normalize(reply).strip()
    if not re.search(r"\w", text):
        yield "empty", "the reply is empty: write one short text"
        return
    yield from _size_of(text)
    bare = _LINKS.sub("link", text)
    # As it was written: normalizing makes quotes of backticks.
    markdown = _MARKDOWN.search(_LINKS.sub("link", reply))
    if markdown:
        yield "markdown", f"“{markdown.group().strip()[:20]}”: write plain text, a phone shows no formatting"
    yield from _internals_in(bare, known)
    yield from _letters_of(text, language, known)
    yield from _reserved_in(text)
    wrong = _wrong_language(text, language)
    if wrong:
        yield "language", f"this is {wrong}: answer in {_LANGUAGES.get(language, language)}"


def _size_of(text: str) -> Iterator[tuple[str, str]]:
    bill = count_segments(text)
    if len(text) > LONGEST:
        yield "too_long", f"{len(text)} characters: write at most {LONGEST}, about 30 words"
    elif bill.count > MOST_SEGMENTS:
        costly = " ".join(bill.costly[:5])
        yield "too_long", f"billed as {bill.count} texts because of {costly}: shorten it or use plain letters"


def _internals_in(text: str, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    for match in _INTERNALS.finditer(text):
        said = match.group()
        if (
            said.upper() not in _SHOUTED
            and any(said.lower() in fact.lower() for fact in known)
            and not set(said) & set("{}[]<>_")
        ):
            continue
        yield "internals", f"“{said[:40]}”: say nothing about how this works inside"
        return
    echo = _ECHO.search(text)
    if echo and not any(echo.group().lower() in fact.lower() for fact in known):
        yield "internals", f"“{echo.group()}”: this is told to you, not to the customer"
        return
    speaker = _SPEAKER.search(text)
    if speaker:
        yield "internals", f"“{speaker.group().strip()}”: write only what the customer should read"


def _letters_of(text: str, language: str, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    pictures = [sign for sign in text if _is_picture(sign)]
    if len(pictures) > MOST_EMOJI:
        yield "emoji", f"{len(pictures)} emoji: use at most {MOST_EMOJI}"
    spoken = set("áéíóúüñÁÉÍÓÚÜÑ¿¡") if language == "es" else set()
    whole = "".join(known)
    strange = [
        sign
        for sign in count_segments(text).costly
        if sign not in spoken and not _is_picture(sign) and sign not in "\u200d\ufe0e\ufe0f" and sign not in whole
    ]
    if any(_NOT_LATIN.match(sign) for sign in strange):
        yield "letters", f"“{''.join(strange[:10])}”: write in {_LANGUAGES.get(language, language)}"
    elif strange:
        yield "letters", f"“{''.join(strange[:10])}”: use plain letters, these more than double the price of the text"


def _is_picture(sign: str) -> bool:
    code = ord(sign)
    return (
        (0x1F000 <= code <= 0x1FAFF and not 0x1F3FB <= code <= 0x1F3FF)
        or 0x2600 <= code <= 0x27BF
        or 0x2B00 <= code <= 0x2BFF
    )


def _reserved_in(text: str) -> Iterator[tuple[str, str]]:
    """The script lint's rule: no text may ask for an answer that carriers or our own consent reader act upon."""
    findings = lint(text, kind=ScriptKind.HAND_OFF, business_name="", opt_out_line="", sample={})
    for finding in findings:
        if finding.code in ("reserved_word", "link_shortener"):
            yield finding.code, finding.message


def _wrong_language(text: str, language: str) -> str:
    """The name of the language that `text` is plainly in instead of `language`; "" if it is not plain."""
    bare = _LINKS.sub(" ", text)
    spoken = read_language(bare)
    if spoken is not None:
        return "" if spoken == language else spoken.label
    return "another language" if is_other_language(bare) else ""
