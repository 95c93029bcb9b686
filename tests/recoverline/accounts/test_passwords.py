"""SEC-13: long, not common, and nothing else asked of them."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django_q.models import OrmQ

from recoverline.accounts.mail import send_notice
from tests.factories import make_user
from tests.recoverline.accounts.people import PASSWORD, try_password

pytestmark = pytest.mark.django_db
CHANGE = "/accounts/password/change/"


@pytest.fixture
def ana() -> User:
    return make_user("ana", email="ana.whitfield@example.com", password=PASSWORD)


@pytest.mark.parametrize(
    "password",
    ["aaaa bbbb cc d", "x" * 5 + "y" * 7, "the quick brown fox jumps over the lazy dog, twice or thrice and more",
     "пароль из слов", "  spaces at both ends  ", "🐎🔋📎" * 4, "k7" * 64],
)  # fmt: skip
def test_taken_as_they_are(ana: User, password: str) -> None:
    client = Client()
    try_password(client, "ana")
    answer = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password})
    assert answer.status_code == 302
    assert try_password(Client(), "ana", password).status_code == 302
    # Exactly so: not cut, not trimmed.
    assert try_password(Client(), "ana", password[:-1]).status_code == 200
    assert try_password(Client(), "ana", f"{password} ").status_code == 200


@pytest.mark.parametrize("password", ["elevenchars", "administrator", "ana.whitfield@example.com"])
def test_refused(ana: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ana)
    client = Client()
    try_password(client, "ana")
    answer = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password})
    assert answer.status_code == 200
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_a_change_asks_for_the_present_one_signs_out_the_others_and_is_told(ana: User) -> None:
    here, there = Client(), Client()
    try_password(here, "ana"), try_password(there, "ana")
    new = {"password1": "a whole new phrase", "password2": "a whole new phrase"}
    assert here.post(CHANGE, {"oldpassword": "wrong", **new}).status_code == 200
    assert there.get("/accounts/2fa/").status_code == 200

    key = here.session.session_key
    assert here.post(CHANGE, {"oldpassword": PASSWORD, **new}).status_code == 302
    assert (here.get("/accounts/2fa/").status_code, there.get("/accounts/2fa/").status_code) == (200, 302)
    assert here.session.session_key != key

    row = OrmQ.objects.get()
    assert row.func() == "recoverline.accounts.mail.send_notice"
    send_notice(*row.args())
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["ana.whitfield@example.com"], "Your password was changed")
    ]


def test_five_wrong_present_passwords_a_minute(ana: User) -> None:
    client = Client()
    try_password(client, "ana")
    form = {"oldpassword": "wrong", "password1": "a whole new phrase", "password2": "a whole new phrase"}
    assert [client.post(CHANGE, form).status_code for _ in range(6)] == [200] * 5 + [429]


def test_the_fields_let_managers_and_paste_do_their_work(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
