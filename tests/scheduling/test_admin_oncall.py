"""Shifts in the admin: the week as a table, two weeks ahead with their gaps, and who could not be told."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from leads.enums import Role
from leads.models import Membership
from messaging.models import OptOut
from recoverline.lib import clock
from scheduling.models import OnCallOverride, OnCallShift
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_location, make_member, make_opt_out, make_user
from tests.leads.canaries import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    made = make_cast()
    Membership.objects.filter(user=made.ben).update(phone="+12125550144")
    return made


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def ben(cast: Cast) -> Membership:
    return Membership.objects.get(user=cast.ben)


def shift(cast: Cast, day: int, **values: Any) -> OnCallShift:
    defaults = {"member": ben(cast), "starts": time(18), "ends": time(8), "next_day": True}
    return OnCallShift.objects.create(business=cast.a, weekday=day, **{**defaults, **values})


def tables(client: Client) -> Any:
    return client.get(url(OnCallShift, "changelist")).context["on_call_tables"]


def test_a_week_is_a_table_and_two_weeks_show_their_gaps(cast: Cast, ana: Client) -> None:
    for day in range(7):
        shift(cast, day, starts=time(0), ends=time(0))
    (table,) = tables(ana)
    assert (table.gaps, len(table.spans), table.spans[0].names) == (0, 1, "ben")
    OnCallShift.objects.filter(weekday=5).delete()
    (table,) = tables(ana)
    assert [(span.begins, span.ends) for span in table.spans if span.is_gap] == [
        ("Sat Jun 20, 12 AM", "Sun Jun 21, 12 AM"), ("Sat Jun 27, 12 AM", "Sun Jun 28, 12 AM"),
    ]  # fmt: skip
    page = ana.get(url(OnCallShift, "changelist")).content.decode()
    assert "all day" in page
    assert "2 gaps" in page


def test_shifts_of_all_locations_are_named_as_such(cast: Cast, ana: Client) -> None:
    make_location(cast.a, "Alder North")
    shift(cast, 0, location=cast.a_location)
    shift(cast, 1)
    main, north = tables(ana)
    assert [len(cells) for _, cells in main.days[:2]] == [1, 0]
    assert [len(cells) for _, cells in north.days[:2]] == [0, 1]
    assert (main.source, north.source[:41]) == ("", "The shifts are those of all locations; th")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"phone": ""}, "ben: No phone."),
        ({"away_since": NOON}, "ben: Away."),
        ({"role": "read_only"}, "ben: May only read."),
    ],
)
def test_who_could_not_be_told_is_named(cast: Cast, ana: Client, change: dict[str, Any], said: str) -> None:
    shift(cast, 2, starts=time(0), ends=time(0))
    Membership.objects.filter(user=cast.ben).update(**change)
    (table,) = tables(ana)
    assert table.warnings == (said,)
    assert all(span.is_gap for span in table.spans)


def test_so_is_who_has_texted_stop(cast: Cast, ana: Client) -> None:
    shift(cast, 2)
    make_opt_out(cast.a, phone="+12125550144")
    (table,) = tables(ana)
    assert table.warnings == ("ben: Has opted out of texts: START from that phone brings them back.",)
    assert OptOut.objects.count() == 1


def test_a_shift_of_somebody_who_cannot_be_told_is_saved_with_a_warning(cast: Cast, ana: Client) -> None:
    Membership.objects.filter(user=cast.ben).update(phone="")
    typed = {"member": ben(cast).pk, "weekday": "0", "starts": "6pm", "ends": "8am", "next_day": "on", "rank": "1"}
    page = ana.post(url(OnCallShift, "add"), typed, follow=True).content.decode()
    assert "they would not be told by phone now. ben: No phone." in page
    row = OnCallShift.objects.get()
    assert (row.starts, row.business, OnCallShift.history.get().history_user) == (time(18), cast.a, cast.ana)
    refused = ana.post(url(OnCallShift, "add"), {**typed, "next_day": ""}).content.decode()
    assert "This is before the start." in refused


def test_nobody_of_another_business_is_put_on_call(cast: Cast, ana: Client) -> None:
    cleo = Membership.objects.get(user=cast.cleo)
    typed = {"member": cleo.pk, "weekday": "0", "starts": "18:00", "ends": "20:00", "rank": "1"}
    assert ana.post(url(OnCallShift, "add"), typed).status_code == 200
    assert not OnCallShift.objects.exists()


def test_an_override_replaces_the_shifts(cast: Cast, ana: Client) -> None:
    shift(cast, 2, starts=time(0), ends=time(0))
    rob = make_member(cast.a, make_user("rob"), phone="+12125550155")
    OnCallOverride.objects.create(
        business=cast.a, member=rob, starts_at=NOON + timedelta(hours=1), ends_at=NOON + timedelta(hours=2)
    )
    (table,) = tables(ana)
    assert [span.names for span in table.spans[:3]] == ["ben", "rob", "ben"]


def test_whoever_is_limited_to_a_location_sees_its_shifts_alone(cast: Cast) -> None:
    far = make_location(cast.a, "Alder Far")
    mia = make_member(cast.a, make_user("mia", is_staff=True), Role.MANAGER)
    mia.locations.add(far)
    shift(cast, 0, location=cast.a_location)
    theirs = shift(cast, 1, location=far)
    page = sign_in(mia.user).get(url(OnCallShift, "changelist"))
    assert list(page.context["cl"].queryset) == [theirs]
    assert [table.title for table in page.context["on_call_tables"]] == ["Alder Far"]


def test_more_shifts_cost_no_more_statements(cast: Cast, ana: Client, django_assert_max_num_queries: Any) -> None:
    tables(ana)
    for day in range(7):
        shift(cast, day)
        shift(cast, day, rank=2, member=Membership.objects.get(user=cast.ana))
    with django_assert_max_num_queries(40):
        tables(ana)
