"""The pages on which staff set how much the robot does, and look at what it did."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from leads.enums import Role
from leads.models import Membership
from messaging.models import (
    AgentSettings,
    AgentTurn,
    IntentMode,
    ModelPrice,
    Publication,
    RegressionScenario,
    UnansweredQuestion,
)
from recoverline.lib import clock
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    NOON,
    make_agent_settings,
    make_conversation,
    make_lead,
    make_location,
    make_message,
    make_number,
    make_publication,
    make_scenario,
    make_service,
    make_slot_offer,
    make_turn,
    make_unanswered,
)
from tests.leads.canaries import url

READ_ONLY: tuple[type[Model], ...] = (AgentTurn, UnansweredQuestion, Publication)
SETTINGS: dict[str, Any] = {
    "mode": "draft", "driver": "rules", "effort": "low", "times_offered": 2, "quiet_seconds": 8, "most_texts": 10,
    "most_cents_per_conversation": "0.25", "most_cents_per_month": "30",
}  # fmt: skip


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def intents(*rows: tuple[str, str], stored: int = 0) -> dict[str, Any]:
    posted: dict[str, Any] = {"intents-TOTAL_FORMS": len(rows), "intents-INITIAL_FORMS": stored}
    for index, (intent, mode) in enumerate(rows):
        posted |= {f"intents-{index}-intent": intent, f"intents-{index}-mode": mode}
    return posted


# ---------------------------------------------------------------- settings
def test_a_robot_is_set_once_and_then_per_intent(cast: Cast, ana: Client) -> None:
    assert ana.post(url(AgentSettings, "add"), SETTINGS).status_code == 302
    robot = AgentSettings.objects.get()
    assert (robot.business, robot.mode, robot.most_cents_per_conversation, robot.most_cents_per_month) == (
        cast.a, "draft", 25, 3000,
    )  # fmt: skip
    page = url(AgentSettings, "change", robot.pk)
    assert (
        ana.post(page, {**SETTINGS, "mode": "auto", **intents(("financing", "draft"), ("cancel", "off"))}).status_code
        == 302
    )
    assert dict(robot.intents.values_list("intent", "mode")) == {"financing": "draft", "cancel": "off"}
    assert [row.mode for row in robot.history.order_by("history_date")] == ["draft", "auto"]
    # One business, one robot.
    assert ana.get(url(AgentSettings, "add")).status_code == 403
    assert ana.post(url(AgentSettings, "add"), SETTINGS).status_code == 403
    assert sign_in(cast.cleo).get(url(AgentSettings, "add")).status_code == 200


def test_a_second_mode_for_an_intent_is_an_error_on_the_page(cast: Cast, ana: Client) -> None:
    robot = make_agent_settings(cast.a)
    page = url(AgentSettings, "change", robot.pk)
    answer = ana.post(page, {**SETTINGS, **intents(("cancel", "draft"), ("cancel", "off"))})
    assert (answer.status_code, IntentMode.objects.count()) == (200, 0)


def test_nobody_sets_the_robot_of_another_business(cast: Cast) -> None:
    robot = make_agent_settings(cast.a)
    robot.intents.create(intent="cancel", mode="draft")
    before = list(AgentSettings.objects.values()), list(IntentMode.objects.values())
    cleo, ben = sign_in(cast.cleo), sign_in(cast.ben)
    for client in (cleo, ben):
        client.post(url(AgentSettings, "change", robot.pk), {**SETTINGS, **intents(("price", "off"))})
        client.post(url(AgentSettings, "delete", robot.pk), {"post": "yes"})
    own = make_agent_settings(cast.b)
    stolen = {**intents(("cancel", "off"), stored=1), "intents-0-id": robot.intents.get().pk}
    cleo.post(url(AgentSettings, "change", own.pk), {**SETTINGS, **stolen})
    own.delete()
    assert (list(AgentSettings.objects.values()), list(IntentMode.objects.values())) == before
    assert ben.get(url(AgentSettings, "changelist")).status_code == 403


# ---------------------------------------------------------------- what it did
def test_a_turn_shows_what_it_cost_and_cannot_be_changed(cast: Cast, ana: Client) -> None:
    message = make_message(make_conversation(make_lead(cast.a), cast.a_number))
    costs = {
        (): "none",
        (("model", "claude-example"),): "not known",
        (("model", "claude-example"), ("cost_micros", 1234)): "$0.0012",
        (("driver", "rules"), ("cost_micros", 0)): "none",
    }
    for values, shown in costs.items():
        turn = make_turn(message, summary="Offered two times", **dict(values))
        page = ana.get(url(AgentTurn, "change", turn.pk))
        assert page.status_code == 200
        assert f'<div class="readonly">{shown}</div>' in page.content.decode()
        assert ana.post(url(AgentTurn, "change", turn.pk), {"summary": "x"}).status_code == 403


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_the_program_writes_nobody_adds_or_deletes(cast: Cast, ana: Client, model: type[Model]) -> None:
    message = make_message(make_conversation(make_lead(cast.a), cast.a_number))
    rows = {
        AgentTurn: lambda: make_turn(message),
        UnansweredQuestion: lambda: make_unanswered(cast.a),
        Publication: lambda: make_publication(cast.a, changes=["Area “Mesa” added"]),
    }
    row = rows[model]()
    assert ana.get(url(model, "change", row.pk)).status_code == 200
    assert [ana.post(url(model, page, *args)).status_code for page, args in (("add", ()), ("delete", (row.pk,)))] == [
        403, 403,
    ]  # fmt: skip
    assert model._default_manager.count() == 1


def test_times_that_were_offered_are_shown_with_the_conversation(cast: Cast, ana: Client) -> None:
    conversation = make_conversation(make_lead(cast.a), cast.a_number)
    make_slot_offer(conversation, make_service(cast.a, "Drain cleaning"))
    page = ana.get(url(type(conversation), "change", conversation.pk)).content.decode()
    assert ("imes that the robot offered" in page, "Drain cleaning" in page) == (True, True)


def test_whoever_is_limited_to_a_location_sees_what_was_asked_there(cast: Cast) -> None:
    elsewhere = make_number(make_location(cast.a, "Annex"))
    here = make_unanswered(cast.a, "Here?", conversation=make_conversation(make_lead(cast.a), cast.a_number))
    make_unanswered(cast.a, "There?", conversation=make_conversation(make_lead(cast.a), elsewhere))
    erased = make_unanswered(cast.a, "Erased?")
    Membership.objects.get(user=cast.ben).locations.add(cast.a_location)

    def shown(client: Client) -> set[str]:
        return {row.text for row in client.get(url(UnansweredQuestion, "changelist")).context["cl"].result_list}

    assert shown(sign_in(cast.ben)) == {here.text, erased.text}
    assert shown(sign_in(cast.ana)) == {here.text, "There?", erased.text}
    assert shown(sign_in(cast.cleo)) == set()


def test_questions_are_dismissed_by_configurers_of_their_business(cast: Cast, ana: Client) -> None:
    question, answered = make_unanswered(cast.a), make_unanswered(cast.a, "Kites?", status="answered")
    posted = {"action": "dismiss", "_selected_action": [question.pk, answered.pk]}
    for user in (cast.ben, cast.cleo):
        sign_in(user).post(url(UnansweredQuestion, "changelist"), posted)
    assert list(UnansweredQuestion.objects.order_by("pk").values_list("status", flat=True)) == ["open", "answered"]
    ana.post(url(UnansweredQuestion, "changelist"), posted)
    question.refresh_from_db()
    assert (question.status, question.closed_by, question.closed_at) == ("dismissed", cast.ana, NOON)
    answered.refresh_from_db()
    assert answered.status == "answered"


# ---------------------------------------------------------------- scenarios and prices
def test_a_scenario_is_written_one_text_a_line(cast: Cast, ana: Client) -> None:
    posted = {"name": "Drain", "lines": "my drain is clogged\nhow much?", "must_say": "$129", "must_not_say": "",
              "must_hand_off": "false", "is_active": "on"}  # fmt: skip
    assert ana.post(url(RegressionScenario, "add"), posted).status_code == 302
    row = RegressionScenario.objects.get()
    assert (row.business, row.lines, row.must_say, row.must_not_say, row.must_hand_off, row.created_at) == (
        cast.a, ["my drain is clogged", "how much?"], ["$129"], [], False, NOON,
    )  # fmt: skip
    answer = ana.post(url(RegressionScenario, "add"), {**posted, "name": "Empty", "lines": ""})
    assert answer.context["adminform"].form.errors == {"lines": ["This field is required."]}


def test_a_scenario_keeps_the_day_it_was_made(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_scenario(cast.a, "Hello")
    monkeypatch.setattr(clock, "now", lambda: NOON.replace(year=2027))
    ana.post(url(RegressionScenario, "change", row.pk), {"name": "New", "lines": "Hi", "is_active": "on"})
    row.refresh_from_db()
    assert (row.name, row.lines, row.created_at) == ("New", ["Hi"], NOON)


def test_prices_of_models_are_the_installations(cast: Cast) -> None:
    ModelPrice.objects.create(
        model="claude-example", input_micros=1, output_micros=2, cache_write_micros=3, cache_read_micros=4
    )
    Membership.objects.filter(user=cast.ana).update(role=Role.OWNER)
    assert sign_in(cast.ana).get(url(ModelPrice, "changelist")).status_code == 403
    page = sign_in(cast.root).get(url(ModelPrice, "changelist"))
    assert (page.status_code, "claude-example" in page.content.decode()) == (200, True)
