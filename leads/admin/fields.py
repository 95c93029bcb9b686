"""Form fields that let people write what they would say: money in dollars, lists with commas, zones from a list."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms

USUAL_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Toronto",
    "America/Vancouver",
)


class MoneyField(forms.DecimalField):
    """Whole cents in the database, an amount such as 149.00 on the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 9, "decimal_places": 2, "required": False, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class WordsField(forms.CharField):
    """A JSON list of short words, written with commas or on lines."""

    def __init__(self, *, upper: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.upper = upper

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        words = [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]
        return list(dict.fromkeys(word.upper() if self.upper else word for word in words))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LinesField(forms.CharField):
    """A JSON list of short texts, one a line; there may be commas in them."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "cols": 60})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        # Browsers end lines otherwise than we do.
        return str(self.prepare_value(initial) or "").split("\n") != str(data or "").splitlines()


class TicksField(forms.MultipleChoiceField):
    """A JSON list of enum values as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})


def zone_choices() -> Sequence[tuple[str, Any]]:
    """The usual zones first, then all that name a place."""
    others = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [
        ("Often used", [(zone, zone) for zone in USUAL_ZONES]),
        ("All", [(zone, zone) for zone in others if zone not in USUAL_ZONES]),
    ]


class ZoneField(forms.ChoiceField):
    """A time zone by name; `empty` says what none means, where none is allowed."""

    def __init__(self, *, empty: str = "", **kwargs: Any) -> None:
        blank = [("", empty)] if empty else []
        super().__init__(choices=lambda: [*blank, *zone_choices()], required=not empty, **kwargs)


class SecretField(forms.CharField):
    """Write-only: says whether something is stored and never what; an empty answer keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        # Never the stored value on a page, and no browser that offers the person's own password.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}, render_value=False)
        super().__init__(**{"required": False, "strip": True, "widget": widget, **kwargs})

    def say_stored(self, is_stored: bool) -> None:
        self.widget.attrs["placeholder"] = "Stored; leave empty to keep it" if is_stored else "Nothing stored yet"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)
