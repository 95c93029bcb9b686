"""Forms have limits of their own, and nobody is woken by what another program hands in."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from leads.models import CallbackTask, Location
from messaging import missed_calls
from messaging.enums import MissReason
from messaging.models import Call, Message, PhoneNumber
from tests.factories import NOON, make_business, make_call, make_location, make_number, phone
from tests.recoverline.api.conftest import make_program
from tests.recoverline.api.test_intake import google, hand_in, make_source, outcomes
from tests.wire import Wire

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 6, 18, 6, 0, tzinfo=UTC)
AGREED = {"text": "You may text me.", "evidence": "fair, May 3"}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def place() -> Location:
    location = make_location(make_business("Alder Plumbing", number_texts_per_hour=6))
    make_number(location)
    return location


def miss(place: Location) -> Call:
    ringing = {"state": "ringing", "miss_reason": "", "decided_at": None, "outcome": "", "decision": "", "facts": {}}
    row = make_call(PhoneNumber.objects.get(business=place.business), **ringing, trace=[])
    call = Call.objects.select_related("business", "location__business", "number__account", "number__location").get(
        pk=row.pk
    )
    missed_calls.handle(call, MissReason.NO_ANSWER, now=NOON)
    return call


def test_forms_have_a_third_of_the_limit_and_take_nothing_from_calls(place: Location) -> None:
    source = make_source(place)
    for _ in range(3):
        hand_in(source, phone=phone())
    assert outcomes() == ["texted", "texted", "number_cap"]
    assert CallbackTask.objects.get().reason == "sending_stopped"
    for _ in range(6):
        assert miss(place).decision == "rule"
    assert miss(place).decision == "number_cap"
    assert Message.objects.filter(idem_key__startswith="missedcall:").count() == 6


def test_calls_take_nothing_from_forms(place: Location) -> None:
    for _ in range(6):
        miss(place)
    hand_in(make_source(place))
    assert outcomes() == ["texted"]


def test_what_a_program_adds_at_night_becomes_a_task(place: Location, noon: Any) -> None:
    noon.move_to(NIGHT)
    answer = make_program(place.business).post("leads/", {"phone": "+12125550142", "consent": AGREED})
    assert (answer.status_code, answer.json()["outcome"]) == (201, "quiet_hours")
    assert (CallbackTask.objects.get().reason, Message.objects.count()) == ("quiet_hours", 0)


def test_at_night_only_who_has_just_sent_the_form_is_texted(place: Location, noon: Any) -> None:
    noon.move_to(NIGHT)
    relayed = make_source(place, name="relay", shared_secret="the-key", requires_consent=False)
    hand_in(relayed, phone="(212) 555-0143", _secret="the-key")
    google(relayed)
    hand_in(make_source(place))
    assert outcomes() == ["quiet_hours", "quiet_hours", "texted"]


def test_a_text_for_a_program_that_is_held_up_into_the_night_stays(wire: Wire, noon: Any) -> None:
    noon.move_to(datetime(2026, 6, 18, 0, 59, tzinfo=UTC))  # 20:59 in New York
    business = wire.number.business
    answer = make_program(business).post("leads/", {"phone": "+12125550142", "consent": AGREED})
    assert answer.json()["outcome"] == "texted", json.dumps(answer.json())
    noon.shift(timedelta(minutes=3))
    wire.deliver_due()
    assert wire.sent == []
