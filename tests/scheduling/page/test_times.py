from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.page.times import clock_text, day_text, length_text, price_text, span_text, zone_text

NEW_YORK, PHOENIX = ZoneInfo("America/New_York"), ZoneInfo("America/Phoenix")
MORNING = datetime(2026, 6, 18, 13, 30, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_days() -> None:
    assert day_text(date(2026, 6, 18), "en") == "Thursday, June 18"
    assert day_text(date(2026, 6, 18), "es") == "jueves, 18 de junio"


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (MORNING, "9:30 AM", "9:30 a.m."),
        (MORNING.replace(hour=16), "12:30 PM", "12:30 p.m."),
        (MORNING.replace(hour=4, minute=0), "12:00 AM", "12:00 a.m."),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "1:30 AM", "1:30 a.m."),  # the second time that night
    ],
)
def test_times_of_day(at: datetime, english: str, spanish: str) -> None:
    assert (plain(clock_text(at, NEW_YORK, "en")), plain(clock_text(at, NEW_YORK, "es"))) == (english, spanish)
    assert " " not in clock_text(at, NEW_YORK, "es")  # no line begins with a.m.


def test_windows() -> None:
    end = MORNING.replace(hour=15)
    assert plain(span_text(MORNING, end, PHOENIX, "en")) == "6:30 AM to 8:30 AM"
    assert plain(span_text(MORNING, end, PHOENIX, "es")) == "6:30 a.m. a 8:30 a.m."
    assert plain(span_text(MORNING, None, PHOENIX, "en")) == "6:30 AM"


@pytest.mark.parametrize(
    ("zone", "language", "text"),
    [
        ("America/Phoenix", "en", "Phoenix time (MST)"),
        ("America/New_York", "es", "hora de New York (EDT)"),
        ("America/Indiana/Indianapolis", "en", "Indianapolis time (EDT)"),
        ("America/Sao_Paulo", "en", "Sao Paulo time"),  # its letters are "-03"
        ("UTC", "en", "UTC time"),
    ],
)
def test_zones(zone: str, language: str, text: str) -> None:
    assert zone_text(ZoneInfo(zone), MORNING, language) == text


@pytest.mark.parametrize(
    ("minutes", "english", "spanish"),
    [
        (30, "30 minutes", "30 minutos"),
        (60, "1 hour", "1 hora"),
        (90, "1 hour 30 minutes", "1 hora 30 minutos"),
        (120, "2 hours", "2 horas"),
        (0, "0 minutes", "0 minutos"),
    ],
)
def test_lengths(minutes: int, english: str, spanish: str) -> None:
    assert (length_text(minutes, "en"), length_text(minutes, "es")) == (english, spanish)


@pytest.mark.parametrize(
    ("low", "high", "english", "spanish"),
    [
        (None, None, "", ""),
        (8900, 12900, "$89 to $129", "$89 a $129"),
        (8950, None, "from $89.50", "desde $89.50"),
        (None, 123_400, "up to $1,234", "hasta $1,234"),
        (8900, 8900, "$89", "$89"),
        (0, 0, "free", "gratis"),
    ],
)
def test_prices(low: int | None, high: int | None, english: str, spanish: str) -> None:
    assert (price_text(low, high, "en"), price_text(low, high, "es")) == (english, spanish)
