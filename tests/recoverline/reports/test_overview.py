"""Every figure of the overview equals what was counted by hand (tests/recoverline/reports/week.py)."""

from dataclasses import asdict, replace

import pytest

from recoverline.reports import overview
from recoverline.reports.jobs import Revenue
from recoverline.reports.measures import MEASURES
from recoverline.reports.overview import Counts, Speed, figures_of
from recoverline.reports.scopes import scope_of
from tests.recoverline.reports.week import LOS_ANGELES, WEEK, Week, make_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def week() -> Week:
    return make_week()


def test_the_week_is_as_it_was_counted_by_hand(week: Week) -> None:
    found = figures_of(week.business, WEEK)
    assert found.counts == Counts(
        calls=15, answered=4, missed=11, callers=10, texted=7, delivered=6, reached_in_10=5, reached_in_60=6,
        replied=6, qualified=4, booked=5, kept=1, paid=2, recovered=3, rang_again=1,
    )  # fmt: skip
    assert found.speed == Speed(texts=7, p50=8.0, p95=90.0, in_10=5 / 7, in_60=6 / 7)
    assert found.reply_rate == 6 / 7
    assert found.revenue == Revenue(said_cents=130_000, assumed_cents=25_000, said=2, assumed=1, unknown=0)
    assert (found.costs.segments, found.costs.call_minutes) == (12, 13)
    costs = found.costs
    assert (costs.texts_micros, costs.calls_micros, costs.model_micros) == (96_000, 130_000, 52_000)
    assert costs.subscription_micros == 11_276_712
    assert (found.revenue_cents, found.cost_cents, found.net_cents) == (155_000, 1_155, 153_845)
    assert found.roi == 155_000 / 1_155


def test_a_location_is_told_in_its_own_zone(week: Week) -> None:
    there = replace(WEEK, zone=LOS_ANGELES)
    found = figures_of(week.business, there, location=week.west)
    assert (found.counts.missed, found.counts.texted, found.counts.answered) == (2, 1, 1)
    assert (found.speed.p50, found.costs.segments, found.costs.subscription_micros) == (5.0, 1, 5_638_356)
    keys = set(overview.calls_behind(scope_of(week.business, week.west), there, "missed").values_list("pk", flat=True))
    assert keys == {week.calls["w1"].pk, week.calls["w2"].pk}


def test_the_period_before_is_as_long_and_ends_where_this_one_begins(week: Week) -> None:
    before = figures_of(week.business, WEEK.before)
    assert (before.period.first.isoformat(), before.period.last.isoformat()) == ("2026-02-23", "2026-03-01")
    assert (before.counts.missed, before.counts.texted, before.counts.answered) == (1, 0, 0)
    assert (before.speed, before.reply_rate) == (Speed(texts=0, p50=None, p95=None, in_10=None, in_60=None), None)


def test_behind_every_figure_are_as_many_calls_as_it_says(week: Week) -> None:
    scope = scope_of(week.business)
    counts = asdict(figures_of(week.business, WEEK).counts)
    counts.pop("callers")
    assert {key: overview.calls_behind(scope, WEEK, key).count() for key in counts} == counts
    assert set(counts) < set(MEASURES)
    expected = {
        "texted": "m1 m2 m3 m4 x1 m12 m13", "reached_in_10": "m1 m4 x1 m12 m13", "replied": "m1 m2 m4 x1 m12 m13",
        "qualified": "m1 m2 m12 m13", "booked": "m1 m2 m5 x2 m12", "kept": "m1", "paid": "m1 m13",
        "recovered": "m1 m2 m13", "rang_again": "m12",
    }  # fmt: skip
    names = {call.pk: name for name, call in week.calls.items()}
    for key, wanted in expected.items():
        assert {names[call.pk] for call in overview.calls_behind(scope, WEEK, key)} == set(wanted.split()), key


def test_the_locations_add_up_to_the_whole(week: Week) -> None:
    whole = figures_of(week.business, WEEK)
    parts = [figures_of(week.business, WEEK, location=place) for place in (week.main, week.west)]
    for key, value in asdict(whole.counts).items():
        assert sum(getattr(part.counts, key) for part in parts) == value, key
    assert sum(part.revenue_cents for part in parts) == whole.revenue_cents
    for name in ("segments", "call_minutes", "texts_micros", "calls_micros", "model_micros", "subscription_micros"):
        assert sum(getattr(part.costs, name) for part in parts) == getattr(whole.costs, name), name


def test_a_price_that_nobody_said_makes_the_cost_unknown_and_not_lower(week: Week) -> None:
    for name in ("segment_micros", "call_minute_micros", "subscription_cents"):
        business = replace_prices(week, name)
        found = figures_of(business, WEEK)
        assert (found.cost_cents, found.net_cents, found.roi) == (None, None, None), name


def replace_prices(week: Week, name: str) -> object:
    business = type(week.business).objects.get(pk=week.business.pk)
    setattr(business, name, None)
    return business


def test_without_an_average_nothing_is_assumed(week: Week) -> None:
    week.business.average_job_cents = None
    assert figures_of(week.business, WEEK).revenue == Revenue(said_cents=130_000, said=2, unknown=1)
