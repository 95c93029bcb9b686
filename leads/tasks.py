"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from leads.crm import running
from leads.webhooks import rounds
from recoverline.lib import clock


def deliver_webhooks() -> None:
    """Rung by every event that somebody wants to hear of, and every ten seconds for what comes due."""
    rounds.ring(clock.now)


def tend_webhooks() -> None:
    """Every few minutes: what waits for nothing any more."""
    rounds.give_up_old(clock.now())
    rounds.forget_old(clock.now())


def sync_crms() -> None:
    """Every ten seconds: leads that are due at the business's CRM."""
    running.ring(clock.now)
