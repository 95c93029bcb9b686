"""What somebody of the team may change of themselves in a business: their own phone, and whether they are away."""

from datetime import datetime

from django import forms

from leads.models import Membership
from recoverline.lib.phones import display_phone, parse_phone


class OwnPhoneForm(forms.Form):
    """Of one membership; their prefix keeps several businesses of one person apart on one page."""

    phone = forms.CharField(
        label="Your phone", required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text="What cannot wait is texted and called here. Calls from it never get a text. Empty: none.",
    )  # fmt: skip

    def __init__(self, membership: Membership, data: object = None) -> None:
        self.membership = membership
        country = membership.business.country
        shown = display_phone(membership.phone, country) if membership.phone else ""
        super().__init__(data, prefix=f"m{membership.pk}", initial={"phone": shown})  # type: ignore[arg-type]  # a QueryDict or None

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"].strip()
        if not typed:
            return ""
        phone = parse_phone(typed, self.membership.business.country)
        if phone is None:
            raise forms.ValidationError("This is not a phone number. Write it with the area code.")
        taken = Membership.objects.filter(business=self.membership.business_id, phone=phone)
        if taken.exclude(pk=self.membership.pk).exists():
            raise forms.ValidationError("A colleague has this phone already: what comes from it would be theirs.")
        return phone


def save_phone(membership: Membership, phone: str) -> bool:
    """False when it was that already."""
    return bool(Membership.objects.filter(pk=membership.pk).exclude(phone=phone).update(phone=phone))


def set_away(membership: Membership, is_away: bool, *, now: datetime) -> bool:
    """Passed over by alerts until they are back, as by a text of AWAY and BACK. False when it was so already."""
    mine = Membership.objects.filter(pk=membership.pk, away_since__isnull=is_away)
    return bool(mine.update(away_since=now if is_away else None))
