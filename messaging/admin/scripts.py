"""Scripts: what callers read and hear, with a linter that stops what must not be sent and a live preview."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms.widgets import Script as JavaScript
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.access import CONFIGURERS, businesses_for
from leads.admin.forms import TenantForm
from leads.admin.reach import user_of
from leads.admin.tenant import TenantHistoryAdmin
from messaging.admin.preview import Draft, preview_of
from messaging.models import Script
from messaging.scripts import PLACEHOLDERS, Finding
from recoverline.lib import clock


class ScriptForm(TenantForm):
    """Errors of the linter stop the save; what it merely advises is kept for the page that follows."""

    advice: tuple[Finding, ...] = ()

    class Meta:
        widgets = {"body": forms.Textarea(attrs={"rows": 6, "class": "script-body", "spellcheck": "true"})}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        script = self.instance
        if self.errors or script.business_id is None:
            return
        draft = draft_of(script)
        findings = preview_of(draft, now=clock.now()).findings
        for finding in findings:
            if finding.level == "error":
                self.add_error("body", finding.message)
        self.advice = tuple(finding for finding in findings if finding.level != "error")


def draft_of(script: Script) -> Draft:
    return Draft(
        business=script.business,
        body=script.body,
        kind=script.kind,
        location=script.location,
        number=script.number,
        language=script.language,
        hours=script.hours,
    )


@admin.register(Script)
class ScriptAdmin(TenantHistoryAdmin):
    form = ScriptForm
    list_display = ("name", "kind", "business", "where", "hours", "language", "is_active", "opening_words")
    list_filter = ("kind", "language", "hours", "is_active", "location", "business")
    list_select_related = ("business", "location", "number__location")
    search_fields = ("name", "body")
    readonly_fields = ("preview",)
    save_on_top = True
    teaches = (
        "What callers read (and, for greetings, hear). Of the scripts that fit a call, the most specific wins: "
        "number before location before hours before language."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "kind", "is_active")}),
        ("The text", {"fields": ("body", "preview"), "classes": ("writing",)}),
        (
            "Only for",
            {
                "fields": ("location", "number", "hours", "language"),
                "description": "Leave these open for the ordinary text; fill them in for an exception.",
            },
        ),
        ("Replies", {"fields": ("urgent_words",)}),
    )

    class Media:
        js = [JavaScript("admin_site/script_preview.js", type="module")]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [path("preview/", view, name="messaging_script_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The preview of what stands on the page, as HTML."""
        if not self.has_change_permission(request):
            raise Http404
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        business = _pick(mine, request.POST.get("business", "")) or (mine.get() if mine.count() == 1 else None)
        if business is None:
            return render(request, "admin/messaging/script/_preview.html", {"preview": None})
        draft = Draft(
            business=business,
            body=request.POST.get("body", "")[:1600],
            kind=request.POST.get("kind", ""),
            location=_pick(business.locations.all(), request.POST.get("location", "")),
            number=_pick(business.numbers.select_related("location"), request.POST.get("number", "")),
            language=request.POST.get("language", ""),
            hours=request.POST.get("hours", ""),
        )
        return render(request, "admin/messaging/script/_preview.html", {"preview": preview_of(draft, now=clock.now())})

    @admin.display(description="on the phone")
    def preview(self, script: Script) -> SafeString:
        saved = script.pk is not None and script.business_id is not None
        return render_to_string(
            "admin/messaging/script/preview_panel.html",
            {
                "preview": preview_of(draft_of(script), now=clock.now()) if saved else None,
                "url": reverse("admin:messaging_script_preview"),
                "business_id": script.business_id or "",
                "placeholders": PLACEHOLDERS,
            },
        )

    def save_model(self, request: HttpRequest, obj: Script, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for finding in getattr(form, "advice", ()):
            level = messages.WARNING if finding.level == "warning" else messages.INFO
            messages.add_message(request, level, finding.message)

    @admin.display(description="where")
    def where(self, script: Script) -> str:
        return str(script.number or script.location or "everywhere")

    @admin.display(description="text")
    def opening_words(self, script: Script) -> str:
        return script.body if len(script.body) <= 70 else script.body[:67].rstrip() + "…"


def _pick(rows: Any, pk: str) -> Any:
    """The row of this key among `rows`; None for no key, and no such page for a stranger's."""
    if not pk:
        return None
    row = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise Http404
    return row
