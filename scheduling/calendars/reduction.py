"""iCalendar text (RFC 5545) reduced to what can block time, before any library parses it (pure).

Titles, guests, descriptions and attachments of somebody's private calendar go no further than this file. It also is
where hostile text ends: everything here takes time in proportion to the text and no more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_BYTES = 5_000_000
MAX_EVENTS = 20_000
MAX_DEPTH = 10
MAX_LINE = 100_000
MAX_ZONES = 700  # the world has about 600

_ONCE = frozenset({"UID", "DURATION", "STATUS", "TRANSP"})
_TIMES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_REPEATED = frozenset({"RRULE", "EXDATE", "RDATE"})
_OF_ZONES = frozenset({"BEGIN", "END", "TZID", "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"})
_TZID = re.compile(r';TZID=("[^"]*"|[^;]*)', re.IGNORECASE)
_KEPT_PARAMETERS = re.compile(r";(?:VALUE=(?:DATE|DATE-TIME|PERIOD)|RANGE=THISANDFUTURE)(?=;|$)", re.IGNORECASE)
# Everything below a blank but the end of a line and the tab; a NUL could not be stored either.
_CONTROL = dict.fromkeys([*range(9), *range(11, 32), 127])


class CalendarUnreadable(Exception):
    """Nothing can be said about this calendar. The text is a sentence for staff and quotes none of it."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """`events` are VEVENTs with properties of time only. Their TZID is replaced by X-ZONE, an index into `zone_ids`.

    `zones`: the feed's own definitions, VTIMEZONE text by TZID. `calendar_zone`: X-WR-TIMEZONE, "" without one.
    """

    events: list[str] = field(default_factory=list)
    zone_ids: list[str] = field(default_factory=list)
    zones: dict[str, str] = field(default_factory=dict)
    calendar_zone: str = ""


def reduce_text(text: bytes) -> Reduced:
    """Raises CalendarUnreadable for what is no calendar, is not whole, or is larger than anybody's calendar."""
    if len(text) > MAX_BYTES:
        raise CalendarUnreadable(f"The calendar is larger than {MAX_BYTES:,} bytes.")
    reader = _Reader()
    for line in _lines(text):
        reader.take(line)
    if not reader.is_calendar:
        raise CalendarUnreadable("This is not a calendar in iCal format.")
    if reader.open:
        raise CalendarUnreadable("The calendar ends in the middle.")
    return Reduced(reader.events, list(reader.zone_ids), reader.zones, reader.calendar_zone)


def _lines(text: bytes) -> Iterator[str]:
    """Unfolded content lines without empty ones."""
    decoded = text.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)
    for line in decoded.replace("\n ", "").replace("\n\t", "").split("\n"):
        if line and not line.isspace():
            yield line


class _Reader:
    def __init__(self) -> None:
        self.open: list[str] = []  # components begun and not ended
        self.is_calendar = False
        self.calendar_zone = ""
        self.events: list[str] = []
        self.zone_ids: dict[str, int] = {}
        self.zones: dict[str, str] = {}
        self._lines: list[str] = []
        self._seen: set[str] = set()
        self._zone_id = ""

    def take(self, line: str) -> None:
        name, parameters, value = _split(line)
        if name == "BEGIN":
            self._begin(value.strip().upper())
        elif name == "END":
            self._end(value.strip().upper())
        elif self.open == ["VCALENDAR", "VEVENT"]:
            self._take_of_event(name, parameters, value)
        elif self.open[:2] == ["VCALENDAR", "VTIMEZONE"]:
            self._take_of_zone(name, value, line)
        elif self.open == ["VCALENDAR"] and name == "X-WR-TIMEZONE":
            self.calendar_zone = self.calendar_zone or value.strip()

    def _begin(self, component: str) -> None:
        if not self.open and component != "VCALENDAR":
            raise CalendarUnreadable("This is not a calendar in iCal format.")
        if len(self.open) >= MAX_DEPTH:
            raise CalendarUnreadable("The calendar is nested too deeply.")
        self.open.append(component)
        self.is_calendar = True
        if len(self.open) == 2:
            self._lines, self._seen, self._zone_id = [], set(), ""
        elif self.open[1:2] == ["VTIMEZONE"]:
            self._lines.append(f"BEGIN:{component}")

    def _end(self, component: str) -> None:
        if not self.open or self.open[-1] != component:
            raise CalendarUnreadable("The calendar is damaged: its parts do not end where they should.")
        if self.open == ["VCALENDAR", "VEVENT"]:
            if len(self.events) == MAX_EVENTS:
                raise CalendarUnreadable(f"The calendar has more than {MAX_EVENTS:,} events.")
            self.events.append("\r\n".join(["BEGIN:VEVENT", *self._lines, "END:VEVENT", ""]))
        elif self.open == ["VCALENDAR", "VTIMEZONE"]:
            self.zones.setdefault(self._zone_id, "\r\n".join(["BEGIN:VTIMEZONE", *self._lines, "END:VTIMEZONE", ""]))
        elif self.open[1:2] == ["VTIMEZONE"]:
            self._lines.append(f"END:{component}")
        self.open.pop()

    def _take_of_event(self, name: str, parameters: str, value: str) -> None:
        is_sequence = name == "SEQUENCE" and value.isascii() and value.isdigit() and len(value) < 10
        if not (is_sequence or name in _ONCE or name in _TIMES or name in _REPEATED):
            return
        if len(value) > MAX_LINE:
            raise CalendarUnreadable("The calendar has a line that is longer than any event needs.")
        if name in self._seen and name not in _REPEATED:
            return
        self._seen.add(name)
        self._lines.append(f"{name}{self._time_parameters(parameters) if name in _TIMES else ''}:{value}")

    def _time_parameters(self, parameters: str) -> str:
        zone = _TZID.search(parameters)
        if zone:
            index = self.zone_ids.setdefault(zone[1].strip('"'), len(self.zone_ids))
            if index >= MAX_ZONES:
                raise CalendarUnreadable("The calendar names more time zones than there are.")
            parameters = parameters.replace(zone[0], "")
        kept = "".join(_KEPT_PARAMETERS.findall(parameters))
        return f"{kept};X-ZONE={index}" if zone else kept

    def _take_of_zone(self, name: str, value: str, line: str) -> None:
        if name == "TZID":
            self._zone_id = value.strip()
        if name in _OF_ZONES:
            self._lines.append(line)


def _split(line: str) -> tuple[str, str, str]:
    """Name in upper case, parameters with their semicolons, value."""
    end = len(line)
    name = line[: min((at for at in (line.find(";"), line.find(":")) if at >= 0), default=end)].upper()
    rest = line[len(name) :]
    # A time has no colon, but the name of its zone may, and some calendars forget the quotes around that.
    parameters, _, value = rest.rpartition(":") if name in _TIMES else _after_parameters(rest)
    return name, parameters, value


def _after_parameters(rest: str) -> tuple[str, str, str]:
    quoted = False
    for at, letter in enumerate(rest):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return rest[:at], ":", rest[at + 1 :]
    return rest, "", ""
