"""What the machine-readable description says of each address: its scope, its problems, its idempotency key."""

from functools import cache
from typing import Any

import yaml
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.fields import ChoiceField

from leads.api_tokens import SCOPES
from recoverline.api.idempotency import LONGEST
from recoverline.api.problems import CONTENT_TYPE, ProblemShape

_IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description=(
        f"At most {LONGEST} characters of your own, new for each thing that shall happen. The same request with the "
        "same key within a day gets the first answer again and has no second effect."
    ),
)  # fmt: skip
_PROBLEMS = {
    "400": "Not understood: `errors` names the fields.",
    "401": "No token, or none that is valid.",
    "403": "The token lacks the scope.",
    "404": "Nothing is here, or nothing of yours.",
    "409": "Not possible as things stand: `code` says why.",
    "413": "Larger than a megabyte.",
    "415": "Only JSON is read here.",
    "422": "The idempotency key came with another request before.",
    "429": "Too many requests: wait as long as `Retry-After` says.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "recoverline.api.tokens.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A token of the business, made in the settings."}


class ApiSchema(AutoSchema):
    """An operation as drf-spectacular reads it from the view, and what all of ours have in common."""

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[3]]

    def get_override_parameters(self) -> list[Any]:
        return [_IDEMPOTENCY] if self.method == "POST" and hasattr(self.view, "scopes") else []

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        """A choice that nobody has made yet is an empty text, which drf-spectacular leaves out of what is only read."""
        found: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        if model is None or not isinstance(field, ChoiceField) or not field.read_only:
            return found
        if model._meta.get_field(field.source).blank and "" not in found.get("enum", [""]):
            found["enum"] = [*found["enum"], ""]
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        scope = getattr(self.view, "scopes", {}).get(getattr(self.view, "action", None))
        if scope is not None:
            operation["x-scope"] = scope
        problem = self.resolve_serializer(ProblemShape, "response").ref
        for status in self._problems(has_scope=scope is not None):
            operation["responses"].setdefault(
                status, {"description": _PROBLEMS[status], "content": {CONTENT_TYPE: {"schema": problem}}}
            )
        if self.method == "GET":
            # The web server's own answer, before any of ours.
            operation["responses"]["414"] = {"description": "The address is longer than 4,094 characters."}
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "application/json" in response.get("content", {}):
                response["content"][CONTENT_TYPE] = response["content"].pop("application/json")
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _problems(self, *, has_scope: bool) -> list[str]:
        found = ["400", "404", "429"]
        if has_scope:
            found += ["401", "403"]
        if self.method != "GET":
            found += ["409", "413", "415"]
        if self.method == "POST" and has_scope:
            found.append("422")
        if self.method == "GET" and self.path.endswith("/availability/"):
            found.append("409")
        return found


@cache
def described() -> dict[str, Any]:
    """The API as OpenAPI 3.0, the same in every process."""
    schema: dict[str, Any] = SchemaGenerator(urlconf="recoverline.api.root").get_schema(request=None, public=True)
    schema["info"]["x-scopes"] = SCOPES
    return schema


@cache
def as_yaml() -> str:
    return yaml.safe_dump(_plain(described()), sort_keys=False, allow_unicode=True, width=120)


def _plain(value: Any) -> Any:
    """Without the subclasses of str and dict that YAML would have to name."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) or value.__class__.__name__ == "__proxy__" else value
