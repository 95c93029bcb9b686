"""From draft to published."""

from dataclasses import replace

import pytest

from leads.config import load
from leads.knowledge import Knowledge, from_json, to_json
from leads.models import Business, Service
from messaging.agent import publishing
from messaging.agent.reading import draft_knowledge, published_knowledge
from messaging.models import Publication
from tests.factories import NOON, make_question, make_service_at
from tests.messaging.agent.stage import Stage, make_stage


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage(instructions="Be kind.")


def test_before_the_first_publication_the_draft_holds(stage: Stage) -> None:
    assert published_knowledge(stage.cast.a) == draft_knowledge(stage.cast.a)
    assert publishing.latest(stage.cast.a) is None
    assert publishing.pending_changes(stage.cast.a) == [
        "Service “Drain cleaning” added", "FAQ “Are you insured?” added", "Instructions for Claude changed",
    ]  # fmt: skip


def test_what_is_published_stays_while_staff_edit(stage: Stage) -> None:
    first = publishing.publish(stage.cast.a, now=NOON, by=stage.cast.ana, results=[{"name": "x", "passed": True}])
    assert first is not None
    assert (first.version, first.published_by, first.results) == (1, stage.cast.ana, [{"name": "x", "passed": True}])
    Service.objects.update(price_from_cents=12_900)
    stage.faq.answer = "Yes."
    stage.faq.save()
    assert published_knowledge(stage.cast.a).services[0].price_from_cents == 9900
    assert publishing.pending_changes(stage.cast.a) == [
        "Service “Drain cleaning”: price from is $129, was $99",
        "FAQ “Are you insured?”: answer is “Yes.”, was “Yes, we are licensed and insured.”",
    ]
    second = publishing.publish(stage.cast.a, now=NOON)
    assert second is not None
    assert (second.version, second.published_by, len(second.changes)) == (2, None, 2)
    assert published_knowledge(stage.cast.a).version == 2
    assert published_knowledge(stage.cast.b).version == 0


def test_without_changes_there_is_no_version(stage: Stage) -> None:
    assert publishing.publish(stage.cast.a, now=NOON) is not None
    assert publishing.publish(stage.cast.a, now=NOON) is None
    assert Publication.objects.count() == 1


def test_another_order_of_questions_is_a_change(stage: Stage) -> None:
    first, second = (make_question(stage.cast.a, text, position=10) for text in ("How old?", "How big?"))
    publishing.publish(stage.cast.a, now=NOON)
    second.position = 5
    second.save()
    assert publishing.pending_changes(stage.cast.a) == ["Question to customers: in another order"]
    publishing.publish(stage.cast.a, now=NOON)
    assert [row.id for row in published_knowledge(stage.cast.a).questions] == [second.pk, first.pk]


def test_prices_at_a_location_are_told_in_words(stage: Stage) -> None:
    publishing.publish(stage.cast.a, now=NOON)
    make_service_at(stage.service, stage.cast.a_location, price_from_cents=12_050)
    where = f"location {stage.cast.a_location.pk}"
    assert publishing.pending_changes(stage.cast.a) == [
        f"Service “Drain cleaning”: locations is $120.50 to not named at {where}, was the same at all"
    ]


def test_what_was_shown_is_published_and_not_what_came_since(stage: Stage) -> None:
    shown = draft_knowledge(stage.cast.a)
    Service.objects.update(price_from_cents=1)
    published = publishing.publish(stage.cast.a, now=NOON, knowledge=shown)
    assert published is not None
    assert from_json(published.knowledge) == shown


def test_a_fingerprint_tells_drafts_apart(stage: Stage) -> None:
    draft = draft_knowledge(stage.cast.a)
    assert publishing.fingerprint(draft) == publishing.fingerprint(from_json(to_json(draft), version=7))
    assert publishing.fingerprint(draft) != publishing.fingerprint(replace(draft, instructions="Be kind!"))
    assert publishing.fingerprint(Knowledge()) != publishing.fingerprint(draft)


FILE = """\
business:
  name: Elm Roofing
services:
  - name: Roof check
{robot}
"""


@pytest.mark.django_db
def test_loading_a_file_publishes_where_there_is_a_robot() -> None:
    load(FILE.format(robot=""))
    assert Publication.objects.count() == 0
    load(FILE.format(robot="robot: auto"), dry_run=True)
    assert Publication.objects.count() == 0
    load(FILE.format(robot="robot: auto"))
    load(FILE.format(robot="robot: auto"))
    (publication,) = Publication.objects.all()
    assert (publication.version, publication.changes) == (1, ["Service “Roof check” added"])


@pytest.mark.django_db
def test_what_a_file_prunes_is_not_published() -> None:
    load(FILE.format(robot="robot: auto"))
    load("business:\n  name: Elm Roofing\nrobot: auto\n", prune=True)
    business = Business.objects.get()
    assert [row.name for row in draft_knowledge(business).services] == []
    assert published_knowledge(business).services == ()
