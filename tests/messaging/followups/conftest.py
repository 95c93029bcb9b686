from collections.abc import Iterator

import pytest
import time_machine

from tests.factories import NOON


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    """Wednesday, 2 PM in New York, and no second later until the test says so."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
