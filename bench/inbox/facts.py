"""What the benchmark has to know of the world it asks about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Cookies are of signed-in members of the big business."""

    cookies: list[str]  # of people who see everything of it
    narrow: str  # of one who sees a single location
    short: list[str]  # keys of conversations
    longest: str
    longest_texts: int
    deep: tuple[str, int]  # where page 2,000 of "done" begins: last_at, id
    phone: str  # the last digits of somebody's number
    name: str
    conversations: int
    messages: int
    of_big: int
