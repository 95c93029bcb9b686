"""Signing in and out, and the pages that every installation shows when something is wrong."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"
TEMPLATES = Path(__file__).parents[2] / "templates"
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html")


@pytest.fixture
def ana() -> User:
    return make_user("ana", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, next_page: str = "") -> tuple[int, str]:
    response = client.post(LOGIN, {"login": "ana", "password": password, "next": next_page})
    return response.status_code, response.headers.get("Location", "")


def test_signing_in_leads_to_the_inbox(client: Client, ana: User) -> None:
    assert sign_in(client) == (302, "/inbox/")
    assert client.session["_auth_user_id"] == str(ana.pk)


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client, ana: User) -> None:
    assert client.get("/inbox/callbacks/")["Location"] == f"{LOGIN}?next=/inbox/callbacks/"
    assert 'name="next" value="/inbox/callbacks/"' in client.get(f"{LOGIN}?next=/inbox/callbacks/").content.decode()
    assert sign_in(client, next_page="/inbox/callbacks/") == (302, "/inbox/callbacks/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client: Client, ana: User, elsewhere: str) -> None:
    assert sign_in(client, next_page=elsewhere) == (302, "/inbox/")


def test_a_wrong_password_is_said_and_tied_to_the_fields(client: Client, ana: User) -> None:
    response = client.post(LOGIN, {"login": "ana", "password": "wrong"})
    page = response.content.decode()
    assert (response.status_code, "_auth_user_id" in client.session) == (200, False)
    assert page.count('aria-invalid="true" aria-describedby="sign-in-problem"') == 2
    assert 'id="sign-in-problem" role="alert"' in page
    assert 'value="ana"' in page


def test_unknown_and_deactivated_people_read_the_same_as_a_wrong_password(client: Client, ana: User) -> None:
    wrong = client.post(LOGIN, {"login": "ana", "password": "wrong"}).context["form"].non_field_errors()
    unknown = client.post(LOGIN, {"login": "nobody", "password": PASSWORD}).context["form"].non_field_errors()
    User.objects.filter(pk=ana.pk).update(is_active=False)
    inactive = client.post(LOGIN, {"login": "ana", "password": PASSWORD}).context["form"].non_field_errors()
    assert wrong == unknown == inactive


def test_signing_out_takes_a_press_of_the_button(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert client.get("/accounts/logout/").status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_forged_form_gets_our_own_words(ana: User) -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "ana", "password": PASSWORD})
    assert response.status_code == 403
    assert "<h1>This form was too old to be sent</h1>" in response.content.decode()


def test_an_unknown_address_gets_our_own_words(client: Client) -> None:
    response = client.get("/inbox/nowhere")
    assert response.status_code == 404
    assert "<h1>There is nothing here</h1>" in response.content.decode()


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_pages_need_nothing_to_be_drawn(name: str) -> None:
    """Django draws some of them without a request, when nobody knows what still works."""
    page = render_to_string(name)
    assert (page.count("<h1>"), page.lstrip()[:15]) == (1, "<!doctype html>")
    # Customers of the booking page see these too, and have no inbox to go to.
    assert "Go to the inbox" not in page


def test_pages_run_and_style_nothing_of_their_own(client: Client) -> None:
    """The policy allows files of ours and nothing inline; what broke it would silently not work."""
    policy = client.get(LOGIN)["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


class _Inline(HTMLParser):
    """Finds what such a policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


@pytest.mark.parametrize(
    "folder", ["", "inbox", "account", "accounts", "mfa", "mfa/totp", "mfa/recovery_codes", "usersessions"]
)
def test_no_template_has_anything_inline(folder: str) -> None:
    for path in sorted((TEMPLATES / folder).glob("*.html")):
        reader = _Inline()
        reader.feed(re.sub(r"{[%#].*?[%#]}", "", path.read_text()))
        assert reader.found == [], path.name
