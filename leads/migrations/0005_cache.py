from django.core.management import call_command
from django.db import migrations

# That of settings.CACHES: limits and used-up codes, shared by all processes.
TABLE = "recoverline_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_inbox")]

    operations = [migrations.RunPython(create, drop)]
