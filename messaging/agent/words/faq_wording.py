"""What messaging.agent.words.faq_match takes for granted: trade language that means one thing, everyday speech.

General to all trades, English and Spanish; nothing here answers anything.
"""

import re
from collections.abc import Iterator

# Over plain text: lower case, no accents, apostrophes or punctuation. Each is one thing that is asked about.
_CONCEPTS = {
    "price": r"pric\w*|costs?|costing|charg\w+|fees?|rates?|how much|quot\w+|estimates?|ballpark|expensive|pay for|"
    r"bid|ask for money|cuanto (?:cuesta|cobran?|vale|sale|es)|preci\w+|costo|tarifa|presupuesto|cotizacion",
    "visit": r"com(?:e|es|ing) (?:out|by|over|to (?:my|our|the|me|look|see|check))|com(?:e|ing) take a look|"
    r"trip|service calls?|house calls?|call ?out|show(?:ing)? up|diagnos\w+|dispatch|send (?:someone|somebody|a \w+|"
    r"out)|visits?|on ?site|visita|venir|vengan?|ir a (?:mi|la) casa|diagnostico",
    "free": r"free|no (?:charge|cost|obligation)|complimentary|for nothing|gratis|sin costo|gratuit\w+",
    "card": r"credit|debit|cards?|visa|mastercard|amex|american express|tarjetas?|apple pay|google pay|contactless",
    "pay": r"pay\w*|venmo|zelle|pay ?pal|cash ?app|cash|checks?|cheques?|invoic\w+|bill(?:s|ing)?|pago|pagar|efectivo|"
    r"cheque|factura",
    "financing": r"financ\w+|payment plans?|installments?|monthly payments?|pay (?:over time|monthly|later|in parts|"
    r"it off)|plazos|mensualidades|financiamiento|split (?:it|the (?:cost|bill|payment))|afterpay|klarna|affirm",
    "insured": r"licen[sc]\w+|insured|bonded|certified|credentials|accredited|liability|asegurad\w+|licencia\w*|"
    r"certificad\w+",
    "claim": r"insurance|claims?|adjuster|deductible|coverage|cover(?:ed|s)?|seguro|aseguranza|in network|dental plan|"
    r"medicaid|medicare|ppo|hmo",
    "warranty": r"warrant\w+|guarant\w+|stand behind|comes? back|breaks? again|garantia\w*|redo|callback",
    "weekend": r"weekends?|saturdays?|sundays?|sabados?|domingos?|fin(?:es)? de semana",
    "hours": r"hours|open|opens|close|closes|closed|closing|opening|horario|abr(?:en|e|ir)|cierra\w*|abiert\w+",
    "night": r"nights?|after ?hours|evenings?|24 ?7|24 hours?|24 ?hr|around the clock|late|noche|holidays?|emergenc\w+|"
    r"emergencia\w*|urgent\w*|24 horas",
    "duration": r"how long|how many (?:hours|days|minutes|weeks)|take all day|duration|length of|cuanto (?:tiempo|"
    r"dura|tarda\w*|demora\w*)|time ?frame",
    "soon": r"how soon|soonest|earliest|next available|same day|today|this week|right away|wait (?:list|time)|"
    r"availab\w+|openings?|lead time|booked (?:out|up)|how far out|lo antes posible|hoy mismo|cuando pueden",
    "area": r"service area|areas?|how far|travel to|cover (?:my|our|the)|serv(?:e|ice|icing) (?:in |my |our |the )?"
    r"(?:area|town|city|county|zip)|out of town|distance|zona\w*|ciudad|zip|neighborhoods?|located|near (?:me|us)|"
    r"come (?:out )?(?:this far|as far|all the way)|drive (?:out )?to|trabajan en",
    "where": r"where (?:are|r) (?:you|u|yall)|address|location|located|directions|find you|(?:which|what) street|"
    r"ubicad\w+|direccion|donde (?:estan|queda\w*)",
    "park": r"park|parking|lot|garage space|estaciona\w*|parquea\w*",
    "cancel": r"cancel\w*|reschedul\w+|no ?show|change (?:my|an|the) appointment|late fee|reagendar|cambiar (?:mi|la) "
    r"cita|back out|call off",
    "home": r"(?:be|been|being|is|someone|somebody|anyone|i) (?:at )?home|(?:need|have|has) to be (?:there|here)|"
    r"present|let (?:you|u|them|him) in|while i ?m (?:gone|away|at work)|in person|estar en casa|unattended",
    "prepare": r"prepar\w+|get ready|before (?:you|u|yall|the (?:visit|appointment|tech))|bring|beforehand|"
    r"ahead of time|clear (?:out|the)|traer|llevar",
    "discount": r"discounts?|coupons?|deals?(?! with)|specials?|promo\w*|military|veterans?|seniors?|first responders?|"
    r"% off|percent off|cheaper|descuentos?|cupon\w*|oferta\w*|off for|referral",
    "brand": r"brands?|makes?(?: and models?)?|manufacturers?|models?|marcas?|modelos?",
    "haul": r"haul\w*|dispos(?:e|ing)|(?<!garbage )disposal|rid of|take (?:it )?away|"
    r"take (?:the |my |our )?(?:old|junk)|remov\w+|junk|dump\w*|recycl\w+|retirar|llevarse",
    "pets": r"pets?|dogs?|cats?|animals?|perros?|gatos?|mascotas?",
    "children": r"kids?|child\w*|bab(?:y|ies)|toddlers?|pediatric\w*|ninos?|bebes?",
    "spanish": r"spanish|espanol|hablan|bilingual|habla",
    "business": r"commercial\w*|business(?:es)?|offices?|restaurants?|stores?|buildings?|residential|comercial\w*|"
    r"negocios?|industrial",
    "rent": r"rent\w*|tenants?|landlords?|lease|property manager|inquilin\w+|rental",
    "permit": r"permits?|code|inspect\w+|permisos?|hoa",
    "parts": r"parts?|materials?|suppl(?:y|ies)|buy (?:my|the|our) own|repuestos?|materiales?|already (?:bought|have)",
    "safe": r"safe|chemicals?|toxic|eco|organic|green|harm\w*|seguro para|quimicos?|fumes",
    "staff": r"background check\w*|employees?|technicians?|techs?|subcontract\w*|who (?:will|is) com(?:e|ing)|"
    r"empleados?|tecnicos?|crew|workers?",
    "reviews": r"reviews?|references?|experience|how long have you been|years in|recommend\w*|yelp|google|referencias|"
    r"experiencia|before and after|portfolio|pictures of (?:your|past|previous)",
    "new": r"new (?:patients?|clients?|customers?)|first (?:time|visit|appointment)|accepting|taking (?:on )?new|"
    r"pacientes? nuev\w+|primera (?:vez|visita|cita)",
    "walk_in": r"walk ?ins?|without an appointment|just (?:show up|come in|stop by|drop in)|drop in|sin cita",
    "plan": r"maintenance|membership\w*|service (?:plan|contract|agreement)|annual|yearly|tune ?ups?|mantenimiento|"
    r"subscription|contract",
    "second_opinion": r"second opinion|another (?:company|plumber|dentist|contractor|mechanic|doctor)|segunda opinion",
    "install": r"install\w*|put in|set up|hook ?ups?|mount\w*|hang|instal\w+|replac\w+|new one|swap\w*|reemplaz\w+",
    "repair": r"repair\w*|fix\w*|broken|not working|work on|service|servic(?:e|ing)|repara\w*|arregl\w+",
    "text_photo": r"photos?|pics?|pictures?|videos?|images?|fotos?",
    "pain": r"hurts?|pain\w*|sore|numb\w*|sedat\w+|duele|dolor|laughing gas|anesthe\w+|asleep",
    "virtual": r"virtual\w*|zoom|online|telehealth|video (?:call|visit)|over the phone|por telefono|remote\w*|facetime",
}
_CONCEPT_PATTERNS = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in _CONCEPTS.items()}

_SHORT_FORMS = {
    **dict.fromkeys(["u", "ya", "yall", "yous"], "you"),
    **{"ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks", "appt": "appointment"},
    **{"whats": "what is", "hows": "how is", "wheres": "where is", "whens": "when is", "whos": "who is"},
    **{"im": "i am", "youre": "you are", "theyre": "they are", "ive": "i have", "ill": "i will", "id": "i would"},
    **{"dont": "do not", "doesnt": "does not", "didnt": "did not", "cant": "can not", "wont": "will not"},
    **{"isnt": "is not", "arent": "are not", "q": "que", "xq": "porque", "tmrw": "tomorrow", "ac": "air conditioner"},
}

# How people ask anything at all: what only occurs here says nothing about what they ask.
EVERYDAY = (
    *["do you have", "do you do", "do you guys", "can you please", "could you tell me", "would you be able to"],
    *["what is the", "what is your", "what are the", "how do i get", "when can you", "where do i", "who do i"],
    *["i need a", "i need to", "i want to know", "i would like", "i have a question", "i am looking for"],
    *["is there a", "is it ok if", "are you able to", "are there any", "does it", "will you", "for my", "of the"],
    *["hi there", "hello", "hey", "good morning", "thanks", "thank you", "please let me know", "just wondering"],
    *["it is not", "that is", "this is", "with a", "in the", "on the", "to the", "and i", "but we", "or not"],
    *["yes", "no", "ok", "also", "my name is", "i am at", "we are", "you can", "i have", "can i get", "get it"],
    *["tienen", "pueden", "cual es", "que es", "como puedo", "quiero saber", "necesito un", "me gustaria", "hola"],
    *[
        "buenos dias",
        "gracias",
        "por favor",
        "es para",
        "en la",
        "de la",
        "de los",
        "y el",
        "con una",
        "hay",
        "ustedes",
    ],
)
# Words of every sentence, and its two edges.
COMMON_WORDS = frozenset(word for text in EVERYDAY for word in text.split()) | {"<", ">"}


def spelled_out(words: list[str]) -> list[str]:
    return " ".join(_SHORT_FORMS.get(word, word) for word in words).split()


def concepts_in(words: list[str]) -> Iterator[str]:
    text = " ".join(words)
    return (name for name, pattern in _CONCEPT_PATTERNS.items() if pattern.search(text))
