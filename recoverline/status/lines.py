"""One line of the page: what it is about, how it is, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices

from messaging.templatetags.inbox import ago


class State(TextChoices):
    OK = "done", "works"
    LOOK = "broken", "needs a look"
    OFF = "todo", "not used"


@dataclass(frozen=True, slots=True)
class Line:
    """`said`: the facts, in sentences; `attempt`: what to do, where there is something; `url`: where."""

    label: str
    state: State
    said: str
    attempt: str = ""
    url: str = ""


def since(at: datetime, now: datetime) -> str:
    """just now, 5 min ago, 3 h ago."""
    passed = ago(at, now)
    return "just now" if passed == "now" else f"{passed} ago"
