"""Erasing a person: nothing of them is left, every number stays what it was (SEC-28)."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from leads.models import Business, JobRequest, Lead, LeadEvent, WebhookDelivery, WebhookEndpoint
from leads.webhooks import announcing
from messaging import consent
from messaging.compliance.erasure import EraseRefused, erase
from messaging.compliance.rooms import LOOKED_THROUGH, NOBODYS, QUOTES, ROOMS
from messaging.models import Call, Conversation, Enrollment, Erasure, Escalation, Message, NeverText, OptOut
from recoverline.api.bodies import body_of
from recoverline.lib import clock, queue
from scheduling.models import Appointment
from tests.factories import make_conversation, make_lead, make_member, make_message, make_user
from tests.messaging.compliance.dump import dump
from tests.messaging.compliance.somebody import PHONE, TRACES, WORDS, fill
from tests.wire import Wire

pytestmark = pytest.mark.django_db
TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def numbers(business: Business) -> list[Any]:
    """What any report counts: calls, texts, replies, bookings and money, by day and location."""
    rows: list[Any] = []
    calls = Call.objects.filter(business=business).annotate(day=TruncDate("started_at"))
    for names in (("state",), ("miss_reason",), ("outcome",), ("lead__source",), ("number",)):
        rows += calls.order_by().values_list("day", "location", *names).annotate(n=Count("pk")).order_by("day", *names)
    texts = Message.objects.filter(business=business).annotate(day=TruncDate("created_at")).order_by()
    parts = ("day", "conversation__location", "direction", "kind", "status")
    rows += texts.values_list(*parts).annotate(n=Count("pk"), size=Sum("segments")).order_by(*parts)
    visits = Appointment.objects.filter(business=business).annotate(day=TruncDate("starts_at")).order_by()
    rows += (
        visits.values_list("day", "location", "service", "status").annotate(n=Count("pk")).order_by("day", "service")
    )
    asked = JobRequest.objects.filter(business=business).order_by()
    rows += asked.values_list("location", "status", "service").annotate(n=Count("pk"), money=Sum("value_cents"))
    rows += Conversation.objects.filter(business=business).order_by().values_list("location").annotate(n=Count("pk"))
    rows += LeadEvent.objects.filter(business=business).exclude(kind="person.erased").order_by("kind").values_list(
        "kind").annotate(n=Count("pk"))  # fmt: skip
    rows += Enrollment.objects.filter(business=business).order_by().values_list("status").annotate(n=Count("runs"))
    rows += [
        Lead.objects.filter(business=business, is_team=False).count(),
        OptOut.objects.filter(business=business).count(),
    ]
    return rows


def test_nothing_is_left_and_every_number_stays(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    now = clock.now()
    lead = fill(wire, at=now - timedelta(days=3))
    before, said = numbers(wire.business), dump()
    assert [trace for trace in TRACES if trace not in said and not trace.startswith("%")] == [], "find something"
    caplog.clear()

    erasure = erase(wire.business, PHONE, reason=f"Asked for by {PHONE}", actor=None, now=now)
    from messaging.compliance import outside

    outside.work_off(now)

    left = dump() + caplog.text
    assert [line for line in left.splitlines() if any(trace in line for trace in TRACES)] == []
    assert numbers(wire.business) == before
    lead.refresh_from_db()
    assert (lead.phone, lead.erased_at) == (erasure.pseudonym, now)
    assert erasure.counts["messaging.Message"] == 3
    assert erasure.reason == "Asked for by (erased)"


def every_text() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        label = f"{model._meta.app_label}.{model._meta.object_name}"
        names = [
            field.name for field in model._meta.concrete_fields if isinstance(field, TEXTS) and not field.is_relation
        ]
        yield label, ""
        yield from ((label, name) for name in names)


def test_every_text_column_of_the_house_is_accounted_for() -> None:
    unknown = []
    for label, name in every_text():
        if label in NOBODYS or label in LOOKED_THROUGH or label in ("messaging.Erasure", "messaging.SavedView"):
            continue
        room = ROOMS.get(label)
        if room is None and label in QUOTES and (not name or name in QUOTES[label][1] or name in PLAIN):
            continue
        if room is None or (name and name not in room.named and not _is_choice(label, name)):
            unknown.append(f"{label}.{name}")
    assert unknown == [], "say in messaging.compliance.rooms what erasing does to these"


# Of models that only quote: names of ours.
PLAIN = frozenset({"driver"})


def _is_choice(label: str, name: str) -> bool:
    return bool(apps.get_model(label)._meta.get_field(name).choices)


def test_rooms_name_columns_that_exist() -> None:
    for label, room in ROOMS.items():
        for name in room.named:
            apps.get_model(label)._meta.get_field(name)
    assert not set(ROOMS) & set(NOBODYS)


def test_nobody_of_another_business_is_touched(wire: Wire) -> None:
    from tests.base import make_cast

    cast = make_cast()
    theirs = make_message(make_conversation(make_lead(cast.b, phone=PHONE), cast.b_number), f"Call {PHONE}")
    fill(wire, at=clock.now() - timedelta(days=3))

    erase(wire.business, PHONE, reason="Asked", actor=None, now=clock.now())

    theirs.refresh_from_db()
    assert (theirs.body, theirs.lead.phone) == (f"Call {PHONE}", PHONE)


def test_what_runs_is_stopped_and_what_is_on_its_way_is_waited_for(wire: Wire) -> None:
    now = clock.now()
    lead = fill(wire, at=now - timedelta(days=3))
    thread = Conversation.objects.get(lead=lead)
    waiting = make_message(thread, WORDS, status="queued", next_at=now + timedelta(hours=1), carrier_message_id=None)
    Enrollment.objects.update(status="active", due_at=now)
    Escalation.objects.update(status="open", next_at=now, closed_at=None)
    Message.objects.filter(pk=waiting.pk).update(status="sending")

    with pytest.raises(EraseRefused, match="on its way"):
        erase(wire.business, PHONE, reason="Asked", actor=None, now=now)

    Message.objects.filter(pk=waiting.pk).update(status="queued")
    erase(wire.business, PHONE, reason="Asked", actor=None, now=now)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.suppression, waiting.body) == ("suppressed", "request_closed", "")
    assert Enrollment.objects.get().status == "stopped"
    assert Escalation.objects.get().status == "closed"
    wire.deliver_due()
    assert wire.sent == []


def test_a_visit_to_come_must_be_dealt_with_first(wire: Wire) -> None:
    now = clock.now()
    fill(wire, at=now, future=True)

    with pytest.raises(EraseRefused, match="has an appointment on"):
        erase(wire.business, PHONE, reason="Asked", actor=None, now=now)
    assert Lead.objects.filter(phone=PHONE).exists()

    erase(wire.business, PHONE, reason="Asked", actor=None, now=now, is_forced=True)
    visit = Appointment.objects.get()
    assert (visit.status, visit.name) == ("canceled", "")
    assert not [line for line in dump().splitlines() if any(trace in line for trace in TRACES) and "hers" not in line]


@pytest.mark.parametrize("whose", ["ours", "team"])
def test_own_phones_are_no_customers(wire: Wire, whose: str) -> None:
    phone = wire.number.number
    if whose == "team":
        phone = "+12125550166"
        make_member(wire.business, make_user(), phone=phone)
    with pytest.raises(EraseRefused, match="belongs to the business"):
        erase(wire.business, phone, reason="Asked", actor=None, now=clock.now())
    assert not Erasure.objects.exists()


def test_somebody_who_comes_back_is_new_and_still_opted_out(wire: Wire) -> None:
    """The whole way: the phone calls again, gets no text, says START, and is texted again."""
    from tests.wire import CALLER

    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    wire.post("message", "message__stop")
    assert consent.is_opted_out(wire.business.pk, CALLER)
    old = Lead.objects.get()
    sent = len(wire.sent)

    erase(wire.business, CALLER, reason="Asked", actor=None, now=clock.now())
    assert consent.is_opted_out(wire.business.pk, CALLER), "by the pseudonym"
    assert CALLER not in dump()

    wire.post("voice", "voice__ringing", CallSid="CA" + "b" * 32)
    wire.deliver_due()

    assert len(wire.sent) == sent, "opted out, still"
    new = Lead.objects.exclude(pk=old.pk).get()
    assert new.phone == CALLER
    call = Call.objects.order_by("-id").first()
    assert call is not None
    assert (call.lead, call.decision) == (new, "opted_out")

    wire.post("message", "message__start", MessageSid="SM" + "c" * 32)
    assert not consent.is_opted_out(wire.business.pk, CALLER)

    erase(wire.business, CALLER, reason="Asked again", actor=None, now=clock.now())
    assert CALLER not in dump()
    phones = set(Lead.objects.values_list("phone", flat=True))
    assert len(phones) == 2
    assert all(phone.startswith("#") for phone in phones)


def test_twice_on_a_list_becomes_once(wire: Wire) -> None:
    now = clock.now()
    fill(wire, at=now - timedelta(days=3))
    erase(wire.business, PHONE, reason="Asked", actor=None, now=now)
    make_lead(wire.business, phone=PHONE)
    NeverText.objects.create(business=wire.business, phone=PHONE, label="again")
    OptOut.objects.create(business=wire.business, phone=PHONE, source="text", opted_out_at=now)

    erase(wire.business, PHONE, reason="Asked", actor=None, now=now)

    assert NeverText.objects.count() == OptOut.objects.filter(revoked_at=None).count() == 1


def test_a_failed_task_keeps_no_phone(wire: Wire) -> None:
    from django_q.models import Task

    for name, result in (("hers", f"IntegrityError: (phone)=({PHONE})"), ("other", "IntegrityError")):
        Task.objects.create(
            id=name, name=name, func="x", args=(), kwargs={}, result=result, success=False, started=clock.now(),
            stopped=clock.now(),
        )  # fmt: skip
    erase(wire.business, PHONE, reason="Asked", actor=None, now=clock.now())
    assert [task.name for task in Task.objects.all()] == ["other"]
    assert queue.waiting() == 0


def test_other_software_is_told_whom_to_erase_by_ids_alone(wire: Wire) -> None:
    now = clock.now()
    lead = fill(wire, at=now - timedelta(days=3))
    key = str(Lead.objects.get(pk=lead.pk).key)
    WebhookEndpoint.objects.create(
        business=wire.business, name="CRM", url="https://crm.example.com/", secret="whsec_x", created_at=now
    )
    announcing._remembered.clear()
    erase(wire.business, PHONE, reason="Asked", actor=None, now=now)
    delivery = WebhookDelivery.objects.get(kind="person.erased", endpoint__name="CRM")
    assert delivery.event is not None
    body = body_of(delivery.event)
    assert body is not None
    assert body["data"] == {
        "business": wire.business.slug, "text": "Everything of one person was erased", "leads": [key],
    }  # fmt: skip


def test_nobody_is_told_of_a_person_whom_nobody_was_told_of(wire: Wire) -> None:
    now = clock.now()
    lead = fill(wire, at=now - timedelta(days=3))
    Lead.objects.filter(pk=lead.pk).update(is_simulated=True)
    erase(wire.business, PHONE, reason="Asked", actor=None, now=now)
    assert body_of(LeadEvent.objects.get(kind="person.erased")) is None
