"""SEC-15 and SEC-16: a password alone opens nothing, codes work once, and nobody reads them in the database."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from recoverline.accounts.mail import send_reset
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON
from tests.recoverline.accounts.people import (
    LOGIN,
    PASSWORD,
    SECRET,
    code,
    forget_sign_in,
    give_app,
    is_in,
    try_code,
    try_password,
    wrong_code,
)

pytestmark = pytest.mark.django_db

SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast(settings: object) -> Cast:
    settings.SECOND_FACTOR_REQUIRED = True  # type: ignore[attr-defined]
    cast = make_cast()
    cast.ana.set_password(PASSWORD)
    cast.ana.save()
    return cast


@pytest.fixture
def ana(cast: Cast) -> User:
    return cast.ana


# ---------------------------------------------------------------- required
def test_without_one_there_is_nothing_but_setting_one_up(ana: User) -> None:
    client = Client()
    assert try_password(client, "ana")["Location"] == "/inbox/"
    closed = ["/", "/inbox/", "/inbox/callbacks/", "/appointments/", "/team/", "/admin/", "/accounts/sessions/",
              "/accounts/password/change/", reverse("admin:leads_lead_changelist")]  # fmt: skip
    assert {path: client.get(path).headers.get("Location") for path in closed} == dict.fromkeys(closed, SET_UP)
    assert client.post("/team/alder/invite/", {"email": "x@example.com", "role": "owner"})["Location"] == SET_UP
    assert [client.get(path).status_code for path in (SET_UP, "/healthz/live", "/accounts/2fa/")] == [200] * 3
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert not is_in(client)


def test_setting_one_up_opens_the_door(ana: User) -> None:
    client = Client()
    try_password(client, "ana")
    # The password was given a moment ago, so it is not asked for again.
    secret = client.get(SET_UP).context["form"].secret
    assert client.post(SET_UP, {"code": wrong_code(secret)}).status_code == 200
    assert client.get("/inbox/")["Location"] == SET_UP
    secret = client.get(SET_UP).context["form"].secret
    answer = client.post(SET_UP, {"code": code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert (len(codes), client.get("/inbox/").status_code) == (10, 200)
    assert client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()[-10:] == codes

    other = Client()
    assert try_password(other, "ana")["Location"] == "/accounts/2fa/authenticate/"
    # The code that set it up is used up as well.
    assert (try_code(other, code(secret)).status_code, is_in(other)) == (200, False)
    assert try_code(other, codes[0])["Location"] == "/inbox/"


def test_setting_up_later_asks_for_the_password_again(ana: User) -> None:
    client = Client()
    try_password(client, "ana")
    forget_sign_in(client)
    assert client.get(SET_UP)["Location"] == f"/accounts/reauthenticate/?next={SET_UP.replace('/', '%2F')}"


def test_it_is_not_asked_for_where_it_is_switched_off(ana: User, settings: object) -> None:
    settings.SECOND_FACTOR_REQUIRED = False  # type: ignore[attr-defined]
    client = Client()
    try_password(client, "ana")
    assert client.get("/inbox/").status_code == 200


def test_the_public_pages_ask_nobody(cast: Cast) -> None:
    client = sign_in(cast.ana)
    assert [client.get(path).status_code for path in ("/book/nobody/", "/b/forged/")] == [404, 404]


# ---------------------------------------------------------------- every way in
def test_a_password_alone_signs_in_nowhere(ana: User) -> None:
    give_app(ana)
    client = Client()
    assert try_password(client, "ana")["Location"] == "/accounts/2fa/authenticate/"
    assert (is_in(client), client.get("/inbox/").status_code) == (False, 302)
    assert client.get("/admin/login/?next=/admin/")["Location"] == f"{LOGIN}?next=/admin/"
    # The admin's own form is gone.
    client.post("/admin/login/", {"username": "ana", "password": PASSWORD})
    assert not is_in(client)
    assert try_code(client, code())["Location"] == "/inbox/"
    assert is_in(client)


def test_a_new_password_does_not_get_around_it(ana: User) -> None:
    give_app(ana)
    client = Client()
    send_reset("ana@example.com")
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http")).partition(":8000")[2]
    form = client.get(link)["Location"]
    client.post(form, {"password1": "another long password", "password2": "another long password"})
    assert not is_in(client)
    assert try_password(client, "ana", "another long password")["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_taken_away_while_somebody_is_signed_in(ana: User) -> None:
    give_app(ana)
    client = sign_in(ana)
    assert client.get("/inbox/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/inbox/")["Location"] == SET_UP


# ---------------------------------------------------------------- codes
def test_a_code_works_once_for_as_long_as_it_could(ana: User, at: time_machine.Traveller) -> None:
    give_app(ana)
    shown = code()
    first = Client()
    try_password(first, "ana")
    assert (try_code(first, shown).status_code, is_in(first)) == (302, True)
    for seconds in (0, 20, 20):  # 40 seconds later a phone whose clock is slow shows it still
        at.shift(seconds)
        again = Client()
        try_password(again, "ana")
        assert (try_code(again, shown).status_code, is_in(again)) == (200, False)
    assert try_code(again, code())["Location"] == "/inbox/"


def test_half_a_minute_late_is_still_right_and_a_minute_is_not(ana: User) -> None:
    give_app(ana)
    client = Client()
    try_password(client, "ana")
    assert try_code(client, code(steps=-2)).status_code == 200
    assert try_code(client, code(steps=-1)).status_code == 302


def test_ten_wrong_codes_in_a_quarter_of_an_hour(ana: User, at: time_machine.Traveller) -> None:
    give_app(ana)
    client = Client()
    try_password(client, "ana")
    for _ in range(10):
        try_code(client, wrong_code())
    answer = try_code(client, code())
    assert (answer.status_code, is_in(client)) == (200, False)
    assert "Too many wrong codes" in answer.content.decode()
    # From another browser it is the same person; somebody else is not concerned.
    other = Client()
    try_password(other, "ana")
    assert (try_code(other, code()).status_code, is_in(other)) == (200, False)
    at.shift(15 * 60 + 1)
    late = Client()
    try_password(late, "ana")
    assert (try_code(late, code()).status_code, is_in(late)) == (302, True)


def test_a_used_code_does_not_forgive_wrong_ones(ana: User) -> None:
    give_app(ana)
    used = code()
    first = Client()
    try_password(first, "ana"), try_code(first, used)
    client = Client()
    try_password(client, "ana")
    for _ in range(9):
        try_code(client, wrong_code())
    try_code(client, used)
    try_code(client, wrong_code())
    assert "Too many wrong codes" in try_code(client, wrong_code()).content.decode()


def test_a_recovery_code_works_once(ana: User) -> None:
    give_app(ana)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    for expected in (True, False):
        client = Client()
        try_password(client, "ana")
        try_code(client, codes[3])
        assert is_in(client) is expected


def test_the_database_shows_no_secret(ana: User) -> None:
    give_app(ana)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = json.dumps([row[0] for row in cursor.fetchall()])
    codes = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert [secret for secret in (SECRET, *codes) if secret in stored] == []
    assert (len(codes), "gAAAA" in stored) == (10, True)


def test_secrets_are_not_shown_again_without_asking(ana: User) -> None:
    give_app(ana)
    client = Client()
    try_password(client, "ana"), try_code(client, code())
    forget_sign_in(client)
    for page in ("recovery-codes/", "recovery-codes/download/", "recovery-codes/generate/", "totp/deactivate/"):
        answer = client.get(f"/accounts/2fa/{page}")
        assert answer["Location"].startswith(("/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/")), page
