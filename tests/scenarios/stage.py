"""Where a scenario takes place: a kit's business on the fake carrier, a pinned clock, and all that runs behind it.

Texts come in as signed webhooks; turns, queue and sender are run by hand until nothing is due; what counts is what the
carrier got. A stage needs a database and a transaction around it: each play is undone at its end.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, override_settings
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from leads import config, intake
from leads.kits import kits
from leads.models import Business, Lead, Service, ServiceArea
from messaging import tasks
from messaging.agent import drivers, publishing, turn
from messaging.agent.claude.conversing import Limits, converse
from messaging.enums import CarrierKind, NumberMode
from messaging.inbox import acts, replying
from messaging.models import AgentSettings, CarrierAccount, Conversation, ModelPrice, PhoneNumber, SlotOffer
from recoverline.lib import clock
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import BusyCalendar, BusyTime, Resource
from tests.fakes.carrier import AUTH_TOKEN, FakeCarrier
from tests.fakes.messages_api import API_KEY, MODEL
from tests.scenarios.outcome import Outcome, Reply, Watch, outcome_of
from tests.scenarios.scenario import Line, Scenario
from tests.scenarios.scripted_model import ScriptedApi
from tests.wire import CALLER, Wire

RULES, SCRIPTED, CLAUDE = "rules", "scripted", "claude"
SET_UP_AT = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
STRANGER = "+1555555{:04}"
# They call, read our text, and write; then a minute passes before each burst.
_CALLED_AGO, _BETWEEN, _IN_BURST = timedelta(minutes=4), timedelta(minutes=1), timedelta(seconds=3)
_VISIT_BOOKED_AGO = timedelta(days=3)
_HURRIED = partial(converse, limits=Limits(seconds=2.0, seconds_per_call=1.0))
_JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 50


def accounts() -> dict[str, str]:
    """A carrier account for each kit, as the fake carrier wants them."""
    return {_account_sid(place): AUTH_TOKEN for place in range(len(kits()))}


def _account_sid(place: int) -> str:
    return f"AC{place:032x}"


class Stage:
    """The businesses of the kits that were asked for so far. `key` and `base_url` are for the real model only."""

    def __init__(
        self, carrier: FakeCarrier, api: ScriptedApi, *, key: str = "", base_url: str = "", model: str = MODEL
    ):
        self.carrier, self.api = carrier, api
        self.key, self.base_url, self.model = key, base_url, model
        self._businesses: dict[str, Business] = {}

    def adopt(self, other: "Stage") -> None:
        """Play with the businesses of another stage of the same database."""
        self._businesses = other._businesses

    def play(self, scenario: Scenario, driver: str) -> Outcome:
        """The scenario from its first text to its last; nothing of it is left in the database."""
        business = self.open(scenario.kit)
        number = PhoneNumber.objects.select_related("location__business", "account").get(
            business=business, number=scenario.number
        )
        start = scenario.now.replace(tzinfo=number.location.zone)
        self.carrier.reset()
        self.api.begin(scenario.model if driver == SCRIPTED else ())
        with ExitStack() as stack:
            at = stack.enter_context(time_machine.travel(start - _VISIT_BOOKED_AGO, tick=False))
            stack.enter_context(self._driven_by(driver, scenario))
            stack.enter_context(_undone())
            wire = Wire(business, number.account, number, self.carrier, Client())
            return _Play(scenario, wire, at, self.api, start, is_scripted=driver == SCRIPTED).run()

    def open(self, slug: str) -> Business:
        """The business of this kit, loaded at the first time."""
        if slug not in self._businesses:
            with time_machine.travel(SET_UP_AT, tick=False):
                self._businesses[slug] = _open(slug)
        return self._businesses[slug]

    @contextmanager
    def _driven_by(self, driver: str, scenario: Scenario) -> Iterator[None]:
        keys = {RULES: "", SCRIPTED: API_KEY, CLAUDE: self.key}
        urls = {RULES: "", SCRIPTED: self.api.url, CLAUDE: self.base_url}
        model = self.model if driver == CLAUDE else MODEL
        is_slow = any(step.get("fail") == "slow" for steps in scenario.model for step in steps)
        with ExitStack() as stack:
            stack.enter_context(
                override_settings(
                    ANTHROPIC_API_KEY=keys[driver], ANTHROPIC_BASE_URL=urls[driver], ANTHROPIC_MODEL=model,
                    TWILIO_API_BASE_URL=self.carrier.url,
                )
            )  # fmt: skip
            if is_slow and driver == SCRIPTED:
                stack.enter_context(mock.patch.object(drivers, "converse", _HURRIED))
            yield


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _open(slug: str) -> Business:
    """The kit as it stands, published, with its numbers forwarded to a carrier that really gets the texts."""
    place, kit = next((place, kit) for place, kit in enumerate(kits()) if kit.slug == slug)
    business = config.load(kit.text()).business
    account = CarrierAccount.objects.create(
        business=business, name="Fake carrier", kind=CarrierKind.TWILIO, account_sid=_account_sid(place),
        auth_token=AUTH_TOKEN, handles_optout=False,
    )  # fmt: skip
    PhoneNumber.objects.filter(business=business).update(
        account=account, mode=NumberMode.FORWARDED, texts_per_second=100.0
    )
    AgentSettings.objects.filter(business=business).update(quiet_seconds=0)
    # A migration brings it, and tests that empty the database take it away.
    ModelPrice.objects.get_or_create(
        model=MODEL,
        defaults={
            "input_micros": 100_000, "output_micros": 500_000, "cache_write_micros": 125_000,
            "cache_read_micros": 10_000,
        },
    )  # fmt: skip
    publishing.publish(business, now=clock.now())
    return business


class _Play:
    """One run of one scenario."""

    def __init__(
        self, scenario: Scenario, wire: Wire, at: time_machine.Traveller, api: ScriptedApi, start: datetime, *,
        is_scripted: bool,
    ) -> None:  # fmt: skip
        self.scenario, self.wire, self.at, self.api, self.start = scenario, wire, at, api, start
        self.is_scripted = is_scripted
        self.watch = Watch(wire, CALLER)
        self.user = get_user_model().objects.create_user(f"desk-{uuid4().hex[:8]}")
        self.texts = 0

    def run(self) -> Outcome:
        for taken in self.scenario.taken:
            self._block(taken)
        self._introduce(self.scenario.lead)
        AgentSettings.objects.filter(business=self.wire.business).update(**{"quiet_seconds": 0, **self.scenario.robot})
        self.at.move_to(self.start - _CALLED_AGO)
        if self.scenario.missed_call:
            number = self.wire.number.number
            sid = self.wire.account.account_sid
            answer = self.wire.post(
                "voice", "voice__ringing", From=CALLER, Caller=CALLER, To=number, Called=number, AccountSid=sid
            )
            assert answer.status_code == 200, answer.content
        self._settle()
        # Some first texts wait a moment, so that the desk may still call back.
        self.at.move_to(self.start - _BETWEEN)
        self._settle()
        self.watch.begin()
        for line in self.scenario.lines:
            self._happen(line)
        self.watch.end()
        return outcome_of(self.watch, tuple(self.api.complaints))

    # ---------------------------------------------------------------- what was before
    @property
    def zone(self) -> ZoneInfo:
        return self.wire.number.location.zone

    def _local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone)

    def _block(self, taken: Mapping[str, Any]) -> None:
        """A calendar that is read and trusted to the end of the scenario blocks these hours."""
        resources = Resource.objects.filter(business=self.wire.business)
        if "everything_until" in taken:
            begins, ends = self.start - timedelta(days=7), self._local(taken["everything_until"])
        else:
            resources = resources.filter(name=taken["resource"])
            begins, ends = self._local(taken["from"]), self._local(taken["to"])
        assert resources, f"nobody is called {taken.get('resource')}"
        for resource in resources:
            calendar = BusyCalendar.objects.create(
                business=self.wire.business, resource=resource, name="Other work", url="https://calendar.example/1.ics",
                ok_at=self.start + timedelta(days=3650), created_at=clock.now(),
            )  # fmt: skip
            BusyTime.objects.create(calendar=calendar, starts_at=begins, ends_at=ends)

    def _introduce(self, known: Mapping[str, Any]) -> None:
        if not known:
            return
        lead = intake.open_lead(self.wire.business, phone=CALLER, at=clock.now(), name=known.get("name", ""))
        Lead.objects.filter(pk=lead.pk).update(**{key: known[key] for key in ("kind", "language") if key in known})
        lead.refresh_from_db()
        if visit := known.get("visit"):
            business = self.wire.business
            service = Service.objects.select_related("business").get(business=business, name=visit["service"])
            area = ServiceArea.objects.filter(business=business, city=visit.get("place", "")).first()
            wanted = booking.Wanted(
                service=service, location=self.wire.number.location, starts_at=self._local(visit["starts"]), lead=lead,
                area=area, address=visit.get("address", ""), name=lead.name,
            )  # fmt: skip
            booking.book(wanted, by=BookedBy.STAFF, now=clock.now(), actor=self.user)
            self._settle()

    # ---------------------------------------------------------------- what happens
    def _happen(self, line: Line) -> None:
        if line.is_customer:
            self._write(line)
        elif line.kind == "wait":
            self._wait(line.delay)
        elif line.kind == "taken":
            self._take(line.number)
        else:
            self._act(line)

    def _write(self, line: Line) -> None:
        self.at.shift(_BETWEEN)
        self.watch.note_said(line.texts)
        self.api.next_burst()
        for place, body in enumerate(line.texts):
            if place:
                self.at.shift(_IN_BURST)
            self._receive(body, has_picture=line.kind == "picture")
        began = time.monotonic()
        self._settle()
        self.watch.note_answered(Reply(seconds=time.monotonic() - began))
        if self.is_scripted:
            self.api.end_burst()

    def _receive(self, body: str, *, has_picture: bool) -> None:
        self.texts += 1
        sid = f"{'MM' if has_picture else 'SM'}{self.texts:032x}"
        values: dict[str, Any] = {
            "From": CALLER, "To": self.wire.number.number, "Body": body, "MessageSid": sid,
            "AccountSid": self.wire.account.account_sid,
        }  # fmt: skip
        if has_picture:
            values["MediaUrl0"] = self.wire.carrier.add_media(sid, _JPEG, "image/jpeg")
        answer = self.wire.post("message", "message__mms_only" if has_picture else "message__plain", **values)
        assert answer.status_code == 200, answer.content

    def _act(self, line: Line) -> None:
        """Somebody of the team does something in the inbox."""
        self.at.shift(_BETWEEN)
        conversation = Conversation.objects.select_related(
            "business", "location__business", "number__account", "lead"
        ).latest("last_at")
        if line.kind == "staff":
            replying.reply(conversation, by=self.user, body=line.texts[0], client_id=uuid4(), now=clock.now())
        else:
            acts.resume_automation(conversation, by=self.user, now=clock.now())
        self._settle()

    def _wait(self, delay: timedelta) -> None:
        until = clock.now() + delay
        while clock.now() < until:
            self.at.shift(min(until - clock.now(), timedelta(minutes=30)))
            tasks.tick()
            tasks.tend_robot()
            self._settle()

    def _take(self, number: int) -> None:
        """Strangers book what was offered under `number`, until it cannot be had any more."""
        offer = SlotOffer.objects.select_related("service__business", "location__business", "area").get(
            business=self.wire.business, is_current=True, number=number
        )
        wanted = booking.Wanted(
            service=offer.service,
            location=offer.location,
            starts_at=offer.starts_at,
            area=offer.area,
            address="1 Elm St",
        )
        for place in range(20):
            stranger = intake.open_lead(self.wire.business, phone=STRANGER.format(place), at=clock.now())
            try:
                booking.book(replace(wanted, lead=stranger), by=BookedBy.PAGE, now=clock.now())
            except booking.BookingRefused:
                break
        self.watch.note_strangers()
        OrmQ.objects.all().delete()  # what strangers are told is no part of this

    def _settle(self) -> None:
        """What worker and sender do, until nothing is due."""
        for _ in range(30):
            if not (_run_queue() + _take_turns()) and not self._deliver():
                return
        raise AssertionError("it never comes to rest")

    def _deliver(self) -> bool:
        before = len(self.wire.carrier.ledger)
        self.wire.deliver_due()
        return len(self.wire.carrier.ledger) > before


def _run_queue() -> int:
    rows = list(OrmQ.objects.order_by("id"))
    for row in rows:
        task = row.task
        row.delete()
        import_string(task["func"])(*task["args"])
    return len(rows)


def _take_turns() -> int:
    return len([turn.take(pk) for pk in turn.due(clock.now(), limit=20)])
