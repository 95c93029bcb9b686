"""A customer's burst of texts as the rule flow understands it: every reader asked once. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from typing import Any

from leads.enums import LeadKind, Urgency
from leads.knowledge import ServiceFact, TopicFact
from messaging.agent.flow.questions import finds_too_expensive
from messaging.agent.flow.service_match import needs_in, services_in
from messaging.agent.situation import Situation
from messaging.agent.when.grammar import read_when
from messaging.agent.when.wishes import Wish, update_wish
from messaging.agent.words.abuse import is_abusive
from messaging.agent.words.addresses import read_address
from messaging.agent.words.intents import read_intents
from messaging.agent.words.language import is_other_language
from messaging.agent.words.people import read_kind, read_name, read_urgency
from messaging.agent.words.sentences import is_reaction, plain, sentences_of
from messaging.agent.words.yes_no import YesNo, read_yes_no, wavers
from messaging.enums import Intent
from messaging.trouble_words import wants_today

# What the answer to these questions says is never a day or a time for a visit.
_NO_TIMES = frozenset({"intake", "address", "name"})


@dataclass(frozen=True)
class Reading:
    """What one burst says. `asked`: what our last text asked, as State has it; "need" for a first text."""

    situation: Situation
    asked: str

    @cached_property
    def text(self) -> str:
        return self.situation.text

    @cached_property
    def has_words(self) -> bool:
        return bool(sentences_of(self.text)) and not is_reaction(self.text)

    @cached_property
    def has_pictures(self) -> bool:
        return any(said.pictures for said in self.situation.burst)

    @cached_property
    def intents(self) -> frozenset[Intent]:
        return read_intents(self.text)

    @cached_property
    def yes_no(self) -> YesNo:
        return read_yes_no(self.text)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in _SENTENCE.findall(self.text) if plain(part))

    @cached_property
    def services(self) -> tuple[ServiceFact, ...]:
        return self.needs or services_in(self.situation.knowledge.services, self.text)

    @cached_property
    def needs(self) -> tuple[ServiceFact, ...]:
        """Two or more services that are wanted beside each other; () where there is one, or none."""
        return needs_in(self.situation.knowledge.services, self.text)

    @cached_property
    def says_when(self) -> bool:
        """Whether a day or time is named that a visit could have."""
        return bool(self.words_for_when)

    @cached_property
    def words_for_when(self) -> str:
        """The sentences that name it; the days of "are you open on Sunday?" are none that they want."""
        if self._says_no_times:
            return ""
        now = self.situation.local_now
        sentences = [part.strip() for part in _SENTENCE.findall(self._text_for_when) if plain(part)]
        told = [part for part in sentences if Intent.HOURS not in read_intents(part) or Intent.BOOKING in self.intents]
        if not read_when(" ".join(told), now=now, asked=self._asks_when):
            return ""
        return " ".join([part for part in told if read_when(part, now=now, asked=self._asks_when)] or told)

    @cached_property
    def wish(self) -> Wish:
        """Days and times wanted so far, this burst's included."""
        kept = wish_from_json(self.situation.state.wish)
        if self._says_no_times or (Intent.HOURS in self.intents and not self.says_when):
            return kept
        return update_wish(kept, self._text_for_when, now=self.situation.local_now, asked=self._asks_when)

    @cached_property
    def _text_for_when(self) -> str:
        """Without what tells since when something is broken, and without the numbers of an address."""
        text = self.text.replace(self.address, " , ") if self.address else self.text
        return _SINCE.sub(" , ", text)

    @property
    def _says_no_times(self) -> bool:
        return self.asked in _NO_TIMES and not self.intents & {Intent.RESCHEDULE, Intent.BOOKING}

    @cached_property
    def _asks_when(self) -> bool:
        """Whether a bare number is an hour: not where it is the number of an offer."""
        numbers = {str(offer.number) for offer in self.situation.offers}
        return self.asked == "when" or (self.asked == "choice" and not numbers & set(plain(self.text).split()))

    @cached_property
    def name(self) -> str:
        return read_name(self.text, asked=self.asked == "name")

    @cached_property
    def address(self) -> str:
        return read_address(self.text, asked=self.asked == "address")

    @cached_property
    def kind(self) -> LeadKind:
        kind = read_kind(self.text, asked=self.asked == "kind")
        if kind != LeadKind.UNKNOWN or self.asked != "kind" or self.yes_no == YesNo.UNCLEAR:
            return kind
        return _kind_by(self._last_question, self.yes_no)

    @property
    def _last_question(self) -> str:
        """What our last text asked, in plain words."""
        ours = [said.body for said in self.situation.history if said.by == "robot"]
        return plain(ours[-1].rpartition("?")[0].rpartition(". ")[2]) if ours else ""

    @cached_property
    def urgency(self) -> Urgency:
        told = read_urgency(self.text, asked=self.asked == "urgency")
        return Urgency.URGENT if told == Urgency.UNKNOWN and wants_today(self.text) else told

    @cached_property
    def topic(self) -> TopicFact | None:
        """What only a person talks about, if the text is about that."""
        said = plain(self.text)
        return next(
            (row for row in self.situation.knowledge.topics for phrase in map(_plain_phrase, row.phrases)
             if phrase and re.search(rf"\b{phrase}(?:e?s)?\b", said)), None,
        )  # fmt: skip

    @cached_property
    def reason_for_a_person(self) -> str:
        """Why the robot does not go on, before anything else is looked at; "" if it does."""
        if not self.text and self.has_pictures:
            return "Sent a picture"
        if self.topic is not None:
            return self.topic.name
        if Intent.PERSON in self.intents:
            return "Asks for a person"
        if is_abusive(self.text):
            return "Is angry"
        if any(finds_too_expensive(part) for part in self.sentences):
            return "Finds the price too high"
        if is_other_language(self.text):
            return "Writes in another language"
        return ""

    @property
    def wants_other_times(self) -> bool:
        """ "Neither", "another day": none of the offered ones, whether or not a day is named."""
        return _OTHER_TIMES.search(plain(self.text)) is not None

    @property
    def names_no_other_day(self) -> bool:
        """ "Another day": they have one in mind and have not said it."""
        return not self.says_when and _ANOTHER.search(plain(self.text)) is not None

    @property
    def speaks_of_a_visit(self) -> bool:
        """ "My appointment", "instead", "reschedule": there is one already, whether or not we know of it."""
        return _SPEAKS_OF_VISIT.search(plain(self.text)) is not None

    @property
    def withdraws(self) -> bool:
        """ "Never mind, I found somebody": nothing more is wanted of us."""
        return _WITHDRAWS.search(plain(self.text)) is not None and Intent.BOOKING not in self.intents

    @property
    def is_thinking(self) -> bool:
        """ "Let me check with my wife": they come back by themselves."""
        return wavers(plain(self.text))

    @property
    def wants_it_soon(self) -> bool:
        return _NOW.search(plain(self.text)) is not None

    @property
    def corrects(self) -> bool:
        """ "Actually", "I meant": what follows stands instead of what was said."""
        return _CORRECTS.search(plain(self.text)) is not None

    @property
    def wants_it_sooner(self) -> bool:
        """ "Anything earlier?": what was offered is too late for them."""
        return _SOONER.search(plain(self.text)) is not None


# What the business wrote, never what a customer did: the same few are looked for in each text.
@lru_cache(maxsize=1024)
def _plain_phrase(phrase: str) -> str:
    return plain(phrase)


def asks(sentence: str) -> bool:
    """Whether a sentence wants an answer: by its question mark, or by how it begins or ends."""
    return "?" in sentence or is_open_question(sentence) or _TAG.search(plain(sentence)) is not None


def is_open_question(sentence: str) -> bool:
    """Whether it begins as a question: "do you ...", "how long ...", "I was wondering if ..."."""
    return any(_ASKS.search(" ".join(clause.split())) for row in sentences_of(sentence) for clause in row.clauses)


def has_doubts(sentence: str) -> bool:
    """ "Is it safe while pregnant?": whoever asks that has not decided yet."""
    return _DOUBTING.search(plain(sentence)) is not None


def is_about_choice(sentence: str) -> bool:
    """ "What time is number 2 again?": what was offered answers it."""
    return _ABOUT_CHOICE.search(plain(sentence)) is not None


def proposes(sentence: str) -> bool:
    """ "What about Mesa?": the place, day or service that it names is a wish, not a question."""
    return _PROPOSES.search(plain(sentence)) is not None


def is_preface(sentence: str) -> bool:
    """ "Hey, quick question": the question itself is still to come."""
    return _PREFACE.fullmatch(plain(sentence)) is not None


def asks_whether_we_can(sentence: str) -> bool:
    """ "Can you fix ...?", "do you do ...?": naming the service is the answer."""
    return _CAN_YOU.search(plain(sentence)) is not None


def asks_who(sentence: str, business: str) -> bool:
    """ "Who is this?", "is this Joe's Plumbing?": which the robot says when it says that it is one."""
    said, name = plain(sentence), plain(business).split()
    if _WHO.search(said):
        return True
    return bool(name) and _IS_THIS.search(said) is not None and name[0] in said.split()


def _kind_by(question: str, answer: YesNo) -> LeadKind:
    """What a bare yes or no says to "have you been here before?"; nothing to "new or existing?"."""
    asks_before, asks_new = _KNOWS_US.search(question) is not None, _IS_NEW.search(question) is not None
    if asks_before == asks_new:
        return LeadKind.UNKNOWN
    return LeadKind.EXISTING if asks_before == (answer == YesNo.YES) else LeadKind.NEW


def asks_us_to(sentence: str) -> bool:
    """ "Can you cancel ...?" wants it done, "can I cancel ...?" wants to know."""
    return not is_open_question(sentence) or _PLEASE_DO.search(plain(sentence)) is not None


def wish_to_json(wish: Wish) -> dict[str, Any]:
    """Only what is known: dates and times as ISO texts."""
    values = {"first": wish.first, "last": wish.last, "at": wish.at, "starts": wish.starts, "ends": wish.ends}
    return {name: value.isoformat() for name, value in values.items() if value is not None}


def wish_from_json(data: Mapping[str, Any]) -> Wish:
    """What `wish_to_json` made."""
    days = {name: date.fromisoformat(data[name]) if data.get(name) else None for name in ("first", "last")}
    times = {name: time.fromisoformat(data[name]) if data.get(name) else None for name in ("at", "starts", "ends")}
    return Wish(days["first"], days["last"], times["at"], times["starts"], times["ends"])


_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\S)[^.!?\n]+)*[.!?]*")
# "Is Botox safe ...?", "would it be bad to ...?": what to think of a thing, not whether we do it.
_DOUBTS = (
    r"(?:is|are|would|will|can|could|should|does) (?:\w+ ){1,6}?"
    r"(?:safe|ok|okay|fine|normal|bad|dangerous|harmful|risky|legal|allowed|possible|necessary|worth|painful|"
    r"permanent|covered|included)"
)
_DOUBTING = re.compile(
    rf"\b{_DOUBTS}\b|\bcan (?:my|he|she) (?:\w+ ){{0,4}}?(?:get|have|do)\b|"
    r"\b(?:es|sera|seria) (?:\w+ ){0,4}?(?:segur[oa]|peligros[oa]|normal|mal[oa])\b"
)
_ASKS = re.compile(
    r"^(?:(?:hi|hello|hey|hola|ok|okay|and|so|but|also|y|pero|yes|no|please|thanks|bueno|oye|disculpe) )*"
    r"(?:what|whats|how|hows|why|who|whos|which|where|wheres|when|whens|"
    r"(?:u|you|ya|yall|you guys|u guys) (?:guys )?(?:got|have|do|take|offer|accept|sell|carry|fix|know)|"
    r"do (?:you|u|i|we|they|yall|your|the|any|all)|does|did (?:you|u)|"
    r"is (?:dr|doctor|mr|mrs|ms|it|there|someone|anyone|somebody|anybody|this|that|the|a|your|my)|are (?:you|u|"
    r"there|your|the|they|we|any|all)|"
    r"can (?:you|u|i|we|someone|he|she|they|it|his|her|their)|"
    rf"{_DOUBTS}|(?:safe|ok|okay|fine|bad) (?:to|if)|"
    r"(?:is|does|do|can|could|may) my (?:\d+|son|daughter|kids?|child|children|teen\w*|boy|girl|baby|niece|nephew)|"
    r"could (?:you|u|i|we)|"
    r"will (?:you|u|i|it|the)|would (?:you|u|it)|should (?:i|we)|may i|have (?:you|u)|am i|any chance|"
    r"(?:i was |im |just |i am |was )?(?:wondering|curious) |(?:i |just )?(?:want|wanted|would like|"
    r"need) to (?:know|ask)|"
    r"(?:i have |got |have )?(?:a |one |another |quick )*question|"
    r"(?:a|de|en|para|con) que|que (?!tal|bueno|bien)|cual|cuales|cuanto|cuanta|cuantos|cuantas|como|cuando|donde|"
    r"por que|quien|(?<!no )(?:hacen|tienen|aceptan|ofrecen|"
    r"dan (?:\w+ )?(?:servicio|garantia|credito|cita|descuento|presupuesto|recibo|factura)s?|"
    r"puedo|puede|pueden|podria|podrian|hay|cobran|trabajan|atienden|van a|"
    # "Es un Honda" is no question where nothing else says so.
    r"(?:es|son|esta|estan) (?:gratis|posible|necesari\w+|segur[oa]s?|car[oa]s?|verdad|ciert[oa]|normal|abiert[oa]s?|"
    r"cerrad[oa]s?|incluid[oa]s?|disponibles?|list[oa]s?))|"
    r"(?:quiero|quisiera|queria|necesito) saber|(?:tengo )?una (?:pregunta|duda))\b"
)
_PREFACE = re.compile(
    r"(?:(?:hi|hello|hey|hola|there|good|morning|afternoon|evening|buenas?|buenos|dias|tardes|ok|so|yes|oye|"
    r"disculpe) )*"
    r"(?:(?:i |we |just |have |got |had |a |an |one |quick |small |another )*questions?|(?:tengo |otra |"
    r"una )*(?:pregunta|duda))"
    r"(?: (?:for|please|you|para|ustedes|usted|por favor))*|"
    r"(?:(?:is|are|hi|hello|hey|hola) )*(?:u|you|ya|yall|anyone|anybody|someone|somebody) (?:\w+ )?(?:there|here|"
    r"around)"
)
_CAN_YOU = re.compile(
    r"\b(?:(?:can|could|would|will|do|does|are) (?:you|u|ya|yall|someone|somebody|anyone|they)(?: guys|"
    r" folks)?(?: also| even)? "
    r"(?:please |able to |still )?(?:do|fix|repair|install|offer|handle|service|replace|clean|help|look|come|check|"
    r"take care|"
    r"provide|work on|unclog|treat|see|send|give)|is (?:it|that|this) something|(?:i |we )?(?:need|want) someone|"
    r"(?:puede|pueden|podria|podrian|hacen|arreglan|reparan|instalan|ofrecen|limpian|revisan|cambian|dan servicio|"
    r"trabajan con))\b"
)
_WHO = re.compile(
    r"\b(?:who(?: is|s| are|m)? (?:this|you|u|am i)|quien (?:es|habla|me escribe|me llamo)|con quien hablo|"
    r"de parte de quien|who (?:just )?(?:called|texted) (?:me)?|(?:someone|somebody|you guys|you|this number) "
    r"(?:just |recently )?(?:called|texted) (?:me )?(?:from|on) this|(?:missed|got) a (?:call|text) from (?:this|"
    r"you))\b"
)
_IS_THIS = re.compile(r"^(?:\w+ ){0,2}?(?:is this|are you|es|son)\b")
_PLEASE_DO = re.compile(
    r"\b(?:(?:can|could|will|would) (?:you|u|someone|we)|(?:puede|pueden|podria|podrian|podemos))\b"
)
_OTHER_TIMES = re.compile(
    r"\b(?:neither|none|nothing (?:works|there)|(?:any|some|an|a)? ?(?:other|another|different|more|else|later|"
    r"earlier|sooner)"
    r"(?: \w+)? ?(?:times?|days?|dates?|slots?|options?|openings?|appointments?|week)?$|(?:any|"
    r"some)(?:thing)? (?:other|else|"
    r"sooner|earlier|later|different)|(?:another|other|different) (?:time|day|date|slot|option|week)s?|"
    r"(?:dont|doesnt|wont|cant|cannot|not|neither|none)(?: \w+){0,3} (?:work|works|do|make|good|suit|suits|those|"
    r"these|either|any)|"
    r"ningun[oa]?|otr[oa]s? (?:dia|fecha|hora|horario|opcion|momento)s?|mas (?:tarde|temprano|horarios|opciones)|"
    r"no (?:me |nos )?(?:sirve|queda|quedan|conviene|puedo|podemos|funciona))\b"
)
_ABOUT_CHOICE = re.compile(r"\b(?:number|option|slot|numero|opcion) ?[1-4]\b|\b(?:again|otra vez|de nuevo)$")
_PROPOSES = re.compile(r"\b(?:(?:what|how) about|what if|que tal|y si|and if)\b")
_SPEAKS_OF_VISIT = re.compile(
    r"\b(?:appointments?|appt|visit|booking|reservation|instead|re ?schedul\w+|postpone|move[ds]?|moving|"
    r"change (?:it|my|the|to|mine)|"
    r"push|switch|bump|shift|mine|my slot|cita|reserva|cambi\w+|mover\w*|reprogramar\w*|reagendar\w*)\b"
)
_WITHDRAWS = re.compile(
    r"\b(?:never ?mind|forget (?:it|about it)|(?:dont|do not|no longer|not) need (?:it|this|you|anyone|anything|"
    r"the \w+)"
    r"(?: anymore| any more)?$|no longer (?:need|interested)|not interested|(?:changed|change) my mind|"
    r"(?:found|got|hired|went with|going with) (?:someone|somebody|another|a different|anyone) ?(?:else)?|"
    r"(?:already|just) (?:got it |been )?(?:fixed|done|taken care of|solved|resolved)|fixed itself|"
    r"(?:ya )?no (?:lo |la )?(?:necesito|ocupo)(?: mas| ya| nada)?$|ya (?:encontr\w+|lo arregl\w+|esta arreglado|"
    r"se arreglo|"
    r"consegui\w*)|olvidel[oa]|olvidal[oa]|dejel[oa] asi|no me interesa)\b"
)
_ANOTHER = re.compile(
    r"\b(?:another|different|other) (?:day|date|time|week)s?\b|\botr[oa]s? (?:dia|fecha|hora|horario|momento)s?\b"
)
_NOW = re.compile(
    r"\b(?:now|asap|right away|immediately|as soon as|(?:next|first) available|soonest|earliest|soon as possible|"
    r"straight away|ahora|ahorita|ya mismo|"
    r"lo antes posible|cuanto antes|de inmediato|enseguida)\b"
)
_CORRECTS = re.compile(
    r"\b(?:actually|i mean|i meant|instead|rather|scratch that|no wait|not that|en realidad|mas bien|mejor dicho|"
    r"perdon|quise decir)\b"
)
_SOONER = re.compile(r"\b(?:sooner|earlier|too late|mas temprano|mas pronto|antes|muy tarde)\b")
_SINCE = re.compile(
    r"\b(?:since|desde(?: que| hace)?)(?: (?:about|around|like|last|this|el|la|las|los|early|late))*(?: [\w:]+)"
    r"(?: (?:morning|afternoon|evening|night|week|month|weekend|pasad[oa]|am|pm|o clock|ago|en la \w+|days?|dias?))*",
    re.IGNORECASE,
)
_TAG = re.compile(r"\w \w+ (?:right|correct|verdad|cierto|no es cierto|arent you|dont you|isnt it)$")
_KNOWS_US = re.compile(r"\b(?:before|already|ever|existing|ya|antes|alguna vez)\b")
_IS_NEW = re.compile(r"\b(?:new|first|nuev[oa]|primera)\b")
