"""Results of experiments in words, without promising more than there is."""

from django import template

from messaging.experiment_results import ArmResult, Outcome, Share
from messaging.experiment_statistics import Comparison, Verdict

register = template.Library()


@register.filter
def share_of(result: ArmResult, outcome: Outcome) -> Share:
    return next(share for share in result.shares if share.outcome == outcome)


@register.filter
def per_cent(share: float) -> str:
    """“12.5”, without the sign; at most one decimal."""
    return f"{share * 100:.1f}".removesuffix(".0")


@register.filter
def said(comparison: Comparison | None) -> str:
    """What may be said of a difference, in a sentence; "–" for the first way."""
    if comparison is None:
        return "–"
    low, high = comparison.interval.low * 100, comparison.interval.high * 100
    span = f"from {low:+.1f} to {high:+.1f} of 100 callers"
    match comparison.verdict:
        case Verdict.TOO_EARLY:
            return "Not enough data yet"
        case Verdict.NONE_SEEN:
            return f"No difference that could not be chance: {span}"
        case Verdict.MORE:
            return f"More: {span}"
        case Verdict.FEWER:
            return f"Fewer: {span}"
