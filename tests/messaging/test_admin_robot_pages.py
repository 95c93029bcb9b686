"""The staff pages of the robot: playground, publishing, weekly review."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import Faq, Membership, Service
from messaging.agent import publishing
from messaging.agent.reading import draft_knowledge
from messaging.models import AgentSettings, Publication, RegressionScenario, Rehearsal, UnansweredQuestion
from recoverline.lib import clock
from tests.base import Cast, sign_in
from tests.factories import (
    NOON,
    make_agent_settings,
    make_conversation,
    make_lead,
    make_location,
    make_message,
    make_number,
    make_scenario,
    make_unanswered,
)
from tests.messaging.agent.stage import Stage, make_stage, rows_written


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return make_stage()


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return stage.cast


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def playground(stage: Stage) -> str:
    return reverse("admin:messaging_agentsettings_playground", args=[stage.robot.pk])


def publish_page(stage: Stage) -> str:
    return reverse("admin:messaging_agentsettings_publish", args=[stage.robot.pk])


REVIEW = "/admin/messaging/unansweredquestion/review/"


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# ---------------------------------------------------------------- who
@pytest.mark.parametrize("page", [playground, publish_page, lambda stage: REVIEW])
def test_owners_see_them_and_nobody_else(stage: Stage, cast: Cast, page: Any) -> None:
    path = page(stage)
    asked = [sign_in(user).get(path).status_code for user in (cast.ana, cast.ben, cast.root)]
    assert asked == [200, 404, 200]
    assert Client().get(path).status_code == 302
    cleo = sign_in(cast.cleo).get(path)
    assert "Alder" not in cleo.content.decode()
    assert cleo.status_code == (200 if path == REVIEW else 404)


@pytest.mark.parametrize("page", [playground, publish_page, lambda stage: REVIEW])
def test_acts_need_the_token_and_a_role(stage: Stage, cast: Cast, page: Any) -> None:
    make_unanswered(cast.a)
    posted = {"act": "say", "text": "hi", "after": "0", "version": "1", "group": "1"}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ana)
    assert strict.post(page(stage), posted).status_code == 403
    assert sign_in(cast.ben).post(page(stage), posted).status_code == 404
    assert (Rehearsal.objects.count(), Publication.objects.count()) == (0, 0)


@pytest.mark.parametrize("page", [playground, publish_page])
def test_a_strangers_post_finds_nothing(stage: Stage, cast: Cast, page: Any) -> None:
    posted = {"act": "say", "text": "hi", "after": "0"}
    assert sign_in(cast.cleo).post(page(stage), posted).status_code == 404
    assert (Rehearsal.objects.count(), Publication.objects.count()) == (0, 0)


def test_the_pages_are_found_from_the_settings_and_the_questions(stage: Stage, ana: Client, cast: Cast) -> None:
    page = ana.get(reverse("admin:messaging_agentsettings_change", args=[stage.robot.pk])).content.decode()
    assert all(f'href="{path}' in page for path in (playground(stage), publish_page(stage), REVIEW))
    questions = reverse("admin:messaging_unansweredquestion_changelist")
    assert REVIEW in ana.get(questions).content.decode()
    assert REVIEW not in sign_in(cast.ben).get(questions).content.decode()


@pytest.mark.parametrize("page", [playground, publish_page, lambda stage: REVIEW])
def test_no_page_needs_inline_scripts_or_styles(stage: Stage, ana: Client, page: Any) -> None:
    text = ana.get(page(stage)).content.decode()
    assert (" style=" in text, "<style" in text, "<script>" in text) == (False, False, False)


# ---------------------------------------------------------------- playground
def say(client: Client, stage: Stage, text: str, **values: Any) -> Any:
    kept = Rehearsal.objects.filter(business=stage.cast.a, user=stage.cast.ana).first()
    after = len(kept.lines) if kept else 0
    return client.post(playground(stage), {"act": "say", "text": text, "after": after, **values})


def lines(stage: Stage) -> list[tuple[str, str]]:
    return [(line["who"], line["text"]) for line in Rehearsal.objects.get().lines]


def test_a_conversation_leaves_nothing_but_itself(stage: Stage, ana: Client) -> None:
    before = rows_written()
    for text in ("my drain is clogged", "1", "STOP", "i smell gas", "i want a person"):
        assert say(ana, stage, text).status_code == 302
    assert rows_written() == before
    assert [text for who, text in lines(stage) if who == "customer"][:2] == ["my drain is clogged", "1"]
    assert ("system", "[Confirmation text: Drain cleaning, Wed, Jun 17 at 3 PM]") in lines(stage)
    page = ana.get(playground(stage)).content.decode()
    assert "[Confirmation text: Drain cleaning" in page


def test_a_double_click_says_it_once(stage: Stage, ana: Client) -> None:
    for _ in range(2):
        ana.post(playground(stage), {"act": "say", "text": "are you insured?", "after": "0"})
    assert [who for who, _ in lines(stage)] == ["customer", "robot"]


def test_an_empty_text_is_none(stage: Stage, ana: Client) -> None:
    say(ana, stage, "   ")
    assert Rehearsal.objects.count() == 0


def test_the_draft_or_what_is_published_as_chosen(stage: Stage, ana: Client) -> None:
    publishing.publish(stage.cast.a, now=NOON)
    Service.objects.update(price_from_cents=12_300)
    told_prices = []
    for knowledge in ("draft", "published"):
        ana.post(playground(stage), {"act": "restart", "knowledge": knowledge, "driver": "model"})
        say(ana, stage, "how much is drain cleaning?")
        told_prices.append(["$123" in lines(stage)[1][1], "$99" in lines(stage)[1][1]])
    assert told_prices == [[True, False], [False, True]]
    row = Rehearsal.objects.get()
    assert (row.is_draft, row.driver) == (False, "rules")  # no key, so no Claude


def test_starting_over_forgets_and_everybody_has_their_own(stage: Stage, ana: Client) -> None:
    say(ana, stage, "are you insured?")
    Membership.objects.create(business=stage.cast.a, user=stage.cast.cleo, role="manager")
    sign_in(stage.cast.cleo).post(playground(stage), {"act": "say", "text": "hello", "after": "0"})
    assert Rehearsal.objects.count() == 2
    ana.post(playground(stage), {"act": "restart"})
    assert [row.lines == [] for row in Rehearsal.objects.order_by("user__username")] == [True, False]


def test_a_number_of_another_business_is_not_played(stage: Stage, ana: Client, cast: Cast) -> None:
    ana.post(playground(stage), {"act": "restart", "number": cast.b_number.pk})
    assert Rehearsal.objects.get().state["number"] == cast.a_number.pk


def test_whoever_is_limited_to_a_location_plays_there(stage: Stage, ana: Client, cast: Cast) -> None:
    far = make_location(cast.a, "Alder Far")
    there = make_number(far, cast.a_account)
    Membership.objects.get(user=cast.ana).locations.add(far)
    assert ana.get(playground(stage)).context["numbers"] == [there]


def test_without_a_number_it_says_what_to_do(stage: Stage, ana: Client, cast: Cast) -> None:
    cast.a.numbers.update(is_active=False)
    page = ana.get(playground(stage))
    assert (page.status_code, reverse("admin:messaging_phonenumber_changelist") in page.content.decode()) == (200, True)
    assert say(ana, stage, "hi").status_code == 200
    assert Rehearsal.objects.count() == 0


def test_what_a_customer_types_is_escaped(stage: Stage, ana: Client) -> None:
    say(ana, stage, "<img src=x onerror=alert(1)>")
    assert "<img" not in ana.get(playground(stage)).content.decode()


def test_what_another_version_kept_breaks_no_page(stage: Stage, ana: Client, cast: Cast) -> None:
    Rehearsal.objects.create(
        business=cast.a, user=cast.ana, lines=[{"who": "customer", "text": "hi"}, {}], state={"memory": {"x": 1}},
        updated_at=NOON,
    )  # fmt: skip
    assert ana.get(playground(stage)).status_code == 200
    assert say(ana, stage, "are you insured?").status_code == 302
    assert Rehearsal.objects.get().lines[-1]["who"] == "robot"


def save(client: Client, stage: Stage, **values: Any) -> Any:
    return client.post(playground(stage), {"act": "save", "name": "Insured", "must_say": "", **values})


def test_a_conversation_becomes_a_scenario(stage: Stage, ana: Client, cast: Cast) -> None:
    say(ana, stage, "hello")
    say(ana, stage, "are you insured?")
    answer = save(ana, stage, must_say="licensed\ninsured", must_hand_off="no")
    assert answer.status_code == 302
    row = RegressionScenario.objects.get()
    assert (row.business, row.name, row.lines, row.must_say, row.must_not_say, row.must_hand_off) == (
        cast.a, "Insured", ["hello", "are you insured?"], ["licensed", "insured"], [], False,
    )  # fmt: skip


def test_a_scenario_that_cannot_fail_or_has_a_name_that_is_taken_is_refused(stage: Stage, ana: Client) -> None:
    say(ana, stage, "are you insured?")
    nothing = save(ana, stage)
    assert (nothing.status_code, list(nothing.context["form"].errors)) == (422, ["must_say"])
    make_scenario(stage.cast.a, name="Insured")
    taken = save(ana, stage, must_say="insured")
    assert (taken.status_code, list(taken.context["form"].errors)) == (422, ["name"])
    assert RegressionScenario.objects.count() == 1


@override_settings(ANTHROPIC_API_KEY="")
def test_claude_cannot_be_chosen_without_a_key(stage: Stage, ana: Client) -> None:
    AgentSettings.objects.update(driver="model")
    context = ana.get(playground(stage)).context
    assert (context["has_claude"], context["stage"].driver) == (False, "rules")


# ---------------------------------------------------------------- publishing
def click(client: Client, stage: Stage, **values: Any) -> Any:
    shown = publishing.fingerprint(draft_knowledge(stage.cast.a))
    return client.post(publish_page(stage), {"draft": shown, **values})


def test_the_button_publishes_with_changes_and_results(stage: Stage, ana: Client, cast: Cast) -> None:
    make_scenario(cast.a, "are you insured?", name="Insured", must_say=["insured"])
    page = ana.get(publish_page(stage))
    assert page.context["count_of_changes"] == 2
    assert click(ana, stage).status_code == 302
    row = Publication.objects.get()
    assert (row.version, row.published_by, row.changes) == (
        1, cast.ana, ["Service “Drain cleaning” added", "FAQ “Are you insured?” added"],
    )  # fmt: skip
    assert row.results == [{"name": "Insured", "passed": True, "before": None, "problems": []}]
    assert "Nothing has changed since version 1" in ana.get(publish_page(stage)).content.decode()


def test_what_was_not_shown_is_not_published(stage: Stage, ana: Client) -> None:
    shown = ana.get(publish_page(stage)).context["fingerprint"]
    Service.objects.update(price_from_cents=1)
    answer = ana.post(publish_page(stage), {"draft": shown})
    assert (answer.status_code, Publication.objects.count()) == (200, 0)
    assert told(answer) == [
        "Nothing was published: the draft has changed since you looked. Below is how it stands now."
    ]


def test_failing_scenarios_need_a_tick_for_exactly_so_many(stage: Stage, ana: Client, cast: Cast) -> None:
    make_scenario(cast.a, "are you insured?", name="Insured", must_say=["bonded"])
    refused = click(ana, stage)
    assert (refused.status_code, Publication.objects.count()) == (200, 0)
    assert told(refused) == [
        "Nothing was published: 1 scenario fails. Put it right, or tick that you publish all the same."
    ]
    assert click(ana, stage, although="2").status_code == 200
    assert click(ana, stage, although="1").status_code == 302
    (result,) = Publication.objects.get().results
    assert result == {"name": "Insured", "passed": False, "before": None, "problems": ["“bonded” is not said."]}
    assert "Published although “Insured” failed." in ana.get(publish_page(stage)).content.decode()


def test_the_page_shows_how_answers_differ(stage: Stage, ana: Client, cast: Cast) -> None:
    publishing.publish(cast.a, now=NOON)
    make_scenario(cast.a, "are you insured?", name="A", must_say=["insured"])
    make_scenario(cast.a, "how much is drain cleaning?", name="B", must_say=["$99"])
    Service.objects.update(price_from_cents=12_300)
    context = ana.get(publish_page(stage)).context
    assert [(each.scenario.name, each.is_changed) for each in context["compared"]] == [("B", True), ("A", False)]
    assert context["failing"] == 1


def test_an_old_version_is_used_again_as_a_new_one(stage: Stage, ana: Client, cast: Cast) -> None:
    publishing.publish(cast.a, now=NOON)
    Service.objects.update(price_from_cents=12_300)
    publishing.publish(cast.a, now=NOON)
    assert ana.post(publish_page(stage), {"version": "1"}).status_code == 302
    third, _, first = Publication.objects.all()
    assert (third.version, third.knowledge, third.published_by) == (3, first.knowledge, cast.ana)
    assert third.changes == ["Service “Drain cleaning”: price from is $99, was $123"]
    for version in ("9", "x", "-1", "9" * 30):
        assert ana.post(publish_page(stage), {"version": version}).status_code == 404


def test_scenarios_without_a_number_are_said_to_be_untried(stage: Stage, ana: Client, cast: Cast) -> None:
    make_scenario(cast.a, "are you insured?")
    cast.a.numbers.update(is_active=False)
    assert "could not be tried" in ana.get(publish_page(stage)).content.decode()


def test_publishing_tries_scenarios_and_writes_nothing(stage: Stage, ana: Client, cast: Cast) -> None:
    make_scenario(cast.a, "my drain is clogged", "1", "i smell gas", "STOP", must_say=["Confirmation"])
    before = rows_written()
    assert ana.get(publish_page(stage)).context["failing"] == 0
    assert rows_written() == before


def test_ten_versions_cost_as_many_queries_as_one(stage: Stage, ana: Client, cast: Cast) -> None:
    counts = []
    for _ in range(2):
        publishing.publish(cast.a, now=NOON, by=cast.ana)
        with CaptureQueriesContext(connection) as queries:
            ana.get(publish_page(stage))
        counts.append(len(queries))
        Service.objects.update(price_from_cents=10_000)
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- review
def review(client: Client, question: UnansweredQuestion, act: str, **values: Any) -> Any:
    fields = {f"q{question.pk}-{name}": value for name, value in values.pop("form", {}).items()}
    posted = {"act": act, "group": str(question.pk), "business": question.business_id, **fields, **values}
    return client.post(REVIEW, posted)


FORM = {"question": "Do you fix kites?", "answer": "No, ask Elm Street Toys.", "examples": "kites?", "language": "en"}


def test_an_answer_makes_a_faq_and_a_scenario(stage: Stage, ana: Client, cast: Cast) -> None:
    question = make_unanswered(cast.a, "do you fix kites?")
    assert review(ana, question, "answer", form=FORM).status_code == 302
    faq = Faq.objects.get(question="Do you fix kites?")
    assert (faq.answer, faq.examples, faq.owner, faq.location) == (
        "No, ask Elm Street Toys.", ["kites?"], cast.ana, None,
    )  # fmt: skip
    question.refresh_from_db()
    assert (question.status, question.faq, question.closed_by) == ("answered", faq, cast.ana)
    assert RegressionScenario.objects.get().must_say == ["ask Elm Street Toys"]


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"answer": ""}, ["answer"]),
        ({"question": "x" * 201}, ["question"]),
        ({"question": "Are you insured?"}, ["question"]),  # there is such a FAQ already
        ({"examples": "x" * 201}, ["examples"]),
        ({"location": "0"}, ["location"]),
    ],
)
def test_what_cannot_be_saved_stays_on_the_page(
    stage: Stage, ana: Client, cast: Cast, changed: dict[str, str], errors: list[str]
) -> None:
    question = make_unanswered(cast.a)
    answer = review(ana, question, "answer", form={**FORM, **changed})
    (group,) = answer.context["groups"]
    assert (answer.status_code, list(group.form.errors)) == (422, errors)
    assert (Faq.objects.count(), RegressionScenario.objects.count()) == (1, 0)


def test_dismissing_and_joining(stage: Stage, ana: Client, cast: Cast) -> None:
    odd, known = make_unanswered(cast.a, "favorite color?"), make_unanswered(cast.a, "u insured or what")
    assert told(review(ana, odd, "dismiss")) == ["1 dismissed."]
    ana.get(REVIEW)
    assert told(review(ana, known, "join")) == ["Choose the FAQ first."]
    ana.get(REVIEW)
    assert told(review(ana, known, "join", faq=stage.faq.pk)) == [
        "“Are you insured?” knows this way to ask it now. Customers hear it from now on: nothing is published yet, so "
        "the draft holds."
    ]
    assert [row.status for row in UnansweredQuestion.objects.order_by("pk")] == ["dismissed", "answered"]
    stage.faq.refresh_from_db()
    assert stage.faq.examples == ["do you have insurance", "u insured or what"]


def test_a_strangers_question_and_faq_are_out_of_reach(stage: Stage, cast: Cast) -> None:
    mine, theirs = make_unanswered(cast.b, "root canal?"), make_unanswered(cast.a)
    cleo = sign_in(cast.cleo)
    for act in ("dismiss", "answer"):
        cleo.post(REVIEW, {"act": act, "group": str(theirs.pk), "business": cast.b.pk})
        assert cleo.post(REVIEW, {"act": act, "group": str(theirs.pk), "business": cast.a.pk}).status_code == 404
    assert told(review(cleo, mine, "join", faq=stage.faq.pk)) == ["Choose the FAQ first."]
    assert set(UnansweredQuestion.objects.values_list("status", flat=True)) == {"open"}


def test_questions_that_ask_the_same_are_one_and_the_oldest_are_marked(stage: Stage, ana: Client, cast: Cast) -> None:
    for text in ("do you sell gift cards?", "gift cards?", "is there parking"):
        make_unanswered(cast.a, text)
    make_unanswered(cast.a, "where is your license number", asked_at=NOON - timedelta(days=8))
    make_unanswered(cast.a, "gone", status="dismissed")
    context = ana.get(REVIEW).context
    assert [(len(group.questions), group.is_old) for group in context["groups"]] == [(2, False), (1, False), (1, True)]
    assert (context["asked"], context["answered"], context["dismissed"]) == (4, 0, 1)


def test_whoever_is_limited_to_a_location_reviews_what_was_asked_there(stage: Stage, ana: Client, cast: Cast) -> None:
    far = make_location(cast.a, "Alder Far")
    here = make_conversation(make_lead(cast.a), stage.number)
    there = make_conversation(make_lead(cast.a), make_number(far, cast.a_account))
    for talk, text in ((here, "asked here"), (there, "asked there")):
        make_unanswered(cast.a, text, conversation=talk, message=make_message(talk, text, direction="in"))
    Membership.objects.get(user=cast.ana).locations.add(far)
    (group,) = ana.get(REVIEW).context["groups"]
    assert [question.text for question in group.questions] == ["asked there"]


def test_who_has_several_businesses_chooses(stage: Stage, cast: Cast) -> None:
    page = sign_in(cast.root).get(REVIEW)
    assert f'href="?business={cast.a.pk}"' in page.content.decode()
    assert sign_in(cast.root).get(f"{REVIEW}?business={cast.a.pk}").context["business"] == cast.a
    assert sign_in(cast.root).get(f"{REVIEW}?business=x").status_code == 404


def test_facts_that_nobody_checked_are_listed(stage: Stage, ana: Client) -> None:
    Faq.objects.update(checked_on=NOON.date() - timedelta(days=10))
    (kind,) = ana.get(REVIEW).context["unchecked"]
    assert (kind.label, kind.names, kind.more) == ("Services", ("Drain cleaning",), 0)


def test_ten_questions_cost_as_many_queries_as_one(stage: Stage, ana: Client, cast: Cast) -> None:
    counts = []
    for _ in range(2):
        for text in (f"{word}{len(counts)}?" for word in ("kites", "gift cards", "parking")):
            talk = make_conversation(make_lead(cast.a), stage.number)
            make_unanswered(cast.a, text, conversation=talk, message=make_message(talk, text, direction="in"))
        with CaptureQueriesContext(connection) as queries:
            ana.get(REVIEW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_business_without_a_robot_is_reviewed_too(stage: Stage, ana: Client, cast: Cast) -> None:
    stage.robot.delete()
    assert ana.get(REVIEW).status_code == 200
    make_agent_settings(cast.a)
