"""What of an erased person lies outside the database: files, the carriers' own records, events in calendars.

Written down as rows of `Erasure.outside` when the person is erased, and removed one by one until nothing is left, with
longer and longer pauses. What cannot be removed from here says so and waits for nobody.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypedDict

from django.core.files.storage import default_storage
from django.db.models import Q

from messaging.carriers.base import NotSupported
from messaging.carriers.registry import carrier_for
from messaging.compliance import late
from messaging.compliance.person import Person
from messaging.enums import CarrierKind
from messaging.models import Call, CarrierAccount, Erasure, Message, MessageMedia
from scheduling.calendars.forgetting import CalendarTrouble, forget_event
from scheduling.models import CalendarObject

logger = logging.getLogger(__name__)

RUN_SECONDS = 20.0
LEASE = timedelta(minutes=5)
# After so many failed rounds of all that is left: ten minutes, then longer, at last once a day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
LONGEST_PAUSE = timedelta(days=1)
_MEDIA = re.compile(r"/Messages/(\w+)/Media/(\w+)")
_RECORDING = re.compile(r"/Recordings/(\w+)")
_BY_HAND = "This system does not let us delete. Ask whoever runs it."


class Item(TypedDict):
    """`kind`: file, text, media, recording, call or calendar. `state`: waiting, done, cannot."""

    kind: str
    account: str
    id: str
    uid: str
    state: str
    problem: str


def items_of(person: Person) -> list[Item]:
    """Asked before the rows are emptied."""
    texts = Message.objects.filter(Q(lead__in=person.leads) | Q(pk__in=person.alerts))
    sent = texts.exclude(carrier_message_id=None).select_related("account")
    media = MessageMedia.objects.filter(message__in=texts).select_related("message__account")
    calls = list(Call.objects.filter(pk__in=person.calls).select_related("account"))
    found = [_item("file", "", str(row.file)) for row in media if row.file]
    found += [_item("file", "", str(call.voicemail_file)) for call in calls if call.voicemail_file]
    # A picture before its text, a recording before its call: they are found by them.
    found += [
        _item("media", row.message.account.key, "/".join(where.groups()))
        for row in media
        if (where := _MEDIA.search(row.url)) and _keeps(row.message.account)
    ]
    found += [
        _item("recording", call.account.key, where[1])
        for call in calls
        if (where := _RECORDING.search(call.voicemail_url)) and _keeps(call.account)
    ]
    found += [_item("text", row.account.key, row.carrier_message_id or "") for row in sent if _keeps(row.account)]
    found += [_item("call", call.account.key, call.carrier_call_id) for call in calls if _keeps(call.account)]
    events = CalendarObject.objects.filter(appointment__in=person.appointments).exclude(href="")
    for event in events.select_related("account"):
        found.append(_item("calendar", str(event.account.key), event.href, uid=event.uid))
    return found


def _item(kind: str, account: str, name: str, *, uid: str = "") -> Item:
    return Item(kind=kind, account=account, id=name, uid=uid, state="waiting", problem="")


def _keeps(account: CarrierAccount) -> bool:
    return account.kind != CarrierKind.SIMULATOR


def work_off(now: datetime, *, seconds: float = RUN_SECONDS) -> int:
    """Go on with every erasure that is due; how many items were settled."""
    until, settled = time.monotonic() + seconds, 0
    for pk in Erasure.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:200]:
        if time.monotonic() > until:
            break
        settled += _go_on(pk, now=now, until=until)
    late.clear_late(now)
    return settled


def _go_on(pk: int, *, now: datetime, until: float) -> int:
    lease = now + LEASE
    if not Erasure.objects.filter(pk=pk, next_at__lte=now).update(next_at=lease):
        return 0
    erasure = Erasure.objects.select_related("business").get(pk=pk)
    items: list[Item] = erasure.outside
    tried = [item for item in items if item["state"] == "waiting"]
    late.clear_hooks_of(erasure.business, {item["id"] for item in items if item["kind"] in ("text", "call")}, now=now)
    accounts = {row.key: row for row in CarrierAccount.objects.filter(business=erasure.business)}
    is_out_of_time = False
    for item in tried:
        if time.monotonic() > until:
            is_out_of_time = True
            break
        _remove(item, accounts)
    left = [item for item in items if item["state"] == "waiting"]
    problem = next((item["problem"] for item in items if item["problem"]), "")
    rounds = erasure.counts.get("rounds", 0) + (0 if is_out_of_time else 1)
    pause = PAUSES[rounds - 1] if 0 < rounds <= len(PAUSES) else LONGEST_PAUSE
    next_at = None if not left else now if is_out_of_time else now + pause
    Erasure.objects.filter(pk=pk, next_at=lease).update(
        outside=items,
        counts={**erasure.counts, "rounds": rounds},
        problem=problem[:200],
        next_at=next_at,
        finished_at=None if left else now,
    )
    return len(tried) - len(left)


def _remove(item: Item, accounts: dict[str, CarrierAccount]) -> None:
    act: Callable[[], bool]
    if item["kind"] == "file":
        act = lambda: _remove_file(item["id"])  # noqa: E731
    elif item["kind"] == "calendar":
        act = lambda: forget_event(item["account"], item["id"], item["uid"])  # noqa: E731
    else:
        act = lambda: _forget_at_carrier(accounts.get(item["account"]), item)  # noqa: E731
    try:
        is_done = act()
    except NotSupported:
        item["state"], item["problem"] = "cannot", _BY_HAND
    except CalendarTrouble as trouble:
        item["problem"] = str(trouble)[:200]
    except Exception as error:  # whatever a carrier or a disk says: tried again, and said
        logger.info(
            "a %s of an erased person could not be deleted, and is tried again: %s", item["kind"], type(error).__name__
        )
        item["problem"] = f"This {item['kind']} could not be deleted yet."
    else:
        item["state"] = "done" if is_done else "cannot"
        item["problem"] = "" if is_done else "Its account is not connected any more. Delete it there by hand."


def _remove_file(name: str) -> bool:
    default_storage.delete(name)
    return True


def _forget_at_carrier(account: CarrierAccount | None, item: Item) -> bool:
    if account is None or not account.is_active:
        return False
    carrier_for(account).forget(item["kind"], item["id"])
    return True
