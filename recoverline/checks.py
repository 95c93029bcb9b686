"""System checks for what would otherwise go wrong silently. Each id is explained in docs/settings.md."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.utils.module_loading import import_string

from messaging.models import CarrierAccount
from messaging.ticker import STOP_GRACE_SECONDS

# Two of them, and some seconds to settle.
LONGEST_TASK_SECONDS = (STOP_GRACE_SECONDS - 10) // 2


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_address(), *_time(), *_queue(), *_paths()]


@register(Tags.database)
def check_carrier(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Needs a database, so it runs with `migrate` and with `check --database default`."""
    if not databases:
        return []
    try:
        connected = CarrierAccount.objects.filter(is_active=True).exclude(kind="webhook").exists()
    except DatabaseError:
        return []
    if connected:
        return []
    return [Warning("No carrier account: no text can leave.", hint="Add one in the admin.", id="recoverline.W006")]


def _address() -> Iterator[CheckMessage]:
    if not settings.DEBUG and not settings.SITE_URL.startswith("https://"):
        yield Error(
            f"SITE_URL is {settings.SITE_URL}: carriers sign and call the https address.",
            hint="Set SITE_URL to the public https address.",
            id="recoverline.E001",
        )
    if not settings.DEBUG and settings.SIMULATOR:
        yield Warning(
            "The simulator is on without DEBUG: anybody who may sign in can move the clock.",
            hint="Set SIMULATOR=false where real callers are served.",
            id="recoverline.W007",
        )
    if not settings.DEBUG and settings.FIELD_KEYS == [settings.SECRET_KEY]:
        yield Warning(
            "Carrier credentials are encrypted with SECRET_KEY: rotating it would lose them.",
            hint="Set FIELD_KEYS to a key of its own.",
            id="recoverline.W008",
        )
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and not settings.PROXY_COUNT:
        yield Warning(
            "Behind a proxy all visitors of the booking page share one address, and so its limits.",
            hint="Set PROXY_COUNT to the number of your own proxies.",
            id="recoverline.W010",
        )


def _time() -> Iterator[CheckMessage]:
    if settings.TIME_ZONE != "UTC" or not settings.USE_TZ:
        yield Error(
            "TIME_ZONE must be UTC and USE_TZ true: local time belongs to businesses and locations.",
            id="recoverline.E002",
        )


def _queue() -> Iterator[CheckMessage]:
    cluster = settings.Q_CLUSTER
    timeout, retry = cluster.get("timeout") or 0, cluster.get("retry") or 60
    workers, limit = cluster.get("workers") or 1, cluster.get("queue_limit") or 1
    # A prefetched task waits behind the others with its lock running.
    safe = timeout * (1 + (limit + 1) / workers) + 30
    if not timeout or retry < safe:
        yield Error(
            f"Q_CLUSTER: retry is {retry} s, with this timeout it must be at least {safe:.0f} s, or tasks run twice.",
            id="recoverline.E003",
        )
    if cluster.get("orm") != "default" or not str(cluster.get("broker_class", "")).startswith("recoverline.lib.queue"):
        yield Error(
            "Q_CLUSTER: the queue must be recoverline.lib.queue's, in the default database: an enqueue has to commit "
            "or vanish with the data.",
            id="recoverline.E012",
        )
    if not cluster.get("ack_failures"):
        yield Error("Q_CLUSTER: ack_failures must be on, or what fails is run again for ever.", id="recoverline.E013")
    if timeout > LONGEST_TASK_SECONDS:
        yield Error(
            f"Q_CLUSTER: timeout is {timeout} s; a worker that is told to stop is killed after {STOP_GRACE_SECONDS}.",
            hint=f"With at most {LONGEST_TASK_SECONDS} s it can finish what it has begun and what it has taken.",
            id="recoverline.E014",
        )
    if cluster.get("catch_up", True):
        yield Error("Q_CLUSTER: catch_up must be off, or an outage is replayed tick by tick.", id="recoverline.E009")
    if settings.REDIS_URL:
        yield Warning(
            "REDIS_URL: a worker that is killed loses what Redis gave it; it is nothing that a sweep would not do "
            "within minutes.",
            hint="Without REDIS_URL every task waits in a table and comes back.",
            id="recoverline.W011",
        )
    if settings.DATABASES["default"].get("OPTIONS", {}).get("pool"):
        yield Error(
            "A psycopg connection pool does not survive django-q2's forks: tasks hang.",
            hint="Remove OPTIONS['pool'] and use CONN_MAX_AGE.",
            id="recoverline.E004",
        )


def _paths() -> Iterator[CheckMessage]:
    names = [path for paths in settings.EVENT_HANDLERS.values() for path in paths]
    for path in [*names, *settings.PERIODIC_TASKS, *settings.CARRIERS.values()]:
        try:
            import_string(path)
        except ImportError as error:
            yield Error(f"{path} cannot be imported: {error}", id="recoverline.E005")
