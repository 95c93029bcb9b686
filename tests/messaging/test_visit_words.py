from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from messaging.visit_words import describe_call, describe_visit, near_day
from recoverline.lib.text import count_segments

DENVER = ZoneInfo("America/Denver")


def at(hour: int, minute: int = 0, day: int = 18) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=DENVER).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "english", "spanish"),
    [
        (at(10), None, "Thu, Jun 18 at 10 AM", "jue 18 de junio a las 10 AM"),
        (at(13, 30), None, "Thu, Jun 18 at 1:30 PM", "jue 18 de junio a la 1:30 PM"),
        (at(12), None, "Thu, Jun 18 at 12 PM", "jue 18 de junio a las 12 PM"),
        (at(0), None, "Thu, Jun 18 at 12 AM", "jue 18 de junio a las 12 AM"),
        (at(8), at(10), "Thu, Jun 18 between 8 and 10 AM", "jue 18 de junio entre las 8 y las 10 AM"),
        (at(8, 30), at(9, 30), "Thu, Jun 18 between 8:30 and 9:30 AM", "jue 18 de junio entre las 8:30 y las 9:30 AM"),
        (at(10), at(12), "Thu, Jun 18 between 10 AM and 12 PM", "jue 18 de junio entre las 10 AM y las 12 PM"),
        (at(13), at(15), "Thu, Jun 18 between 1 and 3 PM", "jue 18 de junio entre la 1 y las 3 PM"),
        (at(8, 0, 20), at(9, 0, 20), "Sat, Jun 20 between 8 and 9 AM", "sab 20 de junio entre las 8 y las 9 AM"),
        (at(8, day=17), None, "Wed, Jun 17 at 8 AM", "mié 17 de junio a las 8 AM"),
    ],
)  # fmt: skip
def test_a_visit_in_words(starts: datetime, ends: datetime | None, english: str, spanish: str) -> None:
    assert describe_visit(starts, zone=DENVER, language="en", arrival_ends_at=ends) == english
    assert describe_visit(starts, zone=DENVER, language="es", arrival_ends_at=ends) == spanish
    assert count_segments(english + spanish).encoding == "GSM-7"


def test_every_day_and_month_is_cheap() -> None:
    texts = [
        describe_visit(datetime(2026, month, day, 16, tzinfo=UTC), zone=DENVER, language=language)
        for month in range(1, 13) for day in range(1, 8) for language in ("en", "es")
    ]  # fmt: skip
    assert {count_segments(text).encoding for text in texts} == {"GSM-7"}
    assert len(set(texts)) == len(texts)


def test_the_day_is_the_one_at_the_location() -> None:
    late = datetime(2026, 6, 19, 3, tzinfo=UTC)
    assert describe_visit(late, zone=DENVER, language="en") == "Thu, Jun 18 at 9 PM"


def test_the_window_of_a_call() -> None:
    assert describe_call(at(14), at(16), zone=DENVER, language="en") == "on Thu, Jun 18 between 2 and 4 PM"
    assert describe_call(at(14), at(16), zone=DENVER, language="es") == "el jue 18 de junio entre las 2 y las 4 PM"


@pytest.mark.parametrize(
    ("first", "last", "english", "spanish"),
    [
        (at(8), at(10), "today", "hoy"),
        (at(0), at(23), "today", "hoy"),
        (at(9, day=17), at(11, day=17), "tomorrow", "mañana"),
        # It may leave after midnight, when neither word is true any more.
        (at(23, day=17), at(1), "", ""),
        (at(9, day=16), at(11, day=16), "", ""),
        (at(9, day=19), at(9, day=19), "", ""),
    ],
)
def test_the_day_is_near_only_while_that_is_true(first: datetime, last: datetime, english: str, spanish: str) -> None:
    # 10 PM in Denver is the next day already in UTC.
    for language, word in (("en", english), ("es", spanish)):
        assert near_day(at(22), zone=DENVER, language=language, within=(first, last)) == word


def test_a_near_day_stands_with_its_date() -> None:
    assert describe_visit(at(10), zone=DENVER, language="en", near="tomorrow") == "Thu, Jun 18 (tomorrow) at 10 AM"
    spanish = describe_visit(at(8), zone=DENVER, language="es", arrival_ends_at=at(10), near="hoy")
    assert spanish == "jue 18 de junio (hoy) entre las 8 y las 10 AM"
