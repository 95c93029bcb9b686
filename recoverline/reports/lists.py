"""What is behind a figure, row by row: calls, texts, turns of the robot, callbacks. The address alone says which."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.urls import reverse

from messaging.enums import HoursState, MissReason
from messaging.models import Conversation
from recoverline.lib.phones import display_phone
from recoverline.reports import comparison_page, deliverability_page, jobs, robot_page, team_page, waits
from recoverline.reports.asking import Asked
from recoverline.reports.jobs import Job
from recoverline.reports.measures import MEASURES
from recoverline.reports.overview import JOB_MEASURES, calls_behind
from recoverline.reports.periods import Period
from recoverline.reports.spans import hour_of_week
from recoverline.reports.tables import NOTHING, Cell, Table, cell, duration, money

SHOWN = 50
IN_A_FILE = 50_000
CALLS = (
    "calls", "answered", "missed", "texted", "delivered", "reached_in_10", "reached_in_60", "replied", "qualified",
    *JOB_MEASURES,
)  # fmt: skip
_FIGURES = ("Text after", "Waited", "In open hours", "Amount")
_DIGITS = re.compile(r"[0-9]{1,9}")

Rows = QuerySet[Any]
Filters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """`table` is one page of it, `total` how many there are in all."""

    title: str
    definition: str
    table: Table
    total: int
    page: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    columns: tuple[str, ...]
    rows: Callable[[Asked, Filters], Rows]
    row: Callable[[Asked, Any], tuple[Cell | str, ...]]


def listing(asked: Asked, figure: str, filters: Filters, *, page: int, whole: bool) -> Listing | None:
    """What `figure` counts, narrowed by `filters`; `whole` for a file. None: there is no such figure."""
    # Asked once, for which calls they are and for what each is worth.
    found_jobs = jobs.jobs_of(asked.scope, asked.period) if figure in JOB_MEASURES else None
    kind = _kind(figure, asked, found_jobs)
    if kind is None:
        return None
    try:
        rows = kind.rows(asked, filters)
        total = rows.count()
    except (ValueError, ValidationError):
        return None
    begin = 0 if whole else (page - 1) * SHOWN
    shown = list(rows[begin : begin + (IN_A_FILE if whole else SHOWN)])
    extra = None if found_jobs is None else _amounts(asked, found_jobs)
    made = []
    for one in shown:
        cells = tuple(cell(content) for content in kind.row(asked, one))
        made.append((*cells, cell(extra.get(one.pk, NOTHING))) if extra is not None else cells)
    columns = (*kind.columns, "Amount") if extra is not None else kind.columns
    measure = MEASURES.get(figure)
    words = tuple(index for index, column in enumerate(columns) if index and column not in _FIGURES)
    found = Table("rows", kind.title, columns, tuple(made), words=words)
    return Listing(
        measure.name if measure else kind.title, measure.definition if measure else "", found, total, page,
        has_next=total > begin + len(shown),
    )  # fmt: skip


def _kind(figure: str, asked: Asked, found_jobs: list[Job] | None) -> _Kind | None:
    if figure in CALLS:
        columns = ("When", "Caller", "Location", "Why missed", "Text after", "Answered us")
        return _Kind("Calls", columns, lambda asked, filters: _calls(asked, figure, filters, found_jobs), _call)
    open_time = waits.OpenTime(asked)
    return {
        "texts": _Kind("Texts", ("When", "To", "Location", "Kind", "Status", "Error"), _texts, _text),
        "turns": _Kind("The robot's turns", ("When", "With", "Location", "Result", "What it did"), _turns, _turn),
        "answers": _Kind(
            "Answers of the team",
            ("When", "To", "Location", "Who", "Waited", "In open hours"),
            _answers,
            lambda asked, text: _answer(asked, text, open_time),
        ),
        "callbacks": _Kind("Callbacks", ("Due", "Whom", "Location", "Why", "Done"), _callbacks, _callback),
        "steps": _Kind("Follow-ups", ("When", "To", "Location", "Sequence", "What came of it"), _steps, _step),
    }.get(figure)


# ---------------------------------------------------------------- calls
def _calls(asked: Asked, figure: str, filters: Filters, found_jobs: list[Job] | None) -> Rows:
    period = asked.period
    rows = calls_behind(asked.scope, period, figure, found_jobs)
    if filters.get("day"):
        day = date.fromisoformat(filters["day"])
        if not period.first <= day <= period.last:
            raise ValueError
        whole_day = Period(day, day, period.zone)
        rows = rows.filter(started_at__gte=whole_day.start, started_at__lt=whole_day.end)
    if filters.get("hour"):
        hour = hour_of_week("started_at", zone=period.zone, start=period.start, end=period.end)
        rows = rows.annotate(hour=hour).filter(hour=_whole(filters["hour"]))
    if filters.get("open") == "yes":
        rows = rows.filter(hours_state=HoursState.OPEN)
    for name, path in (("at", "location__slug"), ("source", "number__source"), ("reason", "miss_reason")):
        if filters.get(name):
            rows = rows.filter(**{path: "" if filters[name] == "none" else filters[name]})
    if filters.get("rule"):
        rows = rows.filter(rule=None if filters["rule"] == "none" else _whole(filters["rule"]))
    return rows.select_related("location", "lead", "conversation")


def _call(asked: Asked, call: Any) -> tuple[Cell | str, ...]:
    seconds = getattr(call, "seconds", None)
    replied = getattr(call, "is_replied", None)
    reason = MissReason(call.miss_reason).label if call.miss_reason in MissReason.values else NOTHING
    return (
        Cell(_moment(asked, call.started_at), url=_thread(call.conversation)),
        _person(asked, call.lead, call.caller), call.location.name, reason,
        NOTHING if seconds is None else duration(max(0.0, seconds)),
        NOTHING if replied is None or seconds is None else "Yes" if replied else "No",
    )  # fmt: skip


def _amounts(asked: Asked, found_jobs: list[Job]) -> dict[int, str]:
    """The evidence per dollar: what each recovered call counts for."""
    found = jobs.amounts(found_jobs, asked.business.average_job_cents)
    return {
        call: NOTHING if cents is None else f"{money(cents)}, {'written down' if said else 'assumed'}"
        for call, (cents, said) in found.items()
    }


# ---------------------------------------------------------------- texts, turns, people
def _texts(asked: Asked, filters: Filters) -> Rows:
    rows = deliverability_page.texts(asked)
    for name, path in (("status", "status"), ("error", "error_code"), ("suppression", "suppression")):
        if filters.get(name):
            rows = rows.filter(**{path: filters[name]})
    if filters.get("line"):
        rows = rows.filter(number__key=filters["line"])
    if filters.get("filtered"):
        rows = rows.filter(error_code__in=deliverability_page.FILTERED)
    return rows.select_related("conversation__location", "lead")


def _text(asked: Asked, text: Any) -> tuple[Cell | str, ...]:
    return (
        Cell(_moment(asked, text.created_at), url=_thread(text.conversation)),
        _person(asked, text.lead, ""), text.conversation.location.name, text.get_kind_display(),
        text.get_suppression_display() if text.suppression else text.get_status_display(),
        f"{text.error_code} {text.error_text}".strip() or NOTHING,
    )  # fmt: skip


def _turns(asked: Asked, filters: Filters) -> Rows:
    rows = robot_page.turns(asked)
    if filters.get("status") == "given":
        rows = rows.filter(robot_page.GIVEN)
    elif filters.get("status") == "sent":
        rows = rows.filter(robot_page.SAID)
    elif filters.get("status"):
        rows = rows.filter(status=filters["status"])
    if filters.get("why"):
        rows = rows.filter(summary="" if filters["why"] == "none" else filters["why"])
    if filters.get("once"):
        newest = rows.order_by().values("conversation").annotate(newest=Max("pk")).values("newest")
        rows = robot_page.turns(asked).filter(pk__in=newest)
    return rows.select_related("conversation__location", "conversation__lead")


def _turn(asked: Asked, turn: Any) -> tuple[Cell | str, ...]:
    return (
        Cell(_moment(asked, turn.started_at), url=_thread(turn.conversation)),
        _person(asked, turn.conversation.lead, ""), turn.conversation.location.name, turn.get_status_display(),
        turn.summary or NOTHING,
    )  # fmt: skip


def _answers(asked: Asked, filters: Filters) -> Rows:
    rows = team_page.answers(asked)
    if filters.get("by"):
        rows = rows.filter(author=None if filters["by"] == "none" else _whole(filters["by"]))
    return rows.select_related("conversation__location", "lead", "author")


def _answer(asked: Asked, text: Any, open_time: waits.OpenTime) -> tuple[Cell | str, ...]:
    there = text.conversation.location
    return (
        Cell(_moment(asked, text.created_at), url=_thread(text.conversation)),
        _person(asked, text.lead, ""), there.name, _name(text.author), duration(text.waited),
        duration(open_time.seconds(there.pk, text.asked_at, text.created_at)),
    )  # fmt: skip


def _callbacks(asked: Asked, filters: Filters) -> Rows:
    rows = team_page.callbacks(asked)
    if filters.get("by"):
        rows = rows.filter(done_by=None if filters["by"] == "none" else _whole(filters["by"]))
    return rows.select_related("location", "lead", "done_by")


def _callback(asked: Asked, task: Any) -> tuple[Cell | str, ...]:
    done = "Still open"
    if task.done_at is not None:
        done = f"{_moment(asked, task.done_at)}{' (late)' if task.done_at > task.due_at else ''}"
    whom = _person(asked, task.lead, task.phone)
    return _moment(asked, task.due_at), whom, task.location.name, task.get_reason_display(), done


def _steps(asked: Asked, filters: Filters) -> Rows:
    rows = comparison_page.step_runs(asked)
    if filters.get("sequence"):
        rows = rows.filter(enrollment__sequence__key=filters["sequence"])
    if filters.get("step"):
        rows = rows.filter(position=_whole(filters["step"]))
    return rows.select_related(
        "enrollment__location", "enrollment__lead", "enrollment__sequence", "enrollment__conversation"
    )


def _step(asked: Asked, run: Any) -> tuple[Cell | str, ...]:
    came = [
        word
        for word, at in (("replied", run.replied_at), ("booked", run.booked_at), ("opted out", run.opted_out_at))
        if at
    ]
    there = run.enrollment
    return (
        Cell(_moment(asked, run.at), url=_thread(there.conversation)), _person(asked, there.lead, ""),
        there.location.name, f"{there.sequence.name}, step {run.position + 1}", ", ".join(came) or NOTHING,
    )  # fmt: skip


# ---------------------------------------------------------------- how a cell reads
def _moment(asked: Asked, at: datetime) -> str:
    return f"{at.astimezone(asked.period.zone):%Y-%m-%d %H:%M}"


def _person(asked: Asked, lead: Any, caller: str) -> str:
    if lead is not None and lead.erased_at is not None:
        return "Erased"
    phone = lead.phone if lead is not None else caller
    shown = display_phone(phone, asked.business.country) if phone else "Hidden number"
    return f"{lead.name}, {shown}" if lead is not None and lead.name else shown


def _name(person: Any) -> str:
    return "Nobody named" if person is None else person.get_full_name() or person.get_username()


def _thread(conversation: Conversation | None) -> str:
    return "" if conversation is None else reverse("inbox:conversation-show", args=[conversation.key])


def _whole(text: str) -> int:
    """Raises ValueError for what is no number that a row could have."""
    if not _DIGITS.fullmatch(text):
        raise ValueError
    return int(text)
