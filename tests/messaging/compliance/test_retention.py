"""People who were not in touch for longer than a business keeps them are erased, some at a time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads.models import CallbackTask, Lead
from leads.models.api import FormEntry, LeadSource
from messaging.compliance import retention
from messaging.models import Erasure, InboundHook
from recoverline.lib import queue
from tests.base import Cast, make_cast
from tests.factories import (
    NOON,
    make_appointment,
    make_call,
    make_conversation,
    make_lead,
    make_message,
    make_request,
    make_resource,
    make_service,
    make_task,
)

pytestmark = pytest.mark.django_db
LONG_AGO = NOON - timedelta(days=100)
PHONE = "+12125550142"


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.a.retention_days = 90
    cast.a.save()
    return cast


def old(cast: Cast, **values: Any) -> Lead:
    lead = make_lead(cast.a, **{"phone": PHONE, "created_at": LONG_AGO, **values})
    make_call(cast.a_number, caller=lead.phone, lead=lead, started_at=LONG_AGO)
    make_message(make_conversation(lead, cast.a_number, status="done"), created_at=LONG_AGO, carrier_message_id=None)
    return lead


def forget(now: datetime = NOON, **values: Any) -> int:
    return retention.forget_old(now, **values)


def test_whose_time_is_over_is_erased_and_once(cast: Cast) -> None:
    lead = old(cast)
    assert forget() == 1
    lead.refresh_from_db()
    assert (lead.phone[0], lead.erased_at) == ("#", NOON)
    assert Erasure.objects.get().reason == retention.REASON
    assert forget() == forget(NOON + timedelta(days=400)) == 0


def test_to_the_day(cast: Cast) -> None:
    old(cast)
    assert forget(LONG_AGO + timedelta(days=90)) == 0
    assert forget(LONG_AGO + timedelta(days=90, seconds=1)) == 1


def test_who_has_set_nothing_keeps_everybody(cast: Cast) -> None:
    old(cast)
    cast.a.retention_days = None
    cast.a.save()
    assert forget(NOON + timedelta(days=5000)) == 0


def _call(cast: Cast, lead: Lead) -> None:
    make_call(cast.a_number, caller=lead.phone, lead=lead, started_at=NOON - timedelta(days=1))


def _text(cast: Cast, lead: Lead) -> None:
    make_message(lead.conversations.get(), created_at=NOON - timedelta(days=1))


def _visit(cast: Cast, lead: Lead) -> None:
    make_appointment(make_service(cast.a), cast.a_location, make_resource(cast.a), lead=lead)


def _request(cast: Cast, lead: Lead) -> None:
    make_request(lead, cast.a_location, opened_at=LONG_AGO, status="open")


def _task(cast: Cast, lead: Lead) -> None:
    make_task(cast.a_location, lead=lead, phone=lead.phone)


def _team(cast: Cast, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(is_team=True)


@pytest.mark.parametrize("happens", [_call, _text, _visit, _request, _task, _team])
def test_who_is_still_in_touch_or_expects_something_stays(cast: Cast, happens: Any) -> None:
    lead = old(cast)
    happens(cast, lead)
    assert forget() == 0
    assert Lead.objects.get(pk=lead.pk).phone == PHONE


def test_how_many_are_kept_back_is_said(cast: Cast) -> None:
    _request(cast, old(cast))
    old(cast, phone="+12125550143")
    assert retention.count_kept_back(cast.a, now=NOON) == 1


def test_a_limited_number_at_once_oldest_first(cast: Cast) -> None:
    for day in range(3):
        old(cast, phone=f"+1212555014{day}", created_at=LONG_AGO - timedelta(days=day))
    assert forget(most=2) == 2
    assert list(Lead.objects.filter(erased_at=None).values_list("phone", flat=True)) == ["+12125550140"]
    assert forget(most=2) == 1


def test_callers_who_never_became_a_lead_are_erased_too(cast: Cast) -> None:
    call = make_call(cast.a_number, caller=PHONE, started_at=LONG_AGO, caller_name="Maria")
    assert forget() == 1
    call.refresh_from_db()
    assert (call.caller[0], call.caller_name) == ("#", "")


def test_what_carriers_said_so_long_ago_goes(cast: Cast) -> None:
    for days in (91, 89):
        at = NOON - timedelta(days=days)
        InboundHook.objects.create(
            account=cast.a_account, event="voice", natural_key=f"{days}", payload={"From": "x"}, received_at=at,
            processed_at=at,
        )  # fmt: skip
    forget()
    assert dict(InboundHook.objects.values_list("natural_key", "payload")) == {"91": {}, "89": {"From": "x"}}


def test_one_persons_trouble_stands_in_nobodys_way(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    old(cast, created_at=LONG_AGO - timedelta(days=9))
    old(cast, phone="+12125550143")
    real = retention.erase

    def erase(business: Any, phone: str, **values: Any) -> Any:
        if phone == PHONE:
            raise ValueError(f"broken: {phone}")
        return real(business, phone, **values)

    monkeypatch.setattr(retention, "erase", erase)
    assert forget(most=1) == 1
    assert list(Lead.objects.filter(erased_at=None).values_list("phone", flat=True)) == [PHONE]
    assert "ValueError" in caplog.text
    assert PHONE not in caplog.text


def test_who_writes_while_the_list_is_worked_off_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = old(cast)
    real = retention.phones_to_forget

    def and_then_they_write(*args: Any, **values: Any) -> list[str]:
        phones = real(*args, **values)
        _text(cast, lead)
        return phones

    monkeypatch.setattr(retention, "phones_to_forget", and_then_they_write)
    assert forget() == 0
    assert Lead.objects.get(pk=lead.pk).phone == PHONE


def test_what_is_no_phone_takes_nobodys_place(cast: Cast) -> None:
    for number in range(2):
        old(cast, phone=f"anonymous{number}", created_at=LONG_AGO - timedelta(days=9))
    old(cast)
    assert forget(most=1) == 1


def test_the_queue_is_looked_through_once_a_run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = []
    monkeypatch.setattr(queue, "forget_finished", lambda names: looks.append(names(f"IntegrityError: {PHONE}")))
    for number in (2, 3):
        old(cast, phone=f"+1212555014{number}")
    assert forget() == 2
    assert looks == [True]


def test_an_hour_later_it_goes_on(settings: Any) -> None:
    assert settings.PERIODIC_TASKS["messaging.compliance.tasks.forget_old"] <= 3600


def test_what_came_in_by_a_form_and_is_nobodys_goes_after_90_days_everywhere(cast: Cast) -> None:
    location = cast.b_number.location  # of a business that keeps its people for good
    source = LeadSource.objects.create(
        business=cast.b, location=location, name="website", consent_text="Yes", created_at=LONG_AGO
    )
    lead = make_lead(cast.b, created_at=LONG_AGO)
    for name, whose, at in (("old", None, LONG_AGO), ("new", None, NOON), ("hers", lead, LONG_AGO)):
        FormEntry.objects.create(
            business=cast.b, source=source, external_id=name, lead=whose, answers={"name": "Dana"}, created_at=at
        )
    for done in (LONG_AGO, NOON, None):
        make_task(location, phone="", detail="Dana", created_at=LONG_AGO, done_at=done)
    forget()
    assert set(FormEntry.objects.values_list("external_id", flat=True)) == {"new", "hers"}
    said = CallbackTask.objects.filter(business=cast.b).order_by("id").values_list("detail", flat=True)
    assert list(said) == ["", "Dana", "Dana"]
