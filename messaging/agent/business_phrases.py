"""Ways of asking what a business does, costs, when and where it works: patterns over one plain sentence."""

from messaging.agent.phrases import DAY, DO, VISIT, WORKER, YOU, Phrase, phrases
from messaging.enums import Intent

_SAYS: dict[Intent, str] = {
    Intent.SERVICES: (
        r"\b(?:what|which|wat|kinds? of|types? of|any other|list of) (?:\w+ )?(?:services?|jobs|repairs|brands|"
        r"work)\b|"
        rf"\bwhat (?:all )?(?:do|can|does|kind of \w+ do) {YOU} (?:guys )?(?:all )?(?:do|fix|offer|repair|handle|"
        r"install|provide|service|work on|sell)\b|"
        rf"(?:\b(?:do|does|can|would|will|could) |^){YOU} (?:guys )?(?:also |even |still |by any chance |happen to |"
        r"ever )?(?:do|offer|install|repair|fix|service|replace|clean|handle|sell|carry|provide|work on|work with|"
        r"paint|build|unclog|remove|inspect|rent|haul|deal with|specialize in|perform|make|stock|treat|wash|cut|trim|"
        r"tow|patch|pump|test|refill|recharge|mount|move|unlock|rekey|refinish|spray|seal|detail) (?!this|that|it\b|"
        r"anything|to\b|me\b|sure|out|you|with|something|the same|(?:a |any )?(?:estimates?|quotes?|financing|"
        r"payments?|discounts?|appointments?|appt)|free|monthly|it|business|weekends?|payment|credit|calls?|sundays?|"
        r"saturdays?|mornings?|evenings?|nights?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|my appointment|my appt|"
        r"the appointment|by|better|tomorrow|today|for|any (?:earlier|later|sooner))\w+|\b(?:is|are) (?:that|this|it|"
        r"\w+) something (?:you|u|yall|you guys) (?:do|can|fix|handle|offer)\b|\b(?:que|cuales|tipos? de|clase de) "
        r"(?:\w+ )?(?:servicios?|trabajos?|reparaciones)\b|\ba que se dedican\b|\bque (?:hacen|ofrecen|arreglan|"
        r"reparan|instalan)\b|^(?:hola |buenas |buenos dias |buenas tardes |ustedes |disculpe |saber si |quisiera "
        r"saber si |me gustaria saber si |tambien |oiga |y )*(?:ustedes )?(?:tambien )?(?:hacen|arreglan|reparan|"
        r"instalan|limpian|ofrecen|destapan|pintan|venden|cambian|manejan|rentan|colocan|podan|fumigan|remodelan|"
        r"construyen|arregla|repara|instala|hace) (?!citas?|descuento|cotizacion|presupuesto|pagos|financ|la cita|mi "
        r"cita)\w+"
    ),
    Intent.PRICE: (
        r"\bhow much\b|\bhow mch\b|\bhw much\b|\b(?:pric(?:e|es|ing|ey)|costs?|quotes?|quotation|estimates?|rates?|"
        r"fees?)\b|"
        rf"\b{YOU} (?:\w+ )?charg(?:e|es|ing)\b|\bcharges? (?:for|to|per|a|an|by)\b|\b(?:the|your|any|a|extra|what|"
        r"trip|"
        r"service|call out|hourly) charges?\b|\b(?:expensive|affordable|cheap|cheaper|discounts?|coupons?|specials?|"
        r"ball ?park)\b|\b(?:trip|service|diagnostic|dispatch|call) (?:fee|charge)\b|\bwhat (?:would|will|does|do|"
        r"is) (?:it|that|this|the \w+) (?:run|set) (?:me|us)\b|\bper hour\b|\bhourly\b|\b(?:cuanto|cuanta)s? (?:es |"
        r"me |nos |se |le |va a |seria |vale|cuesta|cobra|sale|costaria|cobraria)|^(?:y )?(?:a )?(?:como|cuanto) "
        r"(?:es|el|la|por|seria|para|cada)\b|^cuanto$|\b(?:precios?|costos?|costaria|cuesta|cuestan|cobran?|cobraria|"
        r"cobrarian|tarifas?|cotizar\w*|cotizacion(?:es)?|cotice\w*|presupuestos?|estimados?|caro|cara|barato|barata|"
        r"descuentos?)\b"
    ),
    Intent.HOURS: (
        r"\b(?:your|business|office|store|opening|working|normal|regular|holiday|shop|weekend|what|the) hours\b|"
        r"^hours(?: please| of operation| today)?$|\bhours of (?:operation|business)\b|"
        rf"\b(?:are|r|is|were|will) {YOU}(?: \w+){{0,3}}? (?:open|closed)\b|\b(?:you|u|yall|you guys|guys) (?:still |"
        rf"even |ever )?(?:open|closed)\b|\bwhat time(?:s)?(?: \w+){{0,3}}? (?:open|close|closing|start working)\b|"
        rf"\bwhen (?:do|does|are|r|will|is|u|you|yall|it)(?: \w+){{0,3}}? (?:open|close|closed|opens|closes)\b|"
        r"\bopen (?:on |late |until |till |til |past |after |now|right now|all |yet|this |24|early |during |"
        rf"(?:on )?{DAY})|\bclosed (?:on |for )?(?:{DAY}|christmas|thanksgiving|new years)|\bhow late\b|\b(?:do|"
        rf"does) {YOU} (?:guys )?(?:work|answer|operate|do)(?: \w+){{0,3}}? (?:weekends?|{DAY}|nights?|after hours|"
        r"evenings|late)\b|\b24 ?(?:7|hr|hrs|hours?)(?: a day| service| emergency)?\b|\b(?:weekend|after hours|"
        r"evening|sunday|saturday|holiday) (?:hours|service|availability)\b|\b(?:horarios?|hora de (?:atencion|"
        r"apertura|cierre))\b|\b(?:a|hasta) que horas?(?: \w+){0,2}? (?:abr\w+|cierr\w+|atiend\w+|trabaj\w+|estan|"
        r"hay)\b|\b(?:cuando|que dias?)(?: \w+){0,2}? (?:abr\w+|cierr\w+|trabaj\w+|atienden)\b|\b(?:abren|abre|"
        r"cierran|cierra|trabajan|atienden|trabaja|abiert\w+|cerrad\w+) (?:los? |las? |el |hoy|"
        rf"manana|ahorita|todos|todavia|ahora|24|de noche|tarde|{DAY})|\b(?:estan|esta|siguen) (?:abiert|cerrad)\w+"
    ),
    Intent.AREA: (
        rf"\b{DO} {YOU} (?:guys )?(?:all )?(?:also |even |still |ever )?(?:come|go|drive|travel|get|service|serve|"
        r"cover|"
        r"deliver|work|operate|do (?:work|jobs|service|calls)|provide service|offer service|make it|do business)(?: "
        r"service| calls| out| all the way| over| up| down| as far| far)* (?:to|in|into|near|around|the|as|outside|"
        r"at|by|here in|this|my area|(?!for\b|with\b|on\b|out\b|help\b|through\b|from\b|and\b|any\b|all\b|both\b|"
        r"my\b|a\b|ac\b|it\b|back\b|today|tomorrow|tonight|this\b|your\b|same\b|mon|tue|wed|thu|fri|sat|sun|"
        r"weekends?|nights?|evenings?|late\b|after|before|asap|now\b|soon\b|holidays?|me\b|homes?\b|houses?\b|"
        r"business\w*\b|by\b|w\b)[a-z]{3,}(?: (?:area|county|az|tx|ca|fl|nv|city|heights|valley|beach|springs|park|"
        r"too|also|at all|az|\d{5}))*$)|\b(?:service|coverage|delivery) (?:areas?|zone|radius|map)\b|\b(?:what|"
        r"which) (?:areas?|cities|towns?|zips?|zip codes?|counties|neighborhoods?|part of town)\b|\bhow far (?:do|"
        r"will|can|out|would|away|are)\b|\b(?:in|within|outside|outside of|part of) (?:your|the|ur) (?:service |"
        r"coverage |delivery )?(?:area|range|radius|zone)\b|\b(?:my|this|our) (?:area|neighborhood|zip|zip code|town|"
        r"city|part of town)\b|\bwhere (?:are|r) (?:you|u|yall|you guys)(?: all)?(?: (?:located|based|at|out of|from|"
        r"coming from))?$|\bwhere (?:is|s) (?:your|the|ur) (?:office|shop|store|location|business)\b|\bwhats? (?:is "
        r")?(?:your|ur) (?:address|location)\b|\b(?:are|r|is) (?:you|u|yall|you guys|this|your \w+) (?:located |"
        r"based |guys )*(?:in|near|around|by|close to|local)\b(?! (?:charge|business|touch|stock|today|the "
        r"(?:process|middle)))|\b(?:im|i am|we are|were|i live|we live|live|located|house is|home is|property is|my "
        r"\w+ is) (?:\w+ )?(?:in|near|out in|over in|up in|down in|by) (?!a |an |need|the (?:market|process|middle|"
        r"hospital|attic|bathroom|kitchen|basement|garage|back|yard|driveway|office|shower|house|home|ground|wall)|"
        r"my |your |pain|trouble|charge|town|between|bad|good|great|shock|bed|meeting|no |it|this|that|contact|touch|"
        r"luck|desperate|dire|urgent)\w+|\b(?:dan|hacen|ofrecen|tienen|prestan)(?: \w+)? servicios? (?:en|a|por|"
        r"hasta|para la zona)\b|\b(?:vienen|van|llegan|vienen|viajan|salen|va|viene|llega) (?:hasta |a |para |por "
        r")+(?!la casa|mi casa|las? \d|domicilio|que|costar|ser|cobrar|hacer|venir|revisar|arreglar|reparar|llegar|"
        r"estar|las \w+$|hoy|manana)\w+|\b(?:trabajan|cubren|atienden|estan|quedan|operan|sirven) (?:en|por|cerca|"
        r"hasta|a|el area|la zona) (?!casa|fin|sabado|domingo|la noche|las noches|la tarde|la manana|fines|los|dias|"
        r"servicio|camino)\w+|\bdonde (?:estan|quedan|se encuentran|esta (?:su|la)|es su|se ubican)\b|\b(?:vivo|"
        r"vivimos|estoy|estamos) (?:en|por|cerca de) (?!casa|el trabajo|la casa|una|un|camino|espera|mi)\w+|"
        r"\b(?:area|zona|ciudad) (?:de servicio|cubren|trabajan|atienden)\b|\b(?:mi|esta|nuestra|que) (?:area|zona|"
        r"ciudad)\b"
    ),
    Intent.BOOKING: (
        r"\b(?:can|could|will|would) (?:you|u|yall|you guys|someone|somebody|anyone) (?:please |come |possibly "
        r")*(?:fix|repair|install|clean|replace|service|look at|take a look) (?:it|this|that|my|our|the|mine)\b|"
        r"\b(?:book|schedule|scheduling|set up|setup|make|get|need|want|like|have|arrange|reserve|take|request|for|"
        r"an|a) "
        rf"(?:\w+ ){{0,2}}?(?:an? |the |one )?{VISIT}\b|\b{VISIT} (?:available|open|availability|left)\b|"
        r"\b(?:book|schedule|reserve|set up|arrange) (?:a|an|the|some|something|it|this|that|me|us|my|service|"
        r"someone|for|with|time|repair|cleaning|install\w*|inspection|maintenance|in|on)\b|\b(?:availability|"
        r"openings?|available|next available|earliest|soonest|first available)\b|\bavail\b|\b(?:get|put|squeeze|fit|"
        r"pencil) (?:me|us) (?:in|on|down)\b|\bget (?:on|in) (?:the|your) (?:schedule|calendar|books)\b|\b(?:can|"
        r"could|will|would|when can|when could) (?:\w+ ){0,2}?(?:come|stop|swing|drop|get|be|make it|send|head|drive|"
        r"go)(?: \w+)?? (?:out|by|over|here|come|today|tomorrow|asap|take a look|look|see|check|and look|and fix|"
        rf"someone|somebody|to my|to the house|to our|{WORKER}|this|in the|{DAY})\b|\b(?:need|want|like|looking for|"
        rf"send|have|get) (?:\w+ )?(?:someone|somebody|{WORKER}|you|u|yall|you guys) "
        r"(?:\w+ )?(?:to |who can |that can )?(?:come|fix|look|check|repair|install|clean|replace|help|take|unclog|"
        r"out|do|see|handle|service|remove|move|paint|cut|inspect)\b|\b(?:need|want|like|looking to get|looking to "
        r"have|would like|gotta get|trying to get|have to get|hoping to get|get|have) (?:\w+ ){1,4}?(?:repaired|"
        r"fixed|installed|replaced|cleaned|serviced|inspected|looked at|checked|done|painted|removed|unclogged|tuned "
        r"up|trimmed|cut|mounted|moved|patched|pumped|rekeyed|hauled|checked out|redone)\b|\b(?:need|want|looking "
        r"for|searching for|in need of) (?:a |an |some |your |another )?(?:good |new |local |"
        rf"reliable |emergency )?(?:{WORKER}|repairs?|tune up|cleaning|inspection|installation|maintenance|"
        r"replacement|service|checkup|new \w+)\b|\b(?:come|stop by|swing by) (?:out )?(?:and |to )?(?:take a look|"
        r"look at|check|fix|give (?:me|us))\b|\b(?:free|open) (?:on |this |next )?(?:time|slots?|spots?|day)\b|"
        r"\bwhen can (?:you|u|yall|someone|i get|we|it)\b|\bhow soon\b|\bsame day\b|\b(?:quiero|quisiera|necesito|"
        r"necesitamos|hacer|agendar|programar|reservar|sacar|pedir|tener|tienen|hay|una|gustaria|"
        rf"dar|da|dan|darme) (?:\w+ ){{0,2}}?{VISIT}\b|\b(?:agendar|agendo|programar|reservar|agendarme|apartar)\b|"
        r"\b(?:pueden?|podrian?|puedes?|cuando|pudieran?) (?:\w+ ){0,2}?(?:venir|pasar|mandar|enviar|vienen|ir|"
        r"atenderme|revisar|arreglar|checar|reparar)\b|\b(?:tienen|tiene|hay|cual es la) (?:\w+ "
        r"){0,2}?(?:disponib\w+|espacio|lugar|cupo|campo|proxima)\b|\bdisponib\w+\b|\bque (?:\w+ )?(?:venga|vengan|"
        r"pase|pasen|revise|revisen)\b|\b(?:necesito|necesitamos|busco|quiero|ocupo|buscamos|ocupamos) (?:\w+ )?(?:a "
        r"|un |una |alguien "
        rf")?(?:{WORKER}|que|"
        r"alguien|arreglar|reparar|instalar|limpiar|cambiar|destapar|reparacion|mantenimiento|limpieza|instalacion|"
        r"servicio|pintar|poner|revisar|revision|ayuda con)\b"
    ),
    Intent.FINANCING: (
        r"\bfinanc\w+\b|\b(?:payment|pay|installment|monthly) plans?\b|\bpayments? (?:over|monthly|in|every|a month|"
        r"each|options over)\b|\bmonthly payments?\b|\binstall?ments?\b|\b(?:make|take|accept|do|split|break) (?:\w+ "
        r"){0,3}?payments?(?: up)?(?: over| in| into| monthly|$)|\bpay(?:ing)? (?:\w+ ){0,3}?(?:monthly|over time|in "
        r"parts|in (?:two|three|four|\d+)|a little|bit by bit|per month|each month|every month|later|overtime|weekly|"
        r"off over)\b|\b(?:no|bad|zero|poor) credit\b|\bcredit (?:check|score|approval)\b|\bdown payment\b|\bno "
        r"money down\b|\b(?:zero|0|low|no) (?:percent |interest|apr)\b|\b(?:klarna|affirm|afterpay|synchrony|wells "
        r"fargo|greensky|wisetack|sunlight|hearth)\b|\blayaway\b|\b(?:buy|do) now pay later\b|\blease to own\b|"
        r"\b(?:financ\w+|pagos? (?:mensual\w*|a plazos|en (?:partes|cuotas|abonos)|por mes|semanal\w*)|plan(?:es)? "
        r"de pagos?|a plazos|mensualidades|en (?:cuotas|abonos|partes|pagos)|a meses|meses sin intereses|dar abonos|"
        r"abonos|a credito|enganche|cuotas|sin credito|mal credito|pagar(?:lo|la)? (?:poco a poco|en|por mes|despues|"
        r"cada mes))\b"
    ),
}

# What the words of an intent mean instead: taken out of the sentence before the intent is looked for.
_INSTEAD: dict[Intent, str] = {
    Intent.PRICE: (
        r"\bhow much (?:longer|time|long|notice|water|room|space|of a|warning|help|do you (?:know|need to know))\b|"
        r"\bcuant[oa]s? (?:tiempo|tarda\w*|falta|antes|dura)\b|\b(?:at any rate|no estimate|phone charger|at all "
        r"costs?|(?:the|my|your) (?:estimate|quote) (?:appointment|visit)|first rate|rate (?:you|us)|interest rates?|"
        r"feel cheap)\b|\b(?:card|i|we) (?:was|got|were|been) charged\b|\b(?:you|u|he|they) (?:guys )?(?:gave|sent|"
        r"quoted|charged)\b.*"
    ),
    Intent.HOURS: (
        r"\b(?:24|48|72|few|several|couple|couple of|many|\d+) hours? (?:ago|later|now|from|away|before|straight|"
        r"notice|without|since|after|and|in)\b|\b(?:for|in|last|past|every|within|after) (?:\w+ )?(?:24|48|\d+) "
        r"(?:hrs?|hours?)\b|\b(?:door|doors|window|windows|gate|valve|garage|lid|hood|trunk|fridge|vent|drawer|it|"
        r"that|damper|which) (?:\w+ ){0,4}?(?:open|close|closed|opens|closes)\b|\bopen (?:slots?|spots?|times?|"
        r"appointments?|up|the|my|a|it)\b|\bopen (?:to|for) (?:sugg\w+|options)\b"
    ),
    Intent.AREA: (
        r"\bcome (?:out |over |by )?to (?:my (?:house|home|place|apartment|shop|office|job|work)|the house|our "
        r"(?:house|home|place)|look|see|fix|check|give|do|take|us|me|repair|install|replace|help|estimate|quote|"
        r"inspect|work|clean)\b"
    ),
    Intent.BOOKING: (
        r"\bnot available\b|\bpasar con\b|\b(?:is|was) (?:\w+ )?(?:still|almost|ever) (?:coming|on)\b|\b(?:dont|do "
        r"not|no longer|didnt|doesnt|not) (?:\w+ )?(?:need|want|have|make|book|schedule|looking)\b.*|\bno "
        r"(?:necesito|quiero|tengo|necesitamos)\b.*|\b(?:cancel|reschedule|push|move|change|postpone|confirm|switch|"
        r"bump|cancelar|cambiar|mover|posponer|confirmar)\b(?: \w+){0,4}|\b(?:missed|had) (?:\w+ )?(?:appointment|"
        r"appt)\b|\b(?:financing|payment plans?|person|human|agent|manager|coupons?|discounts?) (?:is |are "
        r")?available\b|\b(?:a|an|your|free|written|ballpark) (?:quote|estimate) (?:done|first)\b"
    ),
    Intent.FINANCING: (
        r"\b(?:credit|debit|payment) cards?\b|\bpayment (?:methods?|types?|forms?)\b|\bbusiness financ\w+\b|"
        r"\b(?:late|missed|last|my|first|make a|made a|send|sent|the) payment(?! plans?| over)s?\b"
    ),
}

PHRASES: tuple[Phrase, ...] = phrases(_SAYS, _INSTEAD)
