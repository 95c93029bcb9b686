"""PURE: what a reply may say only if the business has said it: promises, prices of nothing, diagnoses, advice."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from messaging.agent.guards.prices import COSTS_NOTHING
from messaging.agent.guards.text import clause_around, content_words, plain, wording


@dataclass(frozen=True, slots=True)
class Promise:
    """Words that need a fact. `said`: what was written; `why`: what is wrong with it, for the rewrite."""

    code: str
    said: str
    why: str


class Standing(Protocol):
    """Which facts carry a promise: `pattern` read in facts' wording, beside words on the same subject."""

    def __call__(self, pattern: re.Pattern[str], subject: frozenset[str]) -> bool: ...


def _rule(
    code: str, said: str, *, fact: str = "", why: str
) -> tuple[str, re.Pattern[str], re.Pattern[str] | None, str]:
    """`fact`: what must stand in the facts; by default the very words, "-" for never."""
    ground = None if fact == "-" else re.compile(fact or said)
    return code, re.compile(said), ground, why


_FREE = (
    r"(?<!toll-)(?<!toll )(?<!feel )(?<!hands-)(?<!gluten-)(?<!smoke-)(?<!-)(?<!are you )(?<!you are )(?<!i am "
    r")(?<!be )(?<!get )(?<!time is )(?<!anyone )"
    r"(?<!set )(?<!sugar )(?<!when )(?<!home )(?<!are we )"
    r"(?<!first that is )(?<!one that is )(?<!time that is )(?<!next that is )"
    r"(?<!slot that is )(?<!day that is )(?<!nothing )(?<!nothing is )(?<!anything )(?<!still )\bfree\b(?! (?:up|"
    r"slots?|times?|openings?|to (?:call|"
    r"text|reach|ask|write|come|reply|send|contact|stop|let|meet|talk)|windows?|hours?|"
    r"spots?|days?|moment|mornings?|afternoons?|evenings?|appointments? (?:slot|time)|again|at \d|on (?:the|"
    r"mon|tue|wed|thu|fri|sat|sun)|this|next|tomorrow|today|tonight|"
    r"between|around|after|before|in the|then|now|from|mon|tue|wed|thu|fri|sat|sun|\d|of leaks))"
)
_RULES = (
    _rule(
        "free",
        _FREE + COSTS_NOTHING.removeprefix(r"\bfree(?: of charge)?\b"),
        why="no fact says that this costs nothing",
    ),
    _rule(
        "discount",
        r"\bdiscount\w*|(?<!\w)(?:\d+|a (?:third|quarter|\w+th)|\d+ ?%|\$ ?\d+|\w+ percent|half) off\b|"
        r"\bhalf[- ]price\b|\bpromo(?:s|tions?|"
        r"cion(?:es)?)?\b|\bcoupons?\b|\bcupon(?:es)?\b|"
        r"\b(?:special|great|good|best|better) (?:offers?|deals?|rates?|prices?)\b|\bprice match\w*|"
        r"\bhalf (?:the|of the|your|our|that) (?:\w+ )?(?:price|cost|rate|fee)\b|\byou (?:will |would |can )?save\b|"
        r"\bmatch it\b|\bmatch (?:\w+ ){0,2}?(?:quotes?|prices?|offers?|bids?|estimates?)\b|\bdescuentit\w+|\brebaj\w+|"
        r"\bbeat (?:any|their|that)\b|\bknock (?:\w+ )?off\b|\bdescuentos?\b|"
        r"\brebajas?\b|\bofertas?\b|\bmitad de(?:l)? precio\b|\b2x1\b|\bbogo\b",
        why="no fact speaks of a discount",
    ),
    _rule(
        "guarantee",
        r"\bguarant\w+|\bpromis(?:e|ed|ing)\b|\bwarrant(?:y|ies|ied)\b|\bmoney[- ]back\b|\bsatisfaction\b|"
        r"\bgarant\w+|\bprometo\b|\bprometemos\b|"
        r"\b(?:100 ?%|absolutely|definitely) (?:sure|certain|fix\w*)\b|\brisk[- ]free\b",
        why="the business has not promised or guaranteed this",
    ),
    _rule(
        "credential",
        r"\blicen[sc]ed\b|\binsured\b|\bbonded\b|\bcertifi(?:ed|cations?)\b|\baccredited\b|"
        r"\bbackground[- ]check\w*|\bboard[- ]certified\b|\baward[- ]winning\b|"
        r"\b(?:con licencia|licenciad[oa]s?|asegurad[oa]s|certificad[oa]s?)\b",
        why="no fact says so about the business",
    ),
    _rule(
        "boast",
        r"\bthe (?:very )?best (?!time|day|way|number|phone|address|e-?mail|contact|option|person|next|thing|"
        r"place|slot|part|of luck|one to|i can|we can|for you|fit|date|name|spot)\w+|"
        r"\bbest (?:in (?:town|the)|prices?|rates?|service|plumb\w+|tech\w*|around)\b|\bcheapest\b|"
        r"\blowest (?:prices?|rates?|cost)\b|#1\b|\bnumber one (?:in|plumb|choice)|"
        r"\btop[- ]rated\b|\bmost (?:trusted|experienced|affordable|reliable)\b|\bunbeatable\b|\b(?:5|"
        r"five)[- ]stars?\b|\bnobody beats\b|\byears of (?:experience|service)\b|"
        r"\b(?:better|cheaper|faster) than\b|\b(?:el|la|los|las) mejor(?:es)? (?!hora|dia|forma|manera|numero|"
        r"momento|opcion)\w+|\bmas (?:barat|economic)[oa]s?\b|"
        r"\bmejores precios\b|\banos de experiencia\b|\bfamily[- ]owned\b|\blocally[- ]owned\b",
        why="no fact says so about the business",
    ),
    _rule(
        "repair",
        r"\b(?:we|i|they|he|she|tech\w*|team|plumber|guys?) (?:can|will|could|are able to|"
        r"are going to) (?:(?:definitely|easily|certainly|surely|probably|absolutely|quickly|get (?:that|it|"
        r"this)|"
        r"have (?:that|it|this)|be able to|also) )*(?:fix\w*|repair\w*|solve\w*|replace\w*|unclog\w*|cure\w*|"
        r"heal\w*|restore\w*|resolve\w*)\b|"
        r"\b(?:podemos|podremos|puede|pueden|vamos a|van a) (?:arreglar|reparar|solucionar|resolver|"
        r"reemplazar)\w*|\b(?:lo|la|se lo) (?:arreglamos|reparamos|arreglaremos|repararemos)\b|"
        r"\b(?:easy|simple|quick) (?:fix|repair|job)\b|\b(?:can|will) be (?:fixed|repaired|cured)\b",
        fact=r"\b(?:fix|repair|replac|arregl|repar|reemplaz|solve|solucion|unclog|restor|resolv)\w*",
        why="nobody has looked at it yet: do not promise that it can be repaired",
    ),
    _rule(
        "repair",
        r"\b(?:your|the|it|su|el|la) (?:\w+ ){0,3}?(?:will|va a|estara|quedara) (?:be |get |run |stay |estar |quedar )?"
        r"(?:\w+ )?(?:cold|cool|cooling|warm|hot|heating|fixed|running|working|work|drivable|good as new|like new|"
        r"painless|pain[- ]free|spotless|flawless|fri[oa]|arreglad[oa]|list[oa]|funcionando)\b",
        fact="-",
        why="nobody has looked at it yet: do not promise how it will be",
    ),
    _rule(
        "soon",
        r"\bsame[- ]day\b|\bmismo dia\b|\bright away\b|\b(?:immediately|instantly|momentarily)\b|"
        r"\ben ?seguida\b|\bde inmediato\b|\binmediatamente\b|\ben un momento (?:llega|estamos)\w*|"
        r"\b(?:come|send|sending|dispatch\w*|be (?:out )?there|out there|arriv\w+|get (?:there|someone|out)|"
        r"head\w*|fix|over|out) (?:\w+ ){0,3}?(?:right now|asap|as soon as possible|today)\b|"
        r"\b(?:there|out|over|arrive|with you) (?:shortly|soon|fast|quickly|in no time)\b|\bin no time\b|"
        r"\bany (?:minute|moment) now\b|\bahora mismo\b|\bcuanto antes\b|"
        r"\bby (?:the )?end of (?:the )?day\b|\bovernight\b|\bnext[- ]day\b|\bal instante\b|\b(?:on (?:the|our|"
        r"their|his|her|its) way|en route|en camino)\b",
        why="no fact says how fast: promise no time",
    ),
    _rule(
        "safety",
        r"\b(?:keep|can keep) (?:using|running) (?:it|the|your)\b|\bcan stay (?:in|inside)\b|\bokay to (?:stay|use|"
        r"run)\b|"
        r"\bpuede quedarse (?:en|adentro)|\b(?:it|that|this) is (?:\w+ )?(?:safe|not dangerous|harmless)\b|"
        r"\b(?:is|are|es) (?:\w+ )?(?:normal|harmless|inofensiv[oa])\b(?! (?:hours|business|price|rate|schedule|"
        r"visit))|"
        r"\bnot (?:need|have) (?:to call )?(?:911|the fire department|the gas company|an ambulance|a doctor)\b|"
        r"\bno need (?:to call|for) (?:911|the fire|the gas|an ambulance|a doctor)|\bnot (?:an|a real) emergency\b|"
        r"\bno es (?:nada |muy )?(?:grave|peligros[oa]|una emergencia)\b|\bno (?:necesita|"
        r"hace falta) (?:llamar )?(?:al )?911|"
        r"\bnothing to worry about\b|"
        r"\bno (?:danger|risk)\b|\b(?:completely|perfectly|totally) (?:normal|safe|fine)\b|"
        r"\bsafe to\b|\bsafely\b|\bes seguro (?!que)|\bno (?:es peligroso|hay peligro|corre peligro)\b|"
        r"\bno se preocupe por\b",
        why="only a person who has seen it can judge what is safe",
    ),
    _rule(
        "advice",
        r"\b(?:turn|shut|switch|cut)(?:ting)? (?:\w+ ){0,3}?off\b|\b(?:leave|evacuate|exit|get out of) (?:the|"
        r"your) (?:house|home|building|area|room)\b|\bevacuate\b|"
        r"\bopen (?:the|your|all|a) (?:\w+ )?(?:windows?|doors?)\b|\bunplug\w*|\b(?:flip|reset|"
        r"trip)(?:ping)? (?:the|your) (?:\w+ )?(?:breaker|switch|gfci|valve)\b|\bcall (?:911|the fire|the gas|"
        r"emergency|an ambulance|poison)\b|\bpour (?:\w+ )?(?:water|bleach|drano|vinegar|hot)\b|"
        r"\bdo not (?:touch|use|light|flush|run)\b|\buse a (?:plunger|bucket|wrench|snake)\b|"
        r"\bplunger\b|\b(?:try|tighten|loosen|drain)(?:ing)? (?:resetting|the|your|it)\b|\btake (?:an? |some |"
        r"your )?(?:aspirin|ibuprofen|tylenol|advil|painkiller|antibiotic|medic\w+|pill)\w*|"
        r"\btake (?:\w+ ){0,2}(?:aspirin|ibuprofen|tylenol|advil|painkiller|antibiotic|medic|pill|tablet)\w*|"
        r"\b(?:light|strike|relight|ignite) (?:a|the|your) (?:match|candle|lighter|pilot|flame|fire|burner)\b|"
        r"^(?:(?:please|just|then|so|try to) )*(?:drink|swallow|inhale|sniff|mix|spray|pull|remove|twist|wiggle|"
        r"jiggle|hit|"
        r"tap|bang|kick|bypass|press|heat|lift|climb|tome|encienda|prenda|quite|jale) (?:a|an|the|your|some|it|\d|"
        r"one|two|"
        r"el|la|un|una|dos)\b|\bapply (?:ice|pressure|heat)\b|\brinse (?:with|your)\b|\b(?:apague|cierre|desconecte|"
        r"salga de|"
        r"abra (?:las|la) (?:ventana|puerta)|llame al (?:911|gas)|evacue|no toque|marque al 911)\w*",
        why="give no advice of your own, in danger least of all",
    ),
    _rule(
        "legal",
        r"\b(?:not |fully )?liab(?:le|ility)\b|\blegally\b|\blawsuit\b|\bsue\b|\bentitled to\b|\bby law\b|"
        r"\bup to code\b|\bpermits? (?:is|are|is not|are not|not) (?:required|needed)\b|"
        r"\b(?:need|require) (?:a )?permit\b|\binsurance (?:will|should|does|would|covers?|pays?)\b|"
        r"\bcovered (?:by|under)\b|\b(?:you are|you have been|you got|your \w+ (?:is|"
        r"was)) (?:\w+ )?(?:pre[- ]?)?(?:approved|qualified|eligible)\b|"
        r"\byou (?:\w+ )?qualify\b|\b(?:esta|queda|fue) (?:pre)?aprobad[oa]\b|\busted califica\b|\btax (?:deductible|"
        r"credits?)\b|\brebates?\b|\bseguro (?:cubre|cubrira|"
        r"paga)\b|"
        r"\blegalmente\b|\bresponsab(?:le|les|ilidad) (?:de|por)\b|\bderecho a\b",
        why="no fact says so: make no statement about law or insurance",
    ),
    _rule(
        "human",
        r"\b(?:i am|this is|you are (?:talking|texting|chatting|speaking) (?:to|with)) (?:definitely |"
        r"actually |really |just |indeed |100% )*(?:an? |the )?(?:real |actual |live |human |"
        r"living )*(?:person|human|people|"
        r"human being|man|woman|guy|girl|lady|employee)\b|\bi am (?:real|human|alive|from the office)\b|"
        r"\b(?:i am|this is|we are) not (?:an? |some )?(?:\w+ )?(?:bots?|robots?|ai|machines?|"
        r"automated|computer|chatbots?|automation|virtual|program)\b|\breal person here\b|^(?:(?:yes|yep|yeah|sure|"
        r"of course|si|claro)[,.! ]+)+(?:an? |una? )?(?:real |live )?(?:human|person|persona|humano|"
        r"humana)\b(?=[.!,]|$)|\bno bots? here\b|"
        r"\bi (?:just )?(?:got|came|am) (?:back from|at my desk|in the office|on my lunch)\b|"
        r"\bsoy (?:una |un )?(?:persona|human[oa]|de carne)\b|\bno soy (?:una? )?(?:\w+ )?(?:robot|bot|maquina|"
        r"ia|programa|inteligencia)\b|\bhabla con una persona (?:real|de verdad)\b",
        fact="-",
        why="you are an automatic assistant: do not claim to be a person",
    ),
)
_NAME = re.compile(r"\b(?:my name is|me llamo|mi nombre es) (\w+)")
# As it is written: a name begins large and nothing of a company's name follows it.
_SPEAKS = re.compile(
    r"(?:\b(?:[Tt]his is|[Ii]t(?:'s| is) me|[Ii] am|I'm|[Ss]oy|[Ll]e (?:habla|escribe|saluda)|[Hh]abla (?:usted )?con|"
    r"[Yy]ou(?: are|'re) (?:talking|texting|chatting|speaking) (?:to|with))|^[Ii]t's),? "
    r"(?!Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar\b|March|Apr|May\b|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?P<name>[A-Z][a-z]+)(?=[.,!?]|$| (?:from|with|at|of|here|again|de|del|your|the|your|and|y)\b)"
)

_ASKING = re.compile(
    r"\b(?:ask|asking|check|checking|find out|question\w*|wonder\w*|about (?:a |the |your |"
    r"any )?(?:\w+ )?(?:discounts?|warrant\w+|guarant\w+|financing|coupons?|promo\w*|rebates?|insurance)|"
    r"regarding|whether|preguntar\w*|consultar\w*|sobre)\b"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|nobody|none|without|neither|nor|can not|unable|nadie|nunca|ni|sin|tampoco|depends|"
    r"ningun\w*)\b"
)
_MAYBE_DENIED = frozenset(
    {"discount", "guarantee", "credential", "boast", "repair", "soon", "safety", "human", "diagnosis"}
)
_ASKS_THEM = re.compile(
    r"^(?:(?:and|so|ok|okay|hi|hello|sorry|thanks|y|hola)[,! ]+)*(?:did|do|does|is|are|was|were|have|has|what|"
    r"when|where|which|who|how|que|cual|cuando|como|tiene|es|esta|hay|ha|"
    r"need)\b(?! (?:you know (?:that )?(?:we|our)|we\b|our\b))"
)

_LOOKS_LIKE = (
    r"(?:my guess is|classic|seguro es|ha de ser|(?:sounds?|looks?|seems?|appears?) (?:like|to be|as if|"
    r"as though)(?: (?:it|you|this|that|there) (?:is|"
    r"are|may be|might be|could be|has|have|have got))?|"
    r"(?:it|that|this|the (?:problem|issue|cause)) (?:is|may be|might be|could be|must be|has to be) (?:most |"
    r"very )?(?:probably|likely|usually|definitely|caused by|due to|because of|just)|"
    r"(?:probably|likely|most likely|usually|definitely) (?:means?|needs?|is|just|caused by|due to|an?|your|"
    r"the)|(?:caused by|because of|due to) (?:an?|your|the)|"
    r"the (?:problem|issue|cause) (?:is|may be|might be|could be)|could be (?:an?|your|the)|might be (?:an?|"
    r"your|the)|may be (?:an?|your|the)|that means your|"
    r"parece (?:que|ser|un|una|el|la)|suena como|seguramente|probablemente|es (?:un problema|culpa) de|"
    r"debe (?:de )?ser|puede ser (?:un|una|el|la|que))"
)
_GUESS = re.compile(rf"\b{_LOOKS_LIKE}\b")
_FAULTY = re.compile(
    r"\b(?:you (?:will )?(?:need|have) (?:a |to )?(?:new|replace)|need(?:s)? to be (?:replaced|repaired|"
    r"recharged|rewired|extracted|removed)|(?:bad|faulty|failed|failing|blown|broken|"
    r"cracked|worn[- ]out|dead|clogged|corroded|infected) (?:\w+)|"
    r"(?:your|the|su|el|la) (?:\w+ ){1,3}?(?:is|are|has|must be|esta) (?:\w+ )?(?:bad|faulty|broken|dead|"
    r"failing|blown|shot|clogged|worn|"
    r"cracked|infected|gone bad|going bad|defective|dan[ad]\w+|rot[oa]|tapad[oa]|mal[oa])\b|hay que (?:cambiar|"
    r"reemplazar)|necesita (?:un nuevo|una nueva|cambiar|reemplazar))\b[^.,;!?]{0,30}"
)
# "That's the capacitor.": a thing, and not what we talk about ourselves.
_VERDICT = re.compile(
    r"^(?:(?:oh|ah|yes|yeah|ok|okay|well|hmm|si|ya|pues|no)[,.! ]+)*(?:(?:that|it|this) is (?:just |"
    r"probably )?(?:the|your)|"
    r"es (?:el|la|su)) (?!\w*(?:est\b|ay\b|first|next|last|only|right|same|whole|usual|regular|price|rate|range|cost|"
    r"fee|"
    r"total|number|address|plan|name|way|idea|case|time|date|slot|option|window|policy|area|place|team|office|"
    r"assistant|"
    r"question|answer|city|code|service|visit|appointment|hours|goal|spirit|thing|part|link|site|"
    r"asistente|mejor|primer|ultim|proxim|unic|mism|preci|cost|numer|direcc|plan|nombre|hora|dia|fecha|opci|equip|"
    r"oficin|"
    r"servici|visit|cita|lunes|martes|miercoles|jueves|viernes|sabado|domingo))(?P<what>\w+(?: \w+)?)[.!]*$"
)
_NO_FAULT = re.compile(
    r"\b(?:plan|great|good|fine|fun|perfect|time|emergency|urgent|busy|appointment|you (?:need|would|want|"
    r"are looking)|rough|frustrat\w+|stressful|tough|plan|bien|buen\w*|urgente|emergencia)\b"
)


def promises_in(
    sentence: str, *, customer: frozenset[str], standing: Standing, is_free: Callable[[], bool]
) -> Iterator[Promise]:
    """What one sentence promises, advises or diagnoses without a fact that carries it.

    `customer`: what the customer's own words are about; repeating "your AC is leaking" is no diagnosis. `is_free`:
    whether the facts say that what the sentence calls free is so.
    """
    said = wording(sentence).lstrip("¡¿ ")
    is_question = said.endswith("?")
    if is_question and _ASKS_THEM.match(said):
        return
    for code, pattern, ground, why in _RULES:
        for match in pattern.finditer(said):
            before, after, _ = clause_around(said, match.start(), match.end())
            if code in _MAYBE_DENIED and _DENIED.search(re.sub(r"\bno (?:problem|worries)\b", "", before)):
                continue
            if code in ("discount", "guarantee", "legal", "free", "credential") and _ASKING.search(
                f"{before} {match.group()} {after}"
            ):
                continue
            if is_free() if code == "free" else _is_carried(code, ground, match.group(), f"{before} {after}", standing):
                continue
            yield Promise(code, match.group().strip(), why)
            break
    name = _NAME.search(said)
    if name and not standing(re.compile(rf"\b{re.escape(name[1])}\b"), frozenset()):
        yield Promise("human", name.group(), "give yourself no name that the business has not given you")
    person = _SPEAKS.search(plain(sentence))
    if person and not standing(re.compile(rf"^{re.escape(person['name'].lower())}(?: [\w&']+){{0,4}}$"), frozenset()):
        yield Promise("human", person.group(), "you are an automatic assistant: speak as nobody")
    yield from _diagnoses(said, customer=customer, standing=standing)


def _is_carried(code: str, ground: re.Pattern[str] | None, said: str, around: str, standing: Standing) -> bool:
    if ground is None:
        return False
    if code == "soon":
        return standing(re.compile(_same_haste(said)), frozenset())
    if code in ("advice", "safety"):
        # What is advised for one danger is no advice for another.
        subject = content_words(said)
        return standing(ground, subject)
    if code == "repair":
        # What we repair is a service; that "it" can be repaired nobody knows yet.
        subject = content_words(around)
        return bool(subject) and standing(ground, subject)
    return standing(ground, frozenset())


_HASTE = (
    r"\bsame[- ]day\b|\bmismo dia\b",
    r"\bon (?:the|our|their|his|her|its) way\b|\ben route\b|\ben camino\b",
    r"\bnext[- ]day\b|\bovernight\b",
    r"\bend of (?:the )?day\b",
    r"\btoday\b|\bhoy\b|\bmismo dia\b|\bsame[- ]day\b",
)
_AT_ONCE = (
    r"\bright (?:away|now)\b|\bimmediate\w*|\binstant\w*|\basap\b|\bas soon as possible\b|\benseguida\b|"
    r"\binmediat\w+|\bshortly\b|\bahora mismo\b|\bcuanto antes\b"
)


def _same_haste(said: str) -> str:
    return next((pattern for pattern in _HASTE if re.search(pattern, said)), _AT_ONCE)


def _diagnoses(said: str, *, customer: frozenset[str], standing: Standing) -> Iterator[Promise]:
    verdict = _VERDICT.search(said)
    if verdict and not content_words(verdict["what"]) & customer and content_words(verdict["what"]):
        yield Promise("diagnosis", verdict.group(), "nobody has looked at it yet: name no cause")
        return
    for pattern in (_GUESS, _FAULTY):
        for match in pattern.finditer(said):
            before, after, _ = clause_around(said, match.start(), match.end())
            claim = after if pattern is _GUESS else match.group()
            if (pattern is _GUESS and _NO_FAULT.search(f"{before} {claim}")) or _DENIED.search(before):
                continue
            new = content_words(claim) - customer
            if not new or (len(new) < len(content_words(claim)) and pattern is _FAULTY):
                continue
            if all(standing(re.compile(rf"\b{re.escape(word)}"), frozenset()) for word in new):
                continue
            yield Promise(
                "diagnosis",
                f"{match.group()}{after if pattern is _GUESS else ''}".strip(),
                "nobody has looked at it yet: name no cause",
            )
            return
