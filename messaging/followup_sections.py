"""Follow-ups in the business file: sequences, and inside each its steps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Any

from django.db import models

from leads.config_fields import Choice, Field, Surroundings, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import RowForm, Rows
from leads.config_yaml import Inline, Node, Problem, Quoted
from leads.knowledge_sections import ACTIVE, LOCATION
from leads.models import Location
from messaging.followups.checking import findings_in, rival_of, rival_words
from messaging.followups.enums import AfterStaff, Anchor, StepAction, Trigger, Unit
from messaging.followups.step_lint import MINUTES
from messaging.followups.versions import terms_of_rows
from messaging.models import Sequence, SequenceStep
from recoverline.lib import clock
from scheduling.sections import DAYS, read_days, read_range, write_range

_SPAN = re.compile(r"(\d{1,5}) (minute|hour|day|week)s?", re.IGNORECASE | re.ASCII)
_AT_ONCE = "at once"
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """20 minutes, 4 hours, 1 day, 2 weeks, or at once: the number, and its Unit."""

    def read(self, node: Node, around: Surroundings) -> tuple[int, str]:
        text = node.as_text().strip()
        if text.lower() == _AT_ONCE:
            return 0, Unit.MINUTES.value
        match = _SPAN.fullmatch(text)
        if match is None:
            raise Problem(node, f"“{text}” is not a span of time. Write 20 minutes, 4 hours, 1 day or 2 weeks.")
        return int(match[1]), Unit(f"{match[2].lower()}s").value

    def write(self, value: tuple[int, str]) -> str:
        amount, unit = value
        return f"{amount} {unit.removesuffix('s') if amount == 1 else unit}" if amount else _AT_ONCE


@dataclass(frozen=True, slots=True)
class SpanInMinutes:
    """The same, in one column of minutes."""

    def read(self, node: Node, around: Surroundings) -> int:
        amount, unit = Span().read(node, around)
        return amount * MINUTES[Unit(unit)]

    def write(self, value: int) -> str:
        unit = next(unit for unit in (Unit.DAYS, Unit.HOURS, Unit.MINUTES) if value % MINUTES[unit] == 0)
        return Span().write((value // MINUTES[unit], unit.value))


@dataclass(frozen=True, slots=True)
class Window:
    """9:00-19:00, on one day: from, until."""

    def read(self, node: Node, around: Surroundings) -> tuple[time, time]:
        opens, closes, ends_late = read_range(node)
        if ends_late and closes != _MIDNIGHT:
            raise Problem(node, f"“{node.as_text()}” ends before it begins. For an afternoon add 12: 17:00, not 5:00.")
        return opens, closes

    def write(self, value: tuple[time, time]) -> Quoted:
        opens, closes = value
        return write_range((opens, closes, closes <= opens))


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """10:00, or 10am."""

    def read(self, node: Node, around: Surroundings) -> time:
        text = node.as_text().strip()
        try:
            at, _, _ = read_range(Node(node.path, node.line, f"{text}-24:00"))
        except Problem:
            raise Problem(node, f"“{text}” is not a time of day. Write 10:00 or 10am.") from None
        return at

    def write(self, value: time) -> Quoted:
        return Quoted(f"{value.hour}:{value.minute:02}")


@dataclass(frozen=True, slots=True)
class Weekdays:
    """mon-fri, [mon, wed], sat: numbers from 0, Monday."""

    def read(self, node: Node, around: Surroundings) -> list[int]:
        items = (node,) if isinstance(node.value, str) else node.as_list()
        return sorted({day for item in items for day in read_days(item, item.as_text())})

    def write(self, value: list[int]) -> Inline:
        runs = groupby(enumerate(sorted(value)), key=lambda pair: pair[1] - pair[0])
        named = [[day for _, day in run] for _, run in runs]
        return Inline(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in named)


def step_position(values: Mapping[str, Any], index: int) -> int:
    return index + 1


def refuse_rival(sequence: Sequence, node: Node, loading: Loading) -> None:
    rival = rival_of(sequence) if sequence.business_id else None
    if rival is not None:
        raise Problem(node, rival_words(rival))


@dataclass(frozen=True, slots=True)
class StepRows(Rows):
    """The steps of one sequence, which must agree with each other."""

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        before, errors = len(loading.placed[self.key]), len(loading.errors)
        Rows.load(self, node, owner, loading)
        placed = loading.placed[self.key][before:]
        rows = [row for row, _ in placed if isinstance(row, SequenceStep)]
        if not isinstance(owner, Sequence) or len(loading.errors) > errors or len(rows) < len(placed):
            return
        if not rows and owner.is_active and node is not None:
            loading.warn(node, "It has no steps: nobody gets anything.")
        places = dict(zip(range(len(rows)), (part for _, part in placed), strict=True))
        keys = {column: item.key for item in self.form.fields for column in item.columns}
        rows_in_order = sorted(range(len(rows)), key=lambda index: rows[index].position)
        steps = terms_of_rows([rows[index] for index in rows_in_order])
        place = owner.location or next(
            (row for row in loading.named["locations"].values() if isinstance(row, Location)), None
        )
        for finding in findings_in(steps, business=loading.business, location=place, now=clock.now()):
            part = places[rows_in_order[finding.position]] if finding.position >= 0 else node
            assert part is not None  # noqa: S101  without steps there is nothing to find
            at = self.form.given(part).get(keys.get(finding.column, ""), part) if finding.position >= 0 else part
            if finding.level == "error":
                loading.error(at, finding.message)
            elif finding.level == "warning":
                loading.warn(at, finding.message)


STEPS = RowForm(
    model=SequenceStep,
    identity=("position",),
    fields=(
        Field("position", Whole(), default=step_position),
        Field("after", Span(), attrs=("delay_amount", "delay_unit"), is_shown=True),
        Field("counted_from", Choice(Anchor), attrs=("anchor",)),
        Field("at", TimeOfDay(), attrs=("at_time",)),
        Field("window", Window(), attrs=("window_from", "window_until")),
        Field("days", Weekdays(), attrs=("weekdays",)),
        Field("valid_for", SpanInMinutes(), attrs=("valid_for_minutes",)),
        Field("do", Choice(StepAction), attrs=("action",)),
        Field("text", Text(), attrs=("body",)),
        Field("spanish", Text(), attrs=("body_es",)),
    ),
)

FOLLOW_UP_SECTIONS = (
    Rows(
        key="sequences",
        order=102,
        about="What follows for who does not book, until they answer: which texts, when, in their local time.",
        form=RowForm(
            model=Sequence,
            identity=("name",),
            inner_keys=("steps",),
            prepare=refuse_rival,
            fields=(
                Field("name", Text(), is_required=True),
                Field("trigger", Choice(Trigger), is_required=True),
                LOCATION,
                Field("after_staff", Choice(AfterStaff)),
                ACTIVE,
            ),
        ),
    ),
    StepRows(
        key="steps", order=10, within="sequences", owner="sequence", is_value=True, ordering=("position", "pk"),
        form=STEPS,
    ),
)  # fmt: skip
