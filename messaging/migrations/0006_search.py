"""What the search of the inbox looks into, on PostgreSQL: full text with GIN.

Full text search is part of every PostgreSQL, so this needs no extension and no rights beyond those of any migration
(`create extension pg_trgm` would). The expressions are those of messaging.inbox.search, term for term: an index serves
its own expression only. On SQLite there is no index and the search reads the rows themselves.

Each entry has a word for its business, so that a word which is common elsewhere costs nobody time. A phone number has
two more: backwards, because people type its end, and without the country.
"""

from django.db import migrations

MESSAGES = "to_tsvector('simple'::regconfig, body || ' qz' || business_id::text)"
LEADS = (
    "to_tsvector('simple'::regconfig, name || ' qr' || reverse(substr(phone, 2)) || ' qn' || right(phone, 10)"
    " || ' qz' || business_id::text)"
)


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    # No list of pending entries: each search would read all of it, and rows come one at a time here.
    for name, table, words in (
        ("message_search", "messaging_message", MESSAGES), ("lead_search", "leads_lead", LEADS)
    ):  # fmt: skip
        schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin (({words})) WITH (fastupdate = off)")


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX message_search")
        schema_editor.execute("DROP INDEX lead_search")


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_inbox"), ("messaging", "0005_inbox")]

    operations = [migrations.RunPython(add_indexes, drop_indexes)]
