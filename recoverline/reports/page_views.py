"""The pages of /reports/, for owners, managers and whoever may only read; each table is a file as well."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from recoverline.lib import clock
from recoverline.reports import (
    call_times_page,
    comparison_page,
    deliverability_page,
    lists,
    overview_page,
    robot_page,
    team_page,
)
from recoverline.reports.asking import Asked, asked
from recoverline.reports.measures import MEASURES
from recoverline.reports.tables import Table, as_csv

app_name = "reports"
FILTERS = (
    "hour", "day", "open", "at", "source", "reason", "rule", "status", "error", "suppression", "line", "filtered",
    "why", "once", "by", "sequence", "step",
)  # fmt: skip


@login_required
@require_GET
@never_cache
def show_overview(request: HttpRequest) -> HttpResponse:
    found = asked(request, "reports:overview", now=clock.now())
    if found is None:
        return _nothing(request)
    tables, tiles = overview_page.tables(found)
    return _page(request, found, "How it went", tables, tiles=tiles)


def _tables_page(name: str, title: str, tables: Callable[[Asked], list[Table]]) -> Callable[..., HttpResponse]:
    @login_required
    @require_GET
    @never_cache
    def show(request: HttpRequest) -> HttpResponse:
        found = asked(request, f"reports:{name}", now=clock.now())
        return _nothing(request) if found is None else _page(request, found, title, tables(found))

    return show


@login_required
@require_GET
@never_cache
def show_words(request: HttpRequest) -> HttpResponse:
    found = asked(request, "reports:words", now=clock.now())
    if found is None:
        return _nothing(request)
    return render(request, "reports/words.html", {"asked": found, "measures": MEASURES.values()})


@login_required
@require_GET
@never_cache
def show_rows(request: HttpRequest) -> HttpResponse:
    """What is behind a figure."""
    found = asked(request, "reports:row-list", now=clock.now())
    if found is None:
        return _nothing(request)
    figure = request.GET.get("figure", "missed")
    filters = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 else 1
    is_file = request.GET.get("csv", "") != ""
    listing = lists.listing(found, figure, filters, page=max(1, page), whole=is_file)
    if listing is None:
        raise Http404
    if is_file:
        return _file(found, figure, listing.table)

    def at(number: int) -> str:
        return found.behind(figure, page=number, **filters)

    context = {
        "asked": found, "listing": listing, "csv_url": found.behind(figure, csv="rows", **filters),
        "next_url": at(page + 1) if listing.has_next else "", "back_url": at(page - 1) if page > 1 else "",
    }  # fmt: skip
    return render(request, "reports/row_list.html", context)


def _page(request: HttpRequest, found: Asked, title: str, tables: list[Table], **more: object) -> HttpResponse:
    wanted = request.GET.get("csv", "")
    if wanted:
        shown = next((one for one in tables if one.key == wanted), None)
        if shown is None:
            raise Http404
        return _file(found, shown.key, shown)
    files = [(one, found.url(csv=one.key)) for one in tables]
    context = {"asked": found, "title": title, "tables": files, "measures": MEASURES, **more}
    return render(request, "reports/report_show.html", context)


def _file(found: Asked, name: str, shown: Table) -> HttpResponse:
    """The same cells as on the page."""
    place = f"-{found.location.slug}" if found.location else ""
    filename = f"{found.business.slug}{place}-{name}-{found.period.first}-{found.period.last}.csv"
    return HttpResponse(
        as_csv(shown),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/nothing.html")


urlpatterns = [
    path("", show_overview, name="overview"),
    path(
        "calls/",
        _tables_page("call-times", "When calls are missed", call_times_page.tables),
        name="call-times",
    ),
    path(
        "comparison/",
        _tables_page("comparison", "Texts, rules and sequences compared", comparison_page.tables),
        name="comparison",
    ),
    path("robot/", _tables_page("robot", "How the robot does", robot_page.tables), name="robot"),
    path("team/", _tables_page("team", "How the team does", team_page.tables), name="team"),
    path(
        "deliverability/",
        _tables_page("deliverability", "Whether texts arrive", deliverability_page.tables),
        name="deliverability",
    ),
    path("list/", show_rows, name="row-list"),
    path("words/", show_words, name="words"),
]
