"""Opt-outs in the admin: the list, and what staff enter: a stop that reached them, a yes in writing, a whole list."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from leads.access import CONFIGURERS, WRITERS, businesses_for
from leads.admin.reach import EVERYBODY, Roles, business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin
from leads.models import Business
from messaging import consent
from messaging.admin.consent import ImportForm
from messaging.admin.phone_search import find_by_phone
from messaging.contacts.opt_out_lists import StopReading, read_opt_outs
from messaging.contacts.writing import record_stops
from messaging.enums import ConsentMeans, OptOutSource
from messaging.models import OptOut
from recoverline.lib import clock
from recoverline.lib.phones import display_phone, parse_phone

_LIST = "admin:messaging_optout_changelist"


class OneBusinessForm(forms.Form):
    """Names the business only to people who have several."""

    business = forms.ModelChoiceField(Business.objects.none(), empty_label=None)
    phone = forms.CharField(max_length=40, help_text="In any spelling, with the area code.")

    def __init__(self, businesses: "QuerySet[Business]", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["business"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = businesses
        if businesses.count() == 1:
            field.initial = businesses.get().pk
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        business = cleaned.get("business")
        if business is not None and cleaned.get("phone"):
            cleaned["phone"] = parse_phone(cleaned["phone"], business.country)
            if cleaned["phone"] is None:
                self.add_error("phone", "This is not a phone number. Write it with the area code.")
        return cleaned


class OptOutForm(OneBusinessForm):
    words = forms.CharField(
        label="How they said it",
        max_length=120,
        help_text="For example: told Ana on the phone. They are not texted about it.",
    )


class OptInForm(OneBusinessForm):
    words = forms.CharField(
        label="Written evidence",
        min_length=10,
        max_length=120,
        help_text="What they signed or wrote, when, and where it is kept. A call is not enough.",
    )


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    viewers = EVERYBODY
    list_display = ("phone", "business", "source", "opted_out_at", "revoked_at")
    list_filter = ("source", "opted_out_at", "business")
    list_select_related = ("business",)
    search_fields = ("phone", "evidence")
    fields = ("business", "phone", "source", "evidence", "opted_out_at", "revoked_at", "revoked_evidence")
    change_list_template = "admin/messaging/optout/change_list.html"
    teaches = (
        "Who asked us to stop. It holds for every number of the business, for robot and staff, until the person texts "
        "START, or an owner or manager enters that they agreed in writing."
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("record/", view(self.record_view), name="messaging_optout_record"),
            path("opt-in/", view(self.opt_in_view), name="messaging_optout_opt_in"),
            path("import/", view(self.import_view), name="messaging_optout_import"),
            *super().get_urls(),
        ]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        found = find_by_phone(queryset, search_term, businesses_for(user_of(request)))
        return (found, False) if found is not None else super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {
            "may_record": bool(business_ids(request, WRITERS)),
            "may_opt_in": bool(business_ids(request, CONFIGURERS)),
        }
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def record_view(self, request: HttpRequest) -> HttpResponse:
        """Somebody told the team, by whatever way, that they want no texts."""
        form = OptOutForm(_mine(request, WRITERS), request.POST or None)
        if request.method == "POST" and form.is_valid():
            business, phone = form.cleaned_data["business"], form.cleaned_data["phone"]
            row = consent.opt_out(
                business, phone=phone, source=OptOutSource.STAFF, evidence=_by(request, form.cleaned_data["words"]),
                now=clock.now(), actor=user_of(request),  # type: ignore[arg-type]  # the admin knows no strangers
            )  # fmt: skip
            shown = display_phone(phone, business.country)
            told = f"{shown} gets no more texts." if row else f"{shown} had opted out already."
            messages.success(request, told)
            return redirect(_LIST)
        return self._form(request, form, "Enter an opt-out", "Stop texting them")

    def opt_in_view(self, request: HttpRequest) -> HttpResponse:
        """Somebody agreed in writing to be texted."""
        form = OptInForm(_mine(request, CONFIGURERS), request.POST or None)
        if request.method == "POST" and form.is_valid():
            business, phone = form.cleaned_data["business"], form.cleaned_data["phone"]
            back = consent.opt_in(
                business, phone=phone, evidence=_by(request, form.cleaned_data["words"]), now=clock.now(),
                means=ConsentMeans.STAFF, actor=user_of(request),  # type: ignore[arg-type]  # as above
            )  # fmt: skip
            shown = display_phone(phone, business.country)
            told = f"{shown} may be texted again." if back else f"Noted. {shown} had not opted out."
            messages.success(request, told)
            return redirect(_LIST)
        return self._form(request, form, "Enter an opt-in", "They agreed in writing")

    def import_view(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(_mine(request, CONFIGURERS), request.POST or None, request.FILES or None)
        form.fields["text"].help_text = "One a line: phone, when, how. Only the phone is needed."
        form.fields["text"].widget.attrs["placeholder"] = "(602) 555-0147, 2026-05-01, web form"
        reading = None
        if request.method == "POST" and form.is_valid():
            business, now = form.cleaned_data["business"], clock.now()
            lines = form.cleaned_data["lines"]
            reading = read_opt_outs(lines, country=business.country, zone=business.zone, now=now)
            by = user_of(request)
            added, _ = record_stops(business, reading.entries, by=by, now=now)  # type: ignore[arg-type]  # as above
            already, unread = len(reading.entries) - added + reading.repeated, len(reading.unread)
            messages.success(request, f"{added} added, {already} already there, {unread} lines not understood.")
            if not reading.unread:
                return redirect(_LIST)
        return self._form(request, form, "Import opt-outs", "Import", reading=reading)

    def _form(
        self, request: HttpRequest, form: forms.Form, title: str, button: str, *, reading: StopReading | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "title": title, "button": button, "opts": self.opts, "form": form,
            "reading": reading,
        }  # fmt: skip
        return render(request, "admin/messaging/optout/form.html", context)


def _mine(request: HttpRequest, roles: Roles) -> "QuerySet[Business]":
    """The businesses for which they may enter this. Raises Http404 without one."""
    mine = businesses_for(user_of(request), roles=roles)
    if not mine.exists():
        raise Http404
    return mine


def _by(request: HttpRequest, words: str) -> str:
    return f"{user_of(request)}: {words}"
