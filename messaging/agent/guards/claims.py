"""PURE: what a reply says that was done or will be done, in English and Spanish, and which act would make it true."""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from messaging.agent.guards.text import clause_around, wording


class Act(enum.Enum):
    """What a tool did in this turn."""

    BOOKED = "booked"
    HELD = "held"
    MOVED = "moved"
    CANCELED = "canceled"
    HANDED_OFF = "handed_off"
    CALLBACK = "callback"
    ESCALATED = "escalated"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Assertion:
    """Something that a sentence says was done. `acts`: any of them makes it true; none: no tool can do it."""

    code: str
    said: str
    acts: frozenset[Act]


_DONE = (
    r"(?:(?:have|has|had|just|now|already|also|officially|both|all|went ahead and|gone ahead and|go ahead and|"
    r"successfully) )*"
)
_I = rf"\b(?:i|we) {_DONE}"
_WILL = (
    r"\b(?:i|we) (?:will|am going to|are going to|am gonna) (?:(?:go ahead and|just|now|also|gladly|happily|get|"
    r"be) )*"
)
_NOW = r"\b(?:i am|we are) (?:(?:now|just|already|currently) )*"
_IS = rf"\b(?:is|are|was|were|been|be) {_DONE}"
_SOMEONE = (
    r"(?:(?:someone|somebody|(?:a|an|the|our|your|one of our|my|another) (?:\w+ ){0,3}?(?:tech\w*|plumber|team|"
    r"crew|person|human|pro|"
    r"expert|electrician|specialist|stylist|driver|manager|owner|dispatcher|office|staff|member|rep\w*|"
    r"colleague|advisor|"
    r"agent|front desk|guy|installer|receptionist|doctor|dentist|mechanic|cleaner|assistant|attorney|agent)s?)"
    r"(?: (?:from|on|at|in|of) (?:\w+ ){0,2}?\w+)?|they|he|she|help)"
)
_DAY = (
    r"(?:then|there|soon|tomorrow|today|tonight|on|at|in the|this|next|between|around|(?:mon|tues|wednes|thurs|"
    r"fri|satur|sun)day|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)\b)"
)
_DAYS = (
    r"(?:today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\b|"
    r"the \d+(?:st|"
    r"nd|rd|th)\b)"
)
_VISIT = r"(?:appointment|appt|visit|booking|slot|time|spot|service|call|job|reservation|it|that|this)"

_BOOKED = (
    # you are booked, you are all set
    rf"\byou (?:are|were|have been) {_DONE}(?:booked|scheduled|confirmed|set\b|good to go|on (?:the|"
    rf"our) (?:schedule|calendar|"
    r"books|list)|locked in|penciled in|reserved|down for)",
    r"^(?:(?:ok|okay|great|perfect|awesome|done|thanks|thank you|got it)[,.! ]*)?(?:all set|all booked|booked|"
    r"scheduled|confirmed|"
    r"appointment confirmed)\b(?! (?:visits|appointments|solid|up))",
    r"\byou have (?:got )?(?:an? |your )(?:confirmed |new )*(?:appointment|visit|booking)\b",
    # I have booked it, I will book it
    rf"{_I}(?:booked|scheduled|confirmed (?:your|you|it|the)|reserved|locked (?:it |that |you )?in|"
    rf"signed you up|set (?:you|it|that|this) up|"
    r"set up (?:your|an?|the))\b(?! (?:solid|up|full))",
    rf"{_WILL}(?:book|schedule|reserve|lock in|set up|set you up|put you (?:down|in)|sign you up|you (?:booked|"
    rf"scheduled|set))\b",
    r"\b(?:i am|we are) (?:booking|scheduling|reserving) (?:you|it|that|this|your)\b",
    rf"(?<!fully )(?<!already ){_IS}(?<!already )(?:booked|scheduled|confirmed|locked in)\b(?! (?:up|solid|out|"
    rf"full|by|as))",
    rf"\b(?:your|the) (?:\w+ ){{0,2}}{_VISIT} (?:is|are) {_DONE}(?:set|all set|good to go|on (?:the|"
    rf"our) (?:schedule|calendar|books))\b",
    rf"\bsee (?:you|ya)(?: all)?(?:$| {_DAY}|[.!])",
    r"\bconsider (?:it|that|yourself) (?:booked|scheduled|done|confirmed)\b",
    r"\blook(?:ing)? forward to (?:seeing|meeting|visiting|helping you (?:on|at|tomorrow))\b|\b(?:can not|"
    r"can hardly) wait to (?:see|meet)\b",
    # Somebody comes.
    rf"\b(?:{_SOMEONE}|we|i) (?:will|is going to|are going to|is|are|am) (?:\w+ )?(?:be (?:there|out|over|"
    rf"with you|at your)|coming|come\b|"
    r"arriv\w+|visit\w*|(?:stop|swing|drop)(?:ping)? by|head(?:ing|ed)? (?:out|over|your way|to)|"
    r"(?:already )?on (?:the|his|her|their|our|its) "
    r"way|out there|en route|take care of (?:it|this|that|you) (?:on|at|today|tomorrow))\b",
    r"\b(?:help|someone|somebody|a tech\w*) (?:is )?on (?:the|its|their) way\b",
    rf"(?:{_WILL}|{_NOW}|{_I})(?:send(?:ing)?|sent|dispatch(?:ed|ing)?) (?:you )?(?:{_SOMEONE}|out|help)\b",
    # It is made, it went through, the day is yours, expect us.
    rf"{_I}(?:made|created|placed|arranged|secured|got|grabbed) (?:you )?(?:your|the|an?|that|this) (?:\w+ ){{0,2}}?"
    rf"(?:appointment|appt|booking|reservation|slot|spot|visit)\b|{_I}(?:put|added) you (?:\w+ )?(?:on|in|to) (?:the|"
    rf"our)\b",
    r"\b(?:booking|appointment|appt|reservation|visit) (?:(?:has|is|was|just) )*(?:went|gone|goes|came|made|"
    r"complete[d]?|"
    r"secured|arranged|in the books)\b",
    r"^(?:(?:ok|okay|great|perfect|awesome|done|thanks|thank you|got it)[,.! ]*)?(?:(?:it|that|all|everything) is )?"
    r"(?:locked in|arranged|secured|reserved)(?=$|[.,!;])",
    rf"\b(?:{_DAYS}|slot|spot|time|appointment|it|that) is (?:all |now )?yours\b|\byou are (?:\w+ )?(?:on|in) for\b",
    rf"\byour (?:\w+ )?(?:appointment|appt|visit|booking|reservation)(?: time)?(?:: ?| is (?:on |for |at |"
    rf"set for )?)(?={_DAYS})",
    rf"\b(?:{_SOMEONE}|we) (?:arrives?|comes?|visits?|stops? by|shows? up|gets? there|leaves?|left)\b(?! (?:to|if|"
    rf"when))"
    rf".{{0,30}}?\b(?:{_DAYS}|shortly|soon|now|at \d)",
    r"^(?:(?:please|so|then|you can|great|perfect)[,!]? )*expect (?:us|our|a (?:tech\w*|plumber|visit)|someone|him|"
    r"her|them)\b",
    rf"\b(?:number|slot|option|one) \d+ is yours\b|\b(?:{_DAYS}) it is\b(?! not)|\bit is a date\b|\bbelongs to you\b",
    rf"\bgot you (?:in )?for\b|\byou are (?:all )?good for\b|{_I}(?:put you in|arranged|did it|took care of (?:it|"
    rf"that))\b",
    r"\b(?:slot|spot|time|place) is (?:safe|secured)\b|\bplease be home\b|\bis assigned to you\b|\byou are in (?:our|"
    r"the) "
    r"system\b|^success\b|\byour (?:visit|appointment) (?:takes place|stands)\b",
    # Spanish
    r"^(?:listo,? )?ya (?:quedo|esta)[.! ]*$|\b(?:alli|ahi) estaremos\b|\bvamos (?:el|hoy|manana)\b|\b(?:tecnico|"
    r"plomero|"
    r"equipo) estara (?:el|hoy|manana|alli|ahi)\b",
    r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|cita|horario|hora|turno|espacio|"
    r"lugar) (?:ya )?es "
    r"(?:suy|tuy)[oa]\b|\bya (?:va|vamos|van|viene|vienen|salio|salieron|salimos)\b(?! a )",
    r"\b(?:tecnico|tecnica|plomero|equipo|alguien|companero|electricista|mecanico|doctor) (?:ya )?(?:(?:llega|viene|"
    r"pasa|sale|va) (?:el|la|hoy|manana|en|entre|a las|para|ahora|ahorita|pronto|enseguida)|salio)\b",
    r"\b(?:queda(?:n|ra|ron)?|quedo|esta(?:n)?|fue|ha sido|es|quedamos) (?:\w+ )?(?:reservad|agendad|confirmad|"
    r"programad|apuntad)[oa]s?\b",
    r"^(?:(?:listo|perfecto|excelente|muy bien)[,.! ]*)?(?:(?:cita|reserva|visita) )?(?:reservad|agendad|"
    r"confirmad|programad)[oa]\b",
    r"\b(?:(?:le|te|lo|la|ya|se) )*(?:he|hemos) (?:reservado|agendado|confirmado|programado|apuntado)\b",
    r"\b(?:ya )?(?:le|te|lo|la|se l[oa]) (?:reserve|agende|programe|apunte|reservamos|agendamos|programamos|"
    r"reservo|agendo)\b",
    r"\b(?:nos vemos|l[eoa]s? (?:esperamos|veremos|vemos)|te (?:esperamos|veremos|vemos))\b",
    r"\bya (?:tiene|tienes) (?:su |tu |una )?(?:cita|reserva|visita)\b|\btodo (?:esta )?listo para (?:su|tu|el|la)\b",
    r"\b(?:el tecnico|un tecnico|alguien|nuestro equipo|el plomero) (?:llegara|ira|va en camino|pasara|lo visitara)\b|"
    r"\b(?:va|vamos|van|esta|estamos) en camino\b|\benviaremos a\b|\b(?:le|te) (?:reservare|agendare|programare)\b",
)
_MOVED = (
    rf"{_I}(?:moved|rescheduled|switched|changed (?:your|it|the (?:appointment|time|visit|booking))|pushed|bumped)\b",
    rf"{_WILL}(?:move|reschedule|switch|change) (?:it|your|you|that|the|this)\b",
    rf"{_IS}(?:moved|rescheduled|switched)\b|\byour new (?:time|appointment|visit|slot) is\b",
    rf"\b{_VISIT} (?:is|has been|was) {_DONE}changed\b|\b(?:appointment|visit|booking|"
    rf"reservation) is now (?:on|at|for|set)\b",
    r"^(?:moved|rescheduled)\b",
    r"\b(?:queda|quedo|esta|fue|ha sido) (?:\w+ )?(?:reprogramad|reagendad|cambiad|movid)[oa]\b|"
    r"\b(?:he|hemos) (?:cambiado|movido|reprogramado|reagendado)\b|\b(?:ya )?(?:le|la|lo|se la) (?:cambie|movi|"
    r"reprograme|cambiamos|movimos)\b|"
    r"\b(?:cambie|movi|reprograme|cambiamos|movimos) (?:su|tu|la) (?:cita|visita|reserva)\b|"
    r"\bsu cita (?:\w+ )?ahora es\b",
)
_CANCELED = (
    rf"{_I}cancell?ed\b|{_WILL}(?:cancel|take you off)\b|\b(?:i am|we are) cancell?ing\b",
    rf"{_IS}cancell?ed\b(?! (?:if|when|with|less|after|by))|^cancell?ed\b(?! (?:visits|appointments|within))",
    rf"{_I}(?:removed|deleted) (?:your|the|it)\b|{_I}(?:taken|took) (?:you|it) off (?:the|our)\b",
    r"\b(?:queda|quedo|esta|fue|ha sido) (?:\w+ )?(?:cancelad|anulad)[oa]\b|\b(?:he|hemos) (?:cancelado|anulado)\b|"
    r"^(?:cancelad|anulad)[oa]\b|\b(?:ya )?(?:le|la|lo|se la) (?:cancele|anule|cancelamos|anulamos)\b|"
    r"\b(?:cancele|anule|cancelamos|anulamos) (?:su|tu) (?:cita|visita|reserva)\b",
)
_NOT_YOU = r"(?! you\b(?! (?:over|through|to)))"
_TOLD = (
    rf"{_I}(?:told|notified|alerted|informed|let (?:\w+ ){{1,4}}know|passed|forwarded|flagged|escalated|"
    rf"relayed|handed|shared (?:this|that|it|your)|"
    rf"pinged|connected you|transferred you|sent (?:this|that|it|your|a (?:note|message)))\b{_NOT_YOU}",
    rf"{_I}left (?:\w+ )?(?:an? )?(?:\w+ )?(?:note|message|word) (?:for|with)\b",
    r"\b(?:boss|jefe|equipo) (?:already )?(?:knows|ya sabe|ya esta enterado|esta enterado)\b|\bmessage reached\b|"
    r"\bdej(?:e|amos) "
    r"(?:el |un )?recado\b",
    r"\b(?:le|les) (?:dije|dijimos|comente|comentamos|conte|contamos|deje (?:una nota|un mensaje|"
    r"un recado)) (?:\w+ )?al?\b",
    rf"{_WILL}(?:tell|notify|alert|inform|let (?!you\b)(?:\w+ ){{1,4}}know|pass|forward|flag|escalate|relay|"
    rf"hand|share (?:this|that|it|your)|ping|connect|"
    rf"transfer|have (?:{_SOMEONE})|get (?:{_SOMEONE}|you (?:a|an|someone|to|over|connected))|"
    rf"ask (?:{_SOMEONE})|check with|"
    rf"send (?:this|that|it|your|a (?:note|message))|{_SOMEONE} to)\b{_NOT_YOU}",
    r"\b(?:i am|we are) (?:\w+ )?(?:telling|notifying|alerting|passing|forwarding|letting (?!you\b)|"
    r"checking with|connecting|transferring|handing|"
    r"escalating|flagging|getting (?:you|someone|somebody|a )|sending (?:this|that|it|your|a (?:note|message)))\b",
    r"\b(?:message|request|info\w*|details|note|question|case|this|that|it) (?:has been|have been|was|were|"
    r"is) (?:\w+ )?(?:forwarded|passed|"
    r"escalated|flagged|relayed|shared|sent (?:to|over)|handed)\b",
    r"\blet (?:me|us) (?:just |quickly |go ahead and )?(?:connect|transfer|pass|hand|forward|ask|check with|"
    r"notify|alert|tell|get (?:you to|someone|"
    r"somebody|a |the |our ))\b",
    rf"\b{_SOMEONE} (?:has been|have been|was|were|is|are|has|have) (?:\w+ )?(?:notified|told|alerted|informed|"
    rf"aware|your (?:message|request|details))\b|"
    rf"\b{_SOMEONE} knows?(?: about\b| that\b| now\b|[.!]|$)",
    r"\b(?:(?:he|hemos|ya|le|lo|la|voy a|vamos a|estoy|estamos|les?) )+(?:avisado|avise|avisamos|avisar|"
    r"avisare|avisando|informado|informe|informar|"
    r"informando|notificado|notifique|notificar|notificando|pasado|pase|paso|pasar|pasare|pasando|"
    r"transferid[oa]|transfiero|comunicado|comunico)\b"
    r"(?! (?:que|de que|cuando)\b)",
    r"\b(?:avise|avisare|avisamos|informe|notifique|notificare|pase|pasare|paso|transfiero) (?:\w+ ){0,3}?(?:a|"
    r"al|equipo|mensaje|nota|solicitud)\b",
)
_REPLIES = (
    r"(?:give you an? (?:\w+ )?(?:call|ring|buzz|shout)|call|calling|text(?:ing)?|reach(?:ing)? out|reach you|"
    r"contact\w*|get(?:ting)? back|get in touch|"
    r"get with|follow(?:ing)? up|be in touch|be in contact|"
    r"message|messag(?:e|ing)|ring|phone|respond|reply|answer|let you know|email|write|touch base|circle back|"
    r"be back (?:to|with)|confirm (?:with|by)|"
    r"be calling|be texting|be reaching|be contacting)\b"
)
_CONTACT = (
    rf"\b(?:{_SOMEONE}|we|i|(?!you\b|that\b|it\b|this\b|who\b|which\b|what\b)[a-z]+) (?:will|is going to|"
    rf"are going to|am going to) (?:(?:\w+ ){{0,2}}?){_REPLIES}"
    r"(?! you (?:a|the) (?:coupon|discount))",
    rf"\b{_SOMEONE} (?:will|is going to|are going to|is|are) (?:\w+ )?(?:review|look into|look at|assist|help|"
    rf"take(?:s)? over|taking over|handle|confirm|check|"
    r"take it from here|be happy to)\b",
    r"\bwe will (?:\w+ )?(?:look into|review|confirm)\b",
    r"\b(?:get|expect|receive) a (?:ring|buzz)\b|\b(?:stay by|keep) (?:the|your) phone\b",
    r"\b(?!that\b|this\b|it\b|who\b|what\b|which\b|there\b|one\b|anyone\b|nobody\b)[a-z]+ (?:calls|texts|rings|"
    r"phones) you\b",
    rf"\b(?:{_SOMEONE}|we) (?:calls?|texts?|rings?|phones?|contacts?) you\b(?! (?:when|before|if|once|as soon|first|"
    rf"only))",
    r"\b(?!that\b|this\b|it\b|who\b|what\b|number\b|which\b|there\b|reason\b|one\b)[a-z]+ (?:is|are|am) (?:\w+ )?"
    r"(?:calling|phoning|ringing|texting|contacting|messaging) you\b(?! (?:back )?(?:about|from))",
    rf"\b(?:i am|we are|i will|we will) (?:having|getting) (?:{_SOMEONE}|[a-z]+) (?:to )?(?:call|text|contact|reach|"
    rf"ring|come)\b",
    rf"\b(?:{_SOMEONE}) (?:(?:is|are) (?:\w+ )?on (?:it|this|your case)|(?:will )?takes? (?:it|this|over)\b)",
    rf"\b(?:{_SOMEONE}) (?:got|has|have|received|have got|has got|saw|sees|reads?|is reading) (?:your|the|it|this)\b"
    r"(?! (?:tools?|parts?|experience|skills?|time|day|best|right))",
    r"\b(?:l[eoa]s?|te) (?:marcamos|marcan|marca|llamamos|llaman|llama|hablamos|hablan|escribimos|escriben|contactamos|"
    r"contactan|contacta|avisamos|avisan|atienden)\b(?! (?:si|cuando|antes|la atencion))",
    r"\b(?:alguien|una persona|el equipo|nuestro equipo|un tecnico|el tecnico|un companero) (?:le|lo|la|te) (?:habla|"
    r"marca|"
    r"llama|escribe|contacta|atiende|responde)\b",
    rf"\b{_SOMEONE} (?:is|are) (?:calling|texting|contacting|reaching out)\b",
    r"\byou will (?:\w+ )?(?:hear (?:back )?from|get an? (?:call|text|reply|answer|response)|"
    r"receive an? (?:call|text|reply)|be (?:contacted|called|texted))\b|"
    r"\b(?:expect|await) (?:a|our|his|her|their) (?:call|text|reply|answer)\b|\bi will be right back\b",
    r"\b(?:l[eoa]s?|te|nos) (?:llamar|contactar|escribir|responder|contestar|avisar|confirmar|atender|informar|"
    r"ayudar|devolver)(?:a|an|e|emos)\b|"
    r"\b(?:l[eoa]s?|te) (?:va|van|vamos|voy) a (?:llamar|contactar|escribir|responder|contestar|avisar|"
    r"confirmar|atender|informar)\b",
    r"\bse (?:pondra|pondran|comunicara|comunicaran|contactara) \b|\bnos (?:pondremos|comunicaremos|contactaremos)\b|"
    r"\b(?:alguien|una persona|un tecnico|el equipo|nuestro equipo|un companero) (?:\w+ ){0,5}?(?:llamara|"
    r"contactara|escribira|respondera|atendera|"
    r"atiende|toma|tomara|revisara|ayudara)\b",
)
_SAVED = (
    rf"{_I}(?:noted|saved|recorded|added (?!up)|updated|logged|written|wrote (?:that|it|this) down|jotted|"
    rf"made a note|taken note|put (?:that|it|this) (?:down|in|on)|"
    r"got (?:that|it|your \w+) (?:saved|noted|down|on file))\b",
    rf"{_WILL}(?:note|save|record|add|update (?!you)|log|write (?:that|it|this)|make a note|jot|put (?:that|it|"
    rf"this) (?:down|in your))\b",
    r"\b(?:is|are|been|was|were) (?:now |all |already )?(?:saved|noted|recorded|updated|on file|added to)\b|"
    r"^(?:noted|saved|updated)\b",
    r"\b(?:he|hemos) (?:anotado|guardado|registrado|actualizado|apuntado)\b|\b(?:lo |la |ya |le )+(?:anote|"
    r"guarde|registre|actualice|apunte|anoto|apunto)\b|"
    r"\btom(?:e|o|amos) nota\b|\b(?:queda|quedo|esta) (?:\w+ )?(?:anotad|guardad|registrad|actualizad)[oa]\b|"
    r"^(?:anotad|guardad|registrad)[oa]\b",
)
_HELD = (
    r"\b(?:i am|we are) (?:\w+ )?(?:holding|keeping|saving|reserving) (?:\w+ ){0,4}?(?:slot|spot|time|it|that|"
    r"this|place|window|appointment|one|both|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    rf"{_I}(?:held|put (?:\w+ ){{1,4}}on hold|saved (?:you|that|this|the|your) (?:\w+ ){{0,3}}?(?:slot|spot|"
    rf"time|place|window)|set (?:it|that|this) aside|"
    r"got you down|put you down|have you down|penciled you)\b|\b(?:i|we) (?:have |got |have got )you (?:down|"
    r"in|penciled)\b",
    rf"{_WILL}(?:hold|keep) (?:\w+ ){{0,3}}?(?:slot|spot|time|it|that|this|place|window)\b",
    r"\b(?:is|are|being|been) (?:now |being )?(?:held|on hold|reserved|set aside|saved for you)\b",
    r"\b(?:le|te|se l[oa]) (?:guardo|guardamos|aparto|apartamos|mantengo|mantenemos|guarde|aparte|he guardado|"
    r"he apartado|guardare|apartare)\b|"
    r"\b(?:queda|esta|quedo) (?:\w+ )?apartad[oa]\b|^apartad[oa]\b",
)
_NEVER = (
    rf"{_I}(?:e-?mailed|refunded|charged|credited|applied (?:a|the|your|that)|ordered (?:the|a|your|it)|waived|"
    rf"issued (?:a|your)|"
    r"processed (?:a|your|the)|spoke(?:n)? (?:with|to)|talked (?:with|to)|checked with|asked (?:the|our|my)|"
    r"sent you (?:an? )?(?:e-?mail|invoice|link|quote|estimate))\b",
    rf"{_WILL}(?:e-?mail|refund|credit|apply (?:a|the|your|that)|order (?:the|a|your)|waive|issue (?:a|your)|"
    rf"process (?:a|your|the))\b",
    rf"{_IS}(?:refunded|charged|ordered|waived|credited)\b(?! (?:if|with|when|once|only|at|after|by|for))",
    r"\b(?:he|hemos) (?:reembolsado|cobrado|pedido|enviado un correo|hablado con|consultado)\b|"
    r"\b(?:le|te) (?:reembols|envi)[eo] (?:un correo|el dinero)\b",
)
_ANY_ACT = (
    r"^(?:(?:ok|okay|great|perfect)[,.! ]+)?(?:all )?done\b|\b(?:it|that|this|everything|"
    r"all) is (?:all )?(?:done|taken care of)\b|^hecho\b",
)

_CONTACTING = frozenset({Act.HANDED_OFF, Act.CALLBACK, Act.BOOKED, Act.ESCALATED})
_CLAIMS: tuple[tuple[str, re.Pattern[str], frozenset[Act]], ...] = tuple(
    (code, re.compile("|".join(patterns)), acts)
    for code, patterns, acts in (
        ("claim_booked", _BOOKED, frozenset({Act.BOOKED, Act.MOVED})),
        ("claim_moved", _MOVED, frozenset({Act.MOVED})),
        ("claim_canceled", _CANCELED, frozenset({Act.CANCELED})),
        ("claim_told", _TOLD, _CONTACTING),
        ("claim_contact", _CONTACT, _CONTACTING),
        ("claim_saved", _SAVED, frozenset({Act.SAVED})),
        ("claim_held", _HELD, frozenset({Act.HELD, Act.BOOKED})),
        ("claim_undone", _NEVER, frozenset()),
        ("claim_done", _ANY_ACT, frozenset(Act)),
    )
)

# "I can confirm you are booked" claims as much as "you are booked".
_SAYS_THAT = re.compile(
    r"\b(?:(?:i|we) (?:can|want to|wanted to|would like to|am happy to|are happy to|am glad to|am pleased to|"
    r"just wanted to)|(?:happy|glad|pleased|just wanted) to) "
    r"(?:confirm|say|let you know|tell you|report|inform you)(?: that)?,? |\bonce (?:again|more),? |"
    r"\bno (?:problem|worries|hay problema|se preocupe)\b|"
    r"\bas soon as (?:possible|they can|we can|he can|she can|someone can|i can)\b|\bnot only\b"
)
# Earlier in the sentence: nothing has happened until then.
_CONDITION = re.compile(
    r"\b(?:if|once|when(?:ever)?|unless|until|till|before|as soon as|after you|reply|respond|just say|tell (?:me|us)|"
    r"(?:let (?:me|us) )?know (?:which|what|and)|pick|choose|send (?:me|us)|give (?:me|us)|share your|cuando|"
    r"una vez|hasta que|antes de|"
    r"respond[ae]|conteste|elija|escriba|diga(?:nos|me)|en cuanto|despues de que)\b|\b(?:si|text) (?!,)(?=\w)"
)
_CONDITION_AFTER = re.compile(
    r"^.{0,60}?\b(?:once|as soon as|when|after|if|until|unless) (?:you|we hear|i (?:hear|get|have)|that|it)\b|"
    r"\b(?:si|cuando|en cuanto|una vez) "
)
# In its own clause: it is asked, offered, possible.
_POSSIBLE = re.compile(
    r"\b(?:would|should|shall|could|can|may|might|want|like|prefer|need|rather|ready to|to (?:be|get|have|see)|"
    r"in order|must|for you to|able to|"
    r"quiere|quieres|desea|deseas|gustaria|puedo|podemos|puede|pueden|podria\w*|prefiere|para que|listo para|"
    r"necesita\w*)\b"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|nor|neither|without|yet to|nadie|nada|ni|sin|nunca|tampoco|falta|"
    r"still (?:being|needs?|waiting)|hardly)\b"
)
_ASKS = re.compile(
    r"^(?:(?:and|but|so|ok|okay|great|perfect|hi|hello|sure|thanks|also|y|hola|perfecto|claro|"
    r"bien)[,! ]+)*(?:do|does|did|is|are|was|were|have|has|can|could|would|should|"
    r"shall|will|may|what|when|where|who|which|how|why|want|ready|que|cual|cuando|como|desea|quiere|le|te|"
    r"puedo|podemos|prefiere|"
    r"esta|hay|sera|a que|en que|donde|any)\b"
)


def claims_in(sentence: str) -> Iterator[Assertion]:
    """What a sentence says is done or promised. Questions, offers, conditions and denials say nothing of the kind."""
    said = _SAYS_THAT.sub(" ", wording(sentence).lstrip("¡¿ ")).strip()
    is_question = said.endswith("?")
    if is_question and _ASKS.match(said):
        return
    for code, pattern, acts in _CLAIMS:
        for match in pattern.finditer(said):
            before, after, rest = clause_around(said, match.start(), match.end())
            if is_question and not rest.strip(" ?)!"):
                continue
            if (
                _CONDITION.search(said[: match.start()])
                or _POSSIBLE.search(before)
                or _DENIED.search(f"{before} {match.group()}")
            ):
                continue
            is_future = re.search(r"\b(?:will|going to|let (?:me|us)|remos|re)\b", match.group()) is not None
            if is_future and _CONDITION_AFTER.search(after + rest):
                continue
            yield Assertion(code, match.group().strip(), acts)
            break
