"""What somebody asks of a report, by the address alone: a business, a location, a time."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from leads.access import businesses_for
from leads.models import Business, Location
from messaging.models import Call
from recoverline.reports.periods import CHOICES, Period, asked_period, usual_days
from recoverline.reports.scopes import READERS, Scope, locations_of

# Who may see thousands of businesses chooses from the first of them, or names one in the address.
NAMED_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """`businesses`, `locations`: what could be asked for; `location` None: all of `locations` together."""

    business: Business
    businesses: tuple[Business, ...]
    locations: tuple[Location, ...]
    location: Location | None
    scope: Scope
    period: Period
    page: str
    now: datetime

    @property
    def is_limited(self) -> bool:
        """Whether the business has locations that they may not see."""
        return self.location is None and self.scope.locations is not None

    def url(self, page: str = "", /, **changes: object) -> str:
        """`page` (this one, if not named) about the same business, location and days."""
        kept: dict[str, object] = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        if self.location is not None:
            kept["location"] = self.location.slug
        if len(self.businesses) > 1:
            kept["business"] = self.business.slug
        kept.update(changes)
        query = urlencode({name: value for name, value in kept.items() if value not in ("", None)})
        return f"{reverse(page or self.page)}?{query}"

    def behind(self, figure: str, /, **filters: object) -> str:
        """The list of what a figure counts."""
        return self.url("reports:row-list", figure=figure, **filters)

    @property
    def lengths(self) -> list[Choice]:
        """The usual periods."""
        today = asked_period({"days": "1"}, zone=self.scope.zone, now=self.now).last
        return [
            Choice(
                f"{days} days", self.url(days=days, **{"from": "", "to": ""}),
                self.period.days == days and self.period.last == today,
            )
            for days in CHOICES
        ]  # fmt: skip

    @property
    def pages(self) -> list[Choice]:
        return [Choice(label, self.url(name), name == self.page) for name, label in PAGES]


PAGES = (
    ("reports:overview", "Overview"),
    ("reports:call-times", "When calls are missed"),
    ("reports:comparison", "Texts and rules compared"),
    ("reports:robot", "Robot"),
    ("reports:team", "Team"),
    ("reports:deliverability", "Deliverability"),
    ("reports-roi", "What it is worth"),
    ("reports-digest", "The week by e-mail"),
    ("reports:words", "What these words mean"),
)


def asked(request: HttpRequest, page: str, *, now: datetime) -> Asked | None:
    """None: there is no business whose figures they may read. Raises Http404 for one, or a location, they may not."""
    readable = businesses_for(request.user, roles=READERS).order_by("name", "pk")
    slug = request.GET.get("business", "")
    found = tuple(readable[:NAMED_AT_MOST])
    business = readable.filter(slug=slug).first() if slug else next(iter(found), None)
    if business is None:
        if slug:
            raise Http404
        return None
    places = tuple(locations_of(request.user, business))
    wanted = request.GET.get("location", "")
    location = next((place for place in places if place.slug == wanted), None)
    if wanted and location is None:
        raise Http404
    scope = _scope(business, places, location)
    period = asked_period(
        request.GET.dict(), zone=scope.zone, now=now, usual=lambda: usual_days(_first_call(business), now=now)
    )
    return Asked(business, found, places, location, scope, period, page, now)


def _first_call(business: Business) -> datetime | None:
    calls = Call.objects.filter(business=business, is_simulated=business.is_simulated)
    return calls.order_by("started_at").values_list("started_at", flat=True).first()


def _scope(business: Business, places: tuple[Location, ...], location: Location | None) -> Scope:
    if location is not None:
        return Scope(business, (location.pk,), location.zone)
    if Location.objects.filter(business=business).count() > len(places):
        return Scope(business, tuple(place.pk for place in places), business.zone)
    return Scope(business, None, business.zone)
