"""What the date grammar understands: days and windows of single texts, and the last wish of whole dialogs."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from bench.understanding.score import Row, Score, score
from messaging.agent.when.grammar import When, read_ruled_out, read_when
from messaging.agent.when.wishes import Wish, update_wish

_ASKED_WHEN = re.compile(
    r"\b(?:when|what time|which (?:day|date|time)|what (?:day|date)|date|time|day)\b", re.IGNORECASE
)
_DATE_SLOTS = {"date", "date_from", "date_to", "date_period"}
_TIME_SLOTS = {"time", "time_from", "time_to", "time_period"}


def phrases(rows: Sequence[Row]) -> list[Score]:
    """one phrase a row, with its own moment `ref`."""
    days, windows, false = [], [], []
    for row in rows:
        whens = read_when(str(row["text"]), now=datetime.fromisoformat(str(row["ref"])))
        line = f"{row['text']} -> {_told(whens)}"
        if row.get("none"):
            false.append((bool(whens), line))
            continue
        first, last = _date_range(row)
        is_day = bool(whens) and first <= whens[0].first and whens[0].last <= last
        days.append((is_day, line))
        windows.append((is_day and _is_in_window(whens[0], row["time"]), line))
    return [
        score("day", days, "28/28"),
        score("day and window", windows, "28/28"),
        _none("no date where none is named", false, "9/9"),
    ]


def dialogs(rows: Sequence[Row]) -> list[Score]:
    """Whole dialogs, texts only: the customer's last wish, or what they accepted, against the final booking."""
    dates, times, both = [], [], []
    for row in rows:
        booking: Any = row["booking"]
        now = _moment(row, datetime(2019, 3, 1, 9))
        wish = _last_wish(row, now)
        said = wish.at or wish.starts or wish.ends
        is_date = str(wish.first) == booking["appointment_date"] and wish.first == wish.last
        is_time = said is not None and f"{said:%H:%M}" == booking["appointment_time"]
        line = (
            f"{row['id']}: {booking['appointment_date']} {booking['appointment_time']}, understood {wish.first} {said}"
        )
        dates.append((is_date, line))
        times.append((is_time, line))
        both.append((is_date and is_time, line))
    return [
        score("date", dates),
        score("time", times),
        score("date and time", both, "54/60, aim 57"),
    ]


def _last_wish(row: Row, now: datetime) -> Wish:
    wish, ours = Wish(), ""
    turns: Any = row["turns"]
    for turn in turns:
        if turn["speaker"] != "USER":
            ours = turn["text"]
            continue
        asked = "?" in ours and _ASKED_WHEN.search(ours) is not None
        wish = update_wish(wish, turn["text"], now=now, asked=asked, proposed=read_when(ours, now=now))
    return wish


def sentences(rows: Sequence[Row]) -> list[Score]:
    """rows with `date` as the only date, not past; `time` as the only time, 8 to 20; rows without slots."""
    dates, times, false = [], [], []
    for row in rows:
        slots: Any = row["slots"]
        text = str(row["text"])
        now = _moment(row, datetime(2022, 3, 15, 9))
        whens = read_when(text, now=now)
        line = f"{text} -> {_told(whens)}"
        if not slots:
            false.append((bool(whens), line))
            continue
        if (day := _only(slots, "date", _DATE_SLOTS)) and (named := date(**day)) >= now.date():
            dates.append(
                (_names_day([*whens, *read_ruled_out(text, now=now)], named, text, now.date()), f"{line} ({named})")
            )
        if (clock := _only(slots, "time", _TIME_SLOTS)) and 8 <= clock["hour"] <= 20:
            at = time(clock["hour"], clock["minute"])
            times.append((any(at in (when.at, when.starts, when.ends) for when in whens), f"{line} ({at})"))
    return [
        score("date", dates, "87/95"),
        score("time", times, "21/23"),
        _none("no date where none is named", false, "at most 1.7 % false"),
    ]


def off_topic(rows: Sequence[Row]) -> list[Score]:
    """hits, some of them right: the texts do name days."""
    hits = []
    for row in rows:
        whens = read_when(str(row["text"]), now=datetime(2026, 11, 19, 10, 15))
        hits.append((bool(whens), f"{row['text']} -> {_told(whens)}"))
    return [_none("no date read, though some name one", hits, "506/550")]


def _names_day(whens: Sequence[When], named: date, text: str, today: date) -> bool:
    """Whether a reading rests on this day: it is it, or a run of days that ends or begins at it ("by", "after")."""
    edges = {edge for when in whens if when.has_date for edge in (when.first, when.last)}
    if re.search(r"\b(?:before|earlier than)\b", text):
        edges |= {when.last + timedelta(days=1) for when in whens if when.first == today}
    if re.search(r"\b(?:after|later than)\b", text):
        edges |= {when.first - timedelta(days=1) for when in whens if when.first < when.last}
    return named in edges


def _only(slots: dict[str, Any], name: str, kind: set[str]) -> dict[str, int] | None:
    if kind & set(slots) != {name}:
        return None
    value = slots[name]["value"]
    return value if isinstance(value, dict) else None


def _moment(row: Row, usual: datetime) -> datetime:
    return datetime.fromisoformat(str(row["ref"])) if row.get("ref") else usual


def _date_range(row: Row) -> tuple[date, date]:
    ends: Any = row.get("date_range") or [row["date"], row["date"]]
    return date.fromisoformat(ends[0]), date.fromisoformat(ends[1])


def _is_in_window(when: When, wanted: Any) -> bool:
    if wanted is None:
        return True
    kind, *bounds = wanted
    hours = [time.fromisoformat(bound) for bound in bounds]
    if kind == "at":
        return when.at == hours[0]
    if kind == "from":
        return when.starts == hours[0]
    if kind == "to":
        return when.ends == hours[0]
    first, last = when.at or when.starts, when.at or when.ends
    return first is not None and last is not None and hours[0] <= first and last <= hours[1]


def _none(name: str, hits: Sequence[tuple[bool, str]], target: str) -> Score:
    """Right is a text in which no day and no time was read."""
    return score(name, ((not is_hit, line) for is_hit, line in hits), target)


def _told(whens: Sequence[When]) -> str:
    return "; ".join(
        f"{when.first}..{when.last} at={when.at} {when.starts}-{when.ends}{'' if when.has_date else ' (no date)'}"
        for when in whens
    )


MEASURES: dict[str, Callable[[Sequence[Row]], list[Score]]] = {
    "own_when": phrases,
    "sgd_appointment_dialogs": dialogs,
    "nlupp_all": sentences,
    "clinc_out_of_scope": off_topic,
}
