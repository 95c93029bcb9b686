"""Deliverability: what became of texts at the carriers, who opted out, and what did not leave and why."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from leads.models import Lead
from messaging.carriers.base import ErrorClass
from messaging.carriers.twilio_codes import ERROR_CLASSES, PLAIN_WORDS
from messaging.enums import Direction, MessageKind, MessageStatus, OptOutSource, Suppression
from messaging.models import Message, OptOut, PhoneNumber
from recoverline.reports.asking import Asked
from recoverline.reports.calls import LEFT
from recoverline.reports.tables import Cell, Table, percent, share_of, table

FILTERED = tuple(code for code, kind in ERROR_CLASSES.items() if kind == ErrorClass.FILTERED)
_TO_CUSTOMERS = tuple(kind for kind in MessageKind if kind not in (MessageKind.INBOUND, MessageKind.ALERT))


def tables(asked: Asked) -> list[Table]:
    groups = _groups(asked)
    return [_fates(asked, groups), _lines(asked, groups), _errors(asked, groups), _kept_back(asked, groups),
            _opt_outs(asked)]  # fmt: skip


def texts(asked: Asked) -> QuerySet[Message]:
    """Texts to customers that were written in the period."""
    own = asked.scope.rows(location="conversation__location" if asked.scope.locations else "")
    return Message.objects.filter(
        own, business=asked.business, kind__in=_TO_CUSTOMERS, direction=Direction.OUT,
        created_at__gte=asked.period.start, created_at__lt=asked.period.end, lead__is_team=False,
    ).order_by("-created_at", "-id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """Texts of which everything that this page asks is the same."""

    line: int
    status: str
    error: str
    suppression: str
    count: int


def _groups(asked: Asked) -> list[_Group]:
    rows = texts(asked).order_by().values_list("number", "status", "error_code", "suppression").annotate(n=Count("pk"))
    return [_Group(*row) for row in rows]


def _ranked(groups: list[_Group], key: Callable[[_Group], str]) -> list[tuple[str, int]]:
    """The most frequent first, without ""."""
    counts = Counter[str]()
    for group in groups:
        if key(group):
            counts[key(group)] += group.count
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _fates(asked: Asked, groups: list[_Group]) -> Table:
    counts = dict(_ranked(groups, lambda group: group.status))
    whole = sum(counts.values())
    rows = [
        (
            status.label, Cell(f"{counts[status]:,}", url=asked.behind("texts", status=status.value)),
            percent(share_of(counts[status], whole)),
        )
        for status in MessageStatus
        if status in counts
    ]  # fmt: skip
    return table(
        "texts", "What became of texts", ("Status", "Texts", "Share"), rows, empty="No text was written in this time."
    )


def _lines(asked: Asked, groups: list[_Group]) -> Table:
    handed = [group for group in groups if group.status in (*LEFT, MessageStatus.FAILED)]
    shown = []
    lines = PhoneNumber.objects.filter(pk__in={group.line for group in handed})
    for line in lines.order_by("number"):
        mine = [group for group in handed if group.line == line.pk]
        sent, delivered = _total(mine), _total(mine, lambda group: group.status == MessageStatus.DELIVERED)
        filtered = _total(mine, lambda group: group.error in FILTERED)
        shown.append(
            (
                f"{line.label} {line.number}".strip(), sent, delivered, percent(share_of(delivered, sent)),
                _total(mine, lambda group: group.status in (MessageStatus.UNDELIVERED, MessageStatus.FAILED)),
                Cell(f"{filtered:,}", url=asked.behind("texts", line=line.key, filtered="yes")),
            )
        )  # fmt: skip
    return table(
        "lines", "By number", ("Number", "Sent", "Delivered", "Share", "Not delivered", "Filtered as spam"), shown,
        hint="Sent counts what was handed to the carrier. Some carriers never say whether a text has arrived.",
        empty="No text left in this time.",
    )  # fmt: skip


def _total(groups: list[_Group], is_asked: Callable[[_Group], bool] = lambda _: True) -> int:
    return sum(group.count for group in groups if is_asked(group))


def _errors(asked: Asked, groups: list[_Group]) -> Table:
    rows = [
        (code, PLAIN_WORDS.get(code, "See the carrier's page on this code."),
         Cell(f"{count:,}", url=asked.behind("texts", error=code)))
        for code, count in _ranked(groups, lambda group: group.error)
    ]  # fmt: skip
    return table(
        "errors",
        "Errors of the carriers",
        ("Code", "What it means", "Texts"),
        rows,
        empty="No errors in this time.",
        words=(1,),
    )


def _kept_back(asked: Asked, groups: list[_Group]) -> Table:
    rows = [
        (
            Suppression(why).label if why in Suppression.values else why,
            Cell(f"{count:,}", url=asked.behind("texts", suppression=why)),
        )
        for why, count in _ranked(groups, lambda group: group.suppression)
    ]
    return table(
        "kept_back", "What did not leave, and why", ("Reason", "Texts"), rows,
        hint="Each was asked about again right before it would have left.", empty="Every text that was written left.",
    )  # fmt: skip


def _opt_outs(asked: Asked) -> Table:
    """An opt-out holds in the whole business; at one location count those who talked with it."""
    found = OptOut.objects.filter(
        business=asked.business, opted_out_at__gte=asked.period.start, opted_out_at__lt=asked.period.end
    )
    if not asked.business.is_simulated:
        found = found.exclude(phone__in=Lead.objects.filter(business=asked.business, is_simulated=True).values("phone"))
    if asked.scope.locations is not None:
        here = Lead.objects.filter(business=asked.business, conversations__location__in=asked.scope.locations)
        found = found.filter(phone__in=here.values("phone"))
    counts = found.order_by().values_list("source").annotate(n=Count("pk")).order_by("-n", "source")
    whole = texts(asked).filter(status__in=LEFT).values("lead").distinct().count()
    labels = dict(OptOutSource.choices)
    rows = [(labels.get(source, source), count, percent(share_of(count, whole))) for source, count in counts]
    return table(
        "opt_outs", "Opt-outs", ("How", "People", "Of people texted"), rows,
        hint="The share is of the people who were texted in this time.", empty="Nobody opted out in this time.",
    )  # fmt: skip
