"""The pages of CRMs: no token is shown, a choice is made by a button, and nobody reaches another's."""

from typing import Any

import pytest
from django.test import Client

from leads.enums import CrmStatus, Role
from leads.models import CrmConnection, CrmSync, LeadEvent
from messaging import alerts
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_lead, make_member, make_user
from tests.leads.canaries import url
from tests.leads.crm.test_hubspot import connect

GIVEN = {"name": "Hub", "kind": "hubspot", "token": "pat-na1-secret", "is_active": "on", "makes_notes": "on",
         "field_map": "need = wish\nopted_out = no_texts always"}  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def post(client: Client, path: str, **changes: Any) -> str:
    return client.post(path, {**GIVEN, **changes}, follow=True).content.decode()


def test_a_connection_is_made_and_its_token_never_shown(cast: Cast) -> None:
    ana = sign_in(cast.ana)
    post(ana, url(CrmConnection, "add"))
    row = CrmConnection.objects.get()
    assert (row.business, row.token, row.field_map["opted_out"]) == (
        cast.a, "pat-na1-secret", {"field": "no_texts", "always": True},
    )  # fmt: skip
    page = url(CrmConnection, "change", row.pk)
    said = ana.get(page).content.decode()
    assert "pat-na1-secret" not in said
    assert "opted_out = no_texts always" in said
    CrmConnection.objects.update(is_active=False, paused_at=NOON, last_error="HubSpot does not know the token.")
    assert "Paused. HubSpot does not know the token." in ana.get(page).content.decode()
    post(ana, page, token="", is_active="on")
    row.refresh_from_db()
    assert (row.token, row.is_active, row.paused_at, row.last_error) == ("pat-na1-secret", True, None, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "two words"}, {"token": ""}, {"field_map": "shoe = size"}, {"makes_deals": "on"},
        {"kind": "pipedrive", "stage_won": "closedwon"},
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(cast: Cast, changes: dict[str, str]) -> None:
    post(sign_in(cast.ana), url(CrmConnection, "add"), **changes)
    assert not CrmConnection.objects.exists()


def test_staff_choose_and_write_again(cast: Cast) -> None:
    connection = connect(cast.a)
    row = CrmSync.objects.create(
        business=cast.a, connection=connection, lead=make_lead(cast.a), status="conflict", created_at=NOON,
        candidates=[{"id": "7", "name": "Maria"}, {"id": "8", "name": ""}],
    )  # fmt: skip
    ana, page = sign_in(cast.ana), url(CrmSync, "change", row.pk)
    assert "Maria" in ana.get(page).content.decode()
    assert "cannot be chosen any more" in post(ana, page, _choose="9")
    assert "Chosen." in post(ana, page, _choose="8")
    row.refresh_from_db()
    assert (row.status, row.choice, row.candidates) == (CrmStatus.WAITING, "8", [])
    CrmSync.objects.update(status="failed")
    said = post(ana, url(CrmConnection, "change", connection.pk), _again="1", token="")
    assert "1 leads that were given up" in said
    CrmSync.objects.update(status="failed")
    ana.post(url(CrmSync, "changelist"), {"action": "write_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.status == CrmStatus.WAITING


def test_who_may_not_see_all_of_a_business_sees_none_of_it(cast: Cast) -> None:
    connection = connect(cast.a)
    row = CrmSync.objects.create(
        business=cast.a, connection=connection, lead=make_lead(cast.a), status="conflict", created_at=NOON,
        candidates=[{"id": "7", "name": "Maria"}],
    )  # fmt: skip
    limited = make_user("lim", is_staff=True)
    make_member(cast.a, limited, Role.MANAGER).locations.add(cast.a_location)
    pages = [url(CrmConnection, "change", connection.pk), url(CrmSync, "change", row.pk)]
    for user in (cast.ben, cast.cleo, limited):
        client = sign_in(user)
        assert {client.get(page).status_code for page in pages} <= {302, 403, 404}
        client.post(pages[0], {**GIVEN, "name": "Mine"})
        client.post(pages[1], {"_choose": "7"})
        client.post(url(CrmSync, "changelist"), {"action": "write_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    connection.refresh_from_db()
    assert (row.status, connection.name) == (CrmStatus.CONFLICT, "Hub")


def test_staff_are_mailed_a_link_to_it(cast: Cast, mailoutbox: list[Any]) -> None:
    connection = connect(cast.a)
    event = LeadEvent.objects.create(
        business=cast.a, kind="crm.paused", text="The CRM “Hub” is paused.", at=NOON, data={"crm": str(connection.key)}
    )
    alerts.alert_staff(event.pk)
    [mail] = mailoutbox
    assert f"/admin/leads/crmconnection/{connection.pk}/change/" in mail.body


def test_a_connection_that_is_on_is_switched_off_before_it_is_deleted(cast: Cast) -> None:
    ana, row = sign_in(cast.ana), connect(cast.a)
    for answer in (ana.get(url(CrmConnection, "delete", row.pk), follow=True),
                   ana.post(url(CrmConnection, "delete", row.pk), {"post": "yes"}, follow=True)):  # fmt: skip
        assert "Switch it off first, then delete it." in answer.content.decode()
    ana.post(url(CrmConnection, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert CrmConnection.objects.filter(pk=row.pk).exists()
    CrmConnection.objects.update(is_active=False)
    ana.post(url(CrmConnection, "delete", row.pk), {"post": "yes"})
    assert not CrmConnection.objects.filter(pk=row.pk).exists()
