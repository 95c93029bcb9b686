"""What cannot wait comes in once; again only counts; worse makes it worse; without people nobody promises anything."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import Membership
from messaging import urgency
from messaging.escalation import acknowledging, running
from messaging.escalation.enums import AckMeans, EscalationClass, EscalationStatus
from messaging.escalation.opening import ASKED_ANEW_AFTER
from messaging.inbox.escalations import tone_of
from messaging.models import Escalation
from tests.factories import NOON, make_message
from tests.messaging.escalation.scene import TEXT_CALL_NEXT_OWNER, Scene, bells, make_scene, minutes

pytestmark = pytest.mark.django_db
URGENT = EscalationClass.URGENT


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    made.on_call(made.ana, made.ben)
    made.policy(*TEXT_CALL_NEXT_OWNER)
    return made


def open_urgent(scene: Scene, **values: object) -> Escalation:
    return scene.open(URGENT, dedup_key=f"urgent:{scene.conversation.key}", summary="Wants help now", **values)


def test_it_opens_with_its_chain_and_rings(scene: Scene) -> None:
    row = scene.open()
    assert (row.status, row.step, row.next_at, row.times, row.lead) == ("open", 0, NOON, 1, scene.conversation.lead)
    assert [step["channel"] for step in row.chain] == ["text", "call", "text", "text"]
    assert (scene.events(), bells()) == (["escalation.opened"], 1)


def test_the_same_again_only_counts(scene: Scene) -> None:
    first = scene.open()
    again = scene.open(now=minutes(1))
    assert (again.pk, again.times, again.opened_at, again.version) == (first.pk, 2, NOON, first.version)
    assert (scene.events(), bells()) == (["escalation.opened"], 1)


def test_closed_ones_count_nothing(scene: Scene) -> None:
    first = scene.open()
    acknowledging.close(first, by=None, now=NOON)
    assert scene.open().pk != first.pk


def test_a_danger_makes_the_open_urgent_one_worse_and_asks_anew(scene: Scene) -> None:
    urgent = open_urgent(scene)
    running.run_due(NOON)
    worse = scene.open(now=minutes(1))
    assert (worse.pk, worse.kind, worse.dedup_key) == (urgent.pk, "emergency", f"danger:{scene.conversation.key}")
    assert (worse.next_at, worse.step, worse.summary, len(worse.chain)) == (minutes(1), 1, "Urgent: flooding", 5)
    running.run_due(minutes(1))
    assert scene.told(worse) == [(0, "text", "Ana"), (1, "text", "Ana")]


def test_a_danger_besides_an_urgent_one_that_somebody_has_asks_everybody(scene: Scene) -> None:
    urgent = open_urgent(scene)
    acknowledging.acknowledge(urgent, member=scene.ben, via=AckMeans.TEXT, now=NOON)
    danger = scene.open(now=minutes(1))
    assert (danger.pk != urgent.pk, danger.status) == (True, "open")
    assert open_urgent(scene).pk == urgent.pk  # and what is less than that still belongs to the first


@pytest.mark.parametrize("kind", [URGENT, EscalationClass.WAITING])
def test_less_than_what_it_is_in_for_only_counts(scene: Scene, kind: EscalationClass) -> None:
    danger = scene.open()
    acknowledging.acknowledge(danger, member=scene.ana, via=AckMeans.TEXT, now=NOON)
    less = scene.open(kind, dedup_key=f"less:{scene.conversation.key}")
    assert (less.pk, less.kind, less.status, less.times) == (danger.pk, "emergency", "acknowledged", 2)


def test_without_people_it_stays_open_for_the_banner_and_nothing_is_promised() -> None:
    scene = make_scene()
    row = scene.open()
    assert (row.status, row.chain, row.next_at, row.exhausted_at) == ("open", [], None, NOON)
    assert (scene.events(), scene.texts(), bells(), scene.business.tasks.count()) == ([], [], 0, 0)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(EscalationClass.EMERGENCY, "urgent"), (EscalationClass.FOLLOW_UP, "follow_up"), (EscalationClass.TROUBLE, None)],
)
def test_when_everybody_is_away_it_comes_to_its_end_aloud(
    scene: Scene, kind: EscalationClass, reason: str | None
) -> None:
    Membership.objects.update(away_since=NOON)
    row = scene.open(kind)
    assert (row.chain, row.next_at, row.exhausted_at, row.tells_customer) == ([], minutes(5), None, True)
    assert running.run_due(minutes(4)) == 0
    running.run_due(minutes(5))
    row.refresh_from_db()
    assert (row.exhausted_at, scene.events()) == (minutes(5), ["escalation.opened", "escalation.exhausted"])
    assert [task.reason for task in scene.business.tasks.all()] == ([reason] if reason else [])
    told = ["we have not reached" in body for _, _, body in scene.texts()]
    assert told == ([True] if kind == EscalationClass.EMERGENCY else [])
    assert tone_of(row) == "loud"


def test_when_everybody_is_away_what_gets_worse_is_said_once_more(scene: Scene) -> None:
    Membership.objects.update(away_since=NOON)
    open_urgent(scene)
    running.run_due(minutes(5))
    assert scene.open(now=minutes(6)).next_at == minutes(11)
    running.run_due(minutes(11))
    assert scene.events().count("escalation.exhausted") == 2
    assert (len(scene.texts()), scene.business.tasks.count()) == (1, 1)


def test_after_nobody_was_reached_the_same_again_asks_anew_but_not_at_once(scene: Scene) -> None:
    row = scene.open()
    now = NOON
    while row.exhausted_at is None:
        running.run_due(now)
        row.refresh_from_db()
        now = row.next_at or now
    at = row.exhausted_at
    assert scene.open(now=at + timedelta(minutes=1)).next_at is None
    anew = scene.open(now=at + ASKED_ANEW_AFTER)
    assert (anew.pk, anew.exhausted_at, anew.next_at) == (row.pk, None, at + ASKED_ANEW_AFTER)
    running.run_due(at + ASKED_ANEW_AFTER)
    assert scene.told(row)[-1] == (4, "text", "Ana")


# ---------------------------------------------------------------- again, after somebody had it
def test_a_new_danger_weeks_after_the_last_one_was_answered_asks_everybody(scene: Scene) -> None:
    urgency.notice(scene.conversation, "I smell gas in my kitchen", cause="text:1", now=NOON)
    first = Escalation.objects.get()
    acknowledging.acknowledge(first, member=scene.ana, via=AckMeans.INBOX, now=minutes(1))
    make_message(scene.conversation, "on it", kind="staff", created_at=minutes(2), author=scene.ana.user)
    running.run_due(minutes(30))
    scene.conversation.refresh_from_db()
    later = NOON + timedelta(days=20)
    urgency.notice(scene.conversation, "My basement is flooding, water everywhere", cause="text:2", now=later)
    running.run_due(later)
    first.refresh_from_db()
    new = Escalation.objects.exclude(pk=first.pk).get()
    assert (first.status, first.closed_at, first.acknowledged_by, new.status) == ("closed", later, scene.ana, "open")
    assert scene.told(new) == [(0, "text", "Ana")]
    acknowledging.acknowledge(new, member=scene.ana, via=AckMeans.TEXT, now=later)
    assert sum("Ana from Alder" in body for _, _, body in scene.texts()) == 2  # and it is told again


def test_a_danger_again_right_after_mine_only_counts_until_it_is_done_with(scene: Scene) -> None:
    row = scene.open()
    acknowledging.acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=minutes(1))
    again = scene.open(now=minutes(9))
    assert (again.pk, again.times, again.status) == (row.pk, 2, "acknowledged")
    make_message(scene.conversation, "on it", kind="staff", created_at=minutes(2), author=scene.ana.user)
    running.run_due(minutes(11))
    assert scene.open(now=minutes(12)).pk != row.pk


def test_a_customer_who_waits_again_after_the_danger_was_seen_to_is_one_of_their_own(scene: Scene) -> None:
    row = scene.open()
    acknowledging.acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=minutes(1))
    key = f"waiting:{scene.conversation.key}"
    waits = scene.open(EscalationClass.WAITING, dedup_key=key, now=NOON + timedelta(days=2))
    assert (waits.pk != row.pk, waits.status, waits.next_at) == (True, "open", NOON + timedelta(days=2))


def test_trouble_that_comes_back_after_mine_asks_again_but_not_at_once(scene: Scene) -> None:
    trouble: dict[str, Any] = {"conversation": None, "dedup_key": "trouble:carrier"}
    row = scene.open(EscalationClass.TROUBLE, **trouble)
    acknowledging.acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=minutes(1))
    assert scene.open(EscalationClass.TROUBLE, **trouble, now=minutes(15)).pk == row.pk
    again = scene.open(EscalationClass.TROUBLE, **trouble, now=minutes(16))
    assert (again.pk != row.pk, again.status, again.next_at) == (True, "open", minutes(16))


def test_what_is_about_nobody(scene: Scene) -> None:
    row = scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:carrier")
    assert (row.conversation, row.lead, row.status) == (None, None, EscalationStatus.OPEN)
    assert scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:carrier").times == 2
