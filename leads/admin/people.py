"""The team: who may do what in a business. Superusers write it here, everybody else on the team page."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from leads import memberships
from leads.access import CONFIGURERS
from leads.admin.forms import TenantForm
from leads.admin.reach import places_of, user_of, whole_business_ids
from leads.admin.tenant import ReadOnlyAdmin, TenantAdmin
from leads.enums import Role
from leads.models import Invitation, Location, Membership


class MembershipForm(TenantForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stays_owner = cleaned.get("role") == Role.OWNER and not cleaned.get("locations")
        if self.instance.pk is not None and "role" in cleaned and not stays_owner:
            try:
                memberships.check_owner_stays(self.instance)
            except memberships.Refused as problem:
                self.add_error("role", str(problem))
        return cleaned


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    form = MembershipForm
    list_display = ("user", "business", "role", "phone", "works_by_text", "away_since", "gets_alerts")
    list_filter = ("role", "gets_alerts", "business")
    list_select_related = ("user", "business")
    search_fields = ("user__username", "user__email", "user__first_name", "user__last_name", "phone")
    filter_horizontal = ("locations",)
    GIVEN = ("user", "role", "locations")
    readonly_fields = (*GIVEN, "away_since")
    actions = None  # several at once could be all the owners
    teaches = (
        "A colleague's own phone is listed here so that its calls never get a text. Who joins, with which role and at "
        "which locations, is for the team page: Team in the menu of the inbox."
    )
    fieldsets = (
        (None, {"fields": ("business", "user", "role")}),
        ("Calls and alerts", {"fields": ("phone", "gets_alerts", "locations")}),
        ("On call", {"fields": ("works_by_text", "away_since")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if not self._is_superuser(request):
            return fields
        return [name for name in fields if name not in self.GIVEN or (name == "user" and obj is not None)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not super().has_change_permission(request, obj):
            return super().has_change_permission(request, obj)
        reach = memberships.reach_of(user_of(request), obj.business)  # type: ignore[arg-type]  # signed in
        return reach.covers(obj.role, memberships.locations_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request) and super().has_delete_permission(request, obj)

    def _is_superuser(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self._refuse_strangers(request, obj)
        if change and {"role", "locations"} & set(form.changed_data):
            given = form.cleaned_data
            memberships.change(obj, role=Role(given["role"]), locations=given["locations"], by=request.user)  # type: ignore[arg-type]  # signed in
        memberships.let_configure(obj.user, obj.role)
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        *found, protected = super().get_deleted_objects(objs, request)
        try:
            for member in objs:
                memberships.check_owner_stays(member)
        except memberships.Refused as problem:
            protected = [*protected, str(problem)]
        return (*found, protected)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        memberships.remove(obj, by=request.user)  # type: ignore[arg-type]  # signed in

    def rows_to_name(self, request: HttpRequest, related: Any, roles: Any = None) -> Any:
        rows = super().rows_to_name(request, related, roles)
        return rows.order_by("username") if related is get_user_model() else rows


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Sent, sent again and revoked on the team page."""

    viewers = CONFIGURERS
    list_display = ("email", "business", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role", "business")
    list_select_related = ("business",)
    search_fields = ("email",)
    fields = (
        "business",
        "email",
        "role",
        "locations",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
        "revoked_at",
    )
    teaches = "Who was asked to join, and what became of it. Invite and revoke on the team page."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Whoever is limited to some locations sees who is invited to those and nowhere else."""
        rows = super().get_queryset(request)
        if self._is_whole(request, self.viewers):
            return rows
        places = places_of(request, self.viewers)
        there = Invitation.objects.filter(locations__in=places)
        there = there.exclude(locations__in=Location.objects.exclude(pk__in=places.values("pk")))
        whole = Q(business__in=whole_business_ids(request, self.viewers))
        return rows.filter(whole | Q(pk__in=there.values("pk")))
