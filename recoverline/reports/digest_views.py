"""The e-mail of the week as it would be sent now, to look at: nothing is mailed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from recoverline.lib import clock
from recoverline.reports.asking import asked
from recoverline.reports.digest import letter_of, week_before


@login_required
@require_GET
@never_cache
def show_digest(request: HttpRequest) -> HttpResponse:
    found = asked(request, "reports-digest", now=clock.now())
    if found is None:
        return render(request, "reports/nothing.html")
    period = week_before(found.business, now=found.now)
    letter = letter_of(found.scope, period, now=found.now)
    return render(request, "roi/digest_show.html", {"asked": found, "letter": letter, "business": found.business})


urlpatterns = [path("reports/digest/", show_digest, name="reports-digest")]
