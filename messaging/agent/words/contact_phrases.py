"""Ways of speaking about a visit, a call, who we are, or nothing for us: patterns over one plain sentence."""

from messaging.agent.words.phrases import DAY, VISIT, WORKER, Phrase, phrases
from messaging.enums import Intent

_SAYS: dict[Intent, str] = {
    Intent.RESCHEDULE: (
        r"\b(?:push|move|change|switch|bump|shift|reschedul\w+|re schedul\w+|postpone|delay|update|adjust|modify|"
        r"edit) "
        rf"(?:\w+ ){{0,3}}?{VISIT}\b|\bresched\w*\b|\brescedul\w*\b|\brain ?check\b|\b(?:cambiar|mover|pasar|"
        rf"posponer|reagendar|reprogramar|aplazar|adelantar|recorrer|modificar) (?:\w+ ){{0,2}}?(?:{VISIT}|hora|"
        r"fecha|horario|dia)\b|\b(?:reagendar|reprogramar|posponer)\w*\b|"
        # "Push my cleaning to Wednesday": the job stands for the visit.
        r"\b(?:push|move|switch|bump|shift|change|postpone|delay) (?:my|our|the) (?:\w+ ){1,3}?(?:back |up |out )?"
        rf"(?:to|till|until|for) (?:\w+ )?(?:{DAY}|next \w+|(?:another|a different|a later|an earlier) \w+)\b|"
        r"\b(?:cambiar|mover|pasar|posponer|aplazar) (?:mi|nuestr[oa]|el|la) (?:\w+ ){1,3}?(?:para|al|a) (?:el |la )?"
        rf"{DAY}\b"
    ),
    Intent.CANCEL: (
        r"\b(?:need|want|have|like|going|gotta|wanna|can|could|please|how|to|must|gonna|ill|lets|just|sorry|i|we|and|"
        r"so) "
        rf"(?:\w+ )?(?:cancel|call off)(?: (?:it|this|that|on|today|tomorrow|please|for|now|{DAY}|my|our|the|\w+ "
        rf"{VISIT}|{VISIT}))*\b|^(?:\w+ )?cancel(?:ing)?(?: (?:my|our|the|it|this|that|please|{VISIT}|{DAY})| \w+ "
        rf"{VISIT})*$|\bcancel(?:ing|lation of)? (?:\w+ ){{0,4}}?{VISIT}\b|\b(?:cancelar|cancele|cancelen|cancelo|"
        rf"anular|cancela) (?:\w+ ){{0,2}}?(?:{VISIT}|todo|{DAY})\b|"
        r"\b(?:quiero|necesito|tengo que|puedo|quisiera|voy a|debo|favor de|como|para) cancel\w+"
    ),
    Intent.EXISTING: (
        r"\b(?:are|r) (?:you|u|yall) (?:guys )?coming\b(?! (?:out )?(?:to|in)\b)|"
        rf"\b(?:is|are|was|were|when is|where is|wheres|whens|has|did|isnt) (?:\w+ ){{0,3}}?{WORKER}(?: \w+)?? "
        r"(?:still |almost |on |on the |even |ever |going to |supposed to )*(?:com(?:e|ing)|here|way|arriv\w+|"
        r"show\w*|left|running|be here|close|nearby|late|leave|there yet|get here)\b|\b(?:where|wheres|where is|"
        r"where are) (?:\w+ ){0,2}?"
        rf"{WORKER}\b|\b(?:is|are) (?:he|she|they|someone|somebody|anyone|anybody|yall|you|u|you guys) (?:guys "
        r")?(?:still|almost|even|actually) (?:coming|on (?:the|your|his|their) way|here|going to)\b|\bon (?:the|your|"
        r"his|their|ur) way\b|"
        rf"\b(?:nobody|no one|noone|no body|never|didnt|{WORKER}) (?:\w+ ){{0,2}}?(?:show\w*|came|come|arriv\w+|here "
        rf"yet)\b|\b(?:what time|when|what day|what date) (?:\w+ ){{0,2}}?(?:my|our|the|todays|tomorrows) (?:\w+ "
        rf")?{VISIT}\b|"
        r"\bwhen (?:is|are|will|was) (?:\w+ )?(?:he|she|they|someone|somebody|\w+ coming|you) (?:coming|arriving|"
        r"going to be here|be here|get here|supposed|getting here)\b|\beta\b|\bwaiting (?:for|on) (?:\w+ ){0,3}?"
        rf"(?:{WORKER}|parts?|you|u|yall|someone|an update|a call|quote|estimate|invoice)\b|\bstatus (?:of|on|"
        rf"update)\b|\bany (?:update|news|word)\b|\b(?:you|u|yall|your {WORKER}|you guys|ur {WORKER}|the {WORKER}|"
        r"someone|he|they)(?: \w+)?? (?:already |just |recently |guys )?(?:came|installed|fixed|repaired|replaced|"
        r"serviced|cleaned|did|was (?:here|out|just|at)|were (?:here|out|just|at)|left|worked on|put in|quoted|gave "
        r"me|told me|said|charged|billed|sent me|broke|damaged|forgot|painted|built|ordered|finished)\b|"
        r"\b(?:(?:under|my|the|still|has) (?:warranty|guarantee)|invoice|receipt|my bill|the bill|refund|last visit|"
        r"last time|last appointment|previous (?:visit|appointment|job)|the (?:work|job|repair) (?:you|yall|your|he|"
        r"they)|existing customer|returning customer|current customer|follow ?up|still (?:leaking|broken|not working|"
        r"having|the same)|again after|came back after|my account|balance|charged me|overcharged|running late|"
        r"running behind)\b|\b(?:confirm|about|regarding|for|have|got|missed|check on|question about) (?:my|our|an|"
        r"todays|tomorrows|the) "
        rf"(?:\w+ )?{VISIT}(?: (?:today|tomorrow|on|at|is|was|this|for|with|still|scheduled|yesterday|\d+|{DAY}))|"
        rf"\b(?:my|our|todays|tomorrows) (?:\w+ )?{VISIT}(?: \w+){{0,2}} (?:still|today|tomorrow|confirmed|on|at|is|"
        r"was)\b|\b(?:donde (?:esta|viene|anda|va)|ya (?:viene|vienen|llego|llega|salio|va)|a que hora (?:llega\w*|"
        r"viene\w*|es mi)|cuando (?:llega|viene|es mi)|sigue viniendo|va a llegar|no (?:ha llegado|llego|vino|ha "
        r"venido|han llegado|vinieron))\b|\b(?:vinieron|arreglaron|instalaron|repararon|vino|cobraron|dejaron|"
        r"cambiaron|hicieron|me arreglo|me instalo|(?:en|la|mi) garantia|factura|recibo|reembolso|(?<!no )(?<!no soy )"
        r"(?:ya )?(?<!no )soy cliente|sigue (?:goteando|igual|fallando|sin funcionar|tirando|roto|rota)|"
        r"estoy esperando|seguimos "
        r"esperando|ultima vez|trabajo que hicieron)\b"
    ),
    Intent.CALL_ME: (
        r"\b(?:call|phone|ring|dial|buzz) (?:me|us)\b|\bcall(?:ing)? back\b|\bcallback\b|\bgive (?:me|us|my \w+) "
        r"(?:a |an )?(?:\w+ )?(?:call|ring|buzz|shout|holler)\b|\b(?:someone|somebody|anyone|you|u|yall|one of you|"
        r"rep|tech) (?:please |just )?(?:call|phone) (?:me|us|back|my|at|now|asap)?\b|\b(?:please|pls|plz|just) "
        r"call\b(?! (?:before|when (?:you|u) (?:are|get|arrive)))|\b(?:call|reach|contact) (?:me |us )?(?:at|on) "
        r"(?:my|this|\d)|\bcall (?:this|my) (?:number|cell|phone)\b|\b(?:get|give|want|need|like|request|waiting for|"
        r"expecting) (?:\w+ ){0,2}?(?:a )?(?:phone call|call back|callback)\b|\btalk (?:to (?:you|u|someone|"
        r"somebody) )?(?:on|over|by) (?:the )?phone\b|\b(?:rather|prefer|better|easier|want) (?:to )?(?:a |just "
        r")*(?:talk|speak|call|phone call)(?: \w+){0,3}? (?:phone|call|voice)\b|\bspeak (?:on|over|by) (?:the "
        r")?phone\b|\b(?:llam(?:e|en|a|ame|eme|enme|enos|ennos)|marqu(?:e|en|eme|enme)|marcame|regres(?:e|en|eme) la "
        r"llamada|devuelv\w+)(?: (?:me|nos|por|cuando|al|a|la|en|lo|favor|hoy|manana|mas|en cuanto))*\b|\b(?:me|nos) "
        r"(?:pueden?|podrian?|puedes?|podrias?|pueda|podra) (?:\w+ )?(?:llamar|marcar|hablar por telefono|regresar "
        r"la llamada|devolver)\b|\b(?:pueden?|podrian?|puedes?|favor de) (?:llamar|marcar)(?:me|nos)?\b|\bque (?:me|"
        r"nos) (?:llamen?|marquen?)\b|\b(?:espero|esperando) su llamada\b"
    ),
    Intent.WRONG_NUMBER: (
        r"\bwrong (?:number|num|nbr|person|no|guy|phone|one|house|business|company|place|cell)\b|\b(?:number|num) is "
        r"wrong\b|\bnot the (?:right|correct) (?:number|person|business)\b|\b(?:have|got|has|dialed|called|texted|"
        r"texting|reached) (?:the |a )?(?:wrong|incorrect)\b|\b(?:misdial\w*|mis dial\w*|butt ?dial\w*|pocket "
        r"?dial\w*|accidental(?:ly)? (?:call|dial)\w*)\b|\b(?:call|called|dial|dialed|dialled|phoned|calling|"
        r"rang)(?: \w+){0,2}? (?:by (?:accident|mistake)|accidentally|on accident|in error)\b|\baccidentally "
        r"(?:called|dialed|hit|pressed|butt|pocket)\b|\b(?:by accident|by mistake|on accident) (?:called|"
        r"dialed)?\b.*\bcall|\b(?:i|we) (?:didnt|did not|never|havent|dont think i) (?:even )?call(?:ed)? (?:you|u|"
        r"yall|this|anyone|anybody|ya|any|a |your|no)|\b(?:i|we) (?:didnt|did not|never) call(?:ed)?$|\bmust have "
        r"(?:the wrong|dialed)\b|\b(?:numero|telefono) (?:equivocado|incorrecto|que no es)\b|\b(?:se )?equivoc\w+ de "
        r"(?:numero|telefono|persona)\b|\b(?:me|se) (?:equivoque|equivoco)\b|\b(?:marque|llame) (?:mal|por (?:error|"
        r"accidente|equivocacion))\b|\b(?:persona|numero) equivocad[oa]\b|\byo no (?:le |les |los )?llame\b|\bno "
        r"(?:le|les|los) llame\b"
    ),
    Intent.SPAM: (
        r"^work from home\b|\bwork from home\b(?=.*\b(?:earn\w*|income|jobs?|opportunit\w+|hiring|positions?|money)\b)|"
        r"\b(?:earn\w*|income|opportunit\w+|hiring|positions?|make money)\b.*\bwork from home\b|"
        r"\b(?:want|need|looking for|handle|get you|send you|bring you) (?:\w+ ){0,2}?(?:more|extra|\d+) (?:\w+ "
        r"){0,2}?(?:customers|clients|jobs|leads|patients|calls|appointments)\b|\bbooked (?:jobs|appointments) (?:a|"
        r"per|every)\b|\b(?:homeowners|customers|clients|leads) in your area\b|\b\d+k? (?:\w+ )?(?:loans?|funding)\b|"
        r"\bloans? today\b|\b(?:sell|selling|buy|buying|purchase) (?:us )?(?:my|your|ur|the|this|a) (?:house|home|"
        r"property|land)\b(?=.*\b(?:cash|offers?)\b)|"
        r"\bcash (?:offers?|buyers?) (?:for|on) (?:your|ur|the) (?:\w+ )?(?:house|home|property)\b|\b(?:diseno|"
        r"disenamos|hacemos|creamos) (?:de )?(?:su |tu )?(?:paginas? web|sitios? web|"
        r"logos?)\b|\b(?:page|pg) (?:1|one)\b|\b(?:1st|first|top|front) page\b|\bseo\b|\b(?:rank|ranking|rankings) "
        r"(?:\w+ ){0,4}?(?:google|search|higher|better|top|maps)|\bgoogle (?:listing|business profile|my business|"
        r"ads|ranking|maps (?:listing|ranking)|guaranteed)\b|\b(?:more|qualified|exclusive|quality|free|new|hot|real|"
        r"generate|generating|buy|live|verified) (?:\w+ )?(?:leads|customers for|clients for|jobs for your)\b|"
        r"\bleads? (?:generation|gen)\b|\bleads (?:for|in) your\b|\b(?:business|working|merchant) (?:loans?|funding|"
        r"capital|credit|cash advance|line of|financing offer)\b|\bmerchant (?:services?|account|processing|cash)\b|"
        r"\b(?:credit card|payment) processing\b|\bline of credit\b|\b(?:pre ?approved|preapproval|pre qualified) "
        r"(?:for|up)\b|\b(?:redesign|build|design|improve|rebuild|revamp|update|create) (?:\w+ ){0,2}?(?:your|ur|a|"
        r"new|free) (?:\w+ )?(?:website|site|logo|web ?page|app)\b|\byour (?:website|site|web page|online presence|"
        r"social media|google listing|google reviews?|business) (?:is|isnt|could|needs?|has|doesnt|looks|was|can|"
        r"qualifies|listing|to)\b|\b(?:grow|scale|boost|promote|market|advertise|expand|buy|buying|sell|selling) "
        r"(?:\w+ )?(?:your|ur) (?:\w+ )?(?:business|company|sales|revenue|brand|online|traffic|reviews?)\b|"
        r"\b(?:increase|double|triple) (?:your|ur) (?:sales|revenue|business|leads|customers|bookings|traffic|"
        r"calls)\b|\bdigital marketing\b|\bmarketing (?:agency|services?|company|team|expert|specialist)\b|\bsocial "
        r"media (?:marketing|management|manager)\b|\b(?:we|i) (?:help|work with|specialize in helping|partner with) "
        r"(?:\w+ ){0,3}?(?:contractors|businesses|companies|business owners|plumbers|roofers|owners|hvac "
        r"companies)\b|\b(?:are|is) (?:you|this|u) (?:the )?(?:business )?owner(?: of)?\b|\b(?:crypto|bitcoin|forex|"
        r"nft|casino|lottery|sweepstakes|(?:free|won|claim|your|reward|\d+) (?:\w+ ){0,2}gift cards?|youve won|"
        r"you won|you have won|claim your|congratulations you|car "
        r"warranty|auto warranty|extended warranty offer|vehicles? warranty|medicare plan|debt relief|"
        r"tax relief|solar incentive|student loan|bulk (?:sms|text)|virtual assistants?|staffing (?:agency|"
        r"solutions)|answering service for|ai receptionist|outsourc\w+|offshore)\b|\bhttps?\b.*\b(?:click|offer|win|"
        r"free)\b|\bclick (?:here|the link|below)\b|\blimited time offer\b|\bvote for (?!me$)\w+|\b(?:paid for by|"
        r"donate|campaign|senate|congress)\b|\binvestment opportunit\w+\b|\b(?:primera pagina|primer lugar|primeros "
        r"lugares|posicion\w*) (?:\w+ ){0,3}?google\b|\bposicionamiento\b|\b(?:aumentar?|aumente|haga crecer|hacer "
        r"crecer|impuls\w+|promocion\w+) (?:\w+ )?(?:su|sus|tu|tus) (?:ventas|negocio|clientes|empresa)\b|"
        r"\bprestamos? (?:para|de) (?:su |tu |el )?negocios?\b|\bmarketing digital\b|\bpublicidad para (?:su|tu)\b|"
        r"\bgan(?:o|aste|e) un premio\b"
    ),
    Intent.IS_ROBOT: (
        r"\b(?:are|r) (?:you|u|ya|yall|your) (?:\w+ ){0,4}?(?:bot|robot|ai|human|person|real|machine|computer|"
        r"automated|chat ?bot|alive|artificial|live person|program|software|siri|alexa|chatgpt|gpt|humanoid|android|"
        r"people|living)\b|\b(?:is|was) (?:this|that|it|there) (?:\w+ ){0,3}?(?:bot|robot|ai|human|real person|"
        r"person|machine|computer|automated|chat ?bot|auto ?reply|auto ?response|auto ?text|automatic|automated text|"
        r"recording|program|real human|live person)\b(?! (?:i can|to talk|to speak|available|that can|who can|here "
        r"i))|\b(?:am i|are we|im i|i am|im) (?:\w+ )?(?:talking|speaking|texting|chatting|conversing|interacting|"
        r"dealing) (?:to|with|2) (?:\w+ ){0,2}?(?:bot|robot|ai|human|person|machine|computer|real|someone real|"
        r"automated|chat ?bot|program|people|an? actual \w+)\b|\b(?:you|u|youre|ur) (?:sound|seem|look|type|text|act|"
        r"talk) (?:\w+ )?like (?:an? )?(?:\w+ )?(?:bot|robot|machine|computer|ai|human|real)\b|\b(?:prove|know|sure|"
        r"think|tell|say|if|that|whether|believe|wondering|admit|consider) (?:\w+ ){0,2}?(?:you|youre|u|your|"
        r"yourself|this is) (?:\w+ ){0,4}?(?:bot|robot|ai|human|a person|real|machine|computer|alive)\b|^(?:\w+ "
        r"){0,2}?(?:bot|robot|ai|human)(?: or (?:\w+ ){0,2}?\w+)?$|\b(?:eres|es usted|sera|es|usted es|esto es|hablo "
        r"con|estoy hablando con) (?:\w+ ){0,2}?(?:robot|bot|maquina|computadora|humano|persona|inteligencia "
        r"artificial|contestadora|mensaje automatico|grabacion|real)\b"
    ),
}

# What the words of an intent mean instead: taken out of the sentence before the intent is looked for.
_INSTEAD: dict[Intent, str] = {
    Intent.RESCHEDULE: (
        r"\b(?:dont|do not|no need to|not|never|didnt|no) (?:\w+ )?(?:want |need )?(?:to )?(?:reschedul\w+|move|"
        r"change)\b.*"
    ),
    Intent.CANCEL: (
        r"\b(?:dont|do not|didnt|did not|never|not|no need to|wont|without|no)(?: \w+){0,3}? (?:cancel\w*|anul\w*)|"
        r"\bcancell?ed\b|\bcancel(?:l?ation)? (?:fees?|policy|policies|charges?)\b|\bif (?:i|we|you|he|it) (?:\w+ "
        r")?cancel\w*|\bnoise cancel\w+|\b(?:did|have|has) (?:you|u|he|they|i) (?:\w+ )?cancel\w*|\bcancel(?:ing)? "
        r"(?:\w+ )?(?:subscription|membership|order|plan|insurance|policy|contract|card)\b"
    ),
    Intent.EXISTING: r"\b(?:do|does|can|could|will|would) (?:you|u|yall|he|they) (?:guys )?put in\b|"
    r"\b(?:what(?:s| is)?|how (?:long|many \w+)(?: is| does)?|is there|do (?:you|u|yall)(?: \w+)?) (?:the|a|any|your|"
    r"kind of|sort of)(?: a)? (?:\w+ )?(?:warranty|guarantee)\b|"
    r"\b(?:new|first) (?:customer|client)\b|\bno warranty\b|\b(?:you|u) (?:\w+ )?(?:said|told me)\b",
    Intent.CALL_ME: (
        r"\b(?:dont|do not|never|no need to|stop|didnt|did not|not|quit|wont|please no|cant|why did|did|rather than|"
        r"instead of|who|if|when|before) (?:\w+ ){0,2}?call(?:ing|ed|s|back)?(?: (?:me|us|back))?\b|\b(?:he|she|they|"
        r"you|u|someone|somebody|yall) (?:just |already )?(?:called|calls|tried calling|was calling)\b(?: (?:me|us|"
        r"back))*|\b(?:ill|i will|i can|i|we|well|we will|let me|going to|gonna) (?:\w+ )?(?:call|calling|give "
        r"(?:you|u) a call)(?: (?:you|u|back|yall|in))*\b|\b(?:service|phone|missed|sales|house) calls?\b(?! back| "
        r"please)|\bcall me (?:crazy|old|silly|stupid|maybe|a)\b|\breturning (?:your|a|the) call\b|\bno me "
        r"(?:llame\w*|marque\w*|llamen)|\bno (?:llame\w*|marque\w*)|\b(?:me|se|como se|yo) llam[ao]\b|\b(?:me llamo|"
        r"se llama|yo (?:les |los )?llame)\b|\b(?:los llame|marque mal)\b|\bles llame\b"
    ),
    Intent.WRONG_NUMBER: r"\b(?:not|isnt) (?:the |a )?wrong\b|\bwrong (?:number|one) (?:of|on)\b",
    Intent.SPAM: (
        r"\b(?:found|saw|got|find|seen) (?:you|u|yall|your \w+|this|ur \w+) (?:\w+ )?(?:on|from|through|via|"
        r"online)\b(?: \w+){0,2}"
    ),
    Intent.IS_ROBOT: (
        r"\b(?:not|arent|isnt) (?:a )?(?:bot|robot) problem\b|\brobot (?:vacuum|mower)\b|\b(?:real|right) (?:quick|"
        r"fast|soon|estate|bad)\b"
    ),
}

PHRASES: tuple[Phrase, ...] = phrases(_SAYS, _INSTEAD)
