"""QUE-13: no worker works any more. /healthz says so (test_health), and the sender mails the team, once."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from leads.models import LeadEvent
from messaging import beats, standing_in
from messaging.sender import Sender
from tests.factories import make_business, make_member, make_user

pytestmark = pytest.mark.django_db


def look(now: datetime, **ages: int) -> bool:
    """Beats of hosts, by their age in seconds, and then a look."""
    for host, age in ages.items():
        beats.beat(beats.WORKER, host=host, now=now - timedelta(seconds=age))
    return standing_in.look_after_worker(now)


@pytest.fixture
def owner() -> str:
    user = make_user("ana", email="ana@alder.example")
    make_member(make_business("Alder Plumbing"), user)
    return user.email


@pytest.mark.parametrize(("ages", "told"), [({"one": 89}, False), ({"one": 91}, True), ({"one": 91, "two": 5}, False)])
def test_the_team_is_told_when_the_last_of_all_workers_is_silent(owner: str, ages: dict[str, int], told: bool) -> None:
    assert look(timezone.now(), **ages) is told
    assert [each.to for each in mail.outbox] == [[owner]] * told
    assert LeadEvent.objects.filter(kind="work.halted").count() == told


def test_it_is_told_once_and_again_when_it_happens_again(owner: str) -> None:
    now = timezone.now()
    assert [look(now, one=100), look(now + timedelta(seconds=10))] == [True, False]
    assert look(now + timedelta(seconds=20), one=0) is False
    assert look(now + timedelta(seconds=120)) is True
    assert len(mail.outbox) == 2
    assert standing_in.TEXT in str(mail.outbox[0].body)


def test_where_none_ever_worked_nobody_is_told(owner: str) -> None:
    assert look(timezone.now()) is False
    assert mail.outbox == []


def test_a_sender_that_has_just_started_waits_for_the_worker_that_starts_beside_it(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr("messaging.standing_in.look_after_worker", looked.append)
    sender = Sender(threads=1)
    sender.watch_worker()
    assert looked == []
    sender._started -= beats.STALE_SECONDS
    sender.watch_worker()
    sender.watch_worker()  # not at every round of the loop
    sender._turners.shutdown(wait=True)
    assert len(looked) == 1
