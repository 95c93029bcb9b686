"""The never-text list, which staff keep. Opt-outs, which callers make, are in `messaging.admin.opt_outs`."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from leads.access import CONFIGURERS, businesses_for
from leads.admin.reach import user_of
from leads.admin.tenant import TenantAdmin
from leads.models import Business
from messaging.contacts.number_lists import read_numbers
from messaging.contacts.writing import add_never_text
from messaging.models import NeverText

LARGEST_FILE = 1_000_000


class ImportForm(forms.Form):
    business = forms.ModelChoiceField(Business.objects.none(), empty_label=None)
    text = forms.CharField(
        label="Numbers",
        required=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 10, "placeholder": "Bob, (602) 555-0147\n+1 480 555 0123"}),
        help_text="One a line, in any spelling, with or without a name. Cells of a spreadsheet can be pasted.",
    )
    file = forms.FileField(label="or a CSV file", required=False)

    def __init__(self, businesses: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["business"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = businesses
        if businesses.count() == 1:
            field.initial = businesses.get().pk
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload and upload.size > LARGEST_FILE:
            raise forms.ValidationError("This file is larger than 1 MB.")
        cleaned["lines"] = "\n".join(filter(None, [cleaned.get("text", ""), _decoded(upload.read()) if upload else ""]))
        if not cleaned["lines"].strip():
            raise forms.ValidationError("Paste some numbers or choose a file.")
        return cleaned


def _decoded(content: bytes) -> str:
    # Spreadsheets save either UTF-8 with a mark in front or the Windows alphabet, in which every byte means something.
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


@admin.register(NeverText)
class NeverTextAdmin(TenantAdmin):
    list_display = ("phone", "label", "business", "created_at")
    list_filter = ("business",)
    list_select_related = ("business",)
    search_fields = ("phone", "label")
    fields = ("business", "phone", "label")
    change_list_template = "admin/messaging/nevertext/change_list.html"
    teaches = "Staff, family, vendors: their missed calls get no text. The team's own phones belong to the team page."

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="messaging_nevertext_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise Http404
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        form = ImportForm(mine, request.POST or None, request.FILES or None)
        reading = None
        if request.method == "POST" and form.is_valid():
            business = form.cleaned_data["business"]
            reading = read_numbers(form.cleaned_data["lines"], business.country)
            added = add_never_text(business, reading)
            already = len(reading.entries) - added + reading.repeated
            unread = len(reading.unread)
            messages.success(request, f"{added} added, {already} already there, {unread} lines not understood.")
            if not reading.unread:
                return redirect("admin:messaging_nevertext_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Import numbers that never get a text",
            "opts": self.opts,
            "form": form,
            "reading": reading,
        }
        return render(request, "admin/messaging/nevertext/import.html", context)
