"""The robot: how much it does by itself, what it said and why, what it could not answer, what must go on going well."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from leads.access import CONFIGURERS, businesses_for, visible, visible_by_location
from leads.admin.fields import LinesField, MoneyField
from leads.admin.forms import TenantForm
from leads.admin.reach import business_ids, user_of
from leads.admin.tenant import ReadOnlyAdmin, ReadOnlyInline, TenantAdmin, TenantHistoryAdmin, TenantInline
from messaging.admin.conversations import ConversationAdmin
from messaging.admin.playground import playground_view
from messaging.admin.publishing import publishing_view
from messaging.admin.review import review_view
from messaging.enums import QuestionStatus
from messaging.models import (
    AgentSettings,
    AgentTurn,
    Conversation,
    IntentMode,
    ModelPrice,
    Publication,
    RegressionScenario,
    SlotOffer,
    UnansweredQuestion,
)
from recoverline.lib import clock


class AgentSettingsForm(TenantForm):
    most_cents_per_conversation = MoneyField(
        required=True,
        label="Most per conversation",
        help_text="In dollars, for Claude; then the rules go on. 0: no limit.",
    )
    most_cents_per_month = MoneyField(
        required=True, label="Most per month", help_text="In dollars, for Claude; then the rules go on. 0: no limit."
    )


class IntentModeInline(TenantInline):
    model = IntentMode
    business_path = "settings__business"
    fields = ("intent", "mode")
    verbose_name_plural = "less by itself for some subjects"


@admin.register(AgentSettings)
class AgentSettingsAdmin(TenantHistoryAdmin):
    form = AgentSettingsForm
    list_display = ("__str__", "business", "mode", "driver", "approved_only")
    list_filter = ("mode", "driver", "business")
    list_select_related = ("business",)
    radio_fields = {"mode": admin.VERTICAL, "driver": admin.VERTICAL}
    inlines = [IntentModeInline]
    teaches = (
        "How much the robot does by itself, and within which limits. Safety texts, opt-outs and the times that are "
        "really open hold whatever is set here."
    )
    fieldsets = (
        (None, {"fields": ("business", "mode", "driver", "approved_only")}),
        ("Before times are offered", {"fields": ("asks_kind", "asks_urgency", "times_offered")}),
        ("Manners", {"fields": ("quiet_seconds", "most_texts", "returns_after_minutes")}),
        (
            "Claude",
            {
                "fields": (
                    ("model", "effort"), "instructions", ("most_cents_per_conversation", "most_cents_per_month"),
                )
            },
        ),
    )  # fmt: skip

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/playground/", view(playground_view), name="messaging_agentsettings_playground"),
            path("<int:object_id>/publish/", view(publishing_view), name="messaging_agentsettings_publish"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        mine = businesses_for(user_of(request), roles=CONFIGURERS)
        return super().has_add_permission(request) and mine.filter(agent_settings=None).exists()


@admin.register(ModelPrice)
class ModelPriceAdmin(admin.ModelAdmin):
    list_display = ("model", "input_micros", "output_micros", "cache_write_micros", "cache_read_micros")
    search_fields = ("model",)


@admin.register(AgentTurn)
class AgentTurnAdmin(ReadOnlyAdmin):
    location_path = "conversation__location"
    list_display = ("started_at", "summary", "status", "driver", "business", "calls", "cost")
    list_filter = ("status", "driver", "started_at", "business")
    list_select_related = ("business",)
    search_fields = ("summary", "reply", "conversation__lead__phone")
    teaches = "Every answer of the robot, and why there was none: what it used, what it did, what it cost."
    readonly_fields = ("cost",)
    fieldsets = (
        (None, {"fields": ("business", "conversation", "status", "summary", "reply", "message")}),
        ("Why", {"fields": ("trigger", "intents", "tools", "facts", "objections")}),
        (
            "Cost",
            {
                "fields": (
                    "driver", "model", "calls", ("input_tokens", "output_tokens"), "cost",
                    ("started_at", "finished_at"),
                )
            },
        ),
    )  # fmt: skip

    @admin.display(description="cost", ordering="cost_micros")
    def cost(self, turn: AgentTurn) -> str:
        if turn.cost_micros is None:
            return "not known" if turn.model else "none"
        return f"${turn.cost_micros / 1_000_000:.4f}" if turn.cost_micros else "none"


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "text", "language", "status", "business", "closed_by")
    list_filter = ("status", "language", "asked_at", "business")
    list_select_related = ("business", "closed_by")
    search_fields = ("text",)
    actions = ["dismiss"]
    teaches = "What customers asked and the robot had no answer to: the next questions and answers to write."
    fields = (
        "business", "text", "language", "conversation", "message", "status", "faq", "asked_at", "closed_at",
        "closed_by",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Whoever is limited to some locations sees what was asked there; an erased conversation was nowhere.
        reached = visible_by_location(user_of(request), Conversation.objects.all(), roles=self.viewers)
        return super().get_queryset(request).filter(Q(conversation=None) | Q(conversation__in=reached))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(review_view)
        return [path("review/", view, name="messaging_unansweredquestion_review"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_review = self.has_finish_permission(request)
        return super().changelist_view(request, {"may_review": may_review, **(extra_context or {})})

    def has_finish_permission(self, request: HttpRequest) -> bool:
        return bool(business_ids(request, CONFIGURERS))

    @admin.action(description="Not worth an answer", permissions=["finish"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[UnansweredQuestion]) -> None:
        rows = visible(user_of(request), queryset, roles=CONFIGURERS).filter(status=QuestionStatus.OPEN)
        done = rows.update(status=QuestionStatus.DISMISSED, closed_at=clock.now(), closed_by=request.user)
        messages.success(request, f"{done} dismissed.")


class ScenarioForm(TenantForm):
    lines = LinesField(required=True, label="What the customer writes", help_text="One text a line.")
    must_say = LinesField(rows=3, help_text="What the answers must contain, one a line.")
    must_not_say = LinesField(rows=3, help_text="What they must not contain, one a line.")


@admin.register(RegressionScenario)
class RegressionScenarioAdmin(TenantAdmin):
    form = ScenarioForm
    list_display = ("name", "first_line", "business", "must_hand_off", "is_active", "created_at")
    list_filter = ("is_active", "must_hand_off", "business")
    list_select_related = ("business",)
    search_fields = ("name", "lines")
    readonly_fields = ("source", "created_at")
    teaches = "Conversations that must go on going well. They are held again before what the robot knows is published."
    fields = (
        "business", "name", "lines", "must_say", "must_not_say", "must_hand_off", "is_active", "source", "created_at",
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: RegressionScenario, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="begins with")
    def first_line(self, scenario: RegressionScenario) -> str:
        return str(scenario.lines[0]) if scenario.lines else ""


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    viewers = CONFIGURERS
    list_display = ("__str__", "business", "published_by", "published_at", "count_of_changes")
    list_filter = ("published_at", "business")
    list_select_related = ("business", "published_by")
    teaches = "What the robot knows since when, and what was changed each time."
    fields = ("business", "version", "published_by", "published_at", "list_of_changes", "results")
    readonly_fields = ("list_of_changes",)

    @admin.display(description="changes")
    def count_of_changes(self, publication: Publication) -> int:
        return len(publication.changes)

    @admin.display(description="changes")
    def list_of_changes(self, publication: Publication) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((line,) for line in publication.changes))


class SlotOfferInline(ReadOnlyInline):
    model = SlotOffer
    fields = ("offered_at", "number", "service", "starts_at", "is_current", "appointment", "moves")
    verbose_name_plural = "times that the robot offered"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("service", "appointment", "moves")


ConversationAdmin.also_shows(SlotOfferInline)
