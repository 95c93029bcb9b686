"""The ledger of consent, to look at and to take along. Nobody changes it here."""

from datetime import UTC
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from leads.access import CONFIGURERS, businesses_for
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin
from messaging.admin.phone_search import find_by_phone
from messaging.models import ConsentEntry
from recoverline.lib.csv_cells import safe_csv

HEADER = ("When (UTC)", "Business", "Phone", "What", "By which means", "About", "Their words", "Evidence", "Entered by")


@admin.register(ConsentEntry)
class ConsentEntryAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("at", "phone", "business", "kind", "means", "said", "evidence")
    list_filter = ("kind", "means", "at", "business")
    list_select_related = ("business",)
    search_fields = ("phone", "said", "evidence")
    fields = ("business", "phone", "kind", "means", "scope", "said", "evidence", "actor", "at")
    change_list_template = "admin/messaging/consententry/change_list.html"
    teaches = (
        "Who said what about being texted, when and by which means. The program writes it; nobody can change or "
        "delete a line. A phone that was erased stands here as # and a code."
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="messaging_consententry_export"), *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        found = find_by_phone(queryset, search_term, businesses_for(user_of(request), roles=CONFIGURERS))
        return (found, False) if found is not None else super().get_search_results(request, queryset, search_term)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Every line they may see, or with ?q= those that a search for it shows, as CSV for spreadsheets."""
        if not business_ids(request, CONFIGURERS):
            raise Http404
        rows, term = self.get_queryset(request), request.GET.get("q", "").strip()
        if term:
            rows, _ = self.get_search_results(request, rows, term)
        lines = [
            (
                row.at.astimezone(UTC).isoformat(timespec="seconds"), row.business.name, row.phone,
                row.get_kind_display(), row.get_means_display(), row.get_scope_display(), row.said, row.evidence,
                row.actor or "",
            )
            for row in rows.select_related("business", "actor").order_by("at", "id")
        ]  # fmt: skip
        answer = HttpResponse("\ufeff" + safe_csv(HEADER, lines), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="consent.csv"'
        return answer
