"""Who is told in which order, what has been escalated with its whole log, and what people on call have texted."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS
from leads.admin.fields import TicksField
from leads.admin.forms import TenantForm
from leads.admin.tenant import ReadOnlyAdmin, ReadOnlyInline, TenantAdmin, TenantInline
from leads.models import Membership
from messaging import consent
from messaging.escalation.enums import EscalationClass
from messaging.escalation.policy_words import objections, sentence
from messaging.models import Escalation, EscalationNotice, EscalationPolicy, EscalationStep, OnCallText
from scheduling.admin import on_call_panel


def opted_out(member: Membership) -> str:
    """A word for whoever has texted STOP from their own phone: no alert reaches them by text."""
    if member.phone and consent.is_opted_out(member.business_id, member.phone):
        return "Has opted out of texts: START from that phone brings them back"
    return ""


on_call_panel.WARNERS.append(opted_out)


class PolicyForm(TenantForm):
    applies_to = TicksField(label="For", choices=EscalationClass.choices, help_text="Any of these.")

    def clean_applies_to(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["applies_to"]
        if not chosen:
            raise forms.ValidationError("Tick what it is for, or nothing would ever use it.")
        return chosen


class StepFormSet(forms.BaseInlineFormSet):
    """A new step comes after those that are there."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs = super().get_form_kwargs(index)
        if index is None or index >= self.initial_form_count():
            last = max((step.position for step in self.get_queryset()), default=0)
            extra = 0 if index is None else index - self.initial_form_count()
            kwargs["initial"] = {"position": last + 1 + extra}
        return kwargs


class StepInline(TenantInline):
    model = EscalationStep
    formset = StepFormSet
    business_path = "policy__business"
    fields = ("position", "channel", "target", "member", "wait_minutes")
    extra = 1
    verbose_name_plural = "steps: who is told, how, and how long to wait for a word"


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(TenantAdmin):
    form = PolicyForm
    list_display = ("name", "location", "business", "meant_for", "what_happens", "is_active")
    list_filter = ("is_active", "location", "business")
    list_select_related = ("business", "location")
    search_fields = ("name",)
    inlines = [StepInline]
    readonly_fields = ("what_happens",)
    teaches = (
        "Who is told, and in which order, when something cannot wait. Whoever says “mine” first has it, and nobody "
        "else is asked. Who is on call is under On call shifts; without anybody on call the owners are asked."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "location", "applies_to", "is_active", "what_happens")}),
        ("Then", {"fields": ("rounds", "remind_after_minutes", "tells_customer")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationPolicy]:
        return super().get_queryset(request).prefetch_related("steps__member__user")

    @admin.display(description="for")
    def meant_for(self, policy: EscalationPolicy) -> str:
        return ", ".join(str(EscalationClass(kind).label) for kind in policy.applies_to if kind in EscalationClass)

    @admin.display(description="what happens")
    def what_happens(self, policy: EscalationPolicy) -> SafeString | str:
        if policy._state.adding:
            return "It is said here when the steps are saved."
        steps = list(policy.steps.all())
        wrong = objections(policy, steps)
        marks = format_html_join("", '<br><strong class="warning">{}</strong>', ((text,) for text in wrong))
        return format_html("{}{}", sentence(policy, steps), marks)


class NoticeInline(ReadOnlyInline):
    model = EscalationNotice
    business_path = "escalation__business"
    viewers = CONFIGURERS
    fields = ("created_at", "channel", "member", "phone", "code", "status", "reason", "sent_at", "answered_at")
    verbose_name_plural = "who was told"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member__user")


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    location_path = "location"
    viewers = CONFIGURERS
    list_display = (
        "opened_at", "summary", "kind", "location", "business", "status", "acknowledged_by", "acknowledged_via",
        "times",
    )  # fmt: skip
    list_filter = ("status", "kind", "acknowledged_via", "location", "is_simulated", "opened_at", "business")
    list_select_related = ("business", "location", "acknowledged_by__user")
    search_fields = ("summary", "lead__name", "lead__phone")
    inlines = [NoticeInline]
    readonly_fields = ("inbox", "chain_in_words")
    teaches = "What could not wait, and what became of it: who was told when, by which means, and who had it."
    fieldsets = (
        (None, {"fields": ("inbox", "business", "location", "lead", "kind", "summary", "status", "times")}),
        ("The chain", {"fields": ("chain_in_words", "step", "next_at", "exhausted_at", "tells_customer")}),
        (
            "Who had it",
            {
                "fields": (
                    "opened_at", "acknowledged_at", "acknowledged_by", "acknowledged_via", "reminders", "closed_at",
                    "closed_by", "is_simulated",
                )
            },
        ),
    )  # fmt: skip

    @admin.display(description="inbox")
    def inbox(self, escalation: Escalation) -> SafeString | str:
        if escalation.conversation is None:
            return "About no customer"
        url = reverse("inbox:conversation-show", args=[escalation.conversation.key])
        return format_html('<a href="{}">Open in the inbox</a>', url)

    @admin.display(description="who is asked")
    def chain_in_words(self, escalation: Escalation) -> SafeString | str:
        """As it was frozen when it opened."""
        rows = (
            (step["channel"], ", ".join(str(each["name"]) for each in step["people"]) or "nobody", step["wait"])
            for step in escalation.chain
        )
        items = format_html_join("", "<li>{}: {}, then {} min</li>", rows)
        return format_html("<ol>{}</ol>", items) if escalation.chain else "Nobody: no policy is for it"


@admin.register(OnCallText)
class OnCallTextAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("at", "member", "business", "body", "command", "result", "escalation")
    list_filter = ("command", "at", "business")
    list_select_related = ("business", "member__user", "escalation")
    search_fields = ("body", "phone", "member__user__username")
    fields = ("business", "at", "member", "phone", "body", "command", "result", "escalation", "carrier_message_id")
    teaches = "What people on call have texted to a business number, how it was read, and what it did."
