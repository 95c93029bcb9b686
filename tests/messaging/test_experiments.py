"""Who gets which way: by a fixed split, once, and never on somebody who cannot wait."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leads.enums import TaskReason
from leads.models import CallbackTask, Lead
from messaging import experiments, missed_calls
from messaging.enums import MissReason
from messaging.experiment_results import results_of
from messaging.experiment_statistics import Verdict
from messaging.followups import enrolling, standing
from messaging.followups.enums import Trigger
from messaging.models import Call, Conversation, Enrollment, Experiment, ExperimentAssignment, Sequence
from recoverline.lib import clock
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    NOON,
    fresh,
    make_appointment,
    make_conversation,
    make_lead,
    make_message,
    make_opt_out,
    make_request,
    make_resource,
    make_script,
    make_service,
)
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db
HOLDOUT = {"is_holdout": True}


def make_experiment(business: Any, *ways: dict[str, Any], **values: Any) -> Experiment:
    experiment = Experiment.objects.create(
        business=business, **{"name": "Wording", "status": "running", "started_at": NOON, "created_at": NOON, **values}
    )
    for number, way in enumerate(ways):
        experiment.arms.create(business=business, **{"name": f"Way {number}", **way})
    return experiment


def only(way: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """So that everybody falls into `way`: shares are weights, and these are read from the rows."""
    return ({"name": "As always", "share": 1}, {**way, "share": 30_000})


@pytest.fixture
def cast() -> Cast:
    return make_cast()


# ---------------------------------------------------------------- PURE
def test_the_split_is_fixed_even_and_dealt_anew_by_each_experiment() -> None:
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)
    callers = [uuid.UUID(int=number) for number in range(4000)]
    places = [experiments.place_of(one, caller, [50, 50]) for caller in callers]
    assert places == [experiments.place_of(one, caller, [50, 50]) for caller in callers]
    assert abs(sum(places) - 2000) < 130  # four standard deviations
    again = [experiments.place_of(other, caller, [50, 50]) for caller in callers]
    assert abs(sum(a == b for a, b in zip(places, again, strict=True)) - 2000) < 130
    small = Counter(experiments.place_of(one, caller, [90, 7, 3]) for caller in callers)
    assert (abs(small[0] - 3600) < 80, abs(small[1] - 280) < 65, abs(small[2] - 120) < 45) == (True, True, True)
    assert {experiments.place_of(one, caller, [1]) for caller in callers} == {0}
    with pytest.raises(ValueError, match="no shares"):
        experiments.place_of(one, other, [])


# ---------------------------------------------------------------- calls
def ring(wire: Wire) -> Call:
    """A call that nobody answers."""
    call = Call.objects.create(
        business=wire.business, location=wire.number.location, number=wire.number, account=wire.account, caller=CALLER,
        carrier_call_id=f"CA{fresh():032x}", hours_state="open", started_at=clock.now(),
    )  # fmt: skip
    assert missed_calls.handle(call, MissReason.NO_ANSWER, now=clock.now())
    return call


def test_the_script_of_the_way_is_sent_and_said_in_the_trace(wire: Wire) -> None:
    other = make_script(wire.business, kind="missed_call", body="{business}: what broke? {opt_out}", is_active=False)
    experiment = make_experiment(wire.business, *only({"script": other, "name": "What broke"}))
    call = ring(wire)
    assert [text.body for text in wire.texts()] == ["Alder Plumbing: what broke? Reply STOP to opt out."]
    row = ExperimentAssignment.objects.get()
    assert (row.experiment, row.arm.name, row.lead, row.business) == (
        experiment,
        "What broke",
        call.lead,
        wire.business,
    )
    assert call.trace[-1] == {
        "kind": "experiment", "id": None, "name": "Wording", "matched": True,
        "because": "by chance this caller gets “What broke”",
    }  # fmt: skip
    assert (call.decision, call.outcome) == ("rule", "text")
    ring(wire)  # again, within the cooldown
    assert (ExperimentAssignment.objects.count(), len(wire.texts())) == (1, 1)


def test_who_is_held_out_gets_no_text_but_a_call_back_and_people_answer_what_they_write(wire: Wire) -> None:
    make_experiment(wire.business, *only(HOLDOUT), name="Does it help?")
    call = ring(wire)
    assert (wire.texts(), call.decision, call.outcome) == ([], "holdout", "no_text")
    assert call.trace[-1]["because"] == "“Does it help?” leaves this caller to people, by chance"
    task = CallbackTask.objects.get()
    assert (task.reason, task.phone, task.lead) == (TaskReason.HOLDOUT, CALLER, call.lead)
    ring(wire)
    assert (wire.texts(), CallbackTask.objects.count(), ExperimentAssignment.objects.count()) == ([], 2, 1)
    wire.post("message", "message__plain", From=CALLER, Body="My sink is clogged, can you come?", MessageSid="SM1")
    thread = Conversation.objects.get()
    assert (wire.texts(), thread.needs_reply, thread.handler, thread.turn_due_at) == ([], True, "person", None)
    wire.post("message", "message__plain", From=CALLER, Body="I smell gas", MessageSid="SM2")
    assert Conversation.objects.get().is_urgent
    assert [text.kind for text in wire.texts()] == ["safety"]
    # From now on nothing is held back from them.
    ring(wire)
    assert Call.objects.latest("id").decision != "holdout"


@pytest.mark.parametrize("sign", ["talking", "urgent request", "urgent thread", "simulated", "other language"])
def test_who_is_not_tried_on(wire: Wire, sign: str) -> None:
    script = make_script(wire.business, kind="missed_call", body="{business}: tried {opt_out}", is_active=False)
    make_experiment(wire.business, *only({"script": script} if sign == "other language" else HOLDOUT))
    lead = make_lead(wire.business, phone=CALLER, is_simulated=sign == "simulated")
    match sign:
        case "talking":
            said = make_conversation(lead, wire.number)
            make_message(said, direction="in", kind="inbound", created_at=clock.now())
        case "urgent request":
            make_request(lead, wire.number.location, urgency="emergency")
        case "urgent thread":
            make_conversation(lead, wire.number, is_urgent=True)
        case "other language":
            Lead.objects.update(language="es")
    call = ring(wire)
    assert (ExperimentAssignment.objects.count(), call.decision, len(wire.texts())) == (0, "rule", 1)


def test_who_gets_no_text_anyway_is_in_no_way(wire: Wire) -> None:
    make_experiment(wire.business, *only(HOLDOUT))
    make_opt_out(wire.business, phone=CALLER)
    assert (ring(wire).decision, ExperimentAssignment.objects.count()) == ("opted_out", 0)


def test_once_ended_everybody_is_treated_as_always(wire: Wire) -> None:
    experiment = make_experiment(wire.business, *only(HOLDOUT))
    assert ring(wire).decision == "holdout"
    assert experiments.end(experiment, now=NOON)
    assert not experiments.end(experiment, now=NOON)
    assert (ring(wire).decision, len(wire.texts())) == ("rule", 1)


# ---------------------------------------------------------------- sequences
def test_the_sequence_of_the_way_is_begun_though_it_is_switched_off(cast: Cast) -> None:
    usual, tried = (
        Sequence.objects.create(business=cast.a, name=name, trigger="no_reply", is_active=name == "Usual")
        for name in ("Usual", "Tried")
    )
    for sequence in (usual, tried):
        sequence.steps.create(body="{business}: still there? {opt_out}")
    experiment = make_experiment(cast.a, *only({"sequence": tried}), subject="sequence")
    thread = make_conversation(make_lead(cast.a), cast.a_number)
    begun = enrolling.begin(Trigger.NO_REPLY, conversation=thread, cause="x", at=NOON, now=NOON)
    assert begun is not None
    assert (begun.sequence, ExperimentAssignment.objects.get().arm.sequence) == (tried, tried)
    assert standing_reason(begun) is None
    experiments.end(experiment, now=NOON)
    assert standing_reason(begun) == "by_hand"
    other = make_conversation(make_lead(cast.a), cast.a_number)
    after = enrolling.begin(Trigger.NO_REPLY, conversation=other, cause="y", at=NOON, now=NOON)
    assert after is not None
    assert after.sequence == usual


def standing_reason(enrollment: Enrollment) -> str | None:
    return standing.reason_to_stop(standing.with_standing(Enrollment.objects.filter(pk=enrollment.pk), now=NOON).get())


# ---------------------------------------------------------------- setting up
def test_what_must_not_begin_says_why(cast: Cast) -> None:
    one = make_script(cast.a, kind="missed_call", is_active=False)
    late = make_script(cast.a, kind="after_hours", is_active=False)
    active = make_script(cast.a, kind="missed_call")
    greeting = make_script(cast.a, kind="greeting_open", is_active=False)
    usual = Sequence.objects.create(business=cast.a, name="Usual", trigger="no_reply")
    tables: list[tuple[str, list[dict[str, Any]], list[str]]] = [
        ("first_text", [{}], ["It takes two ways"]),
        ("first_text", [{}, {"script": one}], []),
        ("first_text", [{}, HOLDOUT], []),
        ("first_text", [{}, {}], ["Two of the ways"]),
        ("first_text", [{}, {"script": active}], ["Switch the script"]),
        ("first_text", [{"script": one}, {"script": late}], ["The scripts must"]),
        ("first_text", [{}, {"script": greeting}], ["Choose scripts"]),
        ("first_text", [{}, {"script": one, **HOLDOUT}], ["A way without"]),
        ("first_text", [{}, {"script": one, "sequence": usual}], ["This is about first texts"]),
        ("sequence", [{}, {"sequence": usual}], ["The sequence that is switched on"]),
        ("sequence", [{}, HOLDOUT], ["This is about follow-ups", "Two of the ways"]),
    ]
    for number, (subject, ways, beginnings) in enumerate(tables):
        made = make_experiment(cast.a, *ways, name=str(number), subject=subject, status="draft", started_at=None)
        wrong = experiments.objections(made)
        assert [said[: len(begin)] for said, begin in zip(wrong, beginnings, strict=True)] == beginnings
        assert (experiments.begin(made, now=NOON) == []) == (beginnings == [])
        Experiment.objects.filter(status="running").update(status="ended")


def test_one_runs_at_a_time_and_begins_once(cast: Cast) -> None:
    first, second = (make_experiment(cast.a, {}, HOLDOUT, name=name, status="draft") for name in "ab")
    assert experiments.begin(first, now=NOON) == []
    assert experiments.begin(first, now=NOON) == ["It has begun before."]
    assert "End that first" in experiments.begin(second, now=NOON)[0]


# ---------------------------------------------------------------- results
def fill_ways(experiment: Experiment, cast: Cast, *counts: tuple[int, int]) -> None:
    """(callers, of whom booked) for each way."""
    service, resource = make_service(cast.a), make_resource(cast.a)
    for arm, (callers, booked) in zip(experiment.arms.all(), counts, strict=True):
        for number in range(callers):
            lead = make_lead(cast.a)
            ExperimentAssignment.objects.create(business=cast.a, experiment=experiment, arm=arm, lead=lead, at=NOON)
            if number < booked:
                day = NOON + timedelta(days=number + 1, hours=arm.pk % 2 * 4)
                make_appointment(service, cast.a_location, resource, lead=lead, booked_at=NOON, starts_at=day,
                                 ends_at=day + timedelta(hours=1))  # fmt: skip


def test_results_count_people_where_chance_put_them(cast: Cast) -> None:
    experiment = make_experiment(cast.a, {}, HOLDOUT)
    fill_ways(experiment, cast, (4, 2), (3, 1))
    first, _ = experiment.arms.all()
    one = first.assignments.earliest("id")
    thread = make_conversation(one.lead, cast.a_number)
    make_message(thread, direction="in", kind="inbound", created_at=NOON + timedelta(minutes=5))
    make_opt_out(cast.a, phone=one.lead.phone, opted_out_at=NOON + timedelta(minutes=6))
    team = make_lead(cast.a, is_team=True)
    simulated = make_lead(cast.a, is_simulated=True)
    for lead in (team, simulated):
        ExperimentAssignment.objects.create(business=cast.a, experiment=experiment, arm=first, lead=lead, at=NOON)
    found = results_of(experiment, now=NOON + timedelta(days=40))
    assert [(each.callers, {share.outcome.key: share.count.events for share in each.shares}) for each in found] == [
        (4, {"booked": 2, "replied": 1, "opted_out": 1}),
        (3, {"booked": 1, "replied": 0, "opted_out": 0}),
    ]
    against = found[1].shares[0].against_first
    assert against is not None
    assert (found[0].shares[0].against_first, against.verdict) == (None, Verdict.TOO_EARLY)


def test_the_page_says_that_there_is_not_enough_begins_and_ends(cast: Cast) -> None:
    experiment = make_experiment(cast.a, {}, HOLDOUT, status="draft", started_at=None)
    client = sign_in(cast.ana)
    path = f"/admin/messaging/experiment/{experiment.pk}/results/"
    assert "It has not begun" in client.get(path).content.decode()
    assert client.post(path, {"act": "begin"}).status_code == 302
    fill_ways(experiment, cast, (3, 2), (2, 0))
    page = client.get(path).content.decode()
    assert "Not enough data yet" in page
    assert "Looking often misleads" in page
    assert client.post(path, {"act": "end"}).status_code == 302
    experiment.refresh_from_db()
    assert experiment.status == "ended"
    for who, status in ((cast.cleo, 404), (cast.ben, 404)):
        assert sign_in(who).get(path).status_code == status
    assert Client().get(path).status_code == 302


def test_ways_of_what_runs_cannot_be_changed_nor_can_a_strangers_script_be_chosen(cast: Cast) -> None:
    strangers = make_script(cast.b, kind="missed_call", is_active=False)
    experiment = make_experiment(cast.a, {}, status="draft")
    client, path = sign_in(cast.ana), f"/admin/messaging/experiment/{experiment.pk}/change/"
    arm = experiment.arms.get()
    form = {"name": "Wording", "subject": "first_text", "arms-TOTAL_FORMS": 2, "arms-INITIAL_FORMS": 1,
            "arms-0-id": arm.pk, "arms-0-name": "A", "arms-0-share": 50,
            "arms-1-name": "B", "arms-1-share": 50, "arms-1-is_holdout": "on"}  # fmt: skip
    client.post(path, {**form, "arms-1-script": strangers.pk})
    assert experiment.arms.count() == 1
    assert client.post(path, form).status_code == 302
    assert sorted(experiment.arms.values_list("name", "business")) == [("A", cast.a.pk), ("B", cast.a.pk)]
    Experiment.objects.update(status="running")
    client.post(path, {**form, "arms-0-name": "C"})
    assert sorted(experiment.arms.values_list("name", flat=True)) == ["A", "B"]
