"""Deliverability: what became of texts at the carriers, who opted out, and what did not leave and why."""

from django.db.models import Count, Q, QuerySet

from leads.models import Lead
from messaging.carriers.base import ErrorClass
from messaging.carriers.twilio_codes import ERROR_CLASSES, PLAIN_WORDS
from messaging.enums import Direction, MessageKind, MessageStatus, OptOutSource, Suppression
from messaging.models import Message, OptOut
from recoverline.reports.asking import Asked
from recoverline.reports.calls import LEFT
from recoverline.reports.tables import Cell, Table, percent, share_of, table

FILTERED = tuple(code for code, kind in ERROR_CLASSES.items() if kind == ErrorClass.FILTERED)
_TO_CUSTOMERS = tuple(kind for kind in MessageKind if kind not in (MessageKind.INBOUND, MessageKind.ALERT))


def tables(asked: Asked) -> list[Table]:
    return [_fates(asked), _lines(asked), _errors(asked), _kept_back(asked), _opt_outs(asked)]


def texts(asked: Asked) -> QuerySet[Message]:
    """Texts to customers that were written in the period."""
    own = asked.scope.rows(location="conversation__location" if asked.scope.locations else "")
    return Message.objects.filter(
        own, business=asked.business, kind__in=_TO_CUSTOMERS, direction=Direction.OUT,
        created_at__gte=asked.period.start, created_at__lt=asked.period.end, lead__is_team=False,
    ).order_by("-created_at", "-id")  # fmt: skip


def _fates(asked: Asked) -> Table:
    counts = dict(texts(asked).order_by().values_list("status").annotate(n=Count("pk")))
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


def _lines(asked: Asked) -> Table:
    rows = texts(asked).filter(status__in=[*LEFT, MessageStatus.FAILED]).order_by().values(
        "number__key", "number__number", "number__label"
    ).annotate(
        sent=Count("pk"), delivered=Count("pk", filter=Q(status=MessageStatus.DELIVERED)),
        failed=Count("pk", filter=Q(status__in=[MessageStatus.UNDELIVERED, MessageStatus.FAILED])),
        filtered=Count("pk", filter=Q(error_code__in=FILTERED)),
    ).order_by("number__number")  # fmt: skip
    shown = [
        (
            f"{row['number__label']} {row['number__number']}".strip(), row["sent"], row["delivered"],
            percent(share_of(row["delivered"], row["sent"])), row["failed"],
            Cell(f"{row['filtered']:,}", url=asked.behind("texts", line=row["number__key"], filtered="yes")),
        )
        for row in rows
    ]  # fmt: skip
    return table(
        "lines", "By number", ("Number", "Sent", "Delivered", "Share", "Not delivered", "Filtered as spam"), shown,
        hint="Sent counts what was handed to the carrier. Some carriers never say whether a text has arrived.",
        empty="No text left in this time.",
    )  # fmt: skip


def _errors(asked: Asked) -> Table:
    ranked = (
        texts(asked).exclude(error_code="").order_by().values_list("error_code").annotate(n=Count("pk"))
        .order_by("-n", "error_code")
    )  # fmt: skip
    rows = [
        (code, PLAIN_WORDS.get(code, "See the carrier's page on this code."),
         Cell(f"{count:,}", url=asked.behind("texts", error=code)))
        for code, count in ranked
    ]  # fmt: skip
    return table(
        "errors", "Errors of the carriers", ("Code", "What it means", "Texts"), rows, empty="No errors in this time."
    )


def _kept_back(asked: Asked) -> Table:
    kept = texts(asked).exclude(suppression="").order_by()
    ranked = kept.values_list("suppression").annotate(n=Count("pk")).order_by("-n", "suppression")
    rows = [
        (
            Suppression(why).label if why in Suppression.values else why,
            Cell(f"{count:,}", url=asked.behind("texts", suppression=why)),
        )
        for why, count in ranked
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
