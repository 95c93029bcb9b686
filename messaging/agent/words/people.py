"""Who is writing: name, new or existing, how soon. Pure; English and Spanish together.

`asked` says that our last text asked for exactly this: then a bare answer ("Joe Smith", "new", "no rush") counts.
"""

import re

from leads.enums import LeadKind, Urgency
from messaging.agent.words.given_names import GIVEN_NAMES
from messaging.agent.words.sentences import is_reaction, plain, words
from messaging.optout_phrases import NOT_A_NAME


def read_name(text: str, *, asked: bool) -> str:
    """The customer's own name, with capitals ("Maria de la Cruz"), or "". A greeting, a yes or a wish is no name."""
    if is_reaction(text):
        return ""
    tidy = _INTRODUCTION_SIGNS.sub("'", text)
    for pattern in (_NAMED, _THIS_IS, _HERE, _SIGNED):
        # "Thanks, Mike" and no more is said to Mike.
        if pattern is _SIGNED and len(tidy.split()) < _SHORTEST_SIGNED:
            continue
        for match in pattern.finditer(tidy):
            # "My name is" leaves no doubt; "it's" and "I'm" introduce anything.
            if name := _name_at(match["name"], is_sure=pattern is _NAMED):
                return name
    return _bare_name(tidy) if asked else ""


def read_kind(text: str, *, asked: bool) -> LeadKind:
    """Whether the customer has been served before; UNKNOWN where the text does not say."""
    said = plain(text)
    if not said or is_reaction(text):
        return LeadKind.UNKNOWN
    is_new, is_existing = _NEW.search(said) is not None, _EXISTING.search(said) is not None
    if asked and not is_new and not is_existing:
        is_new, is_existing = _BARE_NEW.search(said) is not None, _BARE_EXISTING.search(said) is not None
    if is_new == is_existing:
        return LeadKind.UNKNOWN
    return LeadKind.NEW if is_new else LeadKind.EXISTING


def read_urgency(text: str, *, asked: bool) -> Urgency:
    """ROUTINE, URGENT or UNKNOWN; danger is read elsewhere (messaging.urgency_words), before anything else.

    Asked, a bare yes means urgent, a bare no routine, and a day speaks: today is urgent, next week is not.
    """
    said = plain(text)
    if not said or is_reaction(text):
        return Urgency.UNKNOWN
    if _NO_RUSH.search(said):
        return Urgency.ROUTINE
    if _RUSH.search(said):
        return Urgency.URGENT
    if not asked:
        return Urgency.UNKNOWN
    if _BARE_ROUTINE.search(said):
        return Urgency.ROUTINE
    return Urgency.URGENT if _BARE_URGENT.search(said) else Urgency.UNKNOWN


def _name_at(text: str, *, is_sure: bool) -> str:
    """The name with which `text` begins: up to three words, "de la" and initials among them."""
    found: list[str] = []
    for match in _NAME_WORD.finditer(text):
        word = match[1]
        if word.lower() in _PARTICLES and found:
            found.append(word.lower())
        elif _can_be_name(word) if not found else _follows(word, found[0]):
            found.append(word)
        else:
            break
        if len([part for part in found if part not in _PARTICLES]) == _MOST_WORDS or match[2]:
            break
    while found and found[-1] in _PARTICLES:
        found.pop()
    if not found:
        return ""
    first = found[0]
    is_known = _bare(first) in GIVEN_NAMES
    is_capital = first[:1].isupper() and not text[:40].isupper()
    if not (is_sure or is_known or is_capital):
        return ""
    return " ".join(word if word in _PARTICLES else _capitals(word) for word in found)


def _bare_name(text: str) -> str:
    """The whole text as a name: "joe smith", "Hi, Joe Smith", "Joe Smith, 1420 E Apache Blvd"."""
    for part in re.split(
        r"[,;!\n]|(?<!\b\w)\.|\b(?:y|and|mi|my)\b(?= (?:mi|my|the|address|phone|number|i|its)\b)", text
    ):
        stripped = _LEAD_IN.sub("", part).strip(" -–—:\"'()*")
        if not stripped or "?" in part:
            if "?" in part:
                return ""
            continue
        said = stripped.split()
        kept = [word for word in said if word.lower().strip(".") not in _PARTICLES]
        if not kept or said[0] != kept[0] or len(kept) > _MOST_WORDS or _is_odd(kept):
            return ""
        is_name = _can_be_name(kept[0]) and all(_follows(word, kept[0].lower()) for word in kept[1:])
        if is_name and all(_SHAPE.fullmatch(word) for word in kept):
            return " ".join(_capitals(word) if word in kept else word.lower() for word in said)
        return ""
    return ""


def _is_odd(kept: list[str]) -> bool:
    # One short word that is no known name ("ok", "idk", "x") is rather an answer to something else.
    return len(kept) == 1 and len(kept[0]) < 2


def _can_be_name(word: str) -> bool:
    bare = _bare(word)
    if bare in GIVEN_NAMES:
        return True
    if bare in NOT_A_NAME or bare in _NO_NAMES or not bare.isalpha():
        return False
    is_participle = word.islower() and len(bare) > 4 and bare.endswith("ed")
    return not is_participle and not bare.endswith(("ing", "tion", "ness", "ment"))


def _follows(word: str, first: str) -> bool:
    """Whether `word` goes on with the name: after "Maria" another capital, after "maria" any word that can be one.

    As a last name the words may pass that open no name: "Joe Brown", "Mary Price".
    """
    if word[:1].isupper() or first[:1].islower():
        can_end = _bare(word) in _SURNAMES and (word[:1].isupper() or _bare(word) in _COLORS)
        return can_end or _can_be_name(word)
    return False


def _bare(word: str) -> str:
    return plain(word).replace(" ", "")


def _capitals(word: str) -> str:
    if not (word.islower() or (word.isupper() and len(word) > 2)):
        return word
    return re.sub(r"(^|[-'.])(\w)", lambda match: match[1] + match[2].upper(), word.lower())


_MOST_WORDS = 3
_SHORTEST_SIGNED = 5
_COLORS = words("black white green brown gray grey")
_SURNAMES = _COLORS | words(
    "young small price house street lane west north hill may day bell an long good best rich cook march"
)
_INTRODUCTION_SIGNS = re.compile("[’‘`´ʼ]")
_SHAPE = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*\.?")
_NAME_WORD = re.compile(
    r"[\s\"*]*([^\W\d_]+(?:['-][^\W\d_]+)*)(\s*(?:[,;:!?()\n]|\.(?!\s?[A-Z][a-z])|\s[-–—]\s|$))?\.?"
)
_NAME = r"[\s:,]*(?P<name>[^\W\d_].{0,60})"
_NAMED = re.compile(
    r"\b(?:(?:my|the|our|first|full) (?:first |full |last )?name(?:'?s| is)?|name'?s|name ?(?::|is)|me llamo|"
    rf"mi nombre(?: completo)? es|mi nombre|a nombre de|under the name(?: of)?|you can call me){_NAME}",
    re.IGNORECASE,
)
_THIS_IS = re.compile(
    r"(?:^|[.!,;\n-]|\b(?:hi|hello|hey|hola|morning|afternoon|evening|tardes|dias|días|noches|yes|sure|ok|and|sorry|"
    r"there)\b)"
    rf"\s*(?:this is|it'?s|its|it is|i'?m|i am|im|soy|habla|le habla|les habla|de parte de|call me|ask for)\b{_NAME}",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"(?:^|[.!,;\n]|\b(?:hi|hello|hey|hola)\b)\s*(?P<name>[^\W\d_]+(?:['-][^\W\d_]+)*(?: "
    r"[^\W\d_]+(?:['-][^\W\d_]+)*){0,2}) (?:here|por aqu[ií]|aqu[ií])\b(?! (?:is|are|in|at)\b)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\n\s*|\s[-–—]+\s?|(?i:[.!?,\n]\s*(?:thanks|thank you|gracias|regards|sincerely|saludos|atte)[,.!]+\s+))"
    r"(?P<name>[A-ZÀ-Þ][\w'-]+(?: [A-ZÀ-Þ][\w'-]+){0,2})\s*\.?\s*$"
)
_LEAD_IN = re.compile(
    r"^\s*(?:(?:hi|hello|hey|hola|sure|ok|okay|yes|yeah|yep|thanks|si|sí|claro|good (?:morning|afternoon|evening)|"
    r"buenos d[ií]as|buenas tardes|buenas|(?:it'?s|it is|this is|i'?m|i am|soy|es|name)|for|mr|mrs|ms|miss|sr|sra|"
    r"se[nñ]or|se[nñ]ora)\b[.,:! ]*)+",
    re.IGNORECASE,
)
_PARTICLES = words("de la del los las van von der den da dos di san y")
_NO_NAMES = words(
    "hi hello hey hola buenas buenos yo sup yes yeah yep yup y no nope nah ok okay k kk sure thanks thank thx ty "
    "please pls gracias si claro bien bueno perfecto listo vale maybe idk not dont cant wont im ill id ive its thats "
    "whats hows i you u we they he she us them who whom whose which and or but if then than because so do does did "
    "done is are was were be been am have has had can could would should shall need want like get got go come came "
    "call text send give take make let see look know think tell say said ask answer stop help hours price cost quote "
    "estimate appointment appt schedule book cancel today tomorrow tonight monday tuesday wednesday thursday friday "
    "saturday sunday mon tue tues wed thu thur thurs fri sat sun morning afternoon evening night noon weekend week "
    "month year day days january february march june july august september october november december hoy manana "
    "lunes martes miercoles jueves viernes sabado domingo semana ac hvac heat heater furnace water leak leaks drain "
    "toilet sink pipe pipes roof gutter gutters garage door window plumber plumbing electric electrical electrician "
    "cleaner cleaners repair repairs fix install service services tree trees lawn paint painter carpet pest pests "
    "lock keys house home apartment apt unit office business company street st ave avenue road rd blvd drive dr lane "
    "ln tech technician guy guys man sir maam dude bro friend wife husband mom dad son daughter mother father tenant "
    "landlord owner manager customer client person people human robot bot someone somebody anyone nobody everyone "
    "everything something nothing anything asap broken leaking dripping clogged interested looking calling texting "
    "waiting available free busy late early soon later before after wrong number address email phone cell same other "
    "another next last first one two three four five six seven eight nine ten more less few some any each every both "
    "either neither north south east west left down up out off into from with without within under above via per de "
    "el la los las un una unos unas con sin para por que cual como cuando donde quien porque pero muy mas menos yo "
    "tu usted ustedes ella ellos nosotros mi su mis sus este esta ese esa eso esto aqui ahi alli soy es son esta "
    "estan estoy tengo necesito quiero puedo puede pueden hay cita precio cuanto cuesta casa agua bano fuga gotea "
    "techo puerta aire calentador plomero electricista tarde temprano cliente nuevo nueva interesado interesada aca "
    "new existing returning again here there right still also already ready sorry sick ill tired mad upset happy "
    "glad fine hungry confused worried desperate homeowner renter faucet faucets leaky ceiling fan mold shower tub "
    "sewer septic pump disposal dishwasher washer dryer fridge refrigerator stove oven wiring outlet breaker panel "
    "light lights thermostat compressor duct ducts vent vents filter insulation siding shingles deck fence gate "
    "concrete driveway patio floor floors tile drywall wall walls kitchen bathroom bath basement attic bedroom room "
    "yard pool car truck tire tires brake brakes engine battery oil haircut nails massage tooth teeth noisy smelly "
    "rusty slow loud bad rat rats roach roaches bugs ants bees termites outside inside downstairs upstairs yours "
    "mine ours theirs never ever none off-topic lol haha wow oh um uh hmm well good great awesome nice cool ugly "
    "pretty kind emergency urgent quick quickly question questions problem issue mesa tempe phoenix miami houston "
    "dallas austin chicago not sure located live lives moving moved selling buying what why when where how correct "
    "confirmed cancelled canceled rescheduled booked done true false red blue green white black gray brown your ur "
    "his her hers their our my me that this these those just only about around against at on in of off to as by an a "
    "the private none nunya anonymous whatever whenever forget never nevermind wait hold skip pass cheap expensive "
    "old small large medium big huge serious hot cold warm wet dry dead out back front side flooding flooded stuck "
    "jammed urgente nada nadie algo alguien otro otra mismo misma gratis caro barato cerca lejos solo tambien "
    "entonces ahora ya"
)

_YOU = r"(?:you|u|ya|yall|you guys|your \w+|them|ustedes)"
_NEW = re.compile(
    r"\b(?:new (?:customer|client|here|patient|to (?:you|the area|this|your))|(?:first|1st) time(?! (?:it|this|that|"
    r"the|my|i "
    rf"(?:have seen|saw)))|never (?:\w+ )?(?:used|called|hired|worked with|been|had|done business|tried|met)(?: "
    rf"\w+){{0,2}}? {_YOU}|never (?:used|hired|called) {_YOU}|(?:havent|have not|hadnt) (?:\w+ )?(?:used|called|"
    rf"hired|worked with|had) {_YOU}|"
    r"not (?:a |an )?(?:\w+ )?(?:customer|client)|(?:just|recently) (?:found|heard about) (?:you|u|yall)|(?:cliente|"
    r"paciente) "
    r"nuev[oa]|nuev[oa] (?:cliente|paciente)|no (?:soy|somos) (?:\w+ )?(?:cliente|paciente)s?|primera vez|"
    r"nunca (?:los|les|he|hemos|habia|habiamos) (?:\w+)|"
    r"soy nuev[oa])\b"
)
_EXISTING = re.compile(
    r"(?<!not a )(?<!not an )(?<!not )(?<!\bno )\b(?:(?:existing|returning|repeat|current|previous|former|"
    r"long ?time|old|loyal|"
    r"regular|past) (?:customer|client|patient)|already (?:a |your )?(?:customer|client|patient)|(?:ive|i have|weve|"
    r"we have|"
    r"have) (?:\w+ )?(?:used|hired|"
    rf"had|called|worked with|been using|been with|been going to|been a customer|been a client) {_YOU}|been (?:using|"
    rf"with|going to) {_YOU}|(?:i|we) (?:\w+ )?(?:used|hired|use|always use) {_YOU} (?:before|last|a|in|for|every|"
    rf"guys|all|already|years|twice|once)|{_YOU} (?:guys )?(?:\w+ )?(?:came|come|did|installed|fixed|repaired|"
    rf"serviced|replaced|were (?:here|out)|have been (?:here|"
    r"out)|worked on|cleaned|put in|built|painted|was here|been here)\b(?: \w+){0,6}? (?:before|last|ago|already|"
    r"yesterday|in (?:\d+|january|february|march|april|may|june|july|august|september|october|november|december)|"
    r"previously|every year|once|twice)|(?:ya|si) (?:ya )?(?:soy|somos|era|es) (?:\w+ )?(?:clientes?|"
    r"pacientes?)(?! nuev)|"
    r"(?:soy|somos) (?:clientes?|pacientes?)(?! nuev)|"
    r"(?<!never )(?<!not )been (?:a |an |your )(?:\w+ )?(?:customer|client|patient)s?|"
    r"ya (?:han venido|vinieron|los he|les he|me han|nos han|he usado|hemos usado|trabaje con|me arreglaron|me "
    r"instalaron)|(?:ustedes )?(?:vinieron|me instalaron|me arreglaron) (?:\w+ ){0,4}?(?:pasad[oa]|antes|ayer))\b"
)
_BARE_NEW = re.compile(
    r"^(?:\w+ ){0,2}?(?:new|brand new|newbie|first|never|nuev[oa]|primera)\b|\b(?:im new|i am new|new one)\b"
)
_BARE_EXISTING = re.compile(
    r"^(?:\w+ ){0,2}?(?:existing|returning|repeat|current|existente|cliente|customer already|actual|recurrente)\b|"
    r"\b(?:been here before|used (?:you|yall|u)(?: guys)?(?: before)?|before|several times|many times|for years|de "
    r"antes)\b"
)

_NO_RUSH = re.compile(
    r"\b(?:no (?:rush|hurry|big hurry|real hurry|urgency|huge rush|emergency)|not (?:\w+ ){0,3}?(?:urgent|emergency|"
    r"rush|in a hurry|asap|pressing|critical|immediate|time sensitive)|isnt (?:\w+ )?(?:urgent|an emergency)|"
    r"(?:whenever|when ever)(?! (?:it|i (?:turn|flush|use|run|open|start)|the|we (?:turn|flush|use)))|any ?time "
    r"(?:is|works|this|next|in|that|you|between)|can wait|take your time|at your convenience|(?:just|only) "
    r"(?:getting|looking for|want|need|shopping|gathering|collecting) (?:\w+ )?(?:quotes?|estimates?|prices?|around|"
    r"ideas?|info)|shopping around|some ?time (?:next|in the|this month|in)|eventually|(?:sin|no hay|ninguna|no "
    r"tengo|no tenemos|no corre) (?:\w+ )?(?:prisa|apuro|urgencia)|no (?:es|esta) (?:\w+ )?(?:urgente|urgencia|"
    r"emergencia)|no (?:me |nos )?urge|cuando (?:puedan|pueda|gusten|guste|tengan tiempo|quieran|se pueda)|puede "
    r"esperar|con calma)\b"
)
_RUSH = re.compile(
    r"\b(?:asap|a s a p|urgent|urgently|"
    r"(?<!do )(?<!offer )(?<!have )(?<!handle )(?<!your )emergency(?! (?:\w+ )?(?:fees?|rates?|charges?|costs?|"
    r"prices?|pricing|lights?|"
    r"lighting|fixtures?|exits?|kits?|contacts?|brakes?|rooms?|funds?|number|hours|line|phone|shut ?offs?|"
    r"generators?)\b)|"
    r"(?<!tarifa de )(?<!cargo de )(?<!precio de )(?<!luz de )(?<!luces de )(?<!salida de )(?<!freno de )emergencia|"
    r"urgente|as soon as (?:possible|you can|u can|yall can|"
    r"someone can|they can)|as (?:quick|quickly|fast|early) as|right away|right now|immediately|immediate|straight "
    r"away|the sooner|soonest|today if|sooner (?:rather|the better)|cant wait|cannot wait|can not wait|desperate|"
    r"desperately|in a hurry|(?:need|want|come|out|here|done|fixed|someone|available|help|get|can|today or|somebody|"
    r"looked at|like)(?: \w+){0,5}? (?:today|tonight|this (?:morning|afternoon|evening)|now|same day)|same day|right "
    r"this minute|time sensitive|first thing|quickly|hurry|rush(?: job)?|lo antes posible|lo mas pronto|lo mas "
    r"rapido|cuanto antes|ahora mismo|ahorita|de inmediato|inmediatamente|me urge|nos urge|urge|lo mas antes|con "
    r"urgencia|(?:venir|necesito|necesitamos|pueden|puede|quiero|para|ser)(?: \w+){0,4}? hoy|hoy mismo)\b(?! "
    r"(?:hours|number|contact|rates?|only))"
)
_BARE_ROUTINE = re.compile(
    r"^(?:no|nope|nah|not really|not at all|no not really|not today|routine|normal|regular|standard|any ?time|"
    r"flexible|whenever|later|rutina|rutinario|para nada|cuando sea|no tanto)\b|\b(?:next (?:week|month)|in a "
    r"(?:week|month)|this month|few (?:weeks|days)|couple (?:of )?(?:weeks|days)|flexible|routine|la proxima semana|"
    r"proximo mes|semana que (?:viene|entra)|dentro de|esta semana no|any day)\b"
)
_BARE_URGENT = re.compile(
    r"^(?:yes|yeah|yep|yea|yup|very|super|pretty urgent|extremely|si|muy|bastante|absolutely|definitely|kind of "
    r"urgent)\b|\b(?:today|tonight|now|hoy|ya|ahora|soon|high|critical|right|esta noche|this (?:morning|afternoon|"
    r"evening))\b"
)
