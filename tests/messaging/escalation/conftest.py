import pytest

from tests.messaging.escalation.onduty import Duty, make_duty
from tests.wire import Wire


@pytest.fixture
def duty(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Duty:
    return make_duty(wire, monkeypatch)
