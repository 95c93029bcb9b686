"""What happens in the days before a demo begins: callers, and what staff do about them. Any trade will do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.models import User

from leads import callbacks
from leads.enums import LostReason, RequestStatus
from leads.models import Membership
from leads.outcomes import Outcome
from messaging import blocking
from messaging.escalation import acknowledging, running, sending
from messaging.escalation.enums import AckMeans
from messaging.inbox import acts, notes, replying
from messaging.models import Conversation, Escalation
from recoverline.lib import clock

DRAIN = "Hi, this is about the estimate. Please call me when you open."


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works there: `staff` is whoever looks at the demo."""

    staff: User
    colleague: User

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def today(self) -> datetime:
        """When the demo is looked at, wherever the clock stands in its history."""
        return clock.now() - clock.offset()


Act = Callable[[Desk, Conversation], object]


def take(desk: Desk, conversation: Conversation) -> object:
    return acts.assign(conversation, desk.staff, by=desk.staff, now=desk.now)


def pass_on(desk: Desk, conversation: Conversation) -> object:
    return acts.assign(conversation, desk.colleague, by=desk.staff, now=desk.now)


def take_over(desk: Desk, conversation: Conversation) -> object:
    return acts.take_over(conversation, by=desk.colleague, now=desk.now)


def put_off(desk: Desk, conversation: Conversation) -> object:
    return acts.snooze(conversation, until=desk.today + timedelta(hours=18), by=desk.staff, now=desk.now)


def end(outcome: Outcome | None = None) -> Act:
    return lambda desk, conversation: acts.close(conversation, by=desk.staff, now=desk.now, outcome=outcome)


def ask_colleague(desk: Desk, conversation: Conversation) -> object:
    body = f"@{desk.colleague.get_full_name()} they asked for you, can you take it?"
    return notes.add(conversation, by=desk.staff, body=body, now=desk.now)


def ask_staff(desk: Desk, conversation: Conversation) -> object:
    body = f"@{desk.staff.get_full_name()} I promised a price by tonight. Please have a look."
    return notes.add(conversation, by=desk.colleague, body=body, now=desk.now)


def call_later(hours: int) -> Act:
    """A call that is due so many hours from when the demo is looked at; negative: overdue."""

    def act(desk: Desk, conversation: Conversation) -> object:
        return callbacks.plan(
            business=conversation.business, location=conversation.location, lead=conversation.lead,
            due_at=desk.today + timedelta(hours=hours), by=desk.staff, at=desk.now, detail="Wants to talk it over",
            conversation=conversation.key, client_id=uuid5(NAMESPACE_URL, f"{conversation.key}:{hours}"),
        )  # fmt: skip

    return act


def answer_alert(desk: Desk, conversation: Conversation) -> object:
    """The colleague is on call: alerted by text, they say that it is theirs and write to the customer."""
    running.run_due(desk.now)
    sending.send_waiting(desk.now)
    member = Membership.objects.get(business=conversation.business, user=desk.colleague)
    escalation = Escalation.objects.get(conversation=conversation)
    acknowledging.acknowledge(escalation, member=member, via=AckMeans.TEXT, now=desk.now)
    key = uuid5(NAMESPACE_URL, f"{conversation.key}:alert")
    body = "Please wait outside, I am on my way and there in 15 minutes."
    return replying.reply(conversation, by=desk.colleague, body=body, client_id=key, now=desk.now)


def block(desk: Desk, conversation: Conversation) -> object:
    return blocking.block(conversation.lead, by=desk.staff, now=desk.now)


@dataclass(frozen=True, slots=True)
class Scene:
    """`days` ago at `at`, or `minutes` ago: what the caller does, what staff reply, what the caller says `then`.

    {service} and {city} are the business's own. Without `by_robot` staff are quicker than the robot.
    """

    days: int
    at: time
    script: str
    reply: str = ""
    then: str = ""
    acts: tuple[Act, ...] = ()
    minutes: int = 0
    by_robot: bool = True


def minutes_ago(minutes: int, script: str, *, acts: tuple[Act, ...] = (), by_robot: bool = False) -> Scene:
    return Scene(0, time(), script, acts=acts, minutes=minutes, by_robot=by_robot)


SCENES = (
    Scene(
        6, time(9, 12), "call +16025550131; text 'Hi, can someone help with {service} this week?'",
        reply="Sorry we missed you! We have Thursday 9 to 11 or 1 to 3. Which one suits you?",
        then="text 'Thursday 9 works, thank you'", acts=(end(Outcome(RequestStatus.WON, value_cents=64_900)),),
    ),
    Scene(
        5, time(16, 40), "call +16025550132 busy; text 'how much is {service}?'",
        reply="That depends a little. Shall we have a look?", acts=(ask_colleague, pass_on),
    ),
    Scene(
        5, time(11, 20), "call +16025550138; text 'Is {service} possible on a Sunday night?'",
        reply="Sorry, not at night. Would a weekday do?", then="text 'No, I will ask somebody else'",
        acts=(end(Outcome(RequestStatus.LOST, lost_reason=LostReason.NO_TIME)),),
    ),
    Scene(4, time(19, 14), f"call +16025550133 voicemail '{DRAIN}'", acts=(call_later(-3),)),
    Scene(
        4, time(10, 5), "call +16025550139; text 'Sorry, I meant to call my sister'", by_robot=False,
        acts=(end(Outcome(RequestStatus.WRONG_NUMBER)),),
    ),
    Scene(3, time(11, 5), "call +16025550134; text STOP"),
    Scene(3, time(13, 30), "call +15555550195"),
    Scene(
        3, time(15, 2), "call +16025550140; text 'Get 5000 followers for your page, cheap and fast'", by_robot=False,
        acts=(block,),
    ),
    Scene(2, time(10, 20), "call anonymous"),
    Scene(2, time(14, 15), "call +15555550193"),
    Scene(
        2, time(9, 30), "call +16025550141; text 'Still comparing prices for {service}'",
        reply="Take your time. We will check in with you.", acts=(take, put_off),
    ),
    Scene(1, time(9, 45), "call +16025550135 answered"),
    Scene(1, time(15, 50), "call +16025550136; text 'This is what it looks like' with picture", acts=(call_later(20),)),
    Scene(1, time(11, 40), "call +16025550142; text 'I need {service} in {city}'; wait 1m; text '1'"),
    Scene(1, time(13, 5), "call +16025550143; text 'Hola, ¿cuánto cuesta? Necesito una cita'"),
    Scene(
        1, time(16, 20), "call +16025550144; text 'Maximiliana Featherstonehaugh-Montgomery here, about {service}'",
        reply="Thank you! We will send you a price.", then="text 'By tonight would be great'", acts=(take, ask_staff),
    ),
    minutes_ago(200, "call +16025550145; text 'Could a person call me about {service}?'", acts=(take_over,)),
    Scene(0, time(7, 40), "call +16025550137 hang-up after 8s; text 'my basement is flooding, please hurry'"),
    minutes_ago(40, "call +16025550148; text 'I smell gas in the kitchen, what now?'", acts=(answer_alert,)),
    minutes_ago(30, "call +16025550146; text 'Do you do {service}?'", by_robot=True),
    minutes_ago(12, "call +16025550147; text 'Is anybody there? It is about {service}.'"),
)  # fmt: skip
