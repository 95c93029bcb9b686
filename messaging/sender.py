"""The sender process: takes due texts out of the outbox, many at a time on threads, each number at its own pace.

Rows are the truth; the bell only shortens the wait: NOTIFY on PostgreSQL (with a poll each second for what was missed), an indexed
query every 25 ms on SQLite.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from messaging import outbound, upkeep
from messaging.models import Message
from recoverline.lib import clock

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SQLITE_POLL_SECONDS = 0.025
BEAT_SECONDS = 5.0
BURST_SECONDS = 10  # a number may send this many seconds' worth at once: carriers queue a short rush themselves


class Pace:
    """A token bucket per sending number, in this process's memory."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[float, float]] = {}

    def take(self, number_id: int, per_second: float, at: float) -> bool:
        """Whether this number may send now; `at` is monotonic seconds."""
        size = max(1.0, per_second * BURST_SECONDS)
        tokens, since = self._buckets.get(number_id, (size, at))
        tokens = min(size, tokens + (at - since) * per_second)
        allowed = tokens >= 1
        self._buckets[number_id] = (tokens - 1 if allowed else tokens, at)
        return allowed


class Sender:
    """Dispatches until `stop` is called; whatever is in the hands of a thread then is finished first."""

    def __init__(self, threads: int = settings.SENDER_THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._stopping = threading.Event()
        self._freed = threading.Event()
        self._busy_texts: set[int] = set()
        self._busy_leads: set[int] = set()
        self._pace = Pace()
        self._beaten = 0.0

    def stop(self) -> None:
        self._stopping.set()
        self._freed.set()

    def run(self) -> None:
        bell = Bell()
        while not self._stopping.is_set():
            try:
                waiting = self.dispatch()
                self._beat()
                bell.wait(soon=waiting, freed=self._freed)
            except (DatabaseError, psycopg.Error):
                logger.warning("the database is away; trying again", exc_info=True)
                connection.close()
                bell.close()
                self._stopping.wait(1)
        self._pool.shutdown(wait=True)
        bell.close()

    def dispatch(self) -> bool:
        """Hand due texts to free threads. True: some are due and have to wait for a thread, their turn or their number's pace."""
        self._freed.clear()
        room = self._threads - len(self._busy_texts)
        if room <= 0:
            return True
        # Those in hand are due as well until their claim commits, so more are read than there is room for.
        due = outbound.due(clock.now(), limit=self._threads * 4)
        waiting = False
        for message in due:
            if message.pk in self._busy_texts:
                continue
            if room <= 0 or message.lead_id in self._busy_leads or not self._may_go(message):
                waiting = True
                continue
            room -= 1
            self._busy_texts.add(message.pk)
            self._busy_leads.add(message.lead_id)
            self._pool.submit(self._deliver, message.pk, message.lead_id)
        return waiting

    def _may_go(self, message: Message) -> bool:
        return self._pace.take(message.number_id, message.number.texts_per_second, time.monotonic())

    def _deliver(self, message_id: int, lead_id: int) -> None:
        try:
            outbound.deliver(message_id)
        except DatabaseError:
            logger.warning("text %s: the database is away", message_id)
            connection.close()
        except Exception:
            logger.exception("text %s could not be handled", message_id)
            self._put_off(message_id)
        finally:
            close_old_connections()
            self._busy_texts.discard(message_id)
            self._busy_leads.discard(lead_id)
            self._freed.set()

    def _put_off(self, message_id: int) -> None:
        """A text that breaks the code must not be tried in a circle."""
        Message.objects.filter(pk=message_id).update(next_at=clock.now() + timedelta(minutes=5))

    def _beat(self) -> None:
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            upkeep.beat("sender", now=timezone.now())
            self._beaten = time.monotonic()


class Bell:
    """Waits until there may be something to do."""

    def __init__(self) -> None:
        self._listening: psycopg.Connection | None = None

    def wait(self, *, soon: bool, freed: threading.Event) -> None:
        """Return on a ring, or after a poll's time. `soon`: something is due and waits for a thread or its pace."""
        if connection.vendor != "postgresql":
            freed.wait(SQLITE_POLL_SECONDS)
            return
        if soon:
            freed.wait(SQLITE_POLL_SECONDS)
            return
        for _ in self._listen().notifies(timeout=POLL_SECONDS, stop_after=1):
            pass

    def _listen(self) -> psycopg.Connection:
        if self._listening is None or self._listening.closed:
            parameters = connection.get_connection_params()
            wanted = ("host", "port", "dbname", "user", "password", "sslmode", "service", "passfile")
            self._listening = psycopg.connect(
                **{name: value for name, value in parameters.items() if name in wanted and value}, autocommit=True
            )
            self._listening.execute(f"LISTEN {outbound.BELL}")
        return self._listening

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
