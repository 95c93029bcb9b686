r"""What the search of the inbox looks into, on PostgreSQL: full text with GIN.

Full text search is part of every PostgreSQL, so this needs no extension and no rights beyond those of any migration
(`create extension btree_gin` or `pg_trgm` would). The expressions are those of messaging.inbox.search, term for term:
an index serves its own expression only. On SQLite there is no index and the search reads the rows themselves.

Each word stands under its business ('12.gas'), so that a search reads what its own business wrote and nothing else,
however many others there are. Longer runs without a space are cut: a word may have 2,046 bytes and no more. A phone
number has two words: backwards, because people type its end, and without the country.
"""

from django.db import migrations

WORDS = (
    "(regexp_replace(to_tsvector('simple'::regconfig, {said})::text, '(^| )''',"
    " '\\1''' || business_id::text || '.', 'g')::tsvector)"
)
MESSAGES = WORDS.format(said=r"regexp_replace(body, '(\S{200})', '\1 ', 'g')")
LEADS = WORDS.format(said="name || ' qr' || reverse(substr(phone, 2)) || ' qn' || right(phone, 10)")


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    # No list of pending entries: each search would read all of it, and rows come one at a time here.
    for name, table, words in (
        ("message_search", "messaging_message", MESSAGES), ("lead_search", "leads_lead", LEADS)
    ):  # fmt: skip
        schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin ({words}) WITH (fastupdate = off)")


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX message_search")
        schema_editor.execute("DROP INDEX lead_search")


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_inbox"), ("messaging", "0005_inbox")]

    operations = [migrations.RunPython(add_indexes, drop_indexes)]
