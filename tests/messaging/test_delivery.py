"""What the carrier says became of a text, and what that makes us do: one row per error code of its documentation."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging import conversations, delivery, outbound
from messaging.carriers.base import CarrierText, Delivery, TextStatus
from messaging.enums import MessageKind, MessageStatus, OptOutSource, ScriptKind, Suppression
from messaging.models import Message, NeverText, OptOut
from messaging.wording import worded
from recoverline.lib import clock
from tests.factories import NOON, make_lead, make_script
from tests.fakes.carrier import CallbackPlan, error, http
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first(at: time_machine.Traveller, wire: Wire) -> Message:
    wire.post("voice", "voice__ringing")
    (message,) = wire.texts()
    return message


def report(wire: Wire, message: Message, status: str, code: str = "") -> None:
    """The carrier's callback for this text."""
    params = {
        "MessageSid": message.carrier_message_id or "SM" + "7" * 32,
        "SmsSid": "SM" + "7" * 32,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": message.lead.phone,
        "From": message.number.number,
        "AccountSid": wire.account.account_sid,
        **({"ErrorCode": code} if code else {}),
    }
    answer = wire.post_params("message-status", params, query={"text": str(message.key)})
    assert answer.status_code == 200
    message.refresh_from_db()


def write(wire: Wire, kind: MessageKind = MessageKind.STAFF, body: str = "Hello", phone: str = CALLER) -> Message:
    lead = make_lead(wire.business, phone=phone)
    conversation = conversations.open_conversation(lead, wire.number, now=clock.now())
    return outbound.queue_text(conversation, kind=kind, body=body, idem_key=f"test:{phone}:{body}", now=clock.now())


def kinds(*wanted: str) -> list[str]:
    return list(LeadEvent.objects.filter(kind__in=wanted).order_by("id").values_list("kind", flat=True))


# ---------------------------------------------------------------- what each error asks for
# Code -> the callback task that replaces the first text, and what else is different afterwards.
ACTIONS: dict[str, tuple[TaskReason, set[str]]] = {
    "21610": (TaskReason.OPTED_OUT, {"opted out"}),
    "21211": (TaskReason.UNTEXTABLE, {"unreachable"}),
    "30005": (TaskReason.UNTEXTABLE, {"unreachable"}),
    "21614": (TaskReason.LANDLINE, {"landline"}),
    "21635": (TaskReason.LANDLINE, {"landline"}),
    "30006": (TaskReason.LANDLINE, {"landline"}),
    "21612": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "21408": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "21617": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "21603": (TaskReason.SENDING_STOPPED, {"number stopped"}),
    "21606": (TaskReason.SENDING_STOPPED, {"number stopped"}),
    "21608": (TaskReason.SENDING_STOPPED, {"number stopped"}),
    "30034": (TaskReason.SENDING_STOPPED, {"number stopped"}),
    "30035": (TaskReason.SENDING_STOPPED, {"number stopped"}),
    "20404": (TaskReason.SENDING_STOPPED, {"account stopped"}),
    "30002": (TaskReason.SENDING_STOPPED, {"account stopped"}),
    "30001": (TaskReason.UNDELIVERABLE, set()),
    "30004": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "30007": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "30022": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "30027": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "30450": (TaskReason.UNDELIVERABLE, {"blocked"}),
    "30610": (TaskReason.UNDELIVERABLE, set()),
    "30640": (None, {"never text"}),
    "39999": (TaskReason.UNDELIVERABLE, set()),
}


def consequences(wire: Wire, message: Message) -> set[str]:
    for row in (wire.account, wire.number, message.lead):
        row.refresh_from_db()
    return {
        name
        for name, holds in {
            "opted out": OptOut.objects.filter(business=wire.business, phone=CALLER, revoked_at=None).exists(),
            "never text": NeverText.objects.filter(business=wire.business, phone=CALLER).exists(),
            "landline": message.lead.is_landline,
            "unreachable": message.lead.is_unreachable,
            "number stopped": wire.number.stopped_at is not None,
            "account stopped": wire.account.stopped_at is not None,
            "blocked": LeadEvent.objects.filter(kind="text.blocked").exists(),
        }.items()
        if holds
    }


def expect_action(wire: Wire, message: Message, code: str) -> None:
    reason, changed = ACTIONS[code]
    assert consequences(wire, message) == changed
    due = clock.now() + timedelta(minutes=10)
    expected = [(reason, message.lead_id, due)] if reason else []
    assert list(CallbackTask.objects.values_list("reason", "lead_id", "due_at")) == expected
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize("code", ACTIONS)
def test_an_error_in_the_answer_has_its_consequence(code: str, first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(error(int(code)))
    wire.deliver_due()
    first.refresh_from_db()
    assert (first.status, first.error_code) == (MessageStatus.FAILED, code)
    expect_action(wire, first, code)
    at.shift(3600)
    wire.deliver_due()
    assert wire.sent == []


@pytest.mark.parametrize("code", ACTIONS)
def test_an_error_in_a_callback_has_the_same_consequence(code: str, first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "sent")
    report(wire, first, "undelivered", code)
    report(wire, first, "failed", code)
    assert (first.status, first.error_code) == (MessageStatus.UNDELIVERED, code)
    expect_action(wire, first, code)


def test_an_error_found_in_the_carriers_log_has_the_same_consequence(first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(http(500, accepted=True))
    wire.deliver_due()
    wire.carrier.move(wire.carrier.ledger[0].sid, "undelivered", 30006)
    at.shift(60)
    wire.deliver_due()
    first.refresh_from_db()
    assert (first.status, first.error_code) == (MessageStatus.UNDELIVERED, "30006")
    expect_action(wire, first, "30006")


def test_wrong_credentials_stop_the_account_once(wire: Wire, at) -> None:
    """A 401 stops every text of the account, with one event; those that wait are not sent, and somebody calls."""
    rows = [write(wire, MessageKind.FIRST_TEXT, phone=f"+1555555013{n}") for n in range(3)]
    wire.carrier.accounts[wire.account.account_sid] = "changed at the carrier"
    wire.deliver_due()
    for row in rows:
        row.refresh_from_db()
    assert [(row.status, row.error_code, row.suppression) for row in rows] == [
        (MessageStatus.FAILED, "20003", ""),
        (MessageStatus.SUPPRESSED, "", Suppression.SENDER_STOPPED),
        (MessageStatus.SUPPRESSED, "", Suppression.SENDER_STOPPED),
    ]
    wire.account.refresh_from_db()
    assert wire.account.problem == "The carrier refused our account id or token, or the account is suspended."
    assert kinds("carrier.stopped") == ["carrier.stopped"]
    assert [task.reason for task in CallbackTask.objects.all()] == [TaskReason.SENDING_STOPPED] * 3
    assert sum(seen.operation == "create_message" for seen in wire.carrier.requests) == 1


def test_a_stopped_number_stops_no_other(wire: Wire, at) -> None:
    row = write(wire)
    wire.carrier.inject(error(30034))
    wire.deliver_due()
    wire.account.refresh_from_db()
    wire.number.refresh_from_db()
    assert wire.account.stopped_at is None
    assert wire.number.problem == "The number is not in an approved A2P 10DLC campaign."
    event = LeadEvent.objects.get(kind="carrier.stopped")
    assert event.data["code"] == "30034"
    assert not CallbackTask.objects.filter(cause=f"text:{row.key}").exists(), (
        "the author of a staff text sees it in the thread"
    )


def test_an_opt_out_at_the_carrier_is_recorded_as_one(first: Message, wire: Wire, at) -> None:
    wire.carrier.opt_out(from_=wire.number.number, to=CALLER)
    wire.deliver_due()
    row = OptOut.objects.get()
    assert (row.phone, row.source, row.evidence) == (
        CALLER,
        OptOutSource.CARRIER,
        f"carrier error 21610 of text {first.key}",
    )
    assert kinds("lead.opted_out") == ["lead.opted_out"]
    late = outbound.queue_text(
        first.conversation, kind=MessageKind.STAFF, body="Hello", idem_key="late", now=clock.now()
    )
    assert (late.status, late.suppression) == (MessageStatus.SUPPRESSED, Suppression.OPTED_OUT)


def test_a_refusal_and_its_consequence_are_saved_together(first: Message, wire: Wire, at, monkeypatch) -> None:
    """A process that dies in between leaves the text uncertain, and the next one learns of the refusal again."""

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    wire.carrier.opt_out(from_=wire.number.number, to=CALLER)
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "act_on_error", die)
        with pytest.raises(Killed):
            outbound.deliver(first.pk)
    first.refresh_from_db()
    assert first.status == MessageStatus.SENDING
    for seconds in (30, 60, 0):
        at.shift(seconds)
        wire.deliver_due()
    first.refresh_from_db()
    assert (first.status, OptOut.objects.count()) == (MessageStatus.FAILED, 1)


# ---------------------------------------------------------------- one more try
@pytest.mark.parametrize(("code", "wait"), [("30003", 300), ("30008", 30)])
def test_an_unreachable_phone_gets_one_more_try(code: str, wait: int, first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "undelivered", code)
    again = Message.objects.get(idem_key=f"again:{first.key}")
    assert (again.status, again.next_at, again.expires_at) == (
        MessageStatus.QUEUED,
        clock.now() + timedelta(seconds=wait),
        first.expires_at,
    )
    assert not CallbackTask.objects.exists()

    at.shift(wait - 1)
    wire.deliver_due()
    assert len(wire.sent) == 1
    at.shift(1)
    wire.deliver_due()
    assert len(wire.sent) == 2
    again.refresh_from_db()
    report(wire, again, "undelivered", code)
    at.shift(600)
    wire.deliver_due()
    assert (len(wire.sent), Message.objects.count()) == (2, 2)
    assert CallbackTask.objects.get().reason == TaskReason.UNDELIVERABLE


def test_no_second_try_when_it_would_be_too_late(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    at.shift(11 * 60)
    report(wire, first, "undelivered", "30003")
    assert Message.objects.count() == 1
    assert CallbackTask.objects.get().reason == TaskReason.UNDELIVERABLE


def test_the_second_try_is_called_off_when_the_first_arrives_after_all(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "undelivered", "30003")
    report(wire, first, "delivered")
    at.shift(600)
    wire.deliver_due()
    assert (first.status, first.error_code, len(wire.sent)) == (MessageStatus.DELIVERED, "30003", 1)
    assert list(Message.objects.all()) == [first]


def test_a_second_try_hears_of_a_stop(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "undelivered", "30003")
    wire.post("message", "message__stop")
    at.shift(600)
    wire.deliver_due()
    assert Message.objects.get(idem_key=f"again:{first.key}").suppression == Suppression.OPTED_OUT
    assert len(wire.sent) == 1


# ---------------------------------------------------------------- the order of callbacks
REPORTS = [("queued", ""), ("sent", ""), ("undelivered", "30006"), ("delivered", "")]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(REPORTS)), ids=lambda order: " ".join(r[0] for r in order)
)
def test_every_order_of_callbacks_ends_the_same(order, first: Message, wire: Wire, at) -> None:
    """The highest status stands, and the error that came with a lower one is kept."""
    wire.deliver_due()
    first.refresh_from_db()
    for status, code in order:
        report(wire, first, status, code)
    assert (first.status, first.error_code, first.delivered_at) == (MessageStatus.DELIVERED, "30006", NOON)
    assert len(wire.sent) == 1


def test_the_first_error_is_kept(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "undelivered", "30006")
    report(wire, first, "failed", "30008")
    assert (first.status, first.error_code) == (MessageStatus.UNDELIVERED, "30006")
    assert Message.objects.count() == 1


def test_an_error_after_delivery_does_nothing_but_stop(first: Message, wire: Wire, at) -> None:
    """What was delivered is not sent again and nobody is called; who has opted out is believed all the same."""
    wire.deliver_due()
    first.refresh_from_db()
    report(wire, first, "delivered")
    report(wire, first, "undelivered", "30003")
    assert (Message.objects.count(), CallbackTask.objects.count(), first.status) == (1, 0, MessageStatus.DELIVERED)
    report(wire, first, "failed", "21610")
    assert OptOut.objects.filter(phone=CALLER).exists()


def test_whk_04_a_callback_before_our_own_answer_is_attached(first: Message, wire: Wire, at, monkeypatch) -> None:
    save = outbound._save_result

    def report_first(claim, result, *, now):
        params = {
            "MessageSid": result.message_id,
            "MessageStatus": "delivered",
            "To": CALLER,
            "From": wire.number.number,
            "AccountSid": wire.account.account_sid,
        }
        wire.post_params("message-status", params, query={"text": str(first.key)})
        save(claim, result, now=now)

    monkeypatch.setattr(outbound, "_save_result", report_first)
    wire.deliver_due()
    first.refresh_from_db()
    assert (first.status, first.carrier_message_id) == (MessageStatus.DELIVERED, wire.carrier.ledger[0].sid)
    assert Message.objects.count() == 1


def test_a_callback_for_a_second_copy_is_logged_and_changes_nothing(
    first: Message, wire: Wire, at, caplog: pytest.LogCaptureFixture
) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    own = first.carrier_message_id
    with transaction.atomic():
        delivery.apply_status(
            wire.account, TextStatus("SM" + "9" * 32, str(first.key), Delivery.UNDELIVERED, "30006"), now=clock.now()
        )
    first.refresh_from_db()
    assert (first.status, first.carrier_message_id) == (MessageStatus.ACCEPTED, own)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"text {first.key} has left twice: as {own} and as SM{'9' * 32}"
    ]


def test_a_callback_takes_few_statements(first: Message, wire: Wire, at, django_assert_num_queries) -> None:
    """It is what carriers post most: read the text, write it, and see whether a second try waits."""
    outbound.deliver(first.pk)
    first.refresh_from_db()
    for status, statements in ((Delivery.SENT, 2), (Delivery.DELIVERED, 3)):
        event = TextStatus(message_id=first.carrier_message_id, message_key=str(first.key), delivery=status)
        with transaction.atomic(), django_assert_num_queries(statements):
            delivery.apply_status(wire.account, event, now=clock.now())


def test_a_callback_without_a_key_is_found_by_its_id(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    for key in ("", "nonsense", "-" * 36, "0" * 36):
        delivery.apply_status(wire.account, TextStatus(first.carrier_message_id, key, Delivery.SENT), now=clock.now())
        first.refresh_from_db()
        assert first.status == MessageStatus.SENT
    delivery.apply_status(wire.account, TextStatus("SM-unheard-of", "", Delivery.FAILED, "30007"), now=clock.now())
    assert Message.objects.get().status == MessageStatus.SENT


def test_the_key_outweighs_an_id_that_was_given_to_an_equal_text(wire: Wire, at) -> None:
    """One row had taken the id by comparing bodies; the callback names the other row's key."""
    lead = make_lead(wire.business, phone=CALLER)
    conversation = conversations.open_conversation(lead, wire.number, now=clock.now())
    guessed, real = (
        outbound.queue_text(conversation, kind=MessageKind.STAFF, body="Hello", idem_key=f"{n}", now=clock.now())
        for n in range(2)
    )
    Message.objects.filter(pk=guessed.pk).update(status=MessageStatus.ACCEPTED, carrier_message_id="SM1", next_at=None)
    Message.objects.filter(pk=real.pk).update(status=MessageStatus.UNKNOWN, next_at=clock.now())
    delivery.apply_status(wire.account, TextStatus("SM1", str(real.key), Delivery.SENT), now=clock.now())
    real.refresh_from_db()
    guessed.refresh_from_db()
    assert (real.status, real.carrier_message_id) == (MessageStatus.SENT, "SM1")
    assert (guessed.status, guessed.carrier_message_id) == (MessageStatus.UNKNOWN, None)
    assert guessed.next_at == clock.now() + timedelta(seconds=60)


def test_apply_listed_moves_up_like_a_callback(first: Message, wire: Wire, at) -> None:
    wire.deliver_due()
    first.refresh_from_db()
    listed = CarrierText("SM1", CALLER, wire.number.number, first.body, NOON, Delivery.DELIVERED)
    delivery.apply_listed(first, listed, now=clock.now())
    first.refresh_from_db()
    assert (first.status, first.delivered_at) == (MessageStatus.DELIVERED, NOON)


# ---------------------------------------------------------------- late
@pytest.mark.parametrize(("minutes", "late"), [(0, False), (2, False), (3, True), (14, True)])
def test_a_first_text_that_leaves_late_says_so(minutes: int, late: bool, first: Message, wire: Wire, at) -> None:
    usual = first.body
    honest = worded(ScriptKind.DELAYED, number=wire.number, lead=first.lead, now=clock.now()).body
    at.shift(minutes * 60)
    wire.deliver_due()
    assert usual != honest
    assert [body for _, body in wire.sent] == [honest if late else usual]
    first.refresh_from_db()
    assert first.body == wire.sent[0][1]


def test_the_business_words_its_late_text_itself(first: Message, wire: Wire, at) -> None:
    make_script(
        wire.business, kind=ScriptKind.DELAYED, body="{business}: you called a while ago. Still need us? {opt_out}"
    )
    at.shift(240)
    wire.deliver_due()
    assert wire.sent[0][1] == "Alder Plumbing: you called a while ago. Still need us? Reply STOP to opt out."


def test_a_text_that_may_have_left_keeps_its_words(first: Message, wire: Wire, at) -> None:
    """Its body is how it is found in the carrier's log."""
    usual = first.body
    wire.carrier.inject(http(500), http(500))
    for _ in range(4):
        wire.deliver_due()
        at.shift(100)
    wire.deliver_due()
    assert [body for _, body in wire.sent] == [usual]


def test_a_text_of_staff_is_never_reworded(wire: Wire, at) -> None:
    write(wire, body="I will be there at nine")
    at.shift(30 * 60)
    wire.deliver_due()
    assert [body for _, body in wire.sent] == ["I will be there at nine"]
