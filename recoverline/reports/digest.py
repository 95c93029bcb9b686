"""The week in an e-mail: figures beside those of the week before, and the three things worth doing.

Sent on Monday from 7 in the morning where the business is, once a week: the letters are made first, then the row of
WeeklyDigest, then the e-mails leave. So of two workers one sends, after a crash in between nobody gets it twice, and a
letter that cannot be made is tried again.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from leads.access import CONFIGURERS
from leads.models import Business, Membership, WeeklyDigest
from messaging.models import Call
from recoverline.lib import mail
from recoverline.reports.advice import Advice, worth_doing
from recoverline.reports.advice_facts import facts_of
from recoverline.reports.measures import MEASURES, Measure
from recoverline.reports.overview import Overview, compared
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope
from recoverline.reports.tables import change, written

logger = logging.getLogger(__name__)

SENT_FROM = time(7)
# Whoever was down on Monday sends it late; by Thursday the week is no news any more.
STILL_NEWS = timedelta(days=3)
# A task has 60 seconds for everything; the others are for the next round.
SWEEP_SECONDS = 20.0
_MEASURES = ("missed", "texted", "speed_p50", "replied", "reply_rate", "booked", "recovered", "revenue", "cost", "net")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as it is read: this week, the week before, and what changed."""

    measure: Measure
    now: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`subject`, `text` and `html` of one e-mail; `lines` and `advice` are what they say."""

    subject: str
    text: str
    html: str
    lines: tuple[Line, ...]
    advice: tuple[Advice, ...]
    period: Period


def week_before(business: Business, *, now: datetime) -> Period:
    """The last whole week, Monday to Sunday, where the business is. Pure."""
    today = now.astimezone(business.zone).date()
    monday = today - timedelta(days=today.weekday() + 7)
    return Period(monday, monday + timedelta(days=6), business.zone)


def is_due(business: Business, *, now: datetime) -> bool:
    """Whether last week's may go out at this moment. Pure."""
    week = week_before(business, now=now)
    begins = datetime.combine(week.last + timedelta(days=1), SENT_FROM, business.zone)
    return begins <= now < begins + STILL_NEWS


def send_due(*, now: datetime) -> int:
    """Mail every business what is due; how many e-mails left. Harmless when it runs twice, or in two processes."""
    begun, sent = monotonic(), 0
    for business in _unsent(now):
        try:
            sent += _send(business, now=now)
        except Exception:  # whatever is wrong with one business, those behind it get theirs
            logger.exception("the weekly e-mail of business %s failed", business.pk)
        if monotonic() - begun > SWEEP_SECONDS:
            break
    return sent


def letter_of(scope: Scope, period: Period, *, now: datetime) -> Letter:
    """What readers of `scope` get about the week `period`, as of `now`."""
    week, before = compared(scope, period)
    lines = tuple(_line(MEASURES[key], week, before) for key in _MEASURES)
    advice = tuple(worth_doing(facts_of(scope, week, before, now=now)))
    context = {
        "business": scope.business,
        "is_part": scope.locations is not None,
        "period": period,
        "lines": lines,
        "advice": advice,
        "revenue": week.revenue,
        "assumed": written(week.revenue_assumed_cents, MEASURES["revenue"].unit),
        "site": settings.SITE_URL,
        "reports": settings.SITE_URL + reverse("reports:overview"),
        "preferences": settings.SITE_URL + reverse("inbox:preferences"),
    }
    counts = week.counts
    subject = f"{scope.business}: {_many(counts.missed, 'missed call')}, {_many(counts.recovered, 'job')} recovered"
    return Letter(
        subject, render_to_string("emails/digest.txt", context), render_to_string("emails/digest.html", context),
        lines, advice, period,
    )  # fmt: skip


def _unsent(now: datetime) -> Iterator[Business]:
    """Businesses that have had calls, whose week is due and not sent. In a demo nothing is mailed."""
    for business in Business.objects.filter(is_simulated=False).order_by("pk"):
        week = week_before(business, now=now).first
        if not is_due(business, now=now) or WeeklyDigest.objects.filter(business=business, week=week).exists():
            continue
        if Call.objects.filter(business=business, is_simulated=False).exists():
            yield business


def _send(business: Business, *, now: datetime) -> int:
    readers, period = _readers(business), week_before(business, now=now)
    # Written before the week is claimed: what fails here leaves it to the next look.
    letters = [
        (letter_of(Scope(business, places, business.zone), period, now=now), addresses)
        for places, addresses in readers.items()
    ]
    if not letters or not _claim(business, period.first, now=now):
        return 0
    sent = sum(_mail(letter, address) for letter, addresses in letters for address in addresses)
    mine = WeeklyDigest.objects.filter(business=business, week=period.first)
    if sent:
        mine.update(recipients=sent)
    else:
        # Nobody has got it, so the next look may try again.
        mine.delete()
    return sent


def _claim(business: Business, week: date, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            WeeklyDigest.objects.create(business=business, week=week, sent_at=now)
    except IntegrityError:
        return False
    return True


def _mail(letter: Letter, address: str) -> bool:
    preferences = settings.SITE_URL + reverse("inbox:preferences")
    try:
        mail.send(letter.subject, letter.text, [address], html=letter.html, unsubscribe=preferences)
    except Exception as problem:
        # Of whatever kind: the others get theirs. The error alone, for addresses are nothing for a log.
        logger.warning("a weekly e-mail could not be sent: %s", type(problem).__name__)
        return False
    return True


def _readers(business: Business) -> dict[tuple[int, ...] | None, list[str]]:
    """Addresses of owners and managers who want it, by the locations they may see; None: all."""
    rows = Membership.objects.filter(
        business=business, role__in=CONFIGURERS, gets_alerts=True, user__is_active=True
    ).exclude(user__email="").exclude(user__preferences__email_weekly=False)  # fmt: skip
    found: dict[tuple[int, ...] | None, list[str]] = defaultdict(list)
    for row in rows.select_related("user").prefetch_related("locations").order_by("pk"):
        found[tuple(sorted(place.pk for place in row.locations.all())) or None].append(row.user.email)
    return dict(found)


def _line(measure: Measure, week: Overview, before: Overview) -> Line:
    now, was = _value(measure.key, week), _value(measure.key, before)
    return Line(measure, written(now, measure.unit), written(was, measure.unit), change(now, was, measure.unit))


def _value(key: str, of: Overview) -> float | None:
    match key:
        case "speed_p50":
            return of.speed.p50
        case "reply_rate":
            return of.reply_rate
        case "revenue":
            return of.revenue_cents
        case "cost":
            return of.cost_cents
        case "net":
            return of.net_cents
    return float(getattr(of.counts, key))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
