from django.db import migrations

# Millionths of a dollar per million tokens: input, output, writing the cache for five minutes, reading it.
# platform.claude.com, November 2026.
PRICES = {
    "claude-haiku-5-5": (100_000, 500_000, 125_000, 10_000),
    "claude-sonnet-5-5": (2_000_000, 10_000_000, 2_500_000, 200_000),
    "claude-opus-5-5": (4_000_000, 20_000_000, 5_000_000, 400_000),
}


def add_prices(apps, schema_editor):
    ModelPrice = apps.get_model("messaging", "ModelPrice")
    for model, (read, written, cache_write, cache_read) in PRICES.items():
        ModelPrice.objects.get_or_create(
            model=model,
            defaults={
                "input_micros": read,
                "output_micros": written,
                "cache_write_micros": cache_write,
                "cache_read_micros": cache_read,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_agent")]
    operations = [migrations.RunPython(add_prices, migrations.RunPython.noop)]
