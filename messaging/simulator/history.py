"""A few days of a business's life, so that a new demo has something to look at: played, not made up row by row."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from messaging.inbox import replying
from messaging.models import Conversation, PhoneNumber
from messaging.simulator import clock_moves
from messaging.simulator.player import Player
from messaging.simulator.scenes import SCENES, Desk, Scene
from messaging.simulator.steps import parse_steps
from recoverline.lib import clock


def play_history(number: PhoneNumber, *, desk: Desk) -> int:
    """Play the scenes with the clock moved back; how many. A server must run meanwhile. Raises SimulatorError."""
    try:
        for index, scene in enumerate(SCENES):
            clock_moves.move_to(_moment(number, scene))
            _play(number, scene, index, desk)
    finally:
        clock_moves.move_to(None)
    return len(SCENES)


def _play(number: PhoneNumber, scene: Scene, index: int, desk: Desk) -> None:
    # Where staff replied they were quicker than the robot.
    player = Player(number, delivers=True, is_answered=scene.by_robot and not scene.reply)
    player.play(parse_steps(_in_its_words(number, scene.script)))
    conversation = _conversation(number, player)
    if conversation is None:
        return
    if scene.reply:
        clock_moves.let_pass(timedelta(minutes=4))
        key = uuid5(NAMESPACE_URL, f"{number.key}:{index}")
        replying.reply(conversation, by=desk.staff, body=scene.reply, client_id=key, now=clock.now())
        player.settle()
    if scene.then:
        clock_moves.let_pass(timedelta(minutes=11))
        player.play(parse_steps(scene.then))
    for act in scene.acts:
        read = _conversation(number, player)  # anew: each changes it
        if read is not None:
            act(desk, read)


def _conversation(number: PhoneNumber, player: Player) -> Conversation | None:
    return number.conversations.filter(lead__phone=player.caller).order_by("-pk").first()


def _in_its_words(number: PhoneNumber, script: str) -> str:
    service = number.business.services.filter(is_active=True).order_by("pk").first()
    area = number.business.areas.order_by("pk").first()
    names = (service.name if service else "a visit", area.city if area else "town")
    safe = [name.replace("'", "’") for name in names]  # it stands in single quotes there
    return script.format(service=safe[0].lower(), city=safe[1])


def _moment(number: PhoneNumber, scene: Scene) -> datetime:
    """The scene's time of day, never later than a few minutes ago."""
    now = clock.now() - clock.offset()
    if scene.minutes:
        return now - timedelta(minutes=scene.minutes)
    day = now.astimezone(number.location.zone) - timedelta(days=scene.days)
    moment = day.replace(hour=scene.at.hour, minute=scene.at.minute, second=7, microsecond=0)
    return moment if moment < now - timedelta(minutes=20) else now - timedelta(minutes=20)
