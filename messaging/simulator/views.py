"""The simulator's page. Only simulated numbers exist here; everything else is 404."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_POST

from leads.access import WRITERS
from messaging import beats
from messaging.models import PhoneNumber
from messaging.simulator import clock_moves, jobs
from messaging.simulator.access import numbers_for
from messaging.simulator.calls import Ending
from messaging.simulator.erasing import erase
from messaging.simulator.forms import CLOCK_SCRIPTS, ENDINGS, CallForm, ClockForm, ScenarioForm, SubjectForm, TextForm
from messaging.simulator.phone_screen import screen_of
from messaging.simulator.phones import ANONYMOUS, FATES, USUAL, caller_name, describe, fresh_phone, is_hidden
from messaging.simulator.scenarios import BY_KEY, by_group
from messaging.simulator.steps import PlaceCall, SendText, Step, parse_steps
from messaging.simulator.trace import trace_of
from recoverline.lib import clock
from recoverline.lib.phones import display_phone
from scheduling import queries

SENDER_IS_LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Subject:
    """`is_fresh`: every call comes from a phone that never called before."""

    number: PhoneNumber
    caller: str
    is_fresh: bool

    @property
    def query(self) -> str:
        fresh = {"fresh": "on"} if self.is_fresh else {}
        return urlencode({"number": str(self.number.key), "caller": self.caller, **fresh})


Act = Callable[[HttpRequest, Subject], HttpResponse]


# ---------------------------------------------------------------- pages
@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Controls, phone and trace."""
    numbers = list(numbers_for(request.user))
    if not numbers:
        return render(request, "simulator/empty.html")
    subject = _read(request.GET, numbers) or Subject(numbers[0], USUAL, True)
    may_act = numbers_for(request.user, roles=WRITERS).filter(pk=subject.number.pk).exists()
    context = {
        "numbers": numbers,
        "groups": by_group(),
        "endings": [(ending.value, label) for ending, label in ENDINGS.items()],
        "fates": FATES.values(),
        "callers": _callers(subject),
        "may_act": may_act,
        **_live_context(subject),
    }
    return render(request, "simulator/show.html", context)


@login_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Phone, clock and trace alone, for a page that keeps itself current."""
    subject = _read(request.GET, list(numbers_for(request.user)))
    if subject is None:
        raise Http404
    html = render_to_string("simulator/_live.html", _live_context(subject), request)
    etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(html)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


# ---------------------------------------------------------------- acts
def acting(view: Act) -> Callable[[HttpRequest], HttpResponse]:
    """Signed in, by POST, on a number that the person may use."""

    @login_required
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        subject = _read(request.POST, list(numbers_for(request.user)))
        if subject is None:
            raise Http404
        if not numbers_for(request.user, roles=WRITERS).filter(pk=subject.number.pk).exists():
            raise PermissionDenied
        return view(request, subject)

    return checked


@acting
def run_scenario(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = ScenarioForm(request.POST)
    if not form.is_valid():
        return _refuse(request, subject, form)
    scenario = BY_KEY[form.cleaned_data["scenario"]]
    steps = scenario.steps
    if scenario.is_text:
        never_called = screen_of(subject.number, subject.caller).last_call is None
        # A text that answers nothing tells half a story: the call that it answers comes first.
        return _play(request, subject, [*parse_steps("at open; call"), *steps] if never_called else steps)
    return _play(request, _for_call(subject, steps), steps)


@acting
def place_call(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = CallForm(request.POST)
    if not form.is_valid():
        return _refuse(request, subject, form)
    ending = Ending(form.cleaned_data["ending"])
    return _play(request, subject, [PlaceCall(ending=ending, words=form.cleaned_data["words"])])


@acting
def send_text(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = TextForm(request.POST)
    if not form.is_valid():
        return _refuse(request, subject, form)
    if is_hidden(subject.caller):
        messages.error(request, "A hidden number cannot send texts. Choose another phone.")
        return _back(subject)
    return _play(request, subject, [SendText(form.cleaned_data["body"], picture=form.cleaned_data["picture"])])


@acting
def move_clock(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = ClockForm(request.POST)
    if not form.is_valid():
        return _refuse(request, subject, form)
    return _play(request, subject, parse_steps(CLOCK_SCRIPTS[form.cleaned_data["to"]]))


@acting
def ask_erase(request: HttpRequest, subject: Subject) -> HttpResponse:
    """The question before the deed; by POST as well, so that no link can lead here."""
    return render(request, "simulator/erase.html", {"subject": subject})


@acting
def erase_simulated(request: HttpRequest, subject: Subject) -> HttpResponse:
    count = erase(subject.number.business)
    messages.success(request, f"Deleted {count} simulated calls and texts of {subject.number.business}.")
    return redirect("simulator:show")


# ---------------------------------------------------------------- what pages are made of
def _read(data: QueryDict, numbers: list[PhoneNumber]) -> Subject | None:
    """The number and phone that `data` names, None if the number is none of `numbers`; no phone is the usual one."""
    form = SubjectForm(data)
    form.is_valid()
    key = form.cleaned_data.get("number")
    found = next((number for number in numbers if number.key == key), None)
    if found is None:
        return None
    return Subject(found, form.cleaned_data.get("caller") or USUAL, bool(form.cleaned_data.get("fresh")))


def _for_call(subject: Subject, steps: list[Step]) -> Subject:
    """The subject with the phone that the script names, or a new one if every call is to come from one."""
    named = next((step.caller for step in steps if isinstance(step, PlaceCall) and step.caller), "")
    if named:
        caller = ANONYMOUS if named == "anonymous" else named
    elif subject.is_fresh:
        caller = fresh_phone(subject.number.business)
    else:
        caller = subject.caller
    return Subject(subject.number, caller, subject.is_fresh)


def _play(request: HttpRequest, subject: Subject, steps: list[Step]) -> HttpResponse:
    for note in jobs.start(subject.number, caller=subject.caller, steps=steps):
        messages.warning(request, note)
    return _back(subject)


def _refuse(request: HttpRequest, subject: Subject, form: SubjectForm) -> HttpResponse:
    for problems in form.errors.values():
        messages.error(request, " ".join(map(str, problems)))
    return _back(subject)


def _back(subject: Subject) -> HttpResponse:
    return redirect(f"{reverse('simulator:show')}?{subject.query}#phone")


def _live_context(subject: Subject) -> dict[str, object]:
    number, now = subject.number, clock.now()
    location = number.location
    lead_phone = "" if is_hidden(subject.caller) else subject.caller
    beat = beats.read().latest(beats.SENDER)
    return {
        "subject": subject,
        "zone": location.zone,
        "now": now,
        "open_state": queries.state_of(location, now=now),
        "may_move": clock_moves.may_move(),
        "is_moved": bool(clock.offset()),
        "screen": screen_of(number, subject.caller),
        "episodes": trace_of(number, subject.caller),
        "caller_name": caller_name(subject.caller),
        "caller_shown": display_phone(lead_phone, number.business.country) if lead_phone else "Hidden number",
        "sender_is_late": beat is None or abs(timezone.now() - beat) > SENDER_IS_LATE,
    }


def _callers(subject: Subject) -> list[tuple[str, str]]:
    """Phones to choose from: the present one, a few that are known by name, and those with a fate."""
    phones = [subject.caller, USUAL, "+15555550124", "+15555550125", *FATES, ANONYMOUS]
    return [(phone, describe(phone, subject.number.business.country)) for phone in dict.fromkeys(phones)]
