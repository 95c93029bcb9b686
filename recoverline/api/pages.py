"""PURE: the description of the API as the values of a page that people read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` in words: "text", "one of open, done"; `about` a sentence or ""."""

    name: str
    kind: str
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`anchor` is unlike any other's on the page."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    filters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    operations: tuple[Operation, ...]


def sections(schema: Schema) -> list[Section]:
    """One for each kind of row, in the order of the addresses."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(schema, path, method, operation))
    return [Section(name, tuple(rows)) for name, rows in found.items()]


def _operation(schema: Schema, path: str, method: str, operation: Schema) -> Operation:
    body = _content(operation.get("requestBody", {}))
    answers = (response for status, response in sorted(operation["responses"].items()) if status.startswith("2"))
    answer = _followed(schema, _content(next(answers, {})))
    results = answer.get("properties", {}).get("results")
    is_list = results is not None or answer.get("type") == "array"
    row = results["items"] if results and "items" in results else answer.get("items", answer)
    return Operation(
        anchor=operation["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        about=operation.get("description", ""),
        scope=operation.get("x-scope", ""),
        filters=tuple(_filters(schema, operation)),
        body=tuple(_fields(schema, body)),
        answer=tuple(_fields(schema, row)),
        is_list=is_list,
    )


def _filters(schema: Schema, operation: Schema) -> Iterator[Field]:
    for row in operation.get("parameters", ()):
        if row["in"] == "query":
            yield _field(schema, row["name"], {**row["schema"], "description": row.get("description", "")}, False)


def _fields(schema: Schema, shape: Schema, prefix: str = "") -> Iterator[Field]:
    shape = _followed(schema, shape)
    required = shape.get("required", ())
    for name, inner in shape.get("properties", {}).items():
        yield _field(schema, f"{prefix}{name}", inner, name in required)
        below = _followed(schema, inner)
        nested = _followed(schema, below.get("items", below))
        if nested.get("properties"):
            yield from _fields(schema, nested, f"{prefix}{name}.")


def _field(schema: Schema, name: str, inner: Schema, is_required: bool) -> Field:
    about = inner.get("description", "")
    # drf-spectacular repeats the choices as a list; the kind says them in one line.
    return Field(name, _kind(_followed(schema, inner)), is_required, about.partition("\n")[0].lstrip("* "))


def _kind(shape: Schema) -> str:
    if "oneOf" in shape:
        return _kind({"enum": [value for part in shape["oneOf"] for value in part.get("enum", ())]})
    if "enum" in shape:
        return "one of " + ", ".join(str(value) for value in shape["enum"] if value not in ("", None))
    words = {"uuid": "id", "date-time": "instant", "date": "day", "email": "e-mail", "uri": "address"}
    names = {"string": "text", "integer": "number", "boolean": "yes or no", "array": "list", "object": "object"}
    kind = words.get(shape.get("format", "")) or names.get(shape.get("type", ""), "object")
    return f"{kind} or null" if shape.get("nullable") else kind


def _content(part: Schema) -> Schema:
    kinds = part.get("content", {})
    shape: Schema = next((kind["schema"] for kind in kinds.values()), {})
    return shape


def _followed(schema: Schema, shape: Schema) -> Schema:
    """The shape that a reference leads to."""
    if "allOf" in shape and len(shape["allOf"]) == 1:
        return {**_followed(schema, shape["allOf"][0]), **{key: shape[key] for key in shape if key != "allOf"}}
    if "$ref" not in shape:
        return shape
    found: Schema = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return _followed(schema, found)
