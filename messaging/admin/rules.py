"""Rules: which missed calls get a text. Tried against the calls of the past before they are saved."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from leads.access import CONFIGURERS, businesses_for
from leads.admin.fields import TicksField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import TenantHistoryAdmin
from leads.models import Business
from messaging.admin.calls import caller_of, local_time
from messaging.admin.replay import replay_page
from messaging.admin.why import caller_label
from messaging.dry_run import DryRunRow, dry_run, recent_calls
from messaging.enums import FIRST_TEXT_KINDS, CallerKind, HoursState, MissReason, Outcome, ScriptKind
from messaging.models import Rule
from messaging.rule_terms import terms_of


class RuleForm(TenantForm):
    reasons = TicksField(
        label="Why it was missed", choices=MissReason.choices, help_text="Any of these; none ticked: every reason."
    )
    callers = TicksField(
        label="Kind of caller",
        choices=[(kind, caller_label(kind)) for kind in CallerKind.values],
        help_text="Any of these; none ticked: everybody.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        script = self.fields.get("script_kind")
        if isinstance(script, forms.ChoiceField):
            # Of the scripts only these can be the first text to a caller.
            script.choices = [
                ("", "---------"), *((kind.value, kind.label) for kind in FIRST_TEXT_KINDS)
            ]  # fmt: skip
        if self.instance.pk is None and "position" in self.fields:
            self.fields["position"].help_text = (
                "Lower is asked first. Position 0 is taken: to put this on top, give the rule there a higher one."
                if self.initial.get("position") == 0
                else "Lower is asked first; this puts it on top."
            )


@admin.register(Rule)
class RuleAdmin(TenantHistoryAdmin):
    form = RuleForm
    list_display = ("name", "position", "business", "when", "then", "is_active")
    list_display_links = ("name",)
    list_editable = ("position", "is_active")
    list_filter = ("outcome", "is_active", "business")
    list_select_related = ("business", "location", "number__location")
    ordering = ("business", "position", "id")
    search_fields = ("name",)
    radio_fields = {"outcome": admin.VERTICAL}
    change_form_template = "admin/messaging/rule/change_form.html"
    change_list_template = "admin/messaging/rule/change_list.html"
    teaches = (
        "Rules are asked from the top; the first whose conditions all hold decides. If none does, the caller gets the "
        "ordinary text. Opt-outs, the never-text list and the limits of the business hold whatever a rule says."
    )
    fieldsets = (
        (None, {"fields": ("business", "name", "position", "is_active")}),
        (
            "When",
            {
                "fields": (
                    ("location", "number"),
                    "hours",
                    "reasons",
                    "callers",
                    ("rang_at_least", "rang_at_most"),
                    "repeat_within_minutes",
                ),
                "description": "All of these must hold. What is left empty holds always.",
            },
        ),
        ("Then", {"fields": ("outcome", "script_kind", "delay_seconds", "alerts_staff")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """On top: behind a rule that catches everything, a new one would silently never decide."""
        mine = Rule.objects.filter(business__in=business_ids(request, CONFIGURERS))
        lowest = mine.aggregate(lowest=Min("position"))["lowest"]
        on_top: dict[str, Any] = {} if lowest is None else {"position": max(lowest - 1, 0)}
        return {**on_top, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.dry_run_view)
        replay = self.admin_site.admin_view(self.replay_view)
        return [
            path("replay/", replay, name="messaging_rule_replay"),
            path("<path:object_id>/replay/", replay, name="messaging_rule_replay_one"),
            path("dry-run/", view, name="messaging_rule_dry_run"),
            path("<path:object_id>/dry-run/", view, name="messaging_rule_dry_run_one"),
            *super().get_urls(),
        ]

    def dry_run_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """The rules as saved (GET) or with this one as it stands on the page (POST), against the last calls."""
        if not self.has_change_permission(request):
            raise Http404
        drafted, form = self._drafted(request, object_id)
        if form is not None and not form.is_valid():
            context = {**self._dry_run_context(request), "title": "Dry run", "form": form}
            return render(request, "admin/messaging/rule/dry_run.html", context, status=422)
        business = drafted.business if drafted else self._business(request)
        rows: list[DryRunRow] = []
        rules: list[Rule] = []
        if business is not None:
            others = Rule.objects.filter(business=business).exclude(pk=(drafted.pk if drafted else None) or 0)
            rules = [*others, *([drafted] if drafted else [])]
            # A rule that is not saved yet comes after its equals, as it will when it is.
            rules.sort(key=lambda rule: (rule.position, rule.pk is None, rule.pk or 0))
            asked = [terms_of(rule) for rule in rules if rule.is_active]
            tried = terms_of(drafted) if drafted and drafted.is_active and request.method == "POST" else None
            rows = dry_run(recent_calls(business), asked, tried=tried)
        context = {
            **self._dry_run_context(request),
            "title": "Dry run",
            "business": business,
            "businesses": [] if business else businesses_for(user_of(request), roles=CONFIGURERS),
            "drafted": drafted if request.method == "POST" else None,
            "rows": rows,
            "listed": [(f"{caller_of(row.call)}, {local_time(row.call)}", row) for row in rows],
            "changed": sum(row.change == "outcome" for row in rows),
            "other_rule": sum(row.change == "rule" for row in rows),
            "decided_before": decided_before(rows, rules),
        }
        return render(request, "admin/messaging/rule/dry_run.html", context)

    def replay_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """The calls of a past time with rules, hours or a script that are drafts. Nothing is saved."""
        if not self.has_change_permission(request):
            raise Http404
        drafted, form = None, None
        if object_id is not None or "outcome" in request.POST:
            drafted, form = self._drafted(request, object_id)
        context = {**self._dry_run_context(request), "title": "Replay"}
        if form is not None and not form.is_valid():
            return render(request, "admin/messaging/rule/dry_run.html", {**context, "form": form}, status=422)
        business = drafted.business if drafted else self._business(request)
        return replay_page(request, context, business, drafted if request.method == "POST" else None)

    def _drafted(self, request: HttpRequest, object_id: str | None) -> tuple[Rule | None, Any]:
        """The rule of the page, with what is typed there but not saved, and the form that read it."""
        rule = None
        if object_id is not None:
            rule = self.get_object(request, object_id)
            if rule is None or not self.has_change_permission(request, rule):
                raise Http404
        if request.method != "POST":
            return rule, None
        form = self.get_form(request, rule, change=rule is not None)(request.POST, instance=rule)
        return (form.instance if form.is_valid() else None), form

    def _business(self, request: HttpRequest) -> Business | None:
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        wanted = request.GET.get("business", "")
        if not wanted:
            return mine.get() if len(business_ids(request, CONFIGURERS)) == 1 else None
        business = mine.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        if business is None:
            raise Http404
        return business

    def _dry_run_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        name = "admin:messaging_rule_dry_run_one" if obj else "admin:messaging_rule_dry_run"
        context["dry_run_url"] = reverse(name, args=[obj.pk] if obj else [])
        name = "admin:messaging_rule_replay_one" if obj else "admin:messaging_rule_replay"
        context["replay_url"] = reverse(name, args=[obj.pk] if obj else [])
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="when")
    def when(self, rule: Rule) -> str:
        parts = [
            str(rule.location) if rule.location else "",
            str(rule.number) if rule.number else "",
            HoursState(rule.hours).label if rule.hours else "",
            _labels(MissReason, rule.reasons),
            " or ".join(caller_label(kind) for kind in rule.callers),
            f"rang at least {rule.rang_at_least} s" if rule.rang_at_least is not None else "",
            f"rang at most {rule.rang_at_most} s" if rule.rang_at_most is not None else "",
            f"again within {rule.repeat_within_minutes} min" if rule.repeat_within_minutes is not None else "",
        ]
        return " · ".join(part for part in parts if part) or "always"

    @admin.display(description="then", ordering="outcome")
    def then(self, rule: Rule) -> str:
        says = Outcome(rule.outcome).label
        if rule.outcome == Outcome.TEXT and rule.script_kind:
            says += f": {ScriptKind(rule.script_kind).label}"
            says += f", after {rule.delay_seconds} s" if rule.delay_seconds else ""
        return says + (", alert the team" if rule.alerts_staff else "")


def decided_before(rows: Iterable[DryRunRow], rules: Sequence[Rule]) -> list[str]:
    """For the page: which earlier rules decide the calls that the rule on trial fits, and how many, most first."""
    counts = Counter(row.would_rule_id for row in rows if row.decided_before and row.would_rule_id)
    deciders: dict[int | None, Rule] = {rule.pk: rule for rule in rules}
    return [
        f"{count} call{'s' if count > 1 else ''} fit{'' if count > 1 else 's'} it, but “{deciders[pk].name}” "
        f"({deciders[pk].position}) decides first."
        for pk, count in counts.most_common()
    ]


def _labels(choices: Any, values: list[str]) -> str:
    known = dict(choices.choices)
    return " or ".join(known.get(value, value) for value in values)
