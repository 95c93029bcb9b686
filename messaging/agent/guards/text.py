"""PURE: a reply as the guards read it: plain letters, whole sentences, clauses, and numbers in digits."""

import re
import unicodedata

from recoverline.lib.text import normalize

# Not the end of a sentence: "at 5 p.m. on Monday", "12 E. Main St. in Tempe", "Dr. Lee".
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bSt\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bAve\.)(?<!\bvs\.)"
    r"(?<!\bSra\.)(?<!\bSr\.)(?<!\bNo\.)[\"')]*\s+|"
    # After "p.m." a capital begins a new sentence unless it is the name of a day or month.
    r"(?<=[apAP]\.[mM]\.)\s+(?=[A-Z¿¡])(?!(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec))|\n+"
)
_CLAUSE_END = re.compile(r"[,;:()!]|\s-\s|\b(?:but|so|pero|asi que)\b")
_WILL = re.compile(r"\b(i|you|we|they|he|she|it|that|there|who|someone|somebody|team)'ll\b")
_ARE = re.compile(r"\b(you|we|they)'re\b|\b(you)re\b")
_HAVE = re.compile(r"\b(i|you|we|they)'ve\b")
_IS = re.compile(r"\b(it|that|there|here|what|he|she|who|everything|someone|team|help|tech|technician)'s\b")
_WOULD = re.compile(r"\b(i|you|we|they|he|she|it|that)'d\b")
_WORD = re.compile(r"\w+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYDAY = _words(
    "about after again already also always answer anyone anything around because been before being best both call "
    "called cannot come coming could does doing done each else even every from gets give going good great happy "
    "have having hello help here home just know less like line look looking make many maybe more most much must "
    "need needs next okay only other over people please provide really right same send should some someone "
    "something soon sorry such sure team tell text than thank thanks that their them then there these they thing "
    "this those time today tomorrow until very want well were what when where which while will with within "
    "without work would yeah your yours charge charged cost costs price prices free offer gratis algo algun ahora "
    "aqui antes asi bien cada como con costo cual cuando desde despues donde ella ellos entre equipo esta estan "
    "estas este esto favor gracias hacer hasta hola luego manera mucho muchas nada nosotros nuestra nuestro para "
    "pero persona poco porque puede pueden quiere sobre solo somos sera tambien tener tiene todo todos usted "
    "ustedes"
)


def plain(text: str) -> str:
    """`text` without accents and typographic signs; case and digits stay."""
    loose = unicodedata.normalize("NFD", normalize(text))
    return unicodedata.normalize("NFC", "".join(sign for sign in loose if not unicodedata.combining(sign)))


def sentences(text: str) -> list[str]:
    """The sentences of `text` in its own spelling, none of them empty."""
    return [part.strip() for part in _SENTENCE_END.split(normalize(text)) if part.strip()]


def wording(text: str) -> str:
    """Small plain letters with the short forms written out: "You're" is "you are", "won't" is "will not"."""
    said = plain(text).lower()
    said = said.replace("won't", "will not").replace("can't", "can not").replace("cannot", "can not")
    said = re.sub(r"n't\b", " not", said)
    said = re.sub(r"\bgonna\b", "going to", said)
    said = _WILL.sub(r"\1 will", said)
    said = _ARE.sub(lambda match: f"{match[1] or match[2]} are", said)
    said = _HAVE.sub(r"\1 have", said)
    said = _WOULD.sub(r"\1 would", _IS.sub(r"\1 is", said))
    return re.sub(r"\s+", " ", said.replace("i'm ", "i am ").replace("let's ", "let us ")).strip()


def clause_around(sentence: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands in the clause before `start`, what after `end`, and whatever the sentence says after the clause."""
    begin = max((match.end() for match in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    close = _CLAUSE_END.search(sentence, end)
    stop = close.start() if close else len(sentence)
    return sentence[begin:start], sentence[end:stop], sentence[stop:]


def words_of(text: str) -> tuple[str, ...]:
    """The words and figures of `text` without what stands between them, to compare two spellings of one sentence."""
    return tuple(_WORD.findall(plain(text).casefold()))


def contains(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether the words of `part` stand in `whole` in this order, side by side."""
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


def content_words(text: str) -> frozenset[str]:
    """What `text` is about: its longer words but the everyday ones, without their endings."""
    return frozenset(
        _stem(word) for word in words_of(text) if len(word) > 3 and word not in _EVERYDAY and not _has_digit(word)
    )


def stems_of(text: str) -> frozenset[str]:
    """The words of `text` without their endings, short ones like "AC" among them."""
    return frozenset(_stem(word) for word in words_of(text) if len(word) > 1 and word not in _JOINING)


_JOINING = _words("and or of the for in on to de del la el los las en con para by at an")


def _has_digit(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].removesuffix("e")
    return word.removesuffix("e")
