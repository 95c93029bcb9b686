"""What somebody would get from a sequence and when, by the steps as they stand on the page, saved or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from leads.enums import Language
from leads.models import Lead, Location
from messaging.followups import planning, recipients
from messaging.followups.checking import SAMPLE_CALLER, findings_in
from messaging.followups.enums import StepAction
from messaging.followups.planning import Planned, delay_words
from messaging.followups.step_lint import StepFinding
from messaging.followups.versions import terms_of_rows
from messaging.models import Sequence, SequenceStep
from recoverline.lib.phones import parse_phone
from recoverline.lib.text import Segments, count_segments

STEP_FIELDS = (
    "position", "action", "delay_amount", "delay_unit", "anchor", "at_time", "window_from", "window_until", "weekdays",
    "valid_for_minutes", "body", "body_es",
)  # fmt: skip
MOST_FORMS = 40


class PreviewForm(forms.Form):
    """For whom and after what. Times are on the clock of the location."""

    location = forms.ModelChoiceField(Location.objects.none(), required=False, empty_label=None)
    at = forms.DateTimeField(
        label="It happens at",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    phone = forms.CharField(
        label="Their phone", required=False, max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "placeholder": "(212) 555-0100", "autocomplete": "off"}),
        help_text="Its area code says in which zones they may be.",
    )  # fmt: skip
    language = forms.ChoiceField(label="They speak", choices=Language.choices, required=False)

    def __init__(self, data: object = None, *, places: QuerySet[Location], now: datetime, prefix: str) -> None:
        super().__init__(data, prefix=prefix, label_suffix="")  # type: ignore[arg-type]
        self.now = now
        choice = self.fields["location"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101
        choice.queryset = places
        first = places.first()
        if first is not None:
            self.initial = {"location": first.pk, "at": now.astimezone(first.zone).replace(tzinfo=None)}


@dataclass(frozen=True, slots=True)
class Shown:
    """One step to come. `findings` are about its words and times; `bill` is of a text."""

    number: int
    planned: Planned
    when: str
    bill: Segments | None
    findings: list[StepFinding]

    @property
    def is_text(self) -> bool:
        return self.planned.step.action == StepAction.TEXT


@dataclass(frozen=True, slots=True)
class Preview:
    """`problems` in sentences: why something, or all of it, cannot be shown."""

    shown: list[Shown] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    zone: ZoneInfo | None = None
    began: datetime | None = None
    location: Location | None = None


def preview_of(
    sequence: Sequence, asked: PreviewForm, form_class: "type[forms.ModelForm[Any]]", posted: Mapping[str, str]
) -> Preview:
    if not asked.is_valid():
        return Preview(problems=["Choose a location and a moment."])
    location = asked.cleaned_data["location"] or asked.fields["location"].queryset.first()  # type: ignore[attr-defined]
    if location is None:
        return Preview(problems=["The business has no location yet."])
    typed_at = asked.cleaned_data["at"]
    began = asked.now if typed_at is None else typed_at.replace(tzinfo=location.zone)
    rows, problems = _rows(sequence, form_class, posted)
    steps = terms_of_rows(rows)
    typed = asked.cleaned_data["phone"]
    phone = parse_phone(typed, sequence.business.country) or ""
    if typed and not phone:
        problems.append(f"“{typed}” is not a phone number.")
    language = asked.cleaned_data["language"] or Language.ENGLISH.value
    lead = Lead(business=sequence.business, name=SAMPLE_CALLER, phone=phone, language=language)
    findings = findings_in(steps, business=sequence.business, location=location, now=asked.now)
    problems += [finding.message for finding in findings if finding.position < 0]
    planned = planning.plan(steps, lead=lead, location=location, anchor_at=began, now=began, language=language)
    return Preview(
        shown=[
            Shown(
                each.step.position + 1,
                each,
                delay_words(each.step),
                count_segments(each.text) if each.step.action == StepAction.TEXT and each.text else None,
                [one for one in findings if one.position == each.step.position and one.level != "note"],
            )
            for each in planned
        ],
        problems=problems,
        zone=recipients.recipient(lead, location).zone,
        began=began,
        location=location,
    )


def _rows(
    sequence: Sequence, form_class: "type[forms.ModelForm[Any]]", posted: Mapping[str, str]
) -> tuple[list[SequenceStep], list[str]]:
    """The steps of the page in their order, and which of them cannot be read yet."""
    total = posted.get("steps-TOTAL_FORMS", "")
    rows: list[SequenceStep] = []
    problems = []
    for index in range(min(int(total), MOST_FORMS) if total.isdecimal() else 0):
        if posted.get(f"steps-{index}-DELETE"):
            continue
        stored = _stored(sequence, posted.get(f"steps-{index}-id", ""))
        form = form_class(posted, prefix=f"steps-{index}", instance=stored or SequenceStep(sequence=sequence))
        if form.is_valid():
            rows.append(form.instance)
        else:
            words = "; ".join(str(error) for errors in form.errors.values() for error in errors)
            problems.append(f"Step {index + 1} is not complete: {words}")
    return sorted(rows, key=lambda row: row.position), problems


def _stored(sequence: Sequence, pk: str) -> SequenceStep | None:
    return sequence.steps.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
