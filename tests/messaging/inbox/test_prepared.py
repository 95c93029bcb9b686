"""A statement that was put together for other values answers for these."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from messaging.inbox import prepared
from messaging.models import Conversation
from tests.base import make_cast
from tests.factories import NOON
from tests.messaging.desk import converse

pytestmark = pytest.mark.django_db


def since(values: Sequence[Any], status: str) -> "QuerySet[Any, Any]":
    at, name, *pks = values
    rows = Conversation.objects.filter(status=status, last_at__gte=at, pk__in=pks)
    return rows.exclude(lead__name=name).order_by("-last_at").values_list("lead__name", "is_urgent")


def test_each_time_with_its_own_values() -> None:
    cast, hour = make_cast(), timedelta(hours=1)
    rows = [converse(cast, lead={"name": name}, last_at=NOON + at * hour) for at, name in enumerate("abc")]
    pks = [row.pk for row in rows]
    assert prepared.ask(since, [NOON, "x", *pks], "open") == [("c", False), ("b", False), ("a", False)]
    assert prepared.ask(since, [NOON + hour, "c", *pks], "open") == [("b", False)]
    assert prepared.ask(since, [NOON, "x", pks[0], pks[0], pks[1]], "open") == [("b", False), ("a", False)]
    assert prepared.ask(since, [NOON, "%s' --", *pks], "done") == []
    assert prepared.ask(since, [NOON, "x"], "open") == []
