"""Notices that wait to be sent: asked about once more, claimed by one, and what happens when one cannot go."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from messaging.escalation import acknowledging, opening, running
from messaging.escalation.enums import AlertChannel, NoticeStatus
from messaging.models import EscalationNotice

logger = logging.getLogger(__name__)

# A sender that holds a notice longer than this has died.
LEASE = timedelta(minutes=2)


def waiting(channel: AlertChannel) -> "QuerySet[EscalationNotice]":
    """Notices to be sent, oldest first, with everything that is said of them at hand."""
    rows = EscalationNotice.objects.filter(status=NoticeStatus.WAITING, channel=channel)
    return with_subject(rows).order_by("created_at", "id")


def with_subject(rows: "QuerySet[EscalationNotice]") -> "QuerySet[EscalationNotice]":
    return rows.select_related(
        "member__user", "escalation__business", "escalation__location", "escalation__lead",
        "escalation__conversation__request",
    )  # fmt: skip


def is_dropped(notice: EscalationNotice) -> bool:
    """Whether nobody needs to hear of it any more; then it is put away."""
    if not notice.member.user.is_active:
        reason = "No longer in the team."
    elif acknowledging.is_still_wanted(notice):
        return False
    else:
        reason = "Not needed any more."
    drop([notice.pk], reason)
    return True


def drop(keys: Iterable[int], reason: str) -> None:
    """Nobody needs to hear of these any more."""
    rows = EscalationNotice.objects.filter(pk__in=keys, status__in=[NoticeStatus.WAITING, NoticeStatus.SENDING])
    rows.update(status=NoticeStatus.NOT_SENT, reason=reason[:160])


def not_sent(notices: Sequence[EscalationNotice], reason: str, *, now: datetime) -> None:
    """These could not be told; whoever comes next is told at once instead of after the wait."""
    EscalationNotice.objects.filter(pk__in=[row.pk for row in notices]).exclude(
        status__in=[NoticeStatus.TAKEN, NoticeStatus.PASSED, NoticeStatus.NOT_SENT]
    ).update(status=NoticeStatus.NOT_SENT, reason=reason[:160])
    moved = [running.go_on(row.escalation, position=row.position, now=now) for row in notices]
    if any(moved):
        opening.ring_bell()


def each(
    rows: Iterable[EscalationNotice], do: Callable[[EscalationNotice], bool], *, until: timedelta, now: datetime
) -> int:
    """`do` each of them, whatever becomes of the others; how many said True. What still breaks when it is older than
    `until` is given up, so that whoever comes next is told.
    """
    done = 0
    for notice in rows:
        try:
            done += do(notice)
        except Exception:
            logger.exception("notice %s could not be sent", notice.key)
            if now - notice.created_at >= until:
                _give_up(notice, now=now)
    return done


def _give_up(notice: EscalationNotice, *, now: datetime) -> None:
    try:
        not_sent([notice], "It could not be sent.", now=now)
    except Exception:
        logger.exception("notice %s could not be given up", notice.key)


def claim(notice: EscalationNotice, *, now: datetime) -> bool:
    """Own it, for an e-mail or a call that leaves outside of any transaction; False when somebody else does."""
    mine = EscalationNotice.objects.filter(pk=notice.pk, status=NoticeStatus.WAITING)
    return bool(mine.update(status=NoticeStatus.SENDING, sent_at=now))
