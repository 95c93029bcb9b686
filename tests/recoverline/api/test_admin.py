"""Tokens are made in the admin and shown once; forms get their address there."""

from django.urls import reverse

from leads.enums import Role
from leads.models.api import ApiToken, LeadSource
from tests.base import sign_in
from tests.factories import make_location, make_member, make_user
from tests.recoverline.api.conftest import Program, World


def test_a_token_is_shown_once_and_opens_what_was_ticked(world: World) -> None:
    client = sign_in(world.cast.cleo)
    add = reverse("admin:leads_apitoken_add")
    assert "scopes" in client.post(add, {"name": "CRM"}).context["adminform"].form.errors
    page = client.post(add, {"name": "CRM", "scopes": ["leads:read", "calls:read"]}, follow=True)
    (said,) = [str(message) for message in page.context["messages"] if "Copy this token" in str(message)]
    secret, token = said.rpartition(" ")[2], ApiToken.objects.get(name="CRM")
    assert (token.business, token.created_by, token.scopes) == (
        world.cast.b, world.cast.cleo, ["leads:read", "calls:read"],
    )  # fmt: skip
    program = Program(world.cast.b, token, secret)
    assert (program.get("leads/").status_code, program.get("tasks/").status_code) == (200, 403)
    shown = client.get(reverse("admin:leads_apitoken_change", args=[token.pk])).content.decode()
    assert (secret in shown, token.hint in shown) == (False, True)
    act = {"action": "revoke_tokens", "_selected_action": [token.pk]}
    client.post(reverse("admin:leads_apitoken_changelist"), act)
    assert program.get("leads/").status_code == 401


def test_who_is_limited_to_some_locations_makes_no_token_for_all_of_them(world: World) -> None:
    dee = make_user("dee", is_staff=True)
    make_member(world.cast.b, dee, Role.OWNER).locations.add(make_location(world.cast.b, "Far"))
    assert sign_in(dee).get(reverse("admin:leads_apitoken_add")).status_code == 403


def test_a_form_gets_an_address_and_keeps_its_key_to_itself(world: World) -> None:
    client, add = sign_in(world.cast.cleo), reverse("admin:leads_leadsource_add")
    entry = {
        "name": "ads", "location": world.cast.b_location.pk, "consent_text": "You may text me.", "is_active": "on",
        "shared_secret": "the-key",
    }  # fmt: skip
    assert client.post(add, entry).status_code == 302
    source = LeadSource.objects.get()
    change = reverse("admin:leads_leadsource_change", args=[source.pk])
    page = client.get(change).content.decode()
    assert (f"/api/v1/intake/{source.key}/" in page, "the-key" in page) == (True, False)
    assert client.post(change, {**entry, "shared_secret": ""}).status_code == 302
    source.refresh_from_db()
    assert source.shared_secret == "the-key"
