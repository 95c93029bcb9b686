"""The page for owners, managers and superusers."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.access import CONFIGURERS, businesses_for
from messaging.inbox.asking import user_of
from recoverline.lib import clock
from recoverline.status import business, installation
from recoverline.status.lines import Line, State

# A page of each would be long; who has more of them goes by the admin.
SHOWN = 5


@login_required
@require_GET
def show_status(request: HttpRequest) -> HttpResponse:
    """Nobody else is told how the installation does: front desk and read-only see an empty page."""
    now, user = clock.now(), user_of(request)
    mine = list(businesses_for(user, roles=CONFIGURERS)[:SHOWN])
    parts = [_part(str(row), str(row.key), business.lines(row, user, now=now)) for row in mine]
    if mine:
        parts.insert(0, _part("The installation", "all", installation.lines(now, real_now=timezone.now())))
    return render(request, "status/status_show.html", {"parts": parts})


def _part(title: str, key: str, lines: list[Line]) -> dict[str, object]:
    """What needs a look comes first, what is not used last."""
    order = [State.LOOK, State.OK, State.OFF]
    bad = sum(line.state == State.LOOK for line in lines)
    return {"title": title, "key": key, "lines": sorted(lines, key=lambda line: order.index(line.state)), "bad": bad}


urlpatterns = [path("status/", show_status, name="status")]
