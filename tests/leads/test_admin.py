"""TEN-02 and TEN-03: in the admin nobody sees, chooses or saves anything of another business."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import Model
from django.forms.models import _get_foreign_key
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.admin.tenant import TenantAdmin, business_id_of
from leads.enums import Role
from leads.models import (
    Business,
    CallbackTask,
    Faq,
    Lead,
    LeadEvent,
    Location,
    Membership,
    Service,
    ServiceArea,
)
from messaging.models import (
    Call,
    CarrierAccount,
    Conversation,
    InboundHook,
    Message,
    NeverText,
    Note,
    OptOut,
    PhoneNumber,
    RingTarget,
    Rule,
    Script,
)
from scheduling.models import Closure, OpeningHours
from tests.base import Cast, make_cast
from tests.factories import (
    NOON,
    make_call,
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_message,
    make_never_text,
    make_number,
    make_opt_out,
    make_request,
    make_rule,
    make_script,
    make_task,
    make_user,
)

CANARY = "zebrafish"
DAY = date(2026, 7, 4)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(business: Business, location: Location, number: PhoneNumber, word: str) -> dict[type[Model], Model]:
    """A row of every registered model of a business, each with `word` wherever a text has room for it."""
    lead = make_lead(business, name=f"{word} lead", source=f"{word} ads", notes=word)
    request = make_request(lead, location, need=f"{word} need")
    LeadEvent.objects.create(business=business, lead=lead, kind="call.missed", text=f"{word} event", at=NOON)
    conversation = make_conversation(lead, number, request=request, last_preview=f"{word} preview")
    Note.objects.create(business=business, conversation=conversation, body=f"{word} note", created_at=NOON)
    RingTarget.objects.create(number=number, label=f"{word} target", phone="+12125550198")
    business.email = f"{word}@example.com"
    business.save()
    location.address = f"{word} street"
    location.save()
    hours = OpeningHours.objects.create(business=business, location=location, weekday=0, opens=time(9), closes=time(17))
    rule = make_rule(business, name=f"{word} rule")
    script = make_script(business, name=f"{word} script", body=f"{{business}} {word} {{opt_out}}")
    script.body = f"{{business}}: {word} changed. {{opt_out}}"
    script.save()
    rows: list[Model] = [
        business,
        location,
        number,
        number.account,
        lead,
        conversation,
        hours,
        rule,
        script,
        business.memberships.first() or make_member(business, make_user(f"{word}-member")),
        Service.objects.create(business=business, name=f"{word} service"),
        ServiceArea.objects.create(business=business, location=location, city=f"{word}ville"),
        Faq.objects.create(business=business, question=f"{word}?", answer=word),
        Closure.objects.create(
            business=business,
            location=location,
            name=f"{word} day",
            starts_on=DAY,
            ends_on=DAY,
        ),
        make_task(location, lead=lead, detail=f"{word} detail"),
        make_never_text(business, label=f"{word} vendor"),
        make_opt_out(business, evidence=f"{word} stop"),
        make_call(number, lead=lead, caller_name=f"{word} caller", rule=rule, conversation=conversation),
        make_message(conversation, f"{word} text"),
        InboundHook.objects.create(
            account=number.account, event="voice", natural_key=f"{word}-1", payload={"x": word}, received_at=NOON
        ),
    ]
    return {type(row): row for row in rows}


@pytest.fixture
def rows(cast: Cast) -> dict[type[Model], Model]:
    """Business A full of canaries."""
    cast.a.name, cast.a_location.name = f"{CANARY} Plumbing", f"{CANARY} Main"
    cast.a_number.label, cast.a_account.name = f"{CANARY} line", f"{CANARY} account"
    for row in (cast.a, cast.a_location, cast.a_number, cast.a_account):
        row.save()
    make_member(cast.a, make_user(f"{CANARY}-colleague", email=f"{CANARY}@colleague.example"))
    return fill(cast.a, cast.a_location, cast.a_number, CANARY)


def tenant_admins() -> Iterator[TenantAdmin]:
    return (each for each in admin.site._registry.values() if isinstance(each, TenantAdmin))


def snapshot() -> dict[str, int]:
    models = [model for model in apps.get_models() if model._meta.app_label in ("leads", "scheduling", "messaging")]
    return {model._meta.label: model._default_manager.count() for model in models}


# ---------------------------------------------------------------- TEN-02: nothing is seen
def test_every_model_of_a_business_is_registered_or_shown_inline(cast: Cast) -> None:
    inline = {each for one in tenant_admins() for each in one.inlines}
    shown = {each.model for each in tenant_admins()} | {each.model for each in inline}
    ours = {
        model
        for model in apps.get_models()
        if model._meta.app_label in ("leads", "scheduling", "messaging")
        and not model.__name__.startswith("Historical")
        and any(field.name in ("business", "number", "account") for field in model._meta.fields)
    }
    assert ours - shown == set()


def test_whoever_is_not_a_tenant_admin_is_for_superusers_even_with_every_permission(cast: Cast) -> None:
    cast.cleo.user_permissions.set(Permission.objects.all())
    client = sign_in(cast.cleo)
    others = [each.model for each in admin.site._registry.values() if not isinstance(each, TenantAdmin)]

    assert sorted(model._meta.label for model in others) == [
        "auth.Group",
        "auth.User",
        "django_q.Failure",
        "django_q.OrmQ",
        "django_q.Schedule",
        "django_q.Success",
        "messaging.Heartbeat",
    ]
    assert [client.get(url(model, "changelist")).status_code for model in others] == [403] * len(others)
    assert [sign_in(cast.root).get(url(model, "changelist")).status_code for model in others] == [200] * len(others)


def pages_of(model_admin: TenantAdmin, row: Model) -> list[str]:
    model = model_admin.model
    pages = [url(model, "changelist"), url(model, "add"), url(model, "change", row.pk), url(model, "history", row.pk)]
    pages.append(url(model, "delete", row.pk))
    pages += [f"{pages[0]}?q={CANARY[:5]}", f"{pages[0]}?q=&e=1"]
    pages += [f"{pages[0]}?{field.name}__id__exact={row.pk}" for field in model._meta.fields if field.is_relation]
    history = getattr(row, "history", None)
    if history is not None:
        pages += [url(model, "simple_history", row.pk, version.pk) for version in history.all()]
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        if field.is_relation:
            pages.append(
                f"{reverse('admin:autocomplete')}?app_label={model._meta.app_label}"
                f"&model_name={model._meta.model_name}&field_name={field.name}&term="
            )
    return pages


def test_no_page_of_the_admin_shows_a_canary_to_an_owner_elsewhere(cast: Cast, rows: dict[type[Model], Model]) -> None:
    own = fill(cast.b, cast.b_location, cast.b_number, "koala")
    cleo, ana = sign_in(cast.cleo), sign_in(cast.ana)
    leaks, seen = [], 0
    for model_admin in tenant_admins():
        for page in pages_of(model_admin, rows[model_admin.model]):
            answer = cleo.get(page, follow=True)
            if CANARY in answer.content.decode():
                leaks.append(page)
        for page in pages_of(model_admin, own[model_admin.model]):
            if CANARY in cleo.get(page, follow=True).content.decode():
                leaks.append(page)
        seen += CANARY in ana.get(url(model_admin.model, "changelist")).content.decode()
    assert leaks == []
    assert seen >= 15  # the owner does see them, or this test could not fail


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.FRONT_DESK, Role.READ_ONLY])
def test_pages_outside_the_lists_are_closed_too(cast: Cast, rows: dict[type[Model], Model], role: Role) -> None:
    Membership.objects.filter(user=cast.cleo).update(role=role)
    client = sign_in(cast.cleo)
    rule, script = rows[Rule], rows[Script]
    pages = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["leads"]),
        reverse("admin:app_list", args=["messaging"]),
        reverse("admin:messaging_rule_dry_run"),
        reverse("admin:messaging_rule_dry_run") + f"?business={cast.a.pk}",
        reverse("admin:messaging_rule_dry_run_one", args=[rule.pk]),
        reverse("admin:messaging_nevertext_import"),
        url(Script, "simple_history", script.pk, script.history.first().pk),  # type: ignore[attr-defined]
    ]
    assert [page for page in pages if CANARY in client.get(page, follow=True).content.decode()] == []
    foreign = {"business": cast.a.pk, "body": "{business} {city}", "kind": "missed_call"}
    answer = client.post(reverse("admin:messaging_script_preview"), foreign)
    assert (answer.status_code, CANARY in answer.content.decode()) == (404, False)


def test_a_strangers_rows_are_not_found_and_not_forbidden(cast: Cast, rows: dict[type[Model], Model]) -> None:
    client = sign_in(cast.cleo)
    answers = {
        model: client.get(url(model, "change", rows[model].pk)) for model in (Script, Rule, Lead, Call, Business)
    }
    # Django sends whoever asks for a row that does not exist back to the start.
    assert {answer.status_code for answer in answers.values()} == {302}
    assert {answer["Location"] for answer in answers.values()} == {reverse("admin:index")}
    version = rows[Script].history.first().pk  # type: ignore[attr-defined]
    assert client.get(url(Script, "history", rows[Script].pk)).status_code == 404
    assert client.get(url(Script, "simple_history", rows[Script].pk, version)).status_code == 404


def test_filters_name_only_rows_of_the_own_business(cast: Cast) -> None:
    make_location(cast.b, "Birch West")  # a filter with one choice is not shown
    make_location(cast.a, "Hidden street shop")
    page = sign_in(cast.cleo).get(url(Call, "changelist")).content.decode()
    assert ("Birch Main" in page, "Hidden street shop" in page, "Alder" in page) == (True, False, False)


# ---------------------------------------------------------------- roles
def test_the_front_desk_looks_and_does_not_configure(cast: Cast, rows: dict[type[Model], Model]) -> None:
    client = sign_in(cast.ben)
    visible = [each.model for each in tenant_admins() if client.get(url(each.model, "changelist")).status_code == 200]
    assert set(visible) == {Lead, CallbackTask, Call, Conversation, Message, OptOut}
    assert [client.get(url(model, "change", rows[model].pk)).status_code for model in visible] == [200] * len(visible)
    assert [client.get(url(model, "add")).status_code for model in visible] == [403] * len(visible)
    before = Lead.objects.values_list("name", flat=True).get(pk=rows[Lead].pk)
    assert client.post(url(Lead, "change", rows[Lead].pk), {"name": "changed"}).status_code == 403
    assert Lead.objects.get(pk=rows[Lead].pk).name == before


def test_without_is_staff_there_is_no_admin(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(is_staff=False)
    assert sign_in(User.objects.get(pk=cast.ana.pk)).get(url(Script, "changelist")).status_code == 302


def test_a_removed_member_is_out_at_the_next_request(cast: Cast) -> None:
    client = sign_in(cast.cleo)
    assert client.get(url(Script, "changelist")).status_code == 200
    Membership.objects.filter(user=cast.cleo).delete()
    assert client.get(url(Script, "changelist")).status_code == 403


def test_owner_here_and_front_desk_there_configures_only_here(cast: Cast, rows: dict[type[Model], Model]) -> None:
    make_member(cast.a, cast.cleo, Role.FRONT_DESK)
    client = sign_in(cast.cleo)
    make_script(cast.b, name="Birch script")
    page = client.get(url(Script, "changelist")).content.decode()
    assert ("Birch script" in page, CANARY in page) == (True, False)
    assert client.get(url(Lead, "change", rows[Lead].pk)).status_code == 200
    assert client.post(url(Lead, "change", rows[Lead].pk), {"name": "changed"}).status_code == 403


def test_a_member_of_one_location_sees_calls_of_that_location_only(cast: Cast) -> None:
    elsewhere = make_number(make_location(cast.a, "Elsewhere"), cast.a_account)
    make_call(cast.a_number, caller_name="Near"), make_call(elsewhere, caller_name="Far")
    Membership.objects.get(user=cast.ben).locations.set([cast.a_location])
    page = sign_in(cast.ben).get(url(Call, "changelist")).content.decode()
    assert ("Near" in page, "Far" in page) == (True, False)


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
    }
    day = {"name": "Day", "starts_on": "2026-07-04", "ends_on": "2026-07-04"}
    a = {"location": cast.a_location.pk, "number": cast.a_number.pk, "account": cast.a_account.pk}
    return [
        (Script, script, {"location": a["location"], "number": a["number"]}),
        (Rule, rule, {"location": a["location"], "number": a["number"]}),
        (PhoneNumber, number, {"location": a["location"], "account": a["account"], "reported_by": a["account"]}),
        (OpeningHours, {"weekday": 0, "opens": "09:00", "closes": "17:00"}, {"location": a["location"]}),
        (Closure, day, {"location": a["location"]}),
        (ServiceArea, {"city": "Town"}, {"location": a["location"]}),
        (Membership, {"email": "new@example.com", "role": "front_desk"}, {"locations": a["location"]}),
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
        if field.is_relation and field.name not in ("business", "user")
    }
    assert writable - set(checked) == set()


def test_every_reference_to_another_business_is_refused_when_changing(cast: Cast) -> None:
    make_member(cast.b, make_user("birch-colleague"))
    client = sign_in(cast.cleo)
    saved = []
    for model, good, foreign in posts(cast):
        if model is Membership:
            row: Any = Membership.objects.get(user__username="birch-colleague")
        else:
            assert client.post(url(model, "add"), good).status_code == 302
            row = model._default_manager.filter(business=cast.b).latest("pk")  # type: ignore[misc]
        for name, pk in foreign.items():
            client.post(url(model, "change", row.pk), {**good, **no_inlines(model), name: pk})
            fresh = model._default_manager.get(pk=row.pk)
            value = getattr(fresh, name)
            values = [value] if isinstance(value, Model) else [] if value is None else list(value.all())
            saved += [(model.__name__, name) for each in values if business_id_of(each, "business") == cast.a.pk]
    assert saved == []


def no_inlines(model: type[Model]) -> dict[str, Any]:
    """The management forms of the inlines of a page, saying that there is nothing."""
    data: dict[str, Any] = {}
    for inline in admin.site._registry[model].inlines:
        prefix = _get_foreign_key(model, inline.model).remote_field.get_accessor_name()
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


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
    member = {
        "email": "mix@example.com",
        "role": "front_desk",
        "business": cast.b.pk,
        "locations": [cast.a_location.pk],
    }
    answer = client.post(url(Membership, "add"), member)
    assert answer.context["adminform"].form.errors == {"locations": ["This belongs to another business."]}
    assert client.post(url(Rule, "add"), {**rule, "location": cast.b_location.pk}).status_code == 302
    assert Rule.objects.get().location == cast.b_location


def test_a_superuser_cannot_mix_businesses_either_and_a_row_never_moves(cast: Cast) -> None:
    client = sign_in(cast.root)
    rule = {"name": "Mixed", "position": 1, "outcome": "no_text", "delay_seconds": 0, "business": cast.b.pk}
    assert client.post(url(Rule, "add"), {**rule, "number": cast.a_number.pk}).status_code == 200
    assert Rule.objects.count() == 0
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

    models = (Call, Script, Rule, Lead, Conversation, Message, CallbackTask, PhoneNumber, Membership)
    add(1)
    one = {model.__name__: queries(client, url(model, "changelist")) for model in models}
    add(9)
    ten = {model.__name__: queries(client, url(model, "changelist")) for model in models}
    assert one == ten
    assert max(one.values()) <= 16


def test_the_start_page_says_what_is_left_to_do_from_the_rows_themselves(cast: Cast) -> None:
    def left() -> list[str]:
        ((business, steps),) = sign_in(cast.cleo).get(reverse("admin:index")).context["set_up"]
        assert business == cast.b
        return [step.label for step in steps if not step.is_done]

    assert left() == ["Opening hours", "First text", "A test call", "Your team"]
    OpeningHours.objects.create(business=cast.b, weekday=0, opens=time(9), closes=time(17))
    make_script(cast.b)
    PhoneNumber.objects.filter(pk=cast.b_number.pk).update(last_call_at=NOON)
    make_member(cast.b, make_user())
    assert left() == []
    CarrierAccount.objects.filter(pk=cast.b_account.pk).update(stopped_at=NOON, problem="Suspended")
    assert left() == ["Carrier account"]


def test_the_menu_is_grouped_by_what_people_come_for(cast: Cast) -> None:
    app_list = sign_in(cast.ana).get(reverse("admin:index")).context["app_list"]
    assert [(group["name"], len(group["models"])) for group in app_list] == [
        ("Business", 5),
        ("Calls & texts", 9),
        ("Scheduling", 2),
        ("Content", 4),
    ]


def test_times_are_shown_in_the_zone_of_the_only_business(cast: Cast) -> None:
    Business.objects.filter(pk=cast.a.pk).update(time_zone="America/Phoenix")
    call = make_call(cast.a_number)
    page = url(Call, "change", call.pk)
    assert "June 17, 2026, 11 a.m." in sign_in(cast.ana).get(page).content.decode()
    assert "June 17, 2026, 6 p.m." in sign_in(cast.root).get(page).content.decode()
