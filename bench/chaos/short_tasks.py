"""As bench.settings, with a shorter time limit for tasks, and `retry` by the formula that the system check wants."""

from bench.settings import *  # noqa: F403  a variation of them, not a second set
from bench.settings import Q_CLUSTER as PATIENT

TIMEOUT = 12
WORKERS, PREFETCHED = int(PATIENT["workers"]), int(PATIENT["queue_limit"])
Q_CLUSTER = {**PATIENT, "timeout": TIMEOUT, "retry": int(TIMEOUT * (1 + (PREFETCHED + 1) / WORKERS)) + 31}
