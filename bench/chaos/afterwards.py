"""What must hold in any house when the fault is over: I1 to I10 of the fault catalog."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q
from django.utils import timezone

from bench.chaos.house import House
from bench.chaos.waiting import comes_true
from bench.installation import ROOT
from messaging.enums import MessageStatus
from messaging.models import Message
from recoverline.lib import queue

UNDECIDED = (MessageStatus.SENDING, MessageStatus.UNKNOWN)
STUCK_AFTER = timedelta(minutes=5)
SETTLES_WITHIN = 90.0


def broken(house: House) -> list[str]:
    """One line for each that does not hold; what only takes a moment is waited for."""
    return [*_rows(house), *_ledger(house), *_settles(house), *_logs(house)]


def _rows(house: House) -> Iterator[str]:
    """I1, I4 to I6 and the rest that the rows themselves can say."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"],
        cwd=ROOT, env=house.made.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if "BROKEN" in line or line.startswith("   ")]
        yield f"check_invariants: {'; '.join(lines) or done.stderr.strip()[-300:]}"


def _ledger(house: House) -> Iterator[str]:
    """I2 and I7: the carrier took each key once at most, and knows no text that we do not."""
    keys = [parse_qs(urlsplit(text.status_callback).query).get("text", [""])[0] for text in list(house.carrier.ledger)]
    twice = [key for key, times in Counter(keys).items() if times > 1]
    if twice:
        yield f"I2: {len(twice)} texts are in the carrier's ledger more than once, such as {twice[0]}"
    ours = {str(key) for key in Message.objects.values_list("key", flat=True)}
    if unknown := set(keys) - ours:
        yield f"I7: {len(unknown)} texts in the carrier's ledger are in no row"


def _settles(house: House) -> Iterator[str]:
    """I3 and I10: nothing is stuck, nothing waits in the queue, the canary sings."""
    conditions: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("I3: texts are sending or unknown for longer than five minutes", _nothing_is_stuck),
        ("I10: the queue is not empty", lambda: queue.waiting() == 0),
        ("I10: /healthz is not 200, or a beat is old", lambda: house.get("/healthz")[0] == 200),
    )
    for says, holds in conditions:
        # A task that has just been rung for is no backlog.
        if not comes_true(holds, within=SETTLES_WITHIN):
            yield says


def _nothing_is_stuck() -> bool:
    old = Q(claimed_at__lt=timezone.now() - STUCK_AFTER) | Q(claimed_at=None)
    return not Message.objects.filter(old, status__in=UNDECIDED).exists()


def _logs(house: House) -> Iterator[str]:
    """I9: neither a caller's phone nor a text's words in what the processes print."""
    phones = {text.to for text in house.carrier.ledger}
    bodies = {text.body[:40] for text in house.carrier.ledger}
    for path in sorted(Path(house.made.folder).glob("*.log")):
        printed = path.read_text(errors="replace")
        if phones & set(re.findall(r"\+\d{11}", printed)) or any(body in printed for body in bodies):
            yield f"I9: {path.name} holds a phone or a text"
