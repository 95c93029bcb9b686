"""Rule rows -> the plain values that the pure rules are asked with."""

from messaging.enums import Outcome
from messaging.models import Rule
from messaging.rules import RuleTerms


def terms_of(rule: Rule) -> RuleTerms:
    """A rule as plain values."""
    return RuleTerms(
        id=rule.pk or 0,
        name=rule.name,
        outcome=Outcome(rule.outcome),
        script_kind=rule.script_kind,
        delay_seconds=rule.delay_seconds,
        alerts_staff=rule.alerts_staff,
        location_id=rule.location_id,
        number_id=rule.number_id,
        hours=rule.hours,
        reasons=frozenset(rule.reasons),
        callers=frozenset(rule.callers),
        rang_at_least=rule.rang_at_least,
        rang_at_most=rule.rang_at_most,
        repeat_within_minutes=rule.repeat_within_minutes,
    )


def active_terms(business_id: int) -> list[RuleTerms]:
    """The business's active rules in the order in which they are asked."""
    rows = Rule.objects.filter(business=business_id, is_active=True).order_by("position", "id")
    return [terms_of(rule) for rule in rows]
