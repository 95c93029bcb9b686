"""Reading the files: what they say in short, and what they may not say."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios.scenario import Line, Misspelled, read

HEAD: dict[str, Any] = {"kit": "dental", "defaults": {"now": "2026-11-20 10:00", "number": "+16145550120"}}


def written(folder: Path, **changes: Any) -> Path:
    row = {"name": "a", "lines": ["hello"], "model": [[{"say": "Hi"}]], **changes}
    path = folder / "file.yaml"
    path.write_text(yaml.safe_dump({**HEAD, "scenarios": [row]}))
    return path


def test_every_kind_of_line(tmp_path: Path) -> None:
    lines = [
        "one", ["two", "three"], {"picture": ""}, {"staff": "Hi"}, {"wait": "20m"}, {"taken": 2}, {"hand_back": True},
    ]  # fmt: skip
    (found,) = read(written(tmp_path, lines=lines, model=[[], [], []]))
    assert found.lines == (
        Line("customer", ("one",)), Line("customer", ("two", "three")), Line("picture", ("",)), Line("staff", ("Hi",)),
        Line("wait", delay=timedelta(minutes=20)), Line("taken", number=2), Line("hand_back"),
    )  # fmt: skip


def test_the_scripted_model_may_end_otherwise(tmp_path: Path) -> None:
    changes = {"expect": {"handed_off": False}, "with_model": {"expect": {"handed_off": True}, "max_texts": 1}}
    (found,) = read(written(tmp_path, must_say=["a", ["b", "c"]], **changes))
    assert (found.wanted.expect["handed_off"], found.wanted.max_texts) == (False, 12)
    assert (found.wanted_of_script.expect["handed_off"], found.wanted_of_script.max_texts) == (True, 1)
    assert found.wanted.must_say == found.wanted_of_script.must_say == (("a",), ("b", "c"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mustsay": []}, "file: a: unknown: mustsay"),
        ({"expect": {"booked": None}}, "file: a: unknown: booked"),
        ({"expect": {"lead": {"city": "Mesa"}}}, "file: a: unknown: city"),
        ({"lines": [{"waits": "1h"}]}, "file: a: no such line: {'waits': '1h'}"),
        ({"lines": [{"wait": "1 week"}]}, "file: a: no such line: {'wait': '1 week'}"),
        ({"model": []}, "file: a: 1 bursts of the customer, but the model has steps for 0"),
        ({"model": [[{"with": {}}]]}, "file: a: a step says, uses or fails: {'with': {}}"),
        ({"model": [[{"say": "a", "use": "b"}]]}, "file: a: a step says, uses or fails: {'say': 'a', 'use': 'b'}"),
    ],
)
def test_what_the_format_does_not_know(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(Misspelled) as refused:
        read(written(tmp_path, **changes))
    assert str(refused.value) == told
