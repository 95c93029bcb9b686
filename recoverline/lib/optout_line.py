"""PURE: whether a text tells its reader that answering STOP ends the texts, in English or Spanish.

Naming the word is not enough: "we never stop helping" names it, and "do not reply STOP" even forbids it.
"""

import re

from recoverline.lib.text import normalize

# Verbs that ask for an answer by text, and what may stand between them and the word to answer with.
ANSWER_VERBS = (
    r"reply(?:ing)?|respond(?:ing)?|answer(?:ing)?|text(?:ing)?|txt|send(?:ing)?|message|type|typing|write|say|"
    r"respond[ae]n?|responder|respondiendo|contest[ae]n?|contestar|contestando|env[ií][ae]n?|enviar|enviando|"
    r"mand[ae]n?|mandar|mandando|escrib[ae]n?|escribir|escribiendo|dig[ae]n?|teclee|ponga"
)
BETWEEN = (
    r"(?:[\s:]+(?:us|back|with|a|the|word|just|only|please|by|simply|con|la|el|palabra|solo|un|por favor))*[\s:]+"
    r"[\"'*(\[<]*"
)
# What follows a word that is asked for says what for.
PURPOSE = re.compile(r"[\"'*)\]>]*\s*(?:=|(?:to|2|for|if|para|si)\b)", re.IGNORECASE)
OPT_OUT_PURPOSE = re.compile(
    r"\b(?:opt(?:ing)?[ -]?out|unsubscrib\w+|no (?:more|longer|further)|be removed|"
    r"(?:not|never|don't|rather not) (?:\w+ ){0,2}(?:receive|get|hear|want|text\w*)|"
    r"(?:cancel|end|stop|quit|leave|cancelar|terminar|parar) (?:\w+ ){0,3}(?:texts|messages|msgs|sms|mensajes|textos)|"
    r"(?:dar(?:se|le)?|de) (?:de )?baja|no recibir|(?:no|ya no) (?:quiere|desea)|dejar de|desuscrib\w+)\b",
    re.IGNORECASE,
)

# A link or an address is no place for an instruction: joes.example/stop.
_ADDRESS = re.compile(r"\S*(?:://|@)\S*|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_STOP = re.compile(r"(?<![\w.-])STOP(?![\w-]|\.[a-z])", re.IGNORECASE)

# "STOP to cancel" is plain, while other words, as in "CANCEL to cancel", may mean a visit.
_SHORT_PURPOSE = re.compile(
    r"\b(?:cancel|end|stop|quit|leave|exit|cease|discontinue|revoke|cancelar|terminar|parar|salir|detener)\b",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"\W*(?:to|2|for|para|if you|si)\s+(?:\w+ )?(?:(?:confirm|book|reserv|agend|acept|continu|accept|agree)\w*|"
    r"(?:re)?schedul\w+|leave (?:us )?an?\b|(?:cancel|end|stop|quit|leave|cancelar|terminar|parar)\s+"
    r"(?:your|the|this|that|an?|my|su|tu|la|el|una?|est[ae])\s+(?:\w+ )?(?:appointment|booking|visit|job|order|quote|"
    r"estimate|call|reservation|cita|reserva|visita|turno|pedido|llamada|trabajo))\b",
    re.IGNORECASE,
)
_ANY_TIME = re.compile(
    r"\A[\"'*)\]>]*\s+(?:any ?time|at any time|whenever(?: you like)?|now|en cualquier momento|cuando quiera|ahora)\b",
    re.IGNORECASE,
)
# Other words of a list, "STOP, END or QUIT to ...", stand between a word and its purpose; the next offer ends it.
_LIST = re.compile(r"(?:[\s,\"'/]*(?:(?:or|and|o|y)\s+)?[\"']?[A-Z]{2,}\b[\"']?)*")
_NEXT_OFFER = re.compile(r"[,;]|\b(?:or|and|o|y)\b", re.IGNORECASE)

# The negation that forbids the answer, right before the verb. Elsewhere, as in "if you do not want texts, reply STOP"
# or "if not, reply STOP", it gives the reason for it.
_NEGATION = (
    r"\b(?:(?<!if )not|cannot|\w+n'?t|never|nor|without|instead of|avoid|(?<!si )no|nunca|jam[aá]s|"
    r"tampoco|ni|sin|evite)(?:\s+(?:please|ever|just|simply|you|be|is|it|have|has|need(?:ed)?|necessary|required|able|to|try|call|or|and|"
    rf"por|favor|nos|que|es|hay|hace|falta|necesario|tiene|debe|puede|necesita|o|y|{ANSWER_VERBS}))*\s+"
)
_ASKED = re.compile(rf"(?P<negation>{_NEGATION})?\b(?:{ANSWER_VERBS}){BETWEEN}\Z", re.IGNORECASE)
_ANY_VERB = re.compile(rf"(?P<negation>{_NEGATION})?\b(?:{ANSWER_VERBS})\b", re.IGNORECASE)
_NEXT_IN_LIST = re.compile(r"(?:\A|[,;:/|(.-]|\b(?:or|and|o|y))\s*[\"'*(\[<]*\Z", re.IGNORECASE)
_CLOSES = re.compile(
    r"[\"'*)\]>]*\s*(?:\Z|[.,;:!?()/=&|-]|(?:to|2|for|if|and|or|when\w*|now|any ?time|at any|at once|back|here|"
    r"please|thanks?|para|si|y|o|en|cuando|por|ahora|aqu[ií]|will|(?:end|stop|cancel|unsubscribe)s)\b)",
    re.IGNORECASE,
)
_FAILS = re.compile(
    r"\W*(?:(?:is|does|do|will|would|can|could|has|did)\s+(?:not|never)|cannot|\w+n't|no\s+(?:funciona|sirve))\b",
    re.IGNORECASE,
)
# Farther back nothing belongs to the instruction, and a long text without a full stop must not take long.
_REACH = 200


def offers_stop(text: str) -> bool:
    """Whether a sentence of `text` asks for STOP as the answer that ends the texts.

    "Reply STOP to opt out" and "STOP = no more texts" do; "do not reply STOP", "we never stop: text us" and "reply STOP
    to confirm" do not.
    """
    return any(
        _is_offer(sentence[: match.start()][-_REACH:], sentence[match.end() :][:_REACH])
        for sentence in sentences(normalize(text))
        for match in _STOP.finditer(sentence)
    )


def sentences(text: str) -> list[str]:
    """The sentences of `text`, each link and address in them replaced by one plain word."""
    return _SENTENCE_END.split(_ADDRESS.sub("link", text))


def ends_texts(after: str) -> bool:
    """Whether STOP, followed by `after`, means what carriers mean by it: no purpose at all, or that of an opt-out."""
    after = after_list(after)
    if _OTHER_PURPOSE.match(after):
        return False
    purpose = purpose_in(after)
    if OPT_OUT_PURPOSE.search(purpose) or _SHORT_PURPOSE.search(purpose):
        return True
    return PURPOSE.match(after) is None


def is_for_something_else(after: str) -> bool:
    """Whether what follows a word names another purpose than ending the texts, such as a visit to cancel."""
    return _OTHER_PURPOSE.match(after) is not None


def after_list(after: str) -> str:
    """What follows a word without the other words of its list and without "any time"."""
    unlisted = after if after.isupper() else _LIST.sub("", after, count=1)
    return _ANY_TIME.sub("", unlisted)


def purpose_in(after: str) -> str:
    """The part of `after` that can say what the word is for: up to the next offer."""
    return _NEXT_OFFER.split(after, maxsplit=1)[0]


def _is_offer(before: str, after: str) -> bool:
    if not ends_texts(after) or _FAILS.match(after):
        return False
    asked = _ASKED.search(before)
    if asked:
        return asked["negation"] is None and _CLOSES.match(after_list(after)) is not None
    return _is_next_offer(before, after_list(after))


def _is_next_offer(before: str, after: str) -> bool:
    """Whether STOP is offered without a verb right before it: "C to confirm or STOP to opt out", "STOP=end"."""
    verbs = list(_ANY_VERB.finditer(before))
    is_forbidden = bool(verbs) and verbs[-1]["negation"] is not None
    return not is_forbidden and _NEXT_IN_LIST.search(before) is not None and PURPOSE.match(after) is not None
