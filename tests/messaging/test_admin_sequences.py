"""Sequences as owners write them: refused in plain sentences, tried before they are saved, and what came of them."""

import uuid
from datetime import time, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from leads.models import Business
from messaging.followups.versions import current_version
from messaging.models import Enrollment, Sequence, SequenceStep, StepRun
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_conversation, make_lead

pytestmark = pytest.mark.django_db
FIRST = "{business}: shall we call you? {opt_out}"
STEP: dict[str, Any] = {
    "id": "", "position": 1, "action": "text", "delay_amount": 1, "delay_unit": "days", "anchor": "event",
    "at_time": "10:00", "window_from": "09:00", "window_until": "19:00", "valid_for_minutes": 240, "body": FIRST,
    "body_es": "",
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


@pytest.fixture
def sequence(cast: Cast) -> Sequence:
    row = Sequence.objects.create(business=cast.a, name="Nudge", trigger="no_reply")
    row.steps.create(position=1, body=FIRST, at_time=time(10))
    row.steps.create(position=2, action="task", delay_amount=2, body="Call them.")
    return row


def posted(sequence: Sequence, *steps: dict[str, Any]) -> dict[str, Any]:
    """The page as it would be sent: `steps` differ from STEP; those with an id are stored ones."""
    rows = [{**STEP, "position": index + 1, "delay_amount": index + 1, **step} for index, step in enumerate(steps)]
    rows.sort(key=lambda row: row["id"] == "")
    data: dict[str, Any] = {
        "name": sequence.name, "trigger": sequence.trigger, "location": "", "after_staff": "stop", "is_active": "on",
        "steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": sum(row["id"] != "" for row in rows),
    }  # fmt: skip
    for index, row in enumerate(rows):
        data |= {f"steps-{index}-{name}": value for name, value in row.items()}
        data[f"steps-{index}-sequence"] = sequence.pk
    return data


def save(client: Client, sequence: Sequence, *steps: dict[str, Any], **values: Any) -> Any:
    page = reverse("admin:messaging_sequence_change", args=[sequence.pk])
    return client.post(page, {**posted(sequence, *steps), **values})


def errors_of(answer: Any) -> list[dict[str, list[str]]]:
    assert answer.status_code == 200
    (inline,) = answer.context["inline_admin_formsets"]
    return [dict(form.errors) for form in inline.formset.forms]


def enrolled(cast: Cast, sequence: Sequence, phone: str = "+12125550150", **values: Any) -> Enrollment:
    conversation = make_conversation(make_lead(cast.a, phone=phone), cast.a_number)
    return Enrollment.objects.create(
        business=cast.a, location=cast.a_location, lead=conversation.lead, conversation=conversation, sequence=sequence,
        version=current_version(sequence, now=NOON), cause=str(uuid.uuid4()), anchor_at=NOON, created_at=NOON, **values,
    )  # fmt: skip


def test_what_is_refused_is_said_beside_its_field_and_nothing_is_saved(ana: Client, sequence: Sequence) -> None:
    before = list(SequenceStep.objects.values())
    first, second, third = errors_of(
        save(
            ana, sequence, {"window_until": "08:00", "body": "Shall we call you?"},
            {"body": "{business}: hello {nobody}", "delay_amount": 0, "at_time": ""}, {"position": 1},
        )
    )  # fmt: skip
    assert (first, second) == ({}, {})
    assert third == {"position": ["There is another step with this number. Give each its own."]}
    first, second = errors_of(
        save(
            ana, sequence, {"window_until": "08:00", "body": "Shall we call you?"},
            {"body": "{business}: hello {nobody}", "delay_amount": 0, "at_time": ""},
        )
    )  # fmt: skip
    assert (sorted(first), sorted(second)) == (["body", "window_until"], ["body", "delay_amount"])
    assert list(SequenceStep.objects.values()) == before


def test_two_steps_change_places_and_whoever_is_in_it_keeps_theirs(ana: Client, cast: Cast, sequence: Sequence) -> None:
    kept = enrolled(cast, sequence).version
    first, second = sequence.steps.all()
    answer = save(
        ana, sequence, {"id": first.pk, "position": 2, "delay_amount": 3},
        {"id": second.pk, "position": 1, "action": "task", "at_time": "", "body": "Call.", "delay_amount": 1},
    )  # fmt: skip
    assert answer.status_code == 302
    assert [(step.key, step.position) for step in sequence.steps.all()] == [(second.key, 1), (first.key, 2)]
    told = [message.message for message in get_messages(answer.wsgi_request)]
    assert "One person is on their way through it and keep the steps they began with." in told
    kept.refresh_from_db()
    assert [step["key"] for step in kept.steps] == [str(first.key), str(second.key)]


def test_only_one_is_active_for_a_trigger_at_a_place(ana: Client, cast: Cast, sequence: Sequence) -> None:
    other = Sequence.objects.create(business=cast.a, name="Other", trigger="no_reply", is_active=False)
    answer = save(ana, other)
    said = "“Nudge” begins with the same at the same place and is active. Switch one of the two off."
    assert answer.context["adminform"].form.errors == {"trigger": [said]}
    assert save(ana, other, location=cast.a_location.pk).status_code == 302


# ---------------------------------------------------------------- the preview
def preview(client: Client, sequence: Sequence, *steps: dict[str, Any], **asked: Any) -> Any:
    page = reverse("admin:messaging_sequence_preview", args=[sequence.pk])
    return client.post(page, posted(sequence, *steps) | {f"preview-{name}": value for name, value in asked.items()})


def test_the_preview_says_what_somebody_would_get_and_when_by_their_own_clock(
    ana: Client, cast: Cast, sequence: Sequence
) -> None:
    Business.objects.filter(pk=cast.a.pk).update(time_zone="America/New_York")
    shown = preview(
        ana, sequence, {}, {"action": "task", "body": "Call them.", "delay_amount": 2, "at_time": ""},
        location=cast.a_location.pk, at="2026-06-16T22:30", phone="(808) 555-0150", language="en",
    ).context["preview"]  # fmt: skip
    local = [each.planned.due_at.astimezone(shown.zone) for each in shown.shown]
    assert (shown.zone.key, [f"{at:%a %H:%M}" for at in local]) == ("Pacific/Honolulu", ["Wed 10:00", "Thu 16:30"])
    assert shown.shown[0].planned.text == "Alder Plumbing: shall we call you? Reply STOP to opt out."
    assert (shown.shown[0].bill.count, shown.shown[0].findings, shown.problems) == (1, [], [])
    assert not sequence.versions.exists()


def test_a_step_that_is_half_written_is_named_and_what_is_wrong_stands_beside_its_text(
    ana: Client, sequence: Sequence
) -> None:
    shown = preview(ana, sequence, {"body": "Hi! {opt_out}"}, {"delay_amount": "x"}, at="2026-06-16T12:00").context[
        "preview"
    ]
    assert [finding.message for finding in shown.shown[0].findings] == [
        "The text does not say who writes: add {business}."
    ]
    assert [problem[:22] for problem in shown.problems] == ["Step 2 is not complete"]


# ---------------------------------------------------------------- what came of it
def test_results_stay_with_their_step_across_versions(ana: Client, cast: Cast, sequence: Sequence) -> None:
    first, second = sequence.steps.all()
    one = enrolled(cast, sequence, status="stopped")
    at = {"due_at": NOON, "at": NOON}
    StepRun.objects.create(
        enrollment=one, position=0, step_key=first.key, action="text", outcome="sent", replied_at=NOON, **at
    )
    sequence.steps.filter(pk=first.pk).update(body="{business}: another text. {opt_out}")
    second.delete()
    two = enrolled(cast, sequence, "+12125550151", due_at=NOON + timedelta(days=1))
    why = "Its time had passed."
    StepRun.objects.create(
        enrollment=two, position=0, step_key=first.key, action="text", outcome="skipped", reason=why, **at
    )
    StepRun.objects.create(enrollment=one, position=1, step_key=second.key, action="task", outcome="task", **at)
    page = ana.get(reverse("admin:messaging_sequence_change", args=[sequence.pk]))
    rows = [
        (row.result.sent + row.result.done, row.result.replied, row.reasons, row.is_gone)
        for row in page.context["results"]
    ]
    assert rows == [(1, 1, [(why, 1)], False), (1, 0, [], True)]
    versions = [(row.number, row.running, row.all, row.is_current) for row in page.context["versions"]]
    assert versions == [(2, 1, 1, True), (1, 0, 1, False)]
    assert "2 in it now" not in page.content.decode()


# ---------------------------------------------------------------- all of a business
def test_all_follow_ups_are_paused_and_resumed_and_whoever_is_second_is_told(ana: Client, cast: Cast) -> None:
    for act, paused in (("pause", True), ("resume", False)):
        page = reverse(f"admin:messaging_sequence_{act}", args=[cast.a.pk])
        assert ana.get(page).status_code == 405
        assert ana.post(page).status_code == 302
        cast.a.refresh_from_db()
        assert cast.a.are_follow_ups_paused is paused
        told = [message.message for message in get_messages(ana.post(page).wsgi_request)]
        assert told[-1] == "Somebody was faster: that is so already."


def test_the_desk_looks_and_strangers_find_nothing(cast: Cast, sequence: Sequence) -> None:
    page = reverse("admin:messaging_sequence_change", args=[sequence.pk])
    ben, cleo = sign_in(cast.ben), sign_in(cast.cleo)
    assert ben.get(page).status_code == 200
    assert save(ben, sequence, {}).status_code == 403
    for client in (ben, cleo):
        assert client.post(reverse("admin:messaging_sequence_pause", args=[cast.a.pk])).status_code == 404
    assert cleo.post(reverse("admin:messaging_sequence_preview", args=[sequence.pk]), {}).status_code == 404
    assert sequence.steps.count() == 2
