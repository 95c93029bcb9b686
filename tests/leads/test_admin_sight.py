"""TEN-02: in the admin nobody sees anything of another business, nor does more than their role allows."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.urls import reverse

from leads.admin.tenant import TenantAdmin
from leads.enums import Role
from leads.models import (
    Business,
    CallbackTask,
    Faq,
    Invitation,
    Lead,
    Location,
    Membership,
    PrivacySalt,
    ServiceArea,
)
from messaging.models import (
    AgentTurn,
    Call,
    Conversation,
    Enrollment,
    Experiment,
    Message,
    OptOut,
    Rehearsal,
    Rule,
    Script,
    Sequence,
    SequenceVersion,
    UnansweredQuestion,
)
from scheduling.models import Appointment, QuietHours, WaitlistEntry
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_call,
    make_invitation,
    make_lead,
    make_location,
    make_member,
    make_number,
    make_request,
    make_script,
    make_task,
    make_user,
)
from tests.leads.canaries import CANARY, fill, fill_with_canaries, tenant_admins, url


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def rows(cast: Cast) -> dict[type[Model], Model]:
    return fill_with_canaries(cast)


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
    # What somebody tries in the playground is shown there, to nobody else; versions stand on the page of their
    # sequence; a salt is a secret.
    assert ours - shown == {Rehearsal, SequenceVersion, PrivacySalt}


def test_whoever_is_not_a_tenant_admin_is_for_superusers_even_with_every_permission(cast: Cast) -> None:
    cast.cleo.user_permissions.set(Permission.objects.all())
    client = sign_in(cast.cleo)
    others = [each.model for each in admin.site._registry.values() if not isinstance(each, TenantAdmin)]
    others.remove(QuietHours)  # nobody's rows, which every team may read: tests/scheduling/admin/test_quiet_hours.py

    assert sorted(model._meta.label for model in others) == [
        "account.EmailAddress",
        "auth.Group",
        "auth.User",
        "axes.AccessAttempt",
        "axes.AccessFailureLog",
        "axes.AccessLog",
        "django_q.Failure",
        "django_q.OrmQ",
        "django_q.Schedule",
        "django_q.Success",
        "messaging.Heartbeat",
        "messaging.ModelPrice",
        "mfa.Authenticator",
        "usersessions.UserSession",
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


PARTS = 6  # so that several processes share the thousand pages


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_of_the_admin_shows_a_canary_to_an_owner_elsewhere(
    cast: Cast, rows: dict[type[Model], Model], part: int
) -> None:
    own = fill(cast.b, cast.b_location, cast.b_number, "koala")
    cleo, ana = sign_in(cast.cleo), sign_in(cast.ana)
    leaks, seen = [], 0
    for model_admin in list(tenant_admins())[part::PARTS]:
        for page in pages_of(model_admin, rows[model_admin.model]):
            answer = cleo.get(page, follow=True)
            if CANARY in answer.content.decode():
                leaks.append(page)
        for page in pages_of(model_admin, own[model_admin.model]):
            if CANARY in cleo.get(page, follow=True).content.decode():
                leaks.append(page)
        seen += CANARY in ana.get(url(model_admin.model, "changelist")).content.decode()
    assert leaks == []
    assert seen >= 2  # the owner does see them, or this test could not fail


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
        reverse("admin:messaging_rule_replay"),
        reverse("admin:messaging_rule_replay") + f"?business={cast.a.pk}",
        reverse("admin:messaging_rule_replay_one", args=[rule.pk]),
        reverse("admin:messaging_experiment_results", args=[rows[Experiment].pk]),
        reverse("admin:messaging_nevertext_import"),
        reverse("admin:scheduling_closure_holidays"),
        reverse("admin:scheduling_closure_holidays") + f"?business={cast.a.pk}",
        reverse("admin:scheduling_closure_holidays") + f"?location={cast.a_location.pk}",
        url(Script, "simple_history", script.pk, script.history.first().pk),  # type: ignore[attr-defined]
    ]
    assert [page for page in pages if CANARY in client.get(page, follow=True).content.decode()] == []
    foreign = {"business": cast.a.pk, "body": "{business} {city}", "kind": "missed_call"}
    answer = client.post(reverse("admin:messaging_script_preview"), foreign)
    assert (answer.status_code, CANARY in answer.content.decode()) == (404, False)
    answer = client.post(reverse("admin:scheduling_open_times", args=["business", cast.a.pk]))
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
    assert set(visible) == {
        Lead, CallbackTask, Call, Conversation, Message, OptOut, Appointment, WaitlistEntry, AgentTurn,
        UnansweredQuestion, Sequence, Enrollment,
    }  # fmt: skip
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


def test_a_manager_of_one_location_finds_nothing_of_another(cast: Cast) -> None:
    far = make_location(cast.a, f"{CANARY} place", alert_email="far@example.com")
    there = fill(cast.a, far, make_number(far, cast.a_account), CANARY)
    cast.a.name = "Alder Plumbing"
    cast.a.save()
    here, called = make_lead(cast.a, name="Near request"), make_lead(cast.a, name="Near task")
    make_request(here, cast.a_location, need="Near need")
    make_request(here, far, need=f"{CANARY} need")
    make_task(cast.a_location, lead=called)
    Invitation.objects.get().locations.set([far, cast.a_location])
    make_invitation(cast.a, email="near@example.com").locations.set([cast.a_location])
    make_invitation(cast.a, email=f"{CANARY}@everywhere.example")
    member = make_member(cast.a, make_user("mia", is_staff=True), Role.MANAGER)
    member.locations.set([cast.a_location])
    mia = sign_in(member.user)

    found = {
        model: mia.get(url(model, "changelist")).content.decode()
        for model in (Lead, Location, Invitation, ServiceArea, Call, Conversation, Message, CallbackTask)
    }
    assert [model for model, page in found.items() if CANARY in page] == []
    assert ("Near request" in found[Lead], "Near task" in found[Lead]) == (True, True)
    assert ("Alder Main" in found[Location], "near@example.com" in found[Invitation]) == (True, True)
    page = mia.get(url(Lead, "change", here.pk)).content.decode()
    assert ("Near need" in page, CANARY in page) == (True, False)
    # Nor does a page offer the other one, whatever it is for.
    pages = [url(model, "add") for model in (Rule, Script, Faq)] + [url(Business, "change", cast.a.pk)]
    assert [page for page in pages if f"{CANARY} place" in mia.get(page).content.decode()] == []

    for model in (Lead, Location, Invitation, ServiceArea):
        for act in ("change", "delete"):
            answer = mia.post(url(model, act, there[model].pk), {"post": "yes", "alert_email": "spy@example.com"})
            assert answer.status_code in (302, 403), (model, act)
    for page in (url(Location, "delete", cast.a_location.pk), url(Location, "add")):
        assert mia.post(page, {"post": "yes", "name": "N", "slug": "n"}).status_code == 403
    far.refresh_from_db()
    assert (far.alert_email, Location.objects.filter(business=cast.a).count()) == ("far@example.com", 2)
