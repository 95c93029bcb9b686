"""Notices that wait to be sent: asked about once more, claimed by one, and what happens when one cannot go."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from messaging.escalation import acknowledging, opening, running
from messaging.escalation.enums import AlertChannel, NoticeStatus
from messaging.models import EscalationNotice

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


def claim(notice: EscalationNotice, *, now: datetime) -> bool:
    """Own it, for an e-mail or a call that leaves outside of any transaction; False when somebody else does."""
    mine = EscalationNotice.objects.filter(pk=notice.pk, status=NoticeStatus.WAITING)
    return bool(mine.update(status=NoticeStatus.SENDING, sent_at=now))
