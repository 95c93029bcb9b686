"""The team: who may do what in a business."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from leads.access import CONFIGURERS, businesses_for, may
from leads.admin.forms import TenantForm
from leads.admin.reach import business_id_of, business_ids
from leads.admin.tenant import ReadOnlyAdmin, TenantAdmin
from leads.enums import Role
from leads.models import Invitation, Membership


class MembershipForm(TenantForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        business = cleaned.get("business") or self.scope_business()
        if cleaned.get("role") == Role.OWNER and business and not may(self.scope.user, business, (Role.OWNER,)):
            self.add_error("role", "Only an owner can make somebody an owner.")
        return cleaned


class InviteForm(MembershipForm):
    """Adding a colleague by address: nobody gets a list of everybody's users to choose from."""

    email = forms.EmailField(help_text="They sign in with it; “Forgot password” there sets the first one.")
    first_name = forms.CharField(max_length=150, required=False)
    last_name = forms.CharField(max_length=150, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        business_id = cleaned["business"].pk if cleaned.get("business") else self.business_id()
        if business_id is None or not cleaned.get("email"):
            return cleaned
        email = cleaned["email"].lower()
        known = User.objects.filter(Q(username__iexact=email) | Q(email__iexact=email))
        if known.filter(memberships__business_id=business_id).exists():
            self.add_error("email", "This person is in the team already.")
        elif known.exists():
            mine = businesses_for(self.scope.user, roles=CONFIGURERS)
            colleague = known.filter(memberships__business__in=mine).first()
            if colleague is None:
                self.add_error("email", "This address cannot be added here. Ask whoever runs this installation.")
            else:
                self.instance.user = colleague
        return cleaned


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    form = MembershipForm
    list_display = ("user", "business", "role", "phone", "gets_alerts")
    list_filter = ("role", "gets_alerts", "business")
    list_select_related = ("user", "business")
    search_fields = ("user__username", "user__email", "user__first_name", "user__last_name", "phone")
    filter_horizontal = ("locations",)
    teaches = (
        "Owners and managers configure; the front desk answers calls and texts; “read only” looks. "
        "A colleague's own phone is listed here so that its calls never get a text."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        knows_user = obj is not None or self._is_superuser(request)
        who = ["user"] if knows_user else ["email", "first_name", "last_name"]
        hidden = self.needs_no_business(request)
        return [
            (None, {"fields": [*([] if hidden else ["business"]), *who, "role"]}),
            ("Calls and alerts", {"fields": ["phone", "gets_alerts", "locations"]}),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None and not self._is_superuser(request):
            kwargs["form"] = InviteForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_readonly_fields(request, obj))
        if obj is not None:
            fields.append("user")
        if obj is not None and obj.user_id == request.user.pk and not self._is_superuser(request):
            fields.append("role")  # or the last owner could lock everybody out
        return fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._outranks(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (
            super().has_delete_permission(request, obj)
            and self._outranks(request, obj)
            and (obj is None or obj.user_id != request.user.pk)
        )

    def _outranks(self, request: HttpRequest, obj: Any) -> bool:
        """Whether a manager has no owner before them."""
        if obj is None or obj.role != Role.OWNER:
            return True
        return business_id_of(obj, "business") in business_ids(request, (Role.OWNER,))

    def _is_superuser(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self._refuse_strangers(request, obj)
        if obj.user_id is None:
            obj.user = self._new_user(form.cleaned_data)
            messages.info(request, f"{obj.user.email} can now set a password with “Forgot password” when signing in.")
        if obj.role in CONFIGURERS and not obj.user.is_staff:
            User.objects.filter(pk=obj.user_id).update(is_staff=True)
        super().save_model(request, obj, form, change)

    def _new_user(self, details: dict[str, Any]) -> User:
        email = details["email"].lower()
        # A random password instead of none: Django sends a reset only to people who have one.
        return get_user_model().objects.create_user(
            email,
            email=email,
            password=secrets.token_urlsafe(32),
            first_name=details["first_name"],
            last_name=details["last_name"],
        )

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
