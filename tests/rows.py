"""All rows as they are, and back again: a backup and its restore, without the tools of either database."""

from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import connection, transaction

from tests.emptying import KEPT

Rows = list[dict[str, Any]]


def copy_rows() -> Rows:
    """Every row of every model, but for what is the same before and after any test."""
    kept: Rows = []
    for model in apps.get_models():
        if model not in KEPT:
            kept += serializers.serialize("python", model._base_manager.order_by("pk"))
    return kept


def put_back(rows: Rows) -> None:
    """Exactly these rows again; what came since is gone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for model in apps.get_models(include_auto_created=True):
                if model not in KEPT:
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        for each in serializers.deserialize("python", rows):
            each.save()
