"""What the business may tell callers: services with their price range, areas, questions and answers."""

from typing import Any

from django import forms
from django.contrib import admin

from leads.admin.business import AreaForm
from leads.admin.fields import MoneyField
from leads.admin.forms import TenantForm
from leads.admin.tenant import TenantAdmin
from leads.models import Faq, Service, ServiceArea


class ServiceForm(TenantForm):
    price_from_cents = MoneyField(
        label="Price from", help_text="The range you are willing to name; empty: none is named."
    )
    price_to_cents = MoneyField(label="Price to")


@admin.register(Service)
class ServiceAdmin(TenantAdmin):
    form = ServiceForm
    list_display = ("name", "business", "price_range", "duration_minutes", "is_active")
    list_filter = ("is_active", "business")
    list_select_related = ("business",)
    search_fields = ("name", "description")
    fields = ("business", "name", "description", "price_from_cents", "price_to_cents", "duration_minutes", "is_active")
    teaches = "What callers can ask for. Only prices written here are ever named to a caller."

    @admin.display(description="price", ordering="price_from_cents")
    def price_range(self, service: Service) -> str:
        amounts = [
            f"{cents / 100:,.2f}".removesuffix(".00")
            for cents in (service.price_from_cents, service.price_to_cents)
            if cents is not None
        ]
        return " to ".join(amounts) or "not named"


@admin.register(ServiceArea)
class ServiceAreaAdmin(TenantAdmin):
    form = AreaForm
    list_display = ("city", "region", "location", "business", "codes")
    list_filter = ("region", "location", "business")
    list_select_related = ("business", "location")
    search_fields = ("city", "region")
    fields = ("business", "location", "city", "region", "postal_codes")
    teaches = "Where the business goes. Callers from elsewhere are declined politely instead of being promised a visit."

    @admin.display(description="postal codes")
    def codes(self, area: ServiceArea) -> str:
        return ", ".join(map(str, area.postal_codes[:6])) + (" …" if len(area.postal_codes) > 6 else "") or "whole city"


@admin.register(Faq)
class FaqAdmin(TenantAdmin):
    list_display = ("question", "business", "language", "is_active")
    list_filter = ("language", "is_active", "business")
    list_select_related = ("business",)
    search_fields = ("question", "answer")
    fields = ("business", "question", "answer", "language", "is_active")
    teaches = "Answers the business has approved. Write them as you would text them: short, without jargon."

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "answer":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 4, "cols": 60})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
