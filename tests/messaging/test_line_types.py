"""The paid look-up of line types: before a first text only, remembered, and never in the way."""

from datetime import timedelta

import pytest

from leads.models import Lead
from messaging.enums import MessageKind
from messaging.line_types import check_line
from messaging.models import Message
from recoverline.lib import clock
from tests.factories import make_conversation, make_lead, make_message
from tests.fakes.carrier import drop_before, hang, http
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(wire: Wire) -> Message:
    wire.account.uses_lookup = True
    wire.account.save()
    lead = make_lead(wire.business, phone=CALLER)
    return make_message(make_conversation(lead, wire.number), status="queued")


def lookups(wire: Wire) -> int:
    return sum(request.operation == "lookup" for request in wire.carrier.requests)


@pytest.mark.parametrize(
    ("line_type", "may_go", "kept"),
    [
        ("landline", False, "landline"),
        ("Landline", False, "landline"),
        ("mobile", True, "other"),
        ("nonFixedVoip", True, "other"),
        ("fixedVoip", True, "other"),
        ("unknown", True, "other"),
    ],
)
def test_only_a_landline_is_held_back(wire: Wire, text: Message, line_type: str, may_go: bool, kept: str) -> None:
    wire.carrier.line_types[CALLER] = line_type
    assert check_line(text) == may_go
    lead = Lead.objects.get()
    assert (lead.line_type, lead.is_landline) == (kept, not may_go)
    assert lead.line_type_at is not None


def test_it_is_asked_once_in_90_days(wire: Wire, text: Message) -> None:
    for _ in range(3):
        assert check_line(Message.objects.get())
    assert lookups(wire) == 1
    Lead.objects.update(line_type_at=clock.now() - timedelta(days=91))
    wire.carrier.line_types[CALLER] = "landline"
    assert not check_line(Message.objects.get())
    assert lookups(wire) == 2
    assert not check_line(Message.objects.get())
    assert lookups(wire) == 2


@pytest.mark.parametrize("fault", [http(500), http(503), drop_before(), hang(4)], ids=lambda fault: fault.name)
def test_without_an_answer_the_text_is_tried(wire: Wire, text: Message, fault: object) -> None:
    wire.carrier.inject(fault, on="lookup")
    assert check_line(text)
    assert (Lead.objects.get().line_type, Lead.objects.get().line_type_at) == ("", None)


def test_a_type_the_carrier_does_not_know_is_asked_again(wire: Wire, text: Message) -> None:
    wire.carrier.line_types[CALLER] = None
    assert check_line(text)
    assert Lead.objects.get().line_type_at is None


@pytest.mark.parametrize("kind", [MessageKind.STAFF, MessageKind.AUTO_REPLY, MessageKind.COMPLIANCE])
def test_only_first_texts_are_worth_the_money(wire: Wire, text: Message, kind: MessageKind) -> None:
    text.kind = kind
    assert check_line(text)
    assert lookups(wire) == 0


def test_only_for_accounts_that_want_it(wire: Wire, text: Message) -> None:
    text.account.uses_lookup = False
    assert check_line(text)
    assert lookups(wire) == 0


def test_a_lead_known_as_a_landline_needs_no_look_up(wire: Wire, text: Message) -> None:
    text.lead.is_landline = True
    assert not check_line(text)
    assert lookups(wire) == 0
