"""What the queue calls."""

from recoverline.lib import clock
from recoverline.reports import digest


def send_digests() -> None:
    digest.send_due(now=clock.now())
