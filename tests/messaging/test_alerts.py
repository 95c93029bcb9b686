"""E-mail to the team: to the right people, with a link to the right place."""

from datetime import timedelta

import pytest
from django.core import mail

from leads import callbacks, events
from leads.enums import TaskReason
from messaging import alerts
from tests.base import Cast, make_cast
from tests.factories import NOON, make_call, make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_urgent_conversation_reaches_the_team_of_its_business_only(cast: Cast) -> None:
    lead = make_lead(cast.a, phone="+12125550123", name="Dana")
    conversation = make_conversation(lead, cast.a_number)
    event = events.record(
        "conversation.urgent",
        business=cast.a,
        lead=lead,
        at=NOON,
        text="Urgent: flooding",
        conversation=str(conversation.key),
    )

    alerts.alert_staff(event.pk)

    (message,) = mail.outbox
    assert sorted(message.to) == ["ana@example.com", "ben@example.com"]
    assert message.subject == "Alder Plumbing: Urgent: flooding Dana"
    assert message.body == (
        "Urgent: flooding\n\nCustomer: Dana\nPhone: (212) 555-0123\nCall: tel:+12125550123\nLocation: Alder Main\n"
        f"Business: Alder Plumbing\n\nOpen it: http://127.0.0.1:8000/inbox/{conversation.key}/\n\n"
    )


def mailed_lines(event_id: int, beginning: str) -> list[str]:
    mail.outbox.clear()
    alerts.alert_staff(event_id)
    (message,) = mail.outbox
    return [line for line in message.body.splitlines() if line.startswith(beginning)]


def test_the_customers_last_words_are_quoted_on_one_line(cast: Cast) -> None:
    lead = make_lead(cast.a, name="Dana")
    conversation = make_conversation(lead, cast.a_number)
    event = events.record(
        "conversation.urgent", business=cast.a, lead=lead, at=NOON, conversation=str(conversation.key)
    )

    def says(body: str, minute: int, direction: str = "in") -> None:
        make_message(conversation, body, direction=direction, created_at=NOON + timedelta(minutes=minute))

    make_call(cast.a_number, conversation=conversation, transcript="Please hurry", started_at=NOON)
    assert mailed_lines(event.pk, "Last words") == ["Last words: “Please hurry”"]
    says("Water\n\neverywhere & <more>", 1)
    says("We are on our way", 2, "out")
    assert mailed_lines(event.pk, "Last words") == ["Last words: “Water everywhere & <more>”"]
    says("é" * 300, 3)
    assert mailed_lines(event.pk, "Last words") == [f"Last words: “{'é' * 300}”"]
    says("x" * 301, 4)
    assert mailed_lines(event.pk, "Last words") == [f"Last words: “{'x' * 299}…”"]


def test_a_call_speaks_with_its_voicemail_and_a_hidden_number_cannot_be_called(cast: Cast) -> None:
    call = make_call(cast.a_number, caller="", caller_raw="anonymous", transcript="It is me")
    event = events.record("call.alerted", business=cast.a, at=NOON, text="Missed", call=str(call.key))
    assert mailed_lines(event.pk, "Last words") == ["Last words: “It is me”"]
    assert mailed_lines(event.pk, "Phone") == ["Phone: Hidden number"]
    assert mailed_lines(event.pk, "Call") == []


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
