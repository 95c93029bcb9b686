"""/healthz: database, age of the oldest text, heartbeats."""

from datetime import timedelta

import pytest
from django.test import Client

from messaging import beats
from messaging.enums import MessageStatus
from recoverline.lib import clock
from tests.factories import make_business, make_conversation, make_lead, make_location, make_message, make_number

pytestmark = pytest.mark.django_db


def ask(client: Client) -> tuple[int, dict[str, object]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def beat(*, sender: int = 0, worker: int = 0) -> None:
    now = clock.now()
    beats.beat("sender", now=now - timedelta(seconds=sender))
    beats.beat("worker", now=now - timedelta(seconds=worker))


def test_everything_beats(client: Client) -> None:
    beat()
    status, facts = ask(client)
    assert (status, facts["status"], facts["database"], facts["oldest_text_seconds"]) == (200, "ok", "ok", None)


@pytest.mark.parametrize(("sender", "worker", "expected"), [(89, 89, 200), (91, 0, 503), (0, 91, 503)])
def test_a_process_that_is_silent_for_90_seconds_fails(client: Client, sender: int, worker: int, expected: int) -> None:
    beat(sender=sender, worker=worker)
    assert ask(client)[0] == expected


def test_a_host_that_is_silent_fails_until_it_is_forgotten_and_is_not_named(client: Client) -> None:
    beat()
    beats.beat(beats.WORKER, host="east", now=clock.now() - timedelta(seconds=91))
    status, facts = ask(client)
    assert (status, len(facts["sender_hosts"]), "east" in str(facts)) == (503, 1, False)
    fresh, silent = facts["worker_hosts"]
    assert fresh == facts["worker_seconds"] < 10 < 91 <= silent
    beats.forget_gone(clock.now() + beats.GONE_AFTER - timedelta(seconds=85))
    assert ask(client)[0] == 200


def test_processes_that_never_ran_fail(client: Client) -> None:
    status, facts = ask(client)
    assert (status, facts["sender_seconds"], facts["worker_seconds"]) == (503, None, None)


@pytest.mark.parametrize(("late", "expected"), [(119, 200), (121, 503)])
def test_a_text_that_waits_too_long_fails(client: Client, late: int, expected: int) -> None:
    beat()
    business = make_business()
    conversation = make_conversation(make_lead(business), make_number(make_location(business)))
    make_message(conversation, status=MessageStatus.QUEUED, next_at=clock.now() - timedelta(seconds=late))
    status, facts = ask(client)
    assert status == expected
    assert late <= float(str(facts["oldest_text_seconds"])) < late + 5


def test_a_text_that_is_due_later_does_not_count(client: Client) -> None:
    beat()
    business = make_business()
    conversation = make_conversation(make_lead(business), make_number(make_location(business)))
    make_message(conversation, status=MessageStatus.QUEUED, next_at=clock.now() + timedelta(hours=1))
    status, facts = ask(client)
    assert (status, facts["oldest_text_seconds"], facts["overdue"]) == (200, None, {})


def test_liveness_asks_nothing_of_the_database(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz/live").content == b"ok"
