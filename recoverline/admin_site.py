"""The admin as one product: grouped by what people come for, with what is left to set up, closed by default.

Imports no admin module of the apps: those register here while this is being loaded.
"""

from collections.abc import Iterable
from datetime import UTC
from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from leads.access import CONFIGURERS, User, businesses_for
from recoverline.getting_started import steps
from recoverline.lib import clock

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Business",
        (
            "leads.business",
            "leads.location",
            "leads.membership",
            "leads.invitation",
            "messaging.carrieraccount",
            "messaging.phonenumber",
        ),
    ),
    (
        "Calls & texts",
        (
            "messaging.rule",
            "messaging.call",
            "leads.callbacktask",
            "leads.lead",
            "messaging.conversation",
            "messaging.message",
            "messaging.sequence",
            "messaging.enrollment",
            "messaging.nevertext",
            "messaging.optout",
            "messaging.consententry",
            "messaging.erasure",
            "messaging.inboundhook",
        ),
    ),
    (
        "Scheduling",
        (
            "scheduling.openinghours",
            "scheduling.closure",
            "scheduling.quiethours",
            "scheduling.resource",
            "scheduling.bookingrules",
            "scheduling.appointment",
            "scheduling.waitlistentry",
            "scheduling.traveltime",
            "scheduling.busycalendar",
            "scheduling.caldavaccount",
            "scheduling.calendarfeed",
        ),
    ),
    (
        "On call",
        (
            "scheduling.oncallshift",
            "scheduling.oncalloverride",
            "messaging.escalationpolicy",
            "messaging.escalation",
            "messaging.oncalltext",
        ),
    ),
    (
        "Content",
        (
            "messaging.script",
            "messaging.cannedreply",
            "leads.service",
            "leads.servicearea",
            "leads.faq",
            "leads.policy",
            "leads.intakequestion",
            "leads.persontopic",
            "leads.safetytext",
        ),
    ),
    (
        "Robot",
        (
            "messaging.agentsettings",
            "messaging.agentturn",
            "messaging.unansweredquestion",
            "messaging.regressionscenario",
            "messaging.publication",
        ),
    ),
    ("Results", ("messaging.experiment", "messaging.experimentassignment", "leads.weeklydigest")),
    (
        "Connections",
        (
            "leads.leadsource",
            "leads.formentry",
            "leads.apitoken",
            "leads.idempotentreply",
            "leads.webhookendpoint",
            "leads.webhookdelivery",
            "leads.crmconnection",
            "leads.crmsync",
            "leads.crmlink",
        ),
    ),
)
REST = "Installation"
BUSINESSES_SHOWN = 3


class SuperusersOnly:
    """Wraps an admin class that says nothing about businesses: a library's, or our own about the installation."""

    def _is_superuser(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request) and super().has_module_permission(request)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request) and super().has_view_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request) and super().has_add_permission(request)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request) and super().has_delete_permission(request, obj)  # type: ignore[misc]


class RecoverlineAdminSite(AdminSite):
    site_header = "Recoverline"
    site_title = "Recoverline"
    index_title = "Settings"
    site_url = "/inbox/"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Times are shown in the zone of the business, for people who have only one."""
        checked = super().admin_view(view, cacheable)

        @wraps(checked)
        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            mine = businesses_for(cast(User, request.user))[:2]
            zones = [business.zone for business in mine]
            with timezone.override(zones[0] if len(zones) == 1 else UTC):
                response = checked(request, *args, **kwargs)
                # Templates are rendered later than this, back in UTC, unless it is done now.
                return response.render() if isinstance(response, TemplateResponse) else response

        return in_zone

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in, with one count of wrong passwords and the second step."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def password_change(  # type: ignore[override]  # the stubs expect a page, Django an answer
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Fails closed: without a way to a business (leads.admin.tenant) the pages are for superusers.

        Unless a class says with `holds_for_everybody` that its rows are nobody's and who may look is asked there.
        """
        chosen = admin_class or ModelAdmin
        if getattr(chosen, "business_path", None) is None and not getattr(chosen, "holds_for_everybody", False):
            chosen = type(chosen.__name__, (SuperusersOnly, chosen), {})
        super().register(model_or_iterable, chosen, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {f"{app['app_label']}.{row['object_name']}".lower(): row for app in apps for row in app["models"]}
        groups = [(name, [models.pop(label) for label in labels if label in models]) for name, labels in GROUPS]
        groups.append((REST, list(models.values())))
        return [_group(name, rows) for name, rows in groups if rows]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        mine = businesses_for(cast(User, request.user), roles=CONFIGURERS)
        set_up = [(business, steps.steps_of(business, now=clock.now())) for business in mine[:BUSINESSES_SHOWN]]
        return super().index(request, {"set_up": set_up, **(extra_context or {})})


def _group(name: str, rows: list[Any]) -> dict[str, Any]:
    label = f"group-{name.split()[0].lower()}"
    return {
        "name": name,
        "app_label": label,
        "app_url": f"{reverse('admin:index')}#{label}",
        "has_module_perms": True,
        "models": rows,
    }
