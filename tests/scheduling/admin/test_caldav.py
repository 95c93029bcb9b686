"""The page of a two-way calendar."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import Settings

from recoverline.lib import clock
from scheduling.admin.caldav import SYNC_TASK
from scheduling.enums import PushState
from scheduling.models import Appointment, CalDAVAccount, CalendarObject
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_appointment, make_resource, make_service

PAGE = "https://cloud.example/remote.php/dav/calendars/ana/jobs/"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


@pytest.fixture
def account(cast: Cast) -> CalDAVAccount:
    return CalDAVAccount.objects.create(
        business=cast.a, resource=make_resource(cast.a, "Ana"), url=PAGE, username="ana", password="app-secret",
        created_at=NOON, ok_at=clock.now() - timedelta(minutes=7), next_at=NOON, sync_token="t1",
    )  # fmt: skip


def appointment_of(account: CalDAVAccount, cast: Cast) -> Appointment:
    service = make_service(cast.a, "Furnace check")
    starts_at = clock.now() + timedelta(days=1)
    return make_appointment(service, cast.a_location, account.resource, starts_at=starts_at)


def page_of(account: CalDAVAccount) -> str:
    return reverse("admin:scheduling_caldavaccount_change", args=[account.pk])


def post(client: Client, address: str, **values: Any) -> Any:
    inline = {"objects_seen-TOTAL_FORMS": "0", "objects_seen-INITIAL_FORMS": "0"}
    return client.post(address, {"username": "ana", "url": PAGE, "is_active": "on", **inline, **values})


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}


def queued() -> list[str]:
    return [row.func() for row in OrmQ.objects.all()]


def test_saving_tries_the_connection(ana: Client, cast: Cast) -> None:
    resource = make_resource(cast.a, "Ana")
    answer = post(ana, reverse("admin:scheduling_caldavaccount_add"), resource=resource.pk, password="app-secret")
    assert answer.status_code == 302
    row = CalDAVAccount.objects.get()
    assert (row.business, row.resource, row.password, row.next_at, row.ok_at) == (
        cast.a, resource, "app-secret", None, None,
    )  # fmt: skip
    assert queued() == [SYNC_TASK]


def test_the_password_is_written_and_never_read(ana: Client, account: CalDAVAccount) -> None:
    assert "app-secret" not in ana.get(page_of(account)).content.decode()
    assert post(ana, page_of(account), password="").status_code == 302
    account.refresh_from_db()
    assert (account.password, account.sync_token) == ("app-secret", "t1")
    post(ana, page_of(account), password="another")
    account.refresh_from_db()
    assert account.password == "another"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://cloud.example/dav/ana/jobs/", "The address must start with https://."),
        ("https://ana:secret@cloud.example/dav/jobs/", "User name and password have fields of their own."),
        ("https://cloud.example/", "This is a server's address. Paste that of the calendar itself."),
        ("ftp://cloud.example/dav/jobs/", "The address must start with https://."),
        ("http://cloud.example:99999/dav/jobs/", "The port in the address is none."),
    ],
)
def test_an_address_of_no_use_is_refused_on_its_field(
    ana: Client, account: CalDAVAccount, url: str, problem: str
) -> None:
    assert errors_of(post(ana, page_of(account), url=url)) == {"url": [problem]}


def test_a_server_of_the_operators_own_network_may_do_without_tls(
    ana: Client, account: CalDAVAccount, settings: Settings
) -> None:
    settings.CALENDAR_HOSTS = ["cloud.lan:80"]
    assert post(ana, page_of(account), url="http://cloud.lan/dav/jobs/", password="x").status_code == 302
    assert errors_of(post(ana, page_of(account), url="http://cloud.lan:81/dav/jobs/")) == {
        "url": ["The address must start with https://."]
    }


def test_another_address_starts_over(ana: Client, account: CalDAVAccount, cast: Cast) -> None:
    row = appointment_of(account, cast)
    CalendarObject.objects.create(account=account, uid="x", href="/old/x.ics", etag="1", body="x")
    CalendarObject.objects.create(
        account=account, appointment=row, uid="y", href="/old/y.ics", etag="1", pushed_version=1, next_at=None
    )
    post(ana, page_of(account), url="https://cloud.example/dav/ana/other/")
    account.refresh_from_db()
    assert (account.sync_token, account.ok_at, account.next_at) == ("", None, None)
    left = CalendarObject.objects.get()
    assert (left.appointment, left.href, left.etag, left.pushed_version, left.state) == (row, "", "", 0, PushState.DUE)


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://evil.example/remote.php/dav/calendars/ana/jobs/"},
        {"url": "https://cloud.example:8443/remote.php/dav/calendars/ana/jobs/"},
        {"username": "cleo"},
    ],
)
def test_the_stored_password_goes_to_no_other_server_or_person(
    ana: Client, account: CalDAVAccount, values: dict[str, str]
) -> None:
    assert errors_of(post(ana, page_of(account), **values, password="")) == {
        "password": ["Enter the app password again: the server or the user name is another one."]
    }
    account.refresh_from_db()
    assert (account.url, account.username, account.password, queued()) == (PAGE, "ana", "app-secret", [])
    assert post(ana, page_of(account), **values, password="new").status_code == 302
    account.refresh_from_db()
    given = {"url": PAGE, "username": "ana", **values}
    assert (account.url, account.username, account.password) == (given["url"], given["username"], "new")


def test_the_state_in_words(ana: Client, account: CalDAVAccount) -> None:
    def shown(**values: Any) -> str:
        CalDAVAccount.objects.filter(pk=account.pk).update(**values)
        answer = ana.get(reverse("admin:scheduling_caldavaccount_changelist"))
        state = answer.context["cl"].model_admin.state
        return str(state(answer.context["cl"].queryset.get())).replace("\xa0", " ")

    assert shown() == "Last read 7 minutes ago"
    assert shown(problem="Held back: 3 of 5.") == "Held back: 3 of 5. Last read 7 minutes ago."
    since = clock.now() - timedelta(hours=2)
    assert shown(failing_since=since, problem="No.") == "Failing for 2 hours: No."
    assert shown(failing_since=None, problem="", ok_at=None) == "Not read yet"
    assert shown(is_active=False) == "Switched off"


def test_failing_appointments_are_listed_and_tried_again(ana: Client, account: CalDAVAccount, cast: Cast) -> None:
    row = appointment_of(account, cast)
    failing = CalendarObject.objects.create(
        account=account, appointment=row, uid="y", state=PushState.FAILING, attempts=3, problem="It answered 500.",
        next_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    CalendarObject.objects.create(account=account, uid="foreign", body="x", href="/x.ics")
    page = ana.get(page_of(account))
    inline = page.context["inline_admin_formsets"][0]
    assert [form.original for form in inline if form.original] == [failing]
    assert "It answered 500." in page.content.decode()
    posted = {"action": "try_again", "_selected_action": [account.pk]}
    answer = ana.post(reverse("admin:scheduling_caldavaccount_changelist"), posted)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Being read; 1 appointments are written again."
    ]
    failing.refresh_from_db()
    account.refresh_from_db()
    assert (failing.state, failing.next_at is not None and failing.next_at <= clock.now(), account.next_at) == (
        PushState.DUE, True, None,
    )  # fmt: skip
    assert queued() == [SYNC_TASK]


def test_vanished_appointments_are_written_again(ana: Client, account: CalDAVAccount, cast: Cast) -> None:
    row = appointment_of(account, cast)
    seen = CalendarObject.objects.create(
        account=account, appointment=row, uid="y", href="/y.ics", etag="1", pushed_version=1
    )
    posted = {"action": "write_again", "_selected_action": [account.pk]}
    ana.post(reverse("admin:scheduling_caldavaccount_changelist"), posted)
    seen.refresh_from_db()
    assert (seen.href, seen.state) == ("", PushState.DUE)


def test_strangers_and_the_front_desk_do_not_see_it(cast: Cast, account: CalDAVAccount) -> None:
    for person in (cast.ben, cast.cleo):
        client = sign_in(person)
        assert client.get(page_of(account)).status_code in (302, 403, 404)
        client.post(
            reverse("admin:scheduling_caldavaccount_changelist"),
            {"action": "try_again", "_selected_action": [account.pk]},
        )
    account.refresh_from_db()
    assert account.next_at == NOON
    foreign = make_resource(cast.b, "Cleo")
    answer = post(sign_in(cast.ana), reverse("admin:scheduling_caldavaccount_add"), resource=foreign.pk, password="x")
    assert list(errors_of(answer)) == ["resource"]
