"""The team, forms in people's own words, the start page, and what lists cost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
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
    Invitation,
    Lead,
    Location,
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
    NOON,
    make_area,
    make_call,
    make_conversation,
    make_faq,
    make_invitation,
    make_lead,
    make_location,
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
GIVEN = {"role": "owner", "locations": [], "user": 1, "phone": "(212) 555-0188"}  # and gets_alerts not ticked


def as_given(member: Membership) -> tuple[str, list[str], str, bool]:
    member.refresh_from_db()
    return member.role, [place.name for place in member.locations.all()], member.phone, member.gets_alerts


def test_a_colleagues_phone_and_alerts_are_written_here_and_all_else_on_the_team_page(cast: Cast) -> None:
    ben, ana = Membership.objects.get(user=cast.ben), Membership.objects.get(user=cast.ana)
    ben.locations.set([cast.a_location])
    client, before = sign_in(cast.ana), Membership.objects.count()
    for page in (url(Membership, "add"), url(Membership, "delete", ben.pk)):
        assert client.post(page, {**GIVEN, "post": "yes", "email": "x@example.com"}).status_code == 403
    client.post(url(Membership, "changelist"), {"action": "delete_selected", "_selected_action": [ben.pk], "post": "y"})
    assert Membership.objects.count() == before
    assert client.post(url(Membership, "change", ben.pk), GIVEN).status_code == 302
    assert as_given(ben) == ("front_desk", ["Alder Main"], "+12125550188", False)
    assert client.post(url(Membership, "change", ana.pk), {**GIVEN, "role": "read_only"}).status_code == 302
    assert as_given(ana) == ("owner", [], "+12125550188", False)


def test_nobody_touches_whom_they_do_not_look_after(cast: Cast) -> None:
    manager = make_user("mia", is_staff=True)
    own = make_member(cast.a, manager, Role.MANAGER)
    ana, ben = Membership.objects.get(user=cast.ana), Membership.objects.get(user=cast.ben)
    mia = sign_in(manager)
    assert mia.post(url(Membership, "change", ana.pk), GIVEN).status_code == 403
    own.locations.set([cast.a_location])  # and Ben is everywhere
    assert [mia.post(url(Membership, "change", row.pk), GIVEN).status_code for row in (ben, own)] == [403, 302]
    assert as_given(own) == ("manager", ["Alder Main"], "+12125550188", False)
    assert (as_given(ana), as_given(ben)) == (("owner", [], "", True), ("front_desk", [], "", True))


def test_not_even_a_superuser_takes_the_last_owner_away(cast: Cast) -> None:
    client, member = sign_in(cast.root), Membership.objects.get(user=cast.cleo)
    page, why = url(Membership, "change", member.pk), "This is the only owner of all locations."
    for change in ({"role": "manager"}, {"role": "owner", "locations": [cast.b_location.pk]}):
        assert client.post(page, change).context["adminform"].form.errors["role"][0].startswith(why)
    assert why in client.post(url(Membership, "delete", member.pk), {"post": "yes"}).content.decode()
    assert as_given(member) == ("owner", [], "", True)

    added = {"business": cast.b.pk, "user": make_user("dee").pk, "role": "owner"}
    assert client.post(url(Membership, "add"), added).status_code == 302
    assert client.post(page, {"role": "read_only", "locations": [cast.b_location.pk]}).status_code == 302
    assert as_given(member) == ("read_only", ["Birch Main"], "", False)
    assert client.post(url(Membership, "delete", member.pk), {"post": "yes"}).status_code == 302
    assert list(cast.b.memberships.values_list("user__username", "user__is_staff")) == [("dee", True)]
    assert list(cast.b.events.order_by("pk").values_list("kind", flat=True)) == ["member.changed", "member.removed"]


# ---------------------------------------------------------------- locations
def test_a_location_that_somebody_is_limited_to_stays(cast: Cast) -> None:
    east, west = make_location(cast.a, "East"), make_location(cast.a, "West")
    member = Membership.objects.get(user=cast.ben)
    member.locations.set([east])
    invitation = make_invitation(cast.a, email="nina@example.com")
    invitation.locations.set([west])

    def said(location: Location, user: User) -> str:
        return sign_in(user).post(url(Location, "delete", location.pk), {"post": "yes"}).content.decode()

    for user in (cast.ana, cast.root):
        assert "ben is limited to certain locations, and this is one." in said(east, user)
        assert "nina@example.com is invited to certain locations, and this is one." in said(west, user)
    names = [place.name for place in (east, west)]
    posted = {"action": "delete_selected", "_selected_action": [east.pk], "post": "yes"}
    sign_in(cast.root).post(url(Location, "changelist"), posted)
    assert list(Location.objects.filter(name__in=names).values_list("name", flat=True)) == names
    Membership.objects.filter(pk=member.pk).delete()
    Invitation.objects.update(revoked_at=NOON)
    assert (said(east, cast.ana), said(west, cast.ana)) == ("", "")
    assert not Location.objects.filter(name__in=names).exists()


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
        ("Calls & texts", 13),
        ("Scheduling", 11),
        ("On call", 5),
        ("Content", 9),
        ("Robot", 5),
        ("Results", 3),
        ("Connections", 9),
    ]


def test_times_are_shown_in_the_zone_of_the_only_business(cast: Cast) -> None:
    Business.objects.filter(pk=cast.a.pk).update(time_zone="America/Phoenix")
    call = make_call(cast.a_number)
    page = url(Call, "change", call.pk)
    assert "June 17, 2026, 11 a.m." in sign_in(cast.ana).get(page).content.decode()
    assert "June 17, 2026, 6 p.m." in sign_in(cast.root).get(page).content.decode()
