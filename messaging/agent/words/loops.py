"""PURE: is a machine answering us? Two robots that answer each other would go on all night, at a price per text.

Answers of a machine may differ each time, so the pace counts as well as the words. People can be as fast, so a sign
pauses automation and asks a person; it blocks nobody.
"""

import enum
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from messaging.agent.guards.text import words_of
from messaging.agent.words.abuse import is_abusive
from messaging.optout_words import clauses_of

MOST_TEXTS, BURST = 6, timedelta(seconds=90)
MOST_TEXTS_LONG, LONG_BURST = 20, timedelta(minutes=10)
MOST_SAME, SAME_FOR = 3, timedelta(hours=1)
# Nobody reads a text and answers it in so short a time, again and again.
AT_ONCE = timedelta(seconds=3)
MOST_AT_ONCE = 6
MOST_ABUSE = 3
_RECENT = timedelta(hours=1)


class LoopSign(enum.Enum):
    """What gives a machine away; the value is what staff read."""

    AUTO_REPLY = "This reads like an automatic answer."
    ECHO = "Our own text came back."
    SAME_TEXT = "The same text came again and again."
    TOO_FAST = "More texts in a short time than a person writes."
    PING_PONG = "Each of our texts is answered at once, as a machine does."
    ABUSE = "Several insulting texts in a row."


@dataclass(frozen=True, slots=True)
class Said:
    """One text of the conversation. `is_ours`: sent by us; `is_automatic`: by no person of the team."""

    body: str
    at: datetime
    is_ours: bool
    is_automatic: bool = True


def looks_automatic(texts: Sequence[Said], *, now: datetime) -> LoopSign | None:
    """Why the latest texts of a conversation look like a machine's; None if they may be a person's.

    `texts`: both directions, any order, at least the last hour's, the one just received among them. Judged is the
    newest text from the customer; a picture without words has an empty body.
    """
    recent = sorted((said for said in texts if now - _RECENT < said.at <= now), key=lambda said: said.at)
    theirs = [said for said in recent if not said.is_ours]
    if not theirs:
        return None
    ours = [said for said in recent if said.is_ours]
    latest = theirs[-1]
    if is_auto_reply(latest.body):
        return LoopSign.AUTO_REPLY
    if any(said.at <= latest.at and is_echo(latest.body, said.body) for said in ours):
        return LoopSign.ECHO
    same = [said for said in theirs if said.at > now - SAME_FOR and _is_same(said.body, latest.body)]
    if len(same) > MOST_SAME:
        return LoopSign.SAME_TEXT
    if _count_since(theirs, now - BURST) > MOST_TEXTS or _count_since(theirs, now - LONG_BURST) > MOST_TEXTS_LONG:
        return LoopSign.TOO_FAST
    if _answered_at_once(recent) >= MOST_AT_ONCE:
        return LoopSign.PING_PONG
    if len([said for said in theirs[-MOST_ABUSE:] if is_abusive(said.body)]) >= MOST_ABUSE:
        return LoopSign.ABUSE
    return None


def _count_since(texts: Sequence[Said], since: datetime) -> int:
    return sum(said.at > since for said in texts)


def _answered_at_once(recent: Sequence[Said]) -> int:
    """How many of our latest automatic texts in a row were answered within seconds."""
    count = 0
    for before, after in reversed(list(itertools.pairwise(recent))):
        if not before.is_ours or after.is_ours:
            continue
        if not before.is_automatic or after.at - before.at > AT_ONCE:
            break
        count += 1
    return count


# ---------------------------------------------------------------- the words
_AUTO = re.compile(
    r"\b(?:auto(?:matic|mated|matically)?[- ]?(?:reply|replies|response|respon[ds]er|respond|generated|message|"
    r"text)\w*|"
    r"(?:automatic|automated) (?:\w+ )?(?:reply|response|message|text|notification)|"
    r"respuesta automatica|mensaje automatico|contestacion automatica)\b|"
    # I am driving, I will see this later
    r"\b(?:(?:im|i am|hi im|currently|sorry im) (?:\w+ )?)?driving\b.{0,60}\b(?:later|when i (?:arrive|get|"
    r"stop|can)|do not disturb|focus|silenced|get back|reply|respond|where im going|soon)\b|"
    r"\b(?:estoy|voy) (?:conduciendo|manejando)\b.{0,60}\b(?:luego|despues|mas tarde|cuando|respond\w*|"
    r"contest\w*|llam\w*)\b|"
    r"\b(?:do not disturb|driving focus|focus mode|sleep focus|work focus|personal focus|driving mode|"
    r"notifications (?:are )?(?:silenced|turned off))\b|"
    r"\bout of (?:the )?office\b(?! suppl)|\bon (?:vacation|annual leave|pto|maternity leave|"
    r"parental leave)\b.{0,80}\b(?:until|return\w*|back|urgent|contact|limited)\b|\bi (?:will|ll) be (?:away|"
    r"out) (?:until|from)\b|"
    r"\bfuera de (?:la )?oficina\b|\bestoy de vacaciones\b.{0,80}\b(?:hasta|regres\w*|vuelv\w*|contact\w*)\b|"
    r"\b(?:inbox|mailbox|number|line|phone|account|address|channel|buzon|numero|linea)\b.{0,30}\b(?:not|isnt|"
    r"never|un|no es|no esta) ?(?:being )?(?:monitored|checked|attended|manned|monitoread[oa]|atendid[oa]|"
    r"supervisad[oa])\b|\bunmonitored\b|\b(?:can ?not|cannot|cant|does not|doesnt|unable to|"
    r"not able to) (?:receive|accept|reply to) (?:\w+ )?(?:texts?|text messages|sms|replies|messages|"
    r"incoming)\b|"
    r"\b(?:do not|dont|please do not|no) (?:reply|respond|answer|responda|conteste)n? (?:directly )?(?:to|"
    r"a) (?:this|este) (?:\w+ )?(?:message|text|sms|email|number|mensaje|texto|numero)?|\bno ?reply\b|"
    r"\bdonotreply\b|"
    r"(?<!\bmy )\b(?:message|text|sms|mensaje) (?:(?:was|is|has|could|can|has been|fue|no) )*(?:not |"
    r"no )?(?:be )?(?:undeliver\w*|deliver(?:ed|y) fail\w*|not delivered|blocking is active|was not sent|"
    r"failed to send|no entregado)\b|"
    r"\b(?:undeliverable|delivery (?:failed|failure|has failed|status notification)|failed to deliver|"
    r"mail delivery|message blocking|unable to deliver|number you (?:have )?(?:dialed|texted|reached))\b|"
    r"\bthank(?:s| you) for (?:contacting|reaching out to|messaging|texting|your message|"
    r"getting in touch)\b.{0,160}\b(?:(?:will|ll|shall) (?:\w+ ){0,2}(?:get back|respond|reply|be (?:in touch|"
    r"with you)|contact|reach)|"
    r"business hours|within \d+|our team|msg (?:and|&) data|reply (?:help|stop))\b|\b(?:reply|text|"
    r"responda) (?:help|stop|alto|ayuda) (?:for|to|para)\b|\bmsg ?(?:and|&)? ?data rates\b|"
    r"\b(?:i am|im|this is) (?:an? )?(?:virtual|automated|ai|digital) (?:assistant|agent|bot|system)\b|"
    r"\b(?:your|su) (?:verification|security|one time|login|codigo de verificacion) (?:code|passcode|"
    r"pin)?\b.{0,20}\d{4,8}",
    re.DOTALL,
)


def is_auto_reply(body: str) -> bool:
    """Whether the words are those of an out-of-office note, a phone that is driving, a mailbox that nobody reads."""
    said = " ".join(" ".join(clause) for clause in clauses_of(body[:1000]))
    return _AUTO.search(said) is not None


def is_echo(body: str, ours: str) -> bool:
    """Whether a text is one of ours sent back, as machines and forwarding phones do. Short answers are none."""
    theirs, mine = words_of(body)[:200], words_of(ours)[:200]
    if len(theirs) < 6 or len(mine) < 6:
        return False
    # "Liked “...”" is a person's reaction to our text.
    if _REACTION.match(body):
        return False
    if theirs == mine:
        return True
    shared = SequenceMatcher(None, theirs, mine, autojunk=False).find_longest_match(0, len(theirs), 0, len(mine)).size
    return shared >= 0.8 * len(mine) and shared >= 0.6 * len(theirs)


_REACTION = re.compile(
    r"^\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted|removed|le gust[oó]|"
    r"le encant[oó]|me gust[aoó]|se ri[oó])\b.{0,30}[\"“«]",
    re.IGNORECASE | re.DOTALL,
)


def _is_same(body: str, other: str) -> bool:
    return words_of(body) == words_of(other) and bool(
        words_of(body) or (body.strip() and body.strip() == other.strip())
    )
