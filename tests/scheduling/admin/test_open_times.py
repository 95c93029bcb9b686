"""The panel that shows what hours and closures come to, saved and while they are being typed."""

from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recoverline.lib import clock
from scheduling.admin.open_times import MOST_PLACES, panel_of, saved_draft
from scheduling.models import Closure, OpeningHours
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_hours, make_location, make_resource

# A Wednesday; New York, where the cast lives, is four hours behind.
NOW = datetime(2026, 6, 17, 18, 0, tzinfo=UTC)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return sign_in(cast.ana)


class Reader(HTMLParser):
    """Rows of the tables, and the sentences in the lists."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.said: list[str] = []
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "li":
            self.said.append("")
        if tag in ("td", "th", "li"):
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "li":
            self.said[-1] += data
        elif self._in:
            self.rows[-1][-1] += data


def ask(client: Client, kind: str, pk: int, **posted: Any) -> Any:
    counts = {f"{part}-{name}_FORMS": 0 for part in ("opening_hours", "closures") for name in ("TOTAL", "INITIAL")}
    return client.post(reverse("admin:scheduling_open_times", args=[kind, pk]), {**counts, **posted})


def hours(*rows: tuple[int, str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"opening_hours-TOTAL_FORMS": len(rows)}
    for index, (weekday, opens, closes) in enumerate(rows):
        row = {"weekday": weekday, "opens": opens, "closes": closes}
        data |= {f"opening_hours-{index}-{name}": value for name, value in row.items()}
    return data


def read(answer: Any) -> Reader:
    assert answer.status_code == 200
    return Reader(answer.content.decode())


def test_what_is_typed_is_shown_by_the_engine_and_not_saved(ana: Client, cast: Cast) -> None:
    closure = {"closures-TOTAL_FORMS": 1, "closures-0-name": "Fair", "closures-0-starts_on": "2026-06-18"}
    closure |= {"closures-0-ends_on": "2026-06-18", "closures-0-opens": "8am", "closures-0-closes": "noon o'clock"}
    typed = {**hours((2, "9am", "17:00"), (3, "10:00", "12:00")), **closure, "closures-0-closes": "10:30"}
    page = read(ask(ana, "location", cast.a_location.pk, **typed))
    assert page.rows[1:4] == [
        ["Wed Jun 17", "9 AM – 5 PM", "8 h"],
        ["Thu Jun 18", "8 AM – 10:30 AM", "2 h 30 min Fair: other hours"],
        ["Fri Jun 19", "Closed", ""],
    ]
    assert (len(page.rows), page.said) == (15, [])
    assert (OpeningHours.objects.count(), Closure.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, "09:00", "17:00"), (0, "16:00", "20:00")], "Monday 9 AM-5 PM and Monday 4 PM-8 PM overlap."),
        ([(0, "09:00", "09:00")], "Monday: This is before opening. For a night shift tick “closes the next day”."),
        ([(4, "17:00", "09:00")], "Friday: This is before opening. For a night shift tick “closes the next day”."),
        ([(1, "09:00", "09:03")], "Tuesday 9 AM-9:03 AM is too short: it must last at least 5 minutes."),
        ([(1, "09:00", "")], "Tuesday: not complete yet."),
        ([(1, "9 o'clock", "17:00")], "Tuesday: Enter a valid time."),
        ([(6, "02:30", "09:00")],
         "2:30 AM does not exist on Sunday, March 14, 2027, when clocks go forward; it counts as 3:30 AM."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(ana: Client, cast: Cast, rows: list[tuple[int, str, str]], said: str) -> None:
    assert read(ask(ana, "location", cast.a_location.pk, **hours(*rows))).said == [said]


def test_a_row_that_is_to_be_deleted_does_not_count(ana: Client, cast: Cast) -> None:
    row = OpeningHours.objects.create(
        business=cast.a, location=cast.a_location, weekday=2, opens=time(9), closes=time(17)
    )
    typed = {**hours((2, "09:00", "17:00")), "opening_hours-INITIAL_FORMS": 1, "opening_hours-0-id": row.pk}
    assert read(ask(ana, "location", cast.a_location.pk, **typed)).rows[1][1] == "9 AM – 5 PM"
    typed["opening_hours-0-DELETE"] = "on"
    assert read(ask(ana, "location", cast.a_location.pk, **typed)).rows[1][1] == "Closed"
    assert OpeningHours.objects.count() == 1


def test_a_typed_zone_moves_the_first_day(ana: Client, cast: Cast) -> None:
    def first_day(**typed: str) -> str:
        return read(ask(ana, "location", cast.a_location.pk, **typed)).rows[1][0]

    found = first_day(), first_day(time_zone="Pacific/Auckland"), first_day(time_zone="Mars/Base")
    assert found == ("Wed Jun 17", "Thu Jun 18", "Wed Jun 17")


def test_a_location_without_hours_shows_the_week_of_its_business(ana: Client, cast: Cast) -> None:
    make_hours(cast.a)
    answer = ask(ana, "location", cast.a_location.pk)
    assert read(answer).rows[1] == ["Wed Jun 17", "9 AM – 5 PM", "8 h"]
    assert "The weekly hours are those of Alder Plumbing; this location has none of its own." in answer.content.decode()


def test_a_resource_is_shown_at_its_places_with_its_own_days_first(ana: Client, cast: Cast) -> None:
    make_hours(cast.a)
    day = date(2026, 6, 18)
    Closure.objects.create(business=cast.a, name="Fair", starts_on=day, ends_on=day)
    resource = make_resource(cast.a, "Dana")
    assert read(ask(ana, "resource", resource.pk)).rows[1:3] == [
        ["Wed Jun 17", "9 AM – 5 PM", "8 h"],
        ["Thu Jun 18", "Closed", " Fair: closed"],
    ]
    Closure.objects.create(
        business=cast.a, resource=resource, name="Comes in", starts_on=date(2026, 6, 15), ends_on=day,
        opens=time(10), closes=time(11),
    )  # fmt: skip
    panel = panel_of(saved_draft(resource), now=NOW)
    assert [(day.minutes, day.notes) for day in panel.tables[0].days[:3]] == [
        (60, ("Comes in: other hours",)),
        (60, ("Comes in: other hours",)),
        (480, ()),
    ]
    assert [table.title for table in panel.tables] == ["Dana at Alder Main"]
    for number in range(MOST_PLACES):
        make_location(cast.a, f"Shop {number}")
    panel = panel_of(saved_draft(resource), now=NOW)
    assert (len(panel.tables), panel.more) == (MOST_PLACES, 1)


def test_hours_of_a_resource_do_not_show_on_the_page_of_the_business(ana: Client, cast: Cast) -> None:
    resource = make_resource(cast.a)
    OpeningHours.objects.create(business=cast.a, resource=resource, weekday=0, opens=time(9), closes=time(17))
    Closure.objects.create(business=cast.a, resource=resource, name="Off", starts_on=NOW, ends_on=NOW)
    page = ana.get(reverse("admin:leads_business_change", args=[cast.a.pk]))
    formsets = {each.formset.prefix: len(each.formset.forms) for each in page.context["inline_admin_formsets"]}
    assert (formsets["opening_hours"], formsets["closures"]) == (0, 0)
    assert panel_of(saved_draft(cast.a), now=NOW).tables[0].is_never_open


@pytest.mark.parametrize("kind", ["business", "location", "resource"])
def test_each_page_shows_what_is_saved_without_any_script(ana: Client, cast: Cast, kind: str) -> None:
    make_hours(cast.a)
    row = {"business": cast.a, "location": cast.a_location, "resource": make_resource(cast.a)}[kind]
    page = ana.get(reverse(f"admin:{row._meta.app_label}_{kind}_change", args=[row.pk]))
    assert ["Wed Jun 17", "9 AM – 5 PM", "8 h"] in Reader(page.content.decode()).rows
    assert f'data-url="{reverse("admin:scheduling_open_times", args=[kind, row.pk])}"' in page.content.decode()


def test_strangers_and_the_front_desk_are_told_nothing(ana: Client, cast: Cast) -> None:
    make_hours(cast.a)
    owned = {"business": cast.a, "location": cast.a_location, "resource": make_resource(cast.a)}
    for user in (cast.cleo, cast.ben):
        client = sign_in(user)
        assert [ask(client, kind, row.pk).status_code for kind, row in owned.items()] == [404, 404, 404]
    assert [ask(ana, kind, row.pk).status_code for kind, row in owned.items()] == [200, 200, 200]
    assert ask(ana, "service", 1).status_code == 404
    assert ana.get(reverse("admin:scheduling_open_times", args=["business", cast.a.pk])).status_code == 405
    assert Client(enforce_csrf_checks=True).post(
        reverse("admin:scheduling_open_times", args=["business", cast.a.pk])
    ).status_code in (302, 403)


def test_a_post_without_its_forms_is_answered_and_changes_nothing(ana: Client, cast: Cast) -> None:
    answer = ana.post(reverse("admin:scheduling_open_times", args=["business", cast.a.pk]), {"x": "1"})
    assert answer.status_code == 200
    assert OpeningHours.objects.count() == 0
