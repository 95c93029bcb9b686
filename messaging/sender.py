"""The sender process: takes due texts out of the outbox, many at a time on threads, each number at its own pace.

Rows are the truth; the bell only shortens the wait: NOTIFY on PostgreSQL, on SQLite a look every 25 ms at whether the
file has changed; on both a poll each second for what was missed and for what comes due.
"""

import logging
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.utils import timezone

from messaging import beats, configuration, outbound, standing_in
from messaging.agent import turn
from messaging.enums import MessageStatus
from messaging.outbound import Due
from recoverline.lib import clock

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SHORT_POLL_SECONDS = 0.025
GAP_SECONDS = 0.01  # a rush rings many times, and one look serves them all; a lone text never waits for this
BEAT_SECONDS = 5.0
WORKER_LOOK_SECONDS = 10.0
BURST_SECONDS = 10  # a number may send this many seconds' worth at once: carriers queue a short rush themselves


class Pace:
    """A token bucket per sending number, in this process's memory."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[float, float]] = {}
        self._resting: dict[int, float] = {}

    def take(self, number_id: int, per_second: float, at: float) -> bool:
        """Whether this number may send now; `at` is monotonic seconds."""
        size = max(1.0, per_second * BURST_SECONDS)
        tokens, since = self._buckets.get(number_id, (size, at))
        tokens = min(size, tokens + (at - since) * per_second)
        allowed = tokens >= 1
        self._buckets[number_id] = (tokens - 1 if allowed else tokens, at)
        if not allowed:
            self._resting[number_id] = at + (1 - tokens) / per_second
        return allowed

    def resting(self, at: float) -> Set[int]:
        """Numbers that were refused and may not send yet."""
        self._resting = {number_id: until for number_id, until in self._resting.items() if until > at}
        return self._resting.keys()


class Sender:
    """Dispatches until `stop` is called; whatever is in the hands of a thread then is finished first."""

    def __init__(self, threads: int = settings.SENDER_THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._stopping = threading.Event()
        self._bell = Bell()
        # Turns wait for the model most of their time, and must not stand in the way of texts.
        self._turners = ThreadPoolExecutor(settings.TURN_THREADS, thread_name_prefix="turn")
        self._busy_turns: set[int] = set()
        self._busy_texts: dict[int, int] = {}  # texts in hand, and their accounts
        self._busy_leads: set[int] = set()
        self._pace = Pace()
        self._beaten = 0.0
        self._started = time.monotonic()
        self._looked_at_worker = 0.0

    def stop(self) -> None:
        self._stopping.set()
        self._bell.ring()

    def run(self) -> None:
        looked = 0.0
        while not self._stopping.is_set():
            try:
                self._stopping.wait(looked + GAP_SECONDS - time.monotonic())
                looked = time.monotonic()
                next_turn = self.dispatch_turns()
                waiting = self.dispatch()
                self._beat()
                self.watch_worker()
                self._bell.wait(SHORT_POLL_SECONDS if waiting else min(POLL_SECONDS, next_turn))
            except (DatabaseError, psycopg.Error) as problem:
                # Once a second while it lasts, so without the way to it.
                logger.warning("the database is away; trying again: %s", problem)
                connection.close()
                self._bell.stop_listening()
                self._stopping.wait(1)
        self._turners.shutdown(wait=True)
        self._pool.shutdown(wait=True)
        with suppress(DatabaseError):
            beats.leave(beats.SENDER)
        self._bell.stop_listening()

    def watch_worker(self) -> None:
        """Now and then, on a thread: whether anybody still works. Not at first, when a worker is starting as we are."""
        at = time.monotonic()
        if at - self._started >= beats.STALE_SECONDS and at - self._looked_at_worker >= WORKER_LOOK_SECONDS:
            self._looked_at_worker = at
            self._turners.submit(self._look_at_worker)

    def _look_at_worker(self) -> None:
        try:
            standing_in.look_after_worker(timezone.now())
        except DatabaseError:
            logger.warning("whether a worker works is not known", exc_info=True)
            connection.close()
        finally:
            close_old_connections()

    def dispatch(self) -> bool:
        """Hand due texts to free threads. True: some are due and wait for a thread, their turn or their pace."""
        room = self._threads - len(self._busy_texts)
        if room <= 0:
            return True
        resting = self._pace.resting(time.monotonic())
        share, held = self._share(), Counter(list(self._busy_texts.values()))
        crowded = [account_id for account_id, texts in held.items() if texts >= share]
        # Those in hand are due as well until their claim commits, so more are read than there is room for.
        passed_over = None
        if resting or crowded:
            passed_over = Q(status=MessageStatus.QUEUED, number__in=resting) | Q(account__in=crowded)
        due = outbound.due(clock.now(), limit=self._threads * 4, passed_over=passed_over)
        waiting = bool(resting)
        for text in due:
            if text.pk in self._busy_texts or held[text.account_id] >= share:
                continue  # a thread that it has will ring when it is free
            if room <= 0 or text.lead_id in self._busy_leads or not self._may_go(text):
                waiting = True
                continue
            room -= 1
            held[text.account_id] += 1
            self._busy_texts[text.pk] = text.account_id
            self._busy_leads.add(text.lead_id)
            self._pool.submit(self._deliver, text)
        return waiting

    def _share(self) -> int:
        """How many threads one account may hold: half of them, so that a carrier that hangs for ten seconds a text
        leaves the others theirs. Where there are no others, all.
        """
        return self._threads if configuration.active_accounts() < 2 else max(1, self._threads // 2)

    def dispatch_turns(self) -> float:
        """Hand the robot's due turns to free threads. What finds none is found again when one rings that it is free.

        Seconds until the next one is due, as far as that is known: a wait for a burst's end is over when it is over.
        """
        room, now = settings.TURN_THREADS - len(self._busy_turns), clock.now()
        within = timedelta(seconds=POLL_SECONDS)
        for conversation_id, due_at in turn.coming(now, within=within, limit=settings.TURN_THREADS * 2):
            if due_at > now:
                return (due_at - now).total_seconds()
            if conversation_id not in self._busy_turns and room > 0:
                room -= 1
                self._busy_turns.add(conversation_id)
                self._turners.submit(self._answer, conversation_id)
        return POLL_SECONDS

    def _answer(self, conversation_id: int) -> None:
        try:
            turn.attempt(conversation_id)
        except DatabaseError:
            logger.warning("conversation %s: the database is away", conversation_id, exc_info=True)
            connection.close()
        finally:
            close_old_connections()
            self._busy_turns.discard(conversation_id)
            self._bell.ring()

    def _may_go(self, text: Due) -> bool:
        # Asking the carrier's log sends nothing.
        if text.status != MessageStatus.QUEUED:
            return True
        return self._pace.take(text.number_id, text.texts_per_second, time.monotonic())

    def _deliver(self, text: Due) -> None:
        try:
            outbound.attempt(text)
        except DatabaseError:
            # Whatever it had done, the row still says so, and its lease ends.
            logger.warning("text %s: the database is away", text.pk, exc_info=True)
            connection.close()
        finally:
            close_old_connections()
            self._busy_texts.pop(text.pk, None)
            self._busy_leads.discard(text.lead_id)
            self._bell.ring()

    def _beat(self) -> None:
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            beats.beat(beats.SENDER, now=timezone.now())
            self._beaten = time.monotonic()


class Bell:
    """Waits until there may be something to do: a new text, or a thread that has become free."""

    def __init__(self) -> None:
        self._ear, self._clapper = socket.socketpair()
        self._ear.setblocking(False)
        self._clapper.setblocking(False)
        self._line: BaseDatabaseWrapper | None = None
        self._version = -1

    def ring(self) -> None:
        """From any thread, and from a signal handler."""
        with suppress(BlockingIOError):  # it rings already
            self._clapper.send(b"!")

    def wait(self, patience: float) -> None:
        """Return on a ring, or after `patience` seconds."""
        if connection.vendor == "postgresql":
            self._hear([self._listen()], patience)
            for _ in self._listen().notifies(timeout=0):
                pass
            return
        deadline = time.monotonic() + patience
        while not self._hear([], min(SHORT_POLL_SECONDS, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline or self._has_changed():
                return

    def _hear(self, sources: list[Any], patience: float) -> bool:
        """Whether a thread has rung within `patience` seconds; returns early when one of `sources` speaks."""
        heard, _, _ = select.select([self._ear, *sources], [], [], patience)
        if self._ear not in heard:
            return False
        with suppress(BlockingIOError):
            while self._ear.recv(4096):
                pass
        return True

    def _has_changed(self) -> bool:
        """Whether anybody else has written to the SQLite file since the last look; asking what is due costs far
        more.
        """
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version: int = cursor.fetchone()[0]
        changed = version != self._version
        self._version = version
        return changed

    def _listen(self) -> "psycopg.Connection[Any]":
        """A connection of its own, made like any other of this database."""
        if self._line is None:
            self._line = connection.copy()
            with self._line.cursor() as cursor:
                cursor.execute(f"LISTEN {outbound.BELL}")
        listening: psycopg.Connection[Any] = self._line.connection
        return listening

    def stop_listening(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
