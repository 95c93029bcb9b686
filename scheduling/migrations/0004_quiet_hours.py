from datetime import time

from django.db import migrations

FEDERAL = "47 CFR 64.1200(c)(1), read 2026-11"
STATE = "State telemarketing law as summed up by natlawreview.com and support.referrizer.com, read 2026-11: check it"
CANADA = "CRTC Unsolicited Telecommunications Rules, part III, 23: check it"
WEEKEND, SUNDAY = [5, 6], [6]
MONDAY_TO_FRIDAY, MONDAY_TO_SATURDAY = [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]
# Country, state, weekdays (none: every day), from, until, source.
RULES = (
    ("US", "", [], time(8), time(21), FEDERAL),
    *(("US", state, [], time(8), time(20), STATE) for state in ("FL", "MD", "MS", "NJ", "OK")),
    ("US", "CT", [], time(9), time(20), STATE),
    ("US", "TX", MONDAY_TO_SATURDAY, time(9), time(21), STATE),
    ("US", "TX", SUNDAY, time(12), time(21), STATE),
    ("US", "RI", MONDAY_TO_FRIDAY, time(9), time(18), STATE),
    ("US", "RI", WEEKEND, time(10), time(17), STATE),
    ("CA", "", MONDAY_TO_FRIDAY, time(9), time(21, 30), CANADA),
    ("CA", "", WEEKEND, time(10), time(18), CANADA),
)


def add(apps, schema_editor):
    model = apps.get_model("scheduling", "QuietHours")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        model(country=country, region=region, weekdays=days, allowed_from=since, allowed_until=until, source=source)
        for country, region, days, since, until, source in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_on_call")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
