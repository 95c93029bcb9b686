"""Worked cases from other systems' tests and bug trackers, and our own: each through the real engine, and each able to
fail.
"""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.scheduling.case_kinds import ELSEWHERE, needs_database, outcome_of
from tests.scheduling.run_cases import read_cases, report

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CASES = [case for name in ("cases.json", "own_cases.json") for case in read_cases(HERE / name)]
RUN = [case for case in CASES if case["kind"] not in ELSEWHERE]
PURE = [case for case in RUN if not needs_database(case)]
WITH_ROWS = [case for case in RUN if needs_database(case)]
ONE = {
    "id": "one",
    "kind": "slots",
    "input": {"tz": "UTC", "now": "2026-01-01T00:00:00Z", "duration": 60, "step": 60, "ranges": []},
    "expect": {"count": 0},
}


def changed(**values: Any) -> dict[str, Any]:
    """ONE with these fields of its `input` or `expect` set, by `input__tz` and the like."""
    case: dict[str, Any] = deepcopy(ONE)
    for path, value in values.items():
        *parents, last = path.split("__")
        place = case
        for parent in parents:
            place = place[parent]
        place[last] = value
    return case


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in PURE])
def test_case(case: dict[str, Any]) -> None:
    assert outcome_of(case).problems == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in WITH_ROWS])
def test_case_with_rows(case: dict[str, Any]) -> None:
    assert outcome_of(case).problems == []


def test_every_kind_is_run_here_or_where_it_is_said() -> None:
    assert len(read_cases(HERE / "cases.json")) == 144
    assert {case["kind"] for case in CASES} - {case["kind"] for case in RUN} == {"oncall_reply"}
    left = [outcome_of(case) for case in CASES if case["kind"] in ELSEWHERE]
    where = "tests/messaging/escalation/test_cases.py"
    assert [(outcome.verdict, outcome.problems) for outcome in left] == [("elsewhere", [where])] * 5
    # That all five are run there is asked there.
    assert '"oncall_reply"' in (ROOT / where).read_text()


# ---------------------------------------------------------------- the runner can fail
def twisted(name: str, value: Any) -> tuple[str, Any]:
    """An expectation that cannot hold beside the true one."""
    if name.startswith("not_bookable"):
        return name.removeprefix("not_"), value
    if name.startswith("bookable"):
        return f"not_{name}", value
    if isinstance(value, bool):
        return name, not value
    if isinstance(value, int):
        return name, value + 1 if name != "none_before_minutes_from_now" else value + 10**6
    if value is None or isinstance(value, str):
        is_instant = value.endswith("Z") if value else name in ("first", "last")
        return name, "1999-01-01T00:00:00Z" if is_instant else "1999-01-01T00:00"
    if name == "assignable":
        start, ids = next(iter(value.items()))
        return name, {start: [*ids, "nobody"]}
    if name in ("first", "last"):
        return name, ["1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z"]
    is_pairs = name in ("ranges", "busy", "busy_merged") or (value and isinstance(value[0], list))
    odd = ["1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z"] if is_pairs else "1999-01-01T00:00:00Z"
    return name, [*value, odd.removesuffix("Z") if name.endswith("_local") and isinstance(odd, str) else odd]


@pytest.mark.parametrize(
    ("case", "name"),
    [
        pytest.param(case, name, id=f"{case['id']}-{name}")
        for case in PURE
        for name in case["expect"]
        if name != "none_in"
    ],
)
def test_a_wrong_expectation_fails(case: dict[str, Any], name: str) -> None:
    """Each expectation of each case by itself: no adapter passes one over."""
    wrong_name, wrong = twisted(name, case["expect"][name])
    outcome = outcome_of({**case, "expect": {wrong_name: wrong}})
    assert (outcome.verdict, len(outcome.problems)) == ("failed", 1)
    assert not outcome.problems[0].startswith("not understood")


def test_a_start_where_none_may_be_fails() -> None:
    day = ["2026-04-13T09:00:00Z", "2026-04-13T12:00:00Z"]
    case = changed(input__ranges=[day], expect={"none_in": [["2026-04-13T11:00:00Z", "2026-04-13T11:01:00Z"]]})
    assert outcome_of(case).problems == ["none_in: could begin at [2026-04-13T11:00:00Z]"]
    assert (
        outcome_of({**case, "expect": {"none_in": [["2026-04-13T11:01:00Z", "2026-04-13T12:00:00Z"]]}}).problems == []
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("id", ["race-seats", "race-ten", "pol-cancelled-link"])
def test_a_wrong_expectation_of_the_door_fails(id: str) -> None:
    case = next(case for case in WITH_ROWS if case["id"] == id)
    name, right = next(iter(case["expect"].items()))
    assert outcome_of({**case, "expect": {name: right + 1}}).problems == [
        f"{name}: expected {right + 1}, found {right}"
    ]


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        (changed(kind="slot"), "kind slot"),
        (changed(expect={}), "nothing is expected"),
        (changed(remark="?"), "unknown in the case: remark"),
        (changed(input__spare=1), "unknown in input: spare"),
        (changed(expect__counts=0), "unknown in expect: counts"),
        (changed(input__tz="Mars/Base"), "no such zone: Mars/Base"),
        (changed(input__now="2026-01-01T00:00"), "an instant without a zone: 2026-01-01T00:00"),
        (changed(input__grid="closing"), "unknown grid: closing"),
        (changed(input__buffer_mode="both"), "unknown buffer_mode: both"),
        (changed(input__bookings=[{"start": "x", "end": "y", "status": "maybe"}]), "unknown status: maybe"),
        (changed(input__bookings=[{"start": "x", "end": "y", "tag": 1}]), "unknown in bookings: tag"),
        (changed(input__local_bookings=[["x"]]), "a local booking of 1 values"),
        (changed(input__window_count="business"), "window_count without window_days"),
        (changed(input__pool="any"), "pool without resources"),
        (changed(input__resources=[{"id": "a"}], input__pool="some"), "unknown pool: some"),
        (changed(input__resources=[{"id": "a", "skills": []}]), "unknown in resources: skills"),
        (changed(input__local_ranges=[]), "no open time, or two kinds of it"),
        (changed(input__date="2026-04-13"), "date without hours"),
        (changed(input__hours=[]), "hours without a date"),
        (changed(input__time_from="12:00", input__time_to="10:00"), "time_from and time_to must be in order in a day"),
        (changed(input__time_from="noon"), "not a time of day: noon"),
        ({**ONE, "kind": "busy"}, "unknown in input: duration, now, ranges, step, tz"),
        ({**ONE, "kind": "change_policy", "input": {"sequence": ["book A gently"]}}, "unknown in expect: count"),
    ],
)  # fmt: skip
def test_what_is_not_understood_fails(case: dict[str, Any], problem: str) -> None:
    outcome = outcome_of(case)
    assert (outcome.verdict, outcome.problems) == ("failed", [f"not understood: {problem}"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["book A gently", "postpone A", "book a", "cancel A"])
def test_a_step_that_is_not_understood_fails(step: str) -> None:
    case = {**ONE, "kind": "change_policy", "input": {"sequence": [step]}, "expect": {"active_bookings": 0}}
    assert outcome_of(case).problems[0].startswith("not understood: ")


def test_the_report_names_what_failed_and_what_runs_elsewhere() -> None:
    said: list[str] = []
    wrong = changed(id="two", expect__count=1)
    code = report([outcome_of(case) for case in (ONE, wrong, {"id": "call", "kind": "oncall_reply"})], said.append)
    assert (code, said) == (
        1,
        [
            "kind           passed failed",
            "slots               1      1",
            "all                 1      1",
            "FAILED two (slots)",
            "    count: expected 1, found 0",
            "not run here but by tests/messaging/escalation/test_cases.py: 1 of oncall_reply: call",
        ],
    )
    assert report([outcome_of(ONE)], said.append) == 0
    assert report([], said.append) == 1


@pytest.mark.parametrize(
    ("content", "code", "last"),
    [
        (json.dumps([ONE]), 0, "all                 1      0"),
        (json.dumps([{**ONE, "kind": "slot"}]), 1, "    not understood: kind slot"),
        (json.dumps([ONE, ONE]), 2, "more than one case is called one"),
        ("{}", 2, "this is not a list of cases"),
    ],
)
def test_the_command(tmp_path: Path, content: str, code: int, last: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "tests.scheduling.run_cases", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert (done.stdout + done.stderr).splitlines()[-1].removeprefix(f"{file}: ") == last
