"""One line above the inbox for who can set things up: how far it is, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from cachetools import TTLCache
from django.conf import settings

from leads.access import CONFIGURERS, User
from leads.models import Business, Location, Membership
from recoverline.getting_started.steps import Progress, progress_of, steps_of
from recoverline.lib import clock

# Asked on every look at the inbox, and worth a dozen statements: a minute old is new enough. Where nothing is
# remembered (in tests), this is not either.
_remembered: TTLCache[int, Progress] = TTLCache(maxsize=1000, ttl=60 if settings.CONFIGURATION_SECONDS else 0)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class SetUpLine:
    """`names_business`: whoever looks has several."""

    business: Business
    progress: Progress
    names_business: bool


def line_for(user: User, seen: Iterable[Location] = ()) -> SetUpLine | None:
    """Of the first business of `user` in which something is left, unless that is folded away and nothing broke since.

    `seen`: what messaging.access.locations_for has found for them, whose roles save a statement for most of the team.
    """
    roles = {role for place in seen if (role := getattr(place, "role", None))}
    if user.pk is None or (roles and not roles & {role.value for role in CONFIGURERS}):
        return None
    mine = Membership.objects.filter(user_id=user.pk, role__in=CONFIGURERS).select_related("business")
    memberships = list(mine.order_by("business__name"))
    for membership in memberships:
        progress = _progress(membership.business)
        if progress.next is not None and _is_news(membership, progress):
            return SetUpLine(membership.business, progress, len(memberships) > 1)
    return None


def forget(business: Business) -> None:
    """Somebody has just looked at all of it, or folded it: the next line is made anew."""
    with _lock:
        _remembered.pop(business.pk, None)


def _is_news(membership: Membership, progress: Progress) -> bool:
    folded = membership.setup_folded_at
    return folded is None or (progress.broken_since is not None and progress.broken_since > folded)


def _progress(business: Business) -> Progress:
    with _lock:
        found: Progress | None = _remembered.get(business.pk)
    if found is None:
        found = progress_of(steps_of(business, now=clock.now()))
        with _lock:
            _remembered[business.pk] = found
    return found
