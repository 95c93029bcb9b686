"""May we text this number: the answer is the gate's own, and asking changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from leads.models import Lead
from messaging.compliance.standing import Standing, standing
from messaging.models import PhoneNumber
from scheduling.models import QuietHours
from tests.base import make_cast
from tests.factories import make_conversation, make_lead, make_message, make_never_text, make_opt_out

pytestmark = pytest.mark.django_db
PHONE = "+12125550142"  # New York
NOON = datetime(2026, 6, 17, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 6, 18, 4, 0, tzinfo=UTC)  # midnight there
KINDS = ("first", "robot", "follow-up", "reminder", "staff", "safety")


@pytest.fixture
def number() -> PhoneNumber:
    cast = make_cast()
    return PhoneNumber.objects.select_related("business", "location__business", "account").get(pk=cast.a_number.pk)


def asked(number: PhoneNumber, now: datetime = NOON) -> Standing:
    found = standing(number.business, PHONE, now)
    assert found is not None
    return found


def allowed(found: Standing) -> set[str]:
    return {kind for kind, verdict in zip(KINDS, found.verdicts, strict=True) if verdict.may}


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_asking_changes_nothing(number: PhoneNumber) -> None:
    before = rows()
    asked(number)
    assert rows() == before


def test_a_stranger_may_be_answered(number: PhoneNumber) -> None:
    found = asked(number)
    assert allowed(found) == set(KINDS)
    assert found.lead is None
    assert str(found.zone) == "America/New_York"


def _opt_out(number: PhoneNumber) -> None:
    make_opt_out(number.business, phone=PHONE)


def _never(number: PhoneNumber) -> None:
    make_never_text(number.business, phone=PHONE)


def _lead(**values: Any) -> Any:
    return lambda number: make_lead(number.business, phone=PHONE, **values)


def _pause(number: PhoneNumber) -> None:
    number.business.is_texting_paused = True
    number.business.save()


def _texted(number: PhoneNumber) -> None:
    thread = make_conversation(make_lead(number.business, phone=PHONE), number)
    make_message(thread, created_at=NOON - timedelta(hours=1))


def _taken(number: PhoneNumber) -> None:
    make_conversation(make_lead(number.business, phone=PHONE), number, handler="person", automation_paused=True)


@pytest.mark.parametrize(
    ("happens", "may", "because"),
    [
        (_opt_out, set(), "asked us to stop"),
        (_never, {"staff"}, "never-text list"),
        (_lead(is_landline=True), set(), "landline"),
        (_lead(is_unreachable=True), set(), "cannot be reached"),
        (_lead(blocked_at=NOON), {"safety"}, "blocked this person"),
        (_pause, set(), "paused"),
        (_texted, set(KINDS) - {"first"}, "got a text 1 hour ago"),
        (_taken, {"staff", "safety"}, "A person of the team"),
    ],
    ids=["opted out", "never", "landline", "unreachable", "blocked", "paused", "cooldown", "taken"],
)
def test_each_reason_is_the_gates_own(number: PhoneNumber, happens: Any, may: set[str], because: str) -> None:
    happens(number)
    found = asked(number)
    assert because in " ".join(verdict.because for verdict in found.verdicts if not verdict.may)
    assert allowed(found) == may, [(v.label, v.may, v.because) for v in found.verdicts]


def test_at_night_what_nobody_waits_for_waits(number: PhoneNumber) -> None:
    if not QuietHours.objects.exists():
        QuietHours.objects.create(country="US", allowed_from="08:00", allowed_until="21:00")
    found = asked(number, NIGHT)
    assert allowed(found) == {"first", "robot", "staff", "safety"}
    follow_up = found.verdicts[2]
    assert follow_up.because.startswith("Quiet hours")
    assert follow_up.from_when == datetime(2026, 6, 18, 12, 0, tzinfo=UTC), "eight in New York"


def test_where_calls_are_not_answered_at_night_the_first_text_waits_too(number: PhoneNumber) -> None:
    number.business.answers_at_night = False
    number.business.save()
    found = asked(number, NIGHT)
    assert "first" not in allowed(found)
    assert not Lead.objects.exists()
