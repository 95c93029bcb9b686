"""Sequences of follow-ups, as cards to write on; what somebody would get and when; how far each step got."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q
from django.forms.widgets import Script as JavaScript
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from leads.access import CONFIGURERS, businesses_for
from leads.admin.fields import TicksField
from leads.admin.forms import FormScope, TenantForm
from leads.admin.reach import EVERYBODY, business_ids, places_of, user_of
from leads.admin.tenant import ReadOnlyAdmin, ReadOnlyInline, TenantHistoryAdmin, TenantInline
from leads.models import Business
from messaging.admin import sequence_preview
from messaging.admin.sequence_results import results_of, versions_of
from messaging.followups import control
from messaging.followups.checking import findings_in, rival_of, rival_words
from messaging.followups.step_lint import PLACEHOLDERS, StepFinding
from messaging.followups.versions import terms_of_rows
from messaging.models import Enrollment, Sequence, SequenceStep, StepRun
from messaging.models.followups import RUNNING
from messaging.script_lint import PLACEHOLDERS as MEANINGS
from recoverline.lib import clock

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VALID_FOR = {30: "30 minutes", 60: "an hour", 120: "2 hours", 240: "4 hours", 480: "8 hours", 1440: "a day"}
# Far from the numbers that people give, while rows change places.
_ASIDE = 10_000


class WeekdaysField(TicksField):
    """Days as numbers from 0, Monday."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(enumerate(WEEKDAYS)), **kwargs)

    def clean(self, value: Any) -> list[int]:
        return sorted(int(day) for day in super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(map(str, initial or ())) != sorted(map(str, data or ()))


def _clock_widget() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class StepForm(TenantForm):
    weekdays = WeekdaysField(label="On", help_text="None ticked: every day.")
    valid_for_minutes = forms.TypedChoiceField(
        label="Still sent for", coerce=int, help_text="Later than this after its time it is skipped, never sent late."
    )

    class Meta:
        labels = {"position": "Step", "action": "What", "body": "Text", "body_es": "In Spanish"}
        help_texts = {"body": "With placeholders; of a task or a call, what staff should know."}
        widgets = {
            "body": forms.Textarea(attrs={"rows": 3, "class": "step-body", "spellcheck": "true"}),
            "body_es": forms.Textarea(attrs={"rows": 3, "class": "step-body", "lang": "es"}),
            "at_time": _clock_widget(),
            "window_from": _clock_widget(),
            "window_until": _clock_widget(),
            "position": forms.NumberInput(attrs={"min": 1, "max": 99, "class": "short"}),
            "delay_amount": forms.NumberInput(attrs={"min": 0, "max": 365, "class": "short"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("valid_for_minutes")
        if isinstance(field, forms.TypedChoiceField):
            minutes = {**VALID_FOR, self.instance.valid_for_minutes: f"{self.instance.valid_for_minutes} minutes"}
            field.choices = sorted({**minutes, **VALID_FOR}.items())
            field.initial = self.instance.valid_for_minutes

    def _get_validation_exclusions(self) -> set[str]:
        # Two steps may change places; that no two have the same one is asked of all of them together.
        return super()._get_validation_exclusions() | {"position"}


class StepFormSet(forms.BaseInlineFormSet):
    """All steps together: in which order, how far apart, and what the first text has to say."""

    advice: tuple[StepFinding, ...] = ()

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if _is_kept(form)]
        if any(form.errors for form in kept) or self.instance.business_id is None:
            return
        in_order = sorted(kept, key=lambda form: form.cleaned_data["position"])
        numbers = [form.cleaned_data["position"] for form in in_order]
        for number, form in zip(numbers[1:], in_order[1:], strict=True):
            if numbers.count(number) > 1:
                form.add_error("position", "There is another step with this number. Give each its own.")
        if len(set(numbers)) < len(numbers):
            return
        steps = terms_of_rows([form.instance for form in in_order])
        business, location = self.instance.business, self.instance.location
        findings = findings_in(steps, business=business, location=location, now=clock.now())
        for finding in (finding for finding in findings if finding.level == "error"):
            if finding.position < 0:
                raise forms.ValidationError(finding.message)
            in_order[finding.position].add_error(finding.column or None, finding.message)
        self.advice = tuple(finding for finding in findings if finding.level == "warning")


def _is_kept(form: Any) -> bool:
    return (form.has_changed() or form.instance.pk is not None) and not form.data.get(f"{form.prefix}-DELETE")


class StepInline(TenantInline):
    model = SequenceStep
    business_path = "sequence__business"
    form = StepForm
    formset = StepFormSet
    viewers = EVERYBODY
    template = "admin/messaging/sequence/steps.html"
    verbose_name = "step"
    verbose_name_plural = "steps"
    extra = 0
    fieldsets = (
        (None, {"fields": (("position", "action"), ("delay_amount", "delay_unit", "anchor"), "at_time")}),
        (
            "When it may happen",
            {
                "fields": (("window_from", "window_until"), "weekdays", "valid_for_minutes"),
                "classes": ("collapse",),
                "description": "In the local time of whoever is texted. Quiet hours hold besides.",
            },
        ),
        (None, {"fields": ("body", "body_es")}),
    )


class SequenceForm(TenantForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        sequence = self.instance
        business_id = self.business_id() or getattr(cleaned.get("business"), "pk", None)
        if not self.errors and business_id is not None:
            asked = Sequence(
                pk=sequence.pk, business_id=business_id, location=cleaned.get("location"),
                trigger=cleaned.get("trigger", sequence.trigger), is_active=cleaned.get("is_active", False),
            )  # fmt: skip
            rival = rival_of(asked)
            if rival is not None:
                self.add_error("trigger", rival_words(rival))
        return cleaned


@admin.register(Sequence)
class SequenceAdmin(TenantHistoryAdmin):
    form = SequenceForm
    viewers = EVERYBODY
    editors = CONFIGURERS
    list_display = ("name", "trigger", "business", "where", "length", "people", "is_active")
    list_filter = ("trigger", "is_active", "location", "business")
    list_select_related = ("business", "location")
    search_fields = ("name",)
    inlines = [StepInline]
    save_on_top = True
    change_form_template = "admin/messaging/sequence/change_form.html"
    change_list_template = "admin/messaging/sequence/change_list.html"
    radio_fields = {"after_staff": admin.VERTICAL}
    teaches = (
        "What follows for people who do not book, step by step, until they answer, book or opt out. Nobody is in more "
        "than one at a time, and nobody gets anything in quiet hours."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "trigger", "location", "is_active")}),
        ("Manners", {"fields": ("after_staff",)}),
    )

    class Media:
        css = {"all": ["admin_site/sequences.css"]}
        js = [JavaScript("admin_site/sequence_preview.js", type="module")]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(require_POST(self.preview_view)), name="messaging_sequence_preview"),
            path("pause/<int:business>/", view(require_POST(self.switch_view)), name="messaging_sequence_pause"),
            path(
                "resume/<int:business>/", view(require_POST(self.switch_view)), {"pauses": False},
                name="messaging_sequence_resume",
            ),
            *super().get_urls(),
        ]  # fmt: skip

    # ---------------------------------------------------------------- looking
    def get_queryset(self, request: HttpRequest) -> Any:
        in_it = Count("enrollments", filter=Q(enrollments__status__in=RUNNING))
        return super().get_queryset(request).prefetch_related("steps").annotate(running=in_it)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        mine = Business.objects.filter(pk__in=business_ids(request, self.viewers)).order_by("name")
        switches = [(business, business.pk in business_ids(request, self.editors)) for business in mine[:20]]
        return super().changelist_view(request, {"switches": switches, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        sequence = self.get_object(request, object_id)
        beside = self._beside(request, sequence) if isinstance(sequence, Sequence) else {}
        return super().change_view(request, object_id, form_url, {**beside, **(extra_context or {})})

    def _beside(self, request: HttpRequest, sequence: Sequence) -> dict[str, Any]:
        return {
            "results": results_of(sequence),
            "versions": versions_of(sequence),
            "preview_form": sequence_preview.PreviewForm(
                places=self._places(request, sequence), now=clock.now(), prefix="preview"
            ),
            "preview_url": reverse("admin:messaging_sequence_preview", args=[sequence.pk]),
            "placeholders": {name: MEANINGS[name] for name in PLACEHOLDERS},
            "enrollments_url": f"{reverse('admin:messaging_enrollment_changelist')}?sequence__id__exact={sequence.pk}",
        }

    def _places(self, request: HttpRequest, sequence: Sequence) -> Any:
        rows = places_of(request, self.viewers).filter(business=sequence.business_id).select_related("business")
        return rows.filter(pk=sequence.location_id) if sequence.location_id else rows

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What somebody would get and when, by the steps as they stand on the page, as HTML. Nothing is saved."""
        sequence = self.get_object(request, str(pk))
        if not isinstance(sequence, Sequence) or not self.has_view_permission(request, sequence):
            raise Http404
        form_class = forms.modelform_factory(SequenceStep, form=StepForm, fields=sequence_preview.STEP_FIELDS)
        form_class.scope = FormScope(user_of(request), sequence.business, StepInline.business_path)  # type: ignore[attr-defined]  # our forms all have one
        asked = sequence_preview.PreviewForm(
            request.POST, places=self._places(request, sequence), now=clock.now(), prefix="preview"
        )
        shown = sequence_preview.preview_of(sequence, asked, form_class, request.POST)
        return render(request, "admin/messaging/sequence/_preview.html", {"preview": shown})

    # ---------------------------------------------------------------- saving
    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if isinstance(formset, StepFormSet):
            moved = [each.instance.pk for each in formset.initial_forms if "position" in each.changed_data]
            for index, pk in enumerate(moved):
                SequenceStep.objects.filter(pk=pk, sequence=form.instance).update(position=_ASIDE + index)
        super().save_formset(request, form, formset, change)
        for finding in getattr(formset, "advice", ()):
            messages.warning(request, f"Step {finding.position + 1}: {finding.message}")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        sequence = form.instance
        running = sequence.enrollments.filter(status__in=RUNNING).count()
        if change and any(formset.has_changed() for formset in formsets) and running:
            who = "One person is" if running == 1 else f"{running} people are"
            messages.info(request, f"{who} on their way through it and keep the steps they began with.")
        if change and sequence.is_active and not sequence.steps.exists():
            messages.warning(request, "It has no steps yet: nobody gets anything.")

    def switch_view(self, request: HttpRequest, business: int, pauses: bool = True) -> HttpResponse:
        """Pause, or resume, everything of a business; whoever comes second is told."""
        row = businesses_for(user_of(request), roles=self.editors).filter(pk=business).first()
        if row is None:
            raise Http404
        act = control.pause_all if pauses else control.resume_all
        user = request.user
        assert isinstance(user, AbstractBaseUser)  # noqa: S101  businesses_for has found them a business
        done = act(row, by=user, now=clock.now())
        if done and pauses:
            messages.success(request, f"No follow-up of {row} goes out until somebody resumes them.")
        elif done:
            messages.success(request, f"Follow-ups of {row} go on. What is too late by now is skipped.")
        else:
            messages.info(request, "Somebody was faster: that is so already.")
        return redirect("admin:messaging_sequence_changelist")

    # ---------------------------------------------------------------- columns
    @admin.display(description="where")
    def where(self, sequence: Sequence) -> str:
        return str(sequence.location or "everywhere")

    @admin.display(description="steps")
    def length(self, sequence: Sequence) -> int:
        return len(sequence.steps.all())

    @admin.display(description="people in it")
    def people(self, sequence: Sequence) -> int:
        return int(getattr(sequence, "running", 0))


class StepRunInline(ReadOnlyInline):
    model = StepRun
    business_path = "enrollment__business"
    fields = ("number", "action", "outcome", "reason", "at", "replied_at", "booked_at", "opted_out_at")
    verbose_name_plural = "steps so far"
    ordering = ("position",)

    @admin.display(description="step")
    def number(self, run: StepRun) -> int:
        return run.position + 1


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    location_path = "location"
    list_display = ("lead", "sequence", "version_number", "status", "next_step", "due_at", "stop_reason", "business")
    list_filter = ("status", "stop_reason", "sequence", "location", "business")
    list_select_related = ("business", "lead__business", "sequence", "version")
    search_fields = ("lead__name", "lead__phone")
    readonly_fields = ("version_number", "next_step")
    inlines = [StepRunInline]
    teaches = (
        "Who is on their way through which sequence, what comes next, and why it ended. The panel beside each "
        "conversation in the inbox pauses, skips and stops it."
    )
    fields = (
        "business", "lead", "conversation", "sequence", "version_number", "status", "stop_reason", "next_step",
        "due_at", "anchor_at", "created_at", "ended_at", "changed_by",
    )  # fmt: skip

    @admin.display(description="version")
    def version_number(self, enrollment: Enrollment) -> int:
        return enrollment.version.number

    @admin.display(description="next step")
    def next_step(self, enrollment: Enrollment) -> str:
        steps = len(enrollment.version.steps)
        return (
            f"{enrollment.step + 1} of {steps}" if enrollment.status in RUNNING and enrollment.step < steps else "none"
        )
