from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recoverline.lib import clock
from scheduling.models import Closure, OpeningHours
from tests.base import Cast, make_cast
from tests.factories import make_hours


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ana)
    return client


def add_hours(client: Client, **values: Any) -> Any:
    defaults = {"weekday": 0, "opens": "09:00", "closes": "17:00"}
    return client.post(reverse("admin:scheduling_openinghours_add"), {**defaults, **values})


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}


def week(rows: list[tuple[int, str, str]]) -> dict[str, Any]:
    """What the page of Ana's location posts with these opening hours."""
    data: dict[str, Any] = {"name": "Main", "slug": "main"}
    for prefix in ("areas", "closures", "opening_hours"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data["opening_hours-TOTAL_FORMS"] = len(rows)
    for index, (weekday, opens, closes) in enumerate(rows):
        row = {"weekday": weekday, "opens": opens, "closes": closes}
        data |= {f"opening_hours-{index}-{name}": value for name, value in row.items()}
    return data


def test_a_range_that_overlaps_another_of_the_same_place_is_refused(ana: Client, cast: Cast) -> None:
    assert add_hours(ana).status_code == 302
    assert errors_of(add_hours(ana, opens="16:00", closes="20:00")) == {
        "__all__": ["Monday 9 AM-5 PM and Monday 4 PM-8 PM overlap."]
    }
    assert add_hours(ana, opens="17:00", closes="20:00").status_code == 302
    assert add_hours(ana, location=cast.a_location.pk, opens="16:00", closes="20:00").status_code == 302
    assert OpeningHours.objects.count() == 3


def test_the_hours_of_another_business_never_overlap_ours(ana: Client, cast: Cast) -> None:
    make_hours(cast.b)
    assert add_hours(ana).status_code == 302


def test_a_row_can_be_corrected_in_a_week_that_has_an_overlap_elsewhere(ana: Client, cast: Cast) -> None:
    for opens in (time(9), time(10)):
        OpeningHours.objects.create(business=cast.a, weekday=4, opens=opens, closes=time(12))
    assert add_hours(ana).status_code == 302


def test_a_week_is_written_on_the_page_of_its_location_and_checked_as_a_whole(ana: Client, cast: Cast) -> None:
    page = reverse("admin:leads_location_change", args=[cast.a_location.pk])
    answer = ana.post(page, week([(0, "09:00", "12:00"), (0, "11:00", "17:00")]))
    (formset,) = (each for each in answer.context["inline_admin_formsets"] if each.opts.model is OpeningHours)
    assert list(formset.formset.non_form_errors()) == ["Monday 9 AM-noon and Monday 11 AM-5 PM overlap."]
    assert OpeningHours.objects.count() == 0

    assert ana.post(page, week([(0, "09:00", "12:00"), (0, "13:00", "17:00")])).status_code == 302
    rows = OpeningHours.objects.order_by("opens").values_list("business", "location", "opens")
    assert list(rows) == [
        (cast.a.pk, cast.a_location.pk, time(9)),
        (cast.a.pk, cast.a_location.pk, time(13)),
    ]


def test_the_page_of_the_business_shows_what_counts_everywhere(ana: Client, cast: Cast) -> None:
    make_hours(cast.a)
    make_hours(cast.a, location=cast.a_location)
    answer = ana.get(reverse("admin:leads_business_change", args=[cast.a.pk]))
    (formset,) = (each for each in answer.context["inline_admin_formsets"] if each.opts.model is OpeningHours)
    assert [row.instance.location for row in formset.formset.initial_forms] == [None] * 5


def test_history_says_who_changed_what(ana: Client, cast: Cast) -> None:
    day = {"name": "Labor Day", "starts_on": "2026-09-07", "ends_on": "2026-09-07"}
    assert ana.post(reverse("admin:scheduling_closure_add"), day).status_code == 302
    closure = Closure.objects.get()
    change = reverse("admin:scheduling_closure_change", args=[closure.pk])
    assert ana.post(change, {**day, "name": "Labor Day picnic"}).status_code == 302
    assert list(closure.history.values_list("name", "history_user__username")) == [
        ("Labor Day picnic", "ana"),
        ("Labor Day", "ana"),
    ]
    page = ana.get(reverse("admin:scheduling_closure_history", args=[closure.pk])).content.decode()
    assert "<del>Labor Day</del> → <ins>Labor Day picnic</ins>" in page


@pytest.mark.parametrize("spelled", ["16:00", "4pm", "4 PM", "4:00pm", "4:00 pm", "16:00:00"])
def test_times_are_read_as_people_write_them(ana: Client, spelled: str) -> None:
    assert add_hours(ana, opens="6 am", closes=spelled).status_code == 302
    assert OpeningHours.objects.values_list("opens", "closes").get() == (time(6), time(16))


def test_time_fields_show_an_example(ana: Client) -> None:
    def help_of(page: str) -> list[str]:
        fields = ana.get(reverse(page)).context["adminform"].form.fields
        return [fields[name].help_text for name in ("opens", "closes")]

    example = "Such as 16:00 or 4pm."
    assert help_of("admin:scheduling_openinghours_add") == [example, example]
    assert help_of("admin:scheduling_closure_add") == [f"{example} Empty: closed all day.", example]


def test_closures_to_come_stand_on_top_and_the_soonest_first(ana: Client, cast: Cast) -> None:
    today = clock.now().date()

    def closed(name: str, start: date, end: date | None = None) -> None:
        Closure.objects.create(business=cast.a, name=name, starts_on=start, ends_on=end or start)

    closed("long past", today - timedelta(days=90))
    closed("far", today + timedelta(days=90))
    closed("just past", today - timedelta(days=9), today - timedelta(days=5))
    closed("soon", today + timedelta(days=2))
    closed("going on", today - timedelta(days=4), today + timedelta(days=4))
    page = ana.get(reverse("admin:scheduling_closure_changelist"))
    assert [row.name for row in page.context["cl"].result_list] == ["going on", "soon", "far", "just past", "long past"]
