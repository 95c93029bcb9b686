"""What is known of a person and a request, as forms that never overwrite what somebody else wrote meanwhile."""

from collections.abc import Mapping
from typing import Any

from django import forms

from leads.enums import Language, LeadKind, Urgency
from leads.models import JobRequest, Lead, Service
from recoverline.lib.text import displayable


class CorrectionForm(forms.Form):
    """Beside each field the page posts what it showed (`<name>-was`); only fields that differ from it are written.

    A field that was changed here and elsewhere is an error that shows the other value; saved again, it wins.
    """

    def __init__(self, row: Lead | JobRequest, data: Mapping[str, str] | None = None, **values: Any) -> None:
        self.row = row
        self.touched: set[str] = set()
        self.crossed: set[str] = set()
        values.setdefault("label_suffix", "")
        super().__init__(initial={name: self._stored(name) for name in self.base_fields}, **values)
        self._widen()
        if data is not None:
            self.data, self.is_bound = self._merged(data), True

    def _widen(self) -> None:
        """For what depends on the row."""

    def _merged(self, posted: Mapping[str, str]) -> dict[str, str]:
        """What was changed here as it was typed, and everything else as it is stored now."""
        merged = {}
        for name in self.fields:
            key, stored = self.add_prefix(name), self._stored(name)
            value, was = (_plain(posted[k]) if k in posted else stored for k in (key, f"{key}-was"))
            if value.strip() != was.strip():
                self.touched.add(name)
                if was.strip() != stored.strip() and value.strip() != stored.strip():
                    self.crossed.add(name)
            merged[key] = value if name in self.touched else stored
        return merged

    def _stored(self, name: str) -> str:
        value = getattr(self.row, name)
        return str(value.pk) if isinstance(value, Service) else _plain(value or "")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in self.errors.keys() - self.touched:
            # What was stored before this rule existed must not keep anybody from changing the rest.
            del self.errors[name]
        for name in self.crossed - self.errors.keys():
            now = self.shown(name)
            self.add_error(
                name,
                f"Somebody changed this meanwhile, to {f'“{now}”' if now else 'nothing'}. Save again to replace it.",
            )
        return values

    def shown(self, name: str) -> str:
        """What is stored now, in words."""
        value = getattr(self.row, name)
        field = self.fields[name]
        if type(field) is forms.ChoiceField:
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return displayable(str(value or ""))

    def changes(self) -> dict[str, tuple[object, object]]:
        """For `leads.intake.correct`: by column, what is stored and what it shall be."""
        found = {}
        for name in self.touched & self.cleaned_data.keys():
            value = self.cleaned_data[name]
            value = displayable(value).strip() if isinstance(value, str) else value
            if value != getattr(self.row, name):
                found[name] = (getattr(self.row, name), value)
        return found

    @property
    def lines(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with what is stored now."""
        return [(field, self._stored(field.name)) for field in self]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})


class LeadForm(CorrectionForm):
    prefix, called = "lead", "person"
    name = forms.CharField(max_length=120, required=False, widget=_line())
    email = forms.EmailField(
        label="E-mail", max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label="Customer", choices=LeadKind.choices)
    language = forms.ChoiceField(choices=[("", "Not known yet"), *Language.choices], required=False)
    notes = forms.CharField(label="Notes on this person", max_length=4000, required=False, widget=_area(3))


class RequestForm(CorrectionForm):
    prefix, called = "request", "request"
    service = forms.ModelChoiceField(Service.objects.none(), required=False, empty_label="Not known yet")
    need = forms.CharField(label="Needs", max_length=200, required=False, widget=_line())
    urgency = forms.ChoiceField(choices=Urgency.choices)
    place = forms.CharField(label="City or ZIP", max_length=200, required=False, widget=_line())
    address = forms.CharField(max_length=200, required=False, widget=_line())
    preferred = forms.CharField(label="Preferred time", max_length=120, required=False, widget=_line())
    notes = forms.CharField(label="Notes on this request", max_length=4000, required=False, widget=_area(3))

    def _widen(self) -> None:
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        offered = Service.objects.filter(business=self.row.business_id, is_active=True)
        # One that is no longer offered stays what it is.
        field.queryset = offered | Service.objects.filter(business=self.row.business_id, pk=self.row.service_id or 0)  # type: ignore[union-attr]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
