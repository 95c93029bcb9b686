"""The conversation by rules: no key, no cost, and what answers when Claude does not.

One burst of texts in, one text out: hand over what is for a person, save what was said, book what was chosen, answer
what was asked from facts, ask the one next thing that is missing.
"""

from leads.enums import LeadKind, Urgency
from messaging.agent.claude.tooling import ToolRefused
from messaging.agent.desk import Desk
from messaging.agent.flow.answers import (
    ABOUT_VISITS,
    answer_questions,
    is_approved,
    tell_price_asked_before,
    tell_served,
)
from messaging.agent.flow.nudges import calls_out, has_waited, is_lost, is_real_no, needs_no_word, tells_of_worse
from messaging.agent.flow.reading import asks_us_to, asks_who, is_open_question, is_preface
from messaging.agent.flow.steps import ask_next, take_facts
from messaging.agent.flow.talk import LONGEST_NEED, Reply, Talk, Weight, Words
from messaging.agent.flow.times import (
    call_soon,
    move_visit,
    offer_times,
    offer_windows,
    refuse_offers,
    repeat_offers,
    take_choice,
    take_window,
)
from messaging.agent.flow.wording import wording
from messaging.agent.guards.check import Act
from messaging.agent.situation import Situation
from messaging.agent.words.intents import read_intents
from messaging.agent.words.sentences import plain
from messaging.agent.words.yes_no import YesNo
from messaging.enums import Intent, ScriptKind
from recoverline.lib.text import one_line

__all__ = ["Reply", "Words", "answer"]

_MOST_MISSES = 2
# The system writes to the customer about these.
_TELL_THEMSELVES = frozenset({Act.BOOKED, Act.MOVED, Act.CANCELED, Act.CALLBACK})
# So many words after a booking are something the team should know: a gate code, a dog.
_SHORTEST_NOTE = 3


def answer(situation: Situation, desk: Desk, say: Words) -> Reply:
    """What the rules say to the burst; text "" says nothing. Raises Overtaken when the turn is none any more."""
    talk = Talk(situation, desk, say)
    try:
        _respond(talk)
    except ToolRefused as refused:
        talk.hand_off("Could not be done by the robot", todo=str(refused))
    return talk.reply()


def _respond(talk: Talk) -> None:
    reading = talk.reading
    if reading.text and not reading.has_words:
        _respond_to_signs(talk)
    elif is_lost(reading.text):
        _put_again(talk, reason="Does not understand what we wrote")
    elif Intent.SPAM in reading.intents:
        talk.hand_off("Selling something", quietly=True)
    elif Intent.WRONG_NUMBER in reading.intents:
        talk.add(talk.say(ScriptKind.WRONG_NUMBER), Weight.ANSWER)
        talk.hand_off("Wrong number", quietly=True)
    elif reading.text or reading.has_pictures:
        take_facts(talk)
        if reason := reading.reason_for_a_person or _reason_in_visits(talk):
            talk.hand_off(reason)
        elif _is_arranged(talk) and tells_of_worse(reading.text):
            talk.note(urgency=str(Urgency.URGENT))
            talk.desk.escalate("It got worse")
            talk.hand_off("It got worse")
        else:
            _converse(talk)
            _leave_nobody(talk)


def _is_arranged(talk: Talk) -> bool:
    """Whether there is a visit or a call that the text may be about."""
    return talk.has_visit or talk.state.is_settled


def _leave_nobody(talk: Talk) -> None:
    """Nobody is left without a word but those who thank, agree, decline or are still thinking."""
    reading = talk.reading
    if talk.parts or talk.is_handed_off or talk.desk.acts & _TELL_THEMSELVES:
        return
    if calls_out(reading.text):
        _put_again(talk, reason="Asks whether anybody is there", is_calling=True)
    elif not (reading.intents == {Intent.THANKS} or reading.is_thinking or needs_no_word(reading.text)):
        talk.is_waiting = False
        _miss(talk)
        if not talk.parts:
            talk.hand_off("Not understood")


def _put_again(talk: Talk, *, reason: str, is_calling: bool = False) -> None:
    """What is open once more; without anything open, or asked too often, a person goes on."""
    talk.is_understood, talk.is_waiting = True, False
    if is_calling:
        talk.add(wording("here", talk.language), Weight.ANSWER)
    ask_next(talk)
    if not any(part.asks for part in talk.parts):
        if not talk.situation.is_open:
            # The hand-off says when somebody is there again.
            talk.parts = []
        talk.hand_off(reason)


def _respond_to_signs(talk: Talk) -> None:
    """Emoji, or a phone's reaction to a text of ours: a yes or a no if we asked, else nothing."""
    if calls_out(talk.reading.text):
        _put_again(talk, reason="Asks whether anybody is there", is_calling=True)
    elif not talk.asked or talk.asked == "need":
        talk.keep_waiting()
    elif not _take_yes_or_no(talk):
        _ask_again(talk)


def _reason_in_visits(talk: Talk) -> str:
    """Why an existing appointment or job is for a person; "" if the robot can do what is wanted."""
    intents, visits = talk.reading.intents, talk.situation.visits
    is_changing_offer = not visits and (
        bool(talk.situation.offers) or talk.asked == "window" or _asks_for_a_first_time(talk)
    )
    if _is_answered_in_advance(talk):
        return ""
    if has_waited(talk.reading.text) and (visits or _is_arranged(talk)):
        return "Is waiting for us"
    if Intent.EXISTING in intents and not (talk.asked == "kind" and talk.reading.kind != LeadKind.UNKNOWN):
        return "About an earlier visit"
    if Intent.CANCEL in intents and len(visits) != 1:
        return "Wants to cancel"
    if Intent.RESCHEDULE in intents and len(visits) != 1 and not is_changing_offer:
        return "Wants another time for an appointment"
    if Intent.CANCEL in intents and not any(map(asks_us_to, _about_visits(talk))):
        return "Asks about canceling"
    return ""


def _asks_for_a_first_time(talk: Talk) -> bool:
    """ "Can you do tomorrow at 8?" from somebody without a visit, about something that we do, moves nothing."""
    reading = talk.reading
    return bool(reading.services) and reading.says_when and not reading.speaks_of_a_visit


def _about_visits(talk: Talk) -> list[str]:
    return [part for part in talk.reading.sentences if read_intents(part) & ABOUT_VISITS]


def _is_answered_in_advance(talk: Talk) -> bool:
    """ "What if I need to cancel?" where the business has told us: nothing is canceled, and nobody is needed."""
    about = _about_visits(talk)
    return bool(about) and all(is_approved(talk, part) for part in about)


def _converse(talk: Talk) -> None:
    intents = talk.reading.intents
    _act_on_wishes(talk)
    if talk.is_handed_off:
        return
    if Intent.IS_ROBOT in intents or any(asks_who(part, talk.situation.business) for part in talk.reading.sentences):
        talk.tell(talk.say(ScriptKind.IS_ROBOT), fact="What the robot is")
    unanswered = answer_questions(talk)
    tell_price_asked_before(talk)
    if talk.is_new_place:
        tell_served(talk)
    if unanswered:
        for question in unanswered:
            talk.desk.note_unanswered(question)
        talk.hand_off("Question without an answer")
    elif intents == {Intent.THANKS} and not talk.is_understood:
        _welcome(talk)
    elif talk.is_understood or Intent.BOOKING in intents:
        talk.remember(misses=0)
        ask_next(talk)
        _close(talk)
    elif not _take_yes_or_no(talk):
        _miss(talk)


def _close(talk: Talk) -> None:
    """Nobody who told us something is left without a word, and nothing about a visit that exists is guessed at."""
    if talk.parts or talk.is_handed_off or talk.desk.acts & _TELL_THEMSELVES:
        return
    is_settled = talk.has_visit or talk.state.is_settled
    if is_settled and (talk.reading.says_when or Intent.BOOKING in talk.reading.intents):
        talk.hand_off("About an appointment")
    elif Act.SAVED in talk.desk.acts:
        talk.courtesy(ScriptKind.NOTED)


def _act_on_wishes(talk: Talk) -> None:
    """What is to be done: book, move, cancel, call, or look for other times."""
    reading, intents = talk.reading, talk.reading.intents
    if Intent.BOOKING in intents:
        talk.ask_anew("need", "place", "choice", "window")
        talk.remember(is_settled=False)
    visit = talk.situation.visits[0] if len(talk.situation.visits) == 1 else None
    moved = talk.situation.offers[0].visit_key if talk.situation.offers else ""
    if take_choice(talk) or take_window(talk):
        return
    if reading.withdraws and not intents & ABOUT_VISITS:
        _let_go(talk)
    elif not _is_answered_in_advance(talk) and Intent.CANCEL in intents and visit is not None:
        _cancel(talk, visit.key, visit.words)
    elif not _is_answered_in_advance(talk) and Intent.RESCHEDULE in intents and visit is not None:
        move_visit(talk, visit)
    elif Intent.CALL_ME in intents:
        talk.is_understood = True
        if reading.wants_it_soon:
            call_soon(talk)
        else:
            offer_windows(talk)
    elif talk.asked in ("choice", "when") and moved and reading.says_when:
        offer_times(talk, visit_key=moved)
    elif talk.asked == "when" and talk.state.moving and reading.says_when:
        offer_times(talk, visit_key=talk.state.moving)
    elif talk.asked == "choice" and talk.situation.offers and _refuses(talk):
        refuse_offers(talk)
    elif talk.asked == "window" and not talk.is_late_answer and (reading.says_when or _refuses(talk)):
        talk.hand_off("No time for a call suits")


def _let_go(talk: Talk) -> None:
    """They need nothing more: no other offer, unless something is booked, which a person looks at."""
    talk.is_understood = talk.is_over = True
    if talk.has_visit:
        talk.hand_off("Does not need it any more")
        return
    talk.remember(is_settled=True, wish={}, refusals=0)
    talk.courtesy(ScriptKind.NOTED)


def _refuses(talk: Talk) -> bool:
    """None of what was offered; a day or time of their own is a wish, not a refusal."""
    if talk.reading.says_when or talk.has_news or Intent.PRICE in talk.reading.intents:
        return False
    if not talk.reading.wants_other_times and not is_real_no(talk.reading.text, is_about_times=True):
        return False
    return talk.reading.wants_other_times or talk.reading.yes_no == YesNo.NO


def _cancel(talk: Talk, key: str, words: str) -> None:
    talk.is_understood = talk.is_over = True
    try:
        talk.desk.cancel(key)
    except ToolRefused:
        talk.hand_off("Wants to cancel", todo=f"Cancel {words}")
        return
    talk.remember(has_booked=False, is_settled=True, wish={}, moving="")


def _welcome(talk: Talk) -> None:
    """A thank-you is answered once; what we had asked is still open, and not asked again for that."""
    if talk.state.has_thanked:
        talk.keep_waiting()
        return
    talk.remember(has_thanked=True)
    talk.keep_waiting()
    talk.courtesy(ScriptKind.THANKS)


def _ask_again(talk: Talk) -> None:
    """The open question once more, if it was not repeated already."""
    if talk.situation.state.asked:
        ask_next(talk)
    if not talk.parts:
        talk.keep_waiting()


def _take_yes_or_no(talk: Talk) -> bool:
    """A bare yes or no: an answer only to what our last text asked, and not to a choice between several."""
    yes_no = talk.reading.yes_no
    is_about_times = talk.asked in ("choice", "window", "when")
    if yes_no == YesNo.UNCLEAR or (
        yes_no == YesNo.NO
        and talk.reading.has_words
        and not is_real_no(talk.reading.text, is_about_times=is_about_times)
    ):
        return False
    if talk.asked == "choice" and talk.situation.offers:
        if take_choice(talk):
            ask_next(talk)
        elif yes_no == YesNo.NO:
            refuse_offers(talk)
        elif not repeat_offers(talk) and talk.reading.has_words:
            talk.hand_off("Says yes, but not to which time")
    elif talk.asked == "window":
        if yes_no == YesNo.NO:
            talk.hand_off("No time for a call suits")
        elif not take_window(talk):
            ask_next(talk)
    elif talk.asked == "need" and talk.situation.state.asked and yes_no == YesNo.NO:
        talk.hand_off("Wants something else")
    elif talk.asked and yes_no == YesNo.YES:
        ask_next(talk)
    elif talk.situation.state.asked:
        talk.remember(skipped=(*talk.state.skipped, talk.asked))
        ask_next(talk)
    if not talk.parts and not talk.is_understood:
        talk.keep_waiting()
    return True


def _miss(talk: Talk) -> None:
    """Not understood: said once, with the open question; the second time in a row a person goes on."""
    if Intent.GREETING in talk.reading.intents or all(map(_is_only_a_preface, talk.reading.sentences)):
        ask_next(talk)
        return
    if talk.reading.is_thinking and talk.situation.state.asked:
        talk.keep_waiting()
        return
    is_settled = talk.state.has_booked or talk.state.is_settled or bool(talk.state.declined)
    if is_settled and not talk.situation.state.asked and not (talk.state.has_booked and _is_worth_noting(talk)):
        talk.hand_off("About what is arranged" if _is_arranged(talk) else "Not understood")
        return
    misses = talk.state.misses + 1
    if misses >= _MOST_MISSES:
        talk.hand_off("Not understood twice")
        return
    talk.remember(misses=misses)
    if talk.state.has_booked and _is_worth_noting(talk):
        noted = one_line(talk.reading.text, LONGEST_NEED)
        talk.note(notes=f"{talk.lead.notes}; {noted}".removeprefix("; "))
        talk.courtesy(ScriptKind.NOTED)
    else:
        talk.add(talk.say(ScriptKind.NOT_UNDERSTOOD), Weight.ANSWER)
    ask_next(talk)


def _is_only_a_preface(sentence: str) -> bool:
    return is_preface(sentence) or read_intents(sentence) == {Intent.GREETING}


def _is_worth_noting(talk: Talk) -> bool:
    text = talk.reading.text
    return len(plain(text).split()) >= _SHORTEST_NOTE and not is_open_question(text)
