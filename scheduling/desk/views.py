"""The pages on which staff see appointments. Strangers get 404, members who may only look are shown no acts."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from leads.models import LeadEvent, Service
from recoverline.lib import clock
from recoverline.lib.text import clean_inbound, one_line
from scheduling import access, slots
from scheduling.availability import Refusal
from scheduling.desk import agenda
from scheduling.desk.forms import BookingForm, CancelForm, MoveForm, WhenForm, parse_moment, shown_at
from scheduling.desk.sight import Sight, appointment_seen, may_write, names_zone, sight_of
from scheduling.models import Appointment, WaitlistEntry
from scheduling.policy import CHANGEABLE
from scheduling.refusals import BookingRefused
from scheduling.slots import Circumstances

# Staff are warned of these and may go on; the others say that it cannot be.
OVERRULED = frozenset(
    {Refusal.TAKEN, Refusal.CLOSED, Refusal.TOO_SOON, Refusal.PAST, Refusal.TOO_FAR, Refusal.DAY_FULL, Refusal.OFF_GRID}
)


@dataclass(frozen=True, slots=True)
class Caution:
    """What the door said, what else is open, and what to send back to book all the same ("": impossible)."""

    text: str
    alternatives: tuple[datetime, ...]
    anyway: str


# ---------------------------------------------------------------- day and week
@login_required
@require_GET
def show_day(request: HttpRequest) -> HttpResponse:
    """A location's day, with what waits for an answer on top."""
    sight, now = sight_of(request), clock.now()
    if sight is None:
        return render(request, "appointments/nothing.html")
    seen, location = access.appointments_for(request.user), sight.location
    context = {
        **_board_context(sight, now=now),
        "requests": agenda.requests_to_confirm(seen, location, now=now),
        "waiting": agenda.waiting_on(access.waitlist_for(request.user), location, sight.day),
        "stale": agenda.stale_calendars(location, now=now, only=sight.resource),
        "before": sight.day - timedelta(days=1),
        "after": sight.day + timedelta(days=1),
    }
    return render(request, "appointments/day_show.html", context)


@login_required
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """The columns alone, for a page that keeps itself current; 304 when the asker has them already."""
    sight = sight_of(request)
    if sight is None:
        raise Http404
    html = render_to_string("appointments/_board.html", _board_context(sight, now=clock.now()), request)
    etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(html)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@login_required
@require_GET
def show_week(request: HttpRequest) -> HttpResponse:
    """Monday to Sunday, of a location or of one resource."""
    sight, now = sight_of(request), clock.now()
    if sight is None:
        return render(request, "appointments/nothing.html")
    first = sight.day - timedelta(days=sight.day.weekday())
    context = {
        "sight": sight,
        "zone": sight.location.zone,
        "days": agenda.week_page(sight.location, first=first, now=now, only=sight.resource),
        "stale": agenda.stale_calendars(sight.location, now=now, only=sight.resource),
        "first": first,
        "last": first + timedelta(days=6),
        "before": sight.day - timedelta(days=7),
        "after": sight.day + timedelta(days=7),
    }
    return render(request, "appointments/week_show.html", context)


def _board_context(sight: Sight, *, now: datetime) -> dict[str, object]:
    page = agenda.day_page(sight.location, day=sight.day, now=now, only=sight.resource, may_book=sight.may_write)
    return {"sight": sight, "zone": sight.location.zone, "page": page}


# ---------------------------------------------------------------- one appointment
@login_required
@require_GET
def show_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What is known of it, what has happened to it, and what can be done."""
    return render_appointment(request, appointment_seen(request, key))


def render_appointment(
    request: HttpRequest, appointment: Appointment, *, refused: BookingRefused | None = None, status: int = 200
) -> HttpResponse:
    location, now = appointment.location, clock.now()
    # By lead first, which is indexed: of a whole business there may be many.
    events = LeadEvent.objects.filter(business=appointment.business_id, lead=appointment.lead_id)
    events = events.filter(kind__startswith="appointment.", data__appointment=str(appointment.key))
    context = {
        "appointment": appointment,
        "zone": location.zone,
        "names_zone": names_zone(request),
        "history": events.select_related("actor").order_by("at", "id"),
        "may_write": may_write(request, location),
        "is_changeable": appointment.status in CHANGEABLE,
        "has_begun": appointment.starts_at <= now,
        "cancel_form": CancelForm(initial={"version": appointment.version}),
        "warning": warning_of(refused, "yes"),
    }
    return render(request, "appointments/appointment_show.html", context, status=status)


# ---------------------------------------------------------------- book and move: the forms
@login_required
@require_GET
def new_appointment(request: HttpRequest) -> HttpResponse:
    """The empty form, or one that knows the time, the resource, or who has waited."""
    sight = writable_sight(request)
    waiting = waiting_entry(request, sight)
    initial = {"day": f"{sight.day:%Y-%m-%d}", "resource": request.GET.get("with", "")}
    # From a conversation: who it is about.
    initial |= {field: one_line(clean_inbound(request.GET.get(field, "")), 120) for field in ("phone", "name")}
    services = list(BookingForm(location=sight.location, now=clock.now()).services())
    if len(services) == 1:
        initial["service"] = str(services[0].pk)
    start = parse_moment(request.GET.get("start", ""))
    if start is not None:
        initial |= shown_at(start, sight.location)
    if waiting is not None:
        known = {"phone": waiting.lead.phone, "name": waiting.name or waiting.lead.name, "address": waiting.address}
        initial |= {**known, "service": str(waiting.service_id), "day": f"{waiting.day:%Y-%m-%d}"}
    form = BookingForm(location=sight.location, now=clock.now(), initial=initial)
    return render_booking(request, sight, form)


@login_required
@require_GET
def move_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Its time and who has it, to be changed."""
    appointment = appointment_seen(request, key)
    if not may_write(request, appointment.location):
        raise PermissionDenied
    return render_move(request, appointment, MoveForm(appointment=appointment, now=clock.now()))


def render_booking(
    request: HttpRequest,
    sight: Sight,
    form: BookingForm,
    *,
    refused: BookingRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    service = form.asked_service()
    circumstances = Circumstances(resource=form.asked_resource(), area=form.asked_area(), for_staff=True)
    context = {
        "sight": sight,
        "zone": sight.location.zone,
        "form": form,
        "free": _free_times(form, circumstances, service) if service is not None else None,
        "service": service,
        "waiting": waiting_entry(request, sight),
        "warning": warning_of(refused, form.anyway()),
    }
    return render(request, "appointments/appointment_book.html", context, status=status)


def render_move(
    request: HttpRequest,
    appointment: Appointment,
    form: MoveForm,
    *,
    refused: BookingRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    circumstances = Circumstances(
        resource=form.asked_resource(), area=appointment.area, for_staff=True, ignoring=appointment
    )  # fmt: skip
    context = {
        "appointment": appointment,
        "zone": appointment.location.zone,
        "form": form,
        "free": _free_times(form, circumstances, appointment.service),
        "warning": warning_of(refused, form.anyway()),
        "names_zone": names_zone(request),
        "is_changeable": appointment.status in CHANGEABLE,
    }
    return render(request, "appointments/appointment_move.html", context, status=status)


def warning_of(refused: BookingRefused | None, anyway: str) -> Caution | None:
    if refused is None:
        return None
    return Caution(str(refused), tuple(refused.alternatives), anyway if refused.reason in OVERRULED else "")


def writable_sight(request: HttpRequest) -> Sight:
    """What is asked for, of those who may change it: 404 without a location, 403 without the right."""
    sight = sight_of(request)
    if sight is None:
        raise Http404
    if not sight.may_write:
        raise PermissionDenied
    return sight


def waiting_entry(request: HttpRequest, sight: Sight) -> WaitlistEntry | None:
    """Whose place on the waitlist the form is about, if it is about one."""
    try:
        key = uuid.UUID(request.GET.get("waiting", ""))
    except ValueError:
        return None
    mine = access.waitlist_for(request.user).filter(location=sight.location)
    return mine.select_related("lead", "service", "offer").filter(key=key).first()


def _free_times(form: WhenForm, circumstances: Circumstances, service: Service) -> list[datetime] | None:
    """What is open on the day that the form shows; None while it shows none that could be asked about."""
    day = form.asked_day()
    if day is None or not form.is_sensible(day):
        return None
    return slots.availability_in(circumstances, service, form.location, now=form.now, first=day, last=day).slots()
