"""Whether a number can get texts at all: the carrier's paid look-up, before a first text is wasted on a landline."""

from datetime import datetime, timedelta

from leads.models import Lead
from messaging.carriers.registry import carrier_for
from messaging.enums import MessageKind
from messaging.models import Message
from recoverline.lib import clock

REMEMBERED_FOR = timedelta(days=90)  # numbers are ported, and every look-up costs money
LANDLINE, OTHER = "landline", "other"


def check_line(message: Message) -> bool:
    """Whether this text may be tried; False for a landline, which the lead then is (`is_landline`).

    `message` has its lead and account. Only first texts of accounts that pay for look-ups are asked about, after the
    text is claimed and within its lease. A carrier that does not answer is no reason to stay silent: then it is
    simply tried.
    """
    lead = message.lead
    if message.kind != MessageKind.FIRST_TEXT or not message.account.uses_lookup or lead.is_landline:
        return not lead.is_landline
    now = clock.now()
    if not _is_remembered(lead, now):
        is_landline = carrier_for(message.account).is_landline(lead.phone)
        if is_landline is None:
            return True
        _remember(lead, LANDLINE if is_landline else OTHER, now)
    return lead.line_type != LANDLINE


def _is_remembered(lead: Lead, now: datetime) -> bool:
    return lead.line_type_at is not None and now - lead.line_type_at < REMEMBERED_FOR


def _remember(lead: Lead, line_type: str, now: datetime) -> None:
    lead.line_type, lead.line_type_at = line_type, now
    changes: dict[str, object] = {"line_type": line_type, "line_type_at": now}
    if line_type == LANDLINE:
        changes["is_landline"] = lead.is_landline = True
    Lead.objects.filter(pk=lead.pk).update(**changes)
