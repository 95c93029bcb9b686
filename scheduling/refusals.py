"""Why something could not be booked or changed, in words for the person at the screen."""

from collections.abc import Sequence
from datetime import datetime

from scheduling.availability import Refusal

_SENTENCES = {
    Refusal.TAKEN: "This time was just taken.",
    Refusal.CLOSED: "Nobody works at this time.",
    Refusal.TOO_SOON: "This is too soon to be booked.",
    Refusal.PAST: "This time has passed.",
    Refusal.TOO_FAR: "This day cannot be booked yet.",
    Refusal.DAY_FULL: "This day is full.",
    Refusal.NOT_BOOKABLE: "This service cannot be booked here.",
    Refusal.OFF_GRID: "Appointments begin at full five minutes.",
    Refusal.OUT_OF_AREA: "This place is outside the area that is served.",
    Refusal.TOO_MANY: "There are several appointments for this phone already.",
    Refusal.TOO_LATE: "It is too late to change this appointment here. Please call.",
    Refusal.UNSURE: "No other time can be promised at the moment; this one stands. Please call.",
    Refusal.CHANGED: "This appointment has been changed in the meantime.",
    Refusal.GONE: "This time was kept for a while, and is not any more.",
}


class BookingRefused(Exception):
    """Nothing was written. `alternatives` are the next open starts, where another time would help.

    `is_taken`: besides `reason`, something else is booked then. Staff who insist must know of both.
    """

    def __init__(self, reason: Refusal, alternatives: Sequence[datetime] = (), *, is_taken: bool = False) -> None:
        super().__init__(_SENTENCES[reason] + (" Something else is booked then as well." if is_taken else ""))
        self.reason, self.is_taken = reason, is_taken
        self.alternatives = list(alternatives)
