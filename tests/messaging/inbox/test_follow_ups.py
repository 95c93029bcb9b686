"""The follow-up beside a thread: what comes next and when, every act with one winner, and one begun by hand."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import JobRequest, LeadEvent
from messaging.followups.versions import current_version
from messaging.models import Conversation, Enrollment, Message, OptOut, Sequence, StepRun
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_conversation, make_lead, make_message, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverline.lib.clock.now", lambda: NOON)


@pytest.fixture
def sequence(cast: Cast) -> Sequence:
    row = Sequence.objects.create(business=cast.a, name="Nudge", trigger="no_reply")
    row.steps.create(position=1, body="{business}: shall we call you, {caller_name}? {opt_out}")
    row.steps.create(position=2, action="task", delay_amount=2, body="Call them.")
    return row


@pytest.fixture
def thread(cast: Cast) -> Conversation:
    lead = make_lead(cast.a, phone="+12125550150", name="Dana Reed")
    return make_conversation(lead, cast.a_number, request=make_request(lead, cast.a_location))


@pytest.fixture
def running(cast: Cast, sequence: Sequence, thread: Conversation) -> Enrollment:
    return Enrollment.objects.create(
        business=cast.a, location=cast.a_location, lead=thread.lead, conversation=thread, sequence=sequence,
        version=current_version(sequence, now=NOON), cause="c", anchor_at=NOON, last_text_at=NOON, created_at=NOON,
        due_at=NOON + timedelta(days=1),
    )  # fmt: skip


def page(client: Client, thread: Conversation) -> Any:
    return client.get(reverse("inbox:conversation-show", args=[thread.key]))


def act(client: Client, name: str, running: Enrollment, step: int = 0) -> list[str]:
    where = reverse(f"inbox:follow-up-{name}", args=[running.conversation.key])
    answer = client.post(where, {"enrollment": running.key, "step": step})
    assert answer.status_code == 302
    return [message.message for message in get_messages(answer.wsgi_request)][-1:]


def test_the_panel_says_what_comes_next_and_when_in_their_time_and_in_the_very_words(
    ana: Client, thread: Conversation, running: Enrollment
) -> None:
    shown = page(ana, thread).context["follow_up"]
    assert (shown.number, shown.total, shown.text, shown.done) == (
        1, 2, "Alder Plumbing: shall we call you, Dana? Reply STOP to opt out.", []
    )  # fmt: skip
    told = page(ana, thread).content.decode()
    due = running.due_at.astimezone(shown.zone)  # type: ignore[union-attr]
    assert "Step 1 of 2: <time" in told
    assert f"{due:%a, %b} {due.day}, {due.hour % 12 or 12}:{due:%M %p}" in told


def test_it_costs_one_query_and_none_where_there_is_none(ana: Client, cast: Cast, thread: Conversation) -> None:
    def asked() -> int:
        page(ana, thread)
        with CaptureQueriesContext(connection) as captured:
            page(ana, thread)
        return len(captured)

    make_message(thread, "Hello")
    without = asked()
    sequence = Sequence.objects.create(business=cast.a, name="Nudge", trigger="no_reply")
    sequence.steps.create(position=1, body="{business} {opt_out}")
    one = Enrollment.objects.create(
        business=cast.a, location=cast.a_location, lead=thread.lead, conversation=thread, sequence=sequence,
        version=current_version(sequence, now=NOON), cause="c", anchor_at=NOON, created_at=NOON, due_at=NOON,
    )  # fmt: skip
    for position in range(3):
        StepRun.objects.create(
            enrollment=one,
            position=position,
            step_key=uuid.uuid4(),
            action="text",
            outcome="sent",
            due_at=NOON,
            at=NOON,
        )
    assert asked() == without + 1
    assert [step.number for step in page(ana, thread).context["follow_up"].done] == [1, 2, 3]


def test_pause_resume_and_stop_have_one_winner_each(ana: Client, running: Enrollment) -> None:
    faster = ["Somebody was faster, or it was over already. Look at it again."]
    assert act(ana, "resume", running) == faster
    assert act(ana, "pause", running) == ["Paused. Nothing goes out until somebody resumes it."]
    assert act(ana, "pause", running) == faster
    assert act(ana, "send-now", running) == ["Not done: It is paused. Resume it first."]
    assert act(ana, "resume", running) == ["It goes on."]
    assert act(ana, "stop", running) == ["Stopped. Nothing more of it goes out."]
    assert act(ana, "stop", running) == faster
    running.refresh_from_db()
    assert (running.status, running.stop_reason) == ("stopped", "by_hand")


def test_who_skips_a_step_that_is_done_already_skips_nothing(ana: Client, running: Enrollment) -> None:
    assert act(ana, "skip", running) == ["The step is left out."]
    assert act(ana, "skip", running) == ["Somebody was faster, or it was over already. Look at it again."]
    running.refresh_from_db()
    assert (running.step, [run.reason for run in running.runs.all()]) == (1, ["Skipped by hand."])


def test_a_step_sent_now_stands_in_the_thread_with_its_number(
    ana: Client, thread: Conversation, running: Enrollment
) -> None:
    assert act(ana, "send-now", running) == ["Done. What comes next is below."]
    text = Message.objects.get(kind="follow_up")
    assert text.body == "Alder Plumbing: shall we call you, Dana? Reply STOP to opt out."
    told = page(ana, thread).content.decode()
    assert "Follow-up: step 1 of 2" in told
    assert act(ana, "send-now", running) != ["Done. What comes next is below."]
    assert Message.objects.filter(kind="follow_up").count() == 1


# ---------------------------------------------------------------- by hand
def begin(client: Client, thread: Conversation, trigger: str = "no_reply", client_id: str = "") -> list[str]:
    where = reverse("inbox:follow-up-begin", args=[thread.key])
    answer = client.post(where, {"trigger": trigger, "client_id": client_id or str(uuid.uuid4())})
    return [message.message for message in get_messages(answer.wsgi_request)][-1:]


def test_one_is_begun_by_hand_once(ana: Client, cast: Cast, sequence: Sequence, thread: Conversation) -> None:
    (choice,) = ana.get(reverse("inbox:follow-up-begin", args=[thread.key])).context["choices"]
    assert (choice.sequence, choice.why_not) == (sequence, "")
    same = str(uuid.uuid4())
    assert begin(ana, thread, client_id=same) == ["It has begun. What comes next is in the panel."]
    said = ["It did not begin: A follow-up is running already. Stop it first."]
    assert begin(ana, thread, client_id=same) == begin(ana, thread) == said
    one = Enrollment.objects.get()
    assert (one.lead, one.changed_by, one.status) == (thread.lead, cast.ana, "active")
    told = LeadEvent.objects.get(kind="follow_up.chosen")
    assert (told.actor, told.text) == (cast.ana, "Chose the follow-up by hand: Nudge")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("opted_out", "They opted out."),
        ("blocked", "They are blocked."),
        ("paused", "Follow-ups are paused for the whole business."),
        ("lost", "The request is closed."),
    ],
)
def test_it_says_why_none_can_begin(
    ana: Client, cast: Cast, sequence: Sequence, thread: Conversation, what: str, why: str
) -> None:
    if what == "opted_out":
        OptOut.objects.create(business=cast.a, phone=thread.lead.phone, opted_out_at=NOON)
    elif what == "blocked":
        type(thread.lead).objects.filter(pk=thread.lead_id).update(blocked_at=NOON)
    elif what == "paused":
        type(cast.a).objects.filter(pk=cast.a.pk).update(are_follow_ups_paused=True)
    else:
        JobRequest.objects.update(status="lost")
    assert why in ana.get(reverse("inbox:follow-up-begin", args=[thread.key])).content.decode()
    assert begin(ana, thread) == [f"It did not begin: {why}"]
    assert not Enrollment.objects.exists()


# ---------------------------------------------------------------- estimates
def test_an_estimate_is_written_down_and_shown_beside_the_thread(ana: Client, thread: Conversation) -> None:
    where = reverse("inbox:request-estimate", args=[thread.key])
    assert ana.post(where, {"amount": "1,25"}).context["estimate_form"].errors == {
        "amount": ["Write an amount in dollars, such as 1,250.00."]
    }
    assert ana.post(where, {"amount": "1,250.00"}).status_code == 302
    row = JobRequest.objects.get()
    assert (row.estimated_at, row.estimate_cents, row.status) == (NOON, 125000, "open")
    assert "$1,250, given" in page(ana, thread).content.decode()
    answer = ana.post(where, {"amount": "1250"})
    (said,) = [message.message for message in get_messages(answer.wsgi_request)][-1:]
    assert said.startswith("Nothing was changed")
    assert LeadEvent.objects.filter(kind="request.estimated").count() == 1


def test_who_may_only_look_sees_no_buttons(cast: Cast, thread: Conversation, running: Enrollment) -> None:
    cast.a.memberships.filter(user=cast.ben).update(role="read_only")
    ben = sign_in(cast.ben)
    told = page(ben, thread).content.decode()
    assert ("Step 1 of 2" in told, "Skip step" in told, "Start a follow-up" in told) == (True, False, False)
    where = reverse("inbox:follow-up-stop", args=[thread.key])
    assert ben.post(where, {"enrollment": running.key, "step": 0}).status_code == 403
