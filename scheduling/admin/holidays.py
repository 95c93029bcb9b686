"""The pick list of public holidays. Nothing is ticked beforehand and nothing closes by itself: each day is a choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from leads.access import CONFIGURERS, businesses_for
from leads.admin.reach import user_of
from leads.models import Business, Location
from recoverline.lib import clock
from scheduling.admin.times import TIME_FORMATS
from scheduling.models import Closure
from scheduling.open_days import clock_text
from scheduling.public_holidays import country_names, find_subdivision, list_holidays, subdivision_names

YEARS_OFFERED = 3
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Where:
    """For whom, and which list. `location` None: all locations."""

    business: Business
    location: Location | None
    country: str
    subdivision: str
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the list, as it stands on the page. `already` says what is there; such a day cannot be ticked."""

    day: date
    name: str
    already: str = ""
    is_ticked: bool = False
    opens: str = ""
    closes: str = ""
    problem: str = ""


def holidays_view(request: HttpRequest) -> HttpResponse:
    mine = businesses_for(user_of(request), roles=CONFIGURERS)
    if not mine.exists():
        raise Http404
    params = request.POST if request.method == "POST" else request.GET
    where = where_of(params, mine)
    rows = rows_of(where) if where is not None else []
    if where is not None and request.method == "POST":
        rows, closures = read_ticks(rows, where, request.POST)
        if not any(row.problem for row in rows):
            _say(request, add_closures(where, closures))
            return redirect("admin:scheduling_closure_changelist")
    context = {
        **admin.site.each_context(request),
        "title": "Add public holidays",
        "opts": Closure._meta,
        "where": where,
        "rows": rows,
        "businesses": mine,
        **(_choices(where) if where is not None else {}),
    }
    return render(request, "admin/scheduling/closure/holidays.html", context)


def where_of(params: Mapping[str, str], mine: QuerySet[Business]) -> Where | None:
    """What the page asks for; what it leaves open comes from the business. None: the business must be chosen first."""
    location = _pick(Location.objects.filter(business__in=mine), params.get("location", ""))
    business = location.business if location is not None else _pick(mine, params.get("business", ""))
    if business is None:
        if mine.count() > 1:
            return None
        business = mine.get()
    country = params.get("country", business.country)
    country = country if country in country_names() else business.country
    if "subdivision" in params:
        subdivision = find_subdivision(country, params["subdivision"])
    else:
        place = location or business.locations.exclude(region="").order_by("pk").first()
        subdivision = find_subdivision(country, place.region) if place is not None else ""
    return Where(business, location, country, subdivision, _years(params, business))


def rows_of(where: Where) -> list[Row]:
    """The holidays still to come, with what is there already for the same place."""
    today = clock.now().astimezone(where.business.zone).date()
    coming = [item for item in list_holidays(where.country, where.subdivision, where.years) if item.day >= today]
    there = list(_closures_of(where))
    return [Row(item.day, item.name, already=_already(item.day, there)) for item in coming]


def read_ticks(rows: Iterable[Row], where: Where, posted: Any) -> tuple[list[Row], list[Closure]]:
    """The rows as posted, and an unsaved closure for each ticked one that is in order."""
    ticked = set(posted.getlist("day"))
    read: list[Row] = []
    closures: list[Closure] = []
    for row in rows:
        day = row.day.isoformat()
        opens, closes = (posted.get(f"{name}-{day}", "").strip()[:20] for name in ("opens", "closes"))
        # Whoever fills in hours means the day, ticked or not.
        if row.already or not (day in ticked or opens or closes):
            read.append(row)
            continue
        row = replace(row, is_ticked=True, opens=opens, closes=closes)
        try:
            closures.append(_closure(row, where))
        except ValidationError as error:
            row = replace(row, problem=" ".join(error.messages))
        read.append(row)
    return read, closures


def add_closures(where: Where, closures: Iterable[Closure]) -> int:
    """Save those whose day is still free; two clicks at once make one row."""
    added = 0
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=where.business.pk)
        there = list(_closures_of(where))
        for closure in closures:
            if not _already(closure.starts_on, there):
                closure.save()
                added += 1
    return added


def _closure(row: Row, where: Where) -> Closure:
    field = forms.TimeField(input_formats=TIME_FORMATS, required=False)
    opens, closes = field.clean(row.opens), field.clean(row.closes)
    closure = Closure(
        business=where.business,
        location=where.location,
        name=row.name,
        starts_on=row.day,
        ends_on=row.day,
        opens=opens,
        closes=closes,
        next_day=opens is not None and closes == _MIDNIGHT,
    )
    closure.full_clean()
    return closure


def _closures_of(where: Where) -> QuerySet[Closure]:
    """What already holds at the place: what is said for all locations, and for this one."""
    place = Q(location=None) | Q(location=where.location) if where.location is not None else Q(location=None)
    return Closure.objects.filter(place, business=where.business, resource=None)


def _already(day: date, closures: Iterable[Closure]) -> str:
    for closure in closures:
        if closure.starts_on <= day <= closure.ends_on:
            if closure.opens is None or closure.closes is None:
                return f"{closure.name}: closed"
            return f"{closure.name}: {clock_text(closure.opens)} – {clock_text(closure.closes)}"
    return ""


def _years(params: Mapping[str, str], business: Business) -> tuple[int, ...]:
    offered = _years_offered(business)
    asked = params.get("years", "")
    return (int(asked),) if asked.isdecimal() and asked in map(str, offered) else offered[:2]


def _years_offered(business: Business) -> tuple[int, ...]:
    this_year = timezone.localdate(clock.now(), business.zone).year
    return tuple(range(this_year, this_year + YEARS_OFFERED))


def _choices(where: Where) -> dict[str, Any]:
    """What the selects of the page offer."""
    return {
        "locations": where.business.locations.all(),
        "countries": country_names(),
        "subdivisions": subdivision_names(where.country),
        "years": _years_offered(where.business),
        "year": where.years[0] if len(where.years) == 1 else None,
    }


def _pick(rows: "QuerySet[Any]", pk: str) -> Any:
    """The row with this key, None if none is asked for; what a person may not see does not exist."""
    if not pk:
        return None
    row = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise Http404
    return row


def _say(request: HttpRequest, added: int) -> None:
    if added:
        messages.success(request, f"{added} closure{'s' if added > 1 else ''} added.")
    else:
        messages.warning(request, "Nothing was added: no day was ticked that is not there already.")
