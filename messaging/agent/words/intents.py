"""What a customer's text is about: keywords in the company they keep, no model. Pure; English and Spanish together.

An intent chooses what is answered, not what is done: nothing is booked, moved or canceled on it. What a thing is ("my
AC is dead") is no intent of its own: the services of a business are matched elsewhere.
"""

import re

from messaging.agent.words import business_phrases, contact_phrases, person_phrases
from messaging.agent.words.sentences import Sentence, is_liking, is_reaction, sentences_of, words
from messaging.appointment_words import AppointmentReply, read_reply
from messaging.enums import Intent


def read_intents(text: str) -> frozenset[Intent]:
    """Everything `text` is about. Total: nothing for an empty text, OTHER (alone) for what no rule knows.

    SPAM stands alone. THANKS and GREETING are for texts that say nothing else; a liked text of ours is THANKS.
    """
    if not text.strip():
        return frozenset()
    if is_reaction(text):
        return frozenset([Intent.THANKS if is_liking(text) else Intent.OTHER])
    sentences = sentences_of(text)
    if not sentences:
        return frozenset([Intent.THANKS if any(sign in text for sign in "👍👌🙏❤😊🙂✅🙌👏🥰") else Intent.OTHER])
    found = {intent for sentence in sentences for intent in _intents_of(sentence)}
    if Intent.SPAM in found:
        return frozenset([Intent.SPAM])
    if reply := _ABOUT_VISIT.get(read_reply(text)):
        found.add(reply)
    if Intent.RESCHEDULE in found or Intent.CANCEL in found:
        # "Need to push my appointment" needs no second one, and asks nothing about the first.
        found -= {Intent.BOOKING, Intent.EXISTING}
    if not found:
        found.add(_read_courtesy(sentences))
    return frozenset(found)


def _intents_of(sentence: Sentence) -> set[Intent]:
    return {phrase.intent for phrase in _PHRASES if phrase.is_in(sentence.words)}


def _read_courtesy(sentences: list[Sentence]) -> Intent:
    said = [word for sentence in sentences for word in sentence.words.split()]
    clauses = [clause for sentence in sentences for clause in sentence.clauses]
    is_thanking = [_THANKS.search(clause) is not None for clause in clauses]
    if (
        not any(is_thanking)
        and all(word in _GREETINGS for word in said)
        and (said[0] in _HELLOS or _HOW_ARE_YOU.search(" ".join(said)))
    ):
        return Intent.GREETING
    asks = any(sentence.asks for sentence in sentences)
    if asks or _NO_THANKS.search(" ".join(said)):
        return Intent.OTHER
    rest = [word for clause, thanks in zip(clauses, is_thanking, strict=True) if not thanks for word in clause.split()]
    if any(is_thanking) and all(word in _GREETINGS or word in _COURTESIES for word in rest):
        return Intent.THANKS
    return Intent.OTHER


_PHRASES = (*business_phrases.PHRASES, *contact_phrases.PHRASES, *person_phrases.PHRASES)
_ABOUT_VISIT = {
    AppointmentReply.MOVE: Intent.RESCHEDULE,
    AppointmentReply.CANCEL: Intent.CANCEL,
    AppointmentReply.LATE: Intent.EXISTING,
}
_HELLOS = words(
    "hi hello hey hiya howdy yo hola buenas buenos greetings morning afternoon evening sup whats hii hallo helo "
    "saludos anyone anybody somebody alo oye"
)
_GREETINGS = _HELLOS | words(
    "good there day dias dia tardes tarde noches noche muy sir maam team guys folks all you u how are is it going "
    "doing today que tal como esta estan everyone yall ya home a up everything things bien amigo amigos senor senora "
    "buen my friend ai in night to and doing been have hows goes whats feeling well okay for just wanted say with "
    "been day lovely great"
)
_HOW_ARE_YOU = re.compile(
    r"\b(?:how (?:are|is|have|goes)|hows|whats up|good (?:morning|afternoon|evening|day|night)|buen dia|que tal|como "
    r"esta|say (?:hi|hello)|hi|hello|hey|hola|buenas|buenos|anyone|anybody)\b"
)
_COURTESIES = words(
    "ok okay k kk great perfect good awesome excellent cool nice wonderful sounds now that thats all for i need "
    "needed alright yes yeah sure will do it is so much very really appreciate appreciated your help you too have a "
    "one day nice night later soon see sorry got perfecto bien bueno listo vale excelente muy amable igualmente dios "
    "lo bendiga que tenga buen dia hasta luego pronto si claro was were been us me job well weekend again lol fine "
    "no problem worries the best be god bless them him her everything works this"
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank(?:s|ing|ful|you)|thx|thnx|thnks|thanx|tnx|tysm|tyvm|ty|grateful|gratitude|obliged|"
    r"appreciat\w+|cheers|bye|goodbye|good night|goodnight|take care|see (?:you|ya|u)|cya|ttyl|talk to (?:you|u) "
    r"(?:later|soon|then)|(?:nice|good|great|pleasure|enjoyed|glad)(?: \w+){0,3} (?:talking|chatting|speaking|talk|"
    r"chat|speak|to talk|to speak)|later gator|have a (?:\w+ )?(?:good|great|nice|blessed|wonderful|lovely)? ?(?:one|"
    r"day|night|evening|weekend|week|morning|afternoon)|god bless|gracias|agradec\w+|adios|hasta (?:luego|pronto|"
    r"manana)|nos vemos|bendiciones|que (?:tenga|pase|le vaya)|you(?:re|ve| have| are)? (?:been )?(?:so |very |a |"
    r"such |really |great |big |awesome )*(?:helpful|help|the best|awesome))\b"
)
_NO_THANKS = re.compile(r"\b(?:no|nope|nah) (?:thanks?|thank you|thx|gracias)\b|\bthanks but\b|\bgracias pero\b")
