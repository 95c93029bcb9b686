"""Two letters that stand for one escalation on one phone; not given to another one until a day after it is over."""

import itertools
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from messaging.escalation.enums import EscalationStatus
from messaging.escalation.reply_words import LETTERS
from messaging.models import EscalationNotice

COOL_DOWN = timedelta(hours=24)
_ALL = tuple("".join(pair) for pair in itertools.product(LETTERS, repeat=2))


def known_on(phone: str, *, now: datetime) -> QuerySet[EscalationNotice]:
    """Notices whose codes mean something on this phone: not over, or not for long."""
    recent = Q(escalation__closed_at__gt=now - COOL_DOWN)
    rows = EscalationNotice.objects.filter(~Q(escalation__status=EscalationStatus.CLOSED) | recent, phone=phone)
    return rows.exclude(code="")


def code_for(notice: EscalationNotice, phone: str, *, now: datetime) -> str:
    """The code that this phone has for the escalation already, else a free one; "" when all are taken.

    The caller holds the lock of the phone's line until the code is stored with the notice.
    """
    rows = list(known_on(phone, now=now).values_list("code", "escalation_id"))
    mine = next((code for code, escalation in rows if escalation == notice.escalation_id), None)
    if mine is not None:
        return mine
    taken = {code for code, _ in rows}
    free = [code for code in _ALL if code not in taken]
    return secrets.choice(free) if free else ""


def keep_code(notice: EscalationNotice, phone: str, *, now: datetime) -> str:
    """The code of what was taken by key or link, so that it can be named in a text as well; stored with the notice."""
    if not notice.code:
        notice.code, notice.phone = code_for(notice, phone, now=now), phone
        EscalationNotice.objects.filter(pk=notice.pk).update(code=notice.code, phone=phone)
    return notice.code
