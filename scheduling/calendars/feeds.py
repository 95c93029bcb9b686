"""Addresses under which calendars of staff subscribe to appointments. Whoever has the address can read it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from leads.models import Business, Location
from recoverline.lib.signing import hash_token, new_token
from scheduling.calendars.ics import write_calendar
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, CalendarFeed, Resource

BACK = timedelta(days=30)
AHEAD = timedelta(days=365)
SEEN_EVERY = timedelta(minutes=1)
# A hold is not yet anything, and one that ran out never was.
LISTED = (
    AppointmentStatus.REQUESTED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.COMPLETED,
    AppointmentStatus.NO_SHOW,
    AppointmentStatus.CANCELED,
)


def create_feed(
    business: Business,
    *,
    resource: Resource | None = None,
    location: Location | None = None,
    shows_customers: bool,
    now: datetime,
) -> tuple[CalendarFeed, str]:
    """A new feed of exactly one of both, and its address, which cannot be told again."""
    feed = CalendarFeed(business=business, resource=resource, location=location, shows_customers=shows_customers)
    address = give_address(feed, now=now)
    feed.save()
    return feed, address


def give_address(feed: CalendarFeed, *, now: datetime) -> str:
    """Make the address of a feed that is not saved yet; the row keeps a hash of its secret."""
    token = new_token()
    feed.token_hash, feed.created_at = hash_token(token), now
    return f"{settings.SITE_URL}{reverse('booking:feed-show', args=[feed.business.slug, token])}"


def revoke(feed: CalendarFeed, *, now: datetime) -> bool:
    """Nobody reads it from here on, for good. False if it was so already."""
    return bool(CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now))


def find_feed(slug: str, token: str) -> CalendarFeed | None:
    """The feed behind an address; None for unknown, revoked and another business's alike."""
    feeds = CalendarFeed.objects.filter(token_hash=hash_token(token), business__slug=slug, revoked_at=None)
    return feeds.select_related("business", "resource", "location__business").first()


def note_fetch(feed: CalendarFeed, *, now: datetime) -> None:
    """Remember that it was asked for, at most once a minute."""
    long_ago = Q(fetched_at=None) | Q(fetched_at__lte=now - SEEN_EVERY)
    CalendarFeed.objects.filter(long_ago, pk=feed.pk).update(fetched_at=now)


def write_feed(feed: CalendarFeed, *, now: datetime) -> bytes:
    """From 30 days ago to a year ahead; what was canceled stays as such for 30 days."""
    rows = _appointments(feed).filter(status__in=LISTED, ends_at__gt=now - BACK, starts_at__lt=now + AHEAD)
    return write_calendar(
        rows.select_related("service__booking_rules", "location", "lead").prefetch_related("resources"),
        name=f"{feed.business.name}: {feed.resource or feed.location}",
        zone=_zone(feed),
        shows_customers=feed.shows_customers,
        now=now,
    )


def changed_at(feed: CalendarFeed) -> datetime:
    """When the feed may last have changed.

    Counts every appointment of the business: one that was moved to somebody else has left this feed without a trace.
    """
    latest: datetime | None = Appointment.objects.filter(business=feed.business_id).aggregate(at=Max("updated_at"))[
        "at"
    ]
    return max(latest, feed.created_at) if latest else feed.created_at


def _appointments(feed: CalendarFeed) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(business=feed.business_id)
    if feed.resource_id is not None:
        return rows.filter(assignments__resource=feed.resource_id)
    return rows.filter(location=feed.location_id)


def _zone(feed: CalendarFeed) -> ZoneInfo:
    return feed.location.zone if feed.location else feed.business.zone
