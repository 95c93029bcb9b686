"""An erased customer's visit is taken out of a real calendar, and a read of it brings nothing back."""

from datetime import timedelta

from messaging.compliance import outside
from messaging.compliance.erasure import erase
from messaging.models import Erasure
from scheduling.models import CalendarObject
from tests.messaging.compliance.dump import dump
from tests.scheduling.calendars.caldav_stage import Stage
from tests.scheduling.calendars.conftest import radicale, stage

__all__ = ["radicale", "stage"]


def test_the_event_goes_and_does_not_come_back(stage: Stage) -> None:
    row, other = stage.book(), stage.book(starts_at=stage.now + timedelta(days=3))
    stage.sweep()
    stage.pull()
    phone = row.lead.phone if row.lead else ""
    assert any("Kim Lee" in text for text in stage.texts().values())
    stage.now += timedelta(days=2)

    erase(stage.business, phone, reason="Asked", actor=None, now=stage.now)
    assert outside.work_off(stage.now) == 1
    stage.pull()
    stage.sweep()

    assert list(stage.texts()) == [f"{other.key}.ics"]
    assert CalendarObject.objects.get(appointment=row).body == ""
    assert phone not in dump()
    assert Erasure.objects.get().finished_at == stage.now
