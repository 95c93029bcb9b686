"""Every scenario of the files beside this, by the rules and by a model that follows its script."""

import re
from collections.abc import Callable

from tests.scenarios.case import StageCase
from tests.scenarios.judge import problems
from tests.scenarios.scenario import Scenario, files, read
from tests.scenarios.stage import RULES, SCRIPTED

SCENARIOS = [scenario for path in files() for scenario in read(path)]


class TestScenarios(StageCase):
    """One test for each scenario and driver, added below."""

    kits = tuple(sorted({scenario.kit for scenario in SCENARIOS}))


def _test(scenario: Scenario, driver: str) -> Callable[[TestScenarios], None]:
    def test(self: TestScenarios) -> None:
        outcome = self.stage.play(scenario, driver)
        wanted = scenario.wanted_of_script if driver == SCRIPTED else scenario.wanted
        told = "\n".join(("", *outcome.transcript))
        assert problems(wanted, outcome) == [], told

    return test


for _scenario in SCENARIOS:
    for _driver in (RULES, SCRIPTED):
        _name = re.sub(r"\W+", "_", f"test_{_scenario.file}__{_scenario.name}__{_driver}")
        assert not hasattr(TestScenarios, _name), _name
        setattr(TestScenarios, _name, _test(_scenario, _driver))
