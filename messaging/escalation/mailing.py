"""Alerts by e-mail, with the link. One that may have left already is sent again: twice is better than never."""

from datetime import datetime

from messaging import alerts
from messaging.escalation import alert_words, links, notices, telling
from messaging.escalation.enums import AlertChannel, NoticeStatus
from messaging.models import EscalationNotice

ATTEMPTS_UNTIL = notices.LEASE * 2


def mail_waiting(now: datetime) -> int:
    """Send the e-mails that wait; how many left. What the mail server refuses is tried again for a few minutes."""
    held = EscalationNotice.objects.filter(channel=AlertChannel.EMAIL, status=NoticeStatus.SENDING)
    held.filter(sent_at__lte=now - notices.LEASE).update(status=NoticeStatus.WAITING)
    waiting = notices.waiting(AlertChannel.EMAIL)[:100]
    return notices.each(waiting, lambda notice: _mail(notice, now=now), until=ATTEMPTS_UNTIL, now=now)


def _mail(notice: EscalationNotice, *, now: datetime) -> bool:
    if notices.is_dropped(notice):
        return False
    address = notice.member.user.email
    if not address:
        notices.not_sent([notice], "No e-mail address is known.", now=now)
        return False
    if not notices.claim(notice, now=now):
        return False
    mine = EscalationNotice.objects.filter(pk=notice.pk)
    # Before it leaves: whoever clicks at once must find it.
    mine.update(token_digest=links.digest_of(notice))
    business = notice.escalation.business.name
    subject, body = alert_words.mail_text(business, telling.told(notice), links.address_of(notice))
    problem = alerts.mail_noted(f"{_simulated(notice)}{subject}", body, [address])
    if problem is None:
        mine.filter(status=NoticeStatus.SENDING).update(status=NoticeStatus.SENT)
        return True
    mine.filter(status=NoticeStatus.SENDING).update(status=NoticeStatus.WAITING)
    if now - notice.created_at >= ATTEMPTS_UNTIL:
        notices.not_sent([notice], f"The mail server did not take it ({type(problem).__name__}).", now=now)
    return False


def _simulated(notice: EscalationNotice) -> str:
    return "Simulated: " if notice.escalation.is_simulated else ""
