"""What the customer hears: each once, never both the wrong way, in their language, by the door of all texts."""

import pytest

from leads.models import Lead
from messaging.enums import MessageKind, MessageStatus, ScriptKind
from messaging.escalation import acknowledging, customer, running
from messaging.escalation.acknowledging import acknowledge
from messaging.escalation.enums import AckMeans, EscalationClass
from messaging.models import Conversation, Escalation, Message
from tests.factories import NOON, make_opt_out, make_script
from tests.messaging.escalation.scene import Scene, make_scene, minutes

pytestmark = pytest.mark.django_db
TAKEN = "Ana from Alder Plumbing is on it and will contact you here or by phone shortly."
NOBODY = (
    "Alder Plumbing: we have not reached our on-call person yet. Please call (602) 555-0100. "
    "If anyone is in danger, call 911 first."
)


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    made.on_call(made.ana)
    made.policy(("text", "first"))
    return made


def mine(row: Escalation, scene: Scene) -> None:
    acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=minutes(1))


def nobody(row: Escalation) -> None:
    running.run_due(NOON)
    running.run_due(minutes(3))
    row.refresh_from_db()


def bodies(scene: Scene) -> list[str]:
    return [body for _, _, body in scene.texts()]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (EscalationClass.EMERGENCY, [(MessageKind.SAFETY, MessageStatus.QUEUED, TAKEN)]),
        (EscalationClass.URGENT, [(MessageKind.AUTO_REPLY, MessageStatus.QUEUED, TAKEN)]),
        (EscalationClass.WAITING, []),
        (EscalationClass.FOLLOW_UP, []),
    ],
)
def test_who_hears_that_somebody_has_it(scene: Scene, kind: EscalationClass, expected: list[object]) -> None:
    mine(scene.open(kind), scene)
    assert scene.texts() == expected


def test_first_nobody_then_somebody_and_each_once(scene: Scene) -> None:
    row = scene.open()
    nobody(row)
    mine(row, scene)
    assert bodies(scene) == [NOBODY, TAKEN]
    customer.tell_taken(row, scene.ana, now=minutes(9))
    customer.tell_nobody(row, now=minutes(9))
    assert bodies(scene) == [NOBODY, TAKEN]


def given_back(row: Escalation, scene: Scene) -> None:
    acknowledging.pass_on(row, member=scene.ana, now=minutes(2))
    for minute in range(2, 9):
        running.run_due(minutes(minute))
    row.refresh_from_db()
    assert row.exhausted_at is not None


def test_a_word_that_is_not_true_any_more_is_withdrawn_if_it_still_can_be(scene: Scene) -> None:
    row = scene.open()
    mine(row, scene)
    given_back(row, scene)
    assert [(status, body) for _, status, body in scene.texts()] == [("suppressed", TAKEN), ("queued", NOBODY)]
    mine(row, scene)
    assert bodies(scene) == [TAKEN, NOBODY, TAKEN]


def test_who_was_told_that_somebody_has_it_hears_the_truth_and_who_has_it_next(scene: Scene) -> None:
    row = scene.open()
    mine(row, scene)
    Message.objects.filter(direction="out").update(status=MessageStatus.DELIVERED)
    given_back(row, scene)
    acknowledge(row, member=scene.ben, via=AckMeans.TEXT, now=minutes(10))
    assert bodies(scene) == [TAKEN, NOBODY, TAKEN.replace("Ana", "Ben")]
    assert scene.business.tasks.count() == 1  # and somebody had to call


def test_it_ends_when_two_pass_it_to_and_fro(scene: Scene) -> None:
    row = scene.open()
    for minute in range(1, 13):
        member = (scene.ana, scene.ben)[minute % 2]
        acknowledge(row, member=member, via=AckMeans.TEXT, now=minutes(minute))
        acknowledging.pass_on(row, member=member, now=minutes(minute))
    assert len(bodies(scene)) == customer.MOST_TEXTS


def test_a_person_without_a_name_is_somebody(scene: Scene) -> None:
    scene.ana.user.first_name = " "
    mine(scene.open(), scene)
    assert bodies(scene) == [TAKEN.replace("Ana", "Somebody")]


def test_in_spanish(scene: Scene) -> None:
    Conversation.objects.update(language="es")
    row = scene.open()
    nobody(row)
    mine(row, scene)
    assert bodies(scene) == [
        "Alder Plumbing: no hemos localizado a nuestra persona de guardia. Por favor, llame al (602) 555-0100. "
        "Si alguien corre peligro, llame primero al 911.",
        "Ana de Alder Plumbing se ocupa de esto y le va a contactar pronto por este chat o por teléfono.",
    ]


def test_in_the_words_of_the_business(scene: Scene) -> None:
    make_script(scene.business, kind=ScriptKind.ON_CALL_TAKEN, body="{business}: {person} is on the way to the van.")
    mine(scene.open(), scene)
    assert bodies(scene) == ["Alder Plumbing: Ana is on the way to the van."]


def test_nothing_after_stop_nor_where_it_is_switched_off(scene: Scene) -> None:
    make_opt_out(scene.business, phone=scene.conversation.lead.phone)
    mine(scene.open(), scene)
    assert [(status, body) for _, status, body in scene.texts()] == [(MessageStatus.SUPPRESSED, TAKEN)]


def test_a_policy_that_tells_nothing() -> None:
    scene = make_scene()
    scene.on_call(scene.ana)
    scene.policy(("text", "first"), tells_customer=False)
    row = scene.open()
    nobody(row)
    mine(row, scene)
    assert (bodies(scene), Lead.objects.count()) == ([], 1)
