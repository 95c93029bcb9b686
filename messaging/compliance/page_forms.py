"""What is asked on the compliance page."""

from django import forms

from messaging.enums import Registration
from recoverline.lib.phones import parse_phone


class RegistrationForm(forms.Form):
    """Where the registration of a number stands."""

    registration = forms.ChoiceField(choices=Registration.choices)


class PhoneForm(forms.Form):
    """A phone in any spelling; `phone` is E.164 once it is valid."""

    phone = forms.CharField(
        label="Phone number",
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": "Type a phone number."},
    )

    def __init__(self, *args: object, country: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        self.country = country

    def clean_phone(self) -> str:
        phone = parse_phone(self.cleaned_data["phone"], self.country)
        if phone is None:
            raise forms.ValidationError("This is not a phone number. Write it with the area code.")
        return phone
