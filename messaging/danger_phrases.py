"""The dangers of messaging.urgency_words, as patterns over plain clauses (lower case, no accents or apostrophes).

Every trade shares them: a caller who smells gas may have rung the dentist. The first danger found in the order of
the table gives the reason.
"""

import re
from dataclasses import dataclass

from messaging.optout_phrases import any_of

DENIED_BEFORE = re.compile(
    r"\b(?:no|not|dont|do not|doesnt|isnt|arent|wasnt|werent|didnt|never|without|cannot|cant|havent|hasnt|sin|"
    r"nunca|nao|pas)(?: (?!stop|(?:i|we|my|its|there|the)\b)\w+)? $"
)
SHOPPING = any_of(
    r"pric\w+\b|costs?\b|quotes?\b|estimates?\b|how much\b|rates?\b|fees?\b|install\w*|looking (?:for|to|at|"
    r"into)\b",
    r"(?:do|can|would) (?:you|u|yall) (?:guys )?(?:do|install|offer|service|sell|have|clean|repair|handle|treat|"
    r"provide|deal|work|specialize|carry|check|also)\b",
    r"interested in\b|remodel\w*|annual\b|tune up\b|maintenance\b|upgrade\b|warranty\b|for sale\b|hiring\b|"
    r"advice\b|(?:info|questions?) (?:on|about)\b|wondering\b|specialist\w*|services?\b",
)
SUPPOSED = any_of(
    r"if\b|in case\b|prevent\w*|avoid\w*|protect\w*|worried about\b|afraid of\b|risk\b|chance\b|insurance\b|"
    r"damage\b|restor\w+|remediation\b|proof\w*|resistant\b|polic\w+|plans?\b|process\b|detect\w+|tests?\b|"
    r"testing\b|inspect\w*"
)
NOT_NOW = any_of(
    r"last (?:week|month|year|summer|winter|spring|fall|season)\b|(?:years?|months?|weeks?) (?:ago|back)\b|"
    r"in (?:19|20)\d\d\b|used to\b|previous\w*|in the past\b|a while (?:ago|back)\b|history of\b|"
    r"already (?:fixed|repaired|stopped|handled)\b|(?:was|were|got|is|been) (?:fixed|repaired|resolved|"
    r"taken care of)\b|expung\w*|prevent\w*|avoid(?:ing)?\b|covered (?:by|under)\b|on my record\b|(?:la semana|"
    r"el mes|el ano) pasad[oa]\b"
)


@dataclass(frozen=True, slots=True)
class Danger:
    """One reason. stated is a plain statement, named only its name; unless_near is the harmless look-alike."""

    code: str
    stated: re.Pattern[str]
    named: re.Pattern[str] | None = None
    unless_near: re.Pattern[str] | None = None

    def is_in(self, clause: str) -> bool:
        if NOT_NOW.search(clause) or (self.unless_near is not None and self.unless_near.search(clause)):
            return False
        if _is_affirmed(self.stated, clause):
            return True
        if self.named is None or SHOPPING.search(clause) or SUPPOSED.search(clause):
            return False
        return _is_affirmed(self.named, clause)


def _is_affirmed(pattern: re.Pattern[str], clause: str) -> bool:
    return any(not DENIED_BEFORE.search(clause[: match.start()]) for match in pattern.finditer(clause))


_ELECTRIC = (
    r"(?:outlets?|sockets?|panel|breakers?|breaker box|switch|switches|wires?|wiring|electric\w* box|fuse ?box|"
    r"plugs?|cord|light fixture|meter|transformer|receptacle|power ?lines?|cables?)"
)
_MACHINE = (
    r"(?:furnace|dryer|heater|motor|engine|appliance|ac|unit|oven|microwave|dishwasher|fridge|washer|boiler|car|"
    r"hood|battery|charger|vents?|ducts?|attic|wall|ceiling|building|house|kitchen|garage|roof)"
)
_BODY = r"(?:face|tongue|lips?|throat|eyes?|neck|jaw|cheek)"
_SMALL_ONE = (
    r"(?:baby|babies|infant|newborn|toddler|kids?|child|children|son|daughter|grand\w+|dog|puppy|cat|pet|mom|"
    r"mother|dad|wife|husband|nino|nina|bebe|hijo|hija|perro)"
)
_PLACE = (
    r"(?:basement|house|home|kitchen|garage|bathroom|apartment|office|store|shop|crawl ?space|laundry(?: room)?|"
    r"room|floor|hallway|unit|building|restaurant|bedroom|downstairs|sotano|casa|cocina|bano)"
)

DANGERS = (
    Danger(
        "gas",
        stated=any_of(
            r"(?:smell\w*|odou?r|stench|whiff|scent|reeks?|stinks?|stinking)(?: (?:of|like|a|the|some|strong|"
            r"natural|faint|bit|little|lot|slight|really|is|strongly|what|might|may|be|maybe|probably|possibly|"
            r"possible))* (?:gas|propane)\b(?! station)",
            r"(?:gas|propane) (?:\w+ )?(?:smells?|odou?rs?|stench|fumes|hissing)\b|(?:gas|"
            r"propane)(?: \w+)? (?:is |s )leaking\b",
            r"(?:rotten|bad) eggs?\b|(?:smells? (?:like|of)|smell of) (?:sulfur|sulphur)|sulfur smell",
            r"(?:hit|cut|broke|ruptured|nicked|severed|punctured|dug into) (?:a |the |my |our )?gas (?:line|pipe|"
            r"main)\b",
            r"(?:huele|olor|peste) a gas\b|(?:fuga|escape) de gas\b|(?:odeur|sent) (?:de |le )gaz\b|"
            r"fuite de gaz\b|(?:cheiro|vazamento) de gas\b",
        ),
        named=any_of(
            r"(?:gas|propane) (?:line |pipe |tank |main )?(?:leaks?|leaking)\b|leak(?:ing)? (?:\w+ ){0,3}gas\b"
        ),
        # Sulfur in the hot water is the heater's anode, no gas.
        unless_near=re.compile(
            r"\bwater (?!heater)(?:\w+ ){0,2}(?:smell|stink|taste)|\b(?:in|from|of) (?:\w+ )?(?:hot )?water(?! h)"
        ),
    ),
    Danger(
        "carbon_monoxide",
        stated=any_of(
            r"(?:co|co2|carbon monoxide|monoxide)(?: \w+){0,2} (?:detectors?|alarms?|monitors?|sensor|levels?|"
            r"reading)(?: \w+){0,3} (?:beep\w*|going|went|goes|keeps|alarming|alerting|sounding|ringing|high|"
            r"elevated|triggered|tripped|blaring)\b",
            r"(?:beeping|going off|went off|alarm\w*)(?: \w+){0,3} (?:carbon monoxide|co detector|co alarm)\b",
            r"(?:carbon monoxide|co) (?:leak\w*|poisoning|exposure)\b|monoxido de carbono|monoxyde de carbone",
        ),
        named=any_of(r"carbon monoxide\b"),
    ),
    Danger(
        "fire",
        stated=any_of(
            r"(?:on|caught|catching|catches) fire\b|there(?:s| is| was) (?:a |an )?(?:\w+ )?fire\b(?! (?:pit|"
            r"place|alarm|door|exit))",
            r"(?:in|see|seeing|saw|shooting|are) flames\b|flames (?:coming|shooting|in|from)|exploded\b(?! view)|"
            r"explosion\b",
            r"smoke (?:is )?(?:coming|pouring|billowing|filling|everywhere|rising)\b|(?:see|seeing|saw|smell|"
            r"smelling) (?:\w+ )?smoke\b",
            rf"smoke (?:from|out of|in) (?:\w+ ){{0,2}}(?:{_ELECTRIC}|{_MACHINE})\b",
            rf"(?:{_ELECTRIC}|{_MACHINE}) (?:is |are |was |started |keeps |s |just |now )*smoking\b",
            r"burn(?:ing|t|ed) (?:\w+ )?(?:smells?|odou?rs?|plastic|rubber|wires?|wiring|electrical)\b",
            r"smell\w* (?:\w+ ){0,3}(?:burning|burnt|smoky|smokey)\b(?! (?:coffee|food|toast))",
            r"se (?:esta )?(?:quem|incendi)\w+|incendio|sale humo|echando humo|huele a (?:quemado|humo)|(?:en|"
            r"au) feu\b|incendie\b|odeur de brule|pegando fogo|cheiro de queimado",
        ),
        unless_near=re.compile(
            r"\b(?:cigar\w*|tobacco|weed|smokers?|fire sale|brisket|bbq|(?:you|guys|youre|u|"
            r"yall) (?:\w+ ){0,2}on fire|song|smoking (?:area|room))\b"
        ),
    ),
    Danger(
        "sparks",
        stated=any_of(
            rf"{_ELECTRIC} (?:\w+ ){{0,5}}(?:spark\w*|arcing|arced|sizzling|melt\w*|burn(?:ing|t|ed)|scorched|"
            r"charred|crackling)\b",
            rf"{_ELECTRIC} (?:(?:is|are|feels?|gets?|getting|very|really|too|so|super|extremely|was|and) )+(?:hot|"
            r"warm)\b",
            r"(?:panel|breakers?|breaker box|fuse ?box|electric\w* box) (?:\w+ ){0,3}(?:buzzing|humming|"
            r"hissing)\b",
            r"spark(?:s|ing|ed) (?:\w+ ){0,2}(?:from|out|in|at|inside|coming|flying|when|every)\b|(?:saw|see|"
            r"seeing|throwing) sparks\b",
            r"(?:power|electric\w*|utility|live) ?(?:line|wire|cable|pole)s? (?:is |are |has |just |s |came |"
            r"fell )*(?:down|fell|fallen|on|touching|hanging|snapped|laying|lying|sparking)\b|downed (?:power |"
            r"electric\w* )?(?:lines?|wires?)|live wires?\b|wires? (?:is |are |came |fell )*(?:down|"
            r"on the ground)\b",
            r"(?:got|been|being|was|getting) (?:electrocuted|zapped|shocked (?:by|from|when|touching|every))|"
            r"electrocut\w+|shock(?:s|ed|ing) (?:me|us|him|her|my \w+) when",
            r"chispas?\b|chispean\w*|cables? (?:caidos?|pelados?)|etincelles\b|faiscas\b",
        ),
        unless_near=re.compile(r"\b(?:spark plugs?|price|bill|quote|cost|sparkl\w+)\b"),
    ),
    Danger(
        "sewage",
        stated=any_of(
            r"(?:sewage|sewer|septic|poop|feces|waste water|black water)(?: \w+){0,4} (?:back(?:ing|ed|"
            r"s)? ?(?:up|into)|backup|coming|overflow\w*|flood\w*|everywhere|spill\w*|rising|bubbling|gushing|"
            r"all over)\b|sewage (?:in|inside|on|all)\b",
            r"back(?:ing|ed|s) up (?:\w+ )?(?:into|in|out of|through|from) (?:\w+ )?(?:tub|bathtub|shower|bath|"
            r"floor|basement)\b",
            r"aguas negras|drenaje (?:\w+ ){0,2}(?:desbord|regres)\w*|egouts? (?:\w+ ){0,2}(?:debord|remont|"
            r"refoul)\w*|esgoto (?:\w+ ){0,2}(?:volt|transbord|vaz)\w*",
        ),
        named=any_of(r"(?:raw )?sewage\b|sewer backup\b"),
    ),
    Danger(
        "flooding",
        stated=any_of(
            r"(?:is|are|keeps|started|starting|now|currently|just|getting|got|im|were|my|our|"
            rf"the) (?:{_PLACE} )?(?:flooding|flooded)\b",
            rf"{_PLACE} (?:\w+ ){{0,3}}(?:flooding|under ?water)\b|flooding (?:\w+ )?(?:now|badly|fast|{_PLACE}|"
            r"my|our)\b",
            r"water (?:is |s |was |just |keeps |starting to |\w+ )?(?:everywhere|pouring|gushing|spraying|"
            r"shooting|rushing|spewing|all over|rising|flooding|bursting|(?:coming|running|dripping|leaking|"
            r"flowing|raining) (?:\w+ )?(?:through|from|out of|down|into) (?:\w+ ){0,2}(?:ceiling|walls?|lights?|"
            r"floor|house))\b|(?:gushing|spraying|spewing|pouring) (?:\w+ )?water\b",
            r"(?:pipes?|hose|water main|main|water line|supply line|tank|water heater|valve|faucet|"
            r"hydrant)(?: \w+){0,2} (?:burst|bursted|exploded|bursting|ruptured|busted|snapped|split|blew)\b",
            r"(?:pipe|water main|water line|main line) (?:\w+ )?(?:broke|broken|broken open)\b|"
            r"broken (?:water )?(?:main|pipe)\b",
            r"water (?:\w+ ){0,2}(?:coming|leaking|running|flowing|rushing) in(?:to|"
            rf"side)? (?:\w+ ){{0,2}}{_PLACE}\b",
            r"(?:inch|inches|foot|feet|ft) (?:deep )?(?:of|in) (?:\w+ )?water|(?:ankle|knee) deep|"
            r"standing water in",
            r"(?:toilets?|tub|bathtub|sink|drain|tank|washer|dishwasher|water heater|"
            r"washing machine) (?:\w+ ){0,2}overflow(?:ed|ing|s|$)",
            r"(?:cant|cannot|unable to|wont|doesnt|couldnt) (?:shut|turn) (?:\w+ )?(?:off )?(?:the )?water\b|"
            r"water (?:\w+ )?(?:wont|will not|doesnt|does not) (?:stop|shut off|turn off)|"
            r"shutoff (?:valve )?(?:\w+ )?(?:broke|stuck|wont)",
            r"(?:major|huge|massive|serious) (?:water )?leak\b|leak(?:ing)? (?:everywhere|like crazy|non ?stop|"
            r"uncontroll\w+)",
            r"inundad\w|inundando|se (?:me )?(?:esta )?inund\w+|agua por tod\w+|(?:revento|rompio|"
            r"exploto) (?:\w+ )?(?:tuber|tubo|can)\w*|(?:tuberia|tubo|cano) (?:\w+ )?(?:rot[ao]|revent\w+|"
            r"estour\w+|quebr\w+)|tuyau (?:\w+ )?(?:eclate|casse|perce)|inond\w+|eau partout|alagad\w+|alagando|"
            r"degat des eaux",
        ),
        named=any_of(
            rf"{_PLACE} (?:\w+ )?(?:flooded|flood)\b|flooded {_PLACE}\b",
            r"(?:burst|busted|ruptured|exploded) (?:\w+ )?(?:pipes?|main|hose|line)\b",
        ),
    ),
    Danger(
        "medical",
        stated=any_of(
            r"(?:cant|cannot|can not|can barely|hardly|couldnt|barely|trouble|difficulty|struggling to|hard to|"
            r"hard time|not|stopped|isnt|problems?) breath(?:e|ing)?\b|short(?:ness)? of breath|"
            r"chest (?:\w+ )?(?:pains?|hurts?|tight\w*|pressure)\b|choking\b",
            r"bleed(?:ing|s)? (?:\w+ ){0,2}(?:wont|will not|doesnt|does not|isnt|not|hasnt|never) stop\w*|"
            r"(?:wont|cant|cannot|doesnt|not) stop (?:the )?bleeding|bleeding (?:\w+ )?(?:a lot|heavily|badly|"
            r"bad|profusely|out|nonstop|everywhere|uncontroll\w*)|still bleeding",
            r"knocked (?:out )?(?:\w+ ){0,3}(?:tooth|teeth)\b|(?:tooth|teeth) (?:\w+ ){0,2}(?:knocked|kicked|"
            r"punched|hit) (?:clean )?out\b",
            r"(?:passed|passing|blacked) out\b|unconscious|fainted|unresponsive|seizures?\b|having a stroke|"
            r"heart attack|overdos\w+|anaphyla\w+|(?:severe|bad|having an) allergic reaction|"
            r"throat (?:\w+ )?(?:closing|tight\w*)",
            rf"{_BODY} (?:\w+ ){{0,2}}(?:swollen|swelling|swelled|ballooned|numb and)\b|(?:swollen|"
            rf"swelling) (?:\w+ ){{0,2}}{_BODY}\b",
            r"(?:lips?|skin|nose|fingers?|toes?|area|spot|face|tissue) (?:\w+ ){0,2}(?:turning|turned|going|went|"
            r"looks?|looking) (?:\w+ )?(?:white|blue|gray|grey|purple|black)\b|blanching",
            r"(?:vision|eyesight|sight) (?:\w+ ){0,2}(?:blurry|blurred|gone|double|fading|loss)\b|(?:lost|losing|"
            r"loss of) (?:\w+ )?vision|(?:sudden\w*|suddenly) (?:blind|cant see)|cant see (?:out of|from|with|"
            r"anything)",
            r"suicid\w+|kill(?:ing)? myself|end my life|swallowed (?:\w+ )?(?:batter|pills|poison|bleach|"
            r"magnet)\w*",
            rf"{_SMALL_ONE} (?:\w+ )?(?:hit by|ate (?:\w+ )?(?:poison|antifreeze|chocolate|xylitol))",
            r"no (?:puedo|puede|puedes) respirar|no respira|no para de sangrar|sangr\w+ mucho|dolor (?:de|"
            r"en el) pecho|desmay\w+|convulsion\w*|peux pas respirer|respire (?:plus|mal)|saigne beaucoup|"
            r"nao consig\w+ respirar",
        ),
        unless_near=re.compile(
            r"\b(?:do you treat|how long (?:does|do|will)|wall breath|house breath|room to breathe)\b"
        ),
    ),
    Danger(
        "trapped",
        stated=any_of(
            rf"lock(?:ed|ing)? (?:\w+ ){{0,4}}{_SMALL_ONE} (?:\w+ )?(?:in|inside)\b|"
            rf"{_SMALL_ONE} (?:\w+ )?locked \w+sel(?:f|ves) (?:in|inside)\b|{_SMALL_ONE} (?:\w+ ){{0,3}}(?:locked|"
            r"stuck|trapped) (?:in|inside)\b",
            rf"locked (?:out|in)\b(?: \w+){{0,6}} {_SMALL_ONE}(?: \w+){{0,3}} (?:inside|in)\b|"
            r"locked out (?:\w+ ){0,5}(?:stove|oven|burner|candle)",
            rf"{_SMALL_ONE} (?:\w+ ){{0,3}}(?:inside|in) (?:\w+ ){{0,4}}(?:locked|keys)\b|(?:trapped|"
            r"stuck) in (?:an|the|my|our) elevator",
        ),
    ),
    Danger(
        "collapse",
        stated=any_of(
            r"(?:roof|ceiling|wall|deck|porch|floor|chimney|balcony|stairs|tree|branch) (?:\w+ ){0,2}(?:caved?|"
            r"caving|collaps\w+|fell (?:in|on|through|into|down)|(?:is |s )?falling (?:in|down|on)|came down|"
            r"coming down|bulging|crashed)\b",
            r"(?:tree|branch|limb) (?:\w+ ){0,2}(?:hit|crushed|smashed|went through) (?:\w+ )?(?:house|roof|car|"
            r"home|garage)\b",
            r"(?:tree|branch|limb|pole) (?:\w+ )?on (?:\w+ )?(?:house|roof|car|home|garage|line|power)|"
            r"hole in (?:\w+ )?roof (?:from|after)",
            r"(?:techo|arbol) (?:\w+ ){0,2}(?:cayo|colaps|derrumb|desplom)\w*|se (?:cayo|derrumbo) (?:el|"
            r"un) (?:techo|arbol)",
        ),
    ),
    Danger(
        "break_in",
        stated=any_of(
            r"(?:someone|somebody|they|people|a man|guy|burglars?|intruder|thief|"
            r"thieves) (?:\w+ ){0,3}(?:break(?:ing)? in|broke in|broken in|breaking into|in my (?:house|home|"
            r"garage|yard))\w*|(?:was|were|been|got|is) (?:just )?(?:broken into|burglarized|robbed)\b|"
            r"broke into my|(?:i|we) (?:just )?had a break ?in",
            r"(?:door|window|lock) (?:\w+ ){0,2}(?:kicked in|smashed|pried|busted open|broken into)|(?:kicked in|"
            r"smashed) (?:my|the|our) (?:\w+ )?(?:door|window)|intruder\b",
            r"(?:se metieron|entraron) (?:\w+ )?(?:a|en) (?:mi|la|robar)|me robaron",
        ),
        unless_near=re.compile(r"\bbreak(?:ing)? in (?:new|my new|shoes|period)\b"),
    ),
    Danger(
        "stranded",
        stated=any_of(
            r"(?:broke|broken|breaking) down (?:\w+ ){0,2}(?:on|off|in the middle|by|"
            r"near) (?:\w+ ){0,3}(?:highway|freeway|interstate|hwy|road|turnpike|shoulder|bridge|expressway|"
            r"i ?\d+|ramp|exit|parkway|roadside)\b|stranded\b",
            r"side of (?:the )?(?:road|highway|freeway|interstate|hwy)|stuck on (?:the |a )?(?:highway|freeway|"
            r"interstate|shoulder|i ?\d+)",
            r"(?:brakes? (?:just )?(?:failed|went out|gave out|stopped working|are gone|are out|dont work)|"
            r"no brakes)\b",
            r"(?:carro|coche|auto) (?:\w+ ){0,4}(?:carretera|autopista)|varad[oa]\b|em panne sur",
        ),
    ),
    Danger(
        "arrest",
        stated=any_of(
            r"(?:been|got|was|were|being|getting|is|just|under|gets) (?:just )?arrest(?:ed)?\b|arrested (?:me|us|"
            r"him|her|my|tonight|today|last night|this)|in (?:jail|custody|holding)\b|police (?:are |"
            r"is )?(?:here|at my (?:door|house))|(?:me|lo|la) arrestaron|arrestad[oa]|detenid[oa] por la policia",
        ),
    ),
)

NO_HEAT = any_of(
    r"no (?:heat|heating|ac|a c|air|air conditioning|cooling|power|electricity|hot water|heater|furnace|water|"
    r"calefaccion|luz)\b",
    r"(?:heat|heater|heating|furnace|boiler|ac|a c|air conditioner|air conditioning|air|hvac|power|radiators?|"
    r"electricity)(?: (?:is|has|been|are|isnt|not|just|went|unit|s|completely|totally|doesnt|wont|"
    r"has been))* (?:out|off|down|dead|broken|broke|died|quit|working|work|stopped|failed|gone|turn on|start|"
    r"kick on)\b",
    r"(?:without|lost|losing) (?:heat|power|ac|a c|air|water|electricity)\b|freezing (?:in|inside|house)\b|"
    r"sin (?:calefaccion|luz|aire)\b|(?:calefaccion|aire)(?: \w+)? no (?:funciona|sirve|prende)",
)
VULNERABLE = any_of(
    r"newborns?|bab(?:y|ys|ies)\b|infants?|toddlers?|preemie|elderly|grand(?:ma|mother|pa|father|parents)\w*|"
    r"abuel\w+|oxygen|ventilator|dialysis|cpap|nebulizer|heart (?:condition|problems?|disease|patient|failure)|"
    r"cancer|chemo|disabled|wheelchair|pregnant|asthma\w*|copd|hospice|bedridden|insulin|medical (?:equipment|"
    r"device|condition|needs)|nursing home|bebes?|recien nacid\w|anciano\w*|embarazada|(?:sick|small|young|"
    r"little|disabled|elderly) (?:kids?|child|children|mother|father|mom|dad|wife|husband|parents?)|\d+ (?:month|"
    r"week|day|mo|wk)s? old|(?:[7-9]\d|1[01]\d) (?:year|yr)s? old|(?:mom|mother|dad|father|"
    r"grandma) is (?:[7-9]\d)\b"
)
