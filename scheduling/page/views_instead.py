"""What the booking page offers where there is no time to book: a call back, or the waitlist of a full day."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leads.models import Location
from recoverline.lib import clock
from scheduling import callback_windows, records, slots
from scheduling.callback_windows import Window
from scheduling.enums import LinkPurpose
from scheduling.page import acts, public
from scheduling.page.acts import Customer
from scheduling.page.entry import TooOften, allowed, entered, no_page, query, show, thanks, too_many
from scheduling.page.forms import CallbackForm, WaitlistForm
from scheduling.page.public import Entrance, Offer, Spot
from scheduling.page.views import PostOrGet

# Why somebody could not book, as staff read it in the task.
_CAUSES = {
    "outside": "Outside the area",
    "nowhere": "Could not be booked online",
    "service": "Could not be booked online",
    "full": "No free time",
    "late": "Wants to change an appointment, too late to do it online",
    "refused": "The booking was refused",
}


# ---------------------------------------------------------------- a call back
@PostOrGet
@entered(purposes=tuple(LinkPurpose))
def ask_callback(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """Name, phone and a window in which somebody calls."""
    now, location = clock.now(), _location_of(request, entrance)
    if location is None or not entrance.settings.offers_callbacks:
        return no_page(request)
    if request.method != "POST":
        asked = public.find_asked(query(request, "asked", limit=200), now=now)
        if asked is not None:
            return show(request, entrance, "callback_done", location=location, window=asked.window)
        return _show_callback(request, entrance, location, _callback_form(entrance, location, now=now))
    form = _callback_form(entrance, location, now=now, data=request.POST)
    if form.is_trapped:
        return thanks(request, entrance)
    if not form.is_valid():
        return _show_callback(request, entrance, location, form, status=422)
    if not allowed(request, "callback", now=now):
        return too_many(request, "callback")
    window = form.chosen_window()
    try:
        acts.ask_callback(
            entrance, location, Customer(name=form.cleaned_data["name"], phone=form.cleaned_data.get("phone", "")),
            window=window, form_id=form.cleaned_data["form_id"], now=now,
            detail=_detail(request, entrance, form.cleaned_data["note"]),
        )  # fmt: skip
    except TooOften as often:
        return too_many(request, often.limit)
    return redirect(f"{entrance.callback_url}?location={location.slug}&asked={public.sign_asked(window)}")


def _location_of(request: HttpRequest, entrance: Entrance) -> Location | None:
    """The one that is named, that of the link or the appointment, or the one that was there first."""
    rows = sorted(public.locations_of(entrance.business), key=lambda row: row.pk)
    slug = query(request, "location")
    link = entrance.link
    known = (link.appointment.location_id if link.appointment else link.location_id) if link else None
    return next(
        (row for row in rows if row.slug == slug),
        next((row for row in rows if row.pk == known), rows[0] if rows else None),
    )


def _callback_form(entrance: Entrance, location: Location, *, now: datetime, **kwargs: Any) -> CallbackForm:
    initial = {"name": entrance.lead.name if entrance.lead else ""}
    return CallbackForm(
        business=entrance.business, knows_phone=entrance.lead is not None, language=entrance.language,
        windows=_windows(location, now=now), zone=location.zone, initial=initial, **kwargs,
    )  # fmt: skip


def _windows(location: Location, *, now: datetime) -> list[Window]:
    return callback_windows.windows_for(location, now=now)


def _show_callback(
    request: HttpRequest, entrance: Entrance, location: Location, form: CallbackForm, *, status: int = 200
) -> HttpResponse:
    return show(request, entrance, "callback", location=location, form=form, status=status)


def _detail(request: HttpRequest, entrance: Entrance, note: str) -> str:
    """What staff should know before they call."""
    service = query(request, "service")
    offer = public.offer_of(entrance.business, int(service)) if service.isascii() and service.isdecimal() else None
    appointment = entrance.link.appointment if entrance.link else None
    parts = [
        _CAUSES.get(query(request, "why"), "Asked on the booking page"),
        offer.service.name if offer else "",
        records.describe(appointment) if appointment else "",
        query(request, "place"),
        note,
    ]
    return ". ".join(part.rstrip(".") for part in parts if part)


# ---------------------------------------------------------------- a full day
@PostOrGet
@entered()
def join_waitlist(request: HttpRequest, entrance: Entrance, service: int) -> HttpResponse:
    """Be told when something is freed on a day that is full now; who asks for one that is not gets its times."""
    now = clock.now()
    if not allowed(request, "look", now=now):
        return too_many(request, "look")
    offer = public.offer_of(entrance.business, service)
    day = public.parse_day(query(request, "day"), now=now)
    if offer is None or not entrance.settings.offers_waitlist:
        return no_page(request)
    spot = public.find_spot(entrance, offer, location_slug=query(request, "location"), place=query(request, "place"))
    if not isinstance(spot, Spot) or day is None or not public.is_bookable_day(offer, spot, day, now=now):
        return no_page(request)
    if request.method != "POST" and query(request, "joined"):
        return show(request, entrance, "waitlist_done", location=spot.location, offer=offer, day=day)
    if slots.open_slots(offer.service, spot.location, now=now, first=day, last=day, area=spot.area):
        return redirect(f"{entrance.url('slot-list', offer.service.pk)}?{spot.query}&from={day.isoformat()}")
    if request.method != "POST":
        return _show_waitlist(request, entrance, offer, spot, day, _waitlist_form(entrance))
    form = _waitlist_form(entrance, data=request.POST)
    if form.is_trapped:
        return thanks(request, entrance)
    if not form.is_valid():
        return _show_waitlist(request, entrance, offer, spot, day, form, status=422)
    if not allowed(request, "waitlist", now=now):
        return too_many(request, "waitlist")
    customer = Customer(form.cleaned_data["name"], form.cleaned_data.get("phone", ""), spot.place)
    try:
        acts.join_waitlist(entrance, offer, spot, customer, day=day, now=now)
    except TooOften as often:
        return too_many(request, often.limit)
    return redirect(f"{request.get_full_path()}&joined=1")


def _waitlist_form(entrance: Entrance, **kwargs: Any) -> WaitlistForm:
    initial = {"name": entrance.lead.name if entrance.lead else ""}
    return WaitlistForm(
        business=entrance.business, knows_phone=entrance.lead is not None, language=entrance.language,
        initial=initial, **kwargs,
    )  # fmt: skip


def _show_waitlist(
    request: HttpRequest,
    entrance: Entrance,
    offer: Offer,
    spot: Spot,
    day: date,
    form: WaitlistForm,
    *,
    status: int = 200,
) -> HttpResponse:
    return show(
        request, entrance, "waitlist", location=spot.location, offer=offer, spot=spot, day=day, form=form, status=status
    )
