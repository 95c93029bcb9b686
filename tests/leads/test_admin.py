"""The team, forms in people's own words, the start page, and what lists cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.enums import Role
from leads.models import (
    Business,
    CallbackTask,
    Faq,
    IntakeQuestion,
    Lead,
    Membership,
    PersonTopic,
    Policy,
    Service,
    ServiceArea,
)
from messaging.models import (
    AgentTurn,
    Call,
    Conversation,
    Message,
    PhoneNumber,
    Publication,
    RegressionScenario,
    Rule,
    Script,
    UnansweredQuestion,
)
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_area,
    make_call,
    make_conversation,
    make_faq,
    make_lead,
    make_member,
    make_message,
    make_policy,
    make_publication,
    make_question,
    make_rule,
    make_scenario,
    make_script,
    make_service,
    make_service_at,
    make_task,
    make_topic,
    make_turn,
    make_unanswered,
    make_user,
)
from tests.leads.canaries import url


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


# ---------------------------------------------------------------- people
def invite(client: Client, **values: Any) -> Any:
    return client.post(url(Membership, "add"), {"role": "front_desk", "gets_alerts": "on", **values})


def test_a_colleague_is_added_by_address_and_enters_the_admin_only_as_a_configurer(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    assert invite(client, email="Dee@Example.com", first_name="Dee").status_code == 302
    assert invite(client, email="eve@example.com", role="manager").status_code == 302
    dee, eve = (Membership.objects.get(user__username=f"{name}@example.com") for name in ("dee", "eve"))
    assert (dee.business, dee.role, dee.user.is_staff, dee.user.first_name) == (cast.b, "front_desk", False, "Dee")
    assert (eve.business, eve.role, eve.user.is_staff, eve.user.is_superuser) == (cast.b, "manager", True, False)


def test_somebody_of_another_business_cannot_be_taken_in(cast: Cast) -> None:
    answer = invite(sign_in(cast.cleo), email="ana@example.com")
    assert answer.context["adminform"].form.errors == {
        "email": ["This address cannot be added here. Ask whoever runs this installation."]
    }
    assert cast.ana.memberships.count() == 1
    assert invite(sign_in(cast.cleo), email="new@example.com", user=cast.ana.pk).status_code == 302
    assert cast.ana.memberships.count() == 1


def test_managers_neither_make_nor_touch_owners_and_nobody_demotes_themselves(cast: Cast) -> None:
    manager = make_user("mia", is_staff=True)
    own = make_member(cast.b, manager, Role.MANAGER)
    owner = Membership.objects.get(user=cast.cleo)
    client = sign_in(manager)
    answer = invite(client, email="x@example.com", role="owner")
    assert answer.context["adminform"].form.errors == {"role": ["Only an owner can make somebody an owner."]}
    assert client.post(url(Membership, "change", owner.pk), {"role": "read_only"}).status_code == 403
    assert client.post(url(Membership, "delete", owner.pk), {"post": "yes"}).status_code == 403
    client.post(url(Membership, "change", own.pk), {"role": "owner", "gets_alerts": "on"})
    assert sign_in(cast.cleo).post(url(Membership, "delete", owner.pk), {"post": "yes"}).status_code == 403
    sign_in(cast.cleo).post(url(Membership, "change", owner.pk), {"role": "read_only", "gets_alerts": "on"})
    assert list(cast.b.memberships.order_by("pk").values_list("role", flat=True)) == ["owner", "manager"]


# ---------------------------------------------------------------- forms
def test_a_repeated_name_is_an_error_on_the_page_although_the_business_is_not_on_it(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    Service.objects.create(business=cast.a, name="Repair")
    values = {"name": "Repair", "duration_minutes": 60}
    assert client.post(url(Service, "add"), values).status_code == 302
    assert client.post(url(Service, "add"), values).status_code == 200
    assert Service.objects.filter(business=cast.b).count() == 1


def test_money_is_written_in_dollars_and_lists_with_commas(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    client.post(
        url(Service, "add"), {"name": "S", "duration_minutes": 60, "price_from_cents": "89.50", "price_to_cents": "149"}
    )
    service = Service.objects.get()
    assert (service.price_from_cents, service.price_to_cents) == (8950, 14900)
    form = client.get(url(Service, "change", service.pk)).context["adminform"].form
    assert str(form["price_from_cents"].value()) == "89.5"
    client.post(url(ServiceArea, "add"), {"city": "Tempe", "postal_codes": "85281, 85282,,85281"})
    assert ServiceArea.objects.get().postal_codes == ["85281", "85282"]


def test_marking_a_task_as_called_back_is_for_configurers_of_its_business(cast: Cast) -> None:
    task = make_task(cast.a_location)
    posted = {"action": "mark_done", "_selected_action": [task.pk]}
    sign_in(cast.ben).post(url(CallbackTask, "changelist"), posted)
    task.refresh_from_db()
    assert task.done_at is None
    sign_in(cast.ana).post(url(CallbackTask, "changelist"), posted)
    task.refresh_from_db()
    assert task.done_by == cast.ana


# ---------------------------------------------------------------- cost and start page
def queries(client: Client, page: str) -> int:
    client.get(page)  # content types and the like are cached by the first request
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_lists_cost_the_same_with_one_row_and_with_ten(cast: Cast) -> None:
    client = sign_in(cast.ana)

    def add(count: int) -> None:
        for _ in range(count):
            lead = make_lead(cast.a)
            rule = make_rule(cast.a, location=cast.a_location, number=cast.a_number)
            make_script(cast.a, location=cast.a_location, number=cast.a_number)
            conversation = make_conversation(lead, cast.a_number)
            make_message(conversation)
            make_call(cast.a_number, lead=lead, conversation=conversation, rule=rule)
            make_task(cast.a_location, lead=lead)
            here: dict[str, Any] = {"location": cast.a_location, "owner": make_user()}
            service = make_service(cast.a, owner=here["owner"])
            make_service_at(service, cast.a_location)
            make_area(cast.a, **here)
            make_faq(cast.a, **here)
            make_policy(cast.a, **here)
            make_question(cast.a, service=service, owner=here["owner"])
            make_topic(cast.a, **here)
            make_turn(make_message(conversation))
            make_unanswered(cast.a, conversation=conversation, closed_by=here["owner"])
            make_scenario(cast.a)
            make_publication(cast.a, published_by=here["owner"])

    models = (
        Call, Script, Rule, Lead, Conversation, Message, CallbackTask, PhoneNumber, Membership,
        Service, ServiceArea, Faq, Policy, IntakeQuestion, PersonTopic,
        AgentTurn, UnansweredQuestion, RegressionScenario, Publication,
    )  # fmt: skip
    add(1)
    one = {model.__name__: queries(client, url(model, "changelist")) for model in models}
    add(9)
    ten = {model.__name__: queries(client, url(model, "changelist")) for model in models}
    assert one == ten
    assert max(one.values()) <= 16


def test_the_start_page_shows_the_same_list_as_getting_started(cast: Cast) -> None:
    page = sign_in(cast.cleo).get(reverse("admin:index"))
    ((business, steps),) = page.context["set_up"]
    assert (business, [step.label for step in steps if step.is_done]) == (
        cast.b, ["Connect your number", "Keep texting on"],
    )  # fmt: skip
    assert f'<a href="{reverse("getting-started")}">Set up Birch Dental</a>' in page.content.decode()


def test_the_menu_is_grouped_by_what_people_come_for(cast: Cast) -> None:
    app_list = sign_in(cast.ana).get(reverse("admin:index")).context["app_list"]
    assert [(group["name"], len(group["models"])) for group in app_list] == [
        ("Business", 6),
        ("Calls & texts", 9),
        ("Scheduling", 10),
        ("Content", 9),
        ("Robot", 5),
    ]


def test_times_are_shown_in_the_zone_of_the_only_business(cast: Cast) -> None:
    Business.objects.filter(pk=cast.a.pk).update(time_zone="America/Phoenix")
    call = make_call(cast.a_number)
    page = url(Call, "change", call.pk)
    assert "June 17, 2026, 11 a.m." in sign_in(cast.ana).get(page).content.decode()
    assert "June 17, 2026, 6 p.m." in sign_in(cast.root).get(page).content.decode()
