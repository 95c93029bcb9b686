"""PURE: the words of alerts to the team. Short, in GSM-7, and no more of a customer than is needed to act."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from messaging.escalation.enums import EscalationClass
from recoverline.lib.text import GSM_BASIC, GSM_EXTENDED, count_segments, normalize, one_line

SEGMENTS_AT_MOST = 3
NEED_AT_MOST = 90
# Shorter ones, where several share a text.
NEED_IN_BUNDLE = 40
HOW_URGENT = {
    EscalationClass.EMERGENCY: "DANGER",
    EscalationClass.URGENT: "Urgent",
    EscalationClass.WAITING: "Waits too long",
    EscalationClass.TROUBLE: "Trouble",
    EscalationClass.FOLLOW_UP: "Please call",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One escalation as an alert tells it. `who`: name or number of the customer, "" when it is about nobody; `code`
    "" where no reply is taken; `is_reminder`: whoever gets this has it already.
    """

    kind: EscalationClass
    who: str
    need: str
    city: str
    code: str
    is_reminder: bool = False

    def line(self, *, need_at_most: int = NEED_AT_MOST) -> str:
        need = one_line(self.need, need_at_most)
        parts = [self.who, f'"{need}"' if need and self.who else need, self.city]
        return ", ".join(part for part in parts if part)


def plain(text: str) -> str:
    """`text` in the alphabet of GSM-7: typographic signs as plain ones, letters it lacks without their accent."""
    return "".join(_plain(char) for char in normalize(text))


def _plain(char: str) -> str:
    if char in GSM_BASIC or char in GSM_EXTENDED:
        return char
    bare = unicodedata.normalize("NFKD", char)
    return "".join(part for part in bare if part in GSM_BASIC)


def alert_text(business: str, told: Sequence[Told], link: str) -> str:
    """One text about all of `told`, the most urgent first; what does not fit is counted and behind the link."""
    if len(told) == 1:
        return _single(business, told[0], link)
    for shown in range(len(told), 0, -1):
        text = _bundle(business, told[:shown], len(told) - shown, link)
        if count_segments(text).count <= SEGMENTS_AT_MOST:
            return text
    return _bundle(business, told[:1], len(told) - 1, link)


def _single(business: str, told: Told, link: str) -> str:
    how = f"Reply {told.code} to take it, {told.code} NO to pass." if told.code else "Open the link to take it."
    for need_at_most in (NEED_AT_MOST, NEED_IN_BUNDLE, 0):
        line = told.line(need_at_most=need_at_most)
        if told.is_reminder:
            ask = f"Text them by replying, {told.code} DONE if it is settled, {told.code} NO to pass."
            text = f"{business}: still yours: {line}. Nobody has written or called yet. {ask if told.code else ''}"
        else:
            text = f"{business} - {HOW_URGENT[told.kind]}: {line}. {how}"
        text = plain(f"{text.rstrip()} {link}")
        if count_segments(text).count <= SEGMENTS_AT_MOST:
            break
    return text


def _bundle(business: str, told: Sequence[Told], more: int, link: str) -> str:
    lines = [f"{business}: {len(told) + more} open"]
    for one in told:
        what = "still yours" if one.is_reminder else HOW_URGENT[one.kind]
        lines.append(f"{one.code} {what}: {one.line(need_at_most=NEED_IN_BUNDLE)}".strip())
    if more:
        lines.append(f"and {more} more: {link}")
    replies = any(one.code for one in told)
    lines.append("Reply a code to take it, code NO to pass, ALL for all." if replies else "Open the link to take them.")
    return plain("\n".join(lines if more else [*lines, link]))


def mail_text(business: str, told: Told, link: str) -> tuple[str, str]:
    """Subject and text of an e-mail."""
    how = "You have this, and nobody has written or called yet." if told.is_reminder else "Nobody has it yet."
    subject = f"{business}: {HOW_URGENT[told.kind]}: {told.who or one_line(told.need, 60)}"
    return subject, f"{told.line(need_at_most=300)}\n\n{how}\nTake it or pass it on:\n{link}\n"


def spoken(business: str, told: Told, *, language: str) -> str:
    """What an automated call says first; the keys come after it."""
    need = one_line(told.need, 160)
    if language == "es":
        about = f"Se trata de {told.who}. " if told.who else ""
        where = f"En {told.city}. " if told.city else ""
        return f"Aviso urgente de {business}. {about}{need}. {where}"
    about = f"It is about {told.who}. " if told.who else ""
    where = f"In {told.city}. " if told.city else ""
    return f"This is an alert from {business}. {about}{need}. {where}"
