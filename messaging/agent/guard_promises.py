"""PURE: what a reply may say only if the business has said it: promises, prices of nothing, diagnoses, advice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from messaging.agent.guard_text import clause_around, content_words, wording


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


_COST_NOTHING = (
    r"\bfree\b|\bno (?:extra |additional |upfront )?(?:charge|cost|fee)s?\b|\bfor nothing\b|\bon (?:the house|"
    r"us)\b|\bcomplimentary\b|"
    r"\b(?:does not|will not|would not) cost (?:you )?(?:a thing|anything)\b|\bwaiv\w+|\bgratis\b|"
    r"\bgratuit[oa]s?\b|\bsin (?:costo|cargo|cobro|costos)\b|"
    r"\bcortesia\b|\$0(?:\.00)?(?![\d.])|\bno (?:tiene|hay) (?:ningun )?(?:costo|cargo)\b|\bnot? (?:be )?charged?\b"
)
_FREE = (
    r"(?<!toll-)(?<!toll )(?<!feel )(?<!hands-)(?<!gluten-)(?<!smoke-)(?<!-)(?<!are you )(?<!you are )(?<!i am "
    r")(?<!be )(?<!get )(?<!time is )(?<!anyone )"
    r"(?<!set )(?<!sugar )(?<!when )(?<!home )(?<!are we )\bfree\b(?! (?:up|slots?|times?|openings?|to (?:call|"
    r"text|reach|ask|write|come|reply|send|contact|stop|let|meet|talk)|windows?|hours?|"
    r"spots?|days?|moment|mornings?|afternoons?|evenings?|appointments? (?:slot|time)|again|at \d|on (?:the|"
    r"mon|tue|wed|thu|fri|sat|sun)|this|next|tomorrow|today|tonight|"
    r"between|around|after|before|in the|then|now|from|mon|tue|wed|thu|fri|sat|sun|\d|of leaks))"
)
_RULES = (
    _rule(
        "free",
        _FREE + _COST_NOTHING.removeprefix(r"\bfree\b"),
        fact=_COST_NOTHING,
        why="no fact says that this costs nothing",
    ),
    _rule(
        "discount",
        r"\bdiscount\w*|(?<!\w)(?:\d+ ?%|\$ ?\d+|\w+ percent|half) off\b|\bhalf[- ]price\b|\bpromo(?:s|tions?|"
        r"cion(?:es)?)?\b|\bcoupons?\b|\bcupon(?:es)?\b|"
        r"\b(?:special|great|good|best|better) (?:offers?|deals?|rates?|prices?)\b|\bprice match\w*|"
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
        r"\b(?:it|that|this) is (?:\w+ )?(?:safe|not dangerous|harmless)\b|\bnothing to worry about\b|"
        r"\bno (?:danger|risk)\b|\b(?:completely|perfectly|totally) (?:normal|safe|fine)\b|"
        r"\bsafe to\b|\bsafely\b|\bes seguro (?!que)|\bno (?:es peligroso|hay peligro|corre peligro)\b|"
        r"\bno se preocupe por\b",
        fact=r"\bsafe\w*|\bdangerous\b|\bharmless\b|\bpeligro\w*|\bsegur[oa]\b",
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
        r"\bapply (?:ice|pressure|heat)\b|\brinse (?:with|your)\b|\b(?:apague|cierre|desconecte|salga de|"
        r"abra (?:las|la) (?:ventana|puerta)|llame al (?:911|gas)|evacue|no toque)\w*",
        why="give no advice of your own, in danger least of all",
    ),
    _rule(
        "legal",
        r"\b(?:not |fully )?liab(?:le|ility)\b|\blegally\b|\blawsuit\b|\bsue\b|\bentitled to\b|\bby law\b|"
        r"\bup to code\b|\bpermits? (?:is|are|is not|are not|not) (?:required|needed)\b|"
        r"\b(?:need|require) (?:a )?permit\b|\binsurance (?:will|should|does|would|covers?|pays?)\b|"
        r"\bcovered (?:by|under)\b|\btax (?:deductible|credits?)\b|\brebates?\b|\bseguro (?:cubre|cubrira|"
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
        r"automated|computer|chatbots?|automation|virtual|program)\b|\breal person here\b|\bno bots? here\b|"
        r"\bi (?:just )?(?:got|came|am) (?:back from|at my desk|in the office|on my lunch)\b|"
        r"\bsoy (?:una |un )?(?:persona|human[oa]|de carne)\b|\bno soy (?:una? )?(?:\w+ )?(?:robot|bot|maquina|"
        r"ia|programa|inteligencia)\b|\bhabla con una persona (?:real|de verdad)\b",
        fact="-",
        why="you are an automatic assistant: do not claim to be a person",
    ),
)
_NAME = re.compile(r"\b(?:my name is|me llamo|mi nombre es) (\w+)")

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
    r"(?:(?:sounds?|looks?|seems?|appears?) (?:like|to be|as if|as though)(?: (?:it|you|this|that|there) (?:is|"
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
_NO_FAULT = re.compile(
    r"\b(?:plan|great|good|fine|fun|perfect|time|emergency|urgent|busy|appointment|you (?:need|would|want|"
    r"are looking)|rough|frustrat\w+|stressful|tough|plan|bien|buen\w*|urgente|emergencia)\b"
)


def promises_in(sentence: str, *, customer: frozenset[str], standing: Standing) -> Iterator[Promise]:
    """What one sentence promises, advises or diagnoses without a fact that carries it.

    `customer`: what the customer's own words are about; repeating "your AC is leaking" is no diagnosis.
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
            if _is_carried(code, ground, match.group(), f"{before} {after}", standing):
                continue
            yield Promise(code, match.group().strip(), why)
            break
    name = _NAME.search(said)
    if name and not standing(re.compile(rf"\b{re.escape(name[1])}\b"), frozenset()):
        yield Promise("human", name.group(), "give yourself no name that the business has not given you")
    yield from _diagnoses(said, customer=customer, standing=standing)


def _is_carried(code: str, ground: re.Pattern[str] | None, said: str, around: str, standing: Standing) -> bool:
    if ground is None:
        return False
    if code == "soon":
        return standing(re.compile(_same_haste(said)), frozenset())
    if code == "repair":
        # What we repair is a service; that "it" can be repaired nobody knows yet.
        subject = content_words(around)
        return bool(subject) and standing(ground, subject)
    return standing(ground, content_words(around) if code == "free" else frozenset())


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
