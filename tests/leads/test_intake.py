"""One lead per phone and business, with its requests kept apart."""

import pytest
from django.db import transaction

from leads import intake
from leads.models import JobRequest, Lead
from tests.factories import NOON, make_business, make_location

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
    other = intake.new_lead(business, phone=PHONE, at=NOON)
    with transaction.atomic():
        found = intake.new_lead(business, phone=PHONE, at=NOON)
        intake.open_request(found, location=make_location(business), at=NOON, source="ads")
    assert found.pk == other.pk
    assert [(request.lead_id, request.source) for request in JobRequest.objects.all()] == [(other.pk, "ads")]
