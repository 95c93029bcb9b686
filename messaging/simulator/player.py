"""Plays steps one after the other and waits, after each, until the robot has answered and its texts have arrived."""

import time
from collections.abc import Callable, Iterable
from datetime import time as TimeOfDay

from django.db.models import Q, QuerySet

from messaging import media, outbound
from messaging.agent import turn
from messaging.enums import CarrierKind, Direction, MediaStatus, MessageStatus
from messaging.models import Conversation, Message, PhoneNumber
from messaging.simulator import clock_moves
from messaging.simulator.calls import SimulatedCall
from messaging.simulator.errors import SimulatorError
from messaging.simulator.phones import ANONYMOUS, USUAL, fresh_phone
from messaging.simulator.steps import NEW, GoTo, PlaceCall, SendText, ShowPhone, Step, Wait
from messaging.simulator.texts import send_text
from recoverline.lib import clock
from recoverline.lib.phones import parse_phone

SETTLE_SECONDS = 8.0
TURN_SECONDS = 30.0  # a turn may wait for the model
LOOK_SECONDS = 0.05
AT_THE_CARRIER = (MessageStatus.ACCEPTED, MessageStatus.SENT)


_LOOKS = {"open": clock_moves.when_open, "closed": clock_moves.when_closed, "opening": clock_moves.next_opening}


class Player:
    """`delivers`: no sender process runs, so turns are taken and texts handed to the (simulated) carrier here.

    `is_answered` False: nobody waits for the robot, because somebody else will be quicker. `notes` are sentences for
    the person at the simulator: what could not be done as asked.
    """

    def __init__(
        self, number: PhoneNumber, *, caller: str = USUAL, delivers: bool = False, is_answered: bool = True
    ) -> None:
        self.number = number
        self.caller = caller
        self.notes: list[str] = []
        self._delivers = delivers
        self._is_answered = is_answered
        self._before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def play(self, steps: Iterable[Step]) -> None:
        """Raises SimulatorError when a step cannot be done."""
        for step in steps:
            self.play_one(step)
            self.settle()

    def play_one(self, step: Step) -> None:
        self.aim(step)
        match step:
            case PlaceCall():
                SimulatedCall(
                    self.number,
                    caller=self.caller,
                    ending=step.ending,
                    words=step.words,
                    hangs_up_after=step.hangs_up_after,
                ).run()
            case SendText():
                send_text(self.number, sender=self.caller, body=step.body, picture=step.picture)
            case Wait():
                self.settle()
                self._move(lambda: clock_moves.move_to(clock.now() + step.span))
            case GoTo():
                self.settle()
                self._move(lambda: self._go_to(step.when))
            case ShowPhone():
                pass

    # ------------------------------------------------------------ who calls whom
    def aim(self, step: Step) -> None:
        """Take up the phone and the number that `step` names; harmless the second time."""
        if isinstance(step, PlaceCall):
            self._choose(step.caller, step.to)
        elif isinstance(step, SendText):
            self._choose(step.sender, step.to)

    def _choose(self, caller: str, to: str) -> None:
        if to:
            self.number = find_number(to)
        if caller == NEW:
            self.caller = fresh_phone(self.number.business)
        elif caller == "anonymous":
            self.caller = ANONYMOUS
        elif caller:
            phone = parse_phone(caller, self.number.business.country)
            if phone is None:
                raise SimulatorError(f"{caller} cannot be a phone number. Fictional ones are +1 555 555 0100 to 0199.")
            self.caller = phone

    # ------------------------------------------------------------ time
    def _move(self, move: Callable[[], None]) -> None:
        try:
            move()
        except clock_moves.ClockStands as problem:
            self.notes.append(str(problem))

    def _go_to(self, when: TimeOfDay | str) -> None:
        now, location = clock.now(), self.number.location
        if when == "now":
            clock_moves.move_to(None)
            return
        if isinstance(when, TimeOfDay):
            moment = clock_moves.next_at(when, zone=location.zone, now=now)
        else:
            found = _LOOKS[when](location, now=now)
            if found is None:
                self.notes.append(f"{location} has no such time (“{when}”), so the clock stays.")
                return
            moment = found
        if moment != now:
            clock_moves.move_to(moment)

    # ------------------------------------------------------------ texts on their way
    def settle(self) -> None:
        """Wait until nothing is on its way, so that a moved clock does not make a text look late. Gives up quietly."""
        is_due = self._is_answered and self._end_burst()
        until = time.monotonic() + (TURN_SECONDS if is_due else SETTLE_SECONDS)
        while time.monotonic() < until:
            if self._delivers:
                self._deliver()
            is_due = self._is_answered and self._turns().exists()
            if not is_due and not self._is_anything_on_its_way():
                return
            time.sleep(LOOK_SECONDS)
        what = "The robot has not answered yet." if is_due else "A text is still on its way."
        self.notes.append(f"{what} Is the sender process running?")

    def _turns(self) -> QuerySet[Conversation]:
        """Where this phone waits for the robot."""
        return Conversation.objects.filter(
            number=self.number, lead__phone=self.caller, is_simulated=True, turn_due_at__isnull=False
        )

    def _end_burst(self) -> bool:
        """Nothing more is written until the robot has answered: it need not wait for that. False: it is not asked."""
        now = clock.now()
        if Conversation.objects.filter(pk__in=self._turns().values("pk"), turn_due_at__gt=now).update(turn_due_at=now):
            outbound.ring_bell()
        return self._turns().exists()

    def _is_anything_on_its_way(self) -> bool:
        leaving = Q(status=MessageStatus.QUEUED, next_at__lte=clock.now()) | Q(status=MessageStatus.SENDING)
        # What was there before may have lost its last callback, with a process that was killed.
        mine = Message.objects.filter(account=self.number.account, direction=Direction.OUT, is_simulated=True)
        return mine.filter(leaving | Q(status__in=AT_THE_CARRIER, pk__gt=self._before)).exists()

    def _deliver(self) -> None:
        """What sender and worker do, for this phone's turns and this business's simulated texts alone."""
        if self._is_answered:
            for conversation_id in self._turns().values_list("pk", flat=True):
                turn.attempt(conversation_id)
        mine = Message.objects.filter(business=self.number.business_id, is_simulated=True)
        for text in outbound.due(clock.now(), limit=100):
            if mine.filter(pk=text.pk).exists():
                outbound.deliver(text.pk)
        pictures = Message.objects.filter(
            business=self.number.business_id, is_simulated=True, media__status=MediaStatus.PENDING
        )
        for message in pictures.filter(media__attempts=0).distinct():
            media.fetch_all(message)


def simulated_numbers() -> QuerySet[PhoneNumber]:
    """Numbers that only the simulator may call."""
    numbers = PhoneNumber.objects.filter(account__kind=CarrierKind.SIMULATOR, account__is_active=True, is_active=True)
    return numbers.select_related("business", "location__business", "account").order_by("business__name", "pk")


def find_number(number: str) -> PhoneNumber:
    """The simulated number. Raises SimulatorError."""
    found = simulated_numbers().filter(number=number).first()
    if found is None:
        raise SimulatorError(f"{number} is not a number of a simulated account here.")
    return found
