"""The pick list of public holidays: nothing closes that nobody ticked."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from recoverline.lib import clock
from scheduling.admin.holidays import Row
from scheduling.models import Closure
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_location, make_member, make_resource

NOW = datetime(2026, 10, 20, 18, 0, tzinfo=UTC)
URL = "/admin/scheduling/closure/holidays/"
THANKSGIVING = date(2026, 11, 26)


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def rows_of(answer: Any) -> list[Row]:
    assert answer.status_code == 200
    return list(answer.context["rows"])


def saved() -> list[tuple[Any, ...]]:
    return list(Closure.objects.order_by("starts_on").values_list("name", "starts_on", "location", "opens", "closes"))


def test_the_list_begins_today_and_nothing_is_ticked(ana: Client) -> None:
    answer = ana.get(URL, {"years": "2026"})
    assert rows_of(answer) == [
        Row(date(2026, 11, 11), "Veterans Day"),
        Row(THANKSGIVING, "Thanksgiving Day"),
        Row(date(2026, 12, 25), "Christmas Day"),
    ]
    assert "checked" not in answer.content.decode()
    assert Closure.objects.count() == 0
    assert {row.day.year for row in rows_of(ana.get(URL))} == {2026, 2027}


def test_only_the_ticked_days_become_closures_and_a_second_time_none(ana: Client) -> None:
    ticks = {"years": "2026", "day": ["2026-11-26", "2026-12-25"]}
    answer = ana.post(URL, ticks)
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:scheduling_closure_changelist"))
    expected = [
        ("Thanksgiving Day", THANKSGIVING, None, None, None),
        ("Christmas Day", date(2026, 12, 25), None, None, None),
    ]
    assert saved() == expected
    assert ana.post(URL, ticks).status_code == 302
    assert saved() == expected
    assert [row.already for row in rows_of(ana.get(URL, {"years": "2026"}))] == [
        "", "Thanksgiving Day: closed", "Christmas Day: closed",
    ]  # fmt: skip
    assert Closure.history.count() == 2


def test_other_hours_instead_of_closing_also_until_midnight(ana: Client) -> None:
    hours = {"opens-2026-11-11": "9am", "closes-2026-11-11": "13:00"}
    hours |= {"opens-2026-12-25": "18:00", "closes-2026-12-25": "0:00"}
    ana.post(URL, {"years": "2026", "day": ["2026-11-11", "2026-12-25"], **hours})
    assert [(row[0], *row[3:]) for row in saved()] == [
        ("Veterans Day", time(9), time(13)),
        ("Christmas Day", time(18), time(0)),
    ]
    assert list(Closure.objects.order_by("starts_on").values_list("next_day", flat=True)) == [False, True]
    assert rows_of(ana.get(URL, {"years": "2026"}))[0].already == "Veterans Day: 9 AM – 1 PM"


@pytest.mark.parametrize(
    ("opens", "closes", "problem"),
    [
        ("9am", "", "Give both times, or none for a day that is closed."),
        ("17:00", "9:00", "This is before opening. For a night tick “closes the next day”."),
        ("nine", "", "Enter a valid time."),
    ],
)
def test_hours_that_make_no_sense_save_nothing_at_all_and_stay_on_the_page(
    ana: Client, opens: str, closes: str, problem: str
) -> None:
    typed = {"opens-2026-11-26": opens, "closes-2026-11-26": closes}
    answer = ana.post(URL, {"years": "2026", "day": ["2026-11-26", "2026-12-25"], **typed})
    assert rows_of(answer)[1:] == [
        Row(THANKSGIVING, "Thanksgiving Day", "", True, opens, closes, problem),
        Row(date(2026, 12, 25), "Christmas Day", is_ticked=True),
    ]
    assert saved() == []


def test_who_fills_in_hours_means_the_day(ana: Client) -> None:
    ana.post(URL, {"years": "2026", "opens-2026-11-26": "9am", "closes-2026-11-26": "12:00"})
    assert [(row[0], *row[3:]) for row in saved()] == [("Thanksgiving Day", time(9), time(12))]


def test_one_location_or_all_of_them(ana: Client, cast: Cast) -> None:
    other = make_location(cast.a, "Annex")
    one = {"years": "2026", "location": cast.a_location.pk}
    ana.post(URL, {**one, "day": "2026-11-26"})
    assert saved() == [("Thanksgiving Day", THANKSGIVING, cast.a_location.pk, None, None)]
    already = [
        rows_of(ana.get(URL, {"years": "2026", "location": place}))[1].already
        for place in (str(cast.a_location.pk), str(other.pk), "")
    ]
    assert already == ["Thanksgiving Day: closed", "", ""]


def test_a_day_off_of_a_resource_is_not_there_already(ana: Client, cast: Cast) -> None:
    Closure.objects.create(
        business=cast.a, resource=make_resource(cast.a), name="Off", starts_on=THANKSGIVING, ends_on=THANKSGIVING
    )
    assert rows_of(ana.get(URL, {"years": "2026"}))[1].already == ""


def test_the_state_comes_from_the_location_and_can_be_changed(ana: Client, cast: Cast) -> None:
    def where(**params: str) -> tuple[str, str]:
        found = ana.get(URL, params).context["where"]
        return found.country, found.subdivision

    assert where() == ("US", "")
    cast.a_location.region = "New York"
    cast.a_location.save()
    assert where() == ("US", "NY")
    assert where(subdivision="") == ("US", "")
    assert where(country="CA", subdivision="NY") == ("CA", "")
    assert where(country="CA", subdivision="QC") == ("CA", "QC")
    assert where(country="Atlantis") == ("US", "NY")


def test_what_is_not_in_the_list_cannot_be_ticked(ana: Client) -> None:
    ana.post(URL, {"years": "2026", "day": ["2026-11-27", "2026-01-01", "x"]})
    assert saved() == []


def test_strangers_and_the_front_desk_are_not_let_in(ana: Client, cast: Cast) -> None:
    assert sign_in(cast.ben).get(URL).status_code == 404
    cleo = sign_in(cast.cleo)
    for foreign in ({"business": cast.a.pk}, {"location": cast.a_location.pk}, {"location": "x"}, {"location": 10**19}):
        ticks = {**foreign, "years": "2026", "day": "2026-11-26"}
        assert (cleo.get(URL, foreign).status_code, cleo.post(URL, ticks).status_code) == (404, 404)
    assert saved() == []
    assert Client().get(URL).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ana)
    assert strict.post(URL, {"years": "2026", "day": "2026-11-26"}).status_code == 403
    assert saved() == []


def test_whoever_has_two_businesses_says_which(cast: Cast) -> None:
    make_member(cast.b, cast.ana, Role.MANAGER)
    client = sign_in(cast.ana)
    assert client.get(URL).context["where"] is None
    client.post(URL, {"years": "2026", "day": "2026-11-26"})
    assert saved() == []
    client.post(URL, {"business": cast.b.pk, "years": "2026", "day": "2026-11-26"})
    assert Closure.objects.get().business == cast.b


def test_the_list_is_reached_from_closures_business_and_location(ana: Client, cast: Cast) -> None:
    pages = {
        reverse("admin:scheduling_closure_changelist"): URL,
        reverse("admin:leads_business_change", args=[cast.a.pk]): f"{URL}?business={cast.a.pk}",
        reverse("admin:leads_location_change", args=[cast.a_location.pk]): f"{URL}?location={cast.a_location.pk}",
    }
    assert [page for page, link in pages.items() if f'href="{link}"' not in ana.get(page).content.decode()] == []
