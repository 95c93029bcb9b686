"""Who is asked to join, and what a member may do."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password

from leads.enums import Role
from leads.memberships import Reach
from leads.models import Business, Location
from recoverline.accounts.forms import NEW_PASSWORD_HINT

ROLE_HINT = "Owners and managers change settings. The front desk answers calls and texts. “Read only” looks."


class RoleForm(forms.Form):
    """A role and locations out of what the person asking may give."""

    role = forms.ChoiceField(label="Role", help_text=ROLE_HINT)
    locations = forms.ModelMultipleChoiceField(
        Location.objects.none(), label="Only at", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, business: Business, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = business.locations.all()
        if reach.locations is not None:
            places = places.filter(pk__in=reach.locations)
        field = self.fields["locations"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  as declared above
        field.queryset = places
        field.required = reach.locations is not None
        field.help_text = "" if field.required else "None chosen: all locations."
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101  as declared above
        role.choices = [(one.value, one.label) for one in reversed(reach.roles)]
        if reach.locations is None and len(places) < 2:
            del self.fields["locations"]

    def role_given(self) -> Role:
        return Role(self.cleaned_data["role"])

    def locations_given(self) -> list[Location]:
        return list(self.cleaned_data.get("locations", ()))


class InviteForm(RoleForm):
    email = forms.EmailField(label="E-mail", max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ["email", "role", "locations"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("role", Role.FRONT_DESK)


class JoinForm(forms.Form):
    """The account of somebody new."""

    first_name = forms.CharField(
        label="First name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label="Last name", max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=NEW_PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = {name: cleaned.get(name, "") for name in ("first_name", "last_name")}
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(username=self.email, email=self.email, **names))
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return cleaned
