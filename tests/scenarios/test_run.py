"""The command: a real model is whatever answers at its address; without a key nothing is run."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from tests.fakes.messages_api import MODEL, MessagesApi, fails, says, uses
from tests.scenarios import run
from tests.scenarios.case import StageCase
from tests.scenarios.measures import Run, report
from tests.scenarios.scenario import Scenario, read
from tests.scenarios.stage import CLAUDE, RULES, Stage

HERE = Path(__file__).parent


def named(name: str) -> Scenario:
    return next(row for row in read(HERE / "home_services.yaml") if row.name == name)


def perform(stage: Stage, scenario: Scenario, driver: str, *, trials: int) -> tuple[list[Run], str]:
    with redirect_stdout(StringIO()) as printed:
        runs = list(run.perform(stage, [scenario], driver, trials=trials))
    return runs, printed.getvalue()


def hands_off(summary: str) -> list[object]:
    return [uses("hand_off", {"reason": "asks for a person", "summary": summary}), says("I told our team.")]


class TestRun(StageCase):
    kits = ("home_services",)

    def test_the_real_model_is_asked_with_the_real_key(self) -> None:
        with MessagesApi() as real:
            real.script(*hands_off("one"), *hands_off("two"))
            stage = Stage(self.carrier, self.api, key="sk-real", base_url=real.url, model="claude-haiku-5-5-20261001")
            stage.adopt(self.stage)
            runs, printed = perform(stage, named("asks for a person"), CLAUDE, trials=2)
        assert [row.problems for row in runs] == [[], []]
        assert printed == "pass 2/2  home_services: asks for a person\n"
        assert {headers["authorization"] for headers in real.headers} == {"Bearer sk-real"}
        assert {body["model"] for body in real.bodies} == {"claude-haiku-5-5-20261001"}
        assert (real.complaints, self.api.bodies) == ([], [])
        assert [row.outcome.drivers for row in runs] == [("model",), ("model",)]
        told = report(runs, trials=2)
        assert told[0] == "passed: 2 of 2 runs; pass^1 1.000, pass^2 1.000"
        # Two calls of 300 tokens read, 1,200 of them from the cache besides, and 40 written.
        assert told[3] == "cost: $0.0002, $0.00012 a conversation of 2 that asked the model"

    def test_one_trial_of_two_fails(self) -> None:
        with MessagesApi() as real:
            real.script(*hands_off("one"), says("What do you need done?"), fails("overloaded"))
            stage = Stage(self.carrier, self.api, key="sk-real", base_url=real.url, model=MODEL)
            stage.adopt(self.stage)
            runs, printed = perform(stage, named("asks for a person"), CLAUDE, trials=2)
        assert [row.has_passed for row in runs] == [True, False]
        first = printed.splitlines()[:2]
        assert first == ["FAIL 1/2  home_services: asks for a person", "       handed_off: expected True, found False"]

    def test_one_that_breaks_the_code_does_not_stop_the_others(self) -> None:
        broken = read(HERE / "home_services.yaml")[0]
        stage = Stage(self.carrier, self.api)
        stage.open = lambda slug: (_ for _ in ()).throw(KeyError(slug))  # type: ignore[method-assign]
        runs, _ = perform(stage, broken, RULES, trials=1)
        assert runs[0].problems == ["broke off: KeyError: 'home_services'"]


def test_without_a_key_nothing_is_run() -> None:
    with redirect_stderr(StringIO()) as told:
        assert run.main(["--driver", "claude"]) == 2
    assert told.getvalue() == f"{run.NO_KEY}\n"


def test_no_such_scenario() -> None:
    with redirect_stderr(StringIO()) as told:
        assert run.main(["--only", "the moon"]) == 2
    assert told.getvalue() == "There is no such scenario.\n"
