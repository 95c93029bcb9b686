"""Prepared replies: what the front desk inserts with a slash, held to the rules of scripts, with a live preview."""

from typing import Any

from django import forms
from django.contrib import admin
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
from leads.admin.tenant import TenantAdmin
from leads.models import Business
from messaging.admin.preview import Draft, Preview, preview_of, sample_values
from messaging.enums import ScriptKind
from messaging.inbox import canned
from messaging.models import CannedReply
from recoverline.lib import clock


def preview_reply(business: Business, body: str, language: str) -> Preview:
    """As a customer with a request and a visit would read it."""
    draft = Draft(business=business, body=body, kind=ScriptKind.NOTED, language=language)
    now = clock.now()
    shown = preview_of(draft, now=now)
    findings = canned.findings_in(body, business=business, sample=sample_values(draft, now=now))
    return Preview(shown.text, shown.bill, tuple(findings), is_spoken=False)


class CannedReplyForm(TenantForm):
    """What a script must not say, a prepared reply must not either."""

    class Meta:
        widgets = {"body": forms.Textarea(attrs={"rows": 4, "class": "script-body", "spellcheck": "true"})}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        reply = self.instance
        if self.errors or reply.business_id is None:
            return
        for finding in preview_reply(reply.business, reply.body, reply.language).findings:
            if finding.level == "error":
                self.add_error("body", finding.message)


@admin.register(CannedReply)
class CannedReplyAdmin(TenantAdmin):
    form = CannedReplyForm
    list_display = ("shortcut", "title", "business", "language", "is_active", "body")
    list_filter = ("language", "is_active", "business")
    list_select_related = ("business",)
    search_fields = ("shortcut", "title", "body")
    fields = ("business", "shortcut", "title", "body", "preview", "language", "is_active")
    readonly_fields = ("preview",)
    teaches = (
        "What your team says often. In a conversation they type a slash and a few letters, and the words stand in the "
        "field, filled in for that customer. A reply that names what is not known of them, such as a price, stays away."
    )

    class Media:
        js = [JavaScript("admin_site/script_preview.js", type="module")]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [path("preview/", view, name="messaging_cannedreply_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The preview of what stands on the page, as HTML."""
        if not self.has_change_permission(request):
            raise Http404
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        asked = request.POST.get("business", "")
        business = mine.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if asked and business is None:
            raise Http404
        if business is None and mine.count() == 1:
            business = mine.get()
        body, language = request.POST.get("body", "")[:1600], request.POST.get("language", "")
        preview = preview_reply(business, body, language) if business else None
        return render(request, "admin/messaging/script/_preview.html", {"preview": preview})

    @admin.display(description="on the phone")
    def preview(self, reply: CannedReply) -> SafeString:
        saved = reply.pk is not None and reply.business_id is not None
        return render_to_string(
            "admin/messaging/script/preview_panel.html",
            {
                "preview": preview_reply(reply.business, reply.body, reply.language) if saved else None,
                "url": reverse("admin:messaging_cannedreply_preview"),
                "business_id": reply.business_id or "",
                "placeholders": canned.KNOWN,
            },
        )
