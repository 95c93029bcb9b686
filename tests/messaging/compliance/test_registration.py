"""What a carrier's form asks for, made from what a business has set up."""

from typing import Any

import pytest

from messaging.compliance import registration
from messaging.models import PhoneNumber, Sequence, SequenceStep
from tests.factories import NOON, make_account, make_business, make_location, make_number, make_script, make_service

pytestmark = pytest.mark.django_db


def number_of(*, number: str = "+12125550100", service: str = "", **business: Any) -> PhoneNumber:
    row = make_business("Alder Plumbing", **business)
    place = make_location(row, address="1 Elm Street", city="Albany", region="NY", postal_code="12207")
    return make_number(place, make_account(row, messaging_service_sid=service), number=number)


def test_everything_is_there_and_fits_the_form() -> None:
    number = number_of(service="MG1", website="https://alder.example", email="hi@alder.example", phone="+12125550111")
    make_service(number.business, "Drain cleaning")
    sequence = Sequence.objects.create(business=number.business, name="Nudge", trigger="no_reply")
    SequenceStep.objects.create(
        sequence=sequence, position=1, body="{business}: still need help, {caller_name}? {opt_out}"
    )

    form = registration.form_of(number, now=NOON)

    assert form.process == "A2P 10DLC registration"
    assert form.is_needed
    assert form.is_open
    assert [need.label for need in form.needs if not need.value] == []
    texts = {text.label.partition(" (")[0]: text.text for text in form.texts}
    for label in ("Campaign description", "How people agree to be texted"):
        assert registration.SHORTEST <= len(texts[label]) <= registration.LONGEST
        assert "Alder Plumbing" in texts[label]
    assert "(212) 555-0100" in texts["How people agree to be texted"]
    assert "STOP" in texts["How people agree to be texted"]
    assert 2 <= len(form.samples) <= 5
    assert form.samples[0].text.startswith("Hi Maria, this is Alder Plumbing.")
    assert form.samples[0].says_stop
    assert [sample.text for sample in form.samples if sample.label == "A follow-up: Nudge"] == [
        "Alder Plumbing: still need help, Maria? Reply STOP to opt out."
    ]
    assert not [sample.text for sample in form.samples if "{" in sample.text]
    assert [need.label for need in form.missing] == [
        "The greeting does not say that you answer by text",
        "A privacy policy at https://alder.example that holds the sentence below (we cannot see whether it does)",
    ]


def test_what_is_missing_is_named_with_where_to_set_it() -> None:
    number = number_of()
    make_script(number.business, body="{business}: sorry!")
    form = registration.form_of(number, now=NOON)
    missing = {need.label: need.url for need in form.missing}
    assert set(missing) == {
        "Website", "E-mail for questions", "The first text does not say how to opt out",
        "The greeting does not say that you answer by text", "A privacy policy on your website",
    }  # fmt: skip
    assert all(url.startswith("/admin/") for url in missing.values())
    assert [need.label for need in form.needs if not need.value] == [
        "Website", "E-mail for questions", "Messaging service with this number in it",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "process", "is_needed"),
    [
        ("+18005550100", "twilio", "Toll-free verification", True),
        ("+12125550100", "simulator", "A2P 10DLC registration", False),
        ("+442071838750", "twilio", "A2P 10DLC registration", False),
    ],
)
def test_each_number_has_its_own_way(number: str, kind: str, process: str, is_needed: bool) -> None:
    row = number_of(number=number)
    row.account.kind = kind
    form = registration.form_of(row, now=NOON)
    assert (form.process, form.is_needed) == (process, is_needed)


def test_a_registration_that_is_done_asks_for_nothing() -> None:
    row = number_of()
    row.registration = "approved"
    assert not registration.form_of(row, now=NOON).is_open
