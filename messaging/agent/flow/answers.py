"""Questions of customers, answered from what the business has told us and from nothing else."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from leads.knowledge import Knowledge, ServiceFact
from messaging.agent.flow.questions import (
    asks_for_less,
    asks_general_fee,
    asks_what_we_do,
    asks_where_we_are,
    passes_on,
)
from messaging.agent.flow.reading import (
    asks,
    asks_whether_we_can,
    asks_who,
    has_doubts,
    is_about_choice,
    is_open_question,
    is_preface,
    proposes,
)
from messaging.agent.flow.service_match import services_in, surely_in
from messaging.agent.flow.talk import LONGEST_NEED, Talk, joined
from messaging.agent.flow.wording import wording
from messaging.agent.knowledge_text import price_words
from messaging.agent.when.grammar import read_when
from messaging.agent.words.faq_match import Matcher
from messaging.agent.words.faq_wording import COMMON_WORDS
from messaging.agent.words.intents import read_intents
from messaging.agent.words.sentences import plain, words
from messaging.enums import Intent, ScriptKind
from recoverline.lib.text import one_line

MOST_NAMED = 6
# So near to an approved question that it is that question, whatever field its words belong to.
_VERY_SURE = 0.5
# So near that what is no question means the answer all the same.
_RATHER_SURE = 0.35
# Whether something is safe is answered by what is about exactly that, or by a person.
_SURE_OF_DOUBTS = 0.25
_POINTS_BACK = words("that this those these it them one any eso esto esa esos ellos hacen hace lo guys u")
# A text in pieces: at commas, at "and", at the numbers of a list.
_LINK = r"\s*,\s*|\s+(?:and|y|also|plus|&)\s+|\s+\d[.)]\s+"
_PIECE = re.compile(rf"(?P<link>{_LINK})?(?P<part>.+?)(?={_LINK}|$)", re.IGNORECASE | re.DOTALL)
_RELATIVE = re.compile(r"(?:which|who|where|when|cual|quien|donde|cuando)\b")
# "And a facial?", and no more.
_AND_WHAT = re.compile(r"(?:and|y) (?:\w+ ?){1,4}$")
# What only concerns those who have an appointment or a running job.
ABOUT_VISITS = frozenset({Intent.EXISTING, Intent.CANCEL, Intent.RESCHEDULE})
# Whoever says one of these has been answered by the step that follows.
_NEEDS_NO_ANSWER = frozenset(
    {Intent.BOOKING, Intent.CALL_ME, Intent.IS_ROBOT, Intent.RESCHEDULE, Intent.CANCEL, Intent.GREETING, Intent.THANKS}
)


def answer_questions(talk: Talk) -> list[str]:
    """Tell what can be told; the questions that nothing answers."""
    pieces = (piece for sentence in talk.reading.sentences for piece in _questions_apart(sentence))
    return [piece for piece in pieces if not _answer(talk, piece)]


def _questions_apart(sentence: str) -> list[str]:
    """ "I need a cleaning, do you see children?" as two: what the one names is no answer to the other."""
    pieces: list[str] = []
    for match in _PIECE.finditer(sentence):
        link, part = match["link"] or "", match["part"].strip()
        if not plain(part):
            continue
        if pieces and is_open_question(part) and not _names_anything(part):
            # "A full inspection, do you do that": what it asks about stands before it.
            pieces[-1] += link + part
        elif pieces and link.strip() == "," and "?" not in sentence and _RELATIVE.match(plain(part)):
            # "The pump, which it was not": goes on about what stands before it.
            pieces[-1] += link + part
        elif pieces and not is_open_question(part) and not (link.strip(" ,") == "" and is_open_question(pieces[-1])):
            pieces[-1] += link + part
        else:
            pieces.append(part)
    return pieces or [sentence]


def _names_anything(question: str) -> bool:
    return bool(set(plain(question).split()) - COMMON_WORDS - _POINTS_BACK)


def _answer(talk: Talk, sentence: str) -> bool:
    """Whether `sentence` is answered, or needs no answer."""
    intents = read_intents(sentence)
    if asks_for_less(sentence):
        return _tell_approved(talk, sentence, about=asks_for_less)
    if passes_on(sentence) and (talk.has_visit or talk.state.is_settled):
        talk.note(notes=f"{talk.lead.notes}; {one_line(sentence, LONGEST_NEED)}".removeprefix("; "))
        return True
    if asks_where_we_are(sentence) and not talk.situation.places:
        return _tell_approved(talk, sentence)
    is_told = [
        tell(talk, sentence)
        for intent, tell in (
            (Intent.PRICE, _tell_price),
            (Intent.HOURS, _tell_hours),
            (Intent.AREA, _tell_area),
            (Intent.SERVICES, _tell_services),
            (Intent.FINANCING, _tell_financing),
        )
        if intent in intents
    ]
    if is_told:
        return all(is_told)
    if intents & ABOUT_VISITS and is_approved(talk, sentence):
        return _tell_approved(talk, sentence)
    if _looks_for_an_answer(talk, sentence) and _tell_approved(talk, sentence, least=_RATHER_SURE):
        talk.is_over = True
        return True
    if (
        not asks(sentence)
        or is_preface(sentence)
        or intents & _NEEDS_NO_ANSWER
        or asks_who(sentence, talk.situation.business)
    ):
        return True
    if _is_about_the_booking(talk, sentence):
        return True
    if _goes_on_about_prices(talk, sentence):
        return _tell_price(talk, sentence)
    is_doubting = has_doubts(sentence)
    if _tell_approved(talk, sentence, least=_SURE_OF_DOUBTS if is_doubting else 0.0):
        # Nobody is offered a time in the breath that may tell them not to come.
        talk.is_over = talk.is_over or is_doubting
        return True
    if services_in(talk.situation.knowledge.services, sentence):
        return asks_whether_we_can(sentence) or not is_open_question(sentence)
    return talk.asked in ("intake", "name", "address", "need") and not is_open_question(sentence)


def _goes_on_about_prices(talk: Talk, sentence: str) -> bool:
    """ "And a facial?" after the price of a massage."""
    ours = [said.body for said in talk.situation.history if said.by == "robot"]
    is_named = len(services_in(talk.situation.knowledge.services, sentence)) == 1
    return is_named and bool(ours) and "$" in ours[-1] and _AND_WHAT.match(plain(sentence)) is not None


def _looks_for_an_answer(talk: Talk, sentence: str) -> bool:
    """ "Gift card for my sister": no question, and nothing that we do, but maybe what a FAQ is about."""
    is_open = talk.asked == "need" and talk.service is None and not talk.reading.services
    return is_open and not asks(sentence) and read_intents(sentence) == {Intent.OTHER}


def _is_about_the_booking(talk: Talk, sentence: str) -> bool:
    """ "The second one?", "anything on Tuesday?", "you come to Mesa?": taken up elsewhere."""
    if talk.situation.offers and (talk.reading.wants_other_times or is_about_choice(sentence)):
        talk.is_understood = True
        return True
    has_place = talk.place.area is not None or talk.place.is_elsewhere
    if proposes(sentence) and (has_place or services_in(talk.situation.knowledge.services, sentence)):
        return True
    if talk.asked == "place" and has_place:
        return True
    if not is_open_question(sentence) and (talk.place.area is not None or talk.is_answered):
        return True
    if talk.has_visit:
        return False
    return _names_time(talk, sentence) and (
        talk.service is not None or bool(talk.reading.services) or talk.asked in ("when", "choice")
    )


def _names_time(talk: Talk, sentence: str) -> bool:
    return bool(read_when(sentence, now=talk.situation.local_now))


# ---------------------------------------------------------------- price
def _tell_price(talk: Talk, sentence: str) -> bool:
    if asks_general_fee(sentence):
        return _tell_approved(talk, sentence)
    named = services_in(talk.situation.knowledge.services, sentence) or talk.reading.services
    if talk.reading.needs and set(named) <= set(talk.reading.needs):
        for service in (row for row in talk.reading.needs if row in named):
            _tell_price_of(talk, service, sentence)
        return True
    if not named and _tell_approved(talk, sentence, least=_VERY_SURE):
        return True
    if len(named) == 1 or (not named and talk.service is not None):
        _tell_price_of(talk, named[0] if named else talk.service, sentence)
        return True
    if not named and _tell_approved(talk, sentence):
        return True
    # Which service it is about is asked next, and then the price is told.
    talk.remember(wants_price=True)
    talk.is_understood = True
    return True


def _tell_price_of(talk: Talk, service: ServiceFact | None, question: str) -> None:
    if service is None:
        return
    price = price_words(*_prices_at_place(talk, service), language=talk.language)
    talk.remember(wants_price=False)
    if not price:
        talk.tell(talk.say(ScriptKind.PRICE_UNKNOWN, service=service.name), fact=f"{service.name}: no price is named")
        talk.desk.note_unanswered(question)
        return
    # It stands there in the business's own language alone.
    note = service.price_note.strip().rstrip(".") if talk.language == talk.situation.home_language else ""
    talk.tell(
        talk.say(ScriptKind.PRICE_TOLD, service=service.name, price=f"{price} ({note})" if note else price),
        fact=f"Price of {service.name}",
    )


def _prices_at_place(talk: Talk, service: ServiceFact) -> tuple[int | None, int | None]:
    """From and to, as they are where the customer is."""
    area = talk.place.area or talk.desk.area_of(talk.lead.place)
    local = next(
        (row for row in service.at_locations if area is not None and row.location_id == area.location_id), None
    )
    if local is None or (local.price_from_cents is None and local.price_to_cents is None):
        return service.price_from_cents, service.price_to_cents
    return local.price_from_cents, local.price_to_cents


def tell_price_asked_before(talk: Talk) -> None:
    """The price that could not be told until it was known of what."""
    if talk.state.wants_price and talk.service is not None and not talk.reading.services[1:]:
        _tell_price_of(talk, talk.service, talk.situation.text)


# ---------------------------------------------------------------- other fields
def _tell_hours(talk: Talk, sentence: str) -> bool:
    if not talk.situation.hours:
        return _tell_approved(talk, sentence)
    talk.tell(talk.say(ScriptKind.HOURS_TOLD, hours=talk.situation.hours), fact="Opening hours")
    return True


def _tell_area(talk: Talk, sentence: str) -> bool:
    if talk.place.area is not None:
        tell_served(talk)
        return True
    if talk.place.is_elsewhere:
        return True
    if {Intent.BOOKING, Intent.RESCHEDULE} & read_intents(sentence) or _names_time(talk, sentence):
        # "Can you come at 3?" asks for a time, not for a place.
        return True
    if talk.state.declined:
        tell_not_served(talk, talk.state.declined)
        return True
    cities = list(dict.fromkeys(area.city for area in talk.situation.knowledge.areas))
    if _tell_approved(talk, sentence, least=_VERY_SURE if cities else 0.0):
        return True
    if cities:
        more = [wording("more", talk.language)] if len(cities) > MOST_NAMED else []
        named = joined([*cities[:MOST_NAMED], *more], talk.language, last="and")
        talk.tell(talk.say(ScriptKind.AREA_SERVED, area=named), fact="Service areas")
    return bool(cities)


def tell_served(talk: Talk) -> None:
    if talk.place.area is not None:
        talk.tell(talk.say(ScriptKind.AREA_SERVED, area=talk.place.area.city), fact=f"Service area {talk.place.said}")


def tell_not_served(talk: Talk, place: str) -> None:
    talk.tell(talk.say(ScriptKind.AREA_NOT_SERVED, area=place), fact="Service areas")


def _tell_services(talk: Talk, sentence: str) -> bool:
    services = talk.situation.knowledge.services
    named = surely_in(services, sentence) or surely_in(services, talk.situation.text)
    if _tell_approved(talk, sentence, least=_RATHER_SURE if named else 0.0):
        return True
    if not named and asks_whether_we_can(sentence) and read_intents(sentence) != {Intent.SERVICES}:
        return True
    if not named and not asks_what_we_do(sentence):
        # One thing in particular, and none of ours by any of its names: a person knows.
        return False
    rows = named or talk.situation.knowledge.services
    if rows:
        names = joined([row.name for row in rows[:MOST_NAMED]], talk.language, last="and")
        talk.tell(talk.say(ScriptKind.SERVICES_TOLD, services=names), fact="Services")
    return bool(rows)


def _tell_financing(talk: Talk, sentence: str) -> bool:
    named = talk.reading.services
    service = named[0] if len(named) == 1 else talk.service
    if service is not None and service.financing and talk.language == talk.situation.home_language:
        talk.tell(_sentence(service.financing), fact=f"Financing of {service.name}")
        return True
    return _tell_approved(talk, sentence)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


# ---------------------------------------------------------------- approved answers
def is_approved(talk: Talk, sentence: str) -> bool:
    """Whether it is a question about a rule of the house ("what if I need to cancel?") that was answered in advance."""
    if not is_open_question(sentence):
        return False
    if Intent.RESCHEDULE in read_intents(sentence) and _names_time(talk, sentence):
        # "Can I push my cleaning to Wednesday?" wants that, and asks about no rule.
        return False
    return find_approved(talk.situation.knowledge, sentence, language=talk.language) is not None


def _tell_approved(
    talk: Talk, sentence: str, *, least: float = 0.0, about: Callable[[str], bool] | None = None
) -> bool:
    """Tell the approved answer to `sentence`, if there is one; `about`: only one that is about that as well."""
    found = find_approved(talk.situation.knowledge, sentence, language=talk.language, least=least)
    if found is None or (about is not None and not any(map(about, found))):
        return False
    talk.tell(_sentence(found[0]), fact=found[1])
    return True


def find_approved(knowledge: Knowledge, question: str, *, language: str, least: float = 0.0) -> tuple[str, str] | None:
    """The FAQ's answer or policy that fits surely, and its name; in another language only if none in this one does."""
    known = {row.language for row in knowledge.faqs} | {row.language for row in knowledge.policies}
    for spoken in [language, *sorted(known - {language})]:
        entries = _entries(knowledge, spoken)
        match = _matcher(entries).best(question) if entries else None
        if match is not None and match.is_sure and match.score >= least:
            _, answer, source = entries[match.key]
            return answer, source
    return None


_Entry = tuple[tuple[str, ...], str, str]


def _entries(knowledge: Knowledge, language: str) -> tuple[_Entry, ...]:
    faqs = [((row.question, *row.examples), row.answer, f"FAQ: {row.question}") for row in knowledge.faqs
            if row.language == language]  # fmt: skip
    policies = [((row.title, row.text), row.text, f"Policy: {row.title}") for row in knowledge.policies
                if row.language == language]  # fmt: skip
    return (*faqs, *policies)


@lru_cache(maxsize=64)
def _matcher(entries: Sequence[_Entry]) -> Matcher[int]:
    return Matcher(
        [(key, examples) for key, (examples, _, _) in enumerate(entries)],
        {key: answer for key, (_, answer, _) in enumerate(entries)},
    )
