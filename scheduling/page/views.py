"""The public booking page: what, where, when, who. Plain pages that survive reload and back; no session, no sign-in.

Each view serves the open page of a business and the personal links of its customers (scheduling.page.entry).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from recoverline.lib import clock
from scheduling import links, slots
from scheduling.availability import Refusal
from scheduling.booking import BookingRefused
from scheduling.calendars.ics import write_invite
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.page import acts, public
from scheduling.page.acts import Customer
from scheduling.page.entry import TooOften, allowed, entered, no_link, query, show, thanks, too_many
from scheduling.page.forms import DetailsForm
from scheduling.page.public import Entrance, Nowhere, Offer, Outside, Question, Spot
from scheduling.page.words import sentence
from scheduling.policy import CHANGEABLE

# Names a browser for as long as it is open, so that it gets back what it holds when it goes back and chooses again.
VISIT_COOKIE = "booking_visit"
# A second press of the last button comes within this time.
_PRESSED_TWICE = timedelta(minutes=2)

PostOrGet = require_http_methods(["GET", "HEAD", "POST"])


# ---------------------------------------------------------------- what
@require_safe
@entered()
def list_services(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    return show(request, entrance, "service_list", offers=public.offers_of(entrance.business))


# ---------------------------------------------------------------- where and when
@PostOrGet
@entered()
def list_slots(request: HttpRequest, entrance: Entrance, service: int) -> HttpResponse:
    """The open times of a week; what is missing to know them is asked first. POST keeps one of them."""
    if not allowed(request, "look", now=clock.now()):
        return too_many(request, "look")
    offer = public.offer_of(entrance.business, service)
    if offer is None:
        return show(request, entrance, "unavailable", why="service", status=404)
    spot = public.find_spot(entrance, offer, location_slug=query(request, "location"), place=query(request, "place"))
    if not isinstance(spot, Spot):
        return _ask_where(request, entrance, offer, spot)
    if request.method == "POST":
        return _keep(request, entrance, offer, spot)
    now = clock.now()
    gone = public.parse_start(query(request, "gone"), now=now)
    if gone is None:
        return _show_slots(request, entrance, offer, spot)
    after = gone - timedelta.resolution
    soon = slots.next_slots(offer.service, spot.location, now=now, after=after, area=spot.area)
    return _show_slots(request, entrance, offer, spot, problem=sentence(Refusal.GONE), soon=soon)


def _ask_where(
    request: HttpRequest, entrance: Entrance, offer: Offer, answer: Outside | Nowhere | Question
) -> HttpResponse:
    if isinstance(answer, Outside):
        return show(request, entrance, "unavailable", why="outside", offer=offer, place=answer.place)
    if isinstance(answer, Nowhere):
        return show(request, entrance, "unavailable", why="nowhere", offer=offer)
    locations = public.locations_for(entrance.business, offer.service) if answer == Question.LOCATION else []
    status = 400 if request.method == "POST" else 200
    return show(request, entrance, "place_ask", offer=offer, locations=locations, status=status)


def _keep(request: HttpRequest, entrance: Entrance, offer: Offer, spot: Spot) -> HttpResponse:
    now = clock.now()
    start = public.parse_start(request.POST.get("start", ""), now=now)
    if start is None:
        return _show_slots(request, entrance, offer, spot, problem="Please choose a time.", status=400)
    for act in ("holds-at-once", "hold"):
        if not allowed(request, act, now=now):
            return too_many(request, act)
    try:
        held = acts.keep_slot(entrance, offer, spot, start, visit=_visit_of(request) or uuid.uuid4().hex, now=now)
    except BookingRefused as refused:
        return _show_slots(
            request, entrance, offer, spot, problem=sentence(refused.reason), soon=refused.alternatives, status=409
        )
    return redirect(entrance.url("details", public.sign_hold(held)))


def _show_slots(
    request: HttpRequest,
    entrance: Entrance,
    offer: Offer,
    spot: Spot,
    *,
    problem: str = "",
    soon: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    visit = _visit_of(request)
    mine = acts.live_hold(entrance, visit, now=now) if visit else None
    first = public.parse_day(query(request, "from"), now=now)
    week = public.slot_week(offer, spot, now=now, first=first, ignoring=mine)
    answer = show(
        request, entrance, "slot_list", location=spot.location, offer=offer, spot=spot, week=week, problem=problem,
        soon=soon, kept=mine.starts_at if mine else None, status=status,
    )  # fmt: skip
    if not visit:
        answer.set_cookie(
            VISIT_COOKIE, uuid.uuid4().hex, httponly=True, samesite="Lax", secure=request.is_secure(),
            path=entrance.start_url,
        )  # fmt: skip
    return answer


def _visit_of(request: HttpRequest) -> str:
    """The browser's own name for itself, "" when it has none or made one up."""
    try:
        return uuid.UUID(request.COOKIES.get(VISIT_COOKIE, "")).hex
    except ValueError:
        return ""


# ---------------------------------------------------------------- who
@dataclass(frozen=True, slots=True)
class Kept:
    """The time that the form is about. `is_live`: nobody else can have it at the moment."""

    row: Appointment
    offer: Offer
    is_live: bool

    @property
    def spot(self) -> Spot:
        return Spot.of(self.row)


@PostOrGet
@entered(personal=True)
def ask_details(request: HttpRequest, entrance: Entrance, signed: str) -> HttpResponse:
    """Name, phone and what it is about, for a time that is kept. Only who has the signed hold can finish it."""
    now = clock.now()
    held = public.find_held(entrance, signed, now=now)
    if held is None:
        return no_link(request)
    if held.status not in (AppointmentStatus.HOLD, AppointmentStatus.EXPIRED):
        if held.version > 1 and (held.booked_at is None or now - held.booked_at >= _PRESSED_TWICE):
            return no_link(request)  # this page must not lead to what others have made of the appointment
        return redirect(entrance.url("done", public.sign_done(held)))
    offer = public.offer_of(entrance.business, held.service_id)
    if offer is None:
        return show(request, entrance, "unavailable", why="service", status=404)
    is_live = held.status == AppointmentStatus.HOLD and held.hold_expires_at is not None and held.hold_expires_at > now
    kept = Kept(held, offer, is_live)
    if request.method == "POST":
        return _book(request, entrance, kept)
    if not is_live:
        gone = urlencode({"gone": held.starts_at.isoformat()})
        return redirect(f"{entrance.url('slot-list', offer.service.pk)}?{kept.spot.query}&{gone}")
    initial = {"name": entrance.lead.name if entrance.lead else "", "address": kept.spot.place}
    return _show_details(request, entrance, kept, _details_form(entrance, kept, initial=initial))


def _book(request: HttpRequest, entrance: Entrance, kept: Kept) -> HttpResponse:
    now, held = clock.now(), kept.row
    form = _details_form(entrance, kept, data=request.POST)
    if form.is_trapped:
        return thanks(request, entrance)
    if not form.is_valid():
        return _show_details(request, entrance, kept, form, status=422)
    if not allowed(request, "book", now=now):
        return too_many(request, "book")
    other = request.POST.get("start", "")
    start = public.parse_start(other, now=now) if other else held.starts_at
    customer = Customer(**{name: form.cleaned_data.get(name, "") for name in ("name", "phone", "address", "note")})
    try:
        if start is None:
            raise BookingRefused(Refusal.OFF_GRID, _after(kept, now=now))
        booked = acts.book_kept(entrance, held, customer, start=start, now=now)
    except TooOften as often:
        return too_many(request, often.limit)
    except BookingRefused as refused:
        return _show_details(
            request, entrance, kept, form, problem=sentence(refused.reason), soon=refused.alternatives, status=409
        )
    if booked.status in CHANGEABLE:
        links.link_to_manage(booked, now=now)  # made here, so that looking at the next page writes nothing
    return redirect(entrance.url("done", public.sign_done(booked)))


def _after(kept: Kept, *, now: datetime) -> list[datetime]:
    row = kept.row
    return slots.next_slots(row.service, row.location, now=now, after=row.starts_at, area=row.area)


def _details_form(entrance: Entrance, kept: Kept, **kwargs: Any) -> DetailsForm:
    return DetailsForm(
        business=entrance.business, knows_phone=entrance.lead is not None, language=entrance.language,
        area=kept.row.area, asks_address=not kept.offer.comes_to_us, **kwargs,
    )  # fmt: skip


def _show_details(
    request: HttpRequest,
    entrance: Entrance,
    kept: Kept,
    form: DetailsForm,
    *,
    problem: str = "",
    soon: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    back = f"{entrance.url('slot-list', kept.offer.service.pk)}?{kept.spot.query}"
    return show(
        request, entrance, "details", location=kept.row.location, appointment=kept.row, offer=kept.offer, form=form,
        is_live=kept.is_live, problem=problem, soon=soon, back=back, status=status,
    )  # fmt: skip


# ---------------------------------------------------------------- booked
@require_safe
@entered(personal=True, even_if_off=True)
def show_done(request: HttpRequest, entrance: Entrance, signed: str) -> HttpResponse:
    """What was booked, asked for or canceled. Of a later version it only says that there is one."""
    now = clock.now()
    found = public.find_done(entrance, signed, now=now)
    if found is None:
        return no_link(request)
    appointment, is_current = found
    manage = ""
    if is_current and appointment.status in CHANGEABLE and appointment.starts_at > now:
        manage = links.link_to_manage(appointment, now=now)
    return show(
        request, entrance, "done", location=appointment.location, appointment=appointment, is_current=is_current,
        manage=manage, invite=entrance.url("booked-invite" if entrance.link else "invite", signed),
        google=_google_link(appointment),
    )  # fmt: skip


@require_safe
@entered(personal=True, even_if_off=True)
def download_invite(request: HttpRequest, entrance: Entrance, signed: str) -> HttpResponse:
    """The appointment as a file for the customer's own calendar."""
    now = clock.now()
    found = public.find_done(entrance, signed, now=now)
    if found is None or not found[1]:
        return no_link(request)
    return invite_of(found[0], now=now)


def invite_of(appointment: Appointment, *, now: datetime) -> HttpResponse:
    answer = HttpResponse(write_invite(appointment, now=now), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return answer


def _google_link(appointment: Appointment) -> str:
    """The same for a calendar in the web; it carries no name, phone or address of the customer."""
    ends_at = appointment.arrival_ends_at or appointment.ends_at
    dates = "/".join(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (appointment.starts_at, ends_at))
    title = f"{appointment.service.name}, {appointment.business.name}"
    fields = {"action": "TEMPLATE", "text": title, "dates": dates}
    return f"https://calendar.google.com/calendar/render?{urlencode(fields)}"
