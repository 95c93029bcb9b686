"""The banner of a moved clock shows the time that the person at the page lives by."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recoverline.lib import clock
from tests.factories import make_business, make_location, make_member, make_user

EVENING = datetime(2026, 11, 18, 2, 14, 30, tzinfo=UTC)  # 19:14 of the day before in Phoenix


@pytest.fixture
def moved(db: None, settings: Any, tmp_path: Path) -> None:
    settings.SIMULATOR, settings.DATA_DIR = True, tmp_path
    clock.move_to(EVENING)


def banner(user: User | None) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    html = client.get("/inbox/", follow=True).content.decode()
    _, _, rest = html.partition("The clock is moved to <time ")
    return rest.partition(">")[2].partition("</time>")[0]


def member_of(*zones: str, place: str = "") -> User:
    user = make_user("ana")
    for zone in zones:
        business = make_business(time_zone=zone)
        make_location(business, time_zone=place)
        make_member(business, user)
    make_business(time_zone="Europe/Berlin")  # somebody else's
    return user


def test_one_zone_is_the_persons_own_and_needs_no_name(moved: None) -> None:
    assert banner(member_of("America/Phoenix", "America/Phoenix")) == "Tue, Nov 17, 19:14"


def test_a_location_elsewhere_makes_the_zone_worth_naming(moved: None) -> None:
    assert banner(member_of("America/Phoenix", place="America/Denver")) == "Tue, Nov 17, 19:14 (America/Phoenix)"


def test_with_several_zones_or_none_it_is_utc_and_says_so(moved: None) -> None:
    assert banner(member_of("America/Phoenix", "America/Denver")) == "Wed, Nov 18, 02:14 (UTC)"
    assert banner(make_user("nobody")) == "Wed, Nov 18, 02:14 (UTC)"
    assert banner(None) == "Wed, Nov 18, 02:14 (UTC)"


def test_at_the_real_time_there_is_none(moved: None) -> None:
    clock.move_to(None)
    assert banner(member_of("America/Phoenix")) == ""
