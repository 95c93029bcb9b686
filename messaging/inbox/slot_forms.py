import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.dateparse import parse_date

from leads.models import Location, Service
from messaging.inbox import offering
from messaging.models import Conversation
from recoverline.lib import clock
from scheduling.desk.forms import LONGEST_AHEAD


class LookForm(forms.Form):
    """Which times to look for. What is not said, or not understood, is what the customer's request says."""

    service = forms.ModelChoiceField(Service.objects.none(), label="Service", empty_label="Choose")
    location = forms.ModelChoiceField(
        Location.objects.none(), label="Location", to_field_name="key", empty_label=None
    )  # fmt: skip
    day = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    chosen_service: Service | None
    chosen_location: Location
    chosen_day: date | None

    @classmethod
    def of(cls, conversation: Conversation, user: AbstractBaseUser, asked: Mapping[str, Any]) -> "LookForm":
        services = list(offering.services_of(conversation))
        locations = offering.locations_of(conversation, user)
        location = next((row for row in locations if str(row.key) == asked.get("location")), locations[0])
        wanted = asked.get("service") or (conversation.request.service_id if conversation.request else "")
        service = next((row for row in services if str(row.pk) == str(wanted)), None)
        service = service or (services[0] if len(services) == 1 else None)
        day = _day(asked.get("day", ""), location)
        form = cls(
            auto_id="look_%s",
            initial={
                "service": service.pk if service else "", "location": location.key,
                "day": f"{day:%Y-%m-%d}" if day else "",
            }
        )  # fmt: skip
        form.fields["service"].choices = [("", "Choose"), *((row.pk, row.name) for row in services)]  # type: ignore[attr-defined]
        form.fields["location"].choices = [(row.key, row.name) for row in locations]  # type: ignore[attr-defined]
        form.chosen_service, form.chosen_location, form.chosen_day = service, location, day
        form.has_choice_of_places = len(locations) > 1
        return form

    has_choice_of_places: bool

    def written(self, start: str) -> str:
        """One time of it as `offering.Offered` is written."""
        return f"{self.chosen_service.pk if self.chosen_service else 0} {self.chosen_location.key} {start}"


class BookForm(forms.Form):
    """`client_id` is made with the page: the same page sent twice books once."""

    address = forms.CharField(
        label="Address of the job", max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "slot-book"}),
    )  # fmt: skip
    client_id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)


def _day(asked: str, location: Location) -> date | None:
    """The local day from which to look; None for none, for one that is past, and for what is no day."""
    try:
        day = parse_date(asked)
    except ValueError:
        return None
    today = clock.now().astimezone(location.zone).date()
    return day if day is not None and today <= day <= today + LONGEST_AHEAD else None
