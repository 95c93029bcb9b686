"""The robot: what it handled alone, what it handed over and why, what it could not answer, what its guards stopped."""

from collections import Counter

from django.db.models import Count, Q, QuerySet, Sum

from messaging.enums import Driver, Intent, QuestionStatus, TurnStatus
from messaging.models import AgentTurn, UnansweredQuestion
from recoverline.reports.asking import Asked
from recoverline.reports.tables import Cell, Table, money, percent, share_of, table

SHOWN = 10


def tables(asked: Asked) -> list[Table]:
    return [_handled(asked), _reasons(asked), _intents(asked), _questions(asked), _guards(asked)]


def turns(asked: Asked) -> QuerySet[AgentTurn]:
    """Its turns with customers; such as were overtaken by a newer text said nothing and are left out."""
    mine = asked.scope.rows(location="conversation__location", simulated="conversation__is_simulated")
    found = AgentTurn.objects.filter(
        mine, conversation__is_team=False, started_at__gte=asked.period.start, started_at__lt=asked.period.end
    )
    return found.exclude(status__in=[TurnStatus.RUNNING, TurnStatus.DISCARDED]).order_by("-started_at", "-id")


def questions(asked: Asked) -> QuerySet[UnansweredQuestion]:
    """What its knowledge had no answer to."""
    mine = asked.scope.rows(location="conversation__location", simulated="conversation__is_simulated")
    return UnansweredQuestion.objects.filter(
        mine, asked_at__gte=asked.period.start, asked_at__lt=asked.period.end
    ).order_by("-asked_at", "-id")


def _handled(asked: Asked) -> Table:
    rows = turns(asked).order_by()
    found = rows.aggregate(
        turns=Count("pk"), threads=Count("conversation", distinct=True),
        over=Count("conversation", distinct=True, filter=GIVEN), sent=Count("pk", filter=SAID),
        drafts=Count("pk", filter=Q(status=TurnStatus.DRAFTED) | Q(status=TurnStatus.DROPPED)),
        failed=Count("pk", filter=Q(status=TurnStatus.FAILED)), model=Count("pk", filter=Q(driver=Driver.MODEL)),
        micros=Sum("cost_micros"),
    )  # fmt: skip
    if not found["turns"]:
        return table("handled", "What it handled", ("Measure", "Count", "Share"), [], empty=_EMPTY)
    alone = found["threads"] - found["over"]
    whole = found["threads"]
    shown = [
        ("Conversations it answered in", Cell(f"{whole:,}", url=asked.behind("turns", once="yes")), "100 %"),
        ("Handled without handing over", alone, percent(share_of(alone, whole))),
        (
            "Handed over to a person",
            Cell(f"{found['over']:,}", url=asked.behind("turns", status="given", once="yes")),
            percent(share_of(found["over"], whole)),
        ),
        ("Texts it sent", Cell(f"{found['sent']:,}", url=asked.behind("turns", status="sent")), "-"),
        ("Drafts that wait or were discarded", found["drafts"], "-"),
        ("Turns that failed", Cell(f"{found['failed']:,}", url=asked.behind("turns", status="failed")), "-"),
        ("Turns written by Claude", found["model"], percent(share_of(found["model"], found["turns"]))),
        ("What Claude cost", money(round((found["micros"] or 0) / 10_000)), "-"),
    ]  # fmt: skip
    return table(
        "handled", "What it handled", ("Measure", "Count", "Share"), shown,
        hint="Handed over counts failed turns too: a person has to go on.",
    )  # fmt: skip


GIVEN = Q(status__in=[TurnStatus.HANDED_OFF, TurnStatus.FAILED])
SAID = Q(status__in=[TurnStatus.SENT, TurnStatus.APPROVED]) | Q(status=TurnStatus.HANDED_OFF, message__isnull=False)
_EMPTY = "The robot did not have to answer in this time."


def _reasons(asked: Asked) -> Table:
    given = turns(asked).filter(GIVEN).order_by()
    ranked = given.values_list("summary").annotate(n=Count("pk")).order_by("-n", "summary")[:SHOWN]
    rows = [
        (why or "No reason noted", Cell(f"{count:,}", url=asked.behind("turns", status="given", why=why or "none")))
        for why, count in ranked
    ]
    return table(
        "reasons", "Why it handed over", ("Reason", "Turns"), rows, hint=f"The {SHOWN} most frequent.",
        empty="It handed nothing over in this time.",
    )  # fmt: skip


def _intents(asked: Asked) -> Table:
    """JSON lists cannot be grouped alike on both databases; as whole values there are few of them."""
    said, given = Counter[str](), Counter[str]()
    for intents, status, count in turns(asked).order_by().values_list("intents", "status").annotate(n=Count("pk")):
        for intent in intents or ["other"]:
            said[intent] += count
            given[intent] += count * (status in (TurnStatus.HANDED_OFF, TurnStatus.FAILED))
    rows = [
        (
            Intent(intent).label if intent in Intent.values else intent, count, given[intent],
            percent(share_of(given[intent], count)),
        )
        for intent, count in sorted(said.items(), key=lambda item: (-item[1], item[0]))
    ]  # fmt: skip
    return table(
        "intents", "What customers wanted", ("What it was about", "Turns", "Handed over", "Share"), rows, empty=_EMPTY
    )


def _questions(asked: Asked) -> Table:
    counts = dict(questions(asked).order_by().values_list("status").annotate(n=Count("pk")))
    newest = questions(asked).filter(status=QuestionStatus.OPEN)[:SHOWN]
    said = ", ".join(f"{counts.get(status, 0):,} {status.label.lower()}" for status in QuestionStatus)
    rows = [
        (question.text, f"{question.asked_at.astimezone(asked.period.zone):%b %d}".replace(" 0", " "))
        for question in newest
    ]
    return table(
        "questions", "Questions without an answer", ("Question", "Asked"), rows,
        hint=f"{said}. Answer them under “Unanswered questions” in the settings." if counts else "",
        empty="Nothing is waiting for an answer.", words=(1,),
    )  # fmt: skip


def _guards(asked: Asked) -> Table:
    kept = Counter[str]()
    for objections in turns(asked).order_by().exclude(objections=[]).values_list("objections", flat=True):
        kept.update(str(objection) for objection in objections)
    ranked = sorted(kept.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    rows = [(what, count) for what, count in ranked]
    return table(
        "guards", "What the guards stopped", ("Objection", "Times"), rows,
        hint="Sentences of Claude that did not leave, because nothing you have told it says so. The rules"
        " answered, or it wrote again.",
        empty="The guards had nothing to stop.",
    )  # fmt: skip
