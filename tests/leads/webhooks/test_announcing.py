"""What happened is put on its way in the same transaction, to those who want it and to nobody else (CRM-06)."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django_q.models import OrmQ

from leads import events, intake
from leads.models import LeadEvent, WebhookDelivery
from leads.webhook_kinds import KINDS, TEST
from leads.webhooks import announcing
from tests.factories import NOON, make_business, make_lead
from tests.leads.webhooks.receiver import make_endpoint

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    return [(row.endpoint.name, row.kind) for row in WebhookDelivery.objects.select_related("endpoint").order_by("pk")]


def test_an_event_goes_to_whoever_wants_it_in_its_own_business(settings: LazySettings) -> None:
    settings.EVENT_HANDLERS = {}
    a, b = make_business(), make_business()
    make_endpoint(a, name="everything")
    make_endpoint(a, name="calls", kinds=["call.missed"])
    make_endpoint(a, name="off", is_active=False)
    make_endpoint(b, name="of another")
    lead = make_lead(a)

    events.record("call.missed", business=a, lead=lead, at=NOON)
    events.record("lead.noted", business=a, lead=lead, at=NOON)
    events.record("calendar.held", business=a, lead=lead, at=NOON)
    events.record("member.changed", business=a, at=NOON)

    assert told() == [("everything", "call.missed"), ("calls", "call.missed"), ("everything", "lead.noted")]
    row = WebhookDelivery.objects.first()
    assert row is not None
    assert (row.body, row.next_at, row.attempts, row.business) == ("", NOON, 0, a)
    assert [task.func() for task in OrmQ.objects.all()] == [announcing.DELIVER] * 2


def test_team_lines_erased_people_and_the_simulator_are_told_to_nobody() -> None:
    business, demo = make_business(), make_business(is_simulated=True)
    make_endpoint(business, name="real")
    make_endpoint(demo, name="demo")
    for owner, values in (
        (business, {"is_team": True}), (business, {"is_simulated": True}), (business, {"erased_at": NOON}), (demo, {}),
        (demo, {"is_simulated": True}),
    ):  # fmt: skip
        events.record("lead.noted", business=owner, lead=make_lead(owner, **values), at=NOON)
    assert told() == [("demo", "lead.noted")]


def test_what_only_others_want_to_know_is_written_for_them_alone() -> None:
    business = make_business()
    intake.open_lead(business, phone="+12125550101", at=NOON)
    assert not LeadEvent.objects.exists()
    make_endpoint(business, kinds=["lead.created", "text.received"], name="crm")
    intake.open_lead(business, phone="+12125550101", at=NOON + timedelta(days=1))
    intake.open_lead(business, phone="+12125550102", at=NOON + timedelta(days=1))
    assert told() == [("crm", "lead.created")]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_told() -> None:
    business = make_business()
    make_endpoint(business)
    with transaction.atomic():
        events.record("call.missed", business=business, at=NOON)
        assert WebhookDelivery.objects.count() == 1
        transaction.set_rollback(True)
    assert (WebhookDelivery.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_each_kind_says_what_it_is() -> None:
    assert all(kind.count(".") == 1 and said.endswith(".") for kind, said in KINDS.items())
    # An endpoint that fails must not be told that it fails.
    assert TEST not in KINDS
    assert not any(kind.startswith("webhook.") for kind in KINDS)
