"""E-mail to the team: to the right people, with a link to the right place."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from django_q.models import OrmQ

from leads import callbacks, events
from leads.enums import Role, TaskReason
from leads.models import LeadEvent, Membership, Preferences
from messaging import alerts, tasks
from messaging.models import Conversation, Mention, Note
from tests.base import Cast, make_cast
from tests.factories import (
    NOON,
    make_appointment,
    make_call,
    make_conversation,
    make_lead,
    make_location,
    make_message,
    make_number,
    make_service,
)

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
        "Which e-mails you get: http://127.0.0.1:8000/inbox/preferences/\n\n"
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


# ---------------------------------------------------------------- who wants what
def happened(cast: Cast, kind: str, *, actor: User | None = None, **data: Any) -> LeadEvent:
    """To the conversation with Dana, who waits since noon."""
    conversation = Conversation.objects.first()
    if conversation is None:
        conversation = make_conversation(make_lead(cast.a, name="Dana"), cast.a_number, needs_reply=True)
    return events.record(
        kind, business=cast.a, lead=conversation.lead, at=NOON, text="It is late", actor=actor,
        conversation=str(conversation.key), **data,
    )  # fmt: skip


def told(event: LeadEvent) -> list[str]:
    mail.outbox.clear()
    alerts.alert_staff(event.pk)
    return sorted(address for message in mail.outbox for address in message.to)


TEAM = ["ana@example.com", "ben@example.com"]


@pytest.mark.parametrize(
    ("kind", "wish"), [("conversation.urgent", "email_urgent"), ("conversation.overdue", "email_overdue")]
)
def test_each_kind_goes_to_those_who_want_it(cast: Cast, kind: str, wish: str) -> None:
    event = happened(cast, kind)
    assert told(event) == TEAM
    Preferences.objects.create(user=cast.ana, **{wish: False})
    Preferences.objects.create(user=cast.ben)
    assert told(event) == ["ben@example.com"]
    Membership.objects.filter(user=cast.ben).update(gets_alerts=False)
    assert told(event) == []


@pytest.mark.parametrize(
    ("kind", "wish"), [("conversation.assigned", "email_assigned"), ("person.mentioned", "email_mentions")]
)
def test_what_concerns_one_person_goes_to_them_alone(cast: Cast, kind: str, wish: str) -> None:
    event = happened(cast, kind, actor=cast.ana, user=cast.ben.pk)
    assert told(event) == ["ben@example.com"]
    assert told(happened(cast, kind, actor=cast.ben, user=cast.ben.pk)) == []
    assert told(happened(cast, kind, actor=cast.ana, user=None)) == []
    assert told(happened(cast, kind, actor=cast.ana, user=cast.cleo.pk)) == []

    preferences = Preferences.objects.create(user=cast.ben, **{wish: False})
    assert told(event) == []
    preferences.delete()
    Membership.objects.get(user=cast.ben).locations.add(make_location(cast.a, "Uptown"))
    assert told(event) == []


def test_a_reader_is_mailed_about_a_mention_and_nothing_else(cast: Cast) -> None:
    Membership.objects.filter(user=cast.ben).update(role=Role.READ_ONLY)
    assert told(happened(cast, "conversation.overdue")) == ["ana@example.com"]
    assert told(happened(cast, "person.mentioned", actor=cast.ana, user=cast.ben.pk)) == ["ben@example.com"]


@pytest.mark.parametrize("named", ["message", "appointment", "nothing"])
def test_whoever_is_limited_to_other_locations_is_not_told(cast: Cast, named: str) -> None:
    uptown = make_location(cast.a, "Uptown")
    lead = make_lead(cast.a, name="Dana")
    about: dict[str, Any] = {
        "message": make_message(make_conversation(lead, make_number(uptown, cast.a_account))),
        "appointment": make_appointment(make_service(cast.a), uptown, lead=lead),
    }
    data: dict[str, Any] = {named: str(about[named].key)} if named in about else {}
    event = events.record("text.blocked", business=cast.a, lead=lead, at=NOON, text="No", **data)
    member = Membership.objects.get(user=cast.ben)
    member.locations.set([cast.a_location])
    assert told(event) == ["ana@example.com"]
    member.locations.set([uptown])
    assert told(event) == (TEAM if data else ["ana@example.com"])


def test_nobody_is_told_of_what_they_did(cast: Cast) -> None:
    assert told(happened(cast, "task.created", actor=cast.ben)) == ["ana@example.com"]


def test_blocked_people_are_kept_quiet_but_for_a_danger(cast: Cast) -> None:
    late, danger = happened(cast, "conversation.overdue"), happened(cast, "conversation.urgent")
    cast.a.leads.update(blocked_at=NOON)
    assert (told(late), told(danger)) == ([], TEAM)


def test_the_words_of_each_kind(cast: Cast) -> None:
    happened(cast, "conversation.overdue")
    conversation = Conversation.objects.get()
    note = Note.objects.create(
        business=cast.a, conversation=conversation, author=cast.ana, body="@ben, is\nthis yours?", created_at=NOON
    )
    Mention.objects.create(note=note, user=cast.ben)

    def subject_and(kind: str, beginning: str, **values: Any) -> tuple[str, list[str]]:
        told(happened(cast, kind, **values))
        lines = mail.outbox[0].body.splitlines()
        return mail.outbox[0].subject, [line for line in lines if line.startswith(beginning)]

    assert subject_and("conversation.overdue", "Waiting since") == (
        "Alder Plumbing: It is late: Dana", ["Waiting since: Wed, Jun 17, 2:00 PM"],
    )  # fmt: skip
    assert subject_and("conversation.assigned", "Waiting since", actor=cast.ana, user=cast.ben.pk) == (
        "Alder Plumbing: ana assigned to you: Dana", [],
    )  # fmt: skip
    assert subject_and("person.mentioned", "Note", actor=cast.ana, user=cast.ben.pk) == (
        "Alder Plumbing: ana mentions you in a note about Dana", ["Note: “@ben, is this yours?”"],
    )  # fmt: skip


def test_a_mail_server_that_is_away_is_asked_again_and_not_for_ever(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> int:
        raise SMTPServerDisconnected("gone")

    event = happened(cast, "conversation.overdue")
    OrmQ.objects.all().delete()
    monkeypatch.setattr(alerts.mail, "send", fail)
    for attempt, delay in enumerate(alerts.TRY_AGAIN_AFTER, start=1):
        tasks.alert_staff(event.pk, attempt)
        row = OrmQ.objects.get()
        assert (row.task["func"], row.task["args"]) == ("messaging.tasks.alert_staff", (event.pk, attempt + 1))
        assert abs(row.lock - timezone.now() - delay) < timedelta(seconds=20)
        row.delete()
    tasks.alert_staff(event.pk, len(alerts.TRY_AGAIN_AFTER) + 1)
    assert not OrmQ.objects.exists()
