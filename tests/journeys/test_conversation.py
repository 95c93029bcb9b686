"""The main promise: a call nobody answered becomes a text, the text a booked job, and no person has touched it."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads import config
from leads.enums import RequestStatus
from leads.kits import kits
from leads.models import CallbackTask, Lead
from messaging.agent import turn
from messaging.agent.claude import api as claude_api
from messaging.enums import Driver, Handler, MessageKind, MessageStatus, NumberMode, TurnStatus
from messaging.models import AgentSettings, AgentTurn, Conversation, Message, ModelPrice, PhoneNumber
from recoverline.lib import clock
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment
from tests.chaos.family import ROOT, Family, free_port
from tests.factories import make_account
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, FakeCarrier
from tests.fakes.messages_api import API_KEY, MODEL, MessagesApi, fails, messages_api, says, uses
from tests.wire import CALLER, Wire

__all__ = ["messages_api"]

pytestmark = pytest.mark.django_db(transaction=True)

KIT = next(kit for kit in kits() if kit.slug == "home_services")
# A Monday at ten in Phoenix: the shop is open, and both its technicians are free.
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
FIRST = (
    "Hi, Saguaro Air & Plumbing here. Sorry we missed your call! Reply URGENT if it can't wait, or tell us here what "
    "you need. Reply STOP to opt out."
)
QUESTION = "AC is out, how much is a visit? we're in Tempe"
PRICE = "AC or furnace diagnosis is $89 to $129 (taken off the bill if you go ahead with the repair)."
ONE, TWO = "1) Mon, Nov 23 between 1 and 3 PM", "2) Mon, Nov 23 between 3 and 5 PM"
OFFER = (
    f"{PRICE} Yes, we come to Tempe. We can send somebody {ONE} or {TWO}. Just reply with the number, or name a day "
    "that's better."
)


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, carrier: FakeCarrier) -> Wire:
    """The starter kit as it is, its Phoenix line on the fake carrier and forwarded to us."""
    business = config.load(KIT.text()).business
    account = make_account(business, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)
    number = PhoneNumber.objects.get(business=business, location__slug="phoenix")
    PhoneNumber.objects.filter(pk=number.pk).update(account=account, mode=NumberMode.FORWARDED)
    number.refresh_from_db()
    return Wire(business, account, number, carrier, Client())


def call(shop: Wire) -> None:
    answer = shop.post("voice", "voice__ringing", To=shop.number.number, Called=shop.number.number)
    assert answer.status_code == 200
    shop.deliver_due()


def texts_after(shop: Wire, at: time_machine.Traveller, body: str) -> list[str]:
    """The customer writes, the burst ends, the robot has its turn: what arrives by that."""
    before = len(shop.sent)
    count = Message.objects.count()
    answer = shop.post("message", "message__plain", Body=body, To=shop.number.number, MessageSid=f"SM{count:032x}")
    assert answer.status_code == 200
    assert turn.due(clock.now(), limit=9) == []
    at.shift(timedelta(seconds=8))
    for conversation_id in turn.due(clock.now(), limit=9):
        turn.take(conversation_id)
    shop.deliver_due()
    assert {to for to, _ in shop.sent} == {CALLER}
    return [body for _, body in shop.sent[before:]]


def booked(shop: Wire) -> Appointment:
    visit = Appointment.objects.select_related("service", "location", "lead", "area").get(business=shop.business)
    assert (visit.status, visit.booked_by, visit.lead) == (
        AppointmentStatus.CONFIRMED, BookedBy.ROBOT, Lead.objects.get(),
    )  # fmt: skip
    return visit


def test_from_the_missed_call_to_the_booked_job(shop: Wire, at: time_machine.Traveller) -> None:
    call(shop)
    assert [body for _, body in shop.sent] == [FIRST]
    at.shift(timedelta(minutes=1))

    # One text asks three things, and is answered once: a price range, the area, two times.
    assert texts_after(shop, at, QUESTION) == [OFFER]
    at.shift(timedelta(minutes=2))
    confirmation, question = texts_after(shop, at, "2")

    assert confirmation.startswith(
        "Hi, you're booked with Saguaro Air & Plumbing: AC or furnace diagnosis, Mon, Nov 23 between 3 and 5 PM. "
        "Need to change it? http"
    )
    assert question == "What's the street address, so our technician finds you?"
    visit = booked(shop)
    assert (visit.service.name, visit.location.slug, visit.area.city) == ("AC or furnace diagnosis", "phoenix", "Tempe")
    assert visit.starts_at == MONDAY.replace(hour=22)

    at.shift(timedelta(minutes=1))
    assert texts_after(shop, at, "914 E Lemon St") == ["And what is your name, please?"]
    at.shift(timedelta(minutes=1))
    texts_after(shop, at, "Rosa Field")
    visit.refresh_from_db()
    lead, conversation = Lead.objects.get(), Conversation.objects.get()
    assert (visit.address, lead.name) == ("914 E Lemon St", "Rosa Field")
    assert (conversation.request.status, conversation.handler) == (RequestStatus.BOOKED, Handler.ROBOT)
    assert (conversation.turn_due_at, conversation.turn_lease_until, conversation.needs_reply) == (None, None, False)

    # Every text of ours has left, none twice; each turn says why; no person was needed.
    assert {text.status for text in shop.texts()} == {MessageStatus.ACCEPTED}
    assert len({body for _, body in shop.sent}) == len(shop.sent)
    first, second, *_ = AgentTurn.objects.order_by("id")
    assert (first.status, first.driver, first.cost_micros, first.reply) == (
        TurnStatus.SENT, Driver.RULES, 0, OFFER,
    )  # fmt: skip
    assert first.facts == [
        [PRICE, "Price of AC or furnace diagnosis"], ["Yes, we come to Tempe.", "Service area Tempe"],
    ]  # fmt: skip
    assert [row["name"] for row in second.tools] == ["book"]
    assert not CallbackTask.objects.exists()


def test_a_burst_is_answered_once(shop: Wire, at: time_machine.Traveller) -> None:
    call(shop)
    for n, body in enumerate(("AC is out", "how much is a visit?")):
        shop.post("message", "message__plain", Body=body, To=shop.number.number, MessageSid=f"SM{n + 900:032x}")
        at.shift(timedelta(seconds=5))
    assert texts_after(shop, at, "we're in Tempe") == [OFFER]
    assert AgentTurn.objects.count() == 1


def test_in_spanish(shop: Wire, at: time_machine.Traveller) -> None:
    call(shop)
    (offer,) = texts_after(shop, at, "No enfría el aire. ¿Cuánto sale la visita? Vivo en Tempe")
    assert offer.startswith("AC or furnace diagnosis: de $89 a $129")
    assert "Tempe" in offer
    assert "1) lun 23 de noviembre entre la 1 y las 3 PM o 2) lun 23 de noviembre entre las 3 y las 5 PM" in offer
    at.shift(timedelta(minutes=2))
    confirmation, question = texts_after(shop, at, "la segunda por favor")
    assert confirmation.startswith(
        "Hola, su cita con Saguaro Air & Plumbing: AC or furnace diagnosis, lun 23 de noviembre entre las 3 y las 5 "
        "PM. Para cambiarla: http"
    )
    assert question == "¿Me da su domicilio, para que el técnico llegue?"
    assert booked(shop).starts_at == MONDAY.replace(hour=22)
    assert (Conversation.objects.get().language, Lead.objects.get().language) == ("es", "es")


# ---------------------------------------------------------------- the same with Claude
@pytest.fixture
def claude(shop: Wire, settings: Any, messages_api: MessagesApi) -> Iterator[MessagesApi]:
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = API_KEY, messages_api.url
    AgentSettings.objects.filter(business=shop.business).update(driver=Driver.MODEL, model=MODEL)
    # A dollar per million tokens, whatever they are.
    micros = dict.fromkeys(("input_micros", "output_micros", "cache_write_micros", "cache_read_micros"), 1_000_000)
    ModelPrice.objects.update_or_create(model=MODEL, defaults=micros)
    yield messages_api
    claude_api._forget()


def test_with_claude(shop: Wire, at: time_machine.Traveller, claude: MessagesApi) -> None:
    call(shop)
    reply = f"So sorry it's out! A visit is $89 to $129, and yes, we come to Tempe. I have {ONE} or {TWO}. Which one?"
    claude.script(
        uses("find_slots", {"service": "AC or furnace diagnosis", "place": "Tempe"}),
        says(reply),
    )  # fmt: skip
    assert texts_after(shop, at, QUESTION) == [reply]
    assert "1) Mon, Nov 23 between 1 and 3 PM" in str(claude.bodies[1]["messages"][-1])

    at.shift(timedelta(minutes=2))
    claude.script(uses("book_slot", {"number": 2}), says(""))
    sent = texts_after(shop, at, "2")
    assert sent[0].startswith(
        "Hi, you're booked with Saguaro Air & Plumbing: AC or furnace diagnosis, Mon, Nov 23 between 3 and 5 PM."
    )
    assert booked(shop).starts_at == MONDAY.replace(hour=22)
    turns = AgentTurn.objects.order_by("id")
    assert (turns[0].driver, turns[0].model, turns[0].status) == (Driver.MODEL, MODEL, TurnStatus.SENT)
    assert turns[1].tools[0]["name"] == "book"
    # Two calls each, of which the fake says 1,540 tokens.
    assert [row.cost_micros for row in turns] == [3080, 3080]
    # Nobody's number leaves for the model.
    assert CALLER not in str(claude.bodies)


def test_when_claude_is_away_the_rules_book_it(shop: Wire, at: time_machine.Traveller, claude: MessagesApi) -> None:
    call(shop)
    claude.script(fails("bad_key"))
    assert texts_after(shop, at, QUESTION) == [OFFER]
    at.shift(timedelta(minutes=2))
    assert texts_after(shop, at, "2")[0].startswith("Hi, you're booked with Saguaro Air & Plumbing")
    assert booked(shop).starts_at == MONDAY.replace(hour=22)
    assert claude.steps_left == 0


# ---------------------------------------------------------------- in the simulator, with real processes
@pytest.mark.chaos
def test_in_the_simulator_as_the_demo_runs_it(db: None, carrier: FakeCarrier, tmp_path: Path) -> None:
    business = config.load(KIT.text(), simulated=True).business
    site = f"http://127.0.0.1:{free_port()}"
    more = {"DEBUG": "true", "SIMULATOR": "true", "SIMULATOR_URL": site}
    with Family(tmp_path, carrier=carrier.url, site=site, environment=more) as family:
        family.start_web()
        family.start_sender("sender")
        script = f'call new busy; text "{QUESTION}"; text "2"'
        phoenix = PhoneNumber.objects.get(business=business, location__slug="phoenix").number
        done = subprocess.run(
            [sys.executable, "manage.py", "simulate", script, "--number", phoenix],
            cwd=ROOT, env=family.environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [row.status for row in AgentTurn.objects.all()] == [TurnStatus.SENT, TurnStatus.SENT]
    assert [row.status for row in Appointment.objects.filter(business=business)] == [AppointmentStatus.CONFIRMED]
    shown = done.stdout.partition(" on the phone of ")[2]
    assert [line.partition(": ")[2][:34] for line in shown.splitlines() if "  me: " in line] == [QUESTION[:34], "2"]
    assert "Robot: Rules: told Price of AC or furnace diagnosis" in done.stdout
    assert "by the rules, without a model" in done.stdout
    assert "you're booked with Saguaro Air & Plumbing" in shown
    texts = Message.objects.filter(business=business, direction="out")
    assert {text.status for text in texts} == {MessageStatus.DELIVERED}
    assert [text.kind for text in texts.order_by("id")] == [
        MessageKind.FIRST_TEXT, MessageKind.ROBOT, MessageKind.APPOINTMENT, MessageKind.ROBOT,
    ]  # fmt: skip
