"""Texts that answer nothing we asked and still want a word from us: "anyone there?", "it got worse". Pure."""

import re

from messaging.agent.words.sentences import is_reaction, plain
from messaging.agent.words.yes_no import YesNo, read_yes_no

# So many words after a no are no bare no any more.
_LONGEST_NO = 4


def calls_out(text: str) -> bool:
    """ "Hello?", "are you there", "???": whether anybody reads this."""
    said = plain(text)
    if not said:
        return _QUESTION_MARKS.search(text) is not None and not is_reaction(text)
    return _CALLS_OUT.fullmatch(said) is not None or ("?" in text and _HELLO.fullmatch(said) is not None)


def is_lost(text: str) -> bool:
    """ "No entiendo", "what do you mean?": what we wrote last was not clear."""
    return _LOST.fullmatch(plain(text)) is not None


def tells_of_worse(text: str) -> bool:
    """ "The leak is worse now", "please hurry": what was arranged may come too late."""
    said = plain(text)
    return _WORSE.search(_NOT_WORSE.sub(" ", said)) is not None


def has_waited(text: str) -> bool:
    """ "Nobody has called me": something that was promised did not happen."""
    return _WAITED.search(plain(text)) is not None


def is_real_no(text: str, *, is_about_times: bool) -> bool:
    """Whether a text that reads as no says no: "wrong address" and "no me han llamado" begin like one.

    `is_about_times`: we offered times, so that "too late" is one.
    """
    if read_yes_no(text) != YesNo.NO:
        return False
    said = plain(text)
    return _BEGINS_LIKE_NO.search(said) is None and (is_about_times or _TOO.search(said) is None)


def needs_no_word(text: str) -> bool:
    """An assent, a bare no or signs: whoever sends that waits for nothing."""
    said = plain(text)
    if not said or is_reaction(text):
        return not calls_out(text)
    if read_yes_no(text) == YesNo.YES:
        return True
    return is_real_no(text, is_about_times=False) and len(said.split()) <= _LONGEST_NO


_QUESTION_MARKS = re.compile(r"[?¿]")
_THERE = r"(?:there|here|around|ahi|aqui|alguien)"
_HELLO = re.compile(r"(?:(?:hi|hello|hey|helo|hola|alo|bueno|oye|oiga|yo|still|there|anyone|anybody|alguien)(?: |$))+")
_CALLS_OUT = re.compile(
    r"(?:(?:hi|hello|hey|hola|alo|ok|so|um|oiga|disculpe|please|is|are|still) )*"
    rf"(?:(?:anyone|anybody|someone|somebody|you|u|ya|yall|you guys)(?: still| even| guys)* {_THERE}|"
    r"(?:did|have) (?:you|u|yall)(?: \w+)? (?:get|got|see|seen|read|receive|received) (?:my|this|that|the) "
    r"(?:last |first )?(?:text|texts|message|messages|msg)|hay alguien(?: ahi| aqui)?|"
    r"(?:sigue|siguen|esta|estan|estas)(?: usted| ustedes)? ahi|(?:me )?(?:lee|leen|recibio|recibieron)(?: mi mensaje| "
    r"esto)?)(?: (?:please|pls|hello|today|por favor|or what|right now))*"
)
_LOST = re.compile(
    r"(?:(?:sorry|hi|hey|um|ok|wait|i|im|am|perdon|disculpe|oiga|pero|but|what|que|yo) )*"
    r"(?:(?:dont|do not|didnt|did not|cant) (?:really |quite |even )?(?:understand|get it|get that|follow|"
    r"know what you "
    r"mean)|confused|(?:totally |so )?lost|huh|what(?: do you mean| does that mean| is this about)?|come again|"
    r"no (?:le |lo |les )?(?:entiendo|entendi|comprendo|comprendi)|como(?: asi| dice)?|que (?:quiere decir|significa|"
    r"dice)|mande)(?: (?:you|u|this|that|it|the \w+|what you mean|what you said|sorry|nada|bien|eso|esto|la pregunta|"
    r"lo que dice))*"
)
_FLUID = r"(?:water|it|leak|leaks|sewage|ceiling|pipe|toilet|drain|agua|fuga|techo)"
_WORSE = re.compile(
    r"\b(?:wors(?:e|t|ening)|(?:getting|got|even) (?:bigger|louder|stronger|hotter|colder)|spread(?:s|ing)?|"
    rf"{_FLUID} (?:is |are |keeps? |still |just |now |started |began )+(?:\w+ )?(?:drip|leak|pour|gush|flood|com|"
    r"spray|overflow|run)(?:s|ping|ing|ning)?\b|(?:drip|leak|pour|gush|flood)(?:s|ping|ing)? (?:\w+ )?(?:on|onto|into|"
    r"through|"
    r"everywhere|all over|again|more)|(?:please |pls |plz |better |can you |can u )?hurry(?: up)?|"
    r"(?:mucho |esta |va )?peor|empeor\w+|sigue (?:saliendo|goteando|tirando|cayendo)|(?:mas|esta saliendo|sale) agua|"
    r"(?:dense|dese|de) prisa|apurense|apurese|urge)\b"
)
_NOT_WORSE = re.compile(r"\b(?:no|not|isnt|aint|nothing|never|any|dont) (?:\w+ ){0,3}?(?:wors\w+|hurry|peor|prisa)\b")
_WAITED = re.compile(
    r"\b(?:(?:nobody|no one|noone|none of you)(?: has| have| ever)* (?:called|calls|rang|phoned|contacted)|"
    r"(?:you|yall|they|someone|somebody|he|she|guys) (?:\w+ )?(?:never|didnt|havent|hasnt) (?:\w+ )?(?:call|called|"
    r"rang|phoned|contacted)|"
    r"(?:havent|have not|didnt|did not|never|still no|still not|still havent) (?:\w+ )?(?:hear|heard|get|got|gotten|"
    r"received|receive|had) (?:\w+ )?(?:back|anything|call|calls|from|word)|(?:no|where is (?:my|the|your)|wheres "
    r"(?:my|the)) call(?: yet| back)?|"
    r"(?:still|been|am|im|keep|kept) waiting|(?:no|nadie|nunca)(?: me| nos)?(?: ha| han)? (?:llamado|llamaron|llamo|"
    r"marcado|marcaron|contestado|contestan)|(?:sigo|seguimos|estoy|estamos) esperando)\b"
)
_BEGINS_LIKE_NO = re.compile(
    r"^(?:wrong|incorrect|mistaken)\b(?! thats| no)|^(?:no|nadie|nunca) (?:le |lo |les )?(?:entiendo|entendi|"
    r"comprendo)|"
    r"^(?:no|nadie|nunca)(?: me| nos)?(?: ha| han)? (?:llamado|llamaron|llamo|marcado|venido|vino|llegado|llego|"
    r"contestado|contestan)|^(?:no one|nobody|never (?:called|came|got|heard|showed|received))\b|"
    r"^no (?:call|calls|heat|water|power|hot water|ac|answer|reply|response|word)\b"
)
_TOO = re.compile(r"^(?:(?:its|it is|thats|that is|way|ya es) )*(?:too|demasiado|muy) \w+$|\bat work\b")
