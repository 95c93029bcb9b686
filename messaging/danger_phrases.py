"""The dangers of messaging.urgency_words, as patterns over plain clauses (lower case, no accents or apostrophes).

Every trade shares them: a caller who smells gas may have rung the dentist. The first danger found in the order of
the table gives the reason.
"""

import re

from messaging.danger_signs import Danger
from messaging.optout_phrases import any_of

_ELECTRIC = (
    r"(?:outlets?|sockets?|panel|breakers?|breaker box|switch|switches|wires?|wiring|electric\w* box|fuse ?box|"
    r"plugs?|cord|light fixture|meter|transformer|receptacle|power ?lines?|cables?)"
)
_MACHINE = (
    r"(?:furnace|dryer|heater|motor|engine|appliance|ac|unit|oven|microwave|dishwasher|fridge|washer|boiler|car|"
    r"hood|battery|charger|vents?|ducts?|attic|wall|ceiling|building|house|kitchen|garage|roof)"
)
_BODY = r"(?:face|tongue|lips?|throat|eyes?|neck|jaw|cheek)"
SMALL_ONE = (
    r"(?:baby|babies|infant|newborn|toddler|kids?|child|children|son|daughter|grand\w+|dog|puppy|cat|pet|mom|"
    r"mother|dad|wife|husband|\d+ (?:year|yr|month|week)s? old|\d+ ?yo|ninos?|ninas?|bebe|hij[oa]s?|perro)"
)
_CHILD = (
    r"(?:baby|babies|infant|newborn|toddler|kids?|child|children|son|daughter|dog|puppy|cat|ninos?|ninas?|bebe|"
    r"hij[oa]s?|perro)"
)
_PET = r"(?:dog|cat|puppy|kitten|pet|rabbit|bird)"
_ROAD = r"(?:highway|freeway|interstate|hwy|turnpike|shoulder|bridge|expressway|parkway|intersection|i ?\d+)"
_BUILDING = (
    r"(?:window|house|home|roof|building|store|shop|ceiling|wall|bedroom|garage|room|office|porch|condo|apartment|"
    r"restaurant)"
)
_PLACE = (
    r"(?:(?:living |dining |bed)?room|hallway|closet|unit|condo|building|restaurant|salon|floors|basement|house|home|"
    r"kitchen|garage|bathroom|apartment|office|store|shop|crawl ?space|laundry(?: room)?|floor|downstairs|"
    r"sotano|casa|cocina|bano)"
)

DANGERS = (
    Danger(
        "gas",
        stated=any_of(
            r"(?:smell\w*|odou?r|stench|whiff|scent|reeks?|stinks?|stinking)(?: (?:of|like|a|the|some|strong|"
            r"natural|faint|bit|little|lot|slight|really|is|strongly|what|might|may|be|maybe|probably|possibly|"
            r"possible))* (?:gass?|gaz|propane)\b(?! station)",
            r"(?:gass?|propane) (?:\w+ )?(?:smells?|odou?rs?|stench|fumes|hissing)\b|(?:gas|"
            r"propane)(?: \w+)? (?:is |s )leaking\b",
            r"(?:rotten|bad) eggs?\b|(?:smells? (?:like|of)|smell of) (?:sulfur|sulphur)|sulfur smell",
            r"(?:hit|cut|broke|ruptured|nicked|severed|punctured|dug into) (?:a |the |my |our )?gas (?:line|pipe|"
            r"main)\b",
            r"(?:gas|propane) (?:line|pipe|main|meter|tank)(?: \w+){0,3} (?:hit|cut|broke\w*|ruptured|nicked|punctured|"
            r"severed|hissing|hisses|damaged)\b|hissing (?:\w+ ){0,4}(?:gas|propane)\b",
            r"(?:gas|propane) (?:alarm|detector|sensor)s? (?:\w+ ){0,2}(?:going|goes|went|beep\w*|sound\w*|alert\w*|"
            r"scream\w*|"
            r"ringing|triggered)\b",
            r"smell\w* (?:\w+ ){1,3}(?:like|of) (?:gass?|propane)\b(?! station)",
            r"gas (?:is |was |keeps |just )*(?:coming out|escaping|in the air|everywhere|pouring)\b|"
            r"gas valve (?:\w+ ){0,2}"
            r"(?:wont|broke\w*|stuck|leak\w*)\b",
            r"sal\w+ (?:el |mucho )?gas\b|escap\w+ (?:el |de )?gas\b|gas (?:\w+ )?(?:saliendo|escapando)\b",
            r"(?:huele|olor|peste) (?:\w+ )?a gas\b|(?:fuga|escape) de gas\b|(?:odeur|sent) (?:de |le )gaz\b|"
            r"fuite de gaz\b|(?:cheiro|vazamento) de gas\b",
        ),
        named=any_of(
            r"(?:gas|propane) (?:line |pipe |tank |main )?(?:leaks?|leaking|lek|leek)\b|gaz leak|"
            r"leak(?:ing)? (?:\w+ ){0,3}gas\b"
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
            r"reading)(?: \w+){0,3} (?:beep\w*|going|went|goes|keeps|alarming|alerting|sounding|ringing|scream\w*|"
            r"screech\w*|reads|reading \d+|high|"
            r"elevated|triggered|tripped|blaring|\d{2,})\b",
            r"(?:beeping|going off|went off|alarm\w*)(?: \w+){0,3} (?:carbon monoxide|co detector|co alarm)\b",
            r"(?:carbon monoxide|co) (?:leak\w*|poisoning|exposure)\b|monoxyde de carbone",
            r"(?:detector|alarma|sensor) de (?:\w+ )?(?:monoxido|co|carbono)(?: \w+){0,3} (?:sonando|suena|sonar|sono|"
            r"pita\w*|"
            r"activ\w+|disparo)\b|(?:suena|sonando|pitando) (?:\w+ ){0,3}monoxido\b",
        ),
        named=any_of(r"carbon monoxide\b|monoxido de carbono\b"),
    ),
    Danger(
        "fire",
        stated=any_of(
            r"(?:on|caught|catching|catches) fire\b(?! (?:safety|watch|dep\w+|sprinkl\w+|extinguish\w+|prevention|"
            r"drills?|"
            r"codes?|escapes?|inspection|pit))|there(?:s| is| was) (?:a |an )?(?:\w+ )?fire\b(?! (?:pit|"
            r"place|alarm|door|exit))",
            r"(?:in|see|seeing|saw|shooting|are) flames\b|flames (?:coming|shooting|in|from)|exploded\b(?! view)|"
            r"explosion\b(?! of (?:\w+ )?(?:colou?rs?|flavou?rs?|interest|orders))",
            r"smoke (?:is )?(?:coming|pouring|billowing|filling|everywhere|rising)\b|(?:see|seeing|saw|smell|"
            r"smelling) (?:\w+ )?smoke\b",
            rf"smoke (?:from|out of|in|around|behind|near|by|at|under) (?:\w+ ){{0,2}}(?:{_ELECTRIC}|{_MACHINE})\b",
            rf"(?:{_ELECTRIC}|{_MACHINE}) (?:is |are |was |started |keeps |s |just |now )*smoking\b",
            r"burn(?:ing|t|ed) (?:\w+ )?(?:smells?|odou?rs?|plastic|rubber|wires?|wiring|electrical)\b",
            r"smell\w* (?:\w+ ){0,3}(?:burning|burnt|smoky|smokey)\b(?! (?:coffee|food|toast))",
            rf"something (?:\w+ ){{0,2}}burning\b|(?:burn|scorch|black) marks? (?:\w+ ){{0,4}}{_ELECTRIC}\b",
            r"^(?:lots of |black |thick |white )*smoke$|(?:full of|filled with|filling (?:up )?with) (?:\w+ )?smoke\b",
            r"hay (?:\w+ )?(?:humo|fuego|flamas|llamas)\b|llen[oa] de humo\b",
            r"se (?:esta )?(?:quem|incendi)\w+(?! (?:un|el|los) (?:foco|focos|bombill\w+|fusibles?))|incendio|"
            r"sale humo|echando humo|huele a (?:quemado|humo)|(?:en|"
            r"au) feu\b|incendie\b|odeur de brule|pegando fogo|cheiro de queimado",
        ),
        named=any_of(
            r"(?:electrical|grease|house|kitchen|chimney|oven|attic|wall|garage) fire\b|fire in (?:my|the|"
            r"our) (?!fire|pit)"
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
            rf"{_ELECTRIC}(?: \w+){{0,4}} (?:pop|popped|bang|black marks?|turned black|blew up|exploded)\b",
            rf"(?:arcing|sparking|sizzling|crackling) (?:\w+ ){{0,4}}{_ELECTRIC}\b|water (?:\w+ ){{0,3}}(?:in|into|on|"
            rf"inside|near) (?:\w+ )"
            r"{0,2}(?:panel|breaker box|fuse ?box|outlets?|electric\w* box)\b|got shocked$|(?:keeps|kept) (?:shocking|"
            r"zapping)\b",
            r"(?:wall|plate|cover|faceplate) (?:is |feels |gets |getting )+(?:\w+ )?(?:hot|warm)\b|"
            r"transformer (?:\w+ )?(?:blew|popped)\b",
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
            r"(?:bad|got an?|nasty|big|huge|electric\w*) (?:\w+ )?shocks? (?:from|when|off|every)\b",
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
            r"(?:sewage|sewer water|human waste|poop|feces) (?:\w+ ){0,2}(?:in|on|all|coming|backing|everywhere)\b|"
            r"back(?:ing|ed|s)? up (?:with|of) (?:poop|sewage|waste|feces)\b|(?:toilet|waste|drain|dirty|"
            r"sewer) ?water (?:\w+ ){0,2}"
            r"coming (?:up|out|in|back)\b",
            r"(?:excusado|inodoro|wc|bano|drenaje|coladera|sanitario)(?: \w+){0,2} (?:desbord|regres|rebos)\w*|"
            r"(?:desbord|regres|rebos)\w* (?:el|la) (?:excusado|inodoro|bano|drenaje|coladera|sanitario|tina)\b",
            r"back(?:ing|ed|s) up (?:\w+ )?(?:into|in|out of|through|from) (?:\w+ )?(?:tub|bathtub|shower|bath|"
            r"floor|basement)\b",
            r"aguas negras|drenaje (?:\w+ ){0,2}(?:desbord|regres)\w*|egouts? (?:\w+ ){0,2}(?:debord|remont|"
            r"refoul)\w*|esgoto (?:\w+ ){0,2}(?:volt|transbord|vaz)\w*",
        ),
        named=any_of(r"(?:raw )?sewage\b|sewer backup\b"),
        unless_near=re.compile(r"\b(?:dog|cat|pet|bird|goose) (?:poop|waste|feces)|\bscoop\w*"),
    ),
    Danger(
        "flooding",
        stated=any_of(
            r"(?:is|its|are|keeps|started|starting|now|currently|just|getting|got|im|were|my|our|"
            rf"the) (?:{_PLACE} )?(?:flooding|flooded)\b",
            rf"{_PLACE} (?:\w+ ){{0,2}}filling (?:up )?(?:with|w) (?:\w+ )?water\b",
            rf"{_PLACE} (?:\w+ ){{0,3}}(?:flooding|under ?water)\b|flooding (?:\w+ )?(?:now|badly|fast|everything|"
            rf"everywhere|{_PLACE}|"
            r"my|our)\b",
            r"waters? (?:is |was |just |keeps |starting to |\w+ )?(?:everywhere|pouring|gushing|spraying|"
            r"shooting|rushing|spewing|all over|rising|flooding|bursting|(?:coming|running|dripping|leaking|"
            r"flowing|raining) (?:\w+ )?(?:through|from|out of|down|into) (?:\w+ ){0,2}(?:ceiling|walls?|lights?|"
            r"floor|house))\b|(?:gushing|spraying|spewing|pouring) (?:\w+ )?water\b",
            r"(?:pipes?|hose|water main|main|water line|supply line|tank|water heater|valve|faucet|"
            r"hydrant)(?: \w+){0,2} (?:burst|bursted|exploded|bursting|ruptured|busted|snapped|split|blew)\b",
            r"(?:pipe|water main|water line|main line) (?:\w+ )?(?:broke|broken|broken open)\b|"
            r"broken (?:water )?(?:main|pipe)\b",
            r"water (?:\w+ ){0,2}(?:coming|leaking|running|flowing|rushing) in(?:to|"
            rf"side)? (?:\w+ ){{0,2}}{_PLACE}\b",
            rf"(?:rain|water|waters|flood|flood ?water) (?:is |are |was |keeps )*(?:pouring|coming|rushing|leaking|"
            rf"flowing|getting|"
            rf"streaming|dripping) (?:in|into|inside|through) (?:\w+ )?{_PLACE}\b",
            rf"(?:washer|dishwasher|toilet|tub|sink|shower|heater|fridge|neighbors?|upstairs|pipe|"
            rf"sprinklers?) (?:\w+ ){{0,2}}"
            rf"flood(?:ed|ing|s) (?:\w+ )?(?:{_PLACE}|everything)\b|(?:water )?main (?:\w+ )?(?:broke|break|broken)\b",
            r"(?:sale|saliendo|cae|cayendo) (?:\w+ )?agua (?:del|por el|de la|por la) (?:techo|pared|lampara)\b|"
            r"agua (?:saliendo|cayendo) (?:del|por)\b",
            r"(?:inch|inches|foot|feet|ft) (?:deep )?(?:of|in) (?:\w+ )?water|(?:ankle|knee) deep|"
            r"standing water in",
            r"(?:toilets?|tub|bathtub|sink|drain|tank|washer|dishwasher|water heater|"
            r"washing machine) (?:\w+ ){0,2}overflow(?:ed|ing|s|$)",
            r"(?:cant|cannot|unable to|wont|doesnt|couldnt) (?:shut|turn) (?:\w+ )?(?:off )?(?:the )?water\b|"
            r"water (?:\w+ )?(?:wont|will not|doesnt|does not) (?:stop|shut off|turn off)|"
            r"shutoff (?:valve )?(?:\w+ )?(?:broke|stuck|wont)",
            r"(?:major|huge|massive|serious) (?:water )?leak\b|leak(?:ing)? (?:everywhere|all over|like crazy|"
            r"non ?stop|"
            r"uncontroll\w+)",
            r"inundad\w|inundando|se (?:me )?(?:esta )?inund\w+|agua por tod\w+|agua (?:\w+ )?(?:no (?:para|"
            r"deja) de salir|sale a chorros)|"
            r"no (?:puedo|podemos|se puede) cerrar (?:\w+ ){0,3}agua\b|(?:revento|rompio|"
            r"exploto) (?:\w+ )?(?:tuber|tubo|can)\w*|(?:tuberia|tubo|cano) (?:\w+ )?(?:rot[ao]|revent\w+|"
            r"estour\w+|quebr\w+)|tuyau (?:\w+ )?(?:eclate|casse|perce)|inond\w+|eau partout|alagad\w+|alagando|"
            r"degat des eaux",
        ),
        named=any_of(
            rf"{_PLACE} (?:\w+ )?(?:flooded|flood)\b|flooded {_PLACE}\b|^(?:\w+ )?flooding$|"
            rf"flood(?:ing)? in (?:\w+ )?{_PLACE}\b|(?:have|is|got) a flood$",
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
            r"(?:passed|passing|blacked) out\b(?! of)(?! (?:\w+ )?(?:flyers?|candy|cards|brochures|coupons|samples))|"
            r"unconscious|fainted|unresponsive|seizures?\b(?! of)|having a stroke|"
            r"heart attack|overdos\w+|anaphyla\w+|(?:severe|bad|having an) allergic reaction|"
            r"(?:cant|cannot|can not|can barely|unable to|trouble|hard to|difficulty) swallow\w*|"
            r"cant open (?:my|his|her) (?:mouth|jaw)\b|swelling (?:\w+ ){0,2}(?:spreading|getting worse|moving)|"
            r"throat (?:\w+ )?(?:closing|tight\w*)",
            r"(?:fell|hit|punched|elbowed|kicked|accident)(?: \w+){0,8} (?:tooth|teeth)\b(?: \w+){0,3} (?:out|loose|"
            r"gone|broken)\b|"
            r"(?:fell|hit|punched|elbowed|kicked)(?: \w+){0,6} lost (?:\w+ ){0,2}(?:tooth|teeth)\b|(?:tooth|"
            r"teeth) (?:\w+ ){0,2}"
            r"(?:hanging|dangling)\b|jaw (?:\w+ )?(?:broken|dislocated|locked)\b|broke (?:my|his|her) jaw\b",
            r"(?:tooth|teeth) (?:\w+ ){0,3}(?:out|loose|off) (?:\w+ ){0,4}(?:hit|fell|fall|fight|accident|punch\w*|"
            r"kick\w*|elbow\w*)\b",
            r"bleeding (?:\w+ )?(?:for|since) (?:\w+ ){0,2}(?:hours?|hrs?|minutes?|mins?|yesterday|night|morning)\b",
            rf"{_BODY} (?:\w+ )?(?:blew|puffed|blown) up\b|(?:husband|wife|mom|mother|dad|father|son|daughter|he|she|"
            rf"someone|somebody|"
            rf"employee|customer|client|patient|coworker|grand\w+) (?:\w+ )?(?:collapsed|not moving|isnt moving|"
            rf"not responding|"
            rf"stopped breathing)\b",
            r"(?:severe|heavy|profuse|lots? of|so much|mouth full of|throwing up|coughing up|vomiting) (?:blood|"
            r"bleeding)\b|"
            r"blood (?:\w+ )?(?:clot|everywhere|all over|pouring|gushing)\b|(?:wont|doesnt|does not|will not|"
            r"isnt) quit bleeding\b",
            r"(?:going to|gonna|about to|might|feel like|feeling) (?:\w+ ){0,3}(?:faint|pass out|black out)\b|"
            r"(?:took|taken|swallowed) (?:too many|a bottle of|all (?:my|his|her)) \w+",
            rf"{_PET} (?:\w+ ){{0,3}}(?:collapsed|bleeding|bloat\w*|retching|seizing|seizure|bitten|bit by|stung|"
            rf"poisoned|choking|"
            r"unresponsive|dying)\b",
            r"eyes? (?:\w+ ){0,3}(?:going|went|turning|turned) (?:dark|black|blind|blurry)\b|cant see (?:after|"
            r"since) (?:the |my )?"
            r"(?:injection|filler|botox|procedure|surgery|treatment)",
            r"(?:pale|white|purple|gr[ae]y|dusky|blue|black) (?:\w+ )?(?:patch|spot|area|skin|"
            r"blotch)(?:es)? (?:\w+ ){0,2}(?:after|"
            r"since|where) (?:\w+ )?(?:filler|inject\w+|botox)",
            r"(?:duele|dolor) (?:\w+ )?(?:el |de |en el )pecho|falta el aire|no deja de sangrar|(?:cara|lengua|"
            r"garganta|cuello|ojo) "
            r"(?:\w+ )?(?:hinchad|inflamad)\w|(?:tumb|bot|vol|sac)\w+ (?:un|el|los|dos) dientes?\b",
            rf"{_BODY} (?:\w+ ){{0,2}}(?:swollen|swelling|swelled|ballooned|numb and)\b|(?:swollen|"
            rf"swelling) (?:\w+ ){{0,2}}{_BODY}\b",
            r"(?:lips?|skin|nose|fingers?|toes?|area|spot|face|tissue) (?:\w+ ){0,2}(?:turning|turned|going|went|"
            r"looks?|looking) (?:\w+ )?(?:white|blue|gray|grey|purple|black)\b|blanching",
            r"(?:vision|eyesight|sight) (?:\w+ ){0,2}(?:blurry|blurred|gone|double|fading|loss)\b|(?:lost|losing|"
            r"loss of) (?:\w+ )?vision|(?:sudden\w*|suddenly) (?:blind|cant see)|cant see (?:out of|from|with|"
            r"anything)|eye\w* (?:\w+ ){0,4}cant see\b",
            r"suicid\w+|kill(?:ing)? myself|end my life|swallowed (?:\w+ )?(?:batter|pills|poison|bleach|"
            r"magnet)\w*",
            rf"{SMALL_ONE} (?:\w+ )?(?:hit by|ate (?:\w+ )?(?:poison|antifreeze|chocolate|xylitol))",
            r"no (?:puedo|puede|puedes) respirar|no respira|(?:cayo|tumbo|tumbaron|volo|saco|sacaron) (?:un|el|los|"
            r"dos) dientes?(?: \w+){0,2} golpe\w*|no para de sangrar|sangr\w+ mucho|dolor (?:de|"
            r"en el) pecho|desmay\w+|convulsion\w*|peux pas respirer|respire (?:plus|mal)|saigne beaucoup|"
            r"nao consig\w+ respirar",
        ),
        named=any_of(r"allergic reaction\b|(?:blurr?(?:y|ed)|double) vision\b|reaccion alergica\b"),
        unless_near=re.compile(
            r"\b(?:glasses|prescription|contact lens\w*|(?:almost|nearly|about) (?:had|gave \w+|having) a heart attack|"
            r"gave me a heart attack|do you treat|how long (?:does|do|will)|wall breath|house breath|room to breathe)\b"
        ),
    ),
    Danger(
        "trapped",
        stated=any_of(
            rf"lock(?:ed|ing)? (?:\w+ ){{0,4}}{SMALL_ONE} (?:\w+ )?(?:in|inside)\b|"
            rf"{SMALL_ONE} (?:\w+ )?locked \w+sel(?:f|ves) (?:in|inside)\b|{SMALL_ONE} (?:\w+ ){{0,3}}(?:locked|"
            r"stuck|trapped) (?:in|inside)\b",
            rf"locked (?:out|in)\b(?: \w+){{0,6}} {SMALL_ONE}(?: \w+){{0,3}} (?:inside|in)\b|"
            r"locked out (?:\w+ ){0,5}(?:stove|oven|burner|candle)",
            rf"keys (?:\w+ ){{0,2}}in (?:the |my )?(?:car|house|truck|van) (?:with|and) (?:\w+ )?{_CHILD}\b|"
            rf"{_CHILD}(?: \w+){{0,3}} (?:fingers?|hand|head|arm|foot|leg) (?:\w+ )?stuck\b",
            rf"{_CHILD} (?:\w+ ){{0,2}}a?dentro (?:del?) (?:la |mi )?(?:carro|coche|auto|casa|camioneta)\b",
            rf"{SMALL_ONE} (?:\w+ ){{0,3}}encerrad\w|encerr\w+ (?:\w+ ){{0,3}}{SMALL_ONE}\b|"
            rf"(?:deje|dejamos) (?:\w+ ){{0,2}}{SMALL_ONE} (?:\w+ )?(?:en|dentro)",
            rf"{SMALL_ONE} (?:\w+ ){{0,3}}(?:inside|in) (?:\w+ ){{0,4}}(?:locked|keys)\b|(?:trapped|"
            r"stuck) in (?:an|the|my|our) elevator",
        ),
    ),
    Danger(
        "collapse",
        stated=any_of(
            r"(?:tree|branch|limb) (?:\w+ ){0,2}(?:fell|falling|came down|coming down|crashed) (?:\w+ )?(?:on|onto|"
            r"into|through|against)\b",
            rf"(?:tree|limb|branch|car|truck|vehicle|van|someone|somebody|driver) (?:\w+ ){{0,2}}(?:through|"
            rf"crashed into|drove into|"
            rf"slammed into|ran into|hit) (?:\w+ ){{0,2}}{_BUILDING}\b|(?:tornado|hurricane|"
            rf"lightning) (?:just )?hit (?:my|our|the)\b",
            r"(?:huge|big|giant|large|gaping) hole in (?:\w+ )?(?:roof|ceiling)\b|roof (?:\w+ ){0,2}(?:huge|big|giant|"
            r"large|gaping) hole\b",
            r"roof (?:is )?(?:gone|missing)\b|(?:chimney|floor|foundation|stairs|balcony|wall|porch|deck) (?:just |"
            r"has |partly )*"
            r"(?:fell|gave way|gave out)\b",
            r"(?:roof|ceiling|wall|deck|porch|floor|chimney|balcony|stairs|foundation) (?:\w+ ){0,2}(?:caved?|"
            r"caving|collaps\w+|fell (?:in|on|through|into|down)|(?:is |s )?falling (?:in|down|on)|came down|"
            r"coming down|bulging|crashed)\b",
            r"(?:roof|ceiling|wall|deck|porch|floor|chimney|balcony|tree) (?:\w+ ){0,5}about to (?:collapse|fall|cave|"
            r"come down|give)\b|(?:ceiling|roof) (?:just |has |totally |completely )?fell\b",
            r"roof (?:just |has |got |was |is )*(?:blew|blown|torn|ripped|came|coming|flew) off\b|"
            r"(?:tore|ripped|blew|took) (?:\w+ ){0,3}roof (?:\w+ )?off\b",
            r"(?:tree|branch|limb) (?:\w+ ){0,2}(?:hit|crushed|smashed|went through) (?:\w+ )?(?:house|roof|car|"
            r"home|garage)\b",
            r"(?:tree|branch|limb|pole) (?:\w+ ){0,2}on (?:\w+ )?(?:house|roof|car|home|garage|line|power)|"
            r"hole in (?:\w+ )?roof (?:from|after)",
            r"(?:techo|arbol) (?:\w+ ){0,2}(?:cayendo|cayo|colaps|derrumb|desplom)\w*|se (?:cayo|derrumbo) (?:el|"
            r"un) (?:techo|arbol)",
        ),
    ),
    Danger(
        "break_in",
        stated=any_of(
            r"(?:someone|somebody|they|people|a man|guy|burglars?|intruder|thief|"
            r"thieves) (?:\w+ ){0,3}(?:break(?:ing)? in|broke in|broken in|breaking into|(?:in|inside) (?:my|our|"
            r"the) (?:house|home|"
            r"garage|yard))\w*|(?:was|were|been|got|is) (?:just )?(?:broken into|burglarized|robbed)\b|"
            r"^robbed\b(?! me)|broke into my|(?:i|we) (?:just )?had a break ?in",
            r"(?:door|window|lock) (?:\w+ ){0,2}(?:kicked in|smashed|pried|busted open|broken into)|(?:kicked in|"
            r"smashed) (?:my|the|our) (?:\w+ )?(?:door|window)|intruder\b",
            rf"{_BUILDING} (?:\w+ )?broken into\b|break ?in at (?:my|our)\b",
            r"(?:someones|somebodys|theyre|burglar|thief|thieves|robbers?) (?:\w+ ){0,2}(?:breaking|broke|smashed|"
            r"kicked|pried)\b|"
            r"(?:broke|smashed|pried|forced) (?:\w+ ){0,4}(?:and )?got in\b",
            r"(?:someone|somebody|stranger|man|guy|ex|burglars?) (?:\w+ ){0,2}trying to (?:get|break|kick|come|"
            r"force) (?:\w+ )?"
            r"(?:in|into|inside)\b",
            r"(?:se metieron|entraron) (?:\w+ )?(?:a|en) (?:mi|la|robar)|me robaron",
        ),
        unless_near=re.compile(r"\bbreak(?:ing)? in (?:new|my new|shoes|period)\b"),
    ),
    Danger(
        "stranded",
        stated=any_of(
            r"(?:broke|broken|breaking) down (?:\w+ ){0,2}(?:on|off|in the middle|by|"
            r"near) (?:\w+ ){0,3}(?:highway|freeway|interstate|hwy|road|turnpike|shoulder|bridge|expressway|"
            r"i ?\d+|ramp|exit|parkway|roadside)\b|stranded\b(?! (?:cable|wire))",
            rf"(?:blew|died|fell|broke|came|locked|stopped|quit|stalled|dead|flat)\b(?: \w+){{0,3}} (?:middle of|on|"
            rf"in) (?:the |a |an )?"
            rf"{_ROAD}\b|brake pedal (?:\w+ ){{0,4}}floor\b",
            r"frenos (?:\w+ )?(?:no (?:sirven|funcionan|responden)|fallaron)|sin frenos\b",
            r"(?:side|middle) of (?:the |an? )?(?:road|highway|freeway|interstate|hwy|street|intersection|i ?\d+|"
            r"\d+)\b|stuck on (?:the |a )?(?:highway|freeway|"
            r"interstate|shoulder|i ?\d+)",
            r"(?:brakes? (?:just )?(?:failed|went out|gave out|stopped working|are gone|are out|dont work|(?:arent|"
            r"are not|not|wont|isnt) work(?:ing)?)|lost (?:my|the) brakes\b|"
            r"no brakes$|no brakes (?:at|and|on|help))\b",
            r"(?:died|dead|overheat\w*|stopped|stalled|quit|smoking|blowout|blew (?:a tire )?|flat(?: tire)?|"
            r"broke) (?:\w+ ){0,2}"
            r"on (?:the |a )?(?:highway|freeway|interstate|hwy|turnpike|shoulder|bridge|expressway|i ?\d+)\b",
            r"just (?:\w+ ){0,4}(?:accident|crash|crashed|wreck|wrecked|collision|rear ended)\b|"
            r"(?:accident|crash|wreck|collision) (?:just|right) now\b",
            r"(?:carro|coche|auto) (?:\w+ ){0,4}(?:carretera|autopista)|varad[oa]\b|tirad[oa] en la (?:carretera|"
            r"autopista|calle)|em panne sur",
        ),
    ),
    Danger(
        "arrest",
        stated=any_of(
            r"(?:been|got|was|were|being|getting|is|just|under|gets) (?:just )?arrest(?:ed)?\b|arrested (?:me|us|"
            r"him|her|my|tonight|today|last night|this)|(?:in|at) (?:\w+ ){0,2}(?:jail|custody|lockup)\b|"
            r"dui (?:arrest )?(?:tonight|last night|just now)\b|being held\b|(?:police|cops|officers) (?:are |"
            r"is )?(?:here|at my (?:door|house))|(?:me|lo|la) arrestaron|arrestad[oa]|detenid[oa] por la policia",
            r"warrant (?:out )?for (?:me|my|him|her)\b|search warrant\b|detained\b|(?:police|cops|detectives?|"
            r"fbi) (?:\w+ )?(?:want to|"
            r"wants? (?:me|him|her)|took|raided|detained|are looking)\b|ice (?:took|detained|raided|picked up)\b|"
            r"detuvieron\b|"
            r"(?:la policia|la migra) (?:se )?(?:llevo|agarro|detuvo)",
        ),
    ),
)
