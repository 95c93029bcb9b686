"""The pages on which staff write what the robot may say, and who keeps it right."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from leads.enums import Role
from leads.models import Business, Faq, IntakeQuestion, PersonTopic, Policy, SafetyText, Service, ServiceAtLocation
from recoverline.lib import clock
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_area,
    make_faq,
    make_location,
    make_member,
    make_policy,
    make_service,
    make_service_at,
    make_user,
)
from tests.leads.canaries import no_inlines, url

# Nine in the evening of June 17 in Denver, the next day in UTC.
NOW = datetime(2026, 6, 18, 3, 0, tzinfo=UTC)
TODAY, LAST_YEAR = date(2026, 6, 17), date(2025, 6, 17)

FAQ = {"question": "Where can I park?", "answer": "Behind the house.", "language": "en", "is_active": "on"}


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cast = make_cast()
    for business in (cast.a, cast.b):
        Business.objects.filter(pk=business.pk).update(time_zone="America/Denver")
    return cast


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def add(client: Client, model: type[Model], values: dict[str, Any]) -> Any:
    answer = client.post(url(model, "add"), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return model._default_manager.latest("pk")


def change(client: Client, row: Any, values: dict[str, Any]) -> Any:
    answer = client.post(url(type(row), "change", row.pk), {**values, **no_inlines(type(row))})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row.refresh_from_db()
    return row


def errors_of(client: Client, model: type[Model], values: dict[str, Any]) -> dict[str, list[str]]:
    answer = client.post(url(model, "add"), values)
    return {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}


# ---------------------------------------------------------------- who keeps it right
def test_whoever_writes_a_fact_owns_it_and_has_checked_it_today(cast: Cast, ana: Client) -> None:
    faq = add(ana, Faq, FAQ)
    assert (faq.business, faq.owner, faq.checked_on) == (cast.a, cast.ana, TODAY)
    mia = make_user("mia")
    make_member(cast.a, mia, Role.FRONT_DESK)
    policy = add(
        ana, Policy, {"title": "Pets", "text": "Yes.", "language": "en", "owner": mia.pk, "checked_on": LAST_YEAR}
    )
    assert (policy.owner, policy.checked_on) == (mia, LAST_YEAR)


@pytest.mark.parametrize(
    ("changed", "checked_on"),
    [
        ({"answer": "In the street."}, TODAY),
        ({"examples": "parking?"}, TODAY),
        ({"language": "es"}, TODAY),
        ({}, LAST_YEAR),
        # As a browser ends lines.
        ({"examples": "is there parking\r\nwhere do i park, please"}, LAST_YEAR),
        ({"is_active": ""}, LAST_YEAR),
        ({"checked_on": "2026-01-02"}, date(2026, 1, 2)),
        ({"answer": "In the street.", "checked_on": "2026-01-02"}, date(2026, 1, 2)),
        ({"checked_on": ""}, None),
    ],
)
def test_a_changed_fact_is_a_checked_fact(
    cast: Cast, ana: Client, changed: dict[str, str], checked_on: date | None
) -> None:
    faq = make_faq(
        cast.a, FAQ["question"], FAQ["answer"], owner=cast.ana, checked_on=LAST_YEAR,
        examples=["is there parking", "where do i park, please"],
    )  # fmt: skip
    same = {
        **FAQ,
        "examples": "is there parking\nwhere do i park, please",
        "checked_on": LAST_YEAR,
        "owner": cast.ana.pk,
    }
    assert change(ana, faq, {**same, **changed}).checked_on == checked_on


def test_the_owner_is_somebody_of_the_team(cast: Cast) -> None:
    # Cleo manages both businesses, so that both teams are hers to choose from.
    make_member(cast.a, cast.cleo, Role.MANAGER)
    client = sign_in(cast.cleo)
    posted = {**FAQ, "business": cast.b.pk}
    assert errors_of(client, Faq, {**posted, "owner": cast.ana.pk}) == {"owner": ["This person is not in the team."]}
    assert add(client, Faq, {**posted, "owner": cast.cleo.pk}).owner == cast.cleo
    own = make_faq(cast.a, owner=cast.root)
    page = client.get(url(Faq, "change", own.pk)).context["adminform"].form.fields["owner"].queryset
    assert {person.username for person in page} == {"ana", "ben", "cleo"}


def test_what_was_not_checked_for_six_months_can_be_listed_and_marked(cast: Cast, ana: Client) -> None:
    today = NOW.date()
    never, old = make_policy(cast.a, "Never"), make_policy(cast.a, "Old", checked_on=today - timedelta(days=184))
    make_policy(cast.a, "New", checked_on=today - timedelta(days=183))
    strangers = make_policy(cast.b, "Elsewhere", checked_on=LAST_YEAR)
    page = ana.get(url(Policy, "changelist") + "?checked=old")
    assert {row.title for row in page.context["cl"].result_list} == {"Never", "Old"}
    marked = {"action": "mark_checked", "_selected_action": [never.pk, old.pk, strangers.pk]}
    ana.post(url(Policy, "changelist"), marked)
    assert dict(Policy.objects.values_list("title", "checked_on")) == {
        "Never": TODAY, "Old": TODAY, "New": today - timedelta(days=183), "Elsewhere": LAST_YEAR,
    }  # fmt: skip


def test_the_list_names_owner_and_date(cast: Cast, ana: Client) -> None:
    make_faq(cast.a, owner=make_user("mia"), checked_on=date(2026, 3, 4))
    page = ana.get(url(Faq, "changelist")).content.decode()
    assert ("mia" in page, "March 4, 2026" in page) == (True, True)


# ---------------------------------------------------------------- how it is written
def test_phrases_are_written_one_a_line(cast: Cast, ana: Client) -> None:
    written = "  do you have a lot,  or a garage? \r\n\r\nparking\nparking\n"
    faq = add(ana, Faq, {**FAQ, "examples": written})
    assert faq.examples == ["do you have a lot, or a garage?", "parking"]
    form = ana.get(url(Faq, "change", faq.pk)).context["adminform"].form
    assert form["examples"].value() == "do you have a lot, or a garage?\nparking"
    service = add(ana, Service, {"name": "Diagnosis", "duration_minutes": 60, "aliases": "AC out\nno heat"})
    assert service.aliases == ["AC out", "no heat"]
    assert errors_of(ana, Service, {"name": "S", "duration_minutes": 60, "aliases": "x" * 201}) == {
        "aliases": ['Write short texts in a list, such as ["AC", "air conditioning"].']
    }


def test_a_topic_without_a_word_would_never_be_noticed(ana: Client) -> None:
    assert errors_of(ana, PersonTopic, {"name": "Refund", "phrases": " \n"}) == {"phrases": ["This field is required."]}
    assert add(ana, PersonTopic, {"name": "Refund", "phrases": "refund\nmoney back"}).phrases == [
        "refund",
        "money back",
    ]


def test_a_safety_text_can_be_sent_as_it_stands(ana: Client) -> None:
    good = {"danger": "gas", "language": "en", "text": "{business}: get out, then call {phone}."}
    assert errors_of(ana, SafetyText, {**good, "text": "Hi {caller_name}, leave."}) == {
        "text": ["“{caller_name}” would not be filled in: use {business} and {phone}, and nothing else in braces."]
    }
    assert errors_of(ana, SafetyText, {**good, "text": "Leave. " * 45}) == {
        "text": ["This takes 3 segments: somebody in danger reads at most 2."]
    }
    assert add(ana, SafetyText, good).text == good["text"]


def test_the_same_fact_twice_is_an_error_on_the_page_except_at_a_location(cast: Cast, ana: Client) -> None:
    add(ana, Faq, FAQ)
    assert list(errors_of(ana, Faq, FAQ)) == ["__all__"]
    assert add(ana, Faq, {**FAQ, "location": cast.a_location.pk}).location == cast.a_location
    asked = {"question": "Which floor?", "language": "en", "position": 10}
    add(ana, IntakeQuestion, asked)
    assert list(errors_of(ana, IntakeQuestion, asked)) == ["__all__"]
    service = make_service(cast.a)
    assert add(ana, IntakeQuestion, {**asked, "service": service.pk}).service == service


# ---------------------------------------------------------------- differences at locations
def differences(*rows: dict[str, Any], stored: int = 0) -> dict[str, Any]:
    posted = {f"at_locations-{index}-{name}": value for index, row in enumerate(rows) for name, value in row.items()}
    return {"at_locations-TOTAL_FORMS": len(rows), "at_locations-INITIAL_FORMS": stored, **posted}


def page_of(service: Service) -> dict[str, Any]:
    return {"name": service.name, "duration_minutes": 60, "is_active": "on", **no_inlines(Service)}


def test_a_service_may_cost_something_else_at_a_location(cast: Cast, ana: Client) -> None:
    service = make_service(cast.a, "Repair", checked_on=LAST_YEAR)
    row = {"location": cast.a_location.pk, "is_offered": "on", "price_from_cents": "89.50", "price_to_cents": "120"}
    page = {**page_of(service), "checked_on": LAST_YEAR, "owner": cast.ana.pk}
    assert ana.post(url(Service, "change", service.pk), {**page, **differences(row)}).status_code == 302
    columns = ("location", "is_offered", "price_from_cents", "price_to_cents")
    assert service.at_locations.values_list(*columns).get() == (cast.a_location.pk, True, 8950, 12000)
    service.refresh_from_db()
    assert service.checked_on == TODAY


def test_differences_stay_inside_the_business(cast: Cast) -> None:
    strangers = make_service_at(make_service(cast.a), cast.a_location, price_from_cents=100)
    own = make_service(cast.b, "Cleaning")
    client = sign_in(cast.cleo)

    def post(service: Service, *rows: dict[str, Any], stored: int = 0) -> int:
        posted = {**page_of(service), **differences(*rows, stored=stored)}
        return client.post(url(Service, "change", service.pk), posted).status_code

    before = list(ServiceAtLocation.objects.values())
    assert post(own, {"location": cast.a_location.pk, "is_offered": "on"}) == 200
    post(own, {"id": strangers.pk, "location": cast.b_location.pk, "price_from_cents": "2"}, stored=1)
    post(own, {"id": strangers.pk, "location": cast.b_location.pk, "DELETE": "on"}, stored=1)
    assert list(ServiceAtLocation.objects.values()) == before
    # Somebody of both businesses cannot mix them either.
    make_member(cast.a, cast.cleo, Role.MANAGER)
    assert post(own, {"location": cast.a_location.pk, "is_offered": "on"}) == 200
    assert list(ServiceAtLocation.objects.values()) == before
    assert post(own, {"location": cast.b_location.pk, "is_offered": "on"}) == 302
    assert own.at_locations.get().location == cast.b_location


def test_only_locations_of_the_services_business_are_offered(cast: Cast) -> None:
    make_member(cast.a, cast.cleo, Role.MANAGER)
    make_location(cast.b, "Birch West")
    page = sign_in(cast.cleo).get(url(Service, "change", make_service(cast.b).pk))
    (differences_shown,) = [
        each for each in page.context["inline_admin_formsets"] if each.formset.model is ServiceAtLocation
    ]
    names = {str(place) for place in differences_shown.formset.empty_form.fields["location"].queryset}
    assert names == {"Birch Main", "Birch West"}


def test_a_person_who_left_keeps_no_fact_from_being_edited(cast: Cast, ana: Client) -> None:
    gone = make_user("gone")
    area = make_area(cast.a, "Mesa", owner=gone, checked_on=LAST_YEAR)
    posted = {"city": "Mesa", "aliases": "", "postal_codes": "", "checked_on": LAST_YEAR, "owner": ""}
    assert change(ana, area, posted).owner == cast.ana
    User.objects.filter(pk=cast.ana.pk).delete()
    area.refresh_from_db()
    assert area.owner is None
