"""Trouble without danger that wants somebody the same day: no heat, a clogged toilet, a toothache, court tomorrow.

The middle between messaging.urgency_words.sounds_dangerous and everything that can wait. Rules over plain clauses, for
all trades, English and Spanish; a wrong answer costs a place in the queue, no page.
"""

from messaging.danger_signs import NOT_NOW, SHOPPING
from messaging.danger_whole import NO_HEAT
from messaging.optout_phrases import any_of
from messaging.optout_words import clauses_of


def wants_today(text: str) -> bool:
    """Whether the text tells of trouble that cannot wait; shopping, past troubles and "no rush" are none."""
    clauses = [" ".join(clause) for clause in clauses_of(text)]
    whole = " ".join(clauses)
    if _CAN_WAIT.search(whole):
        return False
    if _SOON.search(whole):
        return True
    pressing = [clause for clause in clauses if not (SHOPPING.search(clause) or NOT_NOW.search(clause))]
    return any(_TROUBLE.search(clause) or NO_HEAT.search(clause) for clause in pressing)


_CAN_WAIT = any_of(
    r"no (?:rush|hurry|emergency|urgency|prisa)\b|not (?:\w+ ){0,2}(?:urgent|emergency|rush)\b|(?:isnt|no es) (?:\w+ )?"
    r"(?:urgent|urgente|emergency)\b|whenever\b|some ?(?:time|day)\b|next (?:week|month|year|spring|summer|fall|"
    r"winter)\b|"
    r"in (?:one|a|each|every) room\b|a little\b|slightly\b|minor\b|(?:small|slow|tiny) (?:leak|drip|drain|crack)\b|"
    r"no (?:hay|tengo|tenemos|corre) (?:prisa|apuro)\b|no power steering\b"
)
_SOON = any_of(
    r"as soon as\b|how (?:soon|fast|quick\w*)\b|soonest\b|asap\b|right away\b|immediately\b|urgent\w*\b|urgente\b|"
    r"hurry\b",
    r"(?:need|want|come|help|someone|somebody|anyone|available|fixed|done|here|out)(?: \w+){0,4} (?:now|today|tonight|"
    r"this (?:morning|afternoon|evening))\b|(?:now|today|tonight) (?:please|pls|plz)$",
    r"lo antes posible|cuanto antes|ahora mismo|hoy mismo|(?:venir|alguien|vengan|necesito)(?: \w+){0,3} hoy\b",
)
_PEST = r"(?:raccoons?|bats?|snakes?|squirrels?|rats?|mouse|mice|skunks?|possums?|opossum|birds?|bees?|wasps?|hornets?)"
_TROUBLE = any_of(
    # Water, drains, roof
    r"(?:toilet|sink|drain|sewer|tub|shower|pipes?|bathroom)(?: \w+){0,3} (?:backed|backing|backs) ?up\b|"
    r"(?:completely|totally|"
    r"fully) (?:clogged|plugged|blocked|stopped)\b|(?:clogged|plugged|blocked) (?:completely|totally)\b",
    r"(?:only|main) (?:\w+ )?(?:toilet|bathroom|drain|sewer|line)\b(?: \w+){0,3} (?:clogged|blocked|backed|plugged|"
    r"broken|out|"
    r"not working|wont)|(?:clogged|blocked|plugged)(?: \w+){0,4} only\b",
    r"(?:ceiling|roof|water heater|heater|pipe|sink|toilet|wall|tank|boiler|faucet)(?: \w+){0,2} (?:is |has an? |"
    r"keeps )?"
    r"leak(?:s|ing)?\b(?! repair)|leak(?:ing)? (?:\w+ ){0,2}(?:under|in|from|through)\b|bucket\b.*\bfill\w*",
    r"(?:roof|window|skylight)(?: \w+){0,5} (?:rain\w*|storm)\b|(?:rain\w*|storm)(?: \w+){0,6} (?:roof|window|"
    r"leak\w*)\b|"
    r"broken window\b|window (?:is )?(?:broken|broke)\b",
    r"sump pump (?:\w+ ){0,2}(?:quit|failed|out|broke\w*|died|stopped|working|wont|dead)\b|no (?:hot )?water$|"
    r"no water in\b",
    # Power, cold, food
    r"breakers? (?:wont|will not|doesnt) reset\b|(?:lost|losing|no) power\b|power (?:\w+ )?out\b",
    r"(?:fridge|refrigerator|freezer|cooler|walk ?in)(?: \w+){0,2} (?:died|quit|dead|stopped|broke\w*|out|warm|"
    r"not (?:cold|"
    r"cooling|freezing|working)|isnt (?:cold|cooling))\b|food (?:\w+ )?(?:spoil\w*|thaw\w*|going bad|rotting)\b",
    r"(?:its|is|house is|so|really|get\w*) (?:freezing|so hot|9\d|1[01]\d)\b(?! rain)",
    # Locks and cars
    r"locked out\b|lost (?:\w+ ){0,2}keys?\b|keys? (?:\w+ ){0,2}(?:locked|stuck|broke|snapped)\b|locked (?:my |"
    r"the )?keys\b",
    r"(?:door|garage door|gate|lock)(?: \w+){0,2} (?:wont|will not|doesnt|cant) (?:lock|close|shut|open)\b|"
    r"garage door (?:\w+ )?"
    r"stuck\b",
    r"(?:car|truck|van|it|suv|engine) (?:wont|will not|doesnt|does not|didnt) (?:start|turn over|crank)\b|"
    r"dead battery\b|"
    r"battery (?:is )?(?:died|dead)\b|flat tire\b|need a (?:tow|jump)\b|towed?\b(?=.*\b(?:now|today)\b)",
    # Pain
    r"(?:severe|terrible|horrible|bad|awful|extreme|unbearable|excruciating|lot of|in) (?:\w+ ){0,2}pain\b|(?:bad|"
    r"terrible|"
    r"severe|horrible|killer) tooth ?ache\b|tooth ?aches?\b.*\b(?:sleep|kill\w*)|cant (?:sleep|eat|chew|move|walk)\b",
    r"(?:tooth|teeth|molar|jaw|gums?|crown|filling)(?: \w+){0,5} (?:killing|throbbing|hurts (?:so|bad|really|a lot)|"
    r"broke|"
    r"broken|cracked|abscess\w*|infected|and (?:it )?hurts)\b|(?:broke|cracked|chipped) (?:my|a|his|"
    r"her) (?:\w+ )?(?:tooth|"
    r"molar)\b|(?:broke\w*|cracked) tooth (?:\w+ )?hurts?\b|abscess\b|(?:back|neck) (?:went|is) out\b",
    # Animals and the law
    rf"{_PEST} (?:\w+ ){{0,2}}(?:in|inside|under|at|stuck)\b(?! spring)|(?:nest|swarm\w*) (?:\w+ ){{0,2}}(?:door|"
    rf"house|wall|attic)\b",
    r"(?:court|hearing|arraignment|trial|custody|deadline)(?: \w+){0,3} (?:tomorrow|today|monday|tuesday|wednesday|"
    r"thursday|"
    r"friday|in \w+ (?:days?|hours?)|this week)\b|(?:got|was|been|just|being) served\b|served (?:\w+ )?(?:papers|with|"
    r"today)\b|"
    r"eviction notice\b|evicted\b",
    # Spanish
    r"(?:tapo|tapado|atasc\w+)(?: \w+){0,3} (?:unico|unica|bano|drenaje|inodoro|excusado)\b|no (?:tengo|hay|"
    r"sale) (?:\w+ )?agua\b",
    r"me duele (?:\w+ ){0,3}(?:muela|diente|encia)|dolor de muelas?\b|(?:me quede|estoy) a?fuera\b|perdi (?:mis|"
    r"las) llaves|"
    r"no (?:arranca|prende|enciende)\b|se (?:descompuso|murio|apago)\b|gotea (?:mucho|el techo)|hay una (?:fuga|"
    r"gotera)\b",
)
