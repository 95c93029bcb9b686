"""YAML in and out for business files: every value keeps its path and its line, and nothing is guessed about its type.

Scalars are read as the text that was written, so 18:00 stays a time, 01234 a postal code and +15555550100 a number;
whoever asks for a value says what it must be. Nothing is ever constructed from a tag.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

MOST_BYTES = 1_000_000
MOST_EVENTS = 200_000
MOST_ALIASES = 100
# Aliases make a small file a large tree ("billion laughs"): what counts is the tree.
MOST_VALUES = 50_000
DEEPEST = 20

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_QUOTES = frozenset("'\"|>")
# Line ends to YAML that would come back as others, or as spaces, from anything but double quotes.
_ODD_LINE_ENDS = re.compile("[\r\x85\u2028\u2029]")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True)
class ConfigError:
    """What is wrong at one place of the file, and what to change. `line` counts from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.message}" if self.path else f"line {self.line}: {self.message}"


class ConfigErrors(Exception):
    """Everything that is wrong with a file, in its order. Nothing of it was saved."""

    def __init__(self, errors: list[ConfigError]) -> None:
        self.errors = errors
        super().__init__("\n".join(map(str, errors)))


class Problem(Exception):
    """One error, on its way to the list."""

    def __init__(self, node: "Node", message: str) -> None:
        super().__init__(message)
        self.error = ConfigError(node.path, node.line, message)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file: text, nothing (None), a list or a mapping. The line is that of its key, if it has one."""

    path: str
    line: int
    value: "str | tuple[Node, ...] | Mapping[str, Node] | None"

    def as_text(self) -> str:
        if not isinstance(self.value, str):
            raise Problem(self, "A text belongs here, not a list or a group of keys.")
        return self.value

    def as_list(self) -> "tuple[Node, ...]":
        if self.value is None:
            return ()
        if not isinstance(self.value, tuple):
            raise Problem(self, "A list belongs here: one entry a line, each after “- ”.")
        return self.value

    def as_mapping(self) -> "Mapping[str, Node]":
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            raise Problem(self, "Keys with values belong here, such as “name: Main office”.")
        return self.value

    def changed(self, path: str, text: str) -> "Node":
        """This tree with `text` at `path` ("numbers[0].number"); a key that is not there yet is added."""
        return self._changed(_STEP.findall(path), text)

    def _changed(self, steps: list[tuple[str, str]], text: str) -> "Node":
        if not steps:
            return replace(self, value=text)
        (index, key), rest = steps[0], steps[1:]
        if key:
            fields = dict(self.as_mapping())
            child = fields.get(key) or Node(_below(self.path, key), self.line, None)
            return replace(self, value={**fields, key: child._changed(rest, text)})
        items = list(self.as_list())
        if int(index) >= len(items):
            raise Problem(self, f"There is no entry {int(index) + 1} here.")
        items[int(index)] = items[int(index)]._changed(rest, text)
        return replace(self, value=tuple(items))


def read(text: str) -> Node:
    """The whole file. Raises ConfigErrors."""
    top = Node("", 1, None)
    try:
        if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise Problem(top, "The file is larger than 1 MB. A business file is a few pages of text.")
        _scan(text)
        tree = yaml.compose(text, Loader=_Loader)
    except Problem as problem:
        raise ConfigErrors([problem.error]) from None
    except yaml.YAMLError as error:
        raise ConfigErrors([_syntax_error(error, text)]) from None
    if tree is None:
        return top
    converter = _Converter()
    try:
        root = converter.convert(tree, "", 1, 0)
    except Problem as problem:
        converter.errors.append(problem.error)
    if converter.errors:
        raise ConfigErrors(sorted(converter.errors, key=lambda error: error.line))
    return root


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint to append to a message: the nearest of `known`, else all of them if they are few."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f" Did you mean “{near[0]}”?"
    return f" Known here: {', '.join(known)}." if known and len(known) <= 24 else ""


def _scan(text: str) -> None:
    """Refuse what could exhaust the composer, which works by recursion, before it sees it."""
    depth = aliases = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        here = Node("", event.start_mark.line + 1 if event.start_mark else 1, None)
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag is not None:
            raise Problem(here, "Tags (words that begin with “!”) do not belong in this file.")
        if depth > DEEPEST or aliases > MOST_ALIASES or count > MOST_EVENTS:
            raise Problem(here, "This is nested too deeply, or repeats (*name) too much, to be a business file.")


def _syntax_error(error: yaml.YAMLError, text: str) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        line = min(mark.line + 1, max(text.count("\n") + (not text.endswith("\n")), 1))
        problem = getattr(error, "problem", "")
        return ConfigError("", line, f"This is not YAML: {problem}. Look at indentation, colons and quotes.")
    line = text.count("\n", 0, max(getattr(error, "position", 0), 0)) + 1
    return ConfigError("", line, "There is a character here that no text file may hold.")


@dataclass(slots=True)
class _Converter:
    errors: list[ConfigError] = field(default_factory=list)
    values: int = 0

    def convert(self, node: yaml.Node, path: str, line: int, depth: int) -> Node:
        here = Node(path, line, None)
        self.values += 1
        if depth > DEEPEST or self.values > MOST_VALUES:
            raise Problem(here, "This repeats itself (*name) until it is too large to be a business file.")
        if isinstance(node, yaml.ScalarNode):
            is_nothing = node.style not in _QUOTES and node.value in _NOTHING
            return here if is_nothing else replace(here, value=str(node.value))
        if isinstance(node, yaml.SequenceNode):
            items = [
                self.convert(item, f"{path}[{index}]", item.start_mark.line + 1, depth + 1)
                for index, item in enumerate(node.value)
            ]
            return replace(here, value=tuple(items))
        return replace(here, value=dict(self._pairs(node, path, depth)))

    def _pairs(self, node: yaml.Node, path: str, depth: int) -> Iterator[tuple[str, Node]]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.errors.append(ConfigError(path, line, "A key must be a plain word."))
                continue
            name = str(key.value)
            where = _below(path, name)
            if name in lines:
                message = f"“{name}” is written twice here; the first is in line {lines[name]}. Keep one."
                self.errors.append(ConfigError(where, line, message))
                continue
            lines[name] = line
            yield name, self.convert(value, where, line, depth + 1)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


# ---------------------------------------------------------------- writing


class Quoted(str):
    """Written in double quotes, for values that other YAML readers would take for something else."""


class Plain(str):
    """Written as it is."""


class Inline(list[Any]):
    """Written in brackets on one line."""


# Texts longer than LONG are folded at WIDTH.
LONG = 80
WIDTH = 110


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        # List entries stand under their key, indented, as people write them.
        super().increase_indent(flow, False)


def _write_text(dumper: _Dumper, text: str) -> yaml.Node:
    # Line ends and runs of spaces do not survive folding. What would be read as a number gets the quotes people use.
    style = None
    if _ODD_LINE_ENDS.search(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    elif len(text) > LONG and "  " not in text and text == text.strip():
        style = ">"
    elif dumper.resolve(yaml.ScalarNode, text, (True, False)) != "tag:yaml.org,2002:str":
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_plain(dumper: _Dumper, text: Plain) -> yaml.Node:
    return dumper.represent_scalar(dumper.resolve(yaml.ScalarNode, str(text), (True, False)), str(text))


def _write_quoted(dumper: _Dumper, text: Quoted) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


def _write_inline(dumper: _Dumper, items: Inline) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(Plain, _write_plain)
_Dumper.add_representer(Quoted, _write_quoted)
_Dumper.add_representer(Inline, _write_inline)


def write(key: str, value: object) -> str:
    """One top-level key as YAML text that `read` gives back exactly."""
    written: str = yaml.dump(
        {key: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False
    )
    return written
