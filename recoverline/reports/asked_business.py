"""Which business a page of figures is about, and as much of it as its reader may see."""

from django.http import Http404, HttpRequest

from leads.access import businesses_for
from leads.models import Business, Membership
from messaging.inbox.asking import user_of
from recoverline.reports.scopes import READERS, Scope


def readable(request: HttpRequest) -> list[Business]:
    """Those whose reports the person may read, by name."""
    return list(businesses_for(user_of(request), roles=READERS).order_by("name", "pk")[:200])


def asked_scope(request: HttpRequest) -> Scope | None:
    """?business=<slug>, else the first they may read; only their locations. None for those who read no reports.

    Raises Http404 for a business that is not theirs.
    """
    mine = readable(request)
    wanted = request.GET.get("business", "")
    if wanted and all(business.slug != wanted for business in mine):
        raise Http404
    business = next((business for business in mine if wanted in ("", business.slug)), None)
    if business is None:
        return None
    mine_there = Membership.objects.filter(user=user_of(request).pk, business=business, role__in=READERS)
    places = tuple(mine_there.exclude(locations=None).order_by("locations").values_list("locations", flat=True))
    return Scope(business, places or None, business.zone)
