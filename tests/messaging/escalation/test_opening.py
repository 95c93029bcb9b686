"""What cannot wait comes in once; again only counts; worse makes it worse; without people nobody promises anything."""

from datetime import timedelta

import pytest

from messaging.escalation import acknowledging, running
from messaging.escalation.enums import AckMeans, EscalationClass, EscalationStatus
from messaging.escalation.opening import ASKED_ANEW_AFTER
from messaging.models import Escalation
from tests.factories import NOON
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


def test_what_is_about_nobody(scene: Scene) -> None:
    row = scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:carrier")
    assert (row.conversation, row.lead, row.status) == (None, None, EscalationStatus.OPEN)
    assert scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:carrier").times == 2
