"""E-mail to the team: to the right people, with a link to the right place."""

import pytest
from django.core import mail

from leads import callbacks, events
from leads.enums import TaskReason
from messaging import alerts
from tests.base import Cast, make_cast
from tests.factories import NOON, make_conversation, make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_urgent_conversation_reaches_the_team_of_its_business_only(cast: Cast) -> None:
    lead = make_lead(cast.a, phone="+12125550123", name="Dana")
    conversation = make_conversation(lead, cast.a_number)
    event = events.record(
        "conversation.urgent", business=cast.a, lead=lead, at=NOON, text="Urgent: flooding", conversation=str(conversation.key)
    )

    alerts.alert_staff(event.pk)

    (message,) = mail.outbox
    assert sorted(message.to) == ["ana@example.com", "ben@example.com"]
    assert message.subject == "Alder Plumbing: Urgent: flooding Dana"
    assert f"http://127.0.0.1:8000/inbox/{conversation.key}/" in message.body


def test_a_name_cannot_forge_a_header(cast: Cast) -> None:
    lead = make_lead(cast.a, name="Dana\r\nBcc: everybody@example.com")
    event = events.record("conversation.urgent", business=cast.a, lead=lead, at=NOON, text="Urgent")
    alerts.alert_staff(event.pk)
    assert mail.outbox[0].subject == "Alder Plumbing: Urgent Dana Bcc: everybody@example.com"


def test_a_callback_task_links_to_the_list(cast: Cast) -> None:
    callbacks.ask_callback(business=cast.a, location=cast.a_location, cause="x", reason=TaskReason.ANONYMOUS, at=NOON)
    event = cast.a.events.get(kind="task.created")
    alerts.alert_staff(event.pk)
    assert "http://127.0.0.1:8000/inbox/callbacks/" in mail.outbox[0].body


def test_nobody_to_tell_is_no_error(cast: Cast) -> None:
    cast.a.memberships.update(gets_alerts=False)
    event = events.record("conversation.urgent", business=cast.a, at=NOON, text="Urgent")
    alerts.alert_staff(event.pk)
    alerts.alert_staff(event.pk + 1000)
    assert mail.outbox == []
