"""Dangers of messaging.urgency_words that take the whole text, and the slips of the finger in it."""

from messaging.danger_phrases import SMALL_ONE
from messaging.optout_phrases import any_of

NO_HEAT = any_of(
    r"no (?:heat|heating|ac|a c|air|air conditioning|cooling|power|electricity|hot water|heater|furnace|water|"
    r"calefaccion|luz)\b",
    r"(?:heat|heater|heating|furnace|boiler|ac|a c|air conditioner|air conditioning|air|hvac|power|radiators?|"
    r"electricity)(?: (?:is|has|been|are|isnt|not|just|went|unit|s|completely|totally|doesnt|wont|"
    r"has been))* (?:out|off|down|dead|broken|broke|died|quit|working|work|stopped|failed|gone|turn on|start|"
    r"kick on)\b",
    r"(?:without|lost|losing) (?:heat|power|ac|a c|air|water|electricity)\b|freezing (?:in|inside|house)\b|"
    r"no (?:hay|tengo|tenemos|funciona|sirve|prende) (?:la |el )?(?:calefaccion|luz|aire|electricidad|agua|calenton)\b|"
    r"sin (?:calefaccion|luz|aire)\b|(?:calefaccion|aire)(?: \w+)? no (?:funciona|sirve|prende)",
)
VULNERABLE = any_of(
    r"newborns?|bab(?:y|ys|ies)\b|(?:kids|children) under|dementia|alzheimers?|transplant|immunocompromised|infants?|"
    r"toddlers?|preemie|elderly|grand(?:ma|mother|pa|father|parents)\w*|"
    r"abuel\w+|oxygen|ventilator|dialysis|cpap|nebulizer|heart (?:condition|problems?|disease|patient|failure|surgery|"
    r"attack)|just had surgery|after surgery|oxigeno|"
    r"cancer|chemo|disabled|wheelchair|pregnant|asthma\w*|copd|hospice|bedridden|insulin|medical (?:equipment|"
    r"device|condition|needs)|nursing home|bebes?|recien nacid\w|ancian\w+|embarazada|(?:sick|small|young|"
    r"little|disabled|elderly) (?:kids?|child|children|mother|father|mom|dad|wife|husband|parents?)|\d+ (?:month|"
    r"week|day|mo|wk)s? old|(?:[7-9]\d|1[01]\d) (?:year|yr)s? old|(?:mom|mother|dad|father|"
    r"grandma) is (?:[7-9]\d)\b"
)

# Told over several clauses: "Locked out!! Candle is burning", "we are locked out. Baby is inside".
LOCKED_OUT = any_of(r"locked (?:\w+ )?out\b|me quede (?:a)?fuera\b")
LEFT_INSIDE = any_of(
    r"(?:stove|oven|burner|candles?|iron|pot|food|grill) (?:\w+ ){0,3}(?:on|burning|lit|cooking|inside)\b",
    rf"{SMALL_ONE} (?:\w+ ){{0,3}}(?:inside|in there|alone|adentro)\b",
)
# Slips of the finger are mended towards these, unless they hit another word.
OFTEN_MISTYPED = (
    *["smells", "smell", "smelling", "leaking", "flooding", "flooded", "basement", "sewage", "smoking", "bleeding"],
    *["everywhere", "sparking", "overflowing", "ceiling", "burst", "monoxide", "electrical"],
)
OTHER_WORDS = frozenset(
    [
        *["small", "spell", "swell", "shell", "spells", "swells", "shells", "smelly", "smelt", "spelling", "swelling"],
        *["leaning", "flooring", "floored", "breeding", "blending", "burnt", "bursts", "smocking", "stoking"],
        *["speaking", "sparkling", "monoxido", "monoxyde", "basements", "ceilings", "selling", "seeing"],
    ]
)
