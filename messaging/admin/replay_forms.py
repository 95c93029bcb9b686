"""What is tried on the page of the replay, as typed: days, a place, rules, hours, a script. Nothing of it is saved."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from leads.models import Business, Location
from messaging.enums import FIRST_TEXT_KINDS
from messaging.models import Rule, Script
from messaging.rule_terms import terms_of
from messaging.rules import RuleTerms
from messaging.script_lint import PLACEHOLDERS
from recoverline.lib.render import malformed_placeholders, unknown_placeholders
from scheduling.hours import HoursRange, check_ranges

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_AT_MOST = 60
_RANGE = re.compile(r"(\d{1,2}):(\d\d)\s*(?:-|–|to)\s*(\d{1,2}):(\d\d)")
# Below every number that a database gives: of equals the one that is tried is chosen.
_UNSAVED = 0


class ReplayForm(forms.Form):
    """For one business; `rules` in their order, `drafted` among them if one was brought along from its page."""

    first = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    location = forms.ModelChoiceField(Location.objects.none(), required=False, empty_label="All locations")
    tries_hours = forms.BooleanField(required=False, label="Try these hours")
    script = forms.ModelChoiceField(Script.objects.none(), required=False, empty_label="A new one", label="Instead of")
    kind = forms.ChoiceField(label="Kind", choices=[(kind.value, kind.label) for kind in FIRST_TEXT_KINDS])
    body = forms.CharField(
        label="Text", required=False, max_length=1600, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="With {placeholders}. Empty: the scripts as they are.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, business: Business, locations: Any, rules: Sequence[Rule], ranges: Sequence[HoursRange],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["prefix"] = "r"
        super().__init__(*args, **kwargs)
        self.business, self.rules = business, rules
        self._choose("location", locations)
        self._choose("script", Script.objects.filter(business=business, kind__in=FIRST_TEXT_KINDS))
        for rule in rules:
            self.fields[f"on-{rule.pk or 0}"] = forms.BooleanField(required=False, initial=rule.is_active)
            self.fields[f"at-{rule.pk or 0}"] = forms.IntegerField(min_value=0, max_value=32767, initial=rule.position)
        for weekday, name in enumerate(WEEKDAYS):
            hours = ", ".join(_written(each) for each in ranges if each.weekday == weekday)
            self.fields[f"day-{weekday}"] = forms.CharField(label=name, required=False, max_length=80, initial=hours)

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  as declared above
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not timedelta(0) <= last - first < timedelta(days=DAYS_AT_MOST):
            self.add_error("last", f"At most {DAYS_AT_MOST} days, and not before the first.")
        if cleaned.get("tries_hours"):
            self._clean_hours(cleaned)
        body = cleaned.get("body", "")
        unknown = malformed_placeholders(body) or unknown_placeholders(body, PLACEHOLDERS)
        if unknown:
            self.add_error("body", f"There is no such placeholder: {', '.join(map(str, unknown))}.")
        return cleaned

    def _clean_hours(self, cleaned: dict[str, Any]) -> None:
        ranges: list[HoursRange] = []
        for weekday in range(7):
            try:
                ranges += read_day(weekday, cleaned.get(f"day-{weekday}", ""))
            except ValueError as problem:
                self.add_error(f"day-{weekday}", str(problem))
        for sentence in check_ranges(ranges):
            self.add_error(None, sentence)
        cleaned["ranges"] = tuple(ranges)

    @property
    def between(self) -> tuple[datetime, datetime]:
        """The first instant and the one after the last, where the chosen location, or the business, is."""
        where = self.cleaned_data["location"] or self.business
        ends = (self.cleaned_data["first"], self.cleaned_data["last"] + timedelta(days=1))
        begins, after = (timezone.make_aware(datetime.combine(day, time.min), where.zone) for day in ends)
        return begins, after

    def drafted_rules(self) -> list[RuleTerms]:
        """The rules that are on, in the order that is tried."""
        rules = [rule for rule in self.rules if self.cleaned_data[f"on-{rule.pk or 0}"]]
        rules.sort(key=lambda rule: (self.cleaned_data[f"at-{rule.pk or 0}"], rule.pk is None, rule.pk or 0))
        return [terms_of(rule) for rule in rules]

    def drafted_script(self) -> Script | None:
        """A copy that nobody saves; None without words."""
        given, old = self.cleaned_data, self.cleaned_data["script"]
        if not given["body"].strip():
            return None
        if old is None:
            return Script(
                pk=_UNSAVED, business=self.business, kind=given["kind"], name="Draft", body=given["body"],
                language=self.business.language,
            )  # fmt: skip
        return Script(
            pk=old.pk, business=self.business, kind=old.kind, name=old.name, body=given["body"],
            location_id=old.location_id, number_id=old.number_id, language=old.language, hours=old.hours,
        )  # fmt: skip

    def rule_rows(self) -> list[tuple[Rule, Any, Any]]:
        return [(rule, self[f"on-{rule.pk or 0}"], self[f"at-{rule.pk or 0}"]) for rule in self.rules]

    def day_rows(self) -> list[Any]:
        return [self[f"day-{weekday}"] for weekday in range(7)]


def read_day(weekday: int, typed: str) -> list[HoursRange]:
    """ "8:00-12:00, 13:00-17:00" as ranges; [] of a closed day. ValueError, with a sentence, for anything else."""
    found = []
    for part in filter(None, (part.strip() for part in typed.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError("Write 8:00-17:00, more with a comma between, nothing for a closed day.")
        numbers = [int(number) for number in match.groups()]
        is_time = numbers[0] < 24 and max(numbers[1], numbers[3]) < 60 and (numbers[2], numbers[3]) <= (24, 0)
        if not is_time:
            raise ValueError("There is no such time.")
        opens, closes = time(numbers[0], numbers[1]), time(numbers[2] % 24, numbers[3])
        found.append(HoursRange(weekday, opens, closes, next_day=closes <= opens))
    return found


def usual_days(now: datetime, zone: Any) -> tuple[date, date]:
    """The last 30 local days."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=29), today


def _written(hours: HoursRange) -> str:
    closes = "24:00" if hours.next_day and hours.closes == time(0) else f"{hours.closes:%H:%M}"
    return f"{hours.opens:%H:%M}-{closes}"
