"""The days named in a text, and the private characters that stand for them in its line. Pure."""

from dataclasses import dataclass, field
from datetime import date

from messaging.agent.when.words import NOTHING

FIRST_DAY_MARK, LAST_DAY_MARK = 0xE000, 0xE7FF
DAY = f"[{chr(FIRST_DAY_MARK)}-{chr(LAST_DAY_MARK)}]"


@dataclass(frozen=True, slots=True)
class Days:
    """One day or a run of days. `is_weekday`: said by name, so that a date beside it says which one it is."""

    first: date
    last: date
    is_unsure: bool = False
    is_past: bool = False
    is_weekday: bool = False


@dataclass(slots=True)
class Marks:
    """The days found so far, in the order of their marks."""

    today: date
    asked: bool
    days: list[Days] = field(default_factory=list)

    def mark(self, days: Days) -> str:
        if len(self.days) >= LAST_DAY_MARK - FIRST_DAY_MARK:
            return NOTHING
        self.days.append(days)
        return chr(FIRST_DAY_MARK + len(self.days) - 1)

    def days_at(self, sign: str) -> Days:
        return self.days[ord(sign) - FIRST_DAY_MARK]
