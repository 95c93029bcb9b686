"""What bench.chaos asks of every house can be answered by no as well."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from bench.chaos import afterwards
from bench.chaos.callers import Callers
from bench.chaos.house import House
from messaging.enums import MessageStatus
from messaging.models import Message
from recoverline.lib import queue
from tests.chaos.family import ROOT, database_url
from tests.factories import make_business, make_conversation, make_lead, make_location, make_message, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def text() -> Message:
    business = make_business()
    conversation = make_conversation(make_lead(business), make_number(make_location(business)))
    return make_message(conversation, status=MessageStatus.ACCEPTED, claimed_at=timezone.now() - timedelta(minutes=6))


def at_the_carrier(text: Message, key: str = "") -> SimpleNamespace:
    address = f"http://127.0.0.1/hooks/twilio/1/status?text={key or text.key}"
    return SimpleNamespace(
        to=text.lead.phone, body="Sorry we missed your call, Dana!", status_callback=address, at=timezone.now()
    )


class Quiet(House):
    """A house without processes: /healthz says what it is told to."""

    healthz = 200

    def get(self, path: str, *, timeout: float = 15) -> tuple[int, str]:
        return self.healthz, ""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quiet:
    monkeypatch.setattr(afterwards, "SETTLES_WITHIN", 0.0)
    environment = {"DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)}
    made: Any = SimpleNamespace(folder=tmp_path, environment=environment, account_key="1", site="http://127.0.0.1:9")
    carrier: Any = SimpleNamespace(ledger=[])
    return Quiet(made, carrier, "sqlite", 1)


def found(house: Quiet) -> list[str]:
    """The codes of what does not hold; the rows' own invariants have tests of their own."""
    parts = (afterwards._ledger, afterwards._settles, afterwards._logs)
    return sorted(line.partition(":")[0] for part in parts for line in part(house))


def test_a_sound_house_is_sound(house: Quiet, text: Message) -> None:
    house.carrier.ledger.append(at_the_carrier(text))  # type: ignore[arg-type]
    assert found(house) == []


def test_each_thing_that_must_not_be_is_seen(house: Quiet, text: Message, tmp_path: Path) -> None:
    house.carrier.ledger += [at_the_carrier(text), at_the_carrier(text), at_the_carrier(text, key="of nobody")]  # type: ignore[list-item]
    Message.objects.update(status=MessageStatus.UNKNOWN)
    queue.enqueue("messaging.tasks.tick")
    house.healthz = 503
    (tmp_path / "web.log").write_text(f"a call of {text.lead.phone}")
    (tmp_path / "sender.log").write_text("sent: Sorry we missed your call, Dana!")
    assert found(house) == ["I10", "I10", "I2", "I3", "I7", "I9", "I9"]


def test_who_calls_sees_who_was_not_texted_or_twice(house: Quiet, text: Message) -> None:
    callers = Callers(house, rate=1)
    twice, never, unanswered = text.lead.phone, "+12125550177", "+12125550178"
    callers.called = dict.fromkeys([twice, never, unanswered], 0.0)
    callers.answered = dict.fromkeys([twice, never], 0.0)
    house.carrier.ledger += [at_the_carrier(text)] * 2  # type: ignore[list-item]
    assert [line.partition(":")[0] for line in callers.findings(at_most=0)] == [
        "1 calls were never answered by 200", "never texted", "texted twice",
    ]  # fmt: skip
