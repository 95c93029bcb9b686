"""The page where rules, hours or a script are tried against the calls of a past time, before anything is saved."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads.access import CONFIGURERS, businesses_for
from leads.admin.reach import places_of, user_of
from leads.models import Business
from messaging import access
from messaging.admin.calls import caller_of, local_time
from messaging.admin.replay_forms import ReplayForm, usual_days
from messaging.enums import CallState, MessageKind
from messaging.models import Call, Message, Rule
from messaging.replay import CALLS_AT_MOST, Draft, Replay, replay
from recoverline.lib import clock
from scheduling import queries

SHOWN = 200


def replay_page(
    request: HttpRequest, context: dict[str, Any], business: Business | None, drafted: Rule | None
) -> HttpResponse:
    """GET: as everything is saved. POST: with what is typed; `drafted` is a rule as it stands on its own page."""
    if business is None:
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        return render(request, "admin/messaging/rule/replay.html", {**context, "businesses": mine})
    form = _form(request, business, drafted)
    found = _replayed(request, form) if form.is_valid() else None
    rows = found.changed[:SHOWN] if found else ()
    also = {
        "business": business, "form": form, "drafted": drafted, "result": found, "shown": SHOWN,
        "listed": [(f"{caller_of(row.call)}, {local_time(row.call)}", row) for row in rows],
        "at_most": CALLS_AT_MOST, "carried": _carried(request) if drafted else [],
    }  # fmt: skip
    return render(request, "admin/messaging/rule/replay.html", {**context, **also}, status=200 if found else 422)


def _form(request: HttpRequest, business: Business, drafted: Rule | None) -> ReplayForm:
    others = Rule.objects.filter(business=business).exclude(pk=(drafted.pk if drafted else None) or 0)
    rules = [*others, *([drafted] if drafted else [])]
    rules.sort(key=lambda rule: (rule.position, rule.pk is None, rule.pk or 0))
    places = places_of(request, CONFIGURERS).filter(business=business)
    place = places.select_related("business").first()
    ranges = queries.hours_of(place) if place else []
    kinds: dict[str, Any] = {"business": business, "locations": places, "rules": rules, "ranges": ranges}
    first, last = usual_days(clock.now(), business.zone)
    form = ReplayForm(None, initial={"first": first, "last": last, "kind": "missed_call"}, **kinds)
    if "r-first" in request.POST:
        return ReplayForm(request.POST, **kinds)
    # What is saved, as if it had been typed.
    typed = {form.add_prefix(name): form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return ReplayForm({name: value for name, value in typed.items() if value not in (None, False)}, **kinds)


def _replayed(request: HttpRequest, form: ReplayForm) -> Replay:
    given, (begins, ends) = form.cleaned_data, form.between
    states = [CallState.MISSED, *([CallState.ANSWERED] if given["tries_hours"] else [])]
    calls = access.calls_for(user_of(request), roles=CONFIGURERS).filter(
        business=form.business, started_at__gte=begins, started_at__lt=ends, state__in=states,
        is_simulated=form.business.is_simulated,
    )  # fmt: skip
    if given["location"]:
        calls = calls.filter(location=given["location"])
    asked = calls.select_related("business", "location__business", "number", "lead")
    newest = asked.prefetch_related("number__ring_targets").order_by("-started_at", "-id")
    rows: list[Call] = list(newest[:CALLS_AT_MOST])
    places = {call.location_id: call.location for call in rows}
    weeks = {pk: queries.week_of(place, now=begins) for pk, place in places.items()} if given["tries_hours"] else {}
    script = form.drafted_script()
    draft = Draft(form.drafted_rules(), given.get("ranges"), weeks, script)
    return replay(rows, draft, texts=_texts(rows) if script else {})


def _texts(calls: list[Call]) -> dict[str, str]:
    leads = {call.lead_id for call in calls}
    texts = Message.objects.filter(lead__in=leads, kind=MessageKind.FIRST_TEXT, idem_key__startswith="missedcall:")
    return dict(texts.values_list("idem_key", "body"))


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the rule's own page, to be posted along with every further try."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith("r-") and name != "csrfmiddlewaretoken"
        for value in values
        if isinstance(value, str)
    ]
