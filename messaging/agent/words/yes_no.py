"""Yes or no to our own question: rules, no model. Pure; English and Spanish together.

Asked only right after a question of ours that wants one of the two. A false yes books somebody who did not agree, so
a negation vetoes, and whatever hangs on a condition, wavers, asks back or brings in another wish is UNCLEAR. Which
time a yes speaks of ("yes, see you Friday") is read elsewhere and must be compared with what we proposed.
"""

import enum
import re

from messaging.agent.words.sentences import Sentence, is_liking, is_reaction, sentences_of, words


class YesNo(enum.Enum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def read_yes_no(text: str) -> YesNo:
    """What `text` answers to our yes/no question. Total: every string has an answer, most have UNCLEAR.

    A question beside a plain yes ("Yes. What does it cost?") leaves the yes standing, except when it asks for
    something else than we proposed.
    """
    if is_reaction(text):
        return _read_reaction(text)
    sentences = sentences_of(text)
    if not sentences:
        return _read_signs(text)
    told = [_told(clause) for sentence in sentences if not sentence.asks for clause in sentence.clauses]
    whole = _FILLERS.sub("", " ".join(told))
    if not whole:
        return YesNo.UNCLEAR
    if _SAYS_NO.search(whole):
        return YesNo.UNCLEAR if _UNKNOWING.search(whole) or _TAKES_NO_BACK.search(whole) else YesNo.NO
    is_plain_yes = _SAYS_YES.search(whole) is not None
    if _WAVERS.search(whole) or _UNKNOWING.search(whole) or "👎" in text:
        return YesNo.UNCLEAR
    if _REFUSES.search(whole):
        return YesNo.UNCLEAR if is_plain_yes or _ALMOST.search(whole) else YesNo.NO
    is_asking_back = any(is_asking(_FILLERS.sub("", clause)) for clause in told)
    if is_asking_back or _NEGATION.search(whole) or _WANTS_ELSE.search(whole) or _asks_for_else(sentences):
        return YesNo.UNCLEAR
    if is_plain_yes:
        return YesNo.YES
    return _read_assent(told, asks=any(sentence.asks for sentence in sentences))


def wavers(said: str) -> bool:
    """Whether plain words hang on a condition, put it off or do not know: "if", "let me check", "not sure"."""
    return _WAVERS.search(said) is not None or _UNKNOWING.search(said) is not None


def is_asking(said: str) -> bool:
    """Whether plain words open like a question, with or without its mark."""
    return _ASKS.search(said) is not None


def _told(clause: str) -> str:
    """The clause with its courtesies out of the way, and with "no problem", which is no no, as a plain assent."""
    return " ".join(_NOT_A_NO.sub(" okay ", _COURTESIES.sub(" ", clause)).split())


def _read_assent(told: list[str], *, asks: bool) -> YesNo:
    """Clauses that agree in other words than yes. "Ok" before a story or a question is no answer yet."""
    clauses = [plain for clause in told if (plain := _FILLERS.sub("", clause))]
    if any(_AGREES.search(clause) for clause in clauses):
        return YesNo.YES
    if asks or not any(_is_assent(clause) for clause in clauses):
        return YesNo.UNCLEAR
    rest = sum(len(clause.split()) for clause in clauses if not _is_assent(clause))
    return YesNo.YES if rest <= _LONGEST_REST else YesNo.UNCLEAR


def _is_assent(clause: str) -> bool:
    said = clause.split()
    if all(word in _ASSENTS or word in _LINKS for word in said):
        return any(word in _ASSENTS for word in said)
    return _PRAISE.fullmatch(clause) is not None


def _asks_for_else(sentences: list[Sentence]) -> bool:
    return any(sentence.asks and _ASKS_FOR_ELSE.search(sentence.words) for sentence in sentences)


def _read_reaction(text: str) -> YesNo:
    if is_liking(text):
        return YesNo.YES
    return YesNo.NO if text.lstrip().lower().startswith("disliked") else YesNo.UNCLEAR


def _read_signs(text: str) -> YesNo:
    if "👎" in text or "❌" in text:
        return YesNo.NO
    return YesNo.YES if "?" not in text and any(sign in text for sign in "👍👌✅🆗✔💯") else YesNo.UNCLEAR


_LONGEST_REST = 6

_COURTESIES = re.compile(
    r"\b(?:please(?! do$)|pls|plz|thank (?:you|u)|thanks|thx|ty|tysm|por favor|porfa|porfavor|muchas gracias|gracias|"
    r"so much|sir|maam|man|dude|bro|guys|buddy)\b"
)
_FILLERS = re.compile(
    r"^(?:(?:oh|ah|uh(?! huh)|um+|hm+|mm+|well|hey|hi|hello|hola|so|and|lol|haha|sorry|actually|ay|ah|eh|bueno pues|"
    r"pues|good (?:morning|afternoon|evening|day)|buen[oa]s (?:dias|tardes|noches)|i (?:would )?(?:have to )?say|id "
    r"say|i am afraid|im afraid|yo digo que|creo que|i think|i believe|i guess) )+(?=\w)"
)
_NOT_A_NO = re.compile(
    r"\b(?:no (?:problemo?|probs?|worries|worry|doubt|issues?|objections?|sweat|biggie|big deal|rush|hurry)(?: at "
    r"all)?|(?:thats |its |is |that is |it is )?not (?:a|any) (?:problem|issue|big deal)(?: at all)?|(?:thats |its |"
    r"that is |it is )?not (?:false|wrong|bad|incorrect)(?: at all)?|why not|cant wait|cannot wait|(?:i )?(?:dont|do "
    r"not|wouldnt) mind|couldnt be better|couldnt agree more|no (?:hay )?(?:ningun )?problema|no pasa nada|no se "
    r"preocupe|no hay de que|no me molesta|como no|por que no|sin (?:ningun )?problemas?|sin duda|(?:i )?(?:dont|do "
    r"not|wont) need anything(?: else)?|nothing else)\b"
)

_NO = r"(?:no+|nope|nop|nah+|naw|nay|noo*pe|negative|negatory|nada|never|no sir|nel|para nada|tampoco|nunca|jamas)"
_SAYS_NO = re.compile(
    rf"^{_NO}\b(?! one\b)|^n$|"
    r"^(?:hell|heck|absolutely|definitely|certainly|probably|preferably|of course|most definitely|claro que|"
    r"por supuesto que|mejor|creo que|yo digo que|pues) (?:no|not)\b(?! sure)"
)
_UNKNOWING = re.compile(
    r"\b(?:not|isnt|never|no (?:estoy|estamos)) (?:\w+ ){0,3}?(?:sure|certain|positive|decided|seguro|segura|"
    r"seguros)\b|\b(?:dont|do not|didnt|cant|cannot|wont|not able to|unable to)(?: \w+){0,2}? (?:know|decide|tell|"
    r"remember|say)\b|\b(?:no|nor|any) (?:earthly )?(?:idea|clue)\b|\bno (?:lo )?(?:se|sabemos|sabria|recuerdo)\b|"
    r"\bni idea\b|\b(?:unsure|uncertain|undecided|dunno|idk|idek|clueless|who knows|quien sabe)\b|\bno (?:answer|"
    r"answers)\b|\bmake up my mind\b"
)
_TAKES_NO_BACK = re.compile(
    r"\b(?:yes|yeah|yep|yea|yup|works|perfect|sounds good|sounds great|go ahead|esta perfecto|(?<!no )me (?:sirve|"
    r"queda bien))\b"
)
_WAVERS = re.compile(
    r"\b(?:if|unless|maybe|mayb|perhaps|possibly|probably|potentially|might|depends|depending|depend|whether|in case|"
    r"as long as|provided|assuming|only when|only after|once i|until i|either or|or not|hopefully|let me (?:\w+ "
    r"){0,2}?(?:check|think|see|ask|talk|know|get back|look|verify|call)|(?:need|have|got|going|gonna|want|wanna|"
    r"like|gotta|should) (?:to )?(?:\w+ )?(?:check|think|ask|talk to|see (?:if|what|when|how)|verify|look at|discuss|"
    r"confirm with|sleep on)|(?:ill|i will|we will|well|will) (?:\w+ )?(?:let (?:you|u|ya) know|get back|think|"
    r"see(?! (?:you|u|ya)\b)|check|ask|decide)|think about|checking|give me a (?:minute|min|sec|second|moment|day|"
    r"bit)|hold on|hang on|one (?:sec|second|moment|minute)|wait|i guess so maybe|either|kind of|kinda|sort of|sorta|"
    r"not yet|yes and no|so so|si (?:puede|pueden|podria|podrian|tiene|tienen|hay|es (?:que|posible|mas|antes|gratis|"
    r"barato)|no|llueve|viene|vienen|me (?:puede|pueden|da|dan|hace|hacen|llama|llaman)|cuesta|cobra|sale|fuera|"
    r"fuese|usted|ustedes)|quizas?|tal vez|talvez|a lo mejor|puede (?:ser|que)|posiblemente|probablemente|depende|"
    r"siempre que|siempre y cuando|a menos que|(?:dejeme|dejame|deje|deja|tengo que|necesito|voy a|vamos a|quiero|"
    r"debo) (?:\w+ )?(?:ver|checar|pensar\w*|preguntar\w*|consultar\w*|revisar|hablar\w*|verificar)|le aviso|les "
    r"aviso|te aviso|espere?|esperen|lo pienso|mas o menos|todavia no|aun no)\b"
)
_REFUSAL = (
    r"(?:works?|working|good|ok|okay|fine|right|correct|true|accurate|great|ideal|want|need|interested|do|make|going|"
    r"gonna|suits?|available|convenient|like|now|this|that|today|tomorrow|possible|able|so|it|the|case|happen|"
    r"happening|fit|fits|wanna|care|book|schedule|confirm|proceed|agree|accept|approve|enough|right|wish|free|ready|"
    r"come|coming|anymore|at|really|me|us|for|an|what|interest|looking|think|believe|necessary|needed|thanks|home|"
    r"there|be|have (?:time|to)|a (?:good|great|option|possibility|fit)|bother|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|then|will|would|can)"
)
_REFUSES = re.compile(
    r"\b(?:not|dont|do not|doesnt|does not|wont|cant|cannot|isnt|couldnt|wouldnt|didnt|arent|aint|shouldnt)(?: "
    r"(?:really|quite|very|even|be|gonna|going to|actually|that|all|too|feel|currently|for|me|us))*"
    rf" {_REFUSAL}\b|\b(?:wont|cant|cannot|doesnt|not|isnt|wouldnt|nope|nah|no|i dont|will not|would not|is not|do "
    r"not)$|\b(?:wrong|incorrect|false|untrue|inaccurate|erroneous|mistaken|falsehood|disagree|decline|declined|"
    r"nevermind|neither|pass|id rather|rather not|unable|impossible|refuse|unavailable|terrible|horrible|ninguno|"
    r"ninguna|incorrecto|incorrecta|falso|equivocado|equivocada|imposible)\b|\b(?:never ?mind|forget (?:it|that|"
    r"about it)|none of|no (?:way|thanks?|need|longer|good|bueno|can do)|too (?:late|early|expensive|much|long|soon|"
    r"far|pricey|high)|changed my mind|have (?:a )?(?:conflict|plans)|(?:im|i am|were|ill be|i will be) (?:\w+ "
    r")?(?:busy|booked|out of town|at work|working|unavailable)|(?:found|called|hired|got|chose|using|have) "
    r"(?:someone|somebody|another)(?: else| company)|found (?:someone|somebody)|(?:look|go|try|find|went) (?:\w+ "
    r")?(?:elsewhere|somewhere else|someone else|somebody else)|elsewhere|(?:is|was|a) (?:\w+ )?bad\b(?: (?:time|day|"
    r"for me|for us))?|(?:i|we) (?:have|got) (?:\w+ ){0,2}?(?:work|school|class|classes|commitments?|meetings?|plans|"
    r"church|surgery)|a (?:\w+ )?(?:no|negative|negatory)(?: from me)?$|no (?:me|nos|le|lo|la|los|las|te) \w+|no "
    r"(?:puedo|podemos|quiero|queremos|gracias|necesito|necesitamos|es|esta|funciona|sirve|creo|pienso|estare|"
    r"estaremos|estoy|tengo|deseo|acepto|va|voy|seria|tampoco|ya|todavia)|ya no|mejor no|demasiado (?:tarde|temprano|"
    r"caro)|muy (?:tarde|temprano|caro)|estoy ocupad[oa]|tengo (?:otro )?(?:compromiso|cita|trabajo)|cambie de "
    r"opinion|olvid[ae]\w*)\b"
)
_ALMOST = re.compile(r"^(?:ok|okay|k|sure|great|good|fine|perfect|cool|vale|bueno|bien|perfecto)\b.*\b(?:but|pero)\b")
_NEGATION = re.compile(
    r"\b(?:no|not|none|never|nothing|nobody|dont|doesnt|didnt|wont|cant|cannot|couldnt|wouldnt|shouldnt|isnt|arent|"
    r"wasnt|aint|havent|hasnt|without|ni|nunca|tampoco|sin|nada|nadie)\b"
)
_WANTS_ELSE = re.compile(
    r"\b(?:unfortunately|sadly|problems?(?! at all)|questions?|(?:already|just|got it|we|i|he|she|now) fixed|"
    r"resolved|taken care of|all set|cancell?ed|but|however|though|although|except|instead(?! please$| thanks$|$)|"
    r"rather|another|other|different|(?:a bit|little|any|much|way|hour|hours|mins?|minutes?|days?|week|weeks|"
    r"something|anything) (?:later|earlier|sooner)|how about|what about|what if|prefer|would be better|works? better|"
    r"is better|only|can (?:you|u|we|i|it|someone)|could (?:you|u|we|i|it|someone)|(?:i|we) (?:need|want)(?: "
    r"\w+){0,3}? (?:later|earlier|sooner|first|another|different|change|reschedule|cancel)|cancel|reschedule|stop|"
    r"pero|aunque|excepto|sino|otr[oa]s?|en vez|en lugar|prefiero|mejor|mas (?:tarde|temprano)|antes|solo|solamente|"
    r"(?:puede|pueden|podria|podrian)(?: \w+)? (?:venir|ser|llamar|hacer|cambiar|mover|bajar|darme))\b"
)
_ASKS = re.compile(
    r"^(?:what|whats|when|how|who|whos|where|why|which|are (?:you|u|yall|they|we|there)|(?:is|was) (?:this|that|it|"
    r"there|he)|(?:is|are) (?!good|great|fine|ok|okay|perfect|correct|right|what|cool|nice|my|the)\w+ (?:\w+ "
    r")?(?:possible|available|ok|okay|open|good|too)|(?:do|have) (?:you|u|yall|we|i|they)|(?:does|did|has) (?:you|u|"
    r"it|that|he|she|they|the)|can (?:you|u|i)|could|should|cuanto|cuando|donde|quien|que (?:hora|dia|es|tal)|como "
    r"(?:se|es|le|puedo))\b"
)
_ASKS_FOR_ELSE = re.compile(
    r"\b(?:instead|another|other|else|different|earlier|later|sooner|(?:how|what) about|what if|change|move|switch|"
    r"reschedule|cheaper|discount|lower|better|ok|okay|right|correct|sure|otr[oa]s?|antes|mas (?:tarde|temprano)|"
    r"cambiar|mover|mejor|descuento|verdad|"
    r"(?:can|could|would) (?:you|we|u|i|it) (?:\w+ ){0,3}?(?:do|make|come|at|on|be|start)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|"
    r"^(?:yes|yeah|no|si|really|seriously|huh|de verdad|en serio)$"
)

_YES = (
    r"(?:y[eai]+s+|yes+|yess*ir|ye+a+h*|yea|yeh|ye|yep+|yeap|yup+|yas+|yessir|ya|yah|uh huh|uhhuh|mhm+|mm hm+|aye|"
    r"s[iy]p|sii+|definitely|absolutely|certainly|indeed|of course|affirmative|agreed|sure thing|you bet|"
    r"for sure|by all means|surely|"
    r"claro(?: que si)?|por supuesto|desde luego|de acuerdo|afirmativo|orale|simon|efectivamente|asi es)"
)
# "Si" is if as well, and "ya" already: those count by the company they keep.
_SAYS_YES = re.compile(
    r"^(?!ya (?!please|i |we |that|it |lets|sure|ok|sounds|works|good|do ))(?!claro (?:pero|esta "
    r"que))(?!(?:absolutely|certainly|definitely|indeed|for sure|surely) (?:need|nothing|a|the|my|have|broken|"
    r"leaking|wrong)\b)"
    rf"{_YES}\b|^y$|^ya$|^ya (?:thats|lets)|"
    r"^(?:10 4|roger|copy that|aye)\b|^si(?:$| (?:si|claro|ok|okay|vale|perfecto|esta|quiero|queremos|puedo|podemos|"
    r"estoy|estamos|me|nos|correcto|señor|senor|senora|a|ahi|el|la|las|para|manana|lunes|martes|miercoles|jueves|"
    r"viernes|sabado|domingo|hoy|bien|muy|adelante|hagalo|agend\w+|reserv\w+|confirm\w+|acepto|seguro|de|por|con|"
    r"gusto|yes|asi|eso|ese|esa|lo|la|necesito|soy|tengo|vivo|es (?:correcto|cierto|asi|verdad|mi|la|el|para)|"
    r"gracias|funciona|sirve)\b)|^(?:the answer|my answer|my response)\b.{0,30}\byes\b|\b(?:thats|that is|its|it is|"
    r"would be|that would be) a (?:\w+ )?yes\b|^(?:\w+ ){0,8}say yes\b|\byes (?:is|as) my (?:answer|"
    r"response)\b|\bcount that as a yes\b"
)
_AGREES = re.compile(
    r"\b(?:that|this|it|thatll|itll|thisll|everything|all|both|time|day|date|one|slot|price|morning|afternoon|"
    r"evening|tomorrow|today|(?:mon|tues|wednes|thurs|fri|satur|sun)day|noon|am|pm|\d+)(?: (?:all|just|totally|"
    r"definitely|really|also|actually))*(?:(?: (?:would|will|should|can|could|does|ll|ought to)| ?(?<=ll)) (?:work|"
    r"suit|fit|do nicely|do just fine|do)\b| works| suits| fits| will do)(?: (?:great|well|fine|perfectly|good|best|"
    r"out|for (?:me|us|them|my \w+)|with (?:me|us|my \w+)|me|us|my \w+|just|perfect|then|too|here|yes|yeah))*$|"
    r"^(?:works|suits|fits)(?: (?:great|well|fine|perfectly|good|me|us|for (?:me|us)|perfect))*$|^(?:lets|let us|we "
    r"can|we should|we could|i can|i could|ill|i will|we will|id like to|i would like to|i want to|(?:go ahead|you "
    r"can|u can|feel free|happy|glad|ready|im ready)(?: (?:and|to))?|just|and|just go ahead and|yes|ok|okay|sure|"
    r"perfect|great|then|fine|i can definitely|would love to|id love to|i would love to)* ?(?:do (?:it|that|this|so)|"
    r"go(?: (?:for|with) (?:it|that|this|that one))?|go ahead(?: (?:with|and) .*)?|(?:book|schedule|reserve|confirm|"
    r"take|try|lock|grab|accept|approve|send|make|set|sign|keep|get|proceed|start)(?: (?:it|that|this|me|us|him|them|"
    r"one|the|with|appointment|appt|appts|slot|time|visit|in|up|down|for|then|someone|somebody|ahead|please|instead|"
    r"on|booking|work|day))+)(?: (?:then|for me|for us|for then|now|instead|please|ahead|at that time|in|up))*$|"
    r"\b(?:count me in|sign me up|put (?:me|us) (?:down|in)|pencil me in|book (?:me|it)|lock it in|"
    r"hook me up|works for (?:me|us)|(?:ill|i will|we will|well) (?:take|do|book|have) (?:it|that|this|the)|im (?:in|"
    r"down|game|good with|ok with|okay with|fine with|happy with|on board|up for)|i am (?:in|down|good with|ok with|"
    r"okay with|fine with)|were (?:in|good with|ok with|fine with)|go(?:od)? to go|i (?:do |fully |completely |can "
    r")?(?:agree|confirm|accept|approve)|(?:what|everything) (?:i|we) (?:want|wanted|need|needed|said|"
    r"asked for)|like that very much|(?:ill|i will|well|we will) be (?:there|here|home|ready)|see (?:you|u|ya) "
    r"(?:then|there|soon|tomorrow|next|on|at)|looking forward|(?:id|i would|we would|wed) (?:really |very much "
    r")?(?:like|love|appreciate) (?:that|it|to)(?: very much| a lot)?$|i can (?:make|do) (?:it|that|this)|we can "
    r"(?:make|do) (?:it|that|this)|please do|you got it|you do that|(?:good|fine|okay|ok|great|perfect|cool|alright) "
    r"(?:by|with|for|to) (?:me|us)|make it (?:so|happen|then)|(?:that|this|it) (?:would|will) be (?:\w+ )?(?:great|"
    r"good|fine|perfect|awesome|wonderful|lovely|nice|ok|okay|amazing|fantastic|excellent|ideal|appreciated|helpful|"
    r"cool|alright|best|true|correct|right)|(?:me|nos) (?:parece|queda|sirve|conviene|funciona|viene|gusta|late|"
    r"acomoda)(?: (?:muy|bien|perfecto|perfectamente|excelente|genial|mucho|la idea|ese|esa|esta|este|el|dia|hora|"
    r"horario|a esa))*|(?:adelante|hagalo|hagale|haganlo|hazlo|agende\w*|agenda(?:la|lo|me|nos)|reserve(?:la|lo|me|"
    r"nos)|reserva(?:la|lo|me)|apunte(?:me|nos|n)|anote(?:me|nos|n)|confirmo|confirmamos|aceptamos|acepto|cuente "
    r"conmigo|hecho|trato hecho|i (?:do|would|will|am|can)$|we (?:do|would|will|are|can)$|it (?:does|is|will|would)$|"
    r"that (?:is|does|will)$|thats (?:the one|it|exactly it)$|proceed(?: with .*)?$|andale$|(?:id|i would|we would|"
    r"wed) be (?:happy|fine|ok|okay|good|glad) (?:with|to)|(?:thats|that is|exactly) what (?:i|we) (?:was looking|"
    r"had in mind|meant|want|need)|you (?:have|got) (?:it|that) (?:all )?(?:right|correct)|(?:thatll|itll) do$|ahi "
    r"(?:estare|estaremos|los espero|nos vemos)|alli estare|los espero|las espero|lo espero|nos vemos|estoy de "
    r"acuerdo|con (?:mucho )?gusto|ese dia (?:puedo|esta bien)|esa hora (?:esta bien|puedo)|si puedo|(?:is|was|are|"
    r"were) (?:\w+ )?(?:true|correct|right|accurate|affirmative)$|esta (?:muy )?(?:bien|perfecto|excelente|correcto)|"
    r"estaria (?:bien|perfecto|excelente|genial)|suena bien|seria (?:perfecto|excelente|genial|bueno)|es correcto|"
    r"todo bien|eso es|como usted diga))\b"
)
_ASSENTS = words(
    "ok okay okey okie k kk okey okidoki sure right correct exactly exact precisely alright perfect perfecto great "
    "good fine confirm confirmed true accurate affirmative positive totally awesome excellent wonderful cool bet "
    "deal done roger agreed gotcha alrighty dokie dokey okeydokey yes yeah yep surely absolutely definitely indeed "
    "valid works nice fabulous fantastic brilliant lovely terrific super amazing si claro vale dale listo lista "
    "bueno bien excelente correcto exacto seguro segura sale genial confirmado confirmada acuerdo eso va oki okis "
    "aja ajá mhm certainly factual fact truth"
)
_LINKS = words(
    "that thats is are was its it this thing all very so just really pretty quite totally exactly i be would will was "
    "sounds seems looks appears most more too then now as well for me us we by my the a an to de esta muy a con todo "
    "enough indeed definitely super much youre you absolutely sounds entirely completely perfectly"
)
# "That time sounds really good to me": what is meant, a verb, how good, for whom.
_PRAISED = (
    r"(?:that|this|it|everything|all|which|thats|its|thatd|itd|thatll|itll|the|a|at|on|ok|okay|yes|then|time|day|"
    r"date|slot|one|price|morning|afternoon|evening|noon|am|pm|today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|"
    r"sun)day|\d+)"
)
_PRAISE = re.compile(
    rf"(?:{_PRAISED} )*(?:(?:all|just|really|indeed|is|are|be|would be|will be|should be|sounds|looks|seems|sound|"
    r"look|was|"
    r"made|super|very|so|works|appears) )*(?:ok|okay|good|great|fine|perfect|correct|right|awesome|excellent|nice|"
    r"cool|alright|wonderful|amazing|lovely|fantastic|accurate|true|correctly|like a (?:plan|deal)|better|best|ideal|"
    r"well)(?: (?:to me|for me|with me|by me|for us|then|now|as well|enough|deal|idea|plan|to proceed|to go|on|one|"
    r"too|here|there|overall|again))*"
)
