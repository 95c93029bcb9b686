"""The door for carriers when something of ours is broken: nothing is lost, and no caller hears an error."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from messaging import hooks, upkeep
from messaging.enums import MissReason
from messaging.models import Call, InboundHook, Message
from recoverline.lib import clock
from tests.factories import make_rule
from tests.messaging.door import SORRY
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


# ---------------------------------------------------------------- our own failures
@pytest.fixture
def broken_rule(wire: Wire) -> Wire:
    """A stored rule that the code cannot read: it was written by another release."""
    make_rule(wire.business, outcome="shout")
    return wire


def test_a_caller_never_hears_our_failure(broken_rule: Wire, caplog: pytest.LogCaptureFixture) -> None:
    answer = broken_rule.post("voice", "voice__ringing")

    assert (answer.status_code, answer.content.decode()) == (200, SORRY)
    assert not Call.objects.exists()
    stored = InboundHook.objects.get()
    assert (stored.processed_at, stored.attempts, stored.answer) == (None, 1, SORRY)
    assert stored.problem == "ValueError: 'shout' is not a valid Outcome"
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "a voice webhook could not be handled"
    ]
    assert broken_rule.post("voice", "voice__ringing").content.decode() == SORRY


def test_the_apology_is_in_the_language_of_the_business(broken_rule: Wire) -> None:
    broken_rule.business.language = "es"
    broken_rule.business.save()
    answer = broken_rule.post("voice", "voice__ringing").content.decode()
    assert f'<Say language="es-US">{hooks.SORRY["es"]}</Say>' in answer


def test_what_failed_is_done_by_the_sweep_when_the_fault_is_gone(broken_rule: Wire) -> None:
    assert broken_rule.post("call-status", "call-status__no_answer").status_code == 204
    assert not Call.objects.exists()
    now = clock.now()
    assert upkeep.sweep_hooks(now + timedelta(seconds=3)) == 0
    assert InboundHook.objects.get().attempts == 2
    broken_rule.business.rules.all().delete()

    assert upkeep.sweep_hooks(now + timedelta(seconds=10)) == 0  # not due again so soon
    assert upkeep.sweep_hooks(now + timedelta(seconds=31)) == 1
    assert upkeep.sweep_hooks(now + timedelta(seconds=62)) == 0

    stored = InboundHook.objects.get()
    assert (stored.problem, stored.attempts) == ("", 3)
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.started_at) == ("missed", MissReason.ABANDONED, stored.received_at)
    broken_rule.deliver_due()
    assert len(broken_rule.sent) == 1


def test_a_failure_that_lasted_ends_in_a_task_not_in_a_late_text(broken_rule: Wire) -> None:
    broken_rule.post("voice", "voice__ringing")
    InboundHook.objects.update(received_at=clock.now() - timedelta(hours=2), attempts=4)
    broken_rule.business.rules.all().delete()

    assert upkeep.sweep_hooks(clock.now()) == 1
    broken_rule.deliver_due()

    assert broken_rule.sent == []
    assert [task.reason for task in broken_rule.business.tasks.all()] == ["too_late"]


def test_the_tries_end(broken_rule: Wire) -> None:
    broken_rule.post("voice", "voice__ringing")
    later = clock.now() + timedelta(days=1)
    for _ in range(10):
        upkeep.sweep_hooks(later)
    assert (InboundHook.objects.get().attempts, InboundHook.objects.get().processed_at) == (5, None)


def test_a_repetition_after_a_failure_is_done_once(broken_rule: Wire) -> None:
    """The carrier comes again before the sweep did its work: the stored row is the one that counts."""
    broken_rule.post("call-status", "call-status__no_answer")
    broken_rule.business.rules.all().delete()
    assert broken_rule.post("call-status", "call-status__no_answer").status_code == 200
    assert upkeep.sweep_hooks(clock.now() + timedelta(seconds=3)) == 1
    assert (Call.objects.count(), len(broken_rule.texts())) == (1, 1)


@pytest.fixture
def no_hook_table(wire: Wire) -> Any:
    """A real fault of the database: the table of webhooks is not there."""
    table = InboundHook._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    yield wire
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE away RENAME TO {table}")


def test_what_cannot_be_stored_is_503_so_that_it_comes_again(
    no_hook_table: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    answer = no_hook_table.post("message", "message__plain")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not Message.objects.exists()
    assert [record for record in caplog.records if record.exc_info and record.name.startswith("messaging")] == []


def test_a_caller_hears_words_even_then(no_hook_table: Wire) -> None:
    answer = no_hook_table.post("voice", "voice__ringing")
    assert (answer.status_code, answer.content.decode()) == (200, SORRY)
    assert not Call.objects.exists()


def test_without_a_database_texts_come_again_and_callers_hear_words(wire: Wire) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_carrieraccount RENAME TO away")
    try:
        text, call = wire.post("message", "message__plain"), wire.post("voice", "voice__ringing")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO messaging_carrieraccount")
    assert (text.status_code, call.status_code, call.content.decode()) == (503, 200, SORRY)


def test_a_token_that_cannot_be_decrypted_is_503(wire: Wire) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_carrieraccount SET auth_token = 'of another key'")
    assert wire.post("message", "message__plain").status_code == 503
    assert wire.post("voice", "voice__ringing").content.decode() == SORRY
