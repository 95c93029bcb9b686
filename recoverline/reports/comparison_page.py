"""First texts, rules and sequences side by side: what was sent, and what came of it."""

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt

from django.db.models import Count, Q, QuerySet

from messaging.followups.enums import StepAction, StepOutcome
from messaging.models import Rule, StepRun
from recoverline.reports import script_names
from recoverline.reports.asking import Asked
from recoverline.reports.calls import missed, told
from recoverline.reports.jobs import calls_with, jobs_of
from recoverline.reports.tables import Cell, Table, percent, share_of, table

FEW = 30
_HINT = (
    "The range is where the true reply rate lies, 19 times of 20. Callers were not split by chance, so a difference may"
    " come from who called, not from the text: an experiment tells."
)


@dataclass(slots=True)
class _Came:
    missed: int = 0
    texted: int = 0
    replied: int = 0
    booked: int = 0
    recovered: int = 0


def tables(asked: Asked) -> list[Table]:
    by_rule, by_words = _counted(asked)
    return [_scripts(asked, by_words), _rules(asked, by_rule), _steps(asked)]


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % score interval of a proportion (Wilson 1927); None of nothing. Pure."""
    if not whole:
        return None
    z = 1.959964
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


def _counted(asked: Asked) -> tuple[dict[int | None, _Came], dict[str, _Came]]:
    """By rule, and by whose words the text said."""
    jobs = jobs_of(asked.scope, asked.period)
    booked, recovered = calls_with(jobs, "booked"), calls_with(jobs, "recovered")
    calls = told(missed(asked.scope, asked.period)).order_by()
    groups = calls.values_list("rule_id", "words_by").annotate(
        n=Count("pk"), texted=Count("pk", filter=Q(text_at__isnull=False)),
        replied=Count("pk", filter=Q(is_replied=True)),
    )  # fmt: skip
    by_rule: dict[int | None, _Came] = defaultdict(_Came)
    by_words: dict[str, _Came] = defaultdict(_Came)
    for rule, words, count, texted, replied in groups:
        for one in (by_rule[rule], by_words[words or ""]):
            one.missed += count
            one.texted += texted
            one.replied += replied
    ended = calls.filter(pk__in=booked | recovered).values_list("pk", "rule_id", "words_by", "text_at")
    for pk, rule, words, text_at in ended:
        # What was booked without a text is nothing that a script has brought.
        for one in (by_rule[rule], by_words[words or ""]) if text_at else (by_rule[rule],):
            one.booked += pk in booked
            one.recovered += pk in recovered
    return by_rule, by_words


_CAME = ("Missed", "Texted", "Replied", "Reply rate", "Range", "Booked", "Recovered")


def _row(came: _Came) -> tuple[Cell | str | int, ...]:
    between = wilson(came.replied, came.texted)
    span = f"{between[0]:.0%} to {between[1]:.0%}".replace("%", " %") if between else "-"
    few = " (few)" if 0 < came.texted < FEW else ""
    rate = percent(share_of(came.replied, came.texted))
    return came.missed, came.texted, came.replied, rate, span + few, came.booked, came.recovered


def _scripts(asked: Asked, by_words: dict[str, _Came]) -> Table:
    names = script_names.named(asked.business, by_words, zone=asked.period.zone)
    ranked = sorted(by_words.items(), key=lambda item: (-item[1].texted, names[item[0]].name, names[item[0]].version))
    rows = [(names[words].name, names[words].version, *_row(came)[1:]) for words, came in ranked if came.texted]
    return table(
        "scripts", "First texts", ("Script", "Version", *_CAME[1:]), rows, words=(1,),
        hint=f"By the words that were truly sent. Whoever changes a script begins a new version. {_HINT}",
        empty="No first text left in this time.",
    )  # fmt: skip


def _rules(asked: Asked, by_rule: dict[int | None, _Came]) -> Table:
    names = dict(Rule.objects.filter(business=asked.business).values_list("pk", "name"))
    ranked = sorted(by_rule.items(), key=lambda item: (-item[1].missed, item[0] or 0))
    rows: list[tuple[Cell | str | int, ...]] = []
    for rule, came in ranked:
        first, *others = _row(came)
        url = asked.behind("missed", rule=rule or "none")
        rows.append((names.get(rule or 0, "No rule matched"), Cell(f"{first:,}", url=url), *others))
    return table("rules", "Rules", ("Rule", *_CAME), rows, empty="No call was missed in this time.")


def _steps(asked: Asked) -> Table:
    runs = step_runs(asked).values("enrollment__sequence__name", "enrollment__sequence__key", "position")
    counted = runs.annotate(
        sent=Count("pk"), replied=Count("pk", filter=Q(replied_at__isnull=False)),
        booked=Count("pk", filter=Q(booked_at__isnull=False)),
        stopped=Count("pk", filter=Q(opted_out_at__isnull=False)),
    ).order_by("enrollment__sequence__name", "enrollment__sequence__key", "position")  # fmt: skip
    rows = [
        (
            row["enrollment__sequence__name"], f"Step {row['position'] + 1}",
            Cell(
                f"{row['sent']:,}",
                url=asked.behind("steps", sequence=row["enrollment__sequence__key"], step=row["position"]),
            ),
            row["replied"], percent(share_of(row["replied"], row["sent"])), row["booked"], row["stopped"],
        )
        for row in counted
    ]  # fmt: skip
    return table(
        "sequences", "Follow-up sequences",
        ("Sequence", "Step", "Texts sent", "Replied", "Reply rate", "Booked", "Opted out"), rows,
        hint="Replied and booked before the next step.", words=(1,), empty="No follow-up was sent in this time.",
    )  # fmt: skip


def step_runs(asked: Asked) -> QuerySet[StepRun]:
    """Texts of sequences that were handed to the outbox."""
    scope, period = asked.scope, asked.period
    mine = scope.rows(location="enrollment__location", simulated="enrollment__conversation__is_simulated")
    return StepRun.objects.filter(
        mine, action=StepAction.TEXT, outcome=StepOutcome.SENT, at__gte=period.start, at__lt=period.end
    ).order_by("-at")
