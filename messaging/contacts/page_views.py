"""People from files and into files: for owners and managers of a whole business.

The file is never kept: it is read, shown as what would happen, and read again when somebody says "Import".
"""

import time
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leads import events
from leads.access import CONFIGURERS
from leads.admin.reach import whole_business_ids
from leads.exchange.columns import Column, problem_of
from leads.models import Business, Lead
from messaging.contacts import export
from messaging.contacts.page_forms import ImportForm, Upload, columns_of, has_seen, seal
from messaging.contacts.plan import Plan, Planned, Verdict, plan_import
from messaging.contacts.writing import Written, write
from messaging.inbox.asking import user_of
from recoverline.lib import clock

app_name = "contacts"
# A page with more of each would not be read.
SHOWN = 50
# Then the browser asks again, rather than that a proxy gives up.
SECONDS_AT_ONCE = 12.0
_FORMATS = {"csv": ("text/csv; charset=utf-8", export.csv_of), "vcf": ("text/vcard; charset=utf-8", export.vcards_of)}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column on the page: its field, its name, what it is taken as, and what stands in it."""

    field: str
    name: str
    chosen: Column
    examples: tuple[str, ...]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def import_people(request: HttpRequest) -> HttpResponse:
    """POST with act=look shows what would happen; act=write does it, if just this has been shown."""
    form = ImportForm(_mine(request), request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "contacts/import.html", {"form": form}, status=status)
    business, upload, now = form.cleaned_data["business"], form.cleaned_data["file"], clock.now()
    columns = columns_of(request.POST, upload)
    context = {"form": form, "business": business, "upload": upload, "columns": _column_choices(upload, columns)}
    context |= {"kinds": list(Column), "problem": problem_of(columns)}
    if context["problem"]:
        return render(request, "contacts/import.html", context, status=422)
    plan = plan_import(business, upload.table, columns, form.choices, origin=upload.name, now=now)
    asks = request.POST.get("act") == "write"
    if asks and has_seen(request.POST, business, upload, columns, form.choices):
        context["written"] = _write(request, business, plan, upload)
    else:
        context["is_other"] = asks
    context |= {"seal": seal(business, upload, columns, form.choices), **_shown(plan)}
    return render(request, "contacts/import.html", context)


def _write(request: HttpRequest, business: Business, plan: Plan, upload: Upload) -> Written:
    ends = time.monotonic() + SECONDS_AT_ONCE
    return write(
        business, plan, by=user_of(request), origin=upload.name, now=clock.now(),
        has_time=lambda: time.monotonic() < ends,
    )  # fmt: skip


def _column_choices(upload: Upload, columns: tuple[Column, ...]) -> list[ColumnChoice]:
    table = upload.table
    return [
        ColumnChoice(f"column-{position}", name, columns[position], _examples(upload, position))
        for position, name in enumerate(table.header)
    ]


def _examples(upload: Upload, position: int) -> tuple[str, ...]:
    cells = (row.cells[position][:40] for row in upload.table.rows[:200] if row.cells[position])
    return tuple(dict.fromkeys(cells))[:3]


def _shown(plan: Plan) -> dict[str, object]:
    def some(people: list[Planned]) -> dict[str, object]:
        return {"count": len(people), "people": people[:SHOWN], "more": max(len(people) - SHOWN, 0)}

    groups = {
        verdict.name.lower(): some([each for each in plan.people if each.verdict is verdict]) for verdict in Verdict
    }
    doubtful = [each for each in plan.people if each.why and each.verdict is not Verdict.REFUSED]
    return {
        "plan": plan, "groups": groups, "stops": some(list(plan.stops)), "never": some(list(plan.never_text)),
        "doubtful": some(doubtful), "does_nothing": not _does_something(plan),
    }  # fmt: skip


def _does_something(plan: Plan) -> bool:
    return bool(plan.stops or plan.never_text) or any(
        each.verdict in (Verdict.NEW, Verdict.COMPLETED) for each in plan.people
    )


@login_required
@never_cache
@require_POST
def export_people(request: HttpRequest, form: str) -> HttpResponseBase:
    """What the list of leads in the settings shows with the same filters, as a file. The timeline says who took it."""
    if form not in _FORMATS:
        raise Http404
    mine = _mine(request)
    leads = _filtered(request).filter(business__in=mine, is_team=False, erased_at=None)
    counts = leads.order_by().values("business").annotate(count=Count("pk", distinct=True))
    taken = dict(counts.values_list("business", "count"))
    for business in mine.filter(pk__in=taken):
        told = f"{taken[business.pk]} people as {form}"
        events.record("lead.exported", business=business, at=clock.now(), actor=user_of(request), text=told)
    kind, write_rows = _FORMATS[form]
    answer = StreamingHttpResponse(write_rows(leads), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="people.{form}"'
    return answer


def _filtered(request: HttpRequest) -> "QuerySet[Lead]":
    page = admin.site.get_model_admin(Lead)
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied
    rows: QuerySet[Lead] = page.get_changelist_instance(request).get_queryset(request)
    return rows


def _mine(request: HttpRequest) -> "QuerySet[Business]":
    """Businesses whose people are theirs to bring and take. Raises PermissionDenied without one."""
    ids = whole_business_ids(request, CONFIGURERS)
    if not ids:
        raise PermissionDenied
    return Business.objects.filter(pk__in=ids).order_by("name")


urlpatterns = [
    path("import/", import_people, name="import"),
    path("export.<str:form>", export_people, name="export"),
]
