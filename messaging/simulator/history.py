"""A few days of a business's life, so that a new demo has something to look at: played, not made up row by row."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.models import User

from messaging.inbox import acts, replying
from messaging.models import PhoneNumber
from messaging.simulator import clock_moves
from messaging.simulator.player import Player
from messaging.simulator.steps import parse_steps
from recoverline.lib import clock

DRAIN = "Hi, the kitchen drain is backing up again. Please call me when you open."


@dataclass(frozen=True, slots=True)
class Scene:
    """`days` ago at `at`: what the caller does, what staff reply, what the caller says `then`."""

    days: int
    at: time
    script: str
    reply: str = ""
    then: str = ""
    is_done: bool = False


SCENES = (
    Scene(
        6,
        time(9, 12),
        "call +16025550131; text 'Hi, our AC is blowing warm air. Can someone look at it this week?'",
        reply="Sorry about that! We have Thursday 9 to 11 or 1 to 3. Which one suits you?",
        then="text 'Thursday 9 works, thank you'",
        is_done=True,
    ),
    Scene(
        5,
        time(16, 40),
        "call +16025550132 busy; text 'how much is a tune-up?'",
        reply="Tune-ups run $99 to $149. Shall we book one?",
    ),
    Scene(4, time(19, 14), f"call +16025550133 voicemail '{DRAIN}'"),
    Scene(3, time(11, 5), "call +16025550134; text STOP"),
    Scene(3, time(13, 30), "call +15555550195"),
    Scene(2, time(10, 20), "call anonymous"),
    Scene(2, time(14, 15), "call +15555550193"),
    Scene(1, time(9, 45), "call +16025550135 answered"),
    Scene(1, time(15, 50), "call +16025550136; text 'This is what it looks like' with picture"),
    Scene(0, time(7, 40), "call +16025550137 hang-up after 8s; text 'my basement is flooding, please hurry'"),
)


def play_history(number: PhoneNumber, *, staff: User) -> int:
    """Play the scenes with the clock moved back; how many. A server must run meanwhile. Raises SimulatorError."""
    try:
        for index, scene in enumerate(SCENES):
            clock_moves.move_to(_moment(number, scene))
            _play(number, scene, index, staff)
    finally:
        clock_moves.move_to(None)
    return len(SCENES)


def _play(number: PhoneNumber, scene: Scene, index: int, staff: User) -> None:
    # Where staff replied they were quicker than the robot.
    player = Player(number, delivers=True, is_answered=not scene.reply)
    player.play(parse_steps(scene.script))
    conversation = number.conversations.filter(lead__phone=player.caller).first()
    if conversation is None or not scene.reply:
        return
    clock_moves.let_pass(timedelta(minutes=4))
    key = uuid5(NAMESPACE_URL, f"{number.key}:{index}")
    replying.reply(conversation, by=staff, body=scene.reply, client_id=key, now=clock.now())
    player.settle()
    if scene.then:
        clock_moves.let_pass(timedelta(minutes=11))
        player.play(parse_steps(scene.then))
    if scene.is_done:
        acts.close(conversation, by=staff, now=clock.now())


def _moment(number: PhoneNumber, scene: Scene) -> datetime:
    """The scene's time of day, never later than a few minutes ago."""
    now = clock.now() - clock.offset()
    day = now.astimezone(number.location.zone) - timedelta(days=scene.days)
    moment = day.replace(hour=scene.at.hour, minute=scene.at.minute, second=7, microsecond=0)
    return moment if moment < now - timedelta(minutes=20) else now - timedelta(minutes=20)
