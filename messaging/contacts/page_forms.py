"""The form of an import: a file, which business, and what staff say of the people in it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import QueryDict

from leads.enums import LeadKind
from leads.exchange.columns import Column, guess
from leads.exchange.tables import Table, Unreadable, check_size, decode, read_table
from leads.exchange.vcards import is_vcard, read_vcards
from leads.models import Business
from messaging.contacts.plan import Choices
from recoverline.lib.text import clean_inbound, one_line

_SEEN = Signer(salt="messaging.contacts.seen")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was read. `name` is shown and kept as evidence; `digest` tells whether it is the same file."""

    name: str
    digest: str
    table: Table

    @property
    def header_digest(self) -> str:
        return hashlib.sha256("\0".join(self.table.header).encode()).hexdigest()[:16]


class ImportForm(forms.Form):
    business = forms.ModelChoiceField(Business.objects.none(), empty_label=None)
    file = forms.FileField(
        label="CSV or vCard file", widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.vcf,text/*"})
    )
    kind = forms.ChoiceField(
        label="These people are",
        choices=[
            (LeadKind.EXISTING, "Existing customers"),
            (LeadKind.NEW, "New customers"),
            (LeadKind.UNKNOWN, "I do not know"),
        ],
        initial=LeadKind.UNKNOWN,
        required=False,
        help_text="Taken over for people of whom this is not known yet.",
    )
    only_stops = forms.BooleanField(
        label="Only take over who must not be texted, add nobody else",
        required=False,
    )

    def __init__(self, businesses: "QuerySet[Business]", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["business"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = businesses
        if len(found := list(businesses[:2])) == 1:
            field.initial = found[0].pk
            field.widget = forms.HiddenInput()
            field.widget.choices = []

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or LeadKind.UNKNOWN

    def clean_file(self) -> Upload:
        upload = self.cleaned_data["file"]
        assert isinstance(upload, UploadedFile)  # noqa: S101  what a FileField gives
        try:
            check_size(upload.size or 0)
            content = upload.read()
            text = decode(content)
            table = read_vcards(text) if is_vcard(text) else read_table(text)
        except Unreadable as problem:
            raise forms.ValidationError(str(problem)) from None
        if not table.rows and not table.broken:
            raise forms.ValidationError("There is nobody in this file: it has a first line and nothing below.")
        name = one_line(clean_inbound(upload.name or "a file"), 60)
        return Upload(name, hashlib.sha256(content).hexdigest(), table)

    @property
    def choices(self) -> Choices:
        return Choices(kind=self.cleaned_data["kind"], only_stops=self.cleaned_data["only_stops"])


def columns_of(posted: QueryDict, upload: Upload) -> tuple[Column, ...]:
    """What staff chose for the columns of this very header, else a guess."""
    guessed = guess(upload.table.header)
    if posted.get("header") != upload.header_digest:
        return guessed
    chosen = [posted.get(f"column-{position}", "") for position in range(len(guessed))]
    known = {column.value: column for column in Column}
    return tuple(known.get(value, best) for value, best in zip(chosen, guessed, strict=True))


def seal(business: Business, upload: Upload, columns: tuple[Column, ...], choices: Choices) -> str:
    """Stands for what somebody has looked at, so that nothing else is written than that."""
    shown = "\0".join((str(business.pk), upload.digest, ",".join(columns), choices.kind, str(choices.only_stops)))
    return _SEEN.sign(hashlib.sha256(shown.encode()).hexdigest())


def has_seen(
    posted: QueryDict, business: Business, upload: Upload, columns: tuple[Column, ...], choices: Choices
) -> bool:
    """Whether the form brings back the seal of the same file, columns and choices."""
    try:
        _SEEN.unsign(posted.get("seen", ""))
    except BadSignature:
        return False
    return posted.get("seen") == seal(business, upload, columns, choices)
