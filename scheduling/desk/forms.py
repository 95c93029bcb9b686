"""What staff type when they book or move by hand, and what it means at the location."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Any

from django import forms
from django.utils.dateparse import parse_date

from leads.areas import find_area
from leads.models import Location, Service, ServiceArea
from recoverline.lib import clock
from recoverline.lib.phones import parse_phone
from scheduling.desk import agenda
from scheduling.desk.wall_times import Reading, read_wall_time
from scheduling.models import Appointment, Resource

# Whoever types 2062 for 2026 is told; what took place last month can still be written down.
LONGEST_AHEAD = timedelta(days=2 * 365)
LONGEST_BACK = timedelta(days=92)
# The form says what is wrong with a time within these; nobody's page has written one beyond them.
_FURTHEST = timedelta(days=10 * 365)


def parse_moment(text: str) -> datetime | None:
    """An aware instant as the pages write it; None for anything else, and for what cannot be shown in every zone."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if abs(moment - clock.now()) < _FURTHEST else None


def shown_at(moment: datetime, location: Location) -> dict[str, str]:
    """The fields of `WhenForm` for an instant."""
    local = moment.astimezone(location.zone)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "exact": moment.isoformat()}


class WhenForm(forms.Form):
    """A day and a time at the location, and who has it. Clean, it has `reading`."""

    day = forms.DateField(
        label="Day",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choose a day.", "invalid": "Write the day as year-month-day."},
    )
    time = forms.TimeField(
        label="Time",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300}),
        error_messages={"required": "Choose a time.", "invalid": "Write the time as hours:minutes."},
    )
    resource = forms.ModelChoiceField(
        Resource.objects.none(),
        label="With",
        to_field_name="key",
        required=False,
        error_messages={"invalid_choice": "This one does not work here any more."},
    )

    # The instant of a time that was chosen from a list: of an hour that comes twice it may be the second.
    exact = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, location: Location, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.location, self.now = location, now
        self.reading: Reading | None = None
        self._choices("resource").queryset = agenda.working_at(location)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.is_sensible(day):
            raise forms.ValidationError("Choose a day between three months ago and two years from now.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day, wall = cleaned.get("day"), cleaned.get("time")
        if isinstance(day, date) and isinstance(wall, wall_time):
            self.reading = self._exactly(day, wall) or read_wall_time(day, wall, self.location.zone)
            if self.reading.problem:
                self.add_error("time", self.reading.problem)
        return cleaned

    def is_sensible(self, day: date) -> bool:
        today = self.now.astimezone(self.location.zone).date()
        return today - LONGEST_BACK <= day <= today + LONGEST_AHEAD

    def anyway(self) -> str:
        """What is sent back to book all the same: it counts for exactly this time and resource."""
        if self.reading is None:
            return ""
        return f"{self.reading.starts_at.isoformat()} {self['resource'].value() or ''}"

    def _exactly(self, day: date, wall: wall_time) -> Reading | None:
        """The time that was chosen, as long as day and time were not changed afterwards."""
        chosen = parse_moment(self.cleaned_data.get("exact", ""))
        if chosen is None:
            return None
        local = chosen.astimezone(self.location.zone)
        return Reading(chosen) if (local.date(), local.time()) == (day, wall) else None

    def asked_day(self) -> date | None:
        """The day that the field shows, whatever else is wrong."""
        shown = self["day"].value()
        try:
            return shown if isinstance(shown, date) else parse_date(str(shown or ""))
        except ValueError:
            return None

    def asked_resource(self) -> Resource | None:
        return self._chosen("resource")

    def _chosen(self, name: str) -> Any:
        try:
            return self.fields[name].clean(self[name].value() or None)
        except forms.ValidationError:
            return None

    def _choices(self, name: str) -> Any:
        return self.fields[name]


class BookingForm(WhenForm):
    """A new appointment. `client_id` is made with the page: the same page sent twice books once."""

    service = forms.ModelChoiceField(
        Service.objects.none(), label="Service", empty_label="Choose", error_messages={"required": "Choose a service."}
    )
    phone = forms.CharField(
        label="Phone", max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": "Ask for the phone number."},
    )  # fmt: skip
    name = forms.CharField(
        label="Name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = forms.CharField(
        label="Address of the job", max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    area = forms.ModelChoiceField(
        ServiceArea.objects.none(), label="Area", required=False, empty_label="As the address says"
    )
    note = forms.CharField(label="Note", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    client_id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    field_order = [
        "service",
        "day",
        "time",
        "resource",
        "phone",
        "name",
        "address",
        "area",
        "note",
        "client_id",
        "exact",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        business = self.location.business
        self._choices("service").queryset = Service.objects.filter(business=business, is_active=True)
        self._choices("resource").empty_label = "Anyone who is free"
        self._choices("area").queryset = ServiceArea.objects.filter(business=business)

    def clean_phone(self) -> str:
        phone = parse_phone(self.cleaned_data["phone"], self.location.business.country)
        if phone is None:
            raise forms.ValidationError("This is not a phone number. Write it with the area code.")
        return phone

    def services(self) -> Iterable[Service]:
        found: Iterable[Service] = self._choices("service").queryset
        return found

    def asked_area(self) -> ServiceArea | None:
        area: ServiceArea | None = self._chosen("area")
        return area or find_area(self.location.business, str(self["address"].value() or ""))

    def asked_service(self) -> Service | None:
        service: Service | None = self._chosen("service")
        return service


class MoveForm(WhenForm):
    """Another time for an appointment, or another one who has it. `version` is the one the page has shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["day", "time", "resource", "version", "exact"]

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        shown = {**shown_at(appointment.starts_at, appointment.location), "version": appointment.version}
        kwargs["initial"] = {**shown, **(kwargs.get("initial") or {})}
        super().__init__(*args, location=appointment.location, **kwargs)
        self._choices("resource").empty_label = "As now, or anyone free"


class VersionForm(forms.Form):
    """An act on the appointment as the page has shown it."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CancelForm(VersionForm):
    reason = forms.CharField(
        label="Why (for your team)", max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
