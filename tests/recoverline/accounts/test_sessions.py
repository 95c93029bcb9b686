"""SEC-17 and TEN-08: how long one stays signed in, and what ends it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from leads.models import Membership
from recoverline.accounts import tasks as account_tasks
from recoverline.accounts.sessions import device
from tests.base import Cast, make_cast
from tests.factories import NOON, make_conversation, make_lead
from tests.recoverline.accounts.people import PASSWORD, try_password

pytestmark = pytest.mark.django_db

HOUR = 3600
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    for user in (cast.ana, cast.ben, cast.cleo):
        user.set_password(PASSWORD)
        user.save()
    return cast


def browser(name: str, agent: str = WINDOWS) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    assert try_password(client, name)["Location"] == "/inbox/"
    return client


def status(client: Client, path: str = "/inbox/", **extra: str) -> int:
    return int(client.get(path, **extra).status_code)  # type: ignore[arg-type]


# ---------------------------------------------------------------- time
def test_half_a_day_without_use_signs_out(cast: Cast, at: time_machine.Traveller) -> None:
    client = browser("ben")
    for _ in range(3):  # a day and a half of work
        at.shift(12 * HOUR - 1)
        assert status(client) == 200
    at.shift(12 * HOUR)
    assert status(client) == 302
    assert "You were signed out" in client.get("/accounts/login/").content.decode()


def test_a_screen_that_only_asks_for_news_is_not_in_use(cast: Cast, at: time_machine.Traveller) -> None:
    client = browser("ben")
    for _ in range(11):
        at.shift(HOUR)
        assert status(client, HTTP_SEC_FETCH_DEST="empty") == 200
    at.shift(HOUR)
    assert status(client, HTTP_SEC_FETCH_DEST="empty") == 302


def test_a_week_is_the_end_in_any_case(cast: Cast, at: time_machine.Traveller) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "ben", "password": PASSWORD, "remember": "on"})
    for _ in range(7 * 4 - 1):
        at.shift(6 * HOUR)
        assert status(client) == 200
    at.shift(6 * HOUR)
    assert status(client) == 302


def test_use_is_written_down_now_and_then(cast: Cast, at: time_machine.Traveller) -> None:
    client = browser("ben")
    seen = UserSession.objects.get().last_seen_at
    at.shift(299)
    status(client)
    assert UserSession.objects.get().last_seen_at == seen
    at.shift(1)
    status(client)
    assert (UserSession.objects.get().last_seen_at - seen).total_seconds() == 300


# ---------------------------------------------------------------- what ends it
def test_a_deactivated_person_is_out_at_the_next_request(cast: Cast) -> None:
    client = browser("ben")
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert (status(client), status(client, "/admin/")) == (302, 302)


def test_a_removed_member_sees_nothing_at_the_next_request(cast: Cast) -> None:
    conversation = make_conversation(make_lead(cast.a), cast.a_number)
    client = browser("ben")
    thread = f"/inbox/{conversation.key}/"
    assert status(client, thread) == 200
    Membership.objects.filter(user=cast.ben).delete()
    assert status(client, thread) == 404


def test_somebody_moved_to_another_location_sees_that_one(cast: Cast) -> None:
    from_main = make_conversation(make_lead(cast.a), cast.a_number)
    client = browser("ben")
    Membership.objects.get(user=cast.ben).locations.set([cast.a.locations.create(name="Far", slug="far")])
    assert status(client, f"/inbox/{from_main.key}/") == 404


def test_everywhere_else(cast: Cast) -> None:
    here, phone, other = browser("ben"), browser("ben", IPHONE), browser("ana")
    page = here.get("/accounts/sessions/").content.decode()
    assert [page.count(f"<strong>{name}</strong>") for name in ("Chrome on Windows", "Safari on iPhone")] == [1, 1]
    assert page.count("This device") == 1
    assert here.post("/accounts/sessions/end-others/").status_code == 302
    assert [status(client) for client in (here, phone, other)] == [200, 302, 200]


def test_one_device(cast: Cast) -> None:
    here, phone, tablet = browser("ben"), browser("ben", IPHONE), browser("ben")
    end = f"/accounts/sessions/{UserSession.objects.get(session_key=phone.session.session_key).pk}/end/"
    # Not from somebody else's account, and not by looking.
    assert (browser("ana").post(end).status_code, here.get(end).status_code, status(phone)) == (404, 405, 200)
    assert here.post(end).status_code == 302
    assert [status(client) for client in (here, phone, tablet)] == [200, 302, 200]


def test_signing_out_leaves_nothing_to_come_back_to(cast: Cast) -> None:
    client = browser("ben")
    key = client.session.session_key
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = key
    assert status(client) == 302


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome on Windows"),
        (IPHONE, "Safari on iPhone"),
        (WINDOWS + " Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "A browser"),
    ],
)
def test_devices_have_names_that_people_know(agent: str, name: str) -> None:
    assert device(agent) == name


def test_what_has_ended_is_forgotten_once_a_day() -> None:
    real = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=real - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=real + timedelta(hours=1))
    for days in (31, 29):
        attempt = AccessAttempt.objects.create(username=f"{days}", ip_address="127.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=real - timedelta(days=days))
    account_tasks.forget_old()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["29"]
