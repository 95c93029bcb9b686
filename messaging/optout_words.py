"""What a customer's text says about consent: rules, no model, no list of sentences.

47 CFR 64.1200(a)(10): the words stop, quit, end, revoke, opt out, cancel and unsubscribe revoke by themselves, any
other wording does when a reasonable person reads it so. Hence typos, polite sentences and other languages count.
A text is cut into clauses ("Stop. Thank you" are two); single words are judged by the company they keep in their
clause, phrases by patterns. A missed STOP is unlawful, a false one loses a customer, and MAYBE is the middle way.
"""

import enum
import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from messaging.optout_phrases import (
    A_NAME_NOT_HERE,
    BUSY,
    DONT_TEXT,
    IS_NOT_NAME,
    LATER,
    LEGAL_STEPS,
    MAYBE_PHRASES,
    ME,
    NEXT_TEXT,
    NO_CALLS,
    NOT_A_NAME,
    NOT_MEANT_AFTER,
    NOT_MEANT_BEFORE,
    OPT_OUT,
    OPT_OUT_OBJECT,
    ORDER_TO_STOP,
    OTHER_SCRIPTS,
    PREFERS_CALL,
    PREFERS_TEXTS,
    SEND_ME_TEXTS,
    STOP_PHRASES,
    STOPPING_TEXTS,
)


class Meaning(enum.Enum):
    """MAYBE is no revocation, but automation pauses until a person has looked (wrong number, hostile)."""

    STOP = "stop"
    HELP = "help"
    START = "start"
    MAYBE = "maybe"
    NONE = "none"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Twilio's default words act only as the whole text; on toll-free numbers the network knows fewer of them.
_CARRIER_WORDS = _words("STOP UNSUBSCRIBE END QUIT STOPALL REVOKE OPTOUT CANCEL START YES UNSTOP HELP INFO")
_TOLL_FREE_WORDS = frozenset(["STOP", "UNSTOP", "START"])

_HELP_WORDS = frozenset(["help", "info", "ayuda"])
_START_WORDS = frozenset(["start", "unstop"])

# Alone in a clause, among courtesies at most, each of these is an opt-out.
_STOP_WORDS = _words(
    "stop stahp stops stopall unsubscribe unsubscribed unsub quit revoke revoked optout cease desist dnc alto pare "
    "paren para parar basta detener detenga detengase salir baja desuscribir desuscribirme arret arreter "
    "arretez arrete desabonner desabonnement desinscrire desinscription parem sair descadastrar descadastre "
    "stopp stoppen abmelden parale parenle itigil sispann стоп отписаться 停止 退订 退訂 取消订阅 그만 중지 توقف"
)
_SPANISH_STOPS = frozenset(["para", "pare", "paren", "parar"])  # "no para": the leak does not stop; "gracias por parar"
# These are everyday words too (an appointment is canceled, a day ends): only the whole text makes them an opt-out.
_WHOLE_TEXT_STOPS = frozenset(
    [
        *_words("取消 end cancel cancelar cancela cancele fin terminar annuler remove remover eliminar borrar borrame"),
        *["end it", "no more", "no mas", "delete me"],
    ]
)
# Said beside "not interested" or "wrong number", these need not be the whole text.
_STOPS_OF_A_STRANGER = frozenset(["remove", "remover", "eliminar", "borrar", "end", "delete"])
_CANCEL_TYPOS = frozenset(["cancle", "cancell", "cnacel", "cancal", "cansel", "canel", "cacel"])
_QUIT_TYPOS = frozenset(["qiut", "quti", "uqit", "quitt"])
# Real words (and names) one slip away from "stop".
_NEAR_STOP = _words(
    "shop step slop top sop atop stoop stomp strop stow stops stopt estop stope ston stot stoup swop sto"
)
_COURTESIES = _words(
    "please pls plz plez plse pleas kindly just now already immediately asap thanks thank you u thx ty tysm hey hi "
    "hello yo lol omg ffs sir maam man bro dude guys folks seriously really right away at once today sorry and por "
    "favor porfa porfavor porfavo gracias ya merci svp sil vous plait obrigado obrigada bitte danke"
)
# "ok cancel" and "yes, end" answer a question; "ok stop" does not.
_ASSENTS = frozenset(["ok", "okay", "k", "kk", "yes", "no", "nope", "well", "fine", "alright", "si", "nao"])
_AFTER_STOP = _words("it this that all everything these those them everyone sms txt text texts msg")

# What makes a final "stop" a noun or the halting of a thing: "bus stop", "it wont stop", "how do i make it stop".
_BEFORE_OTHER_STOP = _words(
    "bus truck pit rest one next last first door full non gas whistle emergency subway train tram metro corner same "
    "every wont will doesnt does didnt did dont do cant cannot could couldnt would wouldnt not never to it a an the "
    "my this that and or can may might should must shouldnt back short auto hard dead quick they she he i we"
)
_THING_STOPS = re.compile(
    r"\b(?:makes?|making|made|gets?|getting|let|did|does|do|will|would|when|until|till|wants?|needs?|wish|hope|"
    r"hear|see|where|how)\b (?:\w+ )?(?:the|my|this|that|his|her|our|its|these|those|your|it|an?|i|we)\b"
)
_ASKED_OF_YOU = re.compile(
    r"\b(?:(?:can|could|will|would|wont|why dont|cant) (?:you|u|ya|yall)|(?:you|u|yall) (?:guys )?(?:need to|"
    r"must|should|better|gotta|have to|can|will|please))(?: please| just| all)*$"
)
_SAID = _words("please pls plz just said say kindly spam now repeat again")
_AFTER_OTHER_STOP = _words(
    "by in over at off on out for around through the a an my our his her its your up to from into here there near "
    "before after between until till tomorrow monday tuesday wednesday thursday friday saturday sunday morning "
    "afternoon evening sign light lights valve cock watch work payment payments service water leak leaks drip "
    "time short foreclosure eviction garnishment garnishments repossession bankruptcy divorce creditors "
    "collectors debt wage wages child snoring bleeding deportation treatment motion loss gap go and when where "
    "how what if am pm any anywhere anytime sometime"
)
_NEW_SENTENCE = _words(
    "is isnt are arent aint i im you u youre its or we who not no nonsense bs crap shit madness harassment bullshit"
)
_HALTS = frozenset(["stop", "quit", "cease"])
_DEMONSTRATIVES = frozenset(["it", "this", "that", "these", "those", "all"])
_NEGATIONS = _words("wont doesnt didnt dont not never cant couldnt")
_YOU = frozenset(["you", "u", "ya", "yall"])
_ASKS_WHETHER = re.compile(r"\b(?:did|do|does|have|has) (?:you|u|yall|they|it|he|she)\b")
# Before "don't text" these make it a statement: "I don't text well", "if you don't text me back".
_STATES_A_FACT = _words("i we you u they he she it who yall people to can could cant")
_DETERMINERS = _words("the a an that those his her your my")

# A phone's reaction quotes our own text, which says how to opt out.
_REACTION = re.compile(
    r"^\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{0,20}? to|"
    r"removed an? \w+(?: \w+)? from|le gusto|le encanto|me gusto|[^\x00-\x7f]{1,4}\s*to|"
    r"\S+ \S*.{0,20}le (?:gusto|encanto))\s*[\"“«]",
    re.IGNORECASE,
)
_OUR_FOOTER = re.compile(
    r"\b(?:reply|text|txt|send|responda|responde|envie|repondez)(?: with)? stop (?:to|para|pour|2) (?:opt|"
    r"unsubscribe|unsub|end|cancel|stop|quit|cancelar|salir|sair|darse)\b(?: out| de baja)?"
)
_CLAUSE_BREAK = re.compile(r"[.!?;,:\n\r()\[\]\"“”«»¡¿…|/]+|\s[-–—~]+\s|[—–]+")
_SPELLED = re.compile(r"\b(?:[a-z][\s.*_-]{1,2}){2,}[a-z]\b")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def read_consent(text: str) -> Meaning:
    """What the text means for consent. Total: every string has a meaning, most have NONE."""
    if _REACTION.search(text):
        return Meaning.NONE
    clauses = clauses_of(text)
    words = [word for clause in clauses for word in clause]
    if not words:
        return _read_signs(text)
    if len(words) == 1 and words[0] in _HELP_WORDS:
        return Meaning.HELP
    if len(words) == 1 and words[0] in _START_WORDS:
        return Meaning.START
    if PREFERS_TEXTS.search(" ".join(words)):
        # "Stop calling, just text me" is about calls only.
        clauses = [NO_CALLS.sub(" ", " ".join(clause)).split() for clause in clauses]
    if OTHER_SCRIPTS.search(unicodedata.normalize("NFC", text)) or _threatens(" ".join(words)):
        return Meaning.STOP
    if _is_whole_text_stop(words) or any(_is_stop(clause, words) for clause in _without_footer(clauses)):
        return Meaning.STOP
    if not (
        "🖕" in text
        or any(_is_name(match.groups()) for match in A_NAME_NOT_HERE.finditer(text))
        or any(_is_maybe(clause, words) for clause in clauses)
    ):
        return Meaning.NONE
    is_stranger = any(" ".join(_heavy(clause)) in _STOPS_OF_A_STRANGER for clause in clauses)
    return Meaning.STOP if is_stranger else Meaning.MAYBE


def is_carrier_keyword(text: str, *, toll_free: bool = False) -> bool:
    """Whether Twilio by default acts on this text and answers it, so that a reply of ours would double or fail.

    Source: Twilio's page on its default opt-out words; a single word in any case. YES is among them although for us
    it never is an opt-in.
    """
    return text.strip().upper() in (_TOLL_FREE_WORDS if toll_free else _CARRIER_WORDS)


def clauses_of(text: str) -> list[list[str]]:
    """The text as clauses of plain words: lower case, without accents, apostrophes, emoji and long repeats."""
    plain = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = unicodedata.normalize("NFC", re.sub(r"['’‘`´ʼ]", "", plain))
    plain = re.sub(r"(?<=[a-z])0(?=[a-z])", "o", plain)
    plain = re.sub(r"\b(wrong|my|this) ?#(?!\w)", r"\1 number", plain)
    plain = re.sub(r"\bun[\s-](?=sub)", "un", plain)
    plain = _SPELLED.sub(_join_spelled, _LONG_RUN.sub(r"\1", plain))
    clauses = ([_mended(word) for word in re.findall(r"\w+", part)] for part in _CLAUSE_BREAK.split(plain))
    return [clause for clause in clauses if clause]


def _join_spelled(match: re.Match[str]) -> str:
    joined = re.sub(r"[\s.*_-]", "", match.group())
    return joined if joined in _STOP_WORDS or joined in _WHOLE_TEXT_STOPS else match.group()


def _mended(word: str) -> str:
    """The word itself, or the opt-out word of which it is a slip of the finger."""
    if word in _CANCEL_TYPOS:
        return "cancel"
    if word in _QUIT_TYPOS:
        return "quit"
    if word not in _NEAR_STOP and word.isalpha() and is_one_slip(word, "stop"):
        return "stop"
    if word.startswith("un") and len(word) > 8 and word != "unsubscribed" and _is_unsubscribe(word):
        return "unsubscribe"
    return word


def is_one_slip(word: str, target: str) -> bool:
    """One letter too many, too few or wrong, or two neighbors swapped."""
    if word == target or abs(len(word) - len(target)) > 1 or len(word) < 3:
        return word == target
    if len(word) == len(target):
        differing = [index for index in range(len(word)) if word[index] != target[index]]
        if len(differing) == 1:
            return True
        swapped = differing[:1] and len(differing) == 2 and differing[1] == differing[0] + 1
        return (
            bool(swapped) and word[differing[0]] == target[differing[1]] and word[differing[1]] == target[differing[0]]
        )
    longer, shorter = (word, target) if len(word) > len(target) else (target, word)
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def _is_unsubscribe(word: str) -> bool:
    return SequenceMatcher(None, word, "unsubscribe").ratio() >= 0.85


def _without_footer(clauses: list[list[str]]) -> list[list[str]]:
    """The clauses without our own "Reply STOP to opt out", unless that is all there is."""
    stripped = [_OUR_FOOTER.sub(" ", " ".join(clause)).split() for clause in clauses]
    return [clause for clause in stripped if clause] or clauses


def _read_signs(text: str) -> Meaning:
    if "🛑" in text or "⛔" in text:
        return Meaning.STOP
    return Meaning.MAYBE if "🖕" in text else Meaning.NONE


def _is_whole_text_stop(words: list[str]) -> bool:
    heavy = _heavy(words)
    return " ".join(heavy) in _WHOLE_TEXT_STOPS or (len(heavy) == 2 and "".join(heavy) in ("stop", "unsubscribe"))


def _heavy(words: list[str]) -> list[str]:
    return [word for word in words if word not in _COURTESIES]


def _threatens(text: str) -> bool:
    return NEXT_TEXT.search(text) is not None and LEGAL_STEPS.search(text) is not None


def _is_stop(clause: list[str], text: list[str]) -> bool:
    joined = " ".join(clause)
    return (
        _is_bare_stop(clause)
        or any(_is_call_to_stop(clause, place) for place, word in enumerate(clause) if word in _HALTS)
        or _ends_texts(joined)
        or _read_refusal(joined, text) is Meaning.STOP
        or _opts_out(joined)
        or STOP_PHRASES.search(joined) is not None
    )


def _is_bare_stop(clause: list[str]) -> bool:
    heavy = [word for word in clause if word not in _COURTESIES and word not in _ASSENTS and not word.isdigit()]
    if not heavy or heavy[0] not in _STOP_WORDS:
        return False
    if heavy[0] in _SPANISH_STOPS and clause[: clause.index(heavy[0])][-1:] in (["no"], ["por"]):
        return False
    return all(word in _STOP_WORDS or word in _AFTER_STOP for word in heavy[1:])


def _is_call_to_stop(clause: list[str], place: int) -> bool:
    """Whether this "stop" is said to us: "this is spam stop", "stop i found someone", not "stop by"."""
    before, after = (
        clause[:place],
        [word for word in clause[place + 1 :] if word not in _COURTESIES and not word.isdigit()],
    )
    lead = [word for word in before if word not in _COURTESIES and word not in _ASSENTS and word not in _SAID]
    is_last = all(word in _AFTER_STOP or word in _STOP_WORDS for word in after)
    if is_last and lead:
        if _ASKED_OF_YOU.search(" ".join(before)):
            return not after
        if before[-1] in _BEFORE_OTHER_STOP or _THING_STOPS.search(" ".join(before)):
            return False
        # "Just quit" is what furnaces do.
        return clause[place] == "stop" or (before[-1] in _SAID and before[-1] != "just")
    if lead or clause[place] != "stop" or is_last:
        return is_last
    if after[0] == "from" and len(after) == 2:
        return not after[1].endswith("ing")
    if after[0] in _DEMONSTRATIVES:
        return after[1] in _NEW_SENTENCE
    return (
        clause[place + 1] not in _AFTER_OTHER_STOP
        and after[0] not in _AFTER_OTHER_STOP
        and not after[0].endswith("ing")
    )


def _ends_texts(clause: str) -> bool:
    """ "Stop texting", unless a machine will not stop sending alerts, or someone asks whether we stopped."""
    match = STOPPING_TEXTS.search(clause)
    if match is None:
        return False
    before = clause[: match.start()].split()
    if _ASKS_WHETHER.search(" ".join(before)) or ORDER_TO_STOP.search(clause[: match.start()]):
        return False
    return not (before and before[-1] in _NEGATIONS and _YOU.isdisjoint(before))


def _read_refusal(clause: str, text: list[str]) -> Meaning:
    """ "Don't text me" is STOP; until some hour, or "don't text, call me", MAYBE; the thing sent or a fact, NONE."""
    match = DONT_TEXT.search(clause)
    if match is None or match["before"] in _STATES_A_FACT:
        return Meaning.NONE
    if match["send"]:
        return Meaning.STOP if SEND_ME_TEXTS.search(match["rest"]) else Meaning.NONE
    rest = ME.sub("", match["rest"])
    has_object = rest != match["rest"]
    goes_on = [word for word in rest.split() if word not in _COURTESIES]
    is_for_good = not goes_on or goes_on[0] in ("again", "anymore", "any", "ever", "or", "here", "no", "back")
    if match["call"]:
        return Meaning.STOP if has_object and goes_on and is_for_good else Meaning.NONE
    if LATER.search(rest):
        return Meaning.MAYBE
    if goes_on and goes_on[0] in _DETERMINERS:
        return Meaning.STOP if goes_on[-1] in ("again", "anymore") else Meaning.NONE
    if not has_object and BUSY.search(" ".join(text)):
        return Meaning.MAYBE
    if not has_object and not goes_on and PREFERS_CALL.search(" ".join(text)):
        return Meaning.MAYBE
    return Meaning.STOP if has_object or is_for_good else Meaning.NONE


def _opts_out(clause: str) -> bool:
    match = OPT_OUT.search(clause)
    if match is None or NOT_MEANT_BEFORE.search(match["before"]) or NOT_MEANT_AFTER.search(clause):
        return False
    return match["link"] is None or OPT_OUT_OBJECT.search(match["rest"]) is not None


def _is_maybe(clause: list[str], text: list[str]) -> bool:
    joined = " ".join(clause)
    if MAYBE_PHRASES.search(joined) or _read_refusal(joined, text) is Meaning.MAYBE:
        return True
    match = IS_NOT_NAME.search(joined)
    return match is not None and _is_name(match.groups())


def _is_name(words: Iterable[str | None]) -> bool:
    """Whether the words can be somebody's name: "john smith", not "urgent", "working" or "my"."""
    return not any(word.lower() in NOT_A_NAME or word.endswith(("ing", "ed", "ly")) for word in words if word)
