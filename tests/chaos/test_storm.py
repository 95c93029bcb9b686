"""OUT-01: one storm of a minute as a test; `python -m bench.storm` raises the large ones."""

from pathlib import Path

import pytest

from tests.chaos.storm import Weather, run

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


def test_out_01_nothing_is_lost_doubled_or_called_failed(tmp_path: Path) -> None:
    """200 missed calls, 36 % of the carrier's answers wrong, two senders killed twelve times."""
    toll = run(Weather(texts=200, kills=12, seed=1), tmp_path)
    print(toll)
    assert (toll.texts, toll.never_sent, toll.doubled, toll.falsely_failed) == (200, 0, 0, 0)
    assert toll.broken == []
    assert toll.kills >= 10
    assert 0.25 < toll.faults / toll.asked < 0.47
