"""Which driver answers: Claude where there is a key, money and a working API, else the rules; the rules in the end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from leads.enums import Language
from leads.models import Lead
from messaging import robot_wording
from messaging.agent.claude import costs, prompt
from messaging.agent.claude.conversing import FailureReason, ModelFailed, Usage, converse
from messaging.agent.claude.tools import Toolbox
from messaging.agent.desk import Books, Desk
from messaging.agent.flow import answering as flow
from messaging.agent.guards.check import Act, Evidence, objections, sources
from messaging.agent.knowledge_text import facts_of
from messaging.agent.situation import Situation, State
from messaging.agent.why import describe
from messaging.agent.words.privacy import mask_secrets
from messaging.appointment_words import says_more
from messaging.enums import Driver, HoursState, ScriptKind
from messaging.models import AgentSettings, Conversation, PhoneNumber
from messaging.wording import worded

NOTHING_USED = Usage()
# These are trouble with what was said, not with the API: a person looks at it.
_A_PERSON_MUST_LOOK = frozenset(
    {FailureReason.GUARDED, FailureReason.REFUSED, FailureReason.TOO_MANY_CALLS, FailureReason.MALFORMED,
     FailureReason.CUT_OFF, FailureReason.UNKNOWN}
)  # fmt: skip


_ASKING = (ScriptKind.ASK_PLACE, ScriptKind.ASK_WHEN, ScriptKind.ASK_ADDRESS, ScriptKind.ASK_NAME)


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of a kind of script, for one customer."""

    number: PhoneNumber
    lead: Lead
    language: str
    now: datetime

    def __call__(self, kind: ScriptKind, **values: str) -> str:
        hours = HoursState.CLOSED if values.get("back") else HoursState.OPEN
        # A placeholder has this name too, and `worded` fills it by itself.
        values.pop("hours", None)
        return worded(
            kind, number=self.number, lead=self.lead, language=self.language, now=self.now, hours=hours, **values
        ).body


@dataclass(frozen=True, slots=True)
class Answer:
    """What a driver says ("" is silence), remembers and did. `objections`: what the guards had against its texts."""

    text: str
    desk: Desk
    state: State
    summary: str = ""
    driver: str = Driver.RULES
    model: str = ""
    usage: Usage = NOTHING_USED
    objections: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


Spend = Callable[[Usage, str], None]


class SaidNothing(ModelFailed):
    """The model had no word for the customer. Perhaps none was needed; the rules know."""


def answer(
    situation: Situation,
    books: Books,
    words: flow.Words,
    robot: AgentSettings,
    conversation: Conversation,
    *,
    spend: Spend,
    now: datetime,
) -> Answer:
    """By the model if it may be asked, else by the rules. Raises Overtaken.

    `spend` is told what the model has been asked so far, and which one, after each request.
    """
    model = robot.model or settings.ANTHROPIC_MODEL
    why_not = _why_no_model(robot, conversation, model, now=now)
    if why_not is None and not situation.text and not situation.burst[-1].pictures:
        why_not = "Nothing to read"
    if why_not is not None:
        return _not_left_alone(answer_by_rules(situation, books, words, note=why_not), words)
    desk = Desk(situation, books)
    try:
        found = answer_by_model(situation, books, robot, model, desk=desk, spend=lambda usage: spend(usage, model))
    except ModelFailed as failed:
        if costs.is_free(failed):
            spend(failed.usage, model)
        costs.note_failure(model, failed, business=conversation.business, now=now)
        return after_failure(desk, words, failed, model)
    return found if found.text else with_what_is_missing(found, words)


def _why_no_model(robot: AgentSettings, conversation: Conversation, model: str, *, now: datetime) -> str | None:
    if robot.driver != Driver.MODEL or not settings.ANTHROPIC_API_KEY:
        return ""
    if costs.is_out(model, now=now):
        return "Claude does not answer at the moment"
    return "The limit for Claude is reached" if costs.budget_is_spent(robot, conversation, now=now) else None


def answer_by_rules(
    situation: Situation, books: Books, words: flow.Words, *, note: str = "", after: Desk | None = None
) -> Answer:
    """`after`: the desk of the driver that has failed."""
    desk = Desk(situation, books)
    reply = flow.answer(situation, desk, words)
    if after is not None:
        desk.continue_from(after)
    summary = describe(desk, by=f"Rules ({note})" if note else "Rules", facts=[fact for _, fact in reply.sources])
    return Answer(reply.text, desk, reply.state, summary, sources=reply.sources)


def after_failure(desk: Desk, words: flow.Words, failed: ModelFailed, model: str) -> Answer:
    """The rules answer; where the model was the trouble, not its API, a person is told as well."""
    reason = f"Claude failed: {failed.reason.label.lower()}"
    if desk.is_told or Act.HANDED_OFF in desk.acts:
        found = _after_acts(desk, words, reason)
    else:
        found = _not_left_alone(answer_by_rules(desk.situation, desk.books, words, note=reason, after=desk), words)
        must_look = failed.reason in _A_PERSON_MUST_LOOK and not isinstance(failed, SaidNothing)
        if must_look and Act.HANDED_OFF not in found.desk.acts:
            found.desk.hand_off(reason, mask_secrets(desk.situation.text)[:150])
            if not found.text or _asks(found):
                # Facts are told; but nobody is invited to answer a robot that has just handed over.
                state = replace(found.state, asked="", question_id=None)
                facts = [sentence for sentence, _ in found.sources]
                text = " ".join([*facts, _hand_off_words(found.desk, words)])
                found = replace(found, text=text, state=state)
    return replace(
        found, driver=Driver.MODEL, model=model, usage=failed.usage, objections=tuple(failed.rewritten),
    )  # fmt: skip


def _asks(answer: Answer) -> bool:
    """Whether the text itself wants something of the customer: words, or a choice from what it lists."""
    desk = answer.desk
    listed = [*map(desk.offer_words, desk.offers), *(f"{row.number}) {row.words}" for row in desk.windows)]
    return "?" in answer.text or any(words in answer.text for words in listed)


def _not_left_alone(answer: Answer, words: flow.Words) -> Answer:
    """The rules do not know what Claude has asked before. Who answers that, and gets no word for it, gets a person."""
    situation = answer.desk.situation
    last = situation.history[-1] if situation.history else None
    asked = last is not None and last.by == "robot" and "?" in last.body and not situation.state.asked
    if answer.text or answer.desk.is_told or not asked or not situation.text or Act.HANDED_OFF in answer.desk.acts:
        return answer
    answer.desk.hand_off("Answers what Claude had asked", mask_secrets(situation.text)[:150])
    return replace(answer, text=_hand_off_words(answer.desk, words))


def _after_acts(desk: Desk, words: flow.Words, reason: str) -> Answer:
    """The model fell silent after it had acted: what it did stands and was told; the rules would do it once more."""
    if Act.HANDED_OFF not in desk.acts and says_more(desk.situation.text):
        desk.hand_off(reason, mask_secrets(desk.situation.text)[:150])
    answer = Answer("", desk, _state_after(desk), describe(desk, by=f"Claude, until it failed ({reason})"))
    return with_what_is_missing(answer, words)


def with_what_is_missing(answer: Answer, words: flow.Words) -> Answer:
    """Where the system tells what was done, our own text asks what the team still needs; a hand-off is always told."""
    desk = answer.desk
    if Act.HANDED_OFF in desk.acts:
        return replace(answer, text=_hand_off_words(desk, words))
    booked, lead = desk.booked, desk.situation.lead
    is_away = booked is not None and not booked.visit_key and booked.service_id in desk.situation.places
    if not is_away or lead.address or "address" in desk.saved:
        return answer
    return replace(
        answer, text=words(ScriptKind.ASK_ADDRESS), state=replace(answer.state, asked="address", has_booked=True)
    )


def _hand_off_words(desk: Desk, words: flow.Words) -> str:
    return words(ScriptKind.HAND_OFF, back=desk.situation.back)


def answer_by_model(
    situation: Situation,
    books: Books,
    robot: AgentSettings,
    model: str,
    *,
    desk: Desk | None = None,
    spend: Callable[[Usage], None] = lambda usage: None,
) -> Answer:
    """Raises ModelFailed, Overtaken. `desk`: a new one of `books`, for those who look at it after a failure."""
    desk = desk or Desk(situation, books)
    reply = converse(
        api_key=settings.ANTHROPIC_API_KEY,
        base_url=settings.ANTHROPIC_BASE_URL,
        model=model,
        effort=robot.effort,
        system=prompt.system_of(situation, approved_only=robot.approved_only),
        history=prompt.history_of(situation),
        tools=Toolbox(desk).all(),
        judge=lambda text: [found.detail for found in objections(text, evidence_of(desk, robot))],
        user_id=situation.user_id,
        spend=spend,
    )
    text = reply.text.strip()
    if desk.is_told and not says_more(situation.text):
        text = ""
    if not text and not desk.is_told and Act.HANDED_OFF not in desk.acts:
        raise SaidNothing(
            FailureReason.MALFORMED, "it said nothing", usage=reply.usage, calls=reply.calls, rewritten=reply.rewritten
        )
    by = "Claude (wrote anew once)" if reply.rewritten else "Claude"
    return Answer(
        text, desk, _state_after(desk), describe(desk, by=by), Driver.MODEL, model, reply.usage, reply.rewritten,
        tuple(sources(text, evidence_of(desk, robot))),
    )  # fmt: skip


def _state_after(desk: Desk) -> State:
    """What the rules must know if they go on after the model."""
    known, acts = desk.situation.state, desk.acts
    has_booked = (known.has_booked or Act.BOOKED in acts) and Act.CANCELED not in acts
    is_settled = (known.is_settled or bool(acts & {Act.CANCELED, Act.CALLBACK})) and Act.BOOKED not in acts
    asked = ""
    if not desk.is_told:
        asked = "choice" if desk.offers != desk.situation.offers else "window" if desk.windows else ""
    return replace(
        known, asked=asked, question_id=None, misses=0, moving="", has_booked=has_booked, is_settled=is_settled
    )


def _questions(language: str) -> tuple[str, ...]:
    """What may be asked although nobody approved it: our own questions."""
    known = robot_wording.SPANISH if language == Language.SPANISH else robot_wording.ENGLISH
    return tuple(known[kind] for kind in _ASKING)


def evidence_of(desk: Desk, robot: AgentSettings) -> Evidence:
    """What a reply is held against at this point of the turn."""
    situation = desk.situation
    knowledge = facts_of(situation.knowledge, language=situation.language)
    today = f"Today is {situation.local_now:%A, %b %-d}"
    own = [situation.business, situation.phone, situation.hours, situation.back, today]
    offered = [desk.offer_words(offer) for offer in (*situation.offers, *desk.offers)]
    windows = [f"{window.number}) {window.words}" for window in (*situation.windows, *desk.windows)]
    visits = [f"Booked: {visit.service}, {visit.words}" for visit in situation.visits]
    approved: tuple[str, ...] | None = None
    if robot.approved_only:
        # The system's own words, times to choose from and questions included, are approved as well.
        answers = [
            *(row.answer for row in situation.knowledge.faqs),
            *(row.text for row in situation.knowledge.policies),
        ]
        asked = [row.question for row in situation.knowledge.questions]
        approved = (
            *answers,
            *asked,
            *knowledge,
            *own,
            *offered,
            *windows,
            *desk.facts,
            *_questions(situation.language),
        )
    return Evidence(
        facts=tuple(text for text in (*knowledge, *own, *offered, *windows, *visits, *desk.facts) if text),
        customer=situation.text,
        acts=frozenset(desk.acts),
        language=situation.language,
        approved=approved,
    )
