"""One lead per phone and business, with its requests kept apart."""

import pytest
from django.db import transaction

from leads import intake
from leads.models import JobRequest, Lead, LeadEvent
from tests.factories import NOON, make_business, make_lead, make_location, make_request, make_service

PHONE = "+12125550123"


@pytest.mark.django_db
def test_a_lead_is_opened_once_and_keeps_its_first_source() -> None:
    business = make_business()
    first = intake.open_lead(business, phone=PHONE, at=NOON, source="ads")
    again = intake.open_lead(business, phone=PHONE, at=NOON, source="website")
    assert (again.pk, again.source, Lead.objects.count()) == (first.pk, "ads", 1)


@pytest.mark.django_db
def test_the_same_phone_at_another_business_is_another_lead() -> None:
    a, b = make_business(), make_business()
    assert intake.open_lead(a, phone=PHONE, at=NOON).pk != intake.open_lead(b, phone=PHONE, at=NOON).pk


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_came_in_between_is_found_and_the_transaction_lives_on() -> None:
    business = make_business()
    other = intake.open_lead(business, phone=PHONE, at=NOON, is_unknown=True)
    with transaction.atomic():
        found = intake.open_lead(business, phone=PHONE, at=NOON, is_unknown=True)
        intake.open_request(found, location=make_location(business), at=NOON, source="ads")
    assert found.pk == other.pk
    assert [(request.lead_id, request.source) for request in JobRequest.objects.all()] == [(other.pk, "ads")]


# ---------------------------------------------------------------- what they say of themselves
@pytest.fixture
def request_of_dana(db: None) -> JobRequest:
    business = make_business()
    lead = make_lead(business, name="Dana")
    return make_request(lead, make_location(business))


def noted(request: JobRequest) -> list[str]:
    return [
        row.text
        for row in LeadEvent.objects.filter(lead=request.lead, kind__in=("lead.noted", "lead.corrected")).order_by("id")
    ]


def test_what_is_said_is_kept_where_it_belongs_and_told_in_one_line(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    service = make_service(row.business, "Drain cleaning")
    changes = {"kind": "new", "need": "clogged drain", "place": "Tempe", "urgency": "urgent"}
    assert intake.note_facts(row.lead, row, changes, at=NOON, service=service, conversation="c")
    row.refresh_from_db()
    row.lead.refresh_from_db()
    assert (row.lead.kind, row.need, row.place, row.urgency, row.service) == (
        "new", "clogged drain", "Tempe", "urgent", service,
    )  # fmt: skip
    assert noted(row) == ["Customer: new; Need: clogged drain; Place: Tempe; Urgency: urgent; Service: Drain cleaning"]


def test_a_correction_replaces_and_says_what_it_was(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    drains, heaters = make_service(row.business, "Drains"), make_service(row.business, "Heaters")
    intake.note_facts(row.lead, row, {"name": "Dana Lee", "place": "Tempe"}, at=NOON, service=drains)
    intake.note_facts(row.lead, row, {"place": "Mesa"}, at=NOON, service=heaters)
    assert noted(row) == [
        "Name: Dana Lee, was Dana; Place: Tempe; Service: Drains",
        "Place: Mesa, was Tempe; Service: Heaters, was Drains",
    ]


def test_nothing_new_is_no_event(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    assert not intake.note_facts(row.lead, row, {"name": "Dana"}, at=NOON)
    assert not intake.note_facts(row.lead, row, {}, at=NOON)
    assert noted(row) == []


def test_without_a_request_only_the_person_is_kept(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    assert intake.note_facts(row.lead, None, {"name": "Dee", "place": "Mesa"}, at=NOON)
    row.refresh_from_db()
    assert (row.lead.name, row.place, noted(row)) == ("Dee", "", ["Name: Dee, was Dana"])


def test_what_is_too_long_is_cut_to_its_column(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    assert intake.note_facts(row.lead, row, {"name": "x" * 2000, "address": "y" * 2000}, at=NOON)
    for kept, name in ((row.lead, "name"), (row, "address")):
        kept.refresh_from_db()
        assert len(getattr(kept, name)) == kept._meta.get_field(name).max_length


def test_a_later_answer_to_the_same_question_replaces_the_earlier_one(request_of_dana: JobRequest) -> None:
    row = request_of_dana
    for answer in ("two", "three"):
        intake.note_answer(row, "How many rooms?", answer)
    intake.note_answer(row, "Pets?", "a cat")
    row.refresh_from_db()
    assert row.answers == {"How many rooms?": "three", "Pets?": "a cat"}
