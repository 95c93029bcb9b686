"""What staff configured, remembered for a second.

A rush of calls asks for the same account, number, hours and rules over and over, and reading them is most of what a
webhook costs. A change in the admin counts from the next second on; whatever must hold at once (opted out, paused,
stopped) is asked of the database again before a text leaves.
"""

from collections.abc import Callable, Collection, Hashable
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from cachetools import TTLCache
from django.conf import settings
from django.db.models import Exists, OuterRef

from leads.models import Business, Location, Membership
from messaging import rule_terms
from messaging.enums import CarrierKind, NumberMode
from messaging.models import AgentSettings, CarrierAccount, PhoneNumber, RingTarget, Script
from messaging.rules import RuleTerms
from recoverline.lib.phones import parse_phone
from scheduling import queries
from scheduling.hours import OpenState
from scheduling.models import BookingRules

T = TypeVar("T")

_remembered: TTLCache[Hashable, Any] = TTLCache(maxsize=5000, ttl=settings.CONFIGURATION_SECONDS)
_lock = Lock()


def _is_none(found: object) -> bool:
    return found is None


def remember(key: Hashable, read: Callable[[], T], *, unless: Callable[[T], bool] = _is_none) -> T:
    """What `read` returned less than settings.CONFIGURATION_SECONDS ago for this `key`; None is not remembered, nor
    what `unless` says.
    """
    with _lock:
        # Asked once: between a look and a second one it may have been forgotten.
        found: T | None = _remembered.get(key)
    if found is not None:
        return found
    found = read()
    if not unless(found):
        with _lock:
            _remembered[key] = found
    return found


def account_with_key(key: str) -> CarrierAccount | None:
    """The account in a webhook's address, with its business; also one that is switched off, for STOP reaches us all
    the same.
    """
    return remember(("account", key), lambda: CarrierAccount.objects.select_related("business").filter(key=key).first())


def number_called(account: CarrierAccount, to: str) -> PhoneNumber | None:
    """Our number, if this account may speak for it: another tenant's account never can. With business, location,
    account.

    Also one that is switched off, or that another account of the business carries by now: callers still call it and
    say STOP to it.
    """
    number = remember(("number", account.pk, to), lambda: _find_number(account, to))
    return number and _with_its_own(number)


def number_with_id(pk: int) -> PhoneNumber:
    """The same for a row that names it."""
    return _with_its_own(remember(("number", pk), lambda: PhoneNumber.objects.get(pk=pk)))


def location_with_id(pk: int) -> Location:
    """With its business."""
    location = remember(("location", pk), lambda: Location.objects.get(pk=pk))
    location.business = business_with_id(location.business_id)
    return location


def business_with_id(pk: int) -> Business:
    return remember(("business", pk), lambda: Business.objects.get(pk=pk))


def rung_by(number: PhoneNumber) -> list[tuple[str, bool]]:
    """The phones that this number rings, in order, and whether each is a line that comes back to us."""
    targets = remember(("targets", number.business_id), lambda: _find_targets(number.business_id))
    return targets.get(number.pk, [])


def active_accounts() -> int:
    """How many accounts texts may leave through, of all businesses."""
    return remember("accounts", lambda: CarrierAccount.objects.filter(is_active=True).count())


def rules_of(business_id: int) -> list[RuleTerms]:
    return remember(("rules", business_id), lambda: rule_terms.active_terms(business_id))


def scripts_of(business: Business) -> list[Script]:
    """Active scripts, of whatever kind."""
    return remember(("scripts", business.pk), lambda: list(business.scripts.filter(is_active=True)))


def books_online(business: Business) -> bool:
    """Whether a customer of this business can book something without a person."""
    return remember(("books", business.pk), lambda: finds_something_to_book(business))


def own_phones(business_id: int) -> frozenset[str]:
    """The business's numbers, the phones they ring and the team's own: calls from them are no customers'."""
    return remember(("phones", business_id), lambda: frozenset(_find_own_phones(business_id)))


def state_at(number: PhoneNumber, *, now: datetime) -> OpenState:
    """Whether the number's location is open at `now`."""
    return queries.state_in(week_at(number.location, now=now), number.location, now=now)


def week_at(location: Location, *, now: datetime) -> queries.Week:
    """Hours and closures of the location around `now`."""
    # Closures near `now` only are read, so the local day belongs to what is remembered.
    return remember(("week", location.pk, now.date()), lambda: queries.week_of(location, now=now))


def places_of(business: Business, service_ids: Collection[int]) -> dict[int, str]:
    """Where each service that customers book by themselves takes place, by its id."""
    places = remember(("places", business.pk), lambda: _find_places(business))
    return {pk: place for pk, place in places.items() if pk in service_ids}


def robot_of(business_id: int) -> AgentSettings | None:
    """How much the robot does, with what it does less of; None: nothing by itself."""
    return remember(("robot", business_id), lambda: _find_robot(business_id))


def _find_number(account: CarrierAccount, to: str) -> PhoneNumber | None:
    numbers = PhoneNumber.objects.filter(
        number=parse_phone(to, account.business.country) or to, business=account.business_id
    )
    if account.kind == CarrierKind.WEBHOOK:
        numbers = numbers.filter(reported_by=account, mode=NumberMode.EXTERNAL)
    return numbers.first()


def _with_its_own(number: PhoneNumber) -> PhoneNumber:
    """Many numbers share an account and a location, which are remembered by themselves."""
    number.business = business_with_id(number.business_id)
    number.location = location_with_id(number.location_id)
    number.account = _account_with_id(number.account_id)
    return number


def _account_with_id(pk: int) -> CarrierAccount:
    return remember(("account id", pk), lambda: CarrierAccount.objects.get(pk=pk))


def _find_targets(business_id: int) -> dict[int, list[tuple[str, bool]]]:
    ours = PhoneNumber.objects.filter(number=OuterRef("phone"), is_active=True).exclude(mode=NumberMode.EXTERNAL)
    rows = RingTarget.objects.filter(number__business=business_id).order_by("position", "id")
    found: dict[int, list[tuple[str, bool]]] = {}
    for number_id, phone, is_ours in rows.values_list("number_id", "phone", Exists(ours)):
        found.setdefault(number_id, []).append((phone, is_ours))
    return found


def finds_something_to_book(business: Business) -> bool:
    """A link to a page on which there is nothing to choose would be a dead end; a personal link needs no open page."""
    return BookingRules.objects.filter(service__business=business, service__is_active=True, is_online=True).exists()


def _find_places(business: Business) -> dict[int, str]:
    rules = BookingRules.objects.filter(service__business=business, is_online=True)
    return dict(rules.values_list("service_id", "place"))


def _find_robot(business_id: int) -> AgentSettings | None:
    return AgentSettings.objects.filter(business=business_id).prefetch_related("intents").first()


def _find_own_phones(business_id: int) -> list[str]:
    numbers = PhoneNumber.objects.filter(business=business_id).values_list("number")
    rung = RingTarget.objects.filter(number__business=business_id).values_list("phone")
    team = Membership.objects.filter(business=business_id).exclude(phone="").values_list("phone")
    shops = Location.objects.filter(business=business_id).exclude(phone="").values_list("phone")
    return [phone for (phone,) in numbers.order_by().union(rung.order_by(), team.order_by(), shops.order_by())]
