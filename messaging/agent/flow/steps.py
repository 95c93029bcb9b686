"""What the rule flow learns from a text, and the one thing it asks next: only what is missing."""

from collections.abc import Callable
from dataclasses import replace

from leads.enums import LeadKind, Urgency
from leads.knowledge import QuestionFact, ServiceFact
from messaging.agent.flow.answers import MOST_NAMED, tell_not_served
from messaging.agent.flow.nudges import is_real_no
from messaging.agent.flow.reading import asks, asks_who, is_open_question, is_preface, wish_to_json
from messaging.agent.flow.service_match import likely_service, services_in, surely_in
from messaging.agent.flow.talk import LONGEST_NEED, Talk, Weight, joined
from messaging.agent.flow.times import chosen_window, offer_times, offer_windows, repeat_offers
from messaging.agent.flow.wording import wording
from messaging.agent.words.faq_wording import COMMON_WORDS
from messaging.agent.words.given_names import GIVEN_NAMES
from messaging.agent.words.intents import read_intents
from messaging.agent.words.people import read_name
from messaging.agent.words.sentences import plain, words
from messaging.agent.words.yes_no import YesNo
from messaging.enums import Intent, ScriptKind
from recoverline.lib.text import one_line

# Nobody describes a need with these alone.
_NO_NEED = frozenset(Intent) - {Intent.BOOKING, Intent.PRICE, Intent.EXISTING, Intent.OTHER}
_SHORTEST_NEED = 2
_BARE_WISH = words(
    "i id we im need needs to a an the like would want wanted please pls hi hello hey can could you u guys help me "
    "us my with schedule "
    "scheduling book booking make set up get getting in appointment appt visit time service services someone somebody "
    "something reserve come out over here asap for today tomorrow soon possible as when looking quiero quisiera "
    "necesito una un cita hacer agendar reservar por favor visita alguien que venga hola im am get for husband wife "
    "son daughter kid kids mom dad mother father family "
    "esposo esposa hijo hija mama papa familia para mi su you your there is it soy la el de"
)
# Words up to this long tell little of what a question is about.
_SHORT = 3
# What answers these is about the customer, whatever services it names in passing.
_ASKED_OF_THEM = frozenset({"kind", "urgency", "place", "address", "name", "intake", "choice", "window"})


# ---------------------------------------------------------------- learning
def take_facts(talk: Talk) -> None:
    """Save whatever the text says of the person and the job, asked or not; a correction replaces."""
    reading = talk.reading
    _take_service(talk)
    _take_place(talk)
    if reading.address:
        if talk.state.has_booked:
            talk.desk.set_address(reading.address)
        talk.note(address=reading.address)
    talk.note(
        name=reading.name or _late_name(talk),
        kind=str(reading.kind) if reading.kind != LeadKind.UNKNOWN else "",
        urgency=str(reading.urgency) if reading.urgency != Urgency.UNKNOWN else "",
    )
    # The number of an offer is no hour.
    is_choosing = bool(talk.situation.offers) and not talk.has_news and talk.desk.chosen() is not None
    if not is_choosing and chosen_window(talk) is None and not _answers_earlier_question(talk):
        # Also what is ruled out ("not Monday") changes the wish.
        talk.remember(wish=wish_to_json(reading.wish))
        if reading.says_when:
            talk.is_understood = True
            talk.note(preferred=one_line(reading.words_for_when, LONGEST_NEED))
    _take_answer(talk)


def _take_service(talk: Talk) -> None:
    found = _named_service(talk)
    if found is not None and found.id != talk.lead.service_id:
        is_new_job = talk.state.has_booked or talk.state.is_settled
        talk.has_news = True
        talk.note(service_id=found.id)
        if is_new_job:
            talk.remember(has_booked=False, is_settled=False, wish=wish_to_json(talk.reading.wish), skipped=())
    if talk.reading.services:
        talk.is_understood = True
    if talk.lead.need or talk.state.has_booked:
        return
    told = " ".join(part for part in talk.reading.sentences if _may_be_need(talk, part))
    if told and (talk.reading.services or (talk.asked == "need" and _describes(talk, told))):
        talk.note(need=one_line(told, LONGEST_NEED))


def _may_be_need(talk: Talk, sentence: str) -> bool:
    if services_in(talk.situation.knowledge.services, sentence):
        return True
    intents = read_intents(sentence)
    # "I need to schedule" says that they want something, not what.
    is_bare = Intent.BOOKING in intents and not set(plain(sentence).split()) - _BARE_WISH
    if asks_who(sentence, talk.situation.business):
        return False
    return not (is_preface(sentence) or is_open_question(sentence) or intents & _NO_NEED or is_bare)


def _describes(talk: Talk, told: str) -> bool:
    """Whether what answers "how can we help?" is more than an assent, a place or a day."""
    is_only_place = bool(talk.place.said) and len(plain(told).split()) <= len(plain(talk.place.said).split()) + 2
    return len(plain(told).split()) >= _SHORTEST_NEED and talk.reading.yes_no == YesNo.UNCLEAR and not is_only_place


def _named_service(talk: Talk) -> ServiceFact | None:
    """The service that is wanted: a mere question about another one does not change it."""
    services, known = talk.situation.knowledge.services, talk.service
    named = talk.reading.services
    if known is not None and talk.asked == "kind" and talk.reading.kind != LeadKind.UNKNOWN:
        # "It is my first time" tells who they are, whatever service is for first visits.
        return None
    if known is not None and talk.asked in _ASKED_OF_THEM and not _changes_mind(talk):
        return None
    if len(named) == 1:
        told = [part for part in talk.reading.sentences if services_in(services, part) == named and not asks(part)]
        wants = Intent.BOOKING in talk.reading.intents or (bool(told) and not _answers_with(talk, named[0]))
        if talk.state.has_booked or talk.state.is_settled:
            wants = Intent.BOOKING in talk.reading.intents
        return named[0] if known is None or wants else None
    if known is not None or named or talk.asked != "need" or len(plain(talk.reading.text).split()) < _SHORTEST_NEED:
        return None
    told_all = " ".join(part for part in talk.reading.sentences if not asks(part))
    return likely_service(services, told_all) if told_all else None


def _answers_with(talk: Talk, service: ServiceFact) -> bool:
    """ "Family" to "Is it injury, family or a will?": the words are our question's own, and change no service."""
    number = talk.situation.state.question_id if talk.asked == "intake" else None
    question = next((row.question for row in talk.situation.knowledge.questions if row.id == number), "")
    offered = set(plain(question).split())
    ours = " ".join(word for word in plain(talk.reading.text).split() if word in offered)
    return services_in(talk.situation.knowledge.services, ours) == (service,)


def _changes_mind(talk: Talk) -> bool:
    """Whether another service is named in earnest, and not in passing by what answers our question."""
    reading = talk.reading
    is_choosing = talk.asked == "choice" and talk.desk.chosen() is not None
    is_sure = bool(surely_in(talk.situation.knowledge.services, reading.text))
    return (is_sure and talk.asked == "choice" and not is_choosing) or reading.corrects or (
        is_sure and Intent.BOOKING in reading.intents
    )  # fmt: skip


def _late_name(talk: Talk) -> str:
    """ "John Baker" instead of the address that we asked for: a name that we know as one."""
    if talk.asked not in ("address", "intake") or (talk.lead.name and not talk.lead.name.isupper()):
        return ""
    name = read_name(talk.reading.text, asked=True)
    return name if name and plain(name).split()[0] in GIVEN_NAMES else ""


def _answers_earlier_question(talk: Talk) -> bool:
    """What is no answer to our last question, but one to a question before it, is kept as that."""
    if talk.asked in ("", "need", "intake", "choice", "when") or not talk.reading.sentences:
        return False
    asked = [row for row in _questions(talk) if talk.was_said(row.question)]
    row = _nearest(asked, talk.reading.text)
    if row is None or asks(talk.reading.text):
        return False
    told = f"{talk.lead.answers.get(row.question, '')}; {talk.reading.text}".removeprefix("; ")
    _save_answer(talk, row, one_line(told, LONGEST_NEED))
    talk.is_understood = talk.is_late_answer = True
    return True


def _nearest(rows: list[QuestionFact], text: str) -> QuestionFact | None:
    """The question that shares the most telling words with `text`, if any does."""
    shared = [(len(_telling(row.question) & _telling(text)), row) for row in rows]
    most = max((count for count, _ in shared), default=0)
    return next((row for count, row in shared if count == most), None) if most else None


def _telling(text: str) -> set[str]:
    return {word.removesuffix("s") for word in plain(text).split() if len(word) > _SHORT and word not in COMMON_WORDS}


def _take_place(talk: Talk) -> None:
    place = talk.place
    if place.area is not None:
        if place.said != talk.lead.place:
            talk.has_news = bool(talk.lead.place) or talk.has_news
            talk.note(place=place.said)
            # Whoever gives the address of a visit knows that we come.
            is_told = talk.state.has_booked or bool(talk.reading.address and talk.asked == "address")
            talk.is_new_place = not is_told and (talk.service is None or talk.service.id in talk.situation.places)
        talk.remember(declined="")
        talk.is_understood = True
    elif place.is_elsewhere and _travels(talk):
        talk.note(place=place.said)
        talk.is_understood = True


def _travels(talk: Talk) -> bool:
    if talk.service is not None and talk.service.id in talk.situation.bookable:
        return talk.service.id in talk.situation.places
    # How others are done tells how this one is.
    return bool(talk.situation.places) or not talk.situation.bookable


def _take_answer(talk: Talk) -> None:
    """Whether the open question is answered now."""
    reading = talk.reading
    answered: dict[str, Callable[[], bool]] = {
        "need": lambda: talk.service is not None,
        "place": lambda: talk.place.area is not None or talk.place.is_elsewhere,
        "urgency": lambda: reading.urgency != Urgency.UNKNOWN,
        "kind": lambda: reading.kind != LeadKind.UNKNOWN,
        "address": lambda: bool(reading.address),
        "name": lambda: bool(reading.name),
        "when": lambda: reading.says_when,
        "intake": lambda: _take_intake(talk),
    }
    if talk.asked in answered and answered[talk.asked]():
        talk.is_understood = talk.is_answered = True
    elif talk.asked in ("address", "name") and is_real_no(reading.text, is_about_times=False):
        talk.is_understood = talk.is_answered = True
        talk.remember(skipped=(*talk.state.skipped, talk.asked))


def _take_intake(talk: Talk) -> bool:
    number = talk.situation.state.question_id
    question = next((row for row in talk.situation.knowledge.questions if row.id == number), None)
    told = [part for part in talk.reading.sentences if not is_open_question(part)]
    if (
        question is None
        or not told
        or talk.reading.intents & (_NO_NEED - {Intent.THANKS})
        or (talk.reading.intents == {Intent.THANKS})
    ):
        return False
    others = [question, *(row for row in _open_questions(talk) if row.id != question.id)]
    _save_answer(talk, _nearest(others, talk.reading.text) or question, one_line(" ".join(told), LONGEST_NEED))
    return True


def _open_questions(talk: Talk) -> list[QuestionFact]:
    return [row for row in _questions(talk) if row.question not in talk.lead.answers]


def _save_answer(talk: Talk, row: QuestionFact, answer: str) -> None:
    talk.desk.save_answer(row.question, answer)
    talk.lead = replace(talk.lead, answers={**talk.lead.answers, row.question: answer})


# ---------------------------------------------------------------- asking
def ask_next(talk: Talk) -> None:
    """The next step towards a visit or, once it is booked, what the team still needs."""
    if talk.is_over or any(part.asks for part in talk.parts):
        return
    if talk.state.has_booked:
        _ask_details(talk)
        return
    if talk.state.moving:
        _ask_about_move(talk)
        return
    if talk.state.is_settled or _is_declined(talk) or _wants_nothing(talk):
        return
    steps = (_need, _before_offer, _place, _urgency, _kind, _times)
    next((step for step in steps if step(talk)), None)


def _wants_nothing(talk: Talk) -> bool:
    """Who has an appointment and asks something is not offered another one."""
    is_open = bool(talk.situation.state.asked or talk.situation.offers)
    return bool(talk.situation.visits) and not is_open and Intent.BOOKING not in talk.reading.intents


def _ask_about_move(talk: Talk) -> None:
    if any(row.visit_key == talk.state.moving for row in talk.situation.offers):
        repeat_offers(talk)


def _is_declined(talk: Talk) -> bool:
    """A place that nobody serves ends it, politely and once."""
    place = talk.place.said if talk.place.is_elsewhere and _travels(talk) else talk.state.declined
    if place and (place != talk.situation.state.declined or Intent.BOOKING in talk.reading.intents):
        tell_not_served(talk, place)
    talk.remember(declined=place)
    return bool(place)


def _need(talk: Talk) -> bool:
    services = talk.situation.knowledge.services
    if talk.service is not None:
        return False
    if len(services) == 1:
        talk.note(service_id=services[0].id)
        return False
    if not services and talk.lead.need:
        offer_windows(talk)
        return True
    # Who was asked already, or has told and was not understood, is shown what there is.
    is_again = talk.situation.state.asked == "need" or bool(talk.lead.need)
    named = talk.reading.services or (services if is_again else ())
    names = joined([row.name for row in named[:MOST_NAMED]], talk.language)
    text = talk.say(ScriptKind.ASK_NEED, services=names)
    if talk.reading.needs:
        both = joined([row.name for row in named[:MOST_NAMED]], talk.language, last="and")
        text = wording("which_first", talk.language, services=both)
    elif names and names not in text:
        text = wording("which", talk.language, services=names)
    if not talk.ask("need", text) and not talk.parts:
        talk.hand_off("Not clear what they need")
    return True


def _before_offer(talk: Talk) -> bool:
    return _ask_intake(talk, before_offer=True)


def _ask_intake(talk: Talk, *, before_offer: bool) -> bool:
    rows = [
        row for row in _open_questions(talk) if row.before_offer == before_offer and not talk.was_said(row.question)
    ]
    return any(talk.ask("intake", row.question, question_id=row.id) for row in rows)


def _questions(talk: Talk) -> list[QuestionFact]:
    """Those for the service, in the customer's language; in another one only what has to be known first."""
    rows = [row for row in talk.situation.knowledge.questions if row.service_id in (None, talk.lead.service_id)]
    mine = [row for row in rows if row.language == talk.language]
    return mine or [row for row in rows if row.before_offer]


def _place(talk: Talk) -> bool:
    service = talk.service
    if service is None or not talk.desk.needs_place(service.id) or talk.desk.area_of(talk.lead.place) is not None:
        return False
    if not talk.ask("place", talk.say(ScriptKind.ASK_PLACE)) and not talk.parts:
        talk.hand_off("Not clear where it is")
    return True


def _urgency(talk: Talk) -> bool:
    is_open = talk.situation.asks_urgency and talk.lead.urgency == Urgency.UNKNOWN
    return is_open and talk.ask("urgency", talk.say(ScriptKind.ASK_URGENCY))


def _kind(talk: Talk) -> bool:
    is_open = talk.situation.asks_kind and talk.lead.kind == LeadKind.UNKNOWN
    return is_open and talk.ask("kind", talk.say(ScriptKind.ASK_KIND))


def _times(talk: Talk) -> bool:
    service = talk.service
    if service is None:
        return False
    area = talk.desk.area_of(talk.lead.place)
    if area is not None and any(
        row.location_id == area.location_id and not row.is_offered for row in service.at_locations
    ):
        missing = wording("not_there", talk.language, service=service.name, area=area.city)
        talk.tell(missing, fact=f"{service.name} at the location for {area.city}")
        return True
    if service.id not in talk.situation.bookable:
        offer_windows(talk)
        return True
    offered = talk.situation.offers
    is_same = bool(offered) and all(row.service_id == service.id and not row.visit_key for row in offered)
    if is_same and not talk.reading.says_when and not talk.has_news:
        repeat_offers(talk)
    else:
        offer_times(talk)
    return True


def _ask_details(talk: Talk) -> None:
    """What is still missing of a visit that is booked, without nagging; thanks once all of it is there.

    Address and name, then one question, and the next only if that was answered. Whoever passes over a question is not
    asked it again, but for the address after an answer of ours; what comes late is taken all the same.
    """
    service, asked = talk.service, talk.asked
    is_away = service is not None and service.id in talk.situation.places
    needs_address = is_away and not talk.lead.address
    # Caller ID in capitals is no name yet.
    needs_name = not talk.lead.name or talk.lead.name.isupper()
    is_answered = talk.is_answered or (asked == "address" and talk.lead.name != talk.situation.lead.name)
    if asked in ("address", "name", "intake") and not is_answered:
        is_told = any(part.weight == Weight.ANSWER for part in talk.parts)
        if not (
            asked == "address" and needs_address and is_told and talk.ask("address", talk.say(ScriptKind.ASK_ADDRESS))
        ):
            talk.keep_waiting()
        return
    has_had_its_question = any(talk.was_said(row.question) for row in _questions(talk) if not row.before_offer)
    is_asked = (
        (needs_address and talk.ask("address", talk.say(ScriptKind.ASK_ADDRESS)))
        or (needs_name and talk.ask("name", talk.say(ScriptKind.ASK_NAME)))
        or ((asked == "intake" or not has_had_its_question) and _ask_intake(talk, before_offer=False))
    )
    if not is_asked and is_answered and asked in ("address", "name", "intake"):
        talk.courtesy(ScriptKind.NOTED)
