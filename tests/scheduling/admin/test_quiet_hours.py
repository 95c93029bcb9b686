"""The table of quiet hours in the admin: everybody reads it, only the operator changes it, and no two rows overlap."""

from datetime import time
from typing import Any

import pytest
from django.urls import reverse

from scheduling.admin.quiet_hours import in_words
from scheduling.models import QuietHours
from tests.base import Cast, make_cast, sign_in

LIST, ADD = (reverse(f"admin:scheduling_quiethours_{name}") for name in ("changelist", "add"))


@pytest.fixture
def cast(db: None) -> Cast:
    QuietHours.objects.all().delete()
    return make_cast()


def row(**values: Any) -> QuietHours:
    defaults = {"country": "US", "region": "TX", "weekdays": [6], "allowed_from": time(12), "allowed_until": time(21)}
    return QuietHours.objects.create(**{**defaults, **values})


def form(**values: Any) -> dict[str, Any]:
    defaults = {"country": "us", "region": "tx", "weekdays": [6], "allowed_from": "12:00", "allowed_until": "21:00"}
    return {**defaults, "is_active": "on", **values}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "In US-TX automatic texts may go out on Sunday from 12 PM to 9 PM."),
        ({"weekdays": [0, 1, 2, 3, 4, 5]},
         "In US-TX automatic texts may go out on Monday to Saturday from 12 PM to 9 PM."),
        ({"weekdays": [5, 6]}, "In US-TX automatic texts may go out on Saturday and Sunday from 12 PM to 9 PM."),
        ({"region": "", "weekdays": [], "allowed_from": time(8, 30), "allowed_until": time(0)},
         "In US, where no state says otherwise, automatic texts may go out every day from 8:30 AM to midnight."),
        ({"is_active": False}, "In US-TX automatic texts may go out on Sunday from 12 PM to 9 PM (switched off)."),
    ],
)  # fmt: skip
def test_a_row_in_words(cast: Cast, values: dict[str, Any], words: str) -> None:
    assert in_words(row(**values)) == words


def test_the_team_reads_and_only_the_operator_writes(cast: Cast) -> None:
    kept = row()
    for person, writes in ((cast.ana, 403), (cast.ben, 403), (cast.root, 302)):
        client = sign_in(person)
        page = client.get(LIST)
        assert "on Sunday from 12 PM to 9 PM" in page.content.decode()
        assert client.post(ADD, form(region=f"A{person.pk}"[:3])).status_code == writes
        assert client.post(reverse("admin:scheduling_quiethours_delete", args=[kept.pk]), {}).status_code in (403, 200)
    assert QuietHours.objects.count() == 2


def test_rows_of_one_place_may_not_overlap(cast: Cast) -> None:
    row()
    client = sign_in(cast.root)
    refused = client.post(ADD, form(allowed_from="20:00", allowed_until="22:00", weekdays=[]))
    assert "This overlaps another row: In US-TX" in refused.content.decode()
    assert QuietHours.objects.count() == 1
    assert client.post(ADD, form(allowed_from="21:00", allowed_until="22:00")).status_code == 302  # they touch
    assert client.post(ADD, form(weekdays=[0, 1])).status_code == 302
    assert client.post(ADD, form(region="ok")).status_code == 302
    assert list(QuietHours.objects.order_by("pk").values_list("region", "weekdays")) == [
        ("TX", [6]), ("TX", [6]), ("TX", [0, 1]), ("OK", [6]),
    ]  # fmt: skip


def test_a_window_over_midnight_is_refused(cast: Cast) -> None:
    refused = sign_in(cast.root).post(ADD, form(allowed_from="20:00", allowed_until="08:00"))
    assert "This is before the start." in refused.content.decode()
