"""What else lies in a two-way calendar: it blocks time, expanded here."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from scheduling.calendars import caldav_pull
from scheduling.models import CalendarObject
from tests.scheduling.calendars.caldav_stage import FOREIGN, Stage


def test_a_series_blocks_three_times_and_not_five(stage: Stage) -> None:
    """Four weeks, one of them left out, one moved: servers that expand it themselves say five."""
    series = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//EN
BEGIN:VEVENT
UID:series
DTSTAMP:20260601T000000Z
DTSTART;TZID=America/New_York:20260622T090000
DTEND;TZID=America/New_York:20260622T100000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=America/New_York:20260629T090000
SUMMARY:Team
END:VEVENT
BEGIN:VEVENT
UID:series
DTSTAMP:20260601T000000Z
RECURRENCE-ID;TZID=America/New_York:20260706T090000
DTSTART;TZID=America/New_York:20260707T110000
DTEND;TZID=America/New_York:20260707T120000
SUMMARY:Team
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
    stage.server.write(stage.ana.url, "series.ics", series)
    stage.pull()
    assert stage.busy() == [
        (datetime(2026, 6, 22, 13, tzinfo=UTC), datetime(2026, 6, 22, 14, tzinfo=UTC)),
        (datetime(2026, 7, 7, 15, tzinfo=UTC), datetime(2026, 7, 7, 16, tzinfo=UTC)),
        (datetime(2026, 7, 13, 13, tzinfo=UTC), datetime(2026, 7, 13, 14, tzinfo=UTC)),
    ]
    stage.server.delete(stage.ana.url, "series.ics")
    stage.pull()
    assert stage.busy() == []


def test_a_series_goes_on_as_time_passes(stage: Stage) -> None:
    text = FOREIGN.format(uid="daily").replace("SUMMARY", "RRULE:FREQ=DAILY\r\nSUMMARY")
    stage.server.write(stage.ana.url, "daily.ics", text)
    stage.pull()
    last = stage.busy()[-1][0]
    stage.now += timedelta(days=3)
    stage.pull()
    assert stage.busy()[-1][0] == last + timedelta(days=3)


def test_what_cannot_block_is_not_kept(stage: Stage) -> None:
    past = FOREIGN.format(uid="past").replace("20260619", "20200619")
    free = FOREIGN.format(uid="free").replace("SUMMARY", "TRANSP:TRANSPARENT\r\nSUMMARY")
    for name, text in (("past.ics", past), ("free.ics", free), ("dentist.ics", FOREIGN.format(uid="dentist"))):
        stage.server.write(stage.ana.url, name, text)
    stage.pull()
    kept = dict(CalendarObject.objects.values_list("uid", "body"))
    assert {uid: bool(body) for uid, body in kept.items()} == {"past": False, "free": False, "dentist": True}
    assert len(stage.busy()) == 1


def test_a_pull_that_runs_out_of_time_goes_on_where_it_was(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        stage.server.write(stage.ana.url, f"{number}.ics", FOREIGN.format(uid=number))
    for known in (1, 2):
        with pytest.raises(caldav_pull.NotFinished):
            caldav_pull.pull(stage.ana, now=stage.now, until=monotonic() - 1)
        assert CalendarObject.objects.count() == known
    stage.pull()
    assert CalendarObject.objects.count() == 3


def test_too_many_events_are_a_problem_and_no_crash(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caldav_pull, "MOST_OBJECTS", 2)
    for number in range(3):
        stage.server.write(stage.ana.url, f"{number}.ics", FOREIGN.format(uid=number))
    assert stage.pull().problem == "The calendar has more than 2 events. Use one for appointments only."
