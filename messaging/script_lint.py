"""PURE: what a script may say, what it must say, and what would cost money, customers or the carrier's trust.

The rules come from the carriers: a first text names the business and says how to opt out, opt-out keywords are no
answers, and public link shorteners are filtered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from messaging import enums
from messaging.enums import ScriptKind
from recoverline.lib.optout_line import (
    ANSWER_VERBS,
    BETWEEN,
    OPT_OUT_PURPOSE,
    PURPOSE,
    after_list,
    ends_texts,
    is_for_something_else,
    offers_stop,
    purpose_in,
    sentences,
)
from recoverline.lib.render import malformed_placeholders, placeholders_in, render, unknown_placeholders
from recoverline.lib.text import count_segments, normalize

# What a script can name, in words for the staff who write it.
PLACEHOLDERS: dict[str, str] = {
    "business": "the name of the business",
    "location": "the name of the location that was called",
    "city": "the city of the location",
    "caller_name": "the caller's first name, nothing when it is not known",
    "phone": "the number customers may call",
    "email": "the e-mail address of the business",
    "website": "the website of the business",
    "booking_link": "the link to book online; a personal one if the business books here",
    "appointment": "the service that is booked (texts about an appointment)",
    "when": "when it is, such as Thu, Jun 18 at 10 AM (texts about an appointment)",
    "change_link": "the customer's own link to move or cancel it",
    "confirm": "Reply C to confirm; nothing once they have (reminders)",
    "slots": "the times to choose from, each with its number (robot)",
    "service": "the service that was asked about (robot)",
    "services": "names of services, such as Drain cleaning or Leak repair; nothing where there is no choice",
    "price": "the price range of {service}, such as $89 to $129, with its note (robot)",
    "area": "the city that was asked about (robot)",
    "back": "when a person is there to answer, as a sentence: We are back on Monday at 8 AM.; nothing while one is",
    "person": "the first name of whoever has it; Somebody where none is known (urgent: somebody is on it)",
    "hours": "the opening hours, such as Mon-Fri 8 AM-5 PM",
    "opens_at": "when the location opens again, such as tomorrow at 8 AM; nothing while it is open",
    "closure": "the holiday or closure of the day, such as Thanksgiving; nothing on other days",
    "team": "who signs, such as The team at Joe's Plumbing",
    "opt_out": "the opt-out line of the business",
}

FIRST_TEXT_KINDS: frozenset[str] = frozenset(enums.FIRST_TEXT_KINDS)
SPOKEN_KINDS: frozenset[str] = frozenset({ScriptKind.GREETING, ScriptKind.GREETING_CLOSED, ScriptKind.WHISPER})
# Somebody who books on the page may never have got a text of ours before.
MAY_BE_FIRST: frozenset[str] = FIRST_TEXT_KINDS | {
    ScriptKind.WEB_FORM,
    ScriptKind.BOOKING_CONFIRMED,
    ScriptKind.BOOKING_REQUESTED,
    ScriptKind.SLOT_OFFERED,
    ScriptKind.CALLBACK_PROMISED,
}
NAMES_BUSINESS: frozenset[str] = MAY_BE_FIRST | {
    ScriptKind.BOOKING_MOVED,
    ScriptKind.BOOKING_CANCELED,
    ScriptKind.BOOKING_REMINDER,
    ScriptKind.HELP,
    ScriptKind.OPT_OUT_CONFIRMATION,
    ScriptKind.OPT_IN_CONFIRMATION,
    ScriptKind.ON_CALL_TAKEN,
    ScriptKind.ON_CALL_NOBODY,
}

# What an appointment might say, for the length of a text that names it.
EXAMPLES: dict[str, str] = {
    "appointment": "Water heater repair",
    "when": "Wed, Sep 23 between 10 AM and 12 PM",
    "change_link": "https://book.example.com/b/mQ3vX0yR7LwN2kTz8JhBgA/",
    "confirm": "Reply C to confirm.",
    "slots": "1) Wed, Sep 23 between 8 and 10 AM or 2) Wed, Sep 23 between 10 AM and 12 PM",
    "service": "Water heater repair",
    "services": "Drain cleaning, Leak repair or Water heater repair",
    "price": "$89 to $129",
    "area": "Tempe",
    "back": "We are back on Monday at 8 AM.",
    "person": "Ana",
}

# What a text of the robot is for: without it the customer is told nothing.
_MUST_SAY: dict[str, str] = {
    ScriptKind.TIMES_OFFERED: "slots",
    ScriptKind.TIME_GONE: "slots",
    ScriptKind.WINDOWS_OFFERED: "slots",
    ScriptKind.PRICE_TOLD: "price",
    ScriptKind.HOURS_TOLD: "hours",
    ScriptKind.SERVICES_TOLD: "services",
}
# Where the robot's placeholders have a value; elsewhere they are empty.
_HAS_VALUE: dict[str, frozenset[str]] = {
    "slots": frozenset({ScriptKind.TIMES_OFFERED, ScriptKind.TIME_GONE, ScriptKind.WINDOWS_OFFERED}),
    "service": frozenset({ScriptKind.PRICE_TOLD, ScriptKind.PRICE_UNKNOWN}),
    "services": frozenset({ScriptKind.SERVICES_TOLD, ScriptKind.ASK_NEED}),
    "price": frozenset({ScriptKind.PRICE_TOLD}),
    "area": frozenset({ScriptKind.AREA_SERVED, ScriptKind.AREA_NOT_SERVED}),
    "back": frozenset({ScriptKind.HAND_OFF}),
    "person": frozenset({ScriptKind.ON_CALL_TAKEN}),
}

LONGEST_TEXT = 1600  # the carrier refuses more (Twilio's error 21617)
MOST_SEGMENTS = 2

# Facts of the business: empty for one caller is empty for all. The others are empty only at times.
_STANDING = frozenset({"city", "email", "website", "booking_link", "hours"})

_SHORTENERS = (
    r"adf\.ly|bit\.do|bit\.ly|bitly\.com|bl\.ink|buff\.ly|clck\.ru|cutt\.ly|dub\.sh|goo\.gl|is\.gd|lnkd\.in|mcaf\.ee|"
    r"ow\.ly|po\.st|rb\.gy|rebrand\.ly|s\.id|short\.gy|short\.io|shorturl\.at|shorturl\.com|snip\.ly|soo\.gd|t\.co|t\.ly|"
    r"t2m\.io|tiny\.cc|tiny\.one|tinyurl\.com|tny\.im|trib\.al|urlz\.fr|v\.gd|x\.gd"
)
_SHORTENER = re.compile(rf"(?<![\w.@-])(?:[\w-]+\.)*({_SHORTENERS})(?![\w-]|\.\w)", re.IGNORECASE)
_INSECURE_LINK = re.compile(r"\bhttp://", re.IGNORECASE)

# Words that carriers or our own consent reader act upon, whatever the text before said (messaging.optout_words).
_SURE_STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT"})
_STOPS = _SURE_STOPS | {"END", "QUIT", "CANCEL", "REVOKE", "ALTO", "BAJA", "PARAR", "CANCELAR", "SALIR", "FIN"}
_STARTS = frozenset({"START", "UNSTOP"})
_RESERVED = re.compile(
    rf"(?<![\w.-])({'|'.join(sorted(_STOPS | _STARTS))}|YES|S[IÍ]|INFO)(?![\w-]|\.[a-z])", re.IGNORECASE
)
_VERB = rf"\b(?:{ANSWER_VERBS}|tap|press|enter|hit|click|pulse|presione|oprima|marque)\b"
_VERB_ANYWHERE = re.compile(_VERB, re.IGNORECASE)
_VERB_JUST_BEFORE = re.compile(rf"{_VERB}{BETWEEN}\Z", re.IGNORECASE)
_CLOSES_CALL = re.compile(r"[\"'*]?\s*(?:\Z|[.,;:!?)/=]|(?:to|for|if|and|or|when|now|para|si|y|o)\b)", re.IGNORECASE)
_ANY_TIME = re.compile(r"[\"'*]?\s+(?:any ?time|at any time|en cualquier momento|cuando)\b", re.IGNORECASE)
_QUOTE_OPENS = re.compile(r"[\"'*]\Z")
_QUOTE_CLOSES = re.compile(r"[\"'*]")

# "Reply 1 to keep it or ...", a sentence that offers answers to choose from: the verb has a code to answer with.
_CODE = r"[\"'(*]*(?:\d{1,2}|[A-Z]|[A-Z]{2,}|(?i:yes|no|ok|s[ií]))\b[\"')*]*"
_MENU = re.compile(rf"(?i:{_VERB}{BETWEEN}){_CODE}")
_SEPARATOR = r"\s*(?:[,;:/|]|\b(?:or|o|u))"
_SEPARATED = re.compile(rf"{_SEPARATOR}\s*\Z", re.IGNORECASE)
_AFTER_CODE = re.compile(rf"{_MENU.pattern}(?:(?i:{_SEPARATOR})+\s*{_CODE})*(?i:{_SEPARATOR})+\s*\Z")
# "Text us to move or cancel if you must": what follows "to" is what they want, not what they answer.
_INFINITIVE = re.compile(r"\b(?:to|para)\s+[a-z]", re.IGNORECASE)
_CLEAR_PURPOSE = re.compile(r"[\"'*]?\s*(?:=|to\b(?! finish\b))", re.IGNORECASE)
_WEAK_PURPOSE = re.compile(r"[\"'*]?\s*(?:if|para|si)\b", re.IGNORECASE)
_OPT_IN_PURPOSE = re.compile(
    r"\b(?:again|opt(?:ing)?(?: back)?[ -]?in|(?:re)?subscribe|change your mind|volver|de nuevo|otra vez|cambia de)\b",
    re.IGNORECASE,
)
_HELP_PURPOSE = re.compile(r"\b(?:help|info|information|ayuda|informaci[oó]n)\b", re.IGNORECASE)
# Farther back nothing governs a word, and a long text without a full stop must not take long to judge.
_REACH = 200
_CONTACT = re.compile(r"\d{3}|\S@\S")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a script, or worth knowing. `message` tells staff what to change; an error forbids use."""

    level: Literal["error", "warning", "note"]
    code: str
    message: str


def lint(body: str, *, kind: str, business_name: str, opt_out_line: str, sample: Mapping[str, str]) -> list[Finding]:
    """Everything about a script that its writer should know, errors first; spoken kinds are asked less.

    `sample`: values as a caller would get them, for the length and for links that a placeholder brings in. Without
    errors the text can be rendered with any values that have all of PLACEHOLDERS.
    """
    if not body.strip():
        return [Finding("error", "empty", "The script is empty: write what it should say.")]
    # What is unknown stays as it is written, so that one mistake does not hide the others.
    written = {name: f"{{{name}}}" for name in placeholders_in(body)}
    values = {
        **written,
        **dict.fromkeys(PLACEHOLDERS, ""),
        **sample,
        **{name: sample.get(name) or example for name, example in EXAMPLES.items()},
        "business": business_name,
        "opt_out": opt_out_line,
    }
    text = normalize(render(body, values)).strip()
    # A business called Stop & Shop neither offers an opt-out nor misuses the word.
    unnamed = normalize(render(body, {**values, "business": "us"})).strip()
    unnamed = _name_pattern(business_name).sub("us", unnamed) if business_name.strip() else unnamed
    findings = [
        *_placeholder_findings(body, sample),
        *_robot_findings(body, kind),
        *_name_findings(body, text, kind, business_name),
    ]
    if kind not in SPOKEN_KINDS:
        findings += [
            *_opt_out_findings(body, unnamed, kind, opt_out_line),
            *_reserved_findings(unnamed, kind),
            *_link_findings(text),
            *_help_findings(text, unnamed, kind),
            *_length_findings(text),
        ]
    return sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.level))


def _placeholder_findings(body: str, sample: Mapping[str, str]) -> Iterator[Finding]:
    for name in unknown_placeholders(body, PLACEHOLDERS):
        known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
        yield Finding("error", "unknown_placeholder", f"There is no {{{name}}}. Use one of {known}.")
    for piece in malformed_placeholders(body):
        yield Finding(
            "error",
            "malformed_placeholder",
            f"Remove or correct “{piece}”: a placeholder is one name in braces, such as {{business}}.",
        )
    for name in placeholders_in(body):
        if name in _STANDING and not sample.get(name, name).strip():
            yield Finding(
                "warning",
                "empty_placeholder",
                f"{{{name}}} is empty here: fill it in for the business or take it out of the text.",
            )


def _robot_findings(body: str, kind: str) -> Iterator[Finding]:
    named = placeholders_in(body)
    wanted = _MUST_SAY.get(kind)
    if wanted is not None and wanted not in named:
        yield Finding(
            "error", "missing_placeholder", f"The text does not say what it is for: add {{{wanted}}}."
        )  # fmt: skip
    for name in named:
        if kind not in _HAS_VALUE.get(name, {kind}):
            yield Finding("warning", "empty_placeholder", f"{{{name}}} is always empty in a text of this kind.")


def _name_findings(body: str, text: str, kind: str, business_name: str) -> Iterator[Finding]:
    if kind not in NAMES_BUSINESS or "business" in placeholders_in(body):
        return
    if not business_name.strip() or _name_pattern(business_name).search(text) is None:
        yield Finding("error", "business_not_named", "The text does not say who writes: add {business}.")


def _opt_out_findings(body: str, text: str, kind: str, opt_out_line: str) -> Iterator[Finding]:
    if kind not in MAY_BE_FIRST or offers_stop(text):
        return
    if "opt_out" in placeholders_in(body):
        message = f"The opt-out line of the business, “{opt_out_line}”, does not ask for STOP: change it there."
    else:
        message = "The text does not say how to opt out: end it with {opt_out}."
    yield Finding("error", "no_opt_out", message)


def _help_findings(text: str, unnamed: str, kind: str) -> Iterator[Finding]:
    if kind != ScriptKind.HELP:
        return
    if not offers_stop(unnamed):
        yield Finding("warning", "no_opt_out", "The answer to HELP should also say how to opt out: add {opt_out}.")
    if _CONTACT.search(text) is None:
        yield Finding(
            "warning", "no_contact", "The answer to HELP should say where to reach you: add {phone} or {email}."
        )


def _reserved_findings(text: str, kind: str) -> Iterator[Finding]:
    misused = [use.word for use in _reserved_words(text) if use.is_call and not _is_rightful(use, kind)]
    for word in dict.fromkeys(misused):
        if word in _STOPS:
            message = (
                f"{word} ends all texts to the customer, so offer it for nothing else. "
                "For other answers ask for a number or a letter, such as 1 or C."
            )
        else:
            message = (
                f"Carriers act on {word} as a command and its sender may never get an answer from you. "
                "Ask for a number or a letter, such as 1 or C."
            )
        yield Finding("error", "reserved_word", message)


@dataclass(frozen=True, slots=True)
class _Use:
    """A reserved word in its sentence. `is_call`: the text asks for it as an answer."""

    word: str
    before: str
    after: str
    is_call: bool


def _reserved_words(text: str) -> Iterator[_Use]:
    for sentence in sentences(text):
        for match in _RESERVED.finditer(sentence):
            word, before, after = match[1].upper(), sentence[: match.start()], sentence[match.end() :]
            # Capitals say "this very word", unless everything is in capitals; so do quotes.
            is_capital = match[1].isupper() and not sentence.isupper()
            if is_capital or (_QUOTE_OPENS.search(before) and _QUOTE_CLOSES.match(after)):
                is_call = bool(_VERB_ANYWHERE.search(before) or PURPOSE.match(after))
            else:
                is_call = _is_asked_for(word, before[-_REACH:], after) or _is_next_choice(word, before[-_REACH:], after)
            yield _Use(word, before, after, is_call)


def _is_asked_for(word: str, before: str, after: str) -> bool:
    """Whether a word in small letters is what a verb asks for: "reply yes to book", not "text us to cancel"."""
    if not _VERB_JUST_BEFORE.search(before):
        return False
    return bool(_CLOSES_CALL.match(after) or (word in _STOPS and _ANY_TIME.match(after)))


def _is_next_choice(word: str, before: str, after: str) -> bool:
    """Whether a word in small letters is one more answer: "reply 1 to keep it or cancel to drop it"."""
    if not _SEPARATED.search(before) or not _VERB_ANYWHERE.search(before):
        return False
    # "Si" is mostly "if".
    if word == "SI" and not before.rstrip().endswith(("/", "|", "o")):
        return False
    if _AFTER_CODE.search(before) and _CLOSES_CALL.match(after):
        return True
    is_menu = _MENU.search(before) is not None
    if not is_menu and word not in _STOPS:
        return False
    when = _ANY_TIME.match(after)
    purpose = after[when.end() :] if when else after
    if _CLEAR_PURPOSE.match(purpose):
        return True
    return _WEAK_PURPOSE.match(purpose) is not None and (is_menu or _INFINITIVE.search(before) is None)


def _is_rightful(use: _Use, kind: str) -> bool:
    """Whether the word is asked for in the meaning that carriers give it."""
    if use.word in _STARTS:
        return kind == ScriptKind.OPT_OUT_CONFIRMATION or _OPT_IN_PURPOSE.search(use.after) is not None
    if use.word not in _STOPS:
        return use.word == "INFO" and _HELP_PURPOSE.search(use.after) is not None
    if use.word in _SURE_STOPS:
        return ends_texts(use.after)
    after = after_list(use.after)
    if is_for_something_else(after):
        return False
    if OPT_OUT_PURPOSE.search(purpose_in(after)):
        return True
    return PURPOSE.match(after) is None and OPT_OUT_PURPOSE.search(use.before) is not None


def _link_findings(text: str) -> Iterator[Finding]:
    for domain in dict.fromkeys(match[1].lower() for match in _SHORTENER.finditer(text)):
        yield Finding(
            "error",
            "link_shortener",
            f"Carriers block texts with {domain} links: use the full link on your own domain.",
        )
    if _INSECURE_LINK.search(text):
        yield Finding(
            "warning", "insecure_link", "Write https:// instead of http://, so that phones do not warn about the link."
        )


def _length_findings(text: str) -> Iterator[Finding]:
    if not text:
        yield Finding("error", "empty", "Nothing would be left of this text: write words besides the placeholders.")
        return
    if len(text) > LONGEST_TEXT:
        yield Finding(
            "error",
            "too_long",
            f"The text has {len(text)} characters and carriers take at most {LONGEST_TEXT}: shorten it.",
        )
    bill = count_segments(text)
    if bill.count > MOST_SEGMENTS:
        yield Finding(
            "warning", "many_segments", f"The text costs {bill.count} segments: shorten it to {MOST_SEGMENTS} or fewer."
        )
    size = f"{bill.count} segment{'' if bill.count == 1 else 's'}, {bill.encoding}"
    if not bill.costly:
        yield Finding("note", "segments", f"The text is billed as {size}.")
        return
    plain = count_segments("".join("x" if char in bill.costly else char for char in text)).count
    yield Finding(
        "note",
        "segments",
        f"The text is billed as {size} because of {' '.join(bill.costly)}. With plain letters it would be {plain}.",
    )


def _name_pattern(business_name: str) -> re.Pattern[str]:
    spaced = r"\s+".join(map(re.escape, normalize(business_name).split()))
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
