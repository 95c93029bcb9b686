"""What the words of a first text are called: the script and its version, or the built-in wording."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leads.models import Business
from messaging.enums import ScriptKind
from messaging.models import Script
from messaging.wording import version_of
from recoverline.reports.tables import NOTHING

_NOT_NOTED = "Not noted (older texts)"


@dataclass(frozen=True, slots=True)
class Name:
    """`version`: "2, since Mar 4, 2026", "-" where there is only one way to say it."""

    name: str
    version: str


def named(business: Business, asked: Iterable[str], *, zone: ZoneInfo) -> dict[str, Name]:
    """Names for what `messaging.wording.Worded.by` says, "" for texts of which nothing was noted."""
    wanted = {words: words.partition(":") for words in asked}
    ids = {int(script) for script, colon, _ in wanted.values() if colon}
    scripts = dict(Script.objects.filter(business=business, pk__in=ids).values_list("pk", "name"))
    versions = _versions(business, ids)
    found = {}
    for words, (script, colon, version) in wanted.items():
        if colon:
            number, since, name = versions.get(int(script), {}).get(version, (0, None, ""))
            shown = f"{number}, since {_day(since, zone)}" if since else NOTHING
            found[words] = Name(scripts.get(int(script)) or (f"{name} (deleted)" if name else "Deleted script"), shown)
        elif words in ScriptKind.values:
            found[words] = Name(f"Built-in words: {ScriptKind(words).label}", NOTHING)
        else:
            found[words] = Name(_NOT_NOTED, NOTHING)
    return found


def _versions(business: Business, ids: Iterable[int]) -> dict[int, dict[str, tuple[int, datetime, str]]]:
    """{script: {version: (its number from 1, since when, the script's name then)}}."""
    rows = Script.history.filter(business_id=business.pk, id__in=ids).order_by("history_date", "history_id")
    found: dict[int, dict[str, tuple[int, datetime, str]]] = {}
    for pk, body, name, at in rows.values_list("id", "body", "name", "history_date"):
        mine = found.setdefault(pk, {})
        mine.setdefault(version_of(body), (len(mine) + 1, at, name))
    return found


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%b} {local.day}, {local.year}"
