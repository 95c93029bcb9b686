"""Callback tasks: one per cause, due in the business's time, done once."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from leads import callbacks
from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from tests.factories import NOON, make_business, make_lead, make_location, make_user

pytestmark = pytest.mark.django_db


def test_the_same_cause_makes_one_task() -> None:
    business = make_business(callback_due_minutes=7)
    location, lead = make_location(business), make_lead(business)

    first = callbacks.ask_callback(
        business=business, location=location, lead=lead, cause="missedcall:1", reason=TaskReason.LANDLINE, at=NOON
    )
    again = callbacks.ask_callback(
        business=business, location=location, lead=lead, cause="missedcall:1", reason=TaskReason.LANDLINE, at=NOON
    )

    assert again is None
    assert list(CallbackTask.objects.all()) == [first]
    assert first is not None
    assert (first.due_at, first.phone) == (NOON + timedelta(minutes=7), lead.phone)
    assert [event.kind for event in LeadEvent.objects.all()] == ["task.created"]
    assert OrmQ.objects.count() == 1  # one alert


def test_two_businesses_may_have_the_same_cause() -> None:
    for business in (make_business(), make_business()):
        assert callbacks.ask_callback(
            business=business, location=make_location(business), cause="x", reason=TaskReason.ANONYMOUS, at=NOON
        )
    assert CallbackTask.objects.count() == 2


def test_done_once() -> None:
    business = make_business()
    task = callbacks.ask_callback(
        business=business,
        location=make_location(business),
        cause="x",
        reason=TaskReason.RULE,
        at=NOON,
        phone="+12125550123",
    )
    assert task is not None
    ana, ben = make_user(), make_user()
    assert callbacks.finish(task, by=ana, at=NOON)
    assert not callbacks.finish(task, by=ben, at=NOON + timedelta(minutes=1))
    task.refresh_from_db()
    assert (task.done_by, task.done_at) == (ana, NOON)
    assert [event.kind for event in LeadEvent.objects.order_by("id")] == ["task.created", "task.finished"]
