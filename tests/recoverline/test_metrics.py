"""/metrics: for whoever has the token, and nothing of anybody."""

import base64
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from leads.models import CrmConnection, CrmSync
from messaging import beats
from messaging.enums import MessageStatus
from messaging.models import InboundHook, Message
from recoverline.lib import clock, queue
from recoverline.metrics import Gauge, as_text
from tests.base import make_cast
from tests.factories import make_conversation, make_lead, make_message
from tests.leads.canaries import CANARY, fill_with_canaries
from tests.recoverline.pages import first_words, text_of, under

pytestmark = pytest.mark.django_db
TOKEN = "s3cret-token"


@pytest.fixture(autouse=True)
def token(settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN


def basic(words: str) -> str:
    return f"Basic {base64.b64encode(words.encode()).decode()}"


def ask(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_only_the_token_opens_it(client: Client, settings: LazySettings) -> None:
    wanted = {
        "": 401, "Bearer": 401, "Bearer wrong": 401, f"Bearer {TOKEN}": 200, f"bearer {TOKEN}": 200,
        f"Token {TOKEN}": 401, TOKEN: 401, "Bearer schlüssel": 401,
        basic(f"anybody:{TOKEN}"): 200, basic(f":{TOKEN}"): 200, basic(f"{TOKEN}:"): 401, basic(TOKEN): 401,
        "Basic %%%": 401, basic("x:y"): 401,
    }  # fmt: skip
    assert {shown: client.get("/metrics", headers={"Authorization": shown}).status_code for shown in wanted} == wanted
    assert client.get("/metrics")["WWW-Authenticate"].startswith("Basic ")
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_quiet_installation_says_zero(client: Client) -> None:
    said = ask(client)
    assert said['recoverline_texts_open{status="queued"}'] == 0
    assert said["recoverline_texts_oldest_due_seconds"] == said["recoverline_queue_oldest_seconds"] == 0
    assert not [name for name in said if name.startswith("recoverline_beat")]


def test_what_waits_fails_and_beats_is_counted(client: Client) -> None:
    cast, now = make_cast(), clock.now()
    thread = make_conversation(make_lead(cast.a), cast.a_number)
    for late in (300, 30):
        make_message(thread, status=MessageStatus.QUEUED, next_at=now - timedelta(seconds=late), created_at=now)
    make_message(thread, status=MessageStatus.FAILED, error_code="30007", created_at=now, next_at=None)
    make_message(thread, status=MessageStatus.FAILED, error_code="30007", created_at=now - timedelta(hours=2))
    rows = [(1, now, ""), (2, now, "no CallSid"), (3, None, "KeyError"), (4, None, "")]
    for number, done, problem in rows:
        InboundHook.objects.create(
            account=cast.a_account, event="voice", natural_key=str(number), payload={}, received_at=now,
            processed_at=done, problem=problem,
        )  # fmt: skip
    beats.beat("worker", host="east", now=now - timedelta(seconds=40))
    waiting = queue.waiting()
    queue.enqueue("messaging.tasks.tick")

    said = ask(client)

    assert said['recoverline_texts_open{status="queued"}'] == 2
    assert 300 <= said["recoverline_texts_oldest_due_seconds"] < 310
    assert said['recoverline_texts_last_hour{status="failed"}'] == 1
    assert said['recoverline_carrier_errors_last_hour{code="30007"}'] == 1
    assert [said[f'recoverline_webhooks_in{{result="{name}"}}'] for name in ("done", "not_understood")] == [1, 1]
    assert said['recoverline_webhooks_in{result="not_processed"}'] == 2
    assert said["recoverline_queue_tasks"] == waiting + 1
    assert said['recoverline_overdue{what="texts"}'] == 1
    assert 40 <= said['recoverline_beat_age_seconds{process="worker",host="east"}'] < 50


def test_nothing_of_anybody_stands_in_it(client: Client) -> None:
    fill_with_canaries(make_cast())
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert CANARY not in text
    assert not [row.lead.phone for row in Message.objects.select_related("lead") if row.lead.phone in text]


def test_it_costs_the_same_however_much_there_is(client: Client, django_assert_max_num_queries: object) -> None:
    fill_with_canaries(make_cast())
    with django_assert_max_num_queries(36):  # type: ignore[operator]
        ask(client)


def test_labels_are_escaped() -> None:
    text = as_text([Gauge("a", "An a.", [({"x": 'say "hi"\\\n'}, 1.5), ({}, 2)])])
    assert text == '# HELP a An a.\n# TYPE a gauge\na{x="say \\"hi\\"\\\\\\n"} 1.5\na 2\n'


def test_every_metric_is_documented(client: Client) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    made = [line.split()[2] for line in answer.splitlines() if line.startswith("# TYPE")]
    assert sorted(first_words(under(text_of("operations.md"), "Metrics"))) == sorted(made)


def test_crms_that_fail_and_leads_that_wait_for_them_are_counted(client: Client) -> None:
    cast, now = make_cast(), clock.now()
    given = {"business": cast.a, "kind": "hubspot", "token": "t", "created_at": now}
    works = CrmConnection.objects.create(**given, name="Works", written_at=now)
    CrmConnection.objects.create(**given, name="Fails", failures=2)
    CrmConnection.objects.create(**given, name="Paused", is_active=False, paused_at=now)
    for status, values in (("waiting", {"next_at": now - timedelta(minutes=5)}), ("done", {"done_at": now})):
        CrmSync.objects.create(
            business=cast.a, connection=works, lead=make_lead(cast.a), status=status, created_at=now, **values
        )
    said = ask(client)
    states = {state: said[f'recoverline_crm_connections{{state="{state}"}}'] for state in ("works", "fails", "paused")}
    assert states == {"works": 1, "fails": 1, "paused": 1}
    assert said["recoverline_crm_leads_waiting"] == 1
    assert said["recoverline_crm_oldest_due_seconds"] >= 300
    assert said["recoverline_crm_last_written_seconds"] < 60
