"""One id from the webhook to the text that it causes: in the rows, in the tasks, and in the log lines on the way."""

import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from django_q.models import OrmQ
from django_q.signals import pre_execute
from django_q.signing import SignedPackage

from messaging import hooks
from messaging.agent import turn
from messaging.models import InboundHook, Message
from recoverline.lib import clock, queue, request_ids
from recoverline.lib.logs import MaskPersonalData
from tests.wire import Wire

GIVEN = "proxy-7f3a.0001"


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """What a handler of ours would print."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    handler.addFilter(MaskPersonalData())
    logger = logging.getLogger("messaging")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield seen
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.parametrize("header", [GIVEN, "0b0f7f6e-0000-4000-8000-000000000000", "A" * 64])
def test_a_well_formed_id_of_a_proxy_is_kept(client: Client, header: str) -> None:
    assert client.get("/healthz/live", headers={"X-Request-Id": header})["X-Request-Id"] == header


@pytest.mark.parametrize(
    "header",
    ["", "short", "A" * 65, "16025550142", "two words", "a\r\nb: injected", "<script>", "café-1234", "a;b=12345"],
)
def test_anything_else_is_replaced(client: Client, header: str) -> None:
    made = client.get("/healthz/live", headers={"X-Request-Id": header})["X-Request-Id"]
    assert made != header
    assert len(made) == 32
    assert request_ids.current() == ""


@pytest.mark.django_db(transaction=True)
def test_the_id_of_a_webhook_stands_in_its_row_its_text_and_its_log_lines(
    wire: Wire, lines: list[logging.LogRecord]
) -> None:
    wire.client.defaults["HTTP_X_REQUEST_ID"] = GIVEN
    wire.post("voice", "voice__ringing")
    wire.deliver_due()  # as the sender does, in another process

    assert InboundHook.objects.get().request_id == GIVEN
    assert Message.objects.get().request_id == GIVEN
    (sent,) = [line for line in lines if "accepted" in line.getMessage()]
    assert sent.request_id == GIVEN  # type: ignore[attr-defined]
    assert request_ids.current() == ""


@pytest.mark.django_db(transaction=True)
def test_the_robots_answer_belongs_to_the_text_that_it_answers(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.client.defaults["HTTP_X_REQUEST_ID"] = GIVEN
    wire.post("message", "message__plain")
    (said,) = Message.objects.filter(direction="in")
    assert said.request_id == GIVEN
    with request_ids.of("somebody-else"):
        turn.attempt(said.conversation_id)
        assert request_ids.current() == "somebody-else"
    assert set(Message.objects.filter(pk__gt=said.pk).values_list("request_id", flat=True)) <= {GIVEN}


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_handled_later_keeps_its_id(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.client.defaults["HTTP_X_REQUEST_ID"] = GIVEN
    with monkeypatch.context() as broken:
        broken.setattr("messaging.inbound.handle", lambda *args, **kwargs: 1 / 0)
        wire.post("voice", "voice__ringing")
    hook = InboundHook.objects.select_related("account__business").get()
    assert (hook.request_id, hook.processed_at) == (GIVEN, None)
    assert hooks.process_stored(hook, now=clock.now())
    assert set(Message.objects.values_list("request_id", flat=True)) == {GIVEN}


@pytest.mark.django_db
def test_a_task_takes_the_id_along_and_its_worker_works_for_it() -> None:
    OrmQ.objects.all().delete()
    with request_ids.of(GIVEN):
        queue.enqueue("messaging.tasks.tick")
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert task["request_id"] == GIVEN
    with request_ids.of("the-one-before"):
        pre_execute.send(sender="django_q", func=print, task=task)
        assert request_ids.current() == GIVEN
        pre_execute.send(sender="django_q", func=print, task={**task, "request_id": ""})
        assert request_ids.current() == ""
