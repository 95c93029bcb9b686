"""TEN-03: in the admin nobody saves anything that reaches into another business."""

from datetime import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model

from leads.admin.reach import business_id_of
from leads.enums import Role
from leads.models import (
    Business,
    CallbackTask,
    Faq,
    IntakeQuestion,
    Location,
    Membership,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
)
from leads.models.api import LeadSource
from messaging.models import (
    CarrierAccount,
    EscalationPolicy,
    NeverText,
    PhoneNumber,
    Rule,
    Script,
    Sequence,
)
from scheduling.models import (
    BookingRules,
    BusyCalendar,
    CalDAVAccount,
    CalendarFeed,
    Closure,
    OnCallOverride,
    OnCallShift,
    OpeningHours,
    Resource,
    TravelTime,
)
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_area,
    make_business,
    make_location,
    make_member,
    make_resource,
    make_rule,
    make_service,
    make_user,
)
from tests.leads.canaries import CANARY, fill_with_canaries, no_inlines, snapshot, tenant_admins, url


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def rows(cast: Cast) -> dict[type[Model], Model]:
    return fill_with_canaries(cast)


# ---------------------------------------------------------------- TEN-03: nothing is saved
def posts(cast: Cast) -> list[tuple[type[Model], dict[str, Any], dict[str, Any]]]:
    """Model, fields that would be saved, and for each reference the foreign key of business A."""
    b = {"location": cast.b_location.pk, "account": cast.b_account.pk}
    script = {
        "name": "New",
        "kind": "missed_call",
        "body": "{business}: sorry! {opt_out}",
        "language": "en",
        "is_active": "on",
    }
    rule = {"name": "New", "position": 5, "outcome": "text", "script_kind": "missed_call", "delay_seconds": 0}
    number = {
        **b,
        "number": "+12125550177",
        "mode": "hosted",
        "ring_order": "together",
        "ring_seconds": 15,
        "texts_per_second": 1,
        "registration": "unknown",
    }
    day = {"name": "Day", "starts_on": "2026-07-04", "ends_on": "2026-07-04"}
    a = {"location": cast.a_location.pk, "number": cast.a_number.pk, "account": cast.a_account.pk}
    a_resource, a_service = make_resource(cast.a).pk, make_service(cast.a).pk
    owner = {"owner": cast.ana.pk}
    local = {"location": a["location"], **owner}
    a_area, b_area = make_area(cast.a).pk, make_area(cast.b).pk
    rules = {"service": make_service(cast.b).pk, "is_online": "on", "place": "location", "arrival_window_minutes": 0}
    rules |= {"gap_after_minutes": 0, "step_minutes": 30, "anchor": "opening", "notice_minutes": "2 hours"}
    rules |= {"horizon_days": 30}
    travel = {"origin": b_area, "destination": b_area, "minutes": 10}
    b_resource = make_resource(cast.b).pk
    busy = {"name": "Busy", "url": "https://calendar.example.com/1.ics", "is_active": "on"}
    dav = {"url": "https://calendar.example.com/dav/1/", "username": "u", "password": "p", "resource": b_resource}
    b_person = {"member": cast.b.memberships.get().pk, "rank": 1}
    a_person = {"location": a["location"], "member": cast.a.memberships.get(user=cast.ana).pk}
    from_until = {"starts_at_0": "2026-07-04", "starts_at_1": "08:00", "ends_at_0": "2026-07-05", "ends_at_1": "08:00"}
    sequence = {"name": "New", "trigger": "estimate", "after_staff": "stop"}
    policy = {"name": "New", "applies_to": ["urgent"], "rounds": 1, "remind_after_minutes": 10}
    return [
        (Script, script, {"location": a["location"], "number": a["number"]}),
        (Rule, rule, {"location": a["location"], "number": a["number"]}),
        (PhoneNumber, number, {"location": a["location"], "account": a["account"], "reported_by": a["account"]}),
        (
            OpeningHours,
            {"weekday": 0, "opens": "09:00", "closes": "17:00"},
            {"location": a["location"], "resource": a_resource},
        ),
        (Closure, day, {"location": a["location"], "resource": a_resource}),
        (
            Resource,
            {"name": "Bay", "kind": "bay", "capacity": 1},
            {"locations": a["location"], "services": a_service},
        ),
        (BookingRules, rules, {"service": a_service}),
        (TravelTime, travel, {"origin": a_area, "destination": a_area}),
        # Of a resource or of a location, and never of both.
        (CalendarFeed, {"resource": b_resource}, {"location": a["location"]}),
        (CalendarFeed, {"location": b["location"]}, {"resource": a_resource}),
        (BusyCalendar, {**busy, "resource": b_resource}, {"location": a["location"]}),
        (BusyCalendar, {**busy, "location": b["location"]}, {"resource": a_resource}),
        (CalDAVAccount, dav, {"resource": a_resource}),
        (Service, {"name": "New", "duration_minutes": 60}, owner),
        (ServiceArea, {"city": "Town"}, local),
        (Faq, {"question": "Q?", "answer": "A.", "language": "en"}, local),
        (Policy, {"title": "Pets", "text": "Welcome.", "language": "en"}, local),
        (
            IntakeQuestion,
            {"question": "Which?", "language": "en", "position": 10},
            {"service": a_service, **owner},
        ),
        (PersonTopic, {"name": "Refund", "phrases": "refund"}, local),
        (SafetyText, {"danger": "gas", "text": "Leave.", "language": "en"}, local),
        (OnCallShift, {**b_person, "weekday": 0, "starts": "18:00", "ends": "20:00"}, a_person),
        (OnCallOverride, {**b_person, **from_until}, a_person),
        (EscalationPolicy, policy, {"location": a["location"]}),
        (Sequence, sequence, {"location": a["location"]}),
        (LeadSource, {"name": "site", "location": b["location"], "consent_text": "Yes."}, {"location": a["location"]}),
    ]


def test_every_reference_to_another_business_is_refused_when_adding(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    saved, checked = [], []
    for model, good, foreign in posts(cast):
        for name, pk in foreign.items():
            before = snapshot()
            answer = client.post(url(model, "add"), {**good, name: pk})
            checked.append((model.__name__, name))
            refused = answer.status_code == 200 and list(answer.context["adminform"].form.errors) == [name]
            if not refused or snapshot() != before:
                saved.append((model.__name__, name))
        assert client.post(url(model, "add"), good).status_code == 302, model  # or the refusals would prove nothing
    assert saved == []
    writable = {
        (each.model.__name__, field.name)
        for each in tenant_admins()
        if each.editors
        for field in [*each.model._meta.fields, *each.model._meta.many_to_many]
        if field.is_relation and field.name not in ("business", "user", *each.readonly_fields)
    }
    assert writable - set(checked) == set()


def is_of_a(row: Any, cast: Cast) -> bool:
    return row == cast.ana if isinstance(row, User) else business_id_of(row, "business") == cast.a.pk


def test_every_reference_to_another_business_is_refused_when_changing(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    saved = []
    for model, good, foreign in posts(cast):
        assert client.post(url(model, "add"), good).status_code == 302
        path = "service__business" if model is BookingRules else "business"
        row = model._default_manager.filter(**{path: cast.b}).latest("pk")
        for name, pk in foreign.items():
            client.post(url(model, "change", row.pk), {**good, **no_inlines(model), name: pk})
            fresh = model._default_manager.get(pk=row.pk)
            value = getattr(fresh, name)
            values = [value] if isinstance(value, Model) else [] if value is None else list(value.all())
            saved += [(model.__name__, name) for each in values if is_of_a(each, cast)]
    assert saved == []


@pytest.mark.parametrize("model", [Script, Rule, Service, ServiceArea, Faq, NeverText, CarrierAccount, Location])
def test_a_posted_business_is_ignored_where_the_person_has_only_one(cast: Cast, model: type[Model]) -> None:
    good = {
        "name": "New", "slug": "new", "kind": "simulator", "body": "{business}: hi {opt_out}", "language": "en",
        "position": 1, "outcome": "no_text", "script_kind": "", "delay_seconds": 0, "duration_minutes": 60,
        "city": "Town", "question": "Q?", "answer": "A", "phone": "+12125550166",
    }  # fmt: skip
    if model is Script:
        good["kind"] = "missed_call"
    answer = sign_in(cast.cleo).post(url(model, "add"), {**good, "business": cast.a.pk})
    assert answer.status_code == 302
    latest: Any = model._default_manager.latest("pk")
    assert latest.business_id == cast.b.pk


def test_whoever_has_two_businesses_cannot_mix_them(cast: Cast) -> None:
    make_member(cast.a, cast.cleo, Role.MANAGER)
    client = sign_in(cast.cleo)
    rule = {"name": "Mixed", "position": 1, "outcome": "no_text", "delay_seconds": 0, "business": cast.b.pk}
    answer = client.post(url(Rule, "add"), {**rule, "location": cast.a_location.pk})
    assert answer.context["adminform"].form.errors == {"location": ["This belongs to another business."]}
    assert client.post(url(Rule, "add"), {**rule, "location": cast.b_location.pk}).status_code == 302
    assert Rule.objects.get().location == cast.b_location


def test_a_superuser_cannot_mix_businesses_either_and_a_row_never_moves(cast: Cast) -> None:
    client = sign_in(cast.root)
    rule = {"name": "Mixed", "position": 1, "outcome": "no_text", "delay_seconds": 0, "business": cast.b.pk}
    assert client.post(url(Rule, "add"), {**rule, "number": cast.a_number.pk}).status_code == 200
    member = {"user": make_user("mix").pk, "role": "front_desk", "business": cast.b.pk}
    answer = client.post(url(Membership, "add"), {**member, "locations": [cast.a_location.pk]})
    assert answer.context["adminform"].form.errors == {"locations": ["This belongs to another business."]}
    assert (Rule.objects.count(), Membership.objects.filter(user__username="mix").count()) == (0, 0)
    row = make_rule(cast.b, name="Stays")
    client.post(url(Rule, "change", row.pk), {**rule, "name": "Renamed", "business": cast.a.pk})
    row.refresh_from_db()
    assert (row.name, row.business) == ("Renamed", cast.b)


@pytest.mark.parametrize("page", ["change", "delete"])
def test_a_strangers_row_cannot_be_changed_or_deleted(cast: Cast, rows: dict[type[Model], Model], page: str) -> None:
    client = sign_in(cast.cleo)
    before = snapshot()
    for model, row in rows.items():
        client.post(url(model, page, row.pk), {"post": "yes", "name": "stolen", "body": "stolen"})
    assert snapshot() == before
    assert not Script.objects.filter(name="stolen").exists()
    assert not Business.objects.filter(name="stolen").exists()


def test_actions_reach_only_own_rows(cast: Cast, rows: dict[type[Model], Model]) -> None:
    client = sign_in(cast.cleo)
    before = snapshot()
    for model, row in rows.items():
        posted = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(url(model, "changelist"), posted)
    client.post(url(CallbackTask, "changelist"), {"action": "mark_done", "_selected_action": [rows[CallbackTask].pk]})
    assert snapshot() == before
    assert CallbackTask.objects.get(pk=rows[CallbackTask].pk).done_at is None


@pytest.mark.loads_others("the library reads the row whose forged number was posted, compares and refuses it")
def test_list_editable_saves_only_own_rows(cast: Cast) -> None:
    strangers, own = make_rule(cast.a, position=7), make_rule(cast.b, position=7)
    form = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-position": 1,
        "form-0-is_active": "on",
        "_save": "Save",
    }
    client = sign_in(cast.cleo)
    client.post(url(Rule, "changelist"), {**form, "form-0-id": strangers.pk})
    assert client.post(url(Rule, "changelist"), {**form, "form-0-id": own.pk}).status_code == 302
    assert list(Rule.objects.order_by("pk").values_list("position", flat=True)) == [7, 1]


@pytest.mark.loads_others("the library reads the row whose forged number was posted, compares and refuses it")
def test_inlines_refuse_strangers_rows_and_get_the_business_of_their_parent(cast: Cast) -> None:
    strangers = OpeningHours.objects.create(
        business=cast.a, location=cast.a_location, weekday=0, opens=time(9), closes=time(17)
    )
    client = sign_in(cast.cleo)
    page = {"name": "Birch Main", "slug": "main", **no_inlines(Location)}
    row = {"opening_hours-TOTAL_FORMS": 1, "opening_hours-0-weekday": 1, "opening_hours-0-opens": "08:00"}
    row |= {"opening_hours-0-closes": "12:00", "opening_hours-0-location": cast.b_location.pk}
    stolen = {"opening_hours-INITIAL_FORMS": 1, "opening_hours-0-id": strangers.pk}
    for extra in ({}, {"opening_hours-0-DELETE": "on"}):
        client.post(url(Location, "change", cast.b_location.pk), {**page, **row, **stolen, **extra})
        assert list(OpeningHours.objects.values_list("opens", "business")) == [(time(9), cast.a.pk)]
    assert client.post(url(Location, "change", cast.b_location.pk), {**page, **row}).status_code == 302
    added = OpeningHours.objects.exclude(pk=strangers.pk).get()
    assert (added.business, added.location, added.opens) == (cast.b, cast.b_location, time(8))


def test_whoever_has_two_businesses_is_offered_no_third(cast: Cast, rows: dict[type[Model], Model]) -> None:
    third = make_business("Cedar Roofing")
    make_location(third, "Cedar Main")
    make_member(third, cast.cleo, Role.OWNER)
    client = sign_in(cast.cleo)
    pages = {each.model: client.get(url(each.model, "add")) for each in tenant_admins() if each.editors}
    offered = {model: page.content.decode() for model, page in pages.items() if page.status_code == 200}
    assert [model for model, page in offered.items() if CANARY in page] == []
    assert "Cedar Main (Cedar Roofing)" in offered[Rule]
    for model, good, foreign in posts(cast):
        for name, pk in foreign.items():
            before = snapshot()
            answer = client.post(url(model, "add"), {**good, "business": cast.b.pk, name: pk})
            assert (answer.status_code, snapshot()) == (200, before), (model, name)
