"""A plain typed function becomes a tool that a model may call. Pure.

The schema tells the model what to send; `Tool.call` checks again what came, because a schema is a promise of somebody
else, and patterns and lengths are not part of it.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from django.db.models import TextChoices

LONGEST_TEXT = 500
LONGEST_LIST = 20

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class ToolRefused(Exception):
    """A tool did nothing. `message` tells the model why, in words that say what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind`: str, int, bool, list, or a tuple of the texts allowed; `convert` makes of a text what the function takes.

    `is_nullable`: null may be sent. `has_default`: null means the function's own default.
    """

    name: str
    description: str
    kind: type[str] | type[int] | type[bool] | type[list[str]] | tuple[str, ...]
    convert: Callable[[str], object]
    is_nullable: bool
    has_default: bool

    def schema(self) -> dict[str, object]:
        shape: dict[str, object]
        if isinstance(self.kind, tuple):
            shape = {"type": "string", "enum": list(self.kind)}
        elif self.kind is list:
            shape = {"type": "array", "items": {"type": "string"}}
        else:
            shape = {"type": {str: "string", int: "integer", bool: "boolean"}[self.kind]}
        if self.is_nullable:
            shape = {"anyOf": [shape, {"type": "null"}]}
        return {**shape, "description": self.description} if self.description else shape

    def read(self, value: object) -> object:
        """What the function is given for `value`. Raises ToolRefused."""
        if value is None and self.is_nullable:
            return None
        if isinstance(self.kind, tuple):
            if not isinstance(value, str) or value not in self.kind:
                raise ToolRefused(f"{self.name} must be one of: {', '.join(self.kind)}.")
            return self.convert(value)
        if self.kind is list:
            if not isinstance(value, list):
                raise ToolRefused(f"{self.name} must be a list of texts.")
            if len(value) > LONGEST_LIST:
                raise ToolRefused(f"{self.name} must not hold more than {LONGEST_LIST} texts.")
            return [self._read_text(item) for item in value]
        if self.kind is str:
            return self._read_text(value)
        # To Python, true is also the number 1.
        if type(value) is not self.kind:
            raise ToolRefused(f"{self.name} must be {'true or false' if self.kind is bool else 'a whole number'}.")
        return value

    def _read_text(self, value: object) -> str:
        if not isinstance(value, str):
            raise ToolRefused(f"{self.name} must be a text." if self.kind is str else f"{self.name} must hold texts.")
        if len(value) > LONGEST_TEXT:
            raise ToolRefused(f"{self.name} must not be longer than {LONGEST_TEXT} characters.")
        # Neither database stores a NUL, and half of a surrogate pair is not a character.
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ToolRefused(f"{self.name} holds a character that cannot be stored.")
        return value


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: tuple[Parameter, ...]
    function: Callable[..., str]

    def schema(self) -> dict[str, object]:
        """The tool as the Messages API takes it. Every property is required: what is optional may be null."""
        return {
            "name": self.name,
            "description": self.description,
            "strict": True,
            "input_schema": {
                "type": "object",
                "properties": {parameter.name: parameter.schema() for parameter in self.parameters},
                "required": [parameter.name for parameter in self.parameters],
                "additionalProperties": False,
            },
        }

    def call(self, arguments: object) -> str:
        """Run the function on `arguments` as the model wrote them, and give back what it says.

        Raises ToolRefused for arguments that do not fit and for whatever the function itself refuses. Anything else
        that the function raises is a defect and passes through. What may be null may also be left out.
        """
        if not isinstance(arguments, Mapping):
            raise ToolRefused(f"The arguments of {self.name} must be an object.")
        known = {parameter.name for parameter in self.parameters}
        unknown = [str(name)[:40] for name in arguments if name not in known]
        if unknown:
            raise ToolRefused(f"{self.name} takes no {', '.join(sorted(unknown)[:5])}.")
        taken: dict[str, object] = {}
        for parameter in self.parameters:
            if parameter.name not in arguments and not parameter.is_nullable:
                raise ToolRefused(f"{parameter.name} is missing.")
            value = parameter.read(arguments.get(parameter.name))
            if value is not None or not parameter.has_default:
                taken[parameter.name] = value
        return self.function(**taken)


def as_tool(function: Callable[..., str]) -> Tool:
    """The tool that `function` is: its name, the first paragraph of its docstring, its parameters.

    Parameters are str, int, bool, a Literal of texts, a StrEnum or TextChoices, list[str], or one of these `| None`;
    `Annotated[..., "text"]` describes one. A parameter with a default may be null as well, and then has its default.
    Raises TypeError for a function of any other shape: that is a defect, found when the tool is made.
    """
    name = function.__name__
    description = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    if not _NAME.fullmatch(name):
        raise TypeError(f"{name} is not a name for a tool")
    if not description:
        raise TypeError(f"{name} has no docstring to tell the model what it does")
    hints = get_type_hints(function, include_extras=True)
    if hints.get("return") is not str:
        raise TypeError(f"{name} must return str")
    parameters = inspect.signature(function).parameters.values()
    return Tool(name, description, tuple(_parameter(name, each, hints) for each in parameters), function)


def _parameter(function: str, parameter: inspect.Parameter, hints: Mapping[str, Any]) -> Parameter:
    where = f"{function}({parameter.name})"
    if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
        raise TypeError(f"{where} cannot be passed by name")
    if parameter.name not in hints:
        raise TypeError(f"{where} has no type")
    hint, description = _without_words(hints[parameter.name])
    is_nullable = False
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        if len(kinds) != 1:
            raise TypeError(f"{where} can be several things")
        is_nullable = len(kinds) < len(get_args(hint))
        hint, inner = _without_words(kinds[0])
        description = description or inner
    has_default = parameter.default is not inspect.Parameter.empty
    kind, convert = _kind(hint, where)
    return Parameter(parameter.name, description, kind, convert, is_nullable or has_default, has_default)


def _without_words(hint: Any) -> tuple[Any, str]:
    if get_origin(hint) is not Annotated:
        return hint, ""
    inner, *words = get_args(hint)
    return inner, next((word for word in words if isinstance(word, str)), "")


def _kind(hint: Any, where: str) -> tuple[Any, Callable[[str], object]]:
    if get_origin(hint) is Literal and all(isinstance(value, str) for value in get_args(hint)):
        return get_args(hint), str
    if isinstance(hint, type) and issubclass(hint, StrEnum | TextChoices):
        return tuple(member.value for member in hint), hint
    if hint in (str, int, bool):
        return hint, str
    if hint == list[str]:
        return list, str
    raise TypeError(f"{where} has a type that no schema is written for")
