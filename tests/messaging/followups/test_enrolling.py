"""Who comes into a sequence, through which door, and that nobody is in two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cachetools import TTLCache
from django.db import transaction

from leads import outcomes
from leads.enums import RequestStatus
from leads.models import Lead
from leads.outcomes import Outcome
from messaging import configuration
from messaging.enums import ConversationStatus, Handler
from messaging.followups import control, versions
from messaging.followups.enums import AfterStaff, StopReason, Trigger
from messaging.models import Conversation, Enrollment, SequenceVersion
from recoverline.lib import clock
from scheduling import booking
from tests.factories import NOON, make_location, make_never_text, make_opt_out, make_user, phone
from tests.messaging.followups.course import (
    begin,
    due_in,
    enroll,
    make_sequence,
    make_thread,
    request_of,
    state,
    sweep,
    tell,
)
from tests.messaging.threads import run_at_once
from tests.messaging.visits import THURSDAY, book, make_bookable, say
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def miss_a_call(wire: Wire, sid: str = "CA1", caller: str = CALLER) -> None:
    assert wire.post("voice", "voice__forwarded", CallSid=sid, From=caller).status_code == 200


def running() -> Enrollment:
    return Enrollment.objects.get(status="active")


# ---------------------------------------------------------------- doors
def test_a_missed_call_begins_it_with_its_first_text(wire: Wire, at: time_machine.Traveller) -> None:
    sequence = make_sequence(wire, {})
    miss_a_call(wire)
    miss_a_call(wire)
    enrollment = running()
    first = wire.texts()[0]
    assert (enrollment.sequence, enrollment.cause, enrollment.lead) == (sequence, first.idem_key, first.lead)
    assert due_in(enrollment, NOON) == DAY


def test_a_version_that_was_taken_back_is_in_nobodys_memory(
    wire: Wire, at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff ask what would happen if somebody called: nothing of it stays."""
    monkeypatch.setattr(configuration, "_remembered", TTLCache(maxsize=100, ttl=60))
    make_sequence(wire, {})
    thread = make_thread(wire)
    with transaction.atomic():
        assert enroll(thread) is not None
        transaction.set_rollback(True)
    assert not SequenceVersion.objects.exists()
    begun = enroll(thread)
    assert begun is not None
    assert begun.version == SequenceVersion.objects.get()


def test_a_missed_call_without_a_text_begins_nothing(wire: Wire, at: time_machine.Traveller) -> None:
    make_sequence(wire, {})
    make_opt_out(wire.business, phone=CALLER)
    miss_a_call(wire)
    assert not Enrollment.objects.exists()


def test_a_reply_ends_the_wait_for_one_and_begins_the_wait_for_a_booking(
    wire: Wire, at: time_machine.Traveller
) -> None:
    make_sequence(wire, {})
    make_sequence(wire, {}, trigger=Trigger.NOT_BOOKED)
    miss_a_call(wire)
    at.shift(HOUR)
    say(wire, "My sink leaks")
    first, second = Enrollment.objects.order_by("pk")
    assert state(first) == ("stopped", "replied", 0)
    assert (second.cause, second.status) == (f"request:{request_of(second).key}", "active")
    at.shift(HOUR)
    say(wire, "In the kitchen")
    assert due_in(second, NOON) == DAY + 2 * HOUR, "counted from the last text while nothing went out"
    assert Enrollment.objects.count() == 2
    at.move_to(NOON + DAY + 2 * HOUR)
    Conversation.objects.update(needs_reply=False)
    assert sweep() == 1
    say(wire, "Yes, still")
    assert state(second)[:2] == ("finished", "")
    say(wire, "Hello?")
    assert Enrollment.objects.count() == 2, "once a request"


def test_events_begin_the_others(wire: Wire, at: time_machine.Traveller) -> None:
    """An estimate, a visit that was missed, and a job that is done; each takes the place of what came before it."""
    for trigger in (Trigger.ESTIMATE, Trigger.MISSED_VISIT, Trigger.AFTER_JOB):
        make_sequence(wire, {}, trigger=trigger)
    thread, owner = make_thread(wire), make_user()
    assert thread.request is not None
    assert outcomes.give_estimate(thread.request, 12_500, by=owner, at=clock.now(), conversation=str(thread.key))
    tell()
    assert running().sequence.trigger == Trigger.ESTIMATE

    visit = book(wire, make_bookable(wire), at=NOON + 2 * HOUR, lead=thread.lead)
    tell()
    assert not Enrollment.objects.filter(status="active").exists(), "booked"
    at.move_to(NOON + 3 * HOUR)
    booking.mark_no_show(visit, actor=owner, now=clock.now())
    tell()
    assert (running().sequence.trigger, running().appointment) == (Trigger.MISSED_VISIT, visit)

    at.move_to(NOON + 5 * HOUR)
    thread.refresh_from_db()
    request = visit.request
    assert request is not None
    request.refresh_from_db()
    outcomes.end(request, Outcome(RequestStatus.WON), by=owner, at=clock.now(), conversation=str(thread.key))
    tell()
    assert running().sequence.trigger == Trigger.AFTER_JOB
    assert Enrollment.objects.filter(sequence__trigger=Trigger.AFTER_JOB).count() == 1


def test_a_visit_that_is_done_and_a_request_that_is_won_are_one_job(wire: Wire, at: time_machine.Traveller) -> None:
    make_sequence(wire, {}, trigger=Trigger.AFTER_JOB)
    owner, visit = make_user(), book(wire, make_bookable(wire), at=THURSDAY)
    at.move_to(THURSDAY + 2 * HOUR)
    booking.complete(visit, actor=owner, now=clock.now())
    tell()
    assert visit.request is not None
    visit.request.refresh_from_db()
    outcomes.end(visit.request, Outcome(RequestStatus.WON), by=owner, at=clock.now(), conversation="")
    tell()
    assert Enrollment.objects.get().status == "active"


# ---------------------------------------------------------------- who not
def _of_lead(**values: Any) -> Callable[[Wire, Conversation], Any]:
    return lambda wire, thread: Lead.objects.filter(pk=thread.lead_id).update(**values)


def _of_thread(**values: Any) -> Callable[[Wire, Conversation], Any]:
    return lambda wire, thread: Conversation.objects.filter(pk=thread.pk).update(**values)


def _of_request(status: RequestStatus) -> Callable[[Wire, Conversation], Any]:
    return lambda wire, thread: type(thread.request).objects.update(status=status)  # type: ignore[union-attr]


def _of_business(**values: Any) -> Callable[[Wire, Conversation], Any]:
    return lambda wire, thread: type(wire.business).objects.filter(pk=wire.business.pk).update(**values)


@pytest.mark.parametrize(
    "why",
    [
        _of_business(are_follow_ups_paused=True),
        _of_business(is_texting_paused=True),
        _of_lead(blocked_at=NOON),
        _of_lead(is_landline=True),
        _of_lead(is_unreachable=True),
        _of_lead(erased_at=NOON),
        _of_lead(is_team=True),
        _of_thread(automation_paused=True),
        _of_thread(is_team=True),
        _of_thread(status=ConversationStatus.DONE),
        _of_thread(handler=Handler.PERSON),
        *(_of_request(status) for status in RequestStatus if status != RequestStatus.OPEN),
        lambda wire, thread: make_opt_out(wire.business, phone=thread.lead.phone),
        lambda wire, thread: make_never_text(wire.business, phone=thread.lead.phone),
        lambda wire, thread: book(wire, make_bookable(wire), lead=thread.lead),
    ],
)
def test_who_needs_or_wants_none_gets_none(
    why: Callable[[Wire, Conversation], Any], wire: Wire, at: time_machine.Traveller
) -> None:
    make_sequence(wire, {})
    thread = make_thread(wire)
    why(wire, thread)
    fresh = Conversation.objects.select_related("business", "lead", "location", "request").get(pk=thread.pk)
    assert enroll(fresh) is None
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize("handler", list(Handler))
def test_a_thread_of_a_persons_gets_them_where_they_go_on(
    handler: Handler, wire: Wire, at: time_machine.Traveller
) -> None:
    make_sequence(wire, {}, after_staff=AfterStaff.GO_ON)
    assert enroll(make_thread(wire, handler=handler)) is not None


def test_a_sequence_without_steps_ends_nothing(wire: Wire, at: time_machine.Traveller) -> None:
    first = begin(wire)
    make_sequence(wire, trigger=Trigger.ESTIMATE)
    assert enroll(first.conversation, Trigger.ESTIMATE) is None
    assert state(first)[0] == "active"


# ---------------------------------------------------------------- one for each
def test_one_cause_is_one_enrollment(wire: Wire, at: time_machine.Traveller) -> None:
    first = begin(wire)
    control.stop(first, by=make_user(), now=clock.now())
    assert enroll(first.conversation, cause=first.cause) is None
    assert enroll(first.conversation, cause="another") is not None


@pytest.mark.parametrize(
    ("before", "after", "takes_over"),
    [
        (Trigger.NO_REPLY, Trigger.NO_REPLY, False),
        (Trigger.NO_REPLY, Trigger.NOT_BOOKED, True),
        (Trigger.NOT_BOOKED, Trigger.NO_REPLY, False),
        (Trigger.NOT_BOOKED, Trigger.ESTIMATE, True),
        (Trigger.ESTIMATE, Trigger.NOT_BOOKED, False),
        (Trigger.ESTIMATE, Trigger.MISSED_VISIT, True),
        (Trigger.MISSED_VISIT, Trigger.AFTER_JOB, True),
        (Trigger.AFTER_JOB, Trigger.NO_REPLY, False),
    ],
)
def test_what_is_further_on_takes_the_place(
    before: Trigger, after: Trigger, takes_over: bool, wire: Wire, at: time_machine.Traveller
) -> None:
    first = begin(wire, trigger=before)
    if after != before:
        make_sequence(wire, {}, trigger=after)
    second = enroll(first.conversation, after)
    assert (second is not None) == takes_over
    assert state(first)[:2] == (("stopped", "superseded") if takes_over else ("active", ""))


def test_two_causes_at_the_same_moment_make_one(wire: Wire, at: time_machine.Traveller) -> None:
    make_sequence(wire, {})
    thread = make_thread(wire)
    assert len([row for row in run_at_once([lambda: enroll(thread)] * 5) if row]) == 1
    assert Enrollment.objects.count() == SequenceVersion.objects.count() == 1


def test_two_people_at_the_same_moment_make_one_version(wire: Wire, at: time_machine.Traveller) -> None:
    sequence = make_sequence(wire, {}, {})
    now = clock.now()
    made = run_at_once([lambda: versions.current_version(sequence, now=now).pk] * 5)
    assert len(set(made)) == 1


def test_versions_are_told_apart_by_what_they_say(wire: Wire, at: time_machine.Traveller) -> None:
    sequence = make_sequence(wire, {}, {})
    first = versions.current_version(sequence, now=NOON)
    step = sequence.steps.get(position=2)
    step.position = 7
    step.save()
    assert versions.current_version(sequence, now=NOON) == first, "the same steps in the same order"
    assert versions.terms_of(first) == versions.draft_terms(sequence)
    old, step.body = step.body, "Other words"
    step.save()
    second = versions.current_version(sequence, now=NOON)
    assert (first.number, second.number) == (1, 2)
    step.body = old
    step.save()
    assert versions.current_version(sequence, now=NOON) == first


def test_a_locations_own_sequence_comes_first(wire: Wire, at: time_machine.Traveller) -> None:
    general = make_sequence(wire, {})
    own = make_sequence(wire, {}, location=wire.number.location)
    other = make_location(wire.business, "North")
    pick = versions.active_sequence
    assert pick(wire.business.pk, wire.number.location_id, Trigger.NO_REPLY) == own
    assert pick(wire.business.pk, other.pk, Trigger.NO_REPLY) == general
    assert pick(wire.business.pk, other.pk, Trigger.ESTIMATE) is None


def test_simulated_people_are_followed_up_as_well(wire: Wire, at: time_machine.Traveller) -> None:
    make_sequence(wire, {})
    assert enroll(make_thread(wire, phone=phone(), lead={"is_simulated": True})) is not None
    assert StopReason.BY_HAND not in Enrollment.objects.values_list("stop_reason", flat=True)
