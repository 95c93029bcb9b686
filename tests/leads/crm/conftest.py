from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from leads.crm import queueing
from tests.fakes.crm_server import serving
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.pipedrive import FakePipedrive


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    queueing._remembered.clear()


@pytest.fixture
def hubspot(settings: LazySettings) -> Iterator[FakeHubSpot]:
    fake = FakeHubSpot()
    with serving(fake.answer) as address:
        settings.HUBSPOT_BASE_URL = address
        yield fake


@pytest.fixture
def pipedrive(settings: LazySettings) -> Iterator[FakePipedrive]:
    fake = FakePipedrive()
    with serving(fake.answer) as address:
        settings.PIPEDRIVE_BASE_URL = address
        yield fake
