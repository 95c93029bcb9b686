"""The pages of webhooks: a secret is shown once, what fails is said in words, and nobody reaches another's."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from leads.enums import DeliveryStatus, Role
from leads.models import LeadEvent, WebhookDelivery, WebhookEndpoint
from messaging import alerts
from recoverline.lib import clock
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_member, make_user
from tests.leads.canaries import url
from tests.leads.webhooks.receiver import make_endpoint

GIVEN = {"name": "CRM", "url": "https://crm.example/hook", "is_active": "on", "kinds": ["call.missed"]}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def post(client: Client, path: str, **changes: Any) -> str:
    answer = client.post(path, {**GIVEN, **changes}, follow=True)
    return answer.content.decode()


def test_a_secret_is_shown_once_and_can_be_changed(cast: Cast) -> None:
    ana = sign_in(cast.ana)
    said = post(ana, url(WebhookEndpoint, "add"))
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.business, endpoint.kinds, endpoint.is_active) == (cast.a, ["call.missed"], True)
    assert endpoint.secret in said.replace("&#x2B;", "+")
    page = url(WebhookEndpoint, "change", endpoint.pk)
    assert not SECRET.search(ana.get(page).content.decode())

    first = endpoint.secret
    said = post(ana, page, _rotate="1")
    endpoint.refresh_from_db()
    assert (endpoint.old_secret, endpoint.secret == first, endpoint.secret in said.replace("&#x2B;", "+")) == (
        first, False, True,
    )  # fmt: skip
    assert not SECRET.search(ana.get(page).content.decode())


@pytest.mark.parametrize(
    "address", ["http://crm.example/", "https://crm.example:22/", "https://a:b@crm.example/", "ftp://crm.example/"]
)
def test_an_address_that_would_be_refused_is_refused_at_once(cast: Cast, address: str) -> None:
    post(sign_in(cast.ana), url(WebhookEndpoint, "add"), url=address)
    assert not WebhookEndpoint.objects.exists()


def test_the_page_tests_and_sends_again(cast: Cast, settings: LazySettings) -> None:
    endpoint = make_endpoint(cast.a, **{name: GIVEN[name] for name in ("name", "url", "kinds")})
    now = clock.now()
    dead = WebhookDelivery.objects.create(
        business=cast.a, endpoint=endpoint, kind="call.missed", status="dead", body="{}", created_at=now, attempts=10,
        log=[{"at": now.isoformat(), "status": 500, "seconds": 0.1, "said": "Answered 500."}],
    )  # fmt: skip
    ana, page = sign_in(cast.ana), url(WebhookEndpoint, "change", endpoint.pk)
    assert "Answered 500." in ana.get(page).content.decode()
    assert "1 given-up events" in post(ana, page, _again="1")
    dead.refresh_from_db()
    assert (dead.status, dead.attempts, dead.log[-1]["said"]) == (DeliveryStatus.WAITING, 10, "Sent again by ana.")
    assert "A test is on its way" in post(ana, page, _test="1")
    assert "switched off" in post(ana, page, _test="1", is_active="")
    assert list(endpoint.deliveries.order_by("pk").values_list("kind", flat=True)) == ["call.missed", "webhook.test"]


def test_switching_it_on_again_forgets_what_was(cast: Cast) -> None:
    endpoint = make_endpoint(
        cast.a, GIVEN["url"], name="CRM", is_active=False, failures=9, failing_since=NOON, disabled_at=NOON,
        disabled_reason="It answered 410: it wants nothing more.",
    )  # fmt: skip
    ana = sign_in(cast.ana)
    assert "it wants nothing more" in ana.get(url(WebhookEndpoint, "changelist")).content.decode()
    post(ana, url(WebhookEndpoint, "change", endpoint.pk))
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failures, endpoint.failing_since, endpoint.disabled_reason) == (
        True, 0, None, "",
    )  # fmt: skip


def test_who_may_not_see_all_of_a_business_sees_none_of_it(cast: Cast) -> None:
    endpoint = make_endpoint(cast.a)
    row = WebhookDelivery.objects.create(
        business=cast.a, endpoint=endpoint, kind="call.missed", status="dead", body="{}", created_at=NOON
    )
    limited = make_user("lim", is_staff=True)
    make_member(cast.a, limited, Role.MANAGER).locations.add(cast.a_location)
    pages = [url(WebhookEndpoint, "change", endpoint.pk), url(WebhookDelivery, "change", row.pk)]
    again = {"action": "send_again", "_selected_action": [row.pk]}
    for user in (cast.ben, cast.cleo, limited):
        client = sign_in(user)
        assert {client.get(page).status_code for page in pages} <= {302, 403}
        client.post(url(WebhookDelivery, "changelist"), again)
        client.post(pages[0], {**GIVEN, "_rotate": "1"})
    endpoint.refresh_from_db()
    row.refresh_from_db()
    assert (endpoint.old_secret, row.status) == ("", DeliveryStatus.DEAD)
    sign_in(cast.ana).post(url(WebhookDelivery, "changelist"), again)
    row.refresh_from_db()
    assert row.status == DeliveryStatus.WAITING


def test_only_what_is_off_is_deleted(cast: Cast) -> None:
    endpoint, ana = make_endpoint(cast.a), sign_in(cast.ana)
    page = url(WebhookEndpoint, "delete", endpoint.pk)
    assert ana.post(page, {"post": "yes"}).status_code == 403
    WebhookEndpoint.objects.update(is_active=False)
    assert ana.post(page, {"post": "yes"}).status_code == 302
    assert not WebhookEndpoint.objects.exists()


def test_staff_are_mailed_a_link_to_it(cast: Cast, mailoutbox: list[Any]) -> None:
    endpoint = make_endpoint(cast.a, name="CRM")
    event = LeadEvent.objects.create(
        business=cast.a, kind="webhook.failing", text="The webhook “CRM” has not worked for an hour.", at=NOON,
        data={"endpoint": str(endpoint.key)},
    )  # fmt: skip
    alerts.alert_staff(event.pk)
    [mail] = mailoutbox
    assert "has not worked for an hour" in mail.subject
    assert f"/admin/leads/webhookendpoint/{endpoint.pk}/change/" in mail.body
