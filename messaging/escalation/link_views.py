"""What the link in an alert opens, without sign-in: who needs what, "Take it" and "Pass on". Looking changes nothing.

Programs that preview links look as well. Once it is over, or a colleague has it, the page names no customer any more.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from messaging.escalation import acknowledging, links, telling
from messaging.escalation.alert_words import HOW_URGENT
from messaging.escalation.enums import AckMeans, EscalationClass, EscalationStatus, NoticeStatus
from messaging.models import EscalationNotice
from recoverline.lib import clock
from recoverline.lib.text import one_line
from scheduling.page.entry import LIMITS, allowed

View = Callable[[HttpRequest, EscalationNotice, str, datetime], HttpResponse]
WORDS_AT_MOST = 400
OTHERS_AT_MOST = 20


def _entered(view: View) -> Callable[..., HttpResponse]:
    """A view `(request, notice, token, now)`; unknown, old and forged tokens look the same."""

    @wraps(view)
    def come_in(request: HttpRequest, token: str) -> HttpResponse:
        answer = _come_in(request, view, token)
        answer["Cache-Control"] = "no-store"
        answer["X-Robots-Tag"] = "noindex, nofollow"
        return answer

    return come_in


def _come_in(request: HttpRequest, view: View, token: str) -> HttpResponse:
    now = clock.now()
    if not allowed(request, "link", now=now):
        return _too_many(request, "link")
    notice = links.find_notice(token, now=now)
    if notice is not None:
        return view(request, notice, token, now)
    if not allowed(request, "wrong-link", now=now):
        return _too_many(request, "wrong-link")
    return _page(request, "This link does not work.", "It may be old. The newest alert has the link that works.", 404)


@require_safe
@_entered
def show(request: HttpRequest, notice: EscalationNotice, token: str, now: datetime) -> HttpResponse:
    escalation = notice.escalation
    has_it = escalation.acknowledged_by
    is_mine = (
        escalation.status == EscalationStatus.ACKNOWLEDGED and has_it is not None and has_it.pk == notice.member_id
    )
    is_open = escalation.status == EscalationStatus.OPEN
    others = _others(notice)
    if not (is_mine or is_open):
        is_closed = escalation.status == EscalationStatus.CLOSED
        title = "This is closed." if is_closed else f"{telling.called(has_it)} has it."
        advice = "Nothing is left to do." if is_closed else "You need not do anything."
        return _page(request, title, advice, others=others)
    told = telling.told(notice)
    values = {
        "token": token, "notice": notice, "escalation": escalation, "business": escalation.business,
        "lead": escalation.lead, "told": told, "need": one_line(told.need, WORDS_AT_MOST),
        "words": one_line(telling.last_words(escalation), WORDS_AT_MOST), "urgent": HOW_URGENT[told.kind],
        "is_danger": told.kind == EscalationClass.EMERGENCY, "is_mine": is_mine, "others": others, "now": now,
        "is_passed": notice.status == NoticeStatus.PASSED,
    }  # fmt: skip
    return render(request, "on_call/alert_show.html", values)


@require_POST
@_entered
def take(request: HttpRequest, notice: EscalationNotice, token: str, now: datetime) -> HttpResponse:
    """One winner; the page then says who it is."""
    acknowledging.acknowledge(notice.escalation, member=notice.member, via=AckMeans.LINK, now=now)
    return redirect("on_call:show", token)


@require_POST
@_entered
def pass_on(request: HttpRequest, notice: EscalationNotice, token: str, now: datetime) -> HttpResponse:
    acknowledging.pass_on(notice.escalation, member=notice.member, now=now)
    return redirect("on_call:show", token)


def _others(notice: EscalationNotice) -> list[tuple[str, str]]:
    """What else stood in the same text and nobody has yet: name and address of each."""
    if notice.message_id is None:
        return []
    rows = EscalationNotice.objects.filter(message=notice.message_id, escalation__status=EscalationStatus.OPEN)
    rows = rows.filter(member=notice.member_id).exclude(pk=notice.pk).exclude(status=NoticeStatus.PASSED)
    rows = rows.select_related("escalation__business", "escalation__lead").order_by("id")[:OTHERS_AT_MOST]
    return [
        (telling.customer_of(row.escalation) or one_line(row.escalation.summary, 60), links.address_of(row))
        for row in rows
    ]


def _too_many(request: HttpRequest, limit: str) -> HttpResponse:
    answer = _page(request, "That was a lot at once.", "Please wait a minute and try again.", 429)
    answer["Retry-After"] = str(int(LIMITS[limit].per.total_seconds()))
    return answer


def _page(
    request: HttpRequest, title: str, advice: str, status: int = 200, others: list[tuple[str, str]] | None = None
) -> HttpResponse:
    values = {"title": title, "advice": advice, "others": others or []}
    return render(request, "on_call/nothing.html", values, status=status)
