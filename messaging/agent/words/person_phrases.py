"""Ways of asking for a person, and of having had enough of a machine: patterns over one plain sentence."""

from messaging.agent.words.phrases import Phrase, phrases
from messaging.enums import Intent

_PERSON = (
    r"(?:persons?|people|human being|humans?|someone|somebody|anyone|anybody|agents?|representatives?|reps?|operators?|"
    r"managers?|owner|boss|supervisors?|staff|support|receptionist|dispatcher|dispatch|secretary|associate|employees?|"
    r"colleagues?|coworkers?|adult|workers?|attendant|specialist|advis[oe]rs?|team member|(?:the )?office|"
    r"customer (?:service|support|care)|live chat|"
    r"persona|ser humano|humano|alguien|agente|representante|operadora?|encargad[oa]|gerente|duen[oa]|supervisora?|"
    r"asesora?|recepcionista|jefe)"
)
# "An actual", "one of your non-robotic", "a member of your".
_REAL = (
    r"(?:real|live|actual|human|normal|different|another|other|proper|responsible|right|non \w+|nonrobotic|breathing|"
    r"physical|customer \w+|support|\w+(?= (?:workers?|employees?|agents?|reps?|representatives?|operators?)\b)|"
    r"members? of|your|the|a|an|some|any|one of|of|de verdad|otr[oa]|una?|el|la|su|al)"
)
_TALK = (
    r"(?:talk(?:ing)?|speak(?:ing)?|spk|chat(?:ting)?|text|converse|deal(?:ing)?|discuss(?: \w+){0,5}|communicate|"
    r"hablar|platicar|comunicarme|comunicar)"
)
_ON_THE_WAY = r"(?: (?:up|over|on|through|thru|back|to|with|in touch|the|line))"
_MACHINE = r"(?:machines?|robots?|bots?|chat ?bots?|ai|computers?|automated (?:system|texts?|messages?)|automation)"

_ASKS_FOR_ONE = [
    # talk to a real person, speak with someone else, hablar con el dueño, talk to mike
    rf"\b{_TALK} (?:to|with|w|2|con|a)(?: {_REAL})* (?:{_PERSON}|else|live)\b",
    rf"\b{_TALK} (?:to|with|w|2|con) (?!(?:my|his|her|our|him|them|me|it|that|this|you|u|yall|about|insurance|sobre|"
    rf"ustede?s?|{_MACHINE}|{_REAL}|\w+ing|\w+ (?:about )?(?:first|insurance))\b)"
    r"(?:(?:mr|mrs|ms|miss|dr|doctor|attorney|senor|senora|sr|sra) )?[a-z]+(?: please| about .*| in \w+)?$",
    # someone I can talk to, who can I speak with, con quien puedo hablar
    r"\b(?:who|someone|somebody|anyone|anybody|person)(?: else)? (?:can |could |do |should |may )?(?:i|we) (?:can |"
    r"could |may |should )?(?:talk|speak) (?:to|with)\b",
    r"\bcon quien (?:\w+ )?(?:puedo|pueda|podria|podemos) hablar\b",
    # a real human, someone real
    rf"\b(?:real|live|actual|breathing|normal) (?:\w+ )?(?:{_PERSON}|being)\b|\b(?:someone|somebody|anyone|anybody) "
    r"real\b|"
    r"\b(?:an?|any|some|need|want) humans?\b|\bpersona (?:real|de verdad)\b|\bser humano\b",
    # get me an agent, put me through to a manager, escalate this to your boss, get your boss
    r"\b(?:get|give|put|pass|transfer|connect|patch|hand|refer|switch|bring|forward|direct|escalate|hook|route|let "
    r"me have)"
    rf"(?: (?:me|us|this|it))?{_ON_THE_WAY}*(?: {_REAL})+ {_PERSON}\b",
    rf"\b(?:send|have|find) (?:me|us|this|it){_ON_THE_WAY}*(?: {_REAL})+ {_PERSON}\b",
    rf"\b(?:get|give|put|pass|transfer|connect|patch|hand|switch|forward) (?:me|us){_ON_THE_WAY}* {_PERSON}\b",
    # human please
    r"^(?:\w+ )?(?:human|person|agent|representative|operator|manager|humano|operador|agente|representante|persona|"
    r"supervisor|real)(?: (?:please|now|por favor|pls))*$",
    r"\b(?:human|agent|representative|operator|manager|supervisor) (?:please|pls|now|por favor)\b",
    # I need an agent, is there a manager, is a person available
    r"\b(?:reach|contact|ask|need|want|prefer|rather have|like|is there|are there|demand|see|require)"
    rf"(?: (?:to|for|get|reach|have))*(?: {_REAL})+ (?:person|agents?|representative|operator|manager|supervisor|owner|"
    r"receptionist|customer service)\b",
    r"\b(?:is|are) (?:there )?(?:an?|any|some) (?:\w+ )?(?:person|agent|representative|manager|operator)s? "
    r"(?:available|there|around|here|i can)\b",
    r"\b(?:from|with) (?:an? |your |another )?(?:other |human |live )?(?:agents?|representatives?|operators?)\b|"
    r"\b(?:your|another|other) (?:other |human |live )?(?:agents?|representatives?|operators?)\b",
    # somebody else
    r"\b(?:someone|somebody|anyone|anybody|person) else\b(?=.*\b(?:talk|speak|help|look|handle|assist|take|answer|"
    r"instead|please|here|there|available)\b)",
    r"\b(?:can|could|let|have|want|need|may|please|get) (?:me )?(?:\w+ )?(?:someone|somebody|anyone|anybody) else\b",
    r"\b(?:get|have|find|send) (?:me )?(?:someone|somebody) (?:to |that can |who can |who )(?:help|assist|answer|"
    r"explain|talk|speak|respond|reply|text|knows)\b(?! (?:me |us )?(?:with (?:my|the|a|our)|move|install|fix))",
    # Spanish: páseme con alguien, que me atienda una persona
    r"\b(?:hablar|comunic\w+|comuniqu\w+|platicar|pas[ae]\w*|transfier\w+|transferir\w*|contact\w+|atiend[ae]|"
    r"conect\w+|"
    rf"ponga\w*) (?:\w+ )?(?:con |a )?(?:{_REAL} )*{_PERSON}\b",
    rf"\bque me (?:atienda|conteste|responda|ayude) (?:una? |alguna )?{_PERSON}\b",
    r"\b(?:quiero|necesito|quisiera|prefiero|pasame|paseme|pongame) (?:a |con |una? |al |hablar con )*(?:persona|"
    r"humano|agente|representante|operador|encargado|gerente|dueno)\b",
]
_HAD_ENOUGH = [
    r"\b(?:dont|do not|not|never|hate|stop|without|no|refuse|tired of|sick of|done|uncomfortable|than|wasting (?:my "
    r")?time) "
    rf"(?:\w+ ){{0,6}}?(?:a |an |this |these |your |the |stupid |with |to )+{_MACHINE}\b",
    rf"\b(?:talk|chat|speak|text)(?:ing)? (?:to|with) (?:an? |this |these |your |stupid )*{_MACHINE}\b",
    r"\b(?:dont|do not) (?:want|wanna|like|wish|care|need) (?:to )?(?:talk|speak|chat|text|deal|talking|speaking) "
    r"(?:to|with) (?:you|u|this|it)\b",
    r"\b(?:this|the|your|stupid|dumb|useless|damn|freaking) (?:bot|robot|chat ?bot|ai|automated (?:system|thing)|"
    r"auto reply) (?:\w+ )?(?:is|isnt|sucks|cant|doesnt|does not|keeps|wont|makes)\b",
    r"\b(?:stupid|dumb|useless|worthless) (?:bot|robot|chat ?bot|ai|machine)\b",
    r"\bconversation (?:is|isnt|aint)(?: not)? (?:\w+ )?(?:working|going anywhere|helping|useless|pointless)\b",
    r"\byou(?: are)? (?:cant|cannot|arent|not|dont|wont|never|no) (?:\w+ )?(?:help|helping|helpful|understand(?:ing)?|"
    r"getting (?:it|me)|listening)\b(?: (?:me|us|what|it|my|at|this|with this|anyone|here)\b.*)?$",
    r"\byoure not (?:helping|understanding|listening|getting)\b|\b(?:not|isnt) the right (?:person|one) to talk\b",
    r"\bno quiero (?:hablar|tratar) con (?:una? )?(?:robot|maquina|bot|computadora|grabadora|contestadora)\b",
]
_SOMETHING_ELSE = [
    # "You don't need to connect me"
    r"\b(?:(?:dont|do not) (?:\w+ )?(?:need|want|have)|no need)(?: you| u| to| a)* (?:transfer|connect|talk to (?:a|"
    r"any)|speak to (?:a|any))(?! (?:bot|robot|machine|ai|computer|you))\b(?: \w+){0,2}",
    r"\b(?:insurance|real estate|listing|leasing|property|apartment|office|building) (?:agents?|managers?|rep|"
    r"representative|owner)\b",
    r"\bi (?:already )?(?:talked|spoke|have spoken|was talking|have talked) (?:to|with)\b(?: \w+){0,3}",
    # Whether we are one: Intent.IS_ROBOT
    r"\b(?:are|r) (?:you|u|ya) (?:\w+ ){0,5}?(?:person|human|agent)\b",
    r"\b(?:is|was) (?:this|it|that) (?:\w+ ){0,4}?(?:real|actual|live|human)(?: (?:person|human))?\b",
    r"\b(?:am i|are we|im i) (?:\w+ )?(?:talking|speaking|texting|chatting) (?:to|with)\b.*",
    r"\bhabl(?:o|ando) con\b.*",
    r"\b(?:you|u|youre) (?:sound|seem)\b.*",
    r"\b(?:if|whether|that) (?:you|u|youre) (?:are )?(?:\w+ ){0,2}?(?:person|human)\b",
    # Somebody to come, and how many live here
    r"\b(?:send|get) (?:me )?(?:someone|somebody) (?:out|over|by|here|to (?:my|come|fix|look))\b.*",
    r"\b(?:new|old|elderly|sick|one|per|second|third|homeless|handicapped|young|older|\d+) (?:person|people)\b",
    r"\b(?:im|i am) an? (?:\w+ ){0,2}?(?:person|human)\b",
]

PHRASES: tuple[Phrase, ...] = phrases(
    {Intent.PERSON: "|".join([*_ASKS_FOR_ONE, *_HAD_ENOUGH])}, {Intent.PERSON: "|".join(_SOMETHING_ELSE)}
)
