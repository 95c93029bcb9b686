"""Which week's figures were mailed, and to how many people."""

from django.contrib import admin

from leads.access import CONFIGURERS
from leads.admin.tenant import ReadOnlyAdmin
from leads.models import WeeklyDigest


@admin.register(WeeklyDigest)
class WeeklyDigestAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("week", "business", "sent_at", "recipients")
    list_filter = ("business",)
    list_select_related = ("business",)
    fields = ("business", "week", "sent_at", "recipients")
    teaches = "The week in figures, mailed on Monday morning to owners and managers who want it, once a week."
