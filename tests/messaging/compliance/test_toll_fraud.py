"""SEC-27: hundreds of costly numbers call us to be texted back. The caps hold, and one switch ends it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from leads.models import Business
from messaging import outbound
from messaging.enums import MessageStatus, MissReason
from messaging.missed_calls import handle
from messaging.models import Call, Message
from recoverline.lib import clock
from tests.fakes.carrier import CallbackPlan
from tests.wire import Wire

PREMIUM = [f"+1900555{index:04}" for index in range(1000, 1100)]
ABROAD = [f"+3725{index:06}" for index in range(200)]  # Estonia
AT_HOME = [f"+1{212 + index // 100}55501{index % 100:02}" for index in range(200)]


def calls_of(wire: Wire, phones: list[str], *, since: datetime) -> None:
    """Missed calls spread over ten minutes, straight at the place that decides."""
    for index, phone in enumerate(phones):
        at = since + timedelta(seconds=600 * index / len(phones))
        call = Call.objects.create(
            account=wire.account, carrier_call_id=f"CA{index:032x}", business=wire.business, number=wire.number,
            location=wire.number.location, caller=phone, caller_raw=phone, hours_state="open", started_at=at,
        )  # fmt: skip
        handle(call, MissReason.NO_ANSWER, now=at, is_new=True)


@pytest.mark.django_db
def test_five_hundred_costly_numbers_get_what_the_caps_allow(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())
    Business.objects.filter(pk=wire.business.pk).update(texts_per_hour=20)
    for row in (wire.business, wire.number.business):
        row.refresh_from_db()
    # Served abroad, so that only the caps stand in the way of these.
    Business.objects.filter(pk=wire.business.pk).update(countries_served=["US", "EE"])
    wire.number.business.refresh_from_db()
    wire.business = wire.number.business
    mixed = [phone for three in zip(ABROAD, AT_HOME, PREMIUM * 2, strict=True) for phone in three]
    calls_of(wire, mixed[:500], since=clock.now() - timedelta(minutes=10))

    wire.deliver_due()

    assert len(mixed[:500]) == 500
    assert len(wire.sent) == 20
    assert not [to for to, _ in wire.sent if to.startswith("+1900")]
    decided = set(Call.objects.values_list("decision", flat=True))
    assert {"hourly_cap", "foreign"} <= decided


@pytest.mark.django_db(transaction=True)
def test_the_switch_ends_it_within_five_seconds(wire: Wire) -> None:
    """At the door: thirty texts wait, a sender hands them over, and somebody pauses texting."""
    wire.carrier.callbacks = CallbackPlan(statuses=())
    wire.carrier.response_delay = 0.02
    Business.objects.filter(pk=wire.business.pk).update(texts_per_hour=100, number_texts_per_hour=100)
    wire.number.business.refresh_from_db()
    wire.business = wire.number.business
    calls_of(wire, AT_HOME[:30], since=clock.now() - timedelta(minutes=10))
    waiting = [text.pk for text in outbound.due(clock.now(), limit=100)]
    assert len(waiting) == 30

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_deliver, waiting)
        while len(wire.carrier.ledger) < 5:
            time.sleep(0.005)
        Business.objects.filter(pk=wire.business.pk).update(is_texting_paused=True)
        paused, at_pause = time.monotonic(), len(wire.carrier.ledger)
        running.result(timeout=60)

    late = [text for text in wire.carrier.ledger if text.at_monotonic > paused + 5]
    assert late == []
    assert len(wire.carrier.ledger) <= at_pause + 2, "what was in hand, and no more"
    assert set(Message.objects.exclude(status=MessageStatus.ACCEPTED).values_list("suppression", flat=True)) == {
        "paused"
    }


def _deliver(waiting: list[int]) -> None:
    from django.db import connection

    try:
        for pk in waiting:
            outbound.deliver(pk)
    finally:
        connection.close()
