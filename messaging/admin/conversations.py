"""Conversations and their texts, to look at; answering is done in the inbox."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.admin.tenant import ReadOnlyAdmin, ReadOnlyInline
from messaging.models import Conversation, Message, Note


class MessageInline(ReadOnlyInline):
    model = Message
    fields = ("created_at", "direction", "kind", "body", "status", "suppression", "error_text")
    verbose_name_plural = "texts"


class NoteInline(ReadOnlyInline):
    model = Note
    fields = ("created_at", "author", "body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("author")


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    location_path = "location"
    list_display = (
        "lead",
        "last_preview",
        "location",
        "business",
        "status",
        "handler",
        "is_urgent",
        "needs_reply",
        "last_at",
    )
    list_filter = ("status", "handler", "is_urgent", "needs_reply", "location", "is_simulated", "business")
    list_select_related = ("business", "location", "lead")
    search_fields = ("lead__name", "lead__phone", "last_preview")
    inlines = [MessageInline, NoteInline]
    teaches = "For looking things up. People answer in the inbox."
    readonly_fields = ("inbox",)
    fields = (
        "inbox", "business", "location", "number", "lead", "request", "status", "handler", "assignee", "is_urgent",
        "needs_reply", "automation_paused", "pause_reason", "opened_at", "closed_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """But for the lines on which the team itself is alerted: those are under On call."""
        return super().get_queryset(request).filter(is_team=False)

    @admin.display(description="inbox")
    def inbox(self, conversation: Conversation) -> SafeString:
        url = reverse("inbox:conversation-show", args=[conversation.key])
        return format_html('<a href="{}">Open in the inbox</a>', url)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    location_path = "conversation__location"
    list_display = (
        "created_at",
        "direction",
        "kind",
        "start_of_text",
        "business",
        "status",
        "suppression",
        "error_code",
        "segments",
    )
    list_filter = ("status", "direction", "kind", "suppression", "number", "created_at", "business")
    list_select_related = ("business",)
    search_fields = ("body", "lead__phone", "carrier_message_id")
    ordering = ("-created_at", "-id")
    teaches = "Every text in and out, with what the carrier said about it."
    fieldsets = (
        (None, {"fields": ("business", "conversation", "lead", "direction", "kind", "author", "body", "segments")}),
        (
            "Delivery",
            {
                "fields": (
                    "status",
                    "suppression",
                    "error_code",
                    "error_text",
                    "sent_at",
                    "delivered_at",
                    "attempts",
                    "next_at",
                    "expires_at",
                )
            },
        ),
        (
            "From the carrier",
            {"fields": ("number", "account", "carrier_message_id", "idem_key"), "classes": ("collapse",)},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).filter(conversation__is_team=False)

    @admin.display(description="text")
    def start_of_text(self, message: Message) -> str:
        return message.body if len(message.body) <= 60 else message.body[:57].rstrip() + "…"
