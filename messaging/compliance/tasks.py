"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from messaging.compliance import outside, retention
from recoverline.lib import clock


def work_off() -> None:
    outside.work_off(clock.now())


def forget_old() -> None:
    retention.forget_old(clock.now())
