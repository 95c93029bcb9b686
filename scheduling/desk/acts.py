"""What staff do to appointments. Each act is about the version that the page has shown; nothing is done to another."""

import uuid
from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from leads.access import WRITERS
from leads.areas import find_area
from leads.models import Location
from recoverline.lib import clock
from scheduling import access, booking, records, waitlist
from scheduling.availability import Refusal
from scheduling.booking import BookingRefused, Wanted
from scheduling.desk import by_hand
from scheduling.desk.by_hand import Caller
from scheduling.desk.forms import BookingForm, CancelForm, MoveForm, VersionForm, WhenForm, parse_moment, shown_at
from scheduling.desk.sight import Sight, appointment_seen, may_write
from scheduling.desk.views import render_appointment, render_booking, render_move, waiting_entry, writable_sight
from scheduling.enums import BookedBy
from scheduling.models import Appointment

CHANGED = "This appointment was changed in the meantime. Nothing was done: look at it again."

BOOKED_ALREADY = "This page had booked already. Nothing was added."


# ---------------------------------------------------------------- book and move
@login_required
@require_POST
def book_appointment(request: HttpRequest) -> HttpResponse:
    """Book it, or the form again: with free times when only they were asked for, with a warning when it is refused."""
    sight = writable_sight(request)
    location, now = sight.location, clock.now()
    data = _with_chosen_time(request, location)
    if _only_looks(request):
        return render_booking(request, sight, BookingForm(location=location, now=now, initial=data.dict()))
    form = BookingForm(data, location=location, now=now)
    if not form.is_valid():
        return render_booking(request, sight, form, status=422)
    try:
        booked = _book(request, sight, form)
    except BookingRefused as refused:
        if refused.reason != Refusal.CHANGED:
            return render_booking(request, sight, form, refused=refused, status=409)
        messages.error(request, f"{BOOKED_ALREADY} For another appointment open a new page.")
        return _back_to_day(location, form.cleaned_data["day"])
    if booked.booked_at != now:
        messages.info(request, BOOKED_ALREADY)
    else:
        _say_done(request, "Booked", booked, form)
    return _back_to(booked)


@login_required
@require_POST
def reschedule_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Move it, or the form again with a warning."""
    appointment, now = _writable(request, key), clock.now()
    data = _with_chosen_time(request, appointment.location)
    if _only_looks(request):
        return render_move(request, appointment, MoveForm(appointment=appointment, now=now, initial=data.dict()))
    form = MoveForm(data, appointment=appointment, now=now)
    if not form.is_valid() or form.reading is None:
        return render_move(request, appointment, form, status=422)
    try:
        moved = booking.reschedule(
            appointment, starts_at=form.reading.starts_at, by=BookedBy.STAFF, now=now, actor=_user(request),
            version=form.cleaned_data["version"], resource=form.cleaned_data["resource"],
            overrules=request.POST.get("anyway") == form.anyway(),
        )  # fmt: skip
    except BookingRefused as refused:
        if _is_stale(refused, appointment, form.cleaned_data["version"]):
            messages.error(request, CHANGED)
            return _back_to(appointment)
        return render_move(request, appointment, form, refused=refused, status=409)
    if moved.version == form.cleaned_data["version"]:
        messages.info(request, "It is at this time already. Nothing was changed.")
    else:
        _say_done(request, "Moved", moved, form)
    return _back_to(moved)


def _book(request: HttpRequest, sight: Sight, form: BookingForm) -> Appointment:
    values, location = form.cleaned_data, sight.location
    assert form.reading is not None  # noqa: S101  the form is valid
    wanted = Wanted(
        service=values["service"], location=location, starts_at=form.reading.starts_at, resource=values["resource"],
        area=values["area"] or find_area(location.business, values["address"]), address=values["address"],
        note=values["note"],
    )  # fmt: skip
    return by_hand.book_for(
        Caller(values["phone"], values["name"], waiting_entry(request, sight)), wanted,
        actor=_user(request), now=form.now, idem_key=f"staff:{values['client_id'].hex}",
        overrules=request.POST.get("anyway") == form.anyway(),
    )  # fmt: skip


# ---------------------------------------------------------------- acts
@login_required
@require_POST
def cancel_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Cancel it, with a reason for the team."""
    form = CancelForm(request.POST)
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""

    def cancel(row: Appointment) -> Appointment:
        return booking.cancel(
            row, by=BookedBy.STAFF, now=clock.now(), version=row.version, actor=_user(request), reason=reason
        )  # fmt: skip

    return _act(request, key, cancel, done="Canceled")


@login_required
@require_POST
def complete_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(
        request, key, lambda row: booking.complete(row, actor=_user(request), now=clock.now()), done="Marked as done"
    )  # fmt: skip


@login_required
@require_POST
def miss_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(
        request, key, lambda row: booking.mark_no_show(row, actor=_user(request), now=clock.now()),
        done="Noted that nobody came",
    )  # fmt: skip


@login_required
@require_POST
def confirm_appointment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Say yes to what was asked for; if it is taken by now, the appointment's page says so and lets staff insist."""
    overrules = "anyway" in request.POST

    def confirm(row: Appointment) -> Appointment:
        return booking.confirm_request(row, actor=_user(request), now=clock.now(), overrules=overrules)

    return _act(request, key, confirm, done="Confirmed")


@login_required
@require_POST
def withdraw_waiting(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody does not wait for a day any more."""
    entry = get_object_or_404(access.waitlist_for(request.user).select_related("location__business", "offer"), key=key)
    if not access.waitlist_for(request.user, roles=WRITERS).filter(pk=entry.pk).exists():
        raise PermissionDenied
    if not waitlist.withdraw(entry, now=clock.now()):
        messages.info(request, "They do not wait any more.")
    return _back_to_day(entry.location, entry.day)


def _act(request: HttpRequest, key: uuid.UUID, act: Callable[[Appointment], Appointment], *, done: str) -> HttpResponse:
    """Do it to the version that the page has shown, or say why not."""
    appointment = _writable(request, key)
    form = VersionForm(request.POST)
    if not form.is_valid() or form.cleaned_data["version"] != appointment.version:
        messages.error(request, CHANGED)
        return _back_to(appointment)
    try:
        row = act(appointment)
    except BookingRefused as refused:
        return render_appointment(request, appointment_seen(request, key), refused=refused, status=409)
    messages.success(request, f"{done}: {records.describe(row)}.")
    return _back_to(row)


# ---------------------------------------------------------------- what requests say
def _user(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101  behind login_required
    return request.user


def _writable(request: HttpRequest, key: uuid.UUID) -> Appointment:
    appointment = appointment_seen(request, key)
    if not may_write(request, appointment.location):
        raise PermissionDenied
    return appointment


def _only_looks(request: HttpRequest) -> bool:
    """Whether only free times are asked for, or one of them was put into the form."""
    return "look" in request.POST or "take" in request.POST


def _with_chosen_time(request: HttpRequest, location: Location) -> QueryDict:
    """The form with the time of the button that was pressed, if it was one of a time."""
    data = request.POST.copy()
    chosen = parse_moment(request.POST.get("take") or request.POST.get("pick") or "")
    if chosen is not None:
        for name, value in shown_at(chosen, location).items():
            data[name] = value
    return data


def _is_stale(refused: BookingRefused, appointment: Appointment, version: int) -> bool:
    return refused.reason == Refusal.CHANGED or appointment.version != version


def _say_done(request: HttpRequest, what: str, row: Appointment, form: WhenForm) -> None:
    messages.success(request, f"{what}: {records.describe(row)}.")
    if row.is_overbooked:
        messages.warning(request, "It lies over something else, or nobody is free for it.")
    if form.reading is not None and form.reading.remark:
        messages.info(request, form.reading.remark)


def _back_to(appointment: Appointment) -> HttpResponse:
    return redirect("appointments:appointment-show", key=appointment.key)


def _back_to_day(location: Location, day: date) -> HttpResponse:
    return redirect(reverse("appointments:day-show", query={"at": str(location.key), "on": str(day)}))
