"""Where REDIS_URL names a server: the tasks that a sweep would do as well wait in a list there, out of the database.

A task in the hands of a worker that is killed is lost, and so are the few that its cluster has taken ahead. So what is
the only news of something stays in the table, as does what is due later; and all tasks while the server is away.
"""

import logging
import time
from datetime import datetime

import redis
from django.conf import settings
from django_q.signing import SignedPackage

from recoverline.lib.queue import Broker

# How long a task of the table may go unseen while none comes through Redis.
WAIT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class RedisBroker(Broker):
    """As settings.Q_CLUSTER names it. `line` is the connection to the server; its URL's database is for us alone."""

    looked = float("-inf")

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        # A server that does not answer must not hold up a carrier that waits for us.
        self.line = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=3, decode_responses=True
        )

    def enqueue(self, task: str) -> int:
        try:
            return int(self.line.rpush(self.list_key, task))
        except redis.RedisError as error:
            logger.warning("Redis is away (%s): the task waits in the table", error)
            return int(super().enqueue(task))

    def tasks(self) -> list[tuple[int | None, str]]:
        if time.monotonic() - self.looked >= WAIT_SECONDS:
            # The table's own look sleeps when nothing is there.
            if self.rows().exists() and (found := super().tasks()):
                return found
            self.looked = time.monotonic()
        try:
            got = self.line.blpop([self.list_key], timeout=WAIT_SECONDS)
        except redis.RedisError as error:
            logger.warning("Redis is away (%s): tasks are taken from the table", error)
            return super().tasks()
        return [(None, str(got[1]))] if got else []

    def queue_size(self) -> int:
        return self._in_the_list() + super().queue_size()

    def first_size(self) -> int:
        # The periodic ones wait in the list, and hardly anything else.
        return self._in_the_list() + super().first_size()

    def oldest(self) -> datetime | None:
        try:
            first = self.line.lindex(self.list_key, 0)
        except redis.RedisError:
            first = None
        times = [super().oldest(), SignedPackage.loads(str(first))["started"] if first else None]
        return min((at for at in times if at is not None), default=None)

    def _in_the_list(self) -> int:
        try:
            return int(self.line.llen(self.list_key))
        except redis.RedisError:
            return 0
