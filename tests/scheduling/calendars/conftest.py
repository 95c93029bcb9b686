from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fakes.radicale import Radicale
from tests.scheduling.calendars.caldav_stage import Stage, make_stage


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    """A real CalDAV server; every test makes calendars of its own in it."""
    with Radicale() as server:
        yield server


@pytest.fixture
def stage(db: None, radicale: Radicale, settings: Settings) -> Stage:
    settings.CALENDAR_HOSTS = [radicale.host]
    return make_stage(radicale)
