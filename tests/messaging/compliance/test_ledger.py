"""The ledger of consent: every fact once, with its means and its evidence; and who is known again after erasure."""

import ast
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from leads.models.privacy import PrivacySalt
from leads.pseudonyms import pseudonym
from messaging import consent, facts
from messaging.compliance import ledger
from messaging.enums import (
    CallerKind,
    ConsentKind,
    ConsentMeans,
    ConsentScope,
    MessageKind,
    MissReason,
    OptOutSource,
)
from messaging.models import Call, ConsentEntry, NeverText, OptOut
from recoverline.lib import clock
from scheduling.enums import BookedBy
from tests.factories import NOON, fresh, make_business, make_never_text, make_opt_out
from tests.fakes.carrier import CallbackPlan, error
from tests.messaging.visits import book, make_bookable, tell
from tests.recoverline.source import modules
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


def say(wire: Wire, body: str, *, sid: str = "") -> str:
    sid = sid or f"SM{fresh():032x}"
    answer = wire.post("message", "message__plain", Body=body, MessageSid=sid, SmsSid=sid, SmsMessageSid=sid)
    assert answer.status_code == 200
    wire.deliver_due()
    return f"text {sid}"


def ring(wire: Wire) -> str:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    return f"call {Call.objects.latest('id').carrier_call_id}"


def lines() -> list[tuple[str, str, str, str]]:
    return list(ConsentEntry.objects.order_by("id").values_list("kind", "means", "said", "evidence"))


def test_a_call_that_got_a_text_and_the_first_text_back(wire: Wire) -> None:
    called = ring(wire)
    wire.post("voice", "voice__ringing")  # the same webhook again
    wrote = say(wire, "My sink leaks")
    say(wire, "Are you there?")
    assert lines() == [
        (ConsentKind.CONTACTED, ConsentMeans.CALL, "", called),
        (ConsentKind.CONTACTED, ConsentMeans.TEXT, "", wrote),
    ]
    assert {row.scope for row in ConsentEntry.objects.all()} == {ConsentScope.REQUEST}


@pytest.mark.parametrize(("by", "counts"), [(BookedBy.PAGE, True), (BookedBy.STAFF, False)])
def test_a_booking_on_the_page_is_a_contact(wire: Wire, by: BookedBy, counts: bool) -> None:
    with time_machine.travel(NOON, tick=False):
        visit = book(wire, make_bookable(wire), by=by)
        tell()
    contact = (ConsentKind.CONTACTED, ConsentMeans.PAGE, "", f"appointment {visit.key}")
    assert lines() == ([contact] if counts else [])


@pytest.mark.parametrize("by_carrier", [True, False])
def test_stop_help_and_start(wire: Wire, by_carrier: bool) -> None:
    """One confirmation per opt-out: the carrier's or ours, and none of the second STOP."""
    wire.account.handles_optout = by_carrier
    wire.account.save()
    ring(wire)
    texts = [say(wire, body) for body in ("HELP", "STOP", "STOP", "START", "STOP")]
    ours = [f"text {row.key}" for row in wire.texts() if row.idem_key.startswith("optout:")]
    bodies = [row.body for row in wire.texts() if row.idem_key.startswith("optout:")]
    assert len(ours) == (0 if by_carrier else 2)

    def confirmed(at: int) -> tuple[str, str, str, str]:
        if by_carrier:
            return (ConsentKind.CONFIRMED, ConsentMeans.CARRIER, "", texts[1 if at == 0 else 4])
        return (ConsentKind.CONFIRMED, ConsentMeans.TEXT, bodies[at], ours[at])

    text = ConsentMeans.TEXT
    assert lines()[1:] == [
        (ConsentKind.HELPED, text, "HELP", texts[0]),
        (ConsentKind.OPTED_OUT, text, "STOP", texts[1]),
        confirmed(0),
        (ConsentKind.OPTED_OUT, text, "STOP", texts[2]),
        (ConsentKind.OPTED_IN, text, "START", texts[3]),
        (ConsentKind.OPTED_OUT, text, "STOP", texts[4]),
        confirmed(1),
    ]


def test_yes_is_an_opt_in_only_after_an_opt_out(wire: Wire) -> None:
    ring(wire)
    sid = f"SM{fresh():032x}"
    wire.post("message", "message__plain", Body="YES", OptOutType="START", MessageSid=sid, SmsSid=sid)
    assert ConsentKind.OPTED_IN not in [kind for kind, *_ in lines()]


def test_what_is_in_doubt(wire: Wire) -> None:
    wrote = say(wire, "who is this")
    doubtful = [line for line in lines() if line[0] == ConsentKind.DOUBTFUL]
    assert doubtful in ([], [(ConsentKind.DOUBTFUL, ConsentMeans.TEXT, "who is this", wrote)])
    wrote = say(wire, "wrong number")
    assert (ConsentKind.DOUBTFUL, ConsentMeans.TEXT, "wrong number", wrote) in lines()


def test_an_opt_out_that_the_carrier_reports(wire: Wire) -> None:
    wire.carrier.inject(error(21610))
    ring(wire)
    (text,) = [row for row in wire.texts() if row.kind == MessageKind.FIRST_TEXT]
    cause = f"carrier error 21610 of text {text.key}"
    assert lines()[1:] == [(ConsentKind.OPTED_OUT, ConsentMeans.CARRIER, "", cause)]


@pytest.mark.parametrize("source", [OptOutSource.STAFF, OptOutSource.API, OptOutSource.IMPORT])
def test_an_opt_out_from_elsewhere_is_texted_to_nobody(wire: Wire, source: OptOutSource) -> None:
    for phone in (CALLER, CALLER, "+12125550177"):
        consent.opt_out(wire.business, phone=phone, source=source, evidence="the same words", now=clock.now())
    wire.deliver_due()
    assert wire.texts() == []
    first, second = OptOut.objects.order_by("id")
    assert [line[1:] for line in lines()] == [
        (source.value, "", f"opt-out {first.pk}: the same words"),
        (source.value, "", f"opt-out {second.pk}: the same words"),
    ]


def test_one_line_per_evidence_and_kind(wire: Wire) -> None:
    def note(kind: ConsentKind, evidence: str, business_id: int) -> None:
        ledger.note(business_id, CALLER, kind, means=ConsentMeans.TEXT, at=NOON, evidence=evidence)

    other = make_business()
    for _ in range(3):
        note(ConsentKind.HELPED, "text SM1", wire.business.pk)
        note(ConsentKind.OPTED_OUT, "text SM1", wire.business.pk)
        note(ConsentKind.HELPED, "text SM1", other.pk)
    assert ConsentEntry.objects.count() == 3


def test_a_line_is_one_statement(wire: Wire, django_assert_num_queries) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        ledger.note_contact(wire.business.pk, CALLER, means=ConsentMeans.CALL, at=NOON, evidence="call CA1")


WRITERS = {"messaging.compliance.ledger", "messaging.compliance.erasure", "messaging.simulator.erasing"}


def test_nothing_writes_or_changes_the_ledger_but_its_writer_and_erasure() -> None:
    """Whoever names the model reads it: no update, delete, save or create but in these modules."""
    changes = {"update", "delete", "save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
    found = set()
    for name, tree in modules().items():
        for node in ast.walk(tree):
            func = node.func if isinstance(node, ast.Call) else None
            if not isinstance(func, ast.Attribute) or func.attr not in changes:
                continue
            if any(isinstance(part, ast.Name) and part.id == "ConsentEntry" for part in ast.walk(func)):
                found.add(name)
    assert found <= WRITERS
    assert "messaging.compliance.ledger" in found


# ---------------------------------------------------------------- after an erasure
@pytest.fixture
def erased(wire: Wire) -> str:
    """The caller had opted out, was on the never-text list, and was erased."""
    salt = PrivacySalt.objects.create(business=wire.business)
    mark = pseudonym(CALLER, salt=salt.salt)
    make_opt_out(wire.business, phone=mark)
    make_never_text(wire.business, phone=mark)
    ledger.note(wire.business.pk, mark, ConsentKind.OPTED_OUT, means=ConsentMeans.TEXT, at=NOON, evidence="text SM0")
    return mark


def test_who_was_erased_is_still_opted_out(wire: Wire, erased: str) -> None:
    assert consent.is_opted_out(wire.business.pk, CALLER)
    assert not consent.is_opted_out(wire.business.pk, "+12125550177")
    assert not consent.is_opted_out(make_business().pk, CALLER)


def test_who_was_erased_and_calls_gets_no_text_and_has_their_lines_back(wire: Wire, erased: str) -> None:
    ring(wire)
    row = Call.objects.get()
    assert (row.decision, wire.sent) == ("never_text", [])
    assert {CallerKind.OPTED_OUT, CallerKind.NEVER_TEXT} <= set(row.facts["callers"])
    for model in (OptOut, NeverText, ConsentEntry):
        assert [each.phone for each in model._default_manager.all()] == [CALLER]
    with transaction.atomic():
        again = facts.situation_of(row, reason=MissReason(row.miss_reason), now=clock.now()).facts
    assert CallerKind.OPTED_OUT in again.callers


def test_who_was_erased_and_says_start_is_back(wire: Wire, erased: str) -> None:
    say(wire, "START")
    assert not consent.is_opted_out(wire.business.pk, CALLER)
    assert [row.phone for row in OptOut.objects.all()] == [CALLER]


def test_who_was_erased_twice_is_recalled_without_a_clash(wire: Wire, erased: str) -> None:
    make_opt_out(wire.business, phone=CALLER, opted_out_at=NOON + timedelta(days=1))
    make_never_text(wire.business, phone=CALLER)
    consent.recall(wire.business.pk, CALLER)
    assert sorted(row.phone for row in OptOut.objects.all()) == sorted([erased, CALLER])
    assert consent.is_opted_out(wire.business.pk, CALLER)


def test_a_confirmation_comes_within_five_minutes_or_not_at_all(wire: Wire) -> None:
    wire.account.handles_optout = False
    wire.account.save()
    sid = f"SM{fresh():032x}"
    with time_machine.travel(NOON, tick=False) as at:
        wire.post("message", "message__stop", MessageSid=sid, SmsSid=sid, SmsMessageSid=sid)
        at.shift(timedelta(minutes=5))
        wire.deliver_due()
    assert wire.sent == []
    assert ConsentKind.CONFIRMED not in [kind for kind, *_ in lines()]


def test_the_same_words_of_staff_for_two_phones_and_twice_for_one(wire: Wire) -> None:
    said = "Signed the form, kept in the office"

    def opts_in(phone: str) -> None:
        consent.opt_in(wire.business, phone=phone, evidence=said, now=NOON, means=ConsentMeans.STAFF)

    for phone in (CALLER, "+12125550198", CALLER):
        make_opt_out(wire.business, phone=phone)
        opts_in(phone)
    opts_in(CALLER)
    entries = ConsentEntry.objects.filter(kind=ConsentKind.OPTED_IN)
    assert sorted(entries.values_list("phone", flat=True)) == sorted([CALLER] * 3 + ["+12125550198"])
    assert all(evidence.endswith(f": {said}") for evidence in entries.values_list("evidence", flat=True))
