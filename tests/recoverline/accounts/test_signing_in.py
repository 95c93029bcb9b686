"""SEC-14 and SEC-17: who guesses is shut out, and nobody else; a sign-in begins anew."""

from collections.abc import Iterator

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django_q.models import OrmQ

from recoverline.accounts.mail import send_notice, send_reset
from tests.factories import NOON, make_user
from tests.recoverline.accounts.people import LOGIN, PASSWORD, is_in, try_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana() -> User:
    return make_user("ana", email="ana@example.com", password=PASSWORD)


@pytest.mark.parametrize("name", ["ana", "ANA", "ana@example.com", "Ana@Example.com", " ana "])
def test_by_username_or_address(client: Client, ana: User, name: str) -> None:
    assert try_password(client, name)["Location"] == "/inbox/"
    assert client.session["_auth_user_id"] == str(ana.pk)


def test_ten_wrong_passwords_shut_out_that_name_at_that_address_for_a_quarter_of_an_hour(
    ana: User, at: time_machine.Traveller
) -> None:
    make_user("ben", password=PASSWORD)
    # Username and address, in whatever case, are one count.
    names = ["ana", "ana@example.com", "ANA", "Ana@example.com"] * 3
    answers = [try_password(Client(), name, "wrong") for name in names[:10]]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]
    assert "<h1>Too many wrong passwords</h1>" in answers[-1].content.decode()
    for name in ("ana", "ana@example.com"):
        here = Client()
        assert (try_password(here, name).status_code, is_in(here)) == (429, False)

    # Ana at home, and Ben at the same desk, notice nothing.
    assert try_password(Client(), "ana", REMOTE_ADDR="192.0.2.7").status_code == 302
    assert try_password(Client(), "ben").status_code == 302

    at.shift(14 * 60)
    assert try_password(Client(), "ana").status_code == 429
    # What was tried in between did not make it longer.
    at.shift(61)
    assert try_password(Client(), "ana").status_code == 302


def test_a_name_that_nobody_has_is_shut_out_just_the_same(ana: User) -> None:
    for name in ("ana", "nobody"):
        seen = [try_password(Client(), name, "wrong") for _ in range(10)]
        assert [answer.status_code for answer in seen] == [200] * 9 + [429]


def test_addresses_cannot_be_invented(ana: User, settings: object) -> None:
    for index in range(10):
        try_password(Client(), "ana", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{index}")
    assert try_password(Client(), "ana").status_code == 429
    # With a proxy of ours the address that it saw counts, and what the visitor wrote before it does not.
    settings.PROXY_COUNT = 1  # type: ignore[attr-defined]
    for index in range(10):
        try_password(Client(), "ana", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{index}, 198.51.100.9")
    assert try_password(Client(), "ana", HTTP_X_FORWARDED_FOR="192.0.2.77, 198.51.100.9").status_code == 429
    assert try_password(Client(), "ana", HTTP_X_FORWARDED_FOR="198.51.100.9, 192.0.2.77").status_code == 302


def test_the_right_password_forgives_the_wrong_ones(ana: User) -> None:
    for _ in range(3):
        assert [try_password(Client(), "ana", "wrong").status_code for _ in range(9)] == [200] * 9
        assert try_password(Client(), "ana").status_code == 302
    assert AccessAttempt.objects.count() == 0


def test_no_password_is_written_down(ana: User) -> None:
    try_password(Client(), "ana", "my-secret-guess")
    row = AccessAttempt.objects.get()
    assert ("my-secret-guess" in row.post_data, row.username, row.ip_address) == (False, "ana", "127.0.0.1")


def test_the_key_of_a_session_changes_with_the_sign_in(client: Client, ana: User) -> None:
    session = client.session
    session["somebody"] = "else's"
    session.save()
    before = session.session_key
    try_password(client, "ana")
    assert client.session.session_key != before
    assert not type(session)(before).exists(before)


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/start/", "/start/"),
        ("http://testserver/start/", "http://testserver/start/"),
        # Settings allow this name, and on the person's own machine it is somebody else's.
        ("http://localhost/", "/inbox/"),
        ("//evil.example/", "/inbox/"),
    ],
)
def test_a_sign_in_leads_nowhere_else(client: Client, ana: User, wanted: str, leads_to: str) -> None:
    assert client.post(LOGIN, {"login": "ana", "password": PASSWORD, "next": wanted})["Location"] == leads_to


@pytest.mark.parametrize(("remember", "outlives"), [("", True), ("on", False)])
def test_a_session_ends_with_the_browser_unless_one_asks(
    client: Client, ana: User, remember: str, outlives: bool
) -> None:
    client.post(LOGIN, {"login": "ana", "password": PASSWORD, **({"remember": remember} if remember else {})})
    assert client.session.get_expire_at_browser_close() is outlives
    assert client.session.get_expiry_age() <= 7 * 24 * 3600


def test_nobody_signs_up_or_manages_addresses(client: Client) -> None:
    paths = ("signup/", "email/", "confirm-email/", "password/set/", "inactive/", "3rdparty/", "login/code/")
    assert {client.get(f"/accounts/{path}").status_code for path in paths} == {404}


# ---------------------------------------------------------------- a forgotten password
def test_a_forgotten_password_tells_nobody_whose_address_is_known(client: Client, ana: User) -> None:
    answers = [
        client.post("/accounts/password/reset/", {"email": email}) for email in ("ana@example.com", "x@example.com")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/accounts/password/reset/done/")
    ] * 2
    # Not even by how long it takes: both are work for later.
    assert [(row.func(), row.args()) for row in OrmQ.objects.order_by("pk")] == [
        ("recoverline.accounts.mail.send_reset", (email,)) for email in ("ana@example.com", "x@example.com")
    ]
    assert mail.outbox == []


def link_in_the_mail() -> str:
    return next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http")).partition(":8000")[2]


def test_the_link_sets_a_password_once(client: Client, ana: User, at: time_machine.Traveller) -> None:
    elsewhere = Client()
    try_password(elsewhere, "ana")
    send_reset("ANA@example.com")
    send_reset("nobody@example.com")
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [(["ana@example.com"], "Set a new password")]
    link = link_in_the_mail()

    form = client.get(link)["Location"]
    new = {"password1": "another long password", "password2": "another long password"}
    assert client.post(form, new)["Location"] == "/accounts/password/reset/key/done/"
    # Whoever reads the mailbox is not signed in by that alone, and whoever was is out.
    assert (is_in(client), elsewhere.get("/inbox/").status_code) == (False, 302)
    assert "This link no longer works" in Client().get(link).content.decode()
    assert try_password(Client(), "ana").status_code == 200
    assert try_password(Client(), "ana", "another long password").status_code == 302


def test_the_link_ends_after_an_hour_and_is_for_active_people(ana: User, at: time_machine.Traveller) -> None:
    send_reset("ana@example.com")
    at.shift(3601)
    assert "This link no longer works" in Client().get(link_in_the_mail(), follow=True).content.decode()
    User.objects.update(is_active=False)
    send_reset("ana@example.com")
    send_notice(ana.pk, "account/email/password_changed")
    assert len(mail.outbox) == 1
