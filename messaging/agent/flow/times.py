"""Times in the rule flow: offering them, booking the one that was chosen, and times for a call."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.desk import TimeGone, TimesWanted
from messaging.agent.flow.reading import wish_to_json
from messaging.agent.flow.talk import Talk, joined
from messaging.agent.flow.wording import wording
from messaging.agent.situation import Offer, Visit
from messaging.agent.when.grammar import read_ruled_out
from messaging.agent.when.wishes import Wish
from messaging.agent.words.choices import Choice, choose
from messaging.agent.words.yes_no import YesNo
from messaging.enums import ScriptKind

# Where the wish itself is taken, this much before and after an hour is near it, and so many days after a day.
_BEFORE, _AFTER, _DAYS = 2, 3, 14
_MOST_REFUSALS = 2


# ---------------------------------------------------------------- choosing
def take_choice(talk: Talk) -> bool:
    """Book (or move to) the offered time that the customer's own text agrees to; False if it agrees to none."""
    if not talk.situation.offers or talk.asked not in ("choice", "when", "") or talk.has_news:
        return False
    number = talk.desk.chosen()
    # A yes belongs to our last text, and that asked nothing.
    if number is None or (talk.asked == "" and _is_bare_yes(talk)):
        return False
    offer = next(row for row in talk.situation.offers if row.number == number)
    talk.is_understood = talk.is_answered = True
    try:
        talk.desk.book(number, name=talk.lead.name, address=talk.lead.address)
    except TimeGone:
        offer_times(talk, kind=ScriptKind.TIME_GONE, visit_key=offer.visit_key)
        return True
    except ToolRefused:
        act = "Move to" if offer.visit_key else "Book"
        talk.hand_off("Chose a time", todo=f"{act} {talk.desk.offer_words(offer)}")
        return True
    talk.remember(
        wish={}, refusals=0, moving="", has_booked=talk.state.has_booked or not offer.visit_key, wants_price=False
    )
    if offer.visit_key:
        talk.is_over = True
    return True


def _is_bare_yes(talk: Talk) -> bool:
    says_which = talk.reading.says_when or any(sign.isdigit() for sign in talk.reading.text)
    return talk.reading.yes_no == YesNo.YES and not says_which


def refuse_offers(talk: Talk) -> None:
    """None of the offered times suits: the next ones, and the second time a call instead."""
    talk.is_understood = talk.is_answered = True
    refusals = talk.state.refusals + 1
    talk.remember(refusals=refusals)
    if refusals >= _MOST_REFUSALS:
        talk.remember(refusals=0)
        offer_windows(talk)
    elif talk.reading.wants_it_sooner and talk.situation.offers:
        _offer_sooner(talk)
    elif talk.reading.names_no_other_day:
        talk.ask("when", talk.say(ScriptKind.ASK_WHEN))
    else:
        visit_key = talk.situation.offers[-1].visit_key if talk.situation.offers else ""
        offer_times(talk, visit_key=visit_key, is_after_offered=True)


def _offer_sooner(talk: Talk) -> None:
    """What lies before the offered times, if anything does; else it is said that these are the first."""
    offered = talk.situation.offers
    service = talk.situation.service(offered[0].service_id)
    if service is None:
        talk.hand_off("Wants an earlier time")
        return
    first = min(row.starts_at for row in offered).astimezone(talk.situation.zone)
    today = talk.situation.local_now.date()
    for wanted in (
        TimesWanted(first.date(), first.date(), None, first.time()),
        TimesWanted(today, first.date() - timedelta(days=1)),
    ):
        is_any = (wanted.first or today) <= (wanted.last or today)
        found = is_any and talk.desk.find_times(
            service.id, wanted, place=talk.lead.place, visit_key=offered[0].visit_key
        )  # fmt: skip
        if found and _ask_choice(talk, ScriptKind.TIMES_OFFERED, _slots(talk, found)):
            return
    talk.remember(wish={})
    if not talk.ask("choice", wording("soonest", talk.language, slots=_slots(talk, offered)), is_new=True):
        offer_windows(talk)


def _slots(talk: Talk, offers: Sequence[Offer]) -> str:
    return joined([talk.desk.offer_words(offer) for offer in offers], talk.language)


def _ask_choice(talk: Talk, kind: ScriptKind, slots: str, *, before: str = "") -> bool:
    return talk.ask("choice", talk.say(kind, slots=slots), is_new=True, before=before, slots=slots)


# ---------------------------------------------------------------- offering
def offer_times(
    talk: Talk, *, kind: ScriptKind = ScriptKind.TIMES_OFFERED, visit_key: str = "", is_after_offered: bool = False
) -> None:
    """The open times that suit the wish; else the nearest ones, and it is said that they are not what was wanted."""
    service = talk.service if not visit_key else talk.situation.service(_service_of(talk, visit_key))
    if service is None:
        talk.hand_off("Wants another time")
        return
    tries = list(_after_offered(talk) if is_after_offered else _tries(talk.wish))
    for place, wanted in enumerate(tries):
        offers = talk.desk.find_times(service.id, wanted, place=talk.lead.place, visit_key=visit_key)
        if offers:
            # Whoever wants it as soon as possible is told what is next, no more.
            is_other = bool(place) and not is_after_offered and not talk.reading.wants_it_soon
            if is_other and _insists(talk):
                break
            is_told = is_other and kind == ScriptKind.TIMES_OFFERED
            before = talk.say(ScriptKind.NO_TIMES) if is_told else ""
            if not _ask_choice(talk, kind, _slots(talk, offers), before=before):
                _offer_later(talk, kind, visit_key, is_after_offered=is_after_offered)
            return
    talk.remember(wish={}, refusals=0)
    offer_windows(talk, before=talk.say(ScriptKind.NO_TIMES))


def _offer_later(talk: Talk, kind: ScriptKind, visit_key: str, *, is_after_offered: bool) -> None:
    """The same times were offered twice already: later ones, and then a person."""
    if is_after_offered or not talk.situation.offers:
        talk.hand_off("No time is chosen")
    else:
        offer_times(talk, kind=kind, visit_key=visit_key, is_after_offered=True)


def _insists(talk: Talk) -> bool:
    """Whether the same days and times are wanted again although they are not free, once too often."""
    known = talk.situation.state
    if known.asked == "choice" and known.wish and known.wish == talk.state.wish:
        talk.remember(refusals=talk.state.refusals + 1)
    return talk.state.refusals >= _MOST_REFUSALS


def repeat_offers(talk: Talk) -> bool:
    """The same times once more; False if that was done already."""
    slots = _slots(talk, talk.situation.offers)
    return talk.ask("choice", talk.say(ScriptKind.TIMES_OFFERED, slots=slots), slots=slots)


def _tries(wish: Wish) -> Iterator[TimesWanted]:
    """What is looked for, one after the other: the wish, near it, the same day, the days after, whatever is next."""
    starts, ends = wish.starts, wish.ends
    if wish.at is not None:
        starts, ends = wish.at, _moved(wish.at, minutes=1)
    yield TimesWanted(wish.first, wish.last, starts, ends)
    if wish.at is not None:
        yield TimesWanted(wish.first, wish.last, _moved(wish.at, hours=-_BEFORE), _moved(wish.at, hours=_AFTER))
    if wish.first is not None:
        last = wish.last or wish.first
        if wish.has_time:
            yield TimesWanted(wish.first, last)
        later = _days_after(last)
        if wish.starts or wish.ends:
            yield replace(later, starts=wish.starts, ends=wish.ends)
        yield later
    if wish != Wish():
        yield TimesWanted()


def _after_offered(talk: Talk) -> Iterator[TimesWanted]:
    """Later than what was offered: first of the part of the day that is wanted, then any."""
    wish = talk.wish
    latest = max((offer.starts_at for offer in talk.situation.offers), default=talk.situation.now)
    local = latest.astimezone(talk.situation.zone)
    ruled_out = [when for when in read_ruled_out(talk.reading.text, now=talk.situation.local_now) if when.has_date]
    rest_of_day = TimesWanted(local.date(), local.date(), _moved(local.time(), minutes=1), wish.ends)
    later = _days_after(max([local.date(), *(when.last for when in ruled_out)]))
    if not any(when.first <= local.date() <= when.last for when in ruled_out):
        yield rest_of_day
    if wish.starts or wish.ends:
        yield replace(later, starts=wish.starts, ends=wish.ends)
    yield later


def _days_after(day: date) -> TimesWanted:
    return TimesWanted(day + timedelta(days=1), day + timedelta(days=_DAYS))


def _moved(at: time, *, hours: int = 0, minutes: int = 0) -> time:
    """Within the day: nothing is before midnight, nor after the day's last minute."""
    total = min(max(at.hour * 60 + at.minute + hours * 60 + minutes, 0), 24 * 60 - 1)
    return time(total // 60, total % 60)


# ---------------------------------------------------------------- another time for a visit
def move_visit(talk: Talk, visit: Visit) -> None:
    """Offer other times for an appointment that exists."""
    talk.is_understood = talk.is_answered = True
    talk.remember(moving=visit.key, wish=wish_to_json(talk.reading.wish))
    offer_times(talk, visit_key=visit.key)


def _service_of(talk: Talk, visit_key: str) -> int | None:
    visit = next((row for row in talk.situation.visits if row.key == visit_key), None)
    services = talk.situation.knowledge.services
    return next((row.id for row in services if visit is not None and row.name == visit.service), None)


# ---------------------------------------------------------------- calls
def offer_windows(talk: Talk, *, before: str = "") -> None:
    """Times at which somebody could call; without any a person goes on. `before`: what is said first."""
    windows = talk.desk.find_windows()
    if not windows:
        talk.hand_off("Nothing to offer")
        return
    slots = joined([f"{row.number}) {row.words}" for row in windows], talk.language)
    text = talk.say(ScriptKind.WINDOWS_OFFERED, slots=slots)
    if not talk.ask("window", text, before=before, slots=slots) and not talk.parts:
        talk.hand_off("No time for a call is chosen")


def take_window(talk: Talk) -> bool:
    """Arrange the call in the window that was chosen; False if none was. The system tells the customer of it."""
    number = chosen_window(talk)
    if number is None:
        return False
    talk.is_understood = talk.is_answered = True
    window = next(row for row in talk.situation.windows if row.number == number)
    try:
        talk.desk.arrange_call(number)
    except ToolRefused:
        talk.hand_off("Chose a time for a call", todo=f"Call {window.words}")
        return True
    talk.remember(is_settled=True)
    talk.is_over = True
    return True


def chosen_window(talk: Talk) -> int | None:
    """The number of the time for a call that the text agrees to, right after they were offered."""
    zone = talk.situation.zone
    choices = [
        Choice(row.number, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone))
        for row in talk.situation.windows
    ]  # fmt: skip
    return choose(talk.reading.text, choices, now=talk.situation.local_now) if talk.asked == "window" else None


def call_soon(talk: Talk) -> None:
    """They want to be called now: the team has the task, and the conversation."""
    try:
        talk.desk.arrange_call(None)
    except ToolRefused:
        talk.hand_off("Wants a call now", todo="Call as soon as possible")
        return
    talk.hand_off("Wants a call now")
