"""When an event is told again, and how long a failing endpoint is left alone."""

from datetime import UTC, datetime, timedelta

from leads.webhooks import plan
from leads.webhooks.plan import Answer, Verdict

NOW = datetime(2026, 6, 17, 18, 0, tzinfo=UTC)


def answer(status: int | None, asked: int = 0) -> Answer:
    return Answer(status, "", 0.1, timedelta(seconds=asked) if asked else None)


def test_ten_tries_over_three_days_each_up_to_a_fifth_sooner_or_later() -> None:
    hours = [0, 5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    for roll, factor in ((0.0, 0.8), (0.5, 1.0), (1.0, 1.2)):
        waits = [plan.next_wait(tries, roll=roll) for tries in range(10)]
        assert waits == [timedelta(hours=hour * factor) for hour in hours]
    assert plan.next_wait(10, roll=0.5) is None
    assert sum(plan.WAITS, timedelta()) * 1.2 < plan.OLDEST


def test_whoever_asks_for_more_time_gets_it_up_to_a_day() -> None:
    assert plan.next_wait(1, roll=0.5, asked=timedelta(seconds=90)) == timedelta(seconds=90)
    assert plan.next_wait(4, roll=0.5, asked=timedelta(seconds=90)) == timedelta(hours=2)
    assert plan.next_wait(1, roll=0.5, asked=timedelta(days=30)) == timedelta(days=1)


def test_only_2xx_is_success() -> None:
    said = {status: plan.verdict(answer(status)) for status in (200, 204, 299, 301, 307, 400, 404, 410, 429, 500, None)}
    assert [status for status, each in said.items() if each == Verdict.DELIVERED] == [200, 204, 299]
    assert [status for status, each in said.items() if each == Verdict.GONE] == [410]


def test_a_failing_endpoint_rests_longer_and_longer_but_is_never_forgotten() -> None:
    rests = [plan.rest(failures, answer(500)).total_seconds() for failures in range(1, 11)]
    assert rests == [0, 0, 15, 30, 60, 120, 240, 300, 300, 300]
    for status in (429, 502, 504):
        assert plan.rest(1, answer(status)) == timedelta(minutes=1)
        assert plan.rest(1, answer(status, asked=7)) == timedelta(seconds=7)
    assert plan.rest(1, answer(503, asked=600)) == timedelta(minutes=10)
    assert plan.rest(9, answer(429, asked=10**8)) == timedelta(hours=24)


def test_retry_after_is_seconds_or_a_date() -> None:
    cases = {
        "120": timedelta(minutes=2), " 5 ": timedelta(seconds=5), "0": None, "": None, "-3": None, "soon": None,
        "Wed, 17 Jun 2026 18:01:00 GMT": timedelta(minutes=1), "Wed, 17 Jun 2026 17:00:00 GMT": None,
        "9" * 400: timedelta(seconds=999_999_999), "١٢": None, "Wed, 17 Jun 2026 18:01:00": timedelta(minutes=1),
    }  # fmt: skip
    assert {header: plan.retry_after(header, now=NOW) for header in cases} == cases


def test_a_try_by_hand_counts_anew() -> None:
    tried = {"at": "", "status": 500}
    assert plan.tries_of([]) == 0
    assert plan.tries_of([tried, tried]) == 2
    assert plan.tries_of([tried, {"by_hand": True}, tried]) == 1
