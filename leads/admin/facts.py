"""What the pages of everything the robot may say have in common: who keeps it right, and when somebody last did."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from leads.access import businesses_for
from leads.admin.forms import TenantForm
from leads.admin.reach import places_of
from leads.admin.tenant import TenantAdmin
from leads.models import Business
from recoverline.lib import clock

OLD_AFTER = timedelta(days=183)
# Changing these says nothing about whether the fact still holds.
_NOT_CONTENT = frozenset({"business", "owner", "checked_on", "is_active", "position"})


def local_today(business: Business) -> date:
    return clock.now().astimezone(business.zone).date()


class FactForm(TenantForm):
    """The owner is somebody of the team; left out, it is whoever saves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner, business_id = self.fields.get("owner"), self.business_id()
        if business_id is not None and isinstance(owner, ModelChoiceField) and owner.queryset is not None:
            # Whoever it is stays possible: superusers are in no team.
            team = Q(memberships__business=business_id) | Q(pk=self.instance.owner_id)
            owner.queryset = owner.queryset.filter(team).distinct()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        owner, business = cleaned.get("owner"), cleaned.get("business") or self.scope_business()
        if owner is None or business is None or owner.pk == self.instance.owner_id:
            return cleaned
        if not businesses_for(owner).filter(pk=business.pk).exists():
            self.add_error("owner", "This person is not in the team.")
        return cleaned

    def changes_content(self) -> bool:
        return not _NOT_CONTENT.issuperset(self.changed_data)


class CheckedFilter(admin.SimpleListFilter):
    title = "checked"
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("old", "Not for six months")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "old":
            return queryset
        return queryset.filter(Q(checked_on=None) | Q(checked_on__lt=clock.now().date() - OLD_AFTER))


class FactAdmin(TenantAdmin):
    """Rows of leads.models.knowledge.Fact. Writing one is having checked it."""

    form = FactForm
    actions = ["mark_checked"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        has_location = any(field.name == "location" for field in self.model._meta.fields)
        if not has_location or self._is_whole(request, self.viewers):
            return rows
        return rows.filter(Q(location=None) | Q(location__in=places_of(request, self.viewers)))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self._refuse_strangers(request, obj)
        if obj.owner_id is None:
            obj.owner = request.user
        is_new_date = "checked_on" in form.changed_data
        if (obj.checked_on is None and not change) or (form.changes_content() and not is_new_date):
            obj.checked_on = local_today(obj.business)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        own = [each for each in formsets if each.model._meta.app_label == self.opts.app_label]
        if any(each.has_changed() for each in own) and "checked_on" not in form.changed_data:
            form.instance.checked_on = local_today(form.instance.business)
            form.instance.save(update_fields=["checked_on"])

    @admin.action(description="Checked today: it still holds", permissions=["change"])
    def mark_checked(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        rows = queryset.select_related("business")
        for row in rows:
            row.checked_on = local_today(row.business)
            row.save(update_fields=["checked_on"])
        messages.success(request, f"{len(rows)} marked as checked today.")

    def rows_to_name(self, request: HttpRequest, related: Any, roles: Any = None) -> Any:
        rows = super().rows_to_name(request, related, roles)
        return rows.order_by("username") if related is get_user_model() else rows
