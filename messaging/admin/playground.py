"""The playground: a conversation with the robot in which nothing is sent, booked or kept."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from leads.access import CONFIGURERS, visible_by_location
from leads.admin.fields import LinesField
from leads.admin.reach import user_of
from messaging.admin.robot_pages import page_context, robot_of
from messaging.agent import publishing
from messaging.agent.reading import draft_knowledge, published_knowledge
from messaging.agent.rehearsal import Memory, read_memory
from messaging.agent.trial import CUSTOMER, Line, read_line, try_text
from messaging.enums import Driver
from messaging.models import AgentSettings, PhoneNumber, RegressionScenario, Rehearsal
from recoverline.lib import clock
from recoverline.lib.text import one_line

LONGEST_TEXT = 1600
MOST_TEXTS = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and with what it is played."""

    number: PhoneNumber
    is_draft: bool
    driver: str


class ScenarioForm(forms.Form):
    """What must hold of the conversation on the page from now on."""

    name = forms.CharField(max_length=120)
    must_say = LinesField(rows=2, label="Must say", help_text="Words that the answers must contain, one a line.")
    must_not_say = LinesField(rows=2, label="Must not say", help_text="Words that they must not contain, one a line.")
    must_hand_off = forms.TypedChoiceField(
        label="A person", required=False, empty_value=None, coerce=lambda value: value == "yes",
        choices=[("", "may be asked or not"), ("yes", "must be asked"), ("no", "must not be asked")],
    )  # fmt: skip

    def __init__(self, *args: Any, robot: AgentSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.robot = robot

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if RegressionScenario.objects.filter(business=self.robot.business_id, name=name).exists():
            raise forms.ValidationError("There is a scenario of this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("must_say") or cleaned.get("must_not_say") or cleaned.get("must_hand_off") is not None):
            self.add_error("must_say", "Say what must hold, or the scenario can never fail.")
        return cleaned


@require_http_methods(["GET", "POST"])
def playground_view(request: HttpRequest, object_id: int) -> HttpResponse:
    robot = robot_of(request, object_id)
    numbers = _numbers(request, robot)
    kept = _mine(request, robot).first()
    form = None
    if request.method == "POST" and numbers:
        act = request.POST.get("act")
        if act == "save" and kept is not None:
            form = ScenarioForm(request.POST, robot=robot)
            if form.is_valid():
                _save_scenario(request, robot, kept, form)
                return redirect(request.path)
        else:
            if act == "restart":
                _restart(request, robot, numbers)
            elif act == "say":
                _say(request, robot, kept, numbers)
            return redirect(request.path)
    context = page_context(request, robot, title="Playground") | _stage_context(robot, kept, numbers, form)
    return render(
        request, "admin/messaging/agentsettings/playground.html", context, status=422 if form is not None else 200
    )


# ---------------------------------------------------------------- acts
def _restart(request: HttpRequest, robot: AgentSettings, numbers: list[PhoneNumber]) -> None:
    driver = Driver.MODEL if request.POST.get("driver") == Driver.MODEL and _may_ask_claude() else Driver.RULES
    number = next((row for row in numbers if str(row.pk) == request.POST.get("number")), numbers[0])
    is_draft = request.POST.get("knowledge") != "published"
    _keep(request, robot, None, Stage(number, is_draft, driver), [], Memory())


def _say(request: HttpRequest, robot: AgentSettings, kept: Rehearsal | None, numbers: list[PhoneNumber]) -> None:
    text = request.POST.get("text", "").strip()[:LONGEST_TEXT]
    lines = list(kept.lines) if kept else []
    # Sent twice by an impatient finger: the second one is of a page that has gone on since.
    if not text or request.POST.get("after") != str(len(lines)):
        return
    if sum(line.get("who") == CUSTOMER for line in lines) >= MOST_TEXTS:
        messages.warning(request, "This conversation is long enough: start over.")
        return
    stage = _stage_of(kept, robot, numbers)
    knowledge = draft_knowledge(robot.business) if stage.is_draft else published_knowledge(robot.business)
    memory = read_memory(kept.state.get("memory", {})) if kept else Memory()
    tried = try_text(stage.number, robot, knowledge, memory, text, driver=stage.driver, now=clock.now())
    _keep(request, robot, kept, stage, [*lines, *(line.to_json() for line in tried.lines)], tried.memory)


def _mine(request: HttpRequest, robot: AgentSettings) -> "QuerySet[Rehearsal]":
    return Rehearsal.objects.filter(business=robot.business, user=user_of(request).pk)


def _keep(
    request: HttpRequest,
    robot: AgentSettings,
    kept: Rehearsal | None,
    stage: Stage,
    lines: list[Any],
    memory: Memory,
) -> None:
    """One conversation per person and business: what was there before goes."""
    values: dict[str, Any] = {
        "is_draft": stage.is_draft,
        "driver": stage.driver,
        "lines": lines,
        "state": {"number": stage.number.pk, "memory": memory.to_json()},
        "updated_at": clock.now(),
    }
    mine = _mine(request, robot)
    if kept is not None:
        # Nothing, where another window has gone on meanwhile.
        mine.filter(pk=kept.pk, updated_at=kept.updated_at).update(**values)
        return
    mine.delete()
    values["user_id"] = user_of(request).pk
    Rehearsal.objects.create(business=robot.business, **values)


def _save_scenario(request: HttpRequest, robot: AgentSettings, kept: Rehearsal, form: ScenarioForm) -> None:
    scenario = RegressionScenario.objects.create(
        business=robot.business,
        lines=[line["text"] for line in kept.lines if line.get("who") == CUSTOMER],
        created_at=clock.now(),
        **form.cleaned_data,
    )
    address = reverse("admin:messaging_regressionscenario_change", args=[scenario.pk])
    told = format_html('Saved. “<a href="{}">{}</a>” is held again before each publication.', address, scenario.name)
    messages.success(request, told)


# ---------------------------------------------------------------- what the page shows
def _numbers(request: HttpRequest, robot: AgentSettings) -> list[PhoneNumber]:
    rows = PhoneNumber.objects.filter(business=robot.business, is_active=True).order_by("pk")
    rows = visible_by_location(user_of(request), rows, roles=CONFIGURERS)
    return list(rows.select_related("business", "location__business", "account"))


def _stage_of(kept: Rehearsal | None, robot: AgentSettings, numbers: list[PhoneNumber]) -> Stage:
    """As it was chosen; before anybody chose, as customers have it, but with the draft."""
    if kept is None:
        driver = Driver.MODEL if robot.driver == Driver.MODEL and _may_ask_claude() else Driver.RULES
        return Stage(numbers[0], True, driver)
    number = next((row for row in numbers if row.pk == kept.state.get("number")), numbers[0])
    driver = Driver(kept.driver) if _may_ask_claude() else Driver.RULES
    return Stage(number, kept.is_draft, driver)


def _stage_context(
    robot: AgentSettings, kept: Rehearsal | None, numbers: list[PhoneNumber], form: ScenarioForm | None
) -> dict[str, Any]:
    if not numbers:
        return {"numbers": []}
    lines: list[Line] = [read_line(line) for line in kept.lines] if kept else []
    said = [line.text for line in lines if line.who == CUSTOMER]
    name = {"name": one_line(said[0], 110)} if said else None
    published = publishing.latest(robot.business)
    return {
        "numbers": numbers,
        "stage": _stage_of(kept, robot, numbers),
        "lines": lines,
        "form": form or ScenarioForm(initial=name, robot=robot),
        "has_claude": _may_ask_claude(),
        "published": published,
        "pending": len(publishing.pending_changes(robot.business)) if published else 0,
        "longest": LONGEST_TEXT,
        "spent": sum(line.cost_micros or 0 for line in lines),
    }


def _may_ask_claude() -> bool:
    return bool(settings.ANTHROPIC_API_KEY)
