"""The weekly review: what customers asked and nothing answered, with the form that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from leads.access import CONFIGURERS, businesses_for, visible_by_location
from leads.admin.facts import OLD_AFTER
from leads.admin.fields import LinesField
from leads.admin.reach import user_of
from leads.enums import Language
from leads.models import Business, Faq, IntakeQuestion, Location, PersonTopic, Policy, SafetyText, Service, ServiceArea
from messaging.admin.robot_pages import tabs
from messaging.agent import publishing, review
from messaging.agent.alike import group_alike
from messaging.enums import QuestionStatus
from messaging.models import AgentSettings, Conversation, UnansweredQuestion
from recoverline.lib import clock
from recoverline.lib.text import one_line

WEEK = timedelta(days=7)
MOST_QUESTIONS = 200
FACTS_SHOWN = 6


class AnswerForm(forms.Form):
    """A new FAQ from what customers asked."""

    question = forms.CharField(max_length=200, help_text="As you would put it.")
    answer = forms.CharField(
        max_length=320, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As you would text it. The robot sends it word for word.",
    )  # fmt: skip
    examples = LinesField(
        rows=4, label="Other ways to ask it", help_text="One a line; five or more make a clear difference."
    )
    language = forms.ChoiceField(choices=Language.choices)
    location: Any = forms.ModelChoiceField(None, required=False)

    def __init__(self, *args: Any, business: Business, places: Sequence[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        location: Any = self.fields["location"]
        location.queryset = business.locations.all()
        # Named once for all forms of a page.
        location.choices = [("", "Every location"), *((place.pk, str(place)) for place in places)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.faq().full_clean(exclude=["owner"])
        except ValidationError as error:
            for field, found in error.message_dict.items():
                known = field if field in self.fields else None
                text = found if field != NON_FIELD_ERRORS else ["There is such a FAQ already: add it there instead."]
                self.add_error(known if field != NON_FIELD_ERRORS else "question", text)
        return cleaned

    def faq(self) -> Faq:
        return Faq(business=self.business, **self.cleaned_data)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions that ask the same, the newest first."""

    questions: tuple[UnansweredQuestion, ...]
    form: AnswerForm
    is_old: bool

    @property
    def key(self) -> str:
        return ",".join(str(question.pk) for question in self.questions)


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Facts of one kind that nobody has looked at for long."""

    label: str
    url: str
    names: tuple[str, ...]
    more: int


@require_http_methods(["GET", "POST"])
def review_view(request: HttpRequest) -> HttpResponse:
    mine = businesses_for(user_of(request), roles=CONFIGURERS)
    if not mine.exists():
        raise Http404
    business = _business(request, mine)
    if business is None:
        return render(request, "admin/messaging/unansweredquestion/review.html", _frame(request) | {"businesses": mine})
    rows = questions_of(request, business)
    failed = None
    if request.method == "POST":
        failed = _act(request, business, rows)
        if failed is None:
            return redirect(f"{request.path}?business={business.pk}")
    context = _frame(request) | _context(business, rows, failed, now=clock.now())
    status = 200 if failed is None else 422
    return render(request, "admin/messaging/unansweredquestion/review.html", context, status=status)


def questions_of(request: HttpRequest, business: Business) -> "QuerySet[UnansweredQuestion]":
    """Those asked where the person works; of an erased conversation nobody knows where it was."""
    reached = visible_by_location(user_of(request), Conversation.objects.all(), roles=CONFIGURERS)
    rows = UnansweredQuestion.objects.filter(Q(conversation=None) | Q(conversation__in=reached), business=business)
    return rows.select_related("conversation", "message", "business")


# ---------------------------------------------------------------- acts
def _act(
    request: HttpRequest, business: Business, rows: "QuerySet[UnansweredQuestion]"
) -> tuple[str, AnswerForm] | None:
    """Do what was clicked; the group and its form where that has errors."""
    key, act, now, by = request.POST.get("group", ""), request.POST.get("act"), clock.now(), user_of(request)
    pks = [int(pk) for pk in key.split(",") if pk.isdecimal() and len(pk) < 19]
    questions = list(rows.filter(pk__in=pks, status=QuestionStatus.OPEN).order_by("-asked_at", "-pk"))
    if not questions:
        messages.info(request, "Nothing to do: somebody else has settled this meanwhile.")
    elif act == "dismiss":
        messages.success(request, f"{review.dismiss(questions, by=by, now=now)} dismissed.")  # type: ignore[arg-type]
    elif act == "join":
        _join(request, business, questions, now=now)
    elif act == "answer":
        form = AnswerForm(
            request.POST, business=business, places=list(business.locations.all()), prefix=f"q{questions[0].pk}"
        )  # fmt: skip
        if not form.is_valid():
            return ",".join(str(question.pk) for question in questions), form
        _tell(request, review.answer(questions, form.faq(), by=by, now=now))  # type: ignore[arg-type]
    return None


def _join(request: HttpRequest, business: Business, questions: Sequence[UnansweredQuestion], *, now: datetime) -> None:
    wanted = request.POST.get("faq", "")
    faq = business.faqs.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if faq is None:
        messages.error(request, "Choose the FAQ first.")
        return
    review.join(questions, faq, by=user_of(request), now=now)  # type: ignore[arg-type]
    messages.success(request, f"“{faq.question}” knows {_these(questions)} now. {_when_heard(business)}")


def _these(questions: Sequence[UnansweredQuestion]) -> str:
    return "this way to ask it" if len(questions) == 1 else f"these {len(questions)} ways to ask it"


def _when_heard(business: Business) -> str:
    if publishing.latest(business) is None:
        return "Customers hear it from now on: nothing is published yet, so the draft holds."
    return "Customers hear it once you publish."


def _tell(request: HttpRequest, done: review.Answered) -> None:
    scenario = reverse("admin:messaging_regressionscenario_change", args=[done.scenario.pk])
    faq = reverse("admin:leads_faq_change", args=[done.faq.pk])
    heard = _when_heard(done.faq.business)
    told = format_html('Saved as a <a href="{}">FAQ</a> and as a <a href="{}">scenario</a>. {}', faq, scenario, heard)
    messages.success(request, told)
    if done.is_found is False:
        messages.warning(
            request,
            format_html(
                'Tried at once, the rules do not find this answer yet. Add <a href="{}">other ways to ask it</a>, or '
                'look at what the <a href="{}">scenario</a> must say.', faq, scenario,
            ),
        )  # fmt: skip


# ---------------------------------------------------------------- what the page shows
def _business(request: HttpRequest, mine: "QuerySet[Business]") -> Business | None:
    wanted = request.POST.get("business") or request.GET.get("business", "")
    if not wanted:
        return mine.get() if mine.count() == 1 else None
    business = mine.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if business is None:
        raise Http404
    return business


def _frame(request: HttpRequest) -> dict[str, Any]:
    return {**admin.site.each_context(request), "opts": UnansweredQuestion._meta, "title": "Weekly review"}


def _context(
    business: Business,
    rows: "QuerySet[UnansweredQuestion]",
    failed: tuple[str, AnswerForm] | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    open_rows = rows.filter(status=QuestionStatus.OPEN)
    recent = list(rows.filter(asked_at__gt=now - WEEK).values_list("status", flat=True))
    robot = AgentSettings.objects.filter(business=business).first()
    return {
        "business": business,
        "subtitle": str(business),
        "robot": robot,
        "tabs": tabs(robot) if robot else [],
        "groups": groups_of(business, list(open_rows.order_by("-asked_at", "-pk")[:MOST_QUESTIONS]), failed, now=now),
        "more": max(open_rows.count() - MOST_QUESTIONS, 0),
        "asked": len(recent),
        "answered": recent.count(QuestionStatus.ANSWERED),
        "dismissed": recent.count(QuestionStatus.DISMISSED),
        "failed": failed[0] if failed else "",
        "faqs": list(business.faqs.filter(is_active=True).order_by("question")),
        "unchecked": unchecked_of(business, now=now),
    }


def groups_of(
    business: Business,
    questions: Sequence[UnansweredQuestion],
    failed: tuple[str, AnswerForm] | None = None,
    *,
    now: datetime,
) -> list[Asked]:
    """Those that ask the same together, what was asked most first."""
    found, places = [], list(business.locations.all())
    for alike in group_alike([question.text for question in questions]):
        group = tuple(questions[place] for place in alike)
        key = ",".join(str(question.pk) for question in group)
        form = failed[1] if failed and failed[0] == key else _empty_form(business, group, places)
        found.append(Asked(group, form, is_old=all(question.asked_at <= now - WEEK for question in group)))
    return found


def _empty_form(business: Business, group: Sequence[UnansweredQuestion], places: Sequence[Location]) -> AnswerForm:
    question = one_line(group[0].text, 200)
    initial = {
        "question": question,
        "examples": review.phrasings((each.text for each in group[1:]), known=(question,)),
        "language": group[0].language,
    }
    return AnswerForm(initial=initial, business=business, places=places, prefix=f"q{group[0].pk}")


def unchecked_of(business: Business, *, now: datetime) -> list[Unchecked]:
    """Facts that nobody has made sure of for six months, by kind."""
    before = now.astimezone(business.zone).date() - OLD_AFTER
    found = []
    for model in (Service, ServiceArea, Faq, Policy, IntakeQuestion, PersonTopic, SafetyText):
        rows: QuerySet[Any] = model._default_manager.filter(
            Q(checked_on=None) | Q(checked_on__lt=before), business=business
        )
        if any(field.name == "is_active" for field in model._meta.fields):
            rows = rows.filter(is_active=True)
        # In two languages a fact has one name.
        every = tuple(dict.fromkeys(str(row) for row in rows.order_by("checked_on", "pk")))
        if every:
            names = every[:FACTS_SHOWN]
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            label = str(model._meta.verbose_name_plural)
            found.append(Unchecked(label[:1].upper() + label[1:], f"{url}?checked=old", names, len(every) - len(names)))
    return found
