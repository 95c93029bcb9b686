"""What a text would bring about, from its first reader to the robot: the playground and the scenarios ask this.

The same readers in the same order as messaging.text_events. Nothing is sent, booked, kept in a lead or told to anybody.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from leads.enums import Danger
from leads.knowledge import Knowledge
from leads.models import Lead
from messaging import consent, urgency
from messaging.agent.autonomy import mode_for
from messaging.agent.claude import costs
from messaging.agent.desk import Done
from messaging.agent.rehearsal import Memory, RehearsalWords, Rehearsed, language_after, rehearse
from messaging.agent.situation import Said, Visit
from messaging.agent.words.intents import read_intents
from messaging.appointment_words import AppointmentReply, read_reply
from messaging.enums import AgentMode, Driver, Intent, ScriptKind
from messaging.models import AgentSettings, Conversation, PhoneNumber
from messaging.optout_words import Meaning, is_carrier_keyword
from messaging.text_events import TOLL_FREE
from messaging.urgency_words import asks_urgent, sounds_dangerous
from recoverline.lib.text import clean_inbound

logger = logging.getLogger(__name__)

CUSTOMER, ROBOT, SYSTEM, NOTE = "customer", "robot", "system", "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens: a text of the customer, of the robot or of the system, or a note of what is done.

    `done`: {name, arguments, result, refused} of what was looked up or done. `facts`: sentence and the fact it is from.
    `cost_micros` None: the price of `model` is not known.
    """

    who: str
    text: str
    why: str = ""
    done: tuple[dict[str, Any], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    objections: tuple[str, ...] = ()
    model: str = ""
    cost_micros: int | None = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tried:
    memory: Memory
    lines: tuple[Line, ...]

    def texts(self) -> tuple[str, ...]:
        """What the customer would get."""
        return tuple(line.text for line in self.lines if line.who in (ROBOT, SYSTEM) and line.text)


@dataclass(frozen=True, slots=True)
class Scene:
    """One text and all it falls upon. `number` with business, location and account loaded."""

    number: PhoneNumber
    robot: AgentSettings
    knowledge: Knowledge
    memory: Memory
    text: str
    driver: str
    now: datetime

    def say(self, kind: ScriptKind, **values: str) -> Line:
        """A text that the system sends by itself."""
        words = RehearsalWords(self.number, language_after(self.text, self.memory, self.number), self.now)
        return Line(SYSTEM, words(kind, **values), why=kind.label)

    def end(self, *lines: Line, **changes: Any) -> Tried:
        said = tuple(Said("robot", line.text, self.now) for line in lines if line.who == SYSTEM)
        heard = Said("customer", self.text, self.now)
        memory = replace(self.memory, **changes, said=(*self.memory.said, heard, *said))
        return Tried(memory, lines)


def try_text(
    number: PhoneNumber,
    robot: AgentSettings,
    knowledge: Knowledge,
    memory: Memory,
    text: str,
    *,
    driver: str = Driver.RULES,
    now: datetime,
) -> Tried:
    """What the customer's `text` would bring about; its own line is the first. `robot` as saved, `number` with all."""
    scene = Scene(number, robot, knowledge, memory, clean_inbound(text), driver, now)
    tried = _read_consent(scene) or _read_danger(scene) or _read_visit(scene) or _answer(scene)
    return Tried(tried.memory, (Line(CUSTOMER, scene.text), *tried.lines))


# ---------------------------------------------------------------- consent
def _read_consent(scene: Scene) -> Tried | None:
    meaning = consent.meaning_of(scene.text)
    if meaning == Meaning.STOP:
        if scene.memory.is_opted_out:
            return scene.end(_note("Opt-out: they had opted out already. Nothing is sent."))
        told = _note("Opt-out: from here on nothing is sent to this phone, and what waits is dropped.")
        return scene.end(told, _confirmed(scene, ScriptKind.OPT_OUT_CONFIRMATION), is_opted_out=True)
    if meaning == Meaning.START:
        if not scene.memory.is_opted_out:
            return scene.end(_note("START: they had not opted out. Nothing is sent."))
        told = _note("START: the opt-out is taken back.")
        return scene.end(told, _confirmed(scene, ScriptKind.OPT_IN_CONFIRMATION), is_opted_out=False)
    if meaning == Meaning.HELP:
        return scene.end(_confirmed(scene, ScriptKind.HELP))
    if meaning == Meaning.MAYBE:
        why = "This may be a request to stop, or the wrong person: a person reads it and decides."
        paused = replace(scene, memory=replace(scene.memory, is_paused=True, handed_off=why))
        return _read_danger(paused) or paused.end(_note(f"Automatic texts are paused. {why}"))
    return None


def _confirmed(scene: Scene, kind: ScriptKind) -> Line:
    toll_free = bool(TOLL_FREE.match(scene.number.number))
    if scene.number.account.handles_optout and is_carrier_keyword(scene.text, toll_free=toll_free):
        return _note(f"{kind.label}: the carrier sends its own.")
    return scene.say(kind)


# ---------------------------------------------------------------- danger and urgent words
def _read_danger(scene: Scene) -> Tried | None:
    memory, conversation = scene.memory, _unwritten(scene)
    danger = sounds_dangerous(scene.text)
    if danger is None:
        if memory.is_urgent or not asks_urgent(scene.text, urgency.urgent_words(conversation)):
            return None
        alarm = _note("Urgent: the conversation comes first, and the team gets an e-mail.")
        sent = [] if memory.is_paused else [_unless_stopped(scene, scene.say(ScriptKind.URGENT_REPLY))]
        return scene.end(alarm, *sent, is_urgent=True)
    label = Danger(danger).label
    after: dict[str, Any] = {"is_urgent": True, "handed_off": memory.handed_off or f"Danger: {label}"}
    after["dangers"] = tuple(dict.fromkeys([*memory.dangers, danger]))
    if danger in memory.dangers:
        return scene.end(_note(f"Danger ({label}): told already today. A person has the conversation."), **after)
    alarm = _note(f"Danger ({label}): marked urgent, the team gets an e-mail, and a person goes on.")
    words = urgency.safety_text(conversation, danger, scene.text, now=scene.now)
    return scene.end(_unless_stopped(scene, Line(SYSTEM, words, why="Safety text")), alarm, **after)


def _unwritten(scene: Scene) -> Conversation:
    """A conversation that is written nowhere, for those who ask one."""
    number, language = scene.number, scene.memory.language
    lead = Lead(business=number.business, language=language)
    return Conversation(
        business=number.business, location=number.location, number=number, lead=lead, language=language
    )  # fmt: skip


def _unless_stopped(scene: Scene, line: Line) -> Line:
    return _note(f"{line.why}: not sent, they have opted out.") if scene.memory.is_opted_out else line


# ---------------------------------------------------------------- the visit that was booked here
def _read_visit(scene: Scene) -> Tried | None:
    """What messaging.appointment_replies settles before the robot is asked."""
    ahead = [visit for visit in scene.memory.visits if visit.starts_at > scene.now]
    if len(ahead) != 1 or scene.memory.is_paused:
        return None
    (visit,) = ahead
    reply = read_reply(scene.text)
    if reply == AppointmentReply.CONFIRM:
        return scene.end(_text(f"[Text: see you on {visit.words}]", "Confirms the appointment"))
    if reply == AppointmentReply.CANCEL:
        return scene.end(_text("[Text: canceled]", "Cancels the appointment"), visits=_without(visit, scene.memory))
    if reply == AppointmentReply.MOVE and mode_for(scene.robot, frozenset({Intent.RESCHEDULE})) != AgentMode.AUTO:
        link = _text("[Text: a link to choose another time]", "Wants another time for the appointment")
        return scene.end(link, _note("The text stays for a person, who may know better."))
    if reply == AppointmentReply.LATE:
        return scene.end(_note("The team hears that they are running late; a person answers."))
    return None


def _without(visit: Visit, memory: Memory) -> tuple[Visit, ...]:
    return tuple(row for row in memory.visits if row.key != visit.key)


# ---------------------------------------------------------------- the robot
def _answer(scene: Scene) -> Tried:
    memory, robot = scene.memory, scene.robot
    if memory.handed_off:
        return scene.end(_note("A person has the conversation: the robot is silent."))
    if memory.is_opted_out:
        return scene.end(_note("They have opted out: nothing is sent."))
    intents = read_intents(scene.text)
    mode = _mode(robot, intents)
    if mode == AgentMode.OFF:
        return scene.end(_note(f"Left to people: {_named(intents)}."))
    if sum(said.by == "robot" for said in memory.said) >= robot.most_texts:
        reason = "The limit of the robot's texts is reached"
        return scene.end(scene.say(ScriptKind.HAND_OFF), _note(f"Handed over: {reason}."), handed_off=reason)
    driver, remark = _driver(scene)
    try:
        found = rehearse(
            scene.number, robot, scene.knowledge, memory, scene.text, driver=driver,
            may_act=mode == AgentMode.AUTO, now=scene.now,
        )  # fmt: skip
    except Exception:
        logger.exception("the robot failed in a rehearsal of business %s", robot.business_id)
        return scene.end(_note("The robot failed here: a person would get it."), handed_off="The robot failed")
    return _shown(found, remark, is_draft=mode == AgentMode.DRAFT)


def _mode(robot: AgentSettings, intents: frozenset[Intent]) -> AgentMode:
    """As it is set; a robot that is switched off altogether is tried as if it were on."""
    if robot.mode != AgentMode.OFF:
        return mode_for(robot, intents)
    switched_on = AgentSettings(pk=robot.pk, business_id=robot.business_id, mode=AgentMode.AUTO)
    return mode_for(switched_on, intents)


def _driver(scene: Scene) -> tuple[str, str]:
    """Who answers, and why it is not Claude although Claude was chosen."""
    if scene.driver != Driver.MODEL:
        return Driver.RULES, ""
    limit = scene.robot.most_cents_per_conversation * costs.MICROS_A_CENT
    if limit and scene.memory.spent_micros >= limit:
        return Driver.RULES, "The limit for Claude is reached"
    return Driver.MODEL, ""


def _shown(found: Rehearsed, remark: str, *, is_draft: bool) -> Tried:
    answer, memory = found.answer, found.memory
    if answer is None:
        return Tried(memory, ())
    cost = costs.cost_micros(answer.usage, answer.model) if answer.usage.calls else 0
    why = "; ".join(part for part in (remark, answer.summary) if part)
    line = Line(
        who=ROBOT,
        text=answer.text,
        why=f"Waits for a person's approval. {why}" if is_draft and answer.text else why,
        done=tuple(
            {
                "name": row.name.replace("_", " "),
                "arguments": dict(row.arguments),
                "result": row.result,
                "refused": row.is_refused,
            }
            for row in answer.desk.done
        ),
        facts=answer.sources,
        objections=answer.objections,
        model=answer.model if answer.usage.calls else "",
        cost_micros=cost,
    )
    handed = [_note(f"Handed over to a person: {answer.desk.hand_off_reason}.")] if memory.handed_off else []
    told = [_text(text) for text in found.told]
    return Tried(replace(memory, spent_micros=memory.spent_micros + (cost or 0)), (*told, line, *handed))


def _step(row: Done) -> dict[str, Any]:
    return {
        "name": row.name.replace("_", " "),
        "arguments": dict(row.arguments),
        "result": row.result,
        "refused": row.is_refused,
    }


def _note(text: str) -> Line:
    return Line(NOTE, f"[{text}]")


def _text(text: str, why: str = "") -> Line:
    return Line(SYSTEM, text, why=why)


def _named(intents: Iterable[Intent]) -> str:
    return ", ".join(Intent(intent).label.lower() for intent in sorted(intents)) or "this"


def read_line(data: Mapping[str, Any]) -> Line:
    """What `Line.to_json` made, whatever another version of the program left out of it."""
    return Line(
        who=str(data.get("who", NOTE)),
        text=str(data.get("text", "")),
        why=str(data.get("why", "")),
        done=tuple(data.get("done", ())),
        facts=tuple((str(said), str(fact)) for said, fact in data.get("facts", ())),
        objections=tuple(data.get("objections", ())),
        model=str(data.get("model", "")),
        cost_micros=data.get("cost_micros", 0),
    )
