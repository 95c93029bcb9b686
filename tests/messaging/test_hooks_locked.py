"""CHA-05: somebody holds a contact's row. The carrier gets its answer in time, and the event is acted on afterwards."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from leads.models import Lead
from messaging import consent, upkeep
from messaging.enums import Direction
from messaging.models import InboundHook, Message
from recoverline.lib import clock
from tests.factories import make_conversation, make_lead
from tests.wire import CALLER, Wire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL"),
]


@contextmanager
def held(lead: Lead) -> Iterator[None]:
    """By another session, as by a machine that has stopped in the middle."""
    holds, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            consent.hold_contact(lead.pk)
            holds.set()
            over.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_no_session_waits_for_a_row_or_sleeps_on_one_for_ever() -> None:
    assert shown("lock_timeout") == "10s"
    assert shown("idle_in_transaction_session_timeout") == "1min"
    assert shown("statement_timeout") == "0"
    assert settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] == 5


@pytest.fixture
def _impatient() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


@pytest.mark.usefixtures("_impatient")
def test_a_text_of_a_held_contact_is_kept_and_acted_on_later(wire: Wire) -> None:
    lead = make_lead(wire.business, phone=CALLER)
    make_conversation(lead, wire.number)
    with held(lead):
        with pytest.raises(OperationalError), transaction.atomic():
            consent.hold_contact(lead.pk)
        assert wire.post("message", "message__plain", From=CALLER, Body="Are you there?").status_code == 204
        assert list(InboundHook.objects.values_list("processed_at", "attempts")) == [(None, 1)]
        assert Message.objects.count() == 0
    assert upkeep.sweep_hooks(clock.now() + timedelta(seconds=3)) == 1
    assert list(Message.objects.filter(direction=Direction.IN).values_list("body", flat=True)) == ["Are you there?"]
