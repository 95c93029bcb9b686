"""The door for "something happened": a row and its handlers, both or neither."""

import pytest
from django.conf import LazySettings
from django.db import transaction
from django_q.models import OrmQ

from leads import events
from leads.models import LeadEvent
from tests.factories import NOON, make_business, make_lead, make_user


@pytest.mark.django_db
def test_an_event_is_a_timeline_row_and_a_task_per_handler(settings: LazySettings) -> None:
    settings.EVENT_HANDLERS = {"call.missed": ["messaging.tasks.alert_staff", "messaging.tasks.tick"]}
    business, user = make_business(), make_user()
    lead = make_lead(business)

    event = events.record("call.missed", business=business, lead=lead, at=NOON, text="Missed", actor=user, call="abc")
    events.record("call.other", business=business, at=NOON)

    row = LeadEvent.objects.get(pk=event.pk)
    assert (row.lead, row.kind, row.text, row.data, row.actor, row.at) == (
        lead, "call.missed", "Missed", {"call": "abc"}, user, NOON,
    )  # fmt: skip
    handlers = ["messaging.tasks.alert_staff", "messaging.tasks.tick"]
    assert [task.func() for task in OrmQ.objects.order_by("id")] == handlers
    assert [task.task["args"] for task in OrmQ.objects.order_by("id")] == [(event.pk,), (event.pk,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_did_not_happen(settings: LazySettings) -> None:
    settings.EVENT_HANDLERS = {"call.missed": ["messaging.tasks.alert_staff"]}
    business = make_business()
    with transaction.atomic():
        events.record("call.missed", business=business, at=NOON)
        transaction.set_rollback(True)
    assert (LeadEvent.objects.count(), OrmQ.objects.count()) == (0, 0)
