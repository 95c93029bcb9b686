"""Figures of the calculator, in its pages."""

from django import template

from recoverline.reports import roi

register = template.Library()


@register.filter
def step(outcome: roi.Outcome, key: str) -> str:
    """One step as it is shown, by its key."""
    return outcome[key].shown


@register.filter
def dollars(cents: int) -> str:
    return roi.dollars(cents)
