"""The calculator's assumptions as they stand in an address: ?calls=1200&missed_share=14&..."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from recoverline.reports.roi import MODELS, Assumptions, BookedBy

FIRST = "five"
_BOOKED_BY = (
    (BookedBy.JOBS, "jobs a month"),
    (BookedBy.OF_REPLIES, "% of those who answer"),
    (BookedBy.OF_LOST, "% of those who would be lost"),
)


class NumberField(forms.DecimalField):
    """A number that people type, with spaces and thousands; None when it is left out and need not be there."""

    def __init__(self, *, most: int, unit: str = "", places: int = 1, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=most, max_digits=9, decimal_places=places, **kwargs)
        self.unit = unit

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", "").replace(" ", "") if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "step": "any"}


def _percent(label: str, hint: str = "") -> NumberField:
    return NumberField(label=label, most=100, unit="%", help_text=hint)


class AssumptionsForm(forms.Form):
    """`template_name` is the calculator's own: groups with a legend each."""

    calls = NumberField(label="Calls a month", most=1_000_000, required=False, places=0)
    missed_share = NumberField(
        label="Of these missed", most=100, unit="%", required=False, help_text="Often 10 to 30 %, more at lunch."
    )
    missed = NumberField(
        label="Or: missed calls a month", most=1_000_000, required=False, places=0,
        help_text="If you count them. 20 a week are about 80 a month.",
    )  # fmt: skip
    new = _percent("New customers among them", "Existing customers would ring again.")
    voicemail = _percent(
        "Leave a voicemail and are reached", "The others hang up: of those who reach a voicemail, 60 to 80 % do."
    )
    reply_low = _percent("Answer a text: at least")
    reply_high = _percent("At most", "Texts that leave within a minute are answered by 48 to 60 %.")
    booked_low = NumberField(label="Booked: at least", most=1_000_000)
    booked_high = NumberField(label="At most", most=1_000_000)
    booked_by = forms.ChoiceField(label="Counted as", choices=_BOOKED_BY)
    value = NumberField(
        label="A job is worth",
        most=1_000_000,
        unit="$",
        places=2,
        help_text="What is left of it, or its price: as you want to compare.",
    )
    cost = NumberField(
        label="Cost a month",
        most=1_000_000,
        unit="$",
        places=2,
        help_text="Such services sell from $97, full front desks from $497 a month.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for low, high in (("reply_low", "reply_high"), ("booked_low", "booked_high")):
            if low in cleaned and high in cleaned and cleaned[low] > cleaned[high]:
                self.add_error(high, "This is below the other end.")
        if cleaned.get("booked_by") != BookedBy.JOBS and cleaned.get("booked_high", 0) > 100:
            self.add_error("booked_high", "More than 100 % cannot be.")
        if "missed" in cleaned and cleaned["missed"] is None:
            for name in ("calls", "missed_share"):
                if name in cleaned and cleaned[name] is None:
                    self.add_error(name, "Needed, unless you type the missed calls below.")
        return cleaned

    def assumptions(self) -> Assumptions:
        """Of a valid form."""
        given = self.cleaned_data
        return Assumptions(
            calls=given["calls"], missed_share=given["missed_share"], missed=given["missed"],
            voicemail=given["voicemail"], new=given["new"], reply_low=given["reply_low"],
            reply_high=given["reply_high"], booked_by=BookedBy(given["booked_by"]), booked_low=given["booked_low"],
            booked_high=given["booked_high"], value_cents=_cents(given["value"]), cost_cents=_cents(given["cost"]),
        )  # fmt: skip


def asked(address: QueryDict) -> AssumptionsForm:
    """What an address asks for: its own figures, those of ?model=shop, or the first example for a bare one."""
    if any(name in address for name in AssumptionsForm.base_fields):
        return AssumptionsForm(address)
    return AssumptionsForm(typed(MODELS.get(address.get("model", ""), MODELS[FIRST]).assumptions))


def typed(given: Assumptions) -> dict[str, str]:
    """The same as somebody would type it."""
    figures: dict[str, Decimal | None] = {
        "calls": given.calls, "missed_share": given.missed_share, "missed": given.missed, "new": given.new,
        "voicemail": given.voicemail, "reply_low": given.reply_low, "reply_high": given.reply_high,
        "booked_low": given.booked_low, "booked_high": given.booked_high,
        "value": Decimal(given.value_cents) / 100, "cost": Decimal(given.cost_cents) / 100,
    }  # fmt: skip
    words = {name: "" if figure is None else f"{figure.normalize():f}" for name, figure in figures.items()}
    return {**words, "booked_by": given.booked_by.value}


def _cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), ROUND_HALF_UP))
