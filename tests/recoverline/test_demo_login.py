"""The one-time link: once, soon, from this machine, in a demo."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recoverline import demo_login
from recoverline.lib import clock
from tests import simulator_site
from tests.factories import make_user


@pytest.fixture
def owner(db: None, settings: Any, tmp_path: Path) -> User:
    settings.DEBUG = settings.SIMULATOR = True
    settings.DATA_DIR = tmp_path
    settings.ROOT_URLCONF = simulator_site.__name__
    return make_user("demo")


def path_for(user: User) -> str:
    return "/simulator/" + demo_login.link_for(user).partition("/simulator/")[2]


def visit(path: str, **extra: Any) -> tuple[int, bool]:
    """Status, and whether the visitor is signed in then."""
    client = Client(SERVER_NAME=extra.pop("SERVER_NAME", "127.0.0.1"))
    return client.get(path, **extra).status_code, "_auth_user_id" in client.session


def test_it_signs_in_once(owner: User) -> None:
    path = path_for(owner)
    assert visit(path) == (302, True)
    assert visit(path) == (410, False)
    owner.refresh_from_db()
    assert visit(path_for(owner)) == (302, True)


def test_two_links_open_one_door(owner: User) -> None:
    first, second = path_for(owner), path_for(owner)
    assert [visit(first), visit(second)] == [(302, True), (410, False)]


def test_it_ends_after_half_an_hour(owner: User) -> None:
    path = path_for(owner)
    clock.move_to(clock.now() + timedelta(minutes=31))
    assert visit(path) == (410, False)
    clock.move_to(None)
    assert visit(path) == (302, True)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"SERVER_NAME": "recoverline.example"},
    ],
)
def test_it_opens_from_this_machine_alone(owner: User, settings: Any, elsewhere: dict[str, str]) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    path = path_for(owner)
    assert visit(path, **elsewhere) == (403, False)
    assert visit(path) == (302, True)


def test_it_opens_in_a_demo_alone(owner: User, settings: Any) -> None:
    path = path_for(owner)
    settings.DEBUG = False
    assert visit(path) == (403, False)


def test_a_changed_link_is_refused(owner: User) -> None:
    path = path_for(owner)
    other = path_for(make_user("other"))
    parts, others = path.rstrip("/").split("."), other.rstrip("/").split(".")
    assert visit(".".join([*others[:2], parts[2]]) + "/") == (410, False)
    assert visit("/simulator/sign-in/nonsense/") == (410, False)


def test_a_closed_account_stays_closed(owner: User) -> None:
    path = path_for(owner)
    User.objects.update(is_active=False)
    assert visit(path) == (410, False)


def test_only_a_visit_signs_in(owner: User) -> None:
    path = path_for(owner)
    assert Client().head(path).status_code == 405
    assert Client().post(path).status_code == 405
    assert visit(path) == (302, True)
