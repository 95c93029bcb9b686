"""What a customer does with an appointment that is booked: look, move, cancel. Looking changes nothing, since programs
that preview links look too; a change needs a press, and the version that the link belongs to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from recoverline.lib import clock
from scheduling import booking, links, waitlist
from scheduling.booking import BookingRefused
from scheduling.enums import AppointmentStatus, BookedBy, LinkPurpose
from scheduling.models import Appointment
from scheduling.page import public, views
from scheduling.page.entry import allowed, entered, query, show, thanks, too_many
from scheduling.page.forms import CancelForm
from scheduling.page.public import Entrance, Offer, Spot
from scheduling.page.views import PostOrGet
from scheduling.page.words import say, sentence
from scheduling.policy import may_cancel, may_move

MANAGE = (LinkPurpose.MANAGE,)


@require_safe
@entered(by_slug=False, purposes=tuple(LinkPurpose))
def show_link(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """What a personal link opens: the services to choose from, or the appointment."""
    if entrance.link is None or entrance.link.purpose == LinkPurpose.BOOK:
        return show(request, entrance, "service_list", offers=public.offers_of(entrance.business), **_kept(entrance))
    appointment = _appointment(entrance)
    return show(
        request, entrance, "manage_show", location=appointment.location, appointment=appointment,
        is_over=_is_over(appointment), was_moved=bool(query(request, "moved")), **_choices(entrance, appointment),
    )  # fmt: skip


def _kept(entrance: Entrance) -> dict[str, Any]:
    """What the waitlist keeps for whom the link is for, and where to take it."""
    entry = waitlist.offer_to(entrance.lead, now=clock.now()) if entrance.lead else None
    if entry is None or entry.offer is None:
        return {}
    return {"kept": entry.offer, "kept_url": entrance.url("details", public.sign_hold(entry.offer))}


# ---------------------------------------------------------------- move
def _moved_already(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse | None:
    start = public.parse_start(request.POST.get("start", ""), now=now)
    is_same = start == appointment.starts_at and appointment.status != AppointmentStatus.CANCELED
    return _to_new_link(appointment, now=now) if is_same else None


@PostOrGet
@entered(by_slug=False, purposes=MANAGE, again=_moved_already)
def move(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Other times; with `start` in the address, the question whether that one is meant. POST moves."""
    appointment, now = _appointment(entrance), clock.now()
    offer = public.offer_of(entrance.business, appointment.service_id)
    if not _choices(entrance, appointment)["may_move"] or offer is None:
        return _too_late(request, entrance, appointment)
    if request.method == "POST":
        return _move(request, entrance, offer, appointment)
    start = public.parse_start(query(request, "start"), now=now)
    if start is not None:
        return show(
            request, entrance, "manage_confirm", location=appointment.location, appointment=appointment, start=start,
            arrival_ends_at=_arrival_ends_at(appointment, start),
        )  # fmt: skip
    problem = "Please choose a time." if "start" in request.GET or "chosen" in request.GET else ""
    return _show_times(request, entrance, offer, appointment, problem=problem)


def _move(request: HttpRequest, entrance: Entrance, offer: Offer, appointment: Appointment) -> HttpResponse:
    now = clock.now()
    start = public.parse_start(request.POST.get("start", ""), now=now)
    if start is None:
        return _show_times(request, entrance, offer, appointment, problem="Please choose a time.", status=400)
    if not allowed(request, "change", now=now):
        return too_many(request, "change")
    try:
        moved = booking.reschedule(appointment, starts_at=start, by=BookedBy.PAGE, now=now, version=_version(entrance))
    except BookingRefused as refused:
        return _show_times(
            request, entrance, offer, appointment, problem=sentence(refused.reason), soon=refused.alternatives,
            status=409,
        )  # fmt: skip
    return _to_new_link(moved, now=now)


def _show_times(
    request: HttpRequest,
    entrance: Entrance,
    offer: Offer,
    appointment: Appointment,
    *,
    problem: str = "",
    soon: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    first = public.parse_day(query(request, "from"), now=now)
    week = public.slot_week(offer, Spot.of(appointment), now=now, first=first, ignoring=appointment)
    week = public.without(week, appointment.starts_at)
    return show(
        request, entrance, "manage_move", location=appointment.location, appointment=appointment, offer=offer,
        week=week, problem=problem, soon=soon, status=status,
    )  # fmt: skip


def _arrival_ends_at(appointment: Appointment, start: datetime) -> datetime | None:
    ends_at = appointment.arrival_ends_at
    return start + (ends_at - appointment.starts_at) if ends_at else None


def _to_new_link(appointment: Appointment, *, now: datetime) -> HttpResponse:
    """The move has made the old link useless; the way on is under the one of the new version."""
    return redirect(urlsplit(links.link_to_manage(appointment, now=now)).path + "?moved=1")


# ---------------------------------------------------------------- cancel
def _canceled_already(_request: HttpRequest, appointment: Appointment, _now: datetime) -> HttpResponse | None:
    return _to_canceled(appointment) if appointment.status == AppointmentStatus.CANCELED else None


@PostOrGet
@entered(by_slug=False, purposes=MANAGE, again=_canceled_already)
def cancel(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Whether to cancel, and why. POST cancels."""
    appointment, now = _appointment(entrance), clock.now()
    if not _choices(entrance, appointment)["may_cancel"]:
        return _too_late(request, entrance, appointment)
    form = CancelForm(request.POST or None, language=entrance.language)
    if request.method != "POST":
        return _show_cancel(request, entrance, appointment, form)
    if form.is_trapped:
        return thanks(request, entrance)
    if not form.is_valid():
        return _show_cancel(request, entrance, appointment, form, status=422)
    if not allowed(request, "change", now=now):
        return too_many(request, "change")
    reason = form.cleaned_data["reason"]
    try:
        canceled = booking.cancel(appointment, by=BookedBy.PAGE, now=now, version=_version(entrance), reason=reason)
    except BookingRefused:
        return _too_late(request, entrance, appointment)
    return _to_canceled(canceled)


def _show_cancel(
    request: HttpRequest, entrance: Entrance, appointment: Appointment, form: CancelForm, *, status: int = 200
) -> HttpResponse:
    return show(
        request, entrance, "manage_cancel", location=appointment.location, appointment=appointment, form=form,
        status=status,
    )  # fmt: skip


def _to_canceled(appointment: Appointment) -> HttpResponse:
    return redirect(reverse("booking:done", args=[appointment.business.slug, public.sign_done(appointment)]))


# ---------------------------------------------------------------- both
@require_safe
@entered(by_slug=False, purposes=MANAGE)
def download_invite(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """For the customer's calendar. Links get forwarded, so their address is not in it."""
    appointment = _appointment(entrance)
    if appointment.address:
        city = appointment.area.city if appointment.area else ""
        appointment.address = city or say("At your address", entrance.language)
    return views.invite_of(appointment, now=clock.now())


def _too_late(request: HttpRequest, entrance: Entrance, appointment: Appointment) -> HttpResponse:
    return show(
        request, entrance, "manage_late", location=appointment.location, appointment=appointment,
        is_over=_is_over(appointment), status=409,
    )  # fmt: skip


def _appointment(entrance: Entrance) -> Appointment:
    row = entrance.link.appointment if entrance.link else None
    if row is None:
        raise LookupError("A link to move or cancel belongs to an appointment.")
    row.business = row.location.business = row.service.business = entrance.business
    return row


def _version(entrance: Entrance) -> int:
    return entrance.link.version if entrance.link else 0


def _choices(entrance: Entrance, appointment: Appointment) -> dict[str, bool]:
    now, settings = clock.now(), entrance.settings
    status, starts_at = appointment.status, appointment.starts_at
    move_notice = timedelta(minutes=settings.move_notice_minutes)
    cancel_notice = timedelta(minutes=settings.cancel_notice_minutes)
    return {
        "may_move": may_move(status, starts_at=starts_at, now=now, notice=move_notice),
        "may_cancel": may_cancel(status, starts_at=starts_at, now=now, notice=cancel_notice),
    }


def _is_over(appointment: Appointment) -> bool:
    return appointment.ends_at <= clock.now() or appointment.status in (
        AppointmentStatus.COMPLETED,
        AppointmentStatus.NO_SHOW,
    )
