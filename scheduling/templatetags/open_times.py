"""How open times read in the admin."""

from django import template
from django.utils.html import format_html_join

from scheduling.open_days import OpenDay, clock_text, length_text

register = template.Library()

register.filter("length_text", length_text)


@register.filter
def spans_text(day: OpenDay) -> str:
    if not day.spans:
        return "Closed"
    if day.is_all_day:
        return "Open all day"
    ends = ("midnight" if span.until is None else clock_text(span.until) for span in day.spans)
    # A stretch is never torn apart at the end of a line.
    return format_html_join(
        ", ",
        '<span class="open-times-span">{} – {}</span>',
        ((clock_text(span.start), end) for span, end in zip(day.spans, ends, strict=True)),
    )
