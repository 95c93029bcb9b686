"""The forms of the public pages. Everything is cut to size and cleaned before anything else sees it."""

import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import capfirst

from leads.areas import is_elsewhere, names_street
from leads.models import Business, ServiceArea
from recoverline.lib.phones import is_served, parse_phone
from recoverline.lib.text import clean_inbound
from scheduling.callback_windows import Window
from scheduling.page.times import day_text, span_text
from scheduling.page.words import say

PHONE_LENGTH, NAME_LENGTH, ADDRESS_LENGTH, NOTE_LENGTH, REASON_LENGTH = 40, 120, 200, 500, 200


class CleanField(forms.CharField):
    """A line of a stranger's text: no control or invisible characters, no line ends, single spaces."""

    def to_python(self, value: Any) -> str:
        return " ".join(clean_inbound(super().to_python(value) or "", limit=4 * (self.max_length or 1)).split())


class PageForm(forms.Form):
    """A form in the customer's language, with a field that only robots fill in."""

    trap = forms.CharField(required=False)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        self.language = language
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("trap"))

    def say(self, text: str, **values: object) -> str:
        return say(text, self.language, **values)

    def line(self, label: str, length: int, *, hint: str = "", required: bool = True, **attrs: str) -> CleanField:
        """A field of one line, or of three where `attrs` name rows."""
        widget = forms.Textarea(attrs=attrs) if "rows" in attrs else forms.TextInput(attrs=attrs)
        return CleanField(
            label=self.say(label),
            help_text=self.say(hint) if hint else "",
            max_length=length,
            required=required,
            widget=widget,
            error_messages={
                "required": self.say("Please fill this in."),
                "max_length": self.say("Please use at most {n} characters.", n=length),
            },
        )


class CustomerForm(PageForm):
    """Who somebody is. A personal link knows the phone, so it is not asked for (`knows_phone`).

    `refuses_phone`: it is a number, but none that this business would call or text.
    """

    refuses_phone = False

    def __init__(self, *args: Any, business: Business, knows_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        self.fields["name"] = self.line("Your name", NAME_LENGTH, autocomplete="name")
        if not knows_phone:
            self.fields["phone"] = self.line(
                "Your mobile phone", PHONE_LENGTH, type="tel", inputmode="tel", autocomplete="tel",
                hint="With the area code. We only use it for this.",
            )  # fmt: skip

    def clean_phone(self) -> str:
        phone = parse_phone(self.cleaned_data["phone"], self.business.country)
        if phone is None:
            raise forms.ValidationError(
                self.say("This is not a phone number. Please write it with the area code, such as 480 555 0123.")
            )
        if not is_served(phone, self.business.served):
            self.refuses_phone = True
            raise forms.ValidationError(
                self.say("We cannot take this phone number here. Please use another, or call us.")
            )
        return phone


class DetailsForm(CustomerForm):
    """The last step of a booking; `asks_address` where we come to the customer, in `area`."""

    def __init__(self, *args: Any, area: ServiceArea | None, asks_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        if asks_address:
            self.fields["address"] = self.line(
                "Address of the job", ADDRESS_LENGTH, autocomplete="street-address",
                hint="Street and number, city and ZIP code.",
            )  # fmt: skip
        self.fields["note"] = self.line("What is it about? (not required)", NOTE_LENGTH, required=False, rows="3")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not names_street(address, self.area):
            raise forms.ValidationError(self.say("Please write the street and the number too."))
        if self.area is not None and is_elsewhere(address, self.area):
            raise forms.ValidationError(
                self.say(
                    "This ZIP code is not part of {city}. To come there we have to look for other times: "
                    "please choose another time, and write the ZIP code first.",
                    city=self.area.city,
                )
            )
        return address


class CallbackForm(CustomerForm):
    """A call back in a window. `form_id` is made with the page: the same page sent twice asks once."""

    form_id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, windows: Sequence[Window], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.windows = {window.starts_at.isoformat(): window for window in windows}
        if self.windows:
            self.fields["window"] = forms.ChoiceField(
                label=self.say("When shall we call you?"),
                choices=[(key, self._window_text(window, zone)) for key, window in self.windows.items()],
                initial=next(iter(self.windows)),
                widget=forms.RadioSelect,
                error_messages={
                    "required": self.say("Please choose a time."),
                    "invalid_choice": self.say("This time has passed. Please choose another one."),
                },
            )
        self.fields["note"] = self.line("What is it about? (not required)", NOTE_LENGTH, required=False, rows="3")

    def chosen_window(self) -> Window | None:
        return self.windows.get(self.cleaned_data.get("window", ""))

    def _window_text(self, window: Window, zone: ZoneInfo) -> str:
        day = day_text(window.starts_at.astimezone(zone).date(), self.language)
        return f"{capfirst(day)}, {span_text(window.starts_at, window.ends_at, zone, self.language)}"


class WaitlistForm(CustomerForm):
    """Somebody waits for a day that is full."""


class CancelForm(PageForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = self.line("Why? (not required)", REASON_LENGTH, required=False)
