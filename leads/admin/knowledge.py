"""What the robot may tell callers: services with their price range, areas, questions and answers, house rules."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.admin.business import AreaForm
from leads.admin.facts import CheckedFilter, FactAdmin, FactForm
from leads.admin.fields import LinesField, MoneyField
from leads.admin.forms import TenantForm
from leads.admin.reach import places_of
from leads.admin.tenant import TenantInline
from leads.models import (
    Faq,
    IntakeQuestion,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from leads.safety_texts import objections_to

WHO_CHECKED: tuple[str, Any] = ("Kept right", {"fields": (("owner", "checked_on"),)})


def price_range(low: int | None, high: int | None) -> str:
    amounts = [f"{cents / 100:,.2f}".removesuffix(".00") for cents in (low, high) if cents is not None]
    return " to ".join(dict.fromkeys(amounts)) or "not named"


class ServiceForm(FactForm):
    aliases = LinesField(label="Also called", help_text="What customers say for it, one a line: AC out, no heat.")
    price_from_cents = MoneyField(
        label="Price from", help_text="The range you are willing to name; empty: none is named."
    )
    price_to_cents = MoneyField(label="Price to")


class DifferenceForm(TenantForm):
    price_from_cents = MoneyField(label="Price from")
    price_to_cents = MoneyField(label="Price to", help_text="Empty: the same as elsewhere.")

    def business_id(self) -> int | None:
        # A new row learns only when it is saved which service it belongs to.
        return super().business_id() or (self.scope.business.pk if self.scope.business else None)


class DifferenceInline(TenantInline):
    model = ServiceAtLocation
    form = DifferenceForm
    business_path = "service__business"
    fields = ("location", "is_offered", "price_from_cents", "price_to_cents")
    verbose_name_plural = "differences at locations: only where it costs something else or is not offered"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceAtLocation]:
        return super().get_queryset(request).filter(location__in=places_of(request, self.viewers))


@admin.register(Service)
class ServiceAdmin(FactAdmin):
    form = ServiceForm
    list_display = ("name", "business", "price_range", "duration_minutes", "is_active", "owner", "checked_on")
    list_filter = ("is_active", CheckedFilter, "business")
    list_select_related = ("business", "owner")
    search_fields = ("name", "aliases", "description")
    inlines = [DifferenceInline]
    teaches = "What callers can ask for. Only prices written here are ever named to a caller."
    fieldsets = (
        (None, {"fields": ("business", "name", "aliases", "description", "duration_minutes", "is_active")}),
        (
            "What may be said about money",
            {"fields": (("price_from_cents", "price_to_cents"), "price_note", "financing")},
        ),
        WHO_CHECKED,
    )

    @admin.display(description="price", ordering="price_from_cents")
    def price_range(self, service: Service) -> str:
        return price_range(service.price_from_cents, service.price_to_cents)


class ServiceAreaForm(FactForm, AreaForm):
    aliases = LinesField(rows=3, label="Also called", help_text="What people say for it, one a line: downtown, ASU.")


@admin.register(ServiceArea)
class ServiceAreaAdmin(FactAdmin):
    form = ServiceAreaForm
    list_display = ("city", "region", "location", "business", "codes", "radius_miles", "owner", "checked_on")
    list_filter = (CheckedFilter, "region", "location", "business")
    list_select_related = ("business", "location", "owner")
    search_fields = ("city", "region", "aliases")
    teaches = "Where the business goes. Callers from elsewhere are declined politely instead of being promised a visit."
    fieldsets = (
        (
            None,
            {"fields": ("business", "location", "city", "region", "postal_codes", "aliases", "radius_miles")},
        ),
        WHO_CHECKED,
    )

    @admin.display(description="postal codes")
    def codes(self, area: ServiceArea) -> str:
        return ", ".join(map(str, area.postal_codes[:6])) + (" …" if len(area.postal_codes) > 6 else "") or "whole city"


class WordedAdmin(FactAdmin):
    """Pages whose main field is a text as it is sent."""

    written: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.written:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 4, "cols": 60})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class FaqForm(FactForm):
    examples = LinesField(
        rows=8, label="Other ways to ask it", help_text="One a line, as customers text. Five make a clear difference."
    )


@admin.register(Faq)
class FaqAdmin(WordedAdmin):
    form = FaqForm
    written = ("answer",)
    list_display = ("question", "ways", "location", "business", "language", "is_active", "owner", "checked_on")
    list_filter = ("language", "is_active", CheckedFilter, "location", "business")
    list_select_related = ("business", "location", "owner")
    search_fields = ("question", "examples", "answer")
    teaches = (
        "Answers the business has approved. Write them as you would text them: short, without jargon. "
        "The more ways to ask are listed, the more often the question is recognized."
    )
    fieldsets = (
        (None, {"fields": ("business", "question", "examples", "answer", "language", "location", "is_active")}),
        WHO_CHECKED,
    )

    @admin.display(description="ways to ask")
    def ways(self, faq: Faq) -> int:
        return 1 + len(faq.examples)


@admin.register(Policy)
class PolicyAdmin(WordedAdmin):
    written = ("text",)
    list_display = ("title", "location", "business", "language", "is_active", "owner", "checked_on")
    list_filter = ("language", "is_active", CheckedFilter, "location", "business")
    list_select_related = ("business", "location", "owner")
    search_fields = ("title", "text")
    teaches = "House rules: late cancellation, warranty, payment, pets. They are told in these words or not at all."
    fieldsets = (
        (None, {"fields": ("business", "title", "text", "language", "location", "is_active")}),
        WHO_CHECKED,
    )


@admin.register(IntakeQuestion)
class IntakeQuestionAdmin(FactAdmin):
    list_display = (
        "question", "service", "before_offer", "position", "business", "language", "is_active", "owner", "checked_on",
    )  # fmt: skip
    list_filter = ("before_offer", "language", "is_active", CheckedFilter, "service", "business")
    list_select_related = ("business", "service", "owner")
    search_fields = ("question", "service__name")
    teaches = (
        "What must be known of a job besides service, place and time. Asked one at a time; each question before times "
        "are offered costs some of those who would have booked."
    )
    fieldsets = (
        (None, {"fields": ("business", "service", "question", "language", "before_offer", "position", "is_active")}),
        WHO_CHECKED,
    )


class PersonTopicForm(FactForm):
    phrases = LinesField(required=True, help_text="Words that give it away, one a line: refund, lawyer.")


@admin.register(PersonTopic)
class PersonTopicAdmin(FactAdmin):
    form = PersonTopicForm
    list_display = ("name", "start_of_phrases", "location", "business", "is_active", "owner", "checked_on")
    list_filter = ("is_active", CheckedFilter, "location", "business")
    list_select_related = ("business", "location", "owner")
    search_fields = ("name", "phrases")
    teaches = "What the robot never talks about. Whoever uses one of these words gets a person at once."
    fieldsets = (
        (None, {"fields": ("business", "name", "phrases", "location", "is_active")}),
        WHO_CHECKED,
    )

    @admin.display(description="words")
    def start_of_phrases(self, topic: PersonTopic) -> str:
        return ", ".join(map(str, topic.phrases[:5])) + (" …" if len(topic.phrases) > 5 else "")


class SafetyTextForm(FactForm):
    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        for objection in objections_to(text):
            self.add_error("text", objection)
        return text


@admin.register(SafetyText)
class SafetyTextAdmin(WordedAdmin):
    form = SafetyTextForm
    written = ("text",)
    list_display = ("danger", "language", "location", "business", "is_active", "owner", "checked_on")
    list_filter = ("danger", "language", "is_active", CheckedFilter, "location", "business")
    list_select_related = ("business", "location", "owner")
    search_fields = ("text",)
    teaches = (
        "Sent at once and word for word when a text speaks of a danger, before anybody or anything else reads it. "
        "Where nothing is written here, the built-in words are sent."
    )
    fieldsets = (
        (None, {"fields": ("business", "danger", "text", "language", "location", "is_active")}),
        WHO_CHECKED,
    )
