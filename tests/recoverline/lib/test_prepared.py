"""A statement that was put together for other values answers for these."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F, QuerySet

from messaging.models import Conversation
from recoverline.lib import prepared
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


def named(values: Sequence[Any]) -> "QuerySet[Conversation]":
    since, *pks = values
    told = (
        Conversation.objects.select_related("lead", "assignee").defer("agent_state").annotate(again=F("unread_count"))
    )
    return told.filter(last_at__gte=since, pk__in=pks).order_by("-last_at")


def test_whole_rows_with_what_is_read_along(django_assert_num_queries: Any) -> None:
    cast, hour = make_cast(), timedelta(hours=1)
    made = [
        converse(cast, lead={"name": name}, last_at=NOON + at * hour, unread_count=at, assignee=assignee)
        for at, (name, assignee) in enumerate([("a", None), ("b", cast.ben)])
    ]
    pks = [row.pk for row in made]
    for _ in range(2):
        with django_assert_num_queries(1):
            latest, first = prepared.rows(named, [NOON, *pks])
            assert (latest.lead.name, latest.assignee, latest.again) == ("b", cast.ben, 1)  # type: ignore[attr-defined]
            assert (first.lead.name, first.assignee, first.again) == ("a", None, 0)  # type: ignore[attr-defined]
    assert latest.get_deferred_fields() == {"agent_state"}
    assert prepared.rows(named, [NOON + hour, *pks]) == [made[1]]
    assert prepared.rows(named, [NOON]) == []


def with_key(values: Sequence[Any]) -> "QuerySet[Conversation]":
    return Conversation.objects.filter(key=values[0]).order_by()


def test_by_a_key() -> None:
    cast = make_cast()
    made = [converse(cast), converse(cast, lead={"name": "b"})]
    assert [prepared.rows(with_key, [row.key]) for row in made] == [[row] for row in made]


def unread(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    return Conversation.objects.filter(unread_count=values[0]).values_list("unread_count")


def test_a_column_that_is_too_small_for_some_numbers_is_asked_all_the_same() -> None:
    converse(make_cast(), unread_count=3)
    assert prepared.ask(unread, [3]) == [(3,)]
    assert prepared.ask(unread, [4]) == []
