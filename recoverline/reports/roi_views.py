"""The calculator: for everybody at /roi/, and for those who read reports beside what really happened."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from recoverline.lib import clock
from recoverline.reports import roi_real
from recoverline.reports.asking import asked as asked_report
from recoverline.reports.roi import MODELS, outcome_of
from recoverline.reports.roi_forms import FIRST, AssumptionsForm, asked


@require_safe
@cache_control(private=True, max_age=0)
def show_public(request: HttpRequest) -> HttpResponse:
    return _page(request, asked(request.GET), {})


@login_required
@require_safe
def show_real(request: HttpRequest) -> HttpResponse:
    """The same with the figures of a business beside the assumptions; nothing for those who read no reports."""
    report = asked_report(request, "reports-roi", now=clock.now())
    if report is None:
        return render(request, "roi/nothing.html")
    form = asked(request.GET)
    if "part" in request.GET:
        return _page(request, form, {})
    real = roi_real.real_of(report.scope, now=report.now)
    beside, own = roi_real.beside(form, real), roi_real.address_of(real, form)
    # Only who has several has to say which.
    named = f"&business={report.business.slug}" if len(report.businesses) > 1 else ""
    also = {
        "asked": report, "real": real, "scope": report.scope, "rows": beside, "named": named,
        "real_address": own and own + named,
    }  # fmt: skip
    return _page(request, form, also)


def _page(request: HttpRequest, form: AssumptionsForm, also: dict[str, object]) -> HttpResponse:
    """The whole page, or the figures alone, which the script asks for while somebody types."""
    outcome = outcome_of(form.assumptions()) if form.is_valid() else None
    model = request.GET.get("model", "") if request.GET.keys() & form.fields.keys() else request.GET.get("model", FIRST)
    context = {"form": form, "outcome": outcome, "models": MODELS.values(), "asked_model": model, **also}
    return render(request, "roi/_outcome.html" if "part" in request.GET else "roi/show.html", context)


urlpatterns = [
    path("roi/", show_public, name="roi"),
    path("reports/roi/", show_real, name="reports-roi"),
]
