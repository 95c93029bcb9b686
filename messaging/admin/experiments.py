"""Experiments: set up, begun, ended, and what they have shown so far."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from leads.access import CONFIGURERS
from leads.admin.reach import Roles, business_id_of, user_of, whole_business_ids
from leads.admin.tenant import ReadOnlyAdmin, TenantAdmin, TenantInline
from messaging import experiments
from messaging.enums import ExperimentStatus
from messaging.experiment_results import OUTCOMES, results_of
from messaging.experiment_statistics import LEAST_CALLERS, LEAST_EVENTS
from messaging.models import Experiment, ExperimentArm, ExperimentAssignment
from recoverline.lib import clock


class WholeBusinessOnly:
    """An experiment is about all callers of a business: for members who see all of its locations."""

    business_path: str

    def _may(self, request: HttpRequest, roles: Roles, obj: Model | None = None) -> bool:
        allowed = whole_business_ids(request, roles) if roles else frozenset()
        return bool(allowed) if obj is None else business_id_of(obj, self.business_path) in allowed

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]  # a mixin: the admin class beside it has it
        if getattr(user_of(request), "is_superuser", False):
            return rows
        return rows.filter(business__in=whole_business_ids(request, CONFIGURERS))


class ArmInline(TenantInline):
    model = ExperimentArm
    fields = ("name", "share", "is_holdout", "script", "sequence")
    verbose_name = "way"
    verbose_name_plural = (
        "ways: the first is what the others are compared with; shares are weights, 50 and 50 or 90 and 10"
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


@admin.register(Experiment)
class ExperimentAdmin(WholeBusinessOnly, TenantAdmin):
    change_form_template = "admin/messaging/experiment/change_form.html"
    list_display = ("name", "subject", "business", "status", "started_at", "ended_at")
    list_filter = ("status", "subject", "business")
    list_select_related = ("business",)
    search_fields = ("name",)
    inlines = [ArmInline]
    readonly_fields = ("status", "started_at", "ended_at")
    fields = ("business", "name", "subject", "status", "started_at", "ended_at")
    teaches = (
        "Two ways to treat callers, split by chance, to see what really makes a difference. Each caller stays in one "
        "of them. People who cannot wait are never tried on."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if _is_draft(obj) else [*fields, "subject"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.results_view)
        return [path("<int:pk>/results/", view, name="messaging_experiment_results"), *super().get_urls()]

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it has shown (GET); begun or ended (POST `act`)."""
        experiment = self.get_queryset(request).filter(pk=pk).first()
        if experiment is None or not self.has_change_permission(request, experiment):
            raise Http404
        if request.method == "POST":
            self._act(request, experiment)
            return redirect("admin:messaging_experiment_results", pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": experiment.name,
            "experiment": experiment, "results": results_of(experiment, now=clock.now()), "outcomes": OUTCOMES,
            "objections": experiments.objections(experiment) if _is_draft(experiment) else [],
            "least_callers": LEAST_CALLERS, "least_events": LEAST_EVENTS,
        }  # fmt: skip
        return render(request, "admin/messaging/experiment/results.html", context)

    def _act(self, request: HttpRequest, experiment: Experiment) -> None:
        match request.POST.get("act"):
            case "begin":
                for sentence in experiments.begin(experiment, now=clock.now()):
                    messages.error(request, sentence)
            case "end" if experiments.end(experiment, now=clock.now()):
                messages.success(request, "It has ended: everybody is treated as always again.")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context["results_url"] = reverse("admin:messaging_experiment_results", args=[obj.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is not None:
            return sets
        unset = ("status", "started_at", "ended_at")
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in unset]})
            for title, options in sets
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What callers went through is kept."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Experiment, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(ExperimentAssignment)
class ExperimentAssignmentAdmin(WholeBusinessOnly, ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("lead", "experiment", "arm", "business", "at")
    list_filter = ("experiment", "business")
    list_select_related = ("lead", "experiment", "arm", "business")
    search_fields = ("lead__name", "lead__phone")
    fields = ("business", "experiment", "arm", "lead", "at")
    teaches = "Which caller got which way. Written when they called, never changed."


def _is_draft(experiment: Any) -> bool:
    return experiment is None or experiment.status == ExperimentStatus.DRAFT
