"""A scenario as a value, and its file; the format is in the README beside this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CUSTOMER = ("customer", "picture")
MOST_TEXTS = 12

_KEYS = frozenset({
    "name", "tags", "now", "number", "missed_call", "taken", "lead", "robot", "lines", "model", "expect", "must_say",
    "must_not_say", "max_texts", "with_model",
})  # fmt: skip
_VARIED = frozenset({"expect", "must_say", "must_not_say", "max_texts"})
_LEAD_KEYS = frozenset({"name", "kind", "language", "visit"})
_LEAD_FACTS = frozenset({"service", "place", "urgency", "kind", "name", "address", "language"})
_STEPS = frozenset({"use", "with", "say", "fail", "sees", "times"})
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
# What happened by the end; what a file does not name must not have.
NOTHING: Mapping[str, Any] = {
    "booking": None, "service": "any", "lead": {}, "handed_off": False, "paused": False, "escalated": False,
    "opted_out": False, "callback": False, "drafted": False, "unanswered": False,
}  # fmt: skip


class Misspelled(ValueError):
    """A file says something that the format does not know."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens. `kind`: customer, picture, staff, wait, taken, hand_back; a burst has several texts."""

    kind: str
    texts: tuple[str, ...] = ()
    delay: timedelta = timedelta()
    number: int = 0

    @property
    def is_customer(self) -> bool:
        return self.kind in CUSTOMER


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold in the end. `expect` is whole: NOTHING with what the file says."""

    expect: Mapping[str, Any]
    must_say: tuple[tuple[str, ...], ...]
    must_not_say: tuple[str, ...]
    max_texts: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """`model`: the scripted steps, one list for each burst of the customer."""

    kit: str
    file: str
    name: str
    now: datetime  # naive, local
    number: str
    lines: tuple[Line, ...]
    model: tuple[tuple[Mapping[str, Any], ...], ...]
    wanted: Wanted
    wanted_of_script: Wanted
    tags: frozenset[str] = frozenset()
    missed_call: bool = True
    taken: tuple[Mapping[str, Any], ...] = ()
    lead: Mapping[str, Any] = field(default_factory=dict)
    robot: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_misbehaving(self) -> bool:
        return "misbehaving" in self.tags

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def files() -> list[Path]:
    return sorted(HERE.glob("*.yaml"))


def read(path: Path) -> list[Scenario]:
    """Every scenario of a file. Raises Misspelled, naming the scenario."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    _refuse_unknown(content, {"kit", "defaults", "scenarios"}, path.name)
    found = [
        _scenario({**content.get("defaults", {}), **row}, kit=content["kit"], file=path.stem)
        for row in content["scenarios"]
    ]
    names = [scenario.name for scenario in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Misspelled(f"{path.name}: twice: {', '.join(twice)}")
    return found


def _scenario(row: Mapping[str, Any], *, kit: str, file: str) -> Scenario:
    where = f"{file}: {row.get('name')}"
    _refuse_unknown(row, _KEYS, where)
    _refuse_unknown(row.get("lead", {}), _LEAD_KEYS, where)
    _refuse_unknown(row.get("with_model", {}), _VARIED, where)
    lines = tuple(_line(line, where) for line in row["lines"])
    model = tuple(tuple(steps) for steps in row["model"])
    bursts = sum(line.is_customer for line in lines)
    if len(model) != bursts:
        raise Misspelled(f"{where}: {bursts} bursts of the customer, but the model has steps for {len(model)}")
    for step in (step for steps in model for step in steps):
        _refuse_unknown(step, _STEPS, where)
        if len({"use", "say", "fail"} & set(step)) != 1:
            raise Misspelled(f"{where}: a step says, uses or fails: {step}")
    changed = row.get("with_model", {})
    both = {**row, **changed, "expect": {**row.get("expect", {}), **changed.get("expect", {})}}
    return Scenario(
        kit=kit, file=file, name=row["name"], now=_local(row["now"]), number=row["number"], lines=lines, model=model,
        wanted=_wanted(row, where), wanted_of_script=_wanted(both, where), tags=frozenset(row.get("tags", ())),
        missed_call=row.get("missed_call", True), taken=tuple(row.get("taken", ())), lead=row.get("lead", {}),
        robot=row.get("robot", {}),
    )  # fmt: skip


def _wanted(row: Mapping[str, Any], where: str) -> Wanted:
    expect = row.get("expect", {})
    _refuse_unknown(expect, set(NOTHING), where)
    _refuse_unknown(expect.get("lead", {}), _LEAD_FACTS, where)
    must_say = tuple(tuple([item] if isinstance(item, str) else item) for item in row.get("must_say", ()))
    return Wanted(
        {**NOTHING, **expect}, must_say, tuple(row.get("must_not_say", ())), row.get("max_texts", MOST_TEXTS)
    )  # fmt: skip


def _line(line: Any, where: str) -> Line:
    if isinstance(line, str):
        return Line("customer", (line,))
    if isinstance(line, Sequence):
        return Line("customer", tuple(line))
    match line:
        case {"picture": str(text), **rest} if not rest:
            return Line("picture", (text,))
        case {"staff": str(text), **rest} if not rest:
            return Line("staff", (text,))
        case {"wait": str(text), **rest} if not rest and text[-1:] in _UNITS:
            return Line("wait", delay=timedelta(**{_UNITS[text[-1]]: int(text[:-1])}))
        case {"taken": int(number), **rest} if not rest:
            return Line("taken", number=number)
        case {"hand_back": True, **rest} if not rest:
            return Line("hand_back")
    raise Misspelled(f"{where}: no such line: {line}")


def _local(text: str) -> datetime:
    """Naive: the zone is the number's."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


def _refuse_unknown(row: Mapping[str, Any], known: frozenset[str] | set[str], where: str) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise Misspelled(f"{where}: unknown: {', '.join(unknown)}")
