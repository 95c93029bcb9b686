"""Playing a script behind the page: its own server answers the webhooks, so no request may wait for another."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.db import connection

from messaging.models import PhoneNumber
from messaging.simulator.errors import SimulatorError
from messaging.simulator.player import Player
from messaging.simulator.steps import Step

logger = logging.getLogger(__name__)

# Long enough that the next page usually shows the beginning; the page then keeps itself current.
MOMENT_SECONDS = 0.6
_pool = ThreadPoolExecutor(2, thread_name_prefix="simulator")


def start(number: PhoneNumber, *, caller: str, steps: list[Step]) -> list[str]:
    """Begin to play and wait for a moment only. What went wrong meanwhile, or is to be said, as sentences."""
    job: Future[list[str]] = _pool.submit(_play, number, caller, steps)
    wait([job], timeout=MOMENT_SECONDS)
    return job.result() if job.done() else []


def _play(number: PhoneNumber, caller: str, steps: list[Step]) -> list[str]:
    player = Player(number, caller=caller)
    try:
        player.play(steps)
    except SimulatorError as problem:
        logger.warning("the simulator stopped: %s", problem)
        return [*player.notes, str(problem)]
    except Exception:
        logger.exception("the simulator failed")
        return [*player.notes, "The simulator failed; the log of the web process says why."]
    finally:
        connection.close()
    return player.notes
