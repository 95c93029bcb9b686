"""What a customer's reply means for their visit: rules, no model. Pure; English and Spanish together.

Only asked of somebody who has a visit or an offer, after consent was read. What is a question, a condition, denied,
past or about something else is NONE, and a person reads it: a wrong "canceled" costs more than a reply that waits.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from messaging.optout_words import clauses_of


class AppointmentReply(enum.Enum):
    """NO is a bare no to our own question."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    MOVE = "move"
    LATE = "late"
    NO = "no"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Plain words (lower case, no accents, no apostrophes); `asks`: it ends with a question mark."""

    words: str
    asks: bool


def read_reply(text: str, *, asked: bool = False) -> AppointmentReply:
    """What `text` says about the visit. `asked`: our last text asked for an answer, so that yes, no and a thumb count.

    Total: every string has a meaning, most have NONE.
    """
    if _REACTION.search(text):
        return AppointmentReply.CONFIRM if asked and _LIKED.search(text) else AppointmentReply.NONE
    sentences = list(_sentences(text))
    whole = " ".join(sentence.words for sentence in sentences)
    bare = " ".join(word for word in whole.split() if word not in _COURTESIES)
    if not whole:
        return _read_signs(text) if asked else AppointmentReply.NONE
    if bare == "c":
        return AppointmentReply.CONFIRM
    if asked and "?" not in text:
        if _BARE_NO.fullmatch(bare):
            return AppointmentReply.NO
        if bare and all(word in _YES for word in bare.split()) and any(word in _ASSENTS for word in bare.split()):
            return AppointmentReply.CONFIRM
    found = {_read(sentence) for sentence in sentences} - {AppointmentReply.NONE}
    for reply in (AppointmentReply.MOVE, AppointmentReply.LATE):
        if reply in found:
            return reply
    if len(found) != 1 or (AppointmentReply.CANCEL in found and _is_more_than_canceling(whole)):
        return AppointmentReply.NONE
    return found.pop()


def says_more(text: str) -> bool:
    """Whether somebody should read it although its meaning for the visit is clear: a question, a gate code, a story."""
    words = [word for clause in clauses_of(text) for word in clause if word not in _COURTESIES]
    return "?" in text or len(words) > 7 or any(word.isdigit() and len(word) > 2 for word in words)


def is_bare_cancel(text: str) -> bool:
    """Whether the whole text is the word that ends texts for the law, and may have been meant for the visit."""
    words = [word for clause in clauses_of(text) for word in clause if word not in _COURTESIES]
    return len(words) == 1 and words[0] in ("cancel", "cancelar", "cancela", "cancele")


def _sentences(text: str) -> Iterator[_Sentence]:
    for match in _SENTENCE.finditer(text):
        words = " ".join(word for clause in clauses_of(match[1]) for word in clause)
        if words:
            yield _Sentence(words, "?" in match[2])


def _read_signs(text: str) -> AppointmentReply:
    if "👎" in text:
        return AppointmentReply.NO
    return AppointmentReply.CONFIRM if any(sign in text for sign in "👍👌✅🆗✔") else AppointmentReply.NONE


def _read(sentence: _Sentence) -> AppointmentReply:
    words = sentence.words
    if _UNSURE.search(words):
        return AppointmentReply.NONE
    if _moves(words):
        return AppointmentReply.MOVE
    if _LATE.search(words) and not _NOT_LATE.search(words) and not sentence.asks:
        return AppointmentReply.LATE
    if _cancels(sentence):
        return AppointmentReply.CANCEL
    if not sentence.asks and _CONFIRM.search(words) and not _NOT_CONFIRM.search(words):
        return AppointmentReply.CONFIRM
    return AppointmentReply.NONE


def _moves(words: str) -> bool:
    if _NOT_MOVED.search(words):
        return False
    return _MOVE.search(words) is not None or _OTHER_TIME.search(words) is not None


def _cancels(sentence: _Sentence) -> bool:
    words = sentence.words
    if _NOT_CANCELED.search(words) or _ASKS.search(words):
        return False
    if sentence.asks and not _ASKS_US.search(words):
        return False
    return _CANCEL.search(words) is not None or _CANNOT_COME.search(words) is not None


def _is_more_than_canceling(whole: str) -> bool:
    return _FOR_ANOTHER_REASON.search(whole) is not None or _SAYS_MORE_AFTER.search(whole) is not None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SENTENCE = re.compile(r"([^.!?;\n]+)([.!?;\n]*)")
_REACTION = re.compile(
    r"^\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{0,20}? to|removed an? |"
    r"le gust[oó]|le encant[oó]|me gust[aoó])\s*.{0,4}[\"“«]",
    re.IGNORECASE,
)
_LIKED = re.compile(r"^\W*(?:liked|loved|reacted 👍|le gust|le encant|me gust)", re.IGNORECASE)

_COURTESIES = _words(
    "please pls plz thanks thank you u thx ty tysm hey hi hello sir maam man guys so much very and again por favor "
    "porfa gracias muchas buenos buenas dias tardes hola"
)
_ASSENTS = _words(
    "yes yeah yea yep yup ya y sure ok okay k kk good perfect great fine awesome absolutely definitely correct works "
    "si claro vale listo perfecto bien bueno correcto seguro acuerdo roger will confirm confirmed c"
)
_YES = _ASSENTS | _words(
    "that thats is sounds for me us all it do with i be there then see im we the time day esta de ok a ese hora"
)
_BARE_NO = re.compile(r"(?:no|nope|nah|n)(?: (?:no|not? (?:interested|needed|now)|need))?|pass|not interested")

_DAY = (
    r"(?:today|tonight|tomorrow|tmrw|tmw|tomorow|mon|tues?|wed|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|"
    r"sun)day|next|this|hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
)
_VISIT = r"(?:appointments?|appts?|apt|booking|visit|reservation|slot|service call|citas?|visita|reserva|turno)"
_MINE = r"(?:my|our|the|this|that|todays|tomorrows|mi|la|nuestra|esta|su)"
_MY_VISIT = rf"{_MINE}(?: \w+){{0,3}}? {_VISIT}"

# What may come to pass is nothing done yet.
_UNSURE = re.compile(
    r"\b(?:if|unless|maybe|might|perhaps|possibly|in case|not sure|may (?:have|need) to|may not|quizas?|tal vez|"
    r"puede que|a lo mejor|depende|whether)\b"
)
# Questions about canceling, and what others did.
_ASKS = re.compile(
    r"^(?:and |but |so |hi |hello |hey )*(?:did|does|do|have|has|had|was|were|is|are|why|what|whats|how|when|where|who|"
    r"should|can i|could i|may i|am i|will i|que|como|cuanto|puedo|se puede|por que|hay)\b"
)
_ASKS_US = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|we|someone|yall|ya)\b|\b(?:puede|pueden|podria|podrian|podemos|puedes)\b|"
    r"\bcan t?\b$"
)
_ABOUT_ELSE = (
    r"\b(?:other|another|otr[oa]s?|subscription|order|membership|cards?|checks?|payments?|polic(?:y|ies)|fees?|charges?|"
    r"insurance|estimate|quote|contract|plan|suscripcion|pedido|orden|tarjeta|politica|seguro|pago|cuota|contrato|"
    r"cancell?ation|cancelacion|service(?! (?:call|appointment|appt|visit)))\b"
)
_NOT_CANCELED = re.compile(
    r"\b(?:dont|do not|did not|didnt|doesnt|never|not|no|wont|nunca|ni|isnt|wasnt)(?: \w+){0,3}? "
    r"(?:l[ao]s? )?(?:cancel\w*|anul\w*)\b|"
    r"\bcancell?ed\b|\b(?:ya|la|lo|he|hemos) cancele\b|\bcancelad[oa]\b|\bhave to not\b|" + _ABOUT_ELSE
)
# What may follow when nothing else is meant: which visit, when, a courtesy, why. Anything more is for a person to read.
_THIS_VISIT = (
    rf"(?:{_MINE}(?: (?:{_DAY}|upcoming|scheduled|morning|afternoon|evening|\d+(?:am|pm)?|am|pm|oclock))*"
    rf" (?:{_VISIT}|job|service (?:appointment|appt|visit))|{_VISIT}|todays|tomorrows)"
)
_WHEN = (
    rf"(?:{_DAY}|for|on|at|in the|the|of|then|noon|morning|afternoon|evening|night|week|weekend|oclock|am|pm|"
    r"\d+(?:st|nd|rd|th|am|pm)?|(?:jan|febr)uary|march|april|may|june|july|august|(?:septem|octo|novem|decem)ber|"
    r"de|del|para|el|la|las|a las|por la|tarde|semana|dia|ese)"
)
_CLOSING = (
    r"(?:please|pls|plz|sorry|so sorry|very sorry|(?:im|i am|were|we are)(?: so| very)? sorry|thanks?|thank you|"
    r"thank u|thx|ty|so much|unfortunately|asap|now|anymore|any more|after all|at all|altogether|completely|guys|"
    r"(?:my )?apologies|(?:i|we) apologize|for the (?:trouble|inconvenience|short notice|late notice)|por favor|porfa|"
    r"gracias|muchas gracias|disculpe|disculpen|perdon|lo siento|lo sentimos|with (?:you|u|yall|you guys)|con ustedes)"
)
_BECAUSE = (
    r"(?:because|since|due to|as (?:i|we|my|our)|something (?:came|has come) up|porque|debido a|por una emergencia|"
    r"(?:and )?(?:my |our |the )?(?:kid|kids|son|daughter|baby|wife|husband|mom|dad|mother|father|car) "
    r"(?:is|are|has|have|got|had|broke)|(?:im|i am|were|we are)(?: \w+)? (?:sick|ill|unwell|out of town|away)|"
    r"(?:i|we) (?:have|got|had) (?:to work|an emergency|a fever|covid|the flu)|(?:estoy|estamos) enferm[oa]s?)\b.*"
)
_AND_NO_MORE = rf"(?: (?:{_WHEN}|{_CLOSING}))*(?: {_BECAUSE})?$"
_WHAT = rf"(?: (?:it|this|that|{_THIS_VISIT})|(?: (?:me|us))(?= (?:for |on )?{_DAY}\b))?"
_CANCEL = re.compile(
    # I need to cancel, we have to cancel, going to have to cancel, I would like to cancel
    r"(?:(?:^|\b(?:i|we|were|id|im|wed|well|hi|hello|hey|sorry|unfortunately|but|just|and|so|actually|gonna) )"
    r"(?:(?:am|are|were|we|i|will|really|just|actually|unfortunately|sadly|would|now|do|to|going|gonna|have|got|need|"
    r"want|like|love|prefer|wish|must|gotta|wanna|trying|hafta|called|calling|writing|texting) )*"
    r"(?:need|want|have|got|like|love|going|gonna|gotta|wanna|hafta|prefer|wish|must|trying|called|calling|writing|"
    r"texting)(?: to)?|"
    # cancel my appointment, please cancel, can you cancel it
    r"(?:^|\b(?:please|pls|plz|just|lets|sorry|unfortunately|actually|you can|can you|could you|would you|will you|"
    r"can u|can we|could we|can someone|hi|hello|hey|yes|ok|okay)\b)(?: ?(?:please|pls|just|go ahead and))*|"
    # Spanish
    r"\b(?:quiero|queremos|necesito|necesitamos|tengo que|tenemos que|debo|quisiera|gustaria|voy a|vamos a|prefiero|"
    r"deseo|puede|pueden|podria|podrian|puedes|favor(?: de)?|tendre que|hay que|hola|porfa|si|ok)|^)"
    r"(?:^| )(?:(?:cancel|call off)\b|(?:cancel|anul)(?:ar|en?)(?:la|me)?\b|(?:cancele|anule)n?(?:la|me)?\b|"
    rf"(?:cancela|anula)(?:la|me)?(?= {_THIS_VISIT}))"
    rf"{_WHAT}{_AND_NO_MORE}|"
    rf"\b(?:no longer|dont|do not) need (?:{_THIS_VISIT}|(?:you|the tech\w*) to come){_AND_NO_MORE}|"
    rf"\bya no (?:necesito|necesitamos|quiero|queremos) {_THIS_VISIT}{_AND_NO_MORE}"
)
_CANNOT_COME = re.compile(
    r"\b(?:cant|cannot|can not|wont|will not|wont be able to|will not be able to|not able to|unable to|not going to|"
    r"not gonna|couldnt) "
    rf"(?:(?:be able to )?make it(?: to {_THIS_VISIT})?|(?:make|attend|keep) {_THIS_VISIT}|attend|"
    rf"(?:come|be coming)(?: in)?){_AND_NO_MORE}|"
    rf"\b(?:im|we are|were|i am) not coming{_AND_NO_MORE}|"
    r"\bno (?:puedo|podemos|podre|podremos|voy a poder|vamos a poder|voy a|vamos a) (?:ir|asistir|acudir|presentarme)"
    rf"(?: a {_THIS_VISIT})?{_AND_NO_MORE}"
)
# Around a cancellation these say that something else is canceled, or that the visit still matters.
_FOR_ANOTHER_REASON = re.compile(
    r"\b(?:instead|rather|never ?mind|(?:be|being|stay|get|come|coming) (?:there|here|home)|for you|have you|see you|"
    r"still (?:come|coming|need|want|on)|dentists?|doctors?|dr|meetings?|trip|flight|class|lesson|vet|hair|salon|gym|"
    r"lunch|dinner|party|vacation|hotel|shift|gardener|electrician|plumber|cleaner|competitors?|reservations? at|"
    r"mejor|olvid\w+|dentista|medico|reunion|viaje|vuelo|clase|plomero|electricista|vacaciones|en casa|"
    r"(?:los|les|lo|la) (?:espero|esperamos))\b"
)
_SAYS_MORE_AFTER = re.compile(
    r"\b(?:cancel\w*|anul\w*|call off|make it|attend|come|coming|ir|asistir|need|necesit\w+)\b.*"
    r"\b(?:so(?! (?:much|sorry)\b)|but|however|though|although|except|until|till|before|actually no|wait|keep|"
    r"pero|aunque|sino|asi que|para que|espere?n?|hasta|antes)\b"
)

# Moving comes before canceling: "can't make it, another day?"
_NOT_MOVED = re.compile(
    r"\b(?:dont|do not|no need to|not|never|didnt|havent|no|without) (?:\w+ ){0,3}?(?:reschedul\w*|postpon\w*|mov\w+|"
    r"chang\w+|cambi\w+|reprogram\w*|reagend\w*)\b|\brescheduled\b|\bdo i (?:need|have) to\b|\bwhy\b|\bpolicy\b|"
    r"\bfees?\b|\b(?:phone|address|number|email|name|direccion|telefono|numero|nombre)\b"
)
_MOVE = re.compile(
    r"\bre ?schedul(?:e|ing)\b|\bpostpone\b|\brain ?check\b|\bre ?book\b|"
    rf"\b(?:move|change|push|switch|bump|shift) (?:{_MY_VISIT}|{_MINE} (?:time|day|date|hour)\b)|"
    rf"\b(?:move|change|push|switch|bump|shift) (?:it|this|that|me|us|mine)(?: \w+){{0,2}}? "
    rf"(?:to|for|until|till|back|later|earlier|up|out)\b(?! (?:a |the |my )?(?:garage|room|side|wall|corner|bigger|"
    rf"smaller))|\b(?:push|move|bump) (?:it |us |me )?(?:back|up)\b|"
    r"\b(?:can|could|may) (?:we|you|i|u) (?:please )?(?:move|change|switch) (?:it|this|that|mine)(?: please)?$|"
    r"\bchange (?:the )?time\b|"
    rf"\b(?:can|could|would|may) (?:we|you|i|u|it) (?:\w+ ){{0,2}}?(?:do|make it|be|come|try) (?:\w+ ){{0,4}}?"
    rf"instead\b|\b{_DAY}(?: \w+){{0,3}}? (?:instead|work(?:s)? better|is better|would be better)\b|"
    rf"\b(?:can|could) (?:we|u|you) (?:do|make it) (?:\w+ )?(?:{_DAY}|\d)|"
    r"\b(?:cant|cannot|wont|not able to|unable to) make it (?:until|till|before|by|at|that (?:early|late|day|time)|"
    r"to that)\b|\bmake it (?:an hour|a (?:bit|little)) (?:later|earlier)\b|"
    r"\b(?:reprogramar|reagendar|posponer|aplazar|cambiarla|moverla|postergar)\w*\b|"
    rf"\b(?:cambiar|mover|pasar|cambiamos|movemos|cambie|mueva|cambien|muevan) (?:{_MY_VISIT}|(?:la|mi) (?:hora|fecha)|"
    r"(?:de|el) (?:dia|horario)|para (?:el|la|otr[oa])|a otr[oa])\b"
)
_ANOTHER = (
    r"(?:another|a different|different|some other|other|a new|new|a better|a later|later|an earlier|earlier|any other) "
    r"(?:time|day|date|slot|hour|week|times|days|dates|slots|appointment|appt)|"
    r"(?:otr[oa]|diferente|distint[oa]) (?:dia|hora|fecha|horario|momento|cita|semana)"
)
_OTHER_TIME = re.compile(
    rf"^(?:\w+ ){{0,2}}(?:{_ANOTHER})(?: please| por favor| \w+)?$|"
    r"\b(?:need|want|prefer|like|have|got|there|any|do|possible|pick|choose|find|for|to|at|try|get|set|schedule|"
    rf"make|book|necesito|quiero|quisiera|prefiero|tienen?|hay|para|a|en|puede ser|podria ser|gustaria|seria) "
    rf"(?:it |up |us |me |be |for |un |una |at )*(?:{_ANOTHER})\b|"
    r"\banything (?:earlier|later|sooner|else)\b|\b(?:puede|podria|podemos|pueden)(?: \w+){0,2} mas "
    r"(?:tarde|temprano)\b"
)

_LATE = re.compile(
    r"\brunning (?:\w+ ){0,4}?(?:late|behind)\b|\brunning (?:about |like )?\d+ (?:min|mins|minutes)\b|"
    r"\b(?:ill be|im|i am|we are|were|well be|i will be|we will be|gonna be|going to be|be) (?:\w+ ){0,4}?late\b|"
    r"\bstuck in traffic\b|\b\d+ (?:min|mins|minutes) late\b|"
    r"\b(?:llego|llegare|llegamos|llegaremos|voy a llegar|vamos a llegar|voy|vamos|ando|estoy|se me hizo|se nos hizo)"
    r"(?: \w+){0,3}? (?:tarde|retrasad[oa]s?|atrasad[oa]s?|demorad[oa]s?)\b"
)
_NOT_LATE = re.compile(
    r"\b(?:you|they|he|she|tech|technician|driver|guy|who) (?:\w+ ){0,3}?(?:running|late|behind)\b|\btoo late\b|"
    r"\blate (?:reply|response|text|answer|fee|payment|notice)\b|\b(?:not|never|wont|dont|no|nunca)\b"
    r"(?: \w+){0,3} (?:late|behind|tarde)\b|\bmas tarde\b|\b(?:is|are) (?:\w+ ){0,3}late\b(?! sorry)|^(?:is|are) "
)

_CONFIRM = re.compile(
    # "C", "confirmed", "yes I confirm my appointment for tomorrow", and nothing else
    r"^(?:(?:yes|yeah|yep|yup|ok|okay|sure|hi|hello|hey|si|thanks|thank you|hola|gracias|sorry|please|and|it is|its|we|"
    r"i|im|ill|id like to|i would like to|would like to|want to|this is to|just|all|c) )*"
    r"(?:confirm|confirmed|confirming|confirms|confirmo|confirmamos|confirmad[oa]|confirmar|conf)"
    rf"(?: (?:{_MY_VISIT}|it|that|for|at|on|de|para|el|las?|{_DAY}|\d+|am|pm|noon|time|thanks?|thank you|gracias|"
    r"attendance|asistencia|mi|my|our|the|appointment|appt|cita|i will be there|ill be there|see you|there))*$|"
    r"\bsee (?:you|u|ya|yall) (?:guys |all )?(?:then|there|tomorrow|today|tonight|soon|in the|at|on|"
    rf"{_DAY})\b|^(?:\w+ ){{0,2}}see (?:you|u|ya)$|"
    r"\b(?:ill|i will|we will|well|we ll|someone will|somebody will|my \w+ will) be "
    r"(?:there|here|home|ready|waiting)\b|"
    r"\blooking forward to (?:it|seeing|the|our|my|your)\b|"
    r"\b(?:nos vemos|ahi estare(?:mos)?|alli estare(?:mos)?|ahi nos vemos|alla nos vemos|estare(?:mos)? "
    r"(?:ahi|alli|en casa|listos?|lista|esperando)|l[oae]s? (?:espero|esperamos)|asistire(?:mos)?)\b"
)
_NOT_CONFIRM = re.compile(
    r"\b(?:not|cant|cannot|wont|dont|didnt|havent|never|no|but|before|until|pero|unable|except|can you|could you|"
    r"please confirm|need you to|waiting (?:for|on)|was|hasta)\b|^(?:do|does|did|is|are|can|could|should|why|what|when|"
    r"will|who|how)\b|\bbe (?:here|home) (?:at|after|by|around)\b"
)
