"""The table of quiet hours as an installation begins with it; tests that empty the database lose it."""

from importlib import import_module

from scheduling.models import QuietHours

RULES = import_module("scheduling.migrations.0004_quiet_hours").RULES


def fill_table() -> None:
    QuietHours.objects.all().delete()
    QuietHours.objects.bulk_create(
        QuietHours(country=country, region=region, weekdays=days, allowed_from=since, allowed_until=until)
        for country, region, days, since, until, _ in RULES
    )
