"""CHA-15: yesterday's backup is put in place. What left since then does not leave again; what was missed is noticed."""

from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from leads.models import CallbackTask
from messaging import beats, outbound
from messaging.enums import CallState, MessageStatus, ReminderState
from messaging.escalation.enums import EscalationClass
from messaging.followups import control
from messaging.followups.enums import StepOutcome
from messaging.models import Call, Escalation, EscalationPolicy, EscalationStep, Message, Reminder, StepRun
from recoverline.lib import clock
from scheduling.models import OnCallShift
from tests.factories import NOON, make_member, make_user, phone
from tests.fakes.carrier import FakeCarrier
from tests.journeys.week import NOT_HERE
from tests.messaging.followups.course import make_sequence
from tests.messaging.visits import book, customer, make_bookable
from tests.rows import copy_rows, put_back
from tests.wire import CALLER, OURS, make_wire

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
IN_DANGER, MISSED_MEANWHILE, QUEUED, BOOKED = phone(801), phone(802), phone(803), phone(804)
ON_CALL = phone(805)
PERIODIC = [path for path in settings.PERIODIC_TASKS if path not in NOT_HERE]


class Shop:
    """A business with a follow-up, a visit to be reminded of, and an emergency that nobody has taken."""

    def __init__(self, carrier: FakeCarrier, at: time_machine.Traveller, *, valid_for: timedelta) -> None:
        self.at, self.wire, self.causes = at, make_wire(carrier), dict[str, str]()
        self.owner = make_user("owner", email="owner@example.com")
        member = make_member(self.wire.business, self.owner, phone=ON_CALL)
        for weekday in range(7):
            OnCallShift.objects.create(
                business=self.wire.business, member=member, weekday=weekday, starts=time(0), ends=time(0), next_day=True
            )
        policy = EscalationPolicy.objects.create(
            business=self.wire.business, name="Danger", applies_to=[EscalationClass.EMERGENCY]
        )
        for position in (1, 2):
            EscalationStep.objects.create(
                policy=policy, position=position, channel="text", target="first", wait_minutes=20
            )
        minutes = int(valid_for.total_seconds() // 60)
        make_sequence(self.wire, {"valid_for_minutes": minutes}, {"delay_amount": 5})

    def ring(self, caller: str, call_id: str, *, is_heard: bool = True) -> None:
        self.wire.carrier.add_call(from_=caller, to=OURS, status="completed", sid=call_id, start_time=clock.now())
        if is_heard:
            self.wire.post("voice", "voice__ringing", From=caller, Caller=caller, CallSid=call_id)

    def morning(self) -> None:
        """What the backup has seen: calls, a text, a booking, danger; and one call whose text is still on its way."""
        self.ring(CALLER, "CA1")
        visit = customer(self.wire, phone=BOOKED)
        # Tomorrow; reminded the evening before and two hours ahead.
        book(self.wire, make_bookable(self.wire), at=NOON + 23 * HOUR, lead=visit)
        self.wire.post("message", "message__plain", From=IN_DANGER, Body="I smell gas in my kitchen", MessageSid="SM1")
        self.tick()
        self.ring(QUEUED, "CA2")

    def live(self, hours: int) -> None:
        for _ in range(hours):
            self.at.shift(HOUR)
            self.tick()

    def tick(self) -> None:
        """What worker and sender do at intervals, and all at once after a start."""
        beats.beat("sender", now=clock.now())
        for path in PERIODIC:
            import_string(path)()
        for row in list(OrmQ.objects.order_by("id")):
            task = row.task
            row.delete()
            import_string(task["func"])(*task["args"])
        while texts := outbound.due(clock.now(), limit=200):
            for text in texts:
                outbound.attempt(text)
        self.causes.update((str(key), cause) for key, cause in Message.objects.values_list("key", "idem_key"))

    def left(self) -> list[tuple[str, str, str]]:
        """(to, cause, body) of what the carrier has taken, in order."""
        keys = (parse_qs(urlsplit(text.status_callback).query)["text"][0] for text in self.wire.carrier.ledger)
        texts = zip(self.wire.carrier.ledger, keys, strict=True)
        return [(text.to, self.causes[key], text.body) for text, key in texts]

    def left_twice(self) -> list[tuple[str, str]]:
        """Causes that texted anybody twice, and words that came to a customer twice."""
        rows = self.left()
        causes = Counter((to, cause) for to, cause, _ in rows)
        words = Counter((to, body) for to, _, body in rows if to != ON_CALL)
        return [each for each, count in [*causes.items(), *words.items()] if count > 1]


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def restored(shop: Shop) -> None:
    """A day and two hours pass; then the rows of the first noon are put back."""
    shop.morning()
    backup = copy_rows()
    shop.tick()
    shop.live(3)
    shop.ring(MISSED_MEANWHILE, "CA3")
    shop.tick()
    shop.at.shift(17 * HOUR)
    shop.live(6)
    assert {to for to, *_ in shop.left()} == {CALLER, BOOKED, IN_DANGER, QUEUED, MISSED_MEANWHILE, ON_CALL}
    assert ("follow_up", CALLER) in set(Message.objects.exclude(sent_at=None).values_list("kind", "lead__phone"))
    put_back(backup)
    assert not Call.objects.filter(carrier_call_id="CA3").exists()


def to_customers(shop: Shop) -> list[tuple[str, str, str]]:
    return [row for row in shop.left() if row[0] != ON_CALL]


def test_yesterdays_backup_sends_nothing_again(carrier: FakeCarrier, at: time_machine.Traveller) -> None:
    shop = Shop(carrier, at, valid_for=HOUR)
    restored(shop)
    before = to_customers(shop)
    for _ in range(3):
        shop.tick()
    shop.live(6)
    assert (shop.left_twice(), to_customers(shop)[len(before) :]) == ([], [])
    # What had been on its way, and what the backup never saw, is work for people now.
    assert Message.objects.get(lead__phone=QUEUED).status == MessageStatus.EXPIRED
    found = Call.objects.get(carrier_call_id="CA3")
    assert (found.found_by_reconciler, found.state) == (True, CallState.MISSED)
    assert {QUEUED, MISSED_MEANWHILE, IN_DANGER} <= set(CallbackTask.objects.values_list("phone", flat=True))
    assert [run.outcome for run in StepRun.objects.filter(enrollment__lead__phone=CALLER)] == [StepOutcome.SKIPPED]
    assert set(Reminder.objects.values_list("state", flat=True)) == {ReminderState.SKIPPED}
    # Nobody has taken it, as far as these rows know: the team is asked, as far as the chain goes.
    assert Escalation.objects.get(kind=EscalationClass.EMERGENCY).exhausted_at is not None


def test_follow_ups_that_stay_valid_for_long_are_paused_until_that_is_over(
    carrier: FakeCarrier, at: time_machine.Traveller
) -> None:
    """What docs/operations.md says of a restore."""
    shop = Shop(carrier, at, valid_for=48 * HOUR)
    restored(shop)
    before = to_customers(shop)
    control.pause_all(shop.wire.business, by=shop.owner, now=clock.now())
    shop.live(2)
    at.shift(44 * HOUR + HOUR)
    shop.tick()
    assert to_customers(shop)[len(before) :] == []
    control.resume_all(shop.wire.business, by=shop.owner, now=clock.now())
    for _ in range(3):
        shop.tick()
    assert to_customers(shop)[len(before) :] == []
    at.move_to(NOON + 120 * HOUR)
    for _ in range(3):
        shop.tick()
    assert CALLER in {to for to, *_ in to_customers(shop)[len(before) :]}
    assert shop.left_twice() == []
