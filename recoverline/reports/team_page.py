"""The team: how long customers waited for a person, who called back in time, and what requests became."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.enums import LostReason, RequestStatus
from leads.models import CallbackTask, JobRequest
from messaging.enums import Direction, MessageKind
from messaging.models import Escalation, Message
from recoverline.reports import waits
from recoverline.reports.asking import Asked
from recoverline.reports.measures import MEASURES
from recoverline.reports.overview import percentile
from recoverline.reports.spans import SecondsBetween, Tenths
from recoverline.reports.tables import Cell, Table, duration, percent, share_of, table


def tables(asked: Asked) -> list[Table]:
    return [_answers(asked), _callbacks(asked), _urgent(asked), _outcomes(asked), _lost(asked)]


def answers(asked: Asked) -> QuerySet[Any]:
    """Texts of staff that answered somebody, with `waited`: seconds since the first text that nobody had answered."""
    own = asked.scope.rows(location="conversation__location")
    before = Message.objects.filter(conversation=OuterRef("conversation"), created_at__lt=OuterRef("created_at"))
    said = before.filter(direction=Direction.OUT).exclude(kind=MessageKind.COMPLIANCE).order_by("-created_at")
    asked_us = before.filter(kind=MessageKind.INBOUND, created_at__gt=OuterRef("said_at")).order_by("created_at")
    texts = Message.objects.filter(
        own, conversation__is_team=False, kind=MessageKind.STAFF, direction=Direction.OUT,
        created_at__gte=asked.period.start, created_at__lt=asked.period.end,
    )  # fmt: skip
    return (
        texts.annotate(said_at=Coalesce(Subquery(said.values("created_at")[:1]), F("lead__created_at")))
        .annotate(asked_at=Subquery(asked_us.values("created_at")[:1]))
        .filter(asked_at__isnull=False)
        .annotate(waited=Tenths(SecondsBetween(F("asked_at"), F("created_at"))))
        .order_by("-created_at", "-id")
    )


def callbacks(asked: Asked) -> QuerySet[CallbackTask]:
    """Tasks that were due in the period."""
    mine = asked.scope.rows(simulated="")
    known = Q(lead__isnull=True) | Q(lead__is_simulated=asked.business.is_simulated, lead__is_team=False)
    period = asked.period
    return CallbackTask.objects.filter(mine, known, due_at__gte=period.start, due_at__lt=period.end).order_by("-due_at")


def _names(ids: set[int | None]) -> dict[int | None, str]:
    people = get_user_model().objects.filter(pk__in=[pk for pk in ids if pk])
    names: dict[int | None, str] = {person.pk: person.get_full_name() or person.get_username() for person in people}
    return names | {None: "Nobody named"}


@dataclass(slots=True)
class _Waits:
    """Seconds of each wait: by the clock, and as far as the location was open."""

    clock: list[float] = field(default_factory=list)
    open: list[float] = field(default_factory=list)


def _answers(asked: Asked) -> Table:
    limit = asked.business.reply_due_minutes * 60
    open_time = waits.OpenTime(asked)
    each: dict[int | None, _Waits] = defaultdict(_Waits)
    rows = answers(asked).order_by().values_list(
        "author", "conversation__location", "asked_at", "created_at", "waited"
    )  # fmt: skip
    for author, place, asked_at, answered_at, waited in rows:
        each[author].clock.append(waited)
        each[author].open.append(open_time.seconds(place, asked_at, answered_at))
    names = _names(set(each))
    people = sorted(each.items(), key=lambda item: (-len(item[1].clock), names[item[0]]))

    def row(name: str, waited: _Waits, url: str) -> tuple[Cell | str, ...]:
        whole, late = len(waited.clock), sum(seconds > limit for seconds in waited.clock)
        times = [duration(at(seconds, share)) for seconds in (waited.clock, waited.open) for share in (0.5, 0.95)]
        return name, Cell(f"{whole:,}", url=url), *times, f"{late:,}", percent(share_of(whole - late, whole))

    def at(seconds: list[float], share: float) -> float | None:
        return percentile(((one, 1) for one in sorted(seconds)), share)

    shown = [row(names[author], waited, asked.behind("answers", by=author or "none")) for author, waited in people]
    if len(shown) > 1:
        every = _Waits(*([one for waited in each.values() for one in getattr(waited, name)] for name in _CLOCKS))
        shown.append(row("All together", every, asked.behind("answers")))
    minutes = asked.business.reply_due_minutes
    return table(
        "answers", "How long customers waited for a person",
        (
            "Who", "Answers", "Waited, typical", "Slowest twentieth", "In open hours, typical",
            "In open hours, slowest twentieth", f"Later than {minutes} min", "In time",
        ),
        shown, measures=("waited", "waited_open"),
        hint=f"{MEASURES['waited'].definition} In open hours: {MEASURES['waited_open'].definition[0].lower()}"
        f"{MEASURES['waited_open'].definition[1:]} In time is by the clock.",
        empty="No person answered a text in this time.",
    )  # fmt: skip


_CLOCKS = ("clock", "open")


def _callbacks(asked: Asked) -> Table:
    rows = callbacks(asked).order_by().values("done_by").annotate(
        due=Count("pk"), in_time=Count("pk", filter=Q(done_at__lte=F("due_at"))),
        late=Count("pk", filter=Q(done_at__gt=F("due_at"))), open=Count("pk", filter=Q(done_at__isnull=True)),
    )  # fmt: skip
    found = list(rows)
    names = _names({row["done_by"] for row in found}) | {None: "Not done, or by nobody named"}
    shown = [
        (
            names[row["done_by"]],
            Cell(f"{row['due']:,}", url=asked.behind("callbacks", by=row["done_by"] or "none")),
            row["in_time"], row["late"], row["open"], percent(share_of(row["in_time"], row["due"])),
        )
        for row in sorted(found, key=lambda row: (-row["due"], names[row["done_by"]]))
    ]  # fmt: skip
    return table(
        "callbacks", "Callbacks that were due", ("Done by", "Due", "In time", "Late", "Still open", "Share in time"),
        shown, empty="No callback was due in this time.",
    )  # fmt: skip


def _urgent(asked: Asked) -> Table:
    mine = asked.scope.rows(simulated="")
    opened = Escalation.objects.filter(
        mine, opened_at__gte=asked.period.start, opened_at__lt=asked.period.end
    ).filter(Q(conversation__isnull=True) | Q(conversation__is_simulated=asked.business.is_simulated))  # fmt: skip
    took = Tenths(SecondsBetween(F("opened_at"), F("acknowledged_at")))
    counts = opened.order_by().aggregate(
        all=Count("pk"), taken=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        nobody=Count("pk", filter=Q(exhausted_at__isnull=False)),
    )  # fmt: skip
    times = opened.filter(acknowledged_at__isnull=False).order_by().values_list(took.copy()).annotate(n=Count("pk"))
    pairs = sorted(times)
    rows = [
        ("Urgent ones that were passed on", f"{counts['all']:,}"),
        ("Somebody took it", f"{counts['taken']:,} ({percent(share_of(counts['taken'], counts['all']))})"),
        ("Until somebody took it, typical", duration(percentile(pairs, 0.5))),
        ("Until somebody took it, slowest twentieth", duration(percentile(pairs, 0.95))),
        ("Everybody was asked and nobody answered at first", f"{counts['nobody']:,}"),
    ]
    return table(
        "urgent", "What could not wait", ("Measure", "Figure"), rows if counts["all"] else [],
        empty="Nothing urgent was passed on in this time.",
    )  # fmt: skip


def _requests(asked: Asked) -> QuerySet[JobRequest]:
    mine = asked.scope.rows(simulated="lead__is_simulated")
    period = asked.period
    return JobRequest.objects.filter(
        mine, lead__is_team=False, opened_at__gte=period.start, opened_at__lt=period.end
    ).order_by()  # fmt: skip


def _outcomes(asked: Asked) -> Table:
    counts = dict(_requests(asked).values_list("status").annotate(n=Count("pk")))
    whole = sum(counts.values())
    rows = [
        (status.label, counts[status], percent(share_of(counts[status], whole)))
        for status in RequestStatus
        if status in counts
    ]
    return table(
        "outcomes", "What requests became", ("Outcome", "Requests", "Share"), rows,
        hint="Requests that were opened in this time, as they stand now.", empty="Nobody asked for anything.",
    )  # fmt: skip


def _lost(asked: Asked) -> Table:
    lost = _requests(asked).filter(status=RequestStatus.LOST)
    ranked = lost.values_list("lost_reason").annotate(n=Count("pk")).order_by("-n", "lost_reason")
    rows = [
        (LostReason(reason).label if reason in LostReason.values else reason or "No reason noted", count)
        for reason, count in ranked
    ]
    return table("lost", "Why requests were lost", ("Reason", "Requests"), rows, empty="No request was lost.")
