"""One shape for everything that went wrong (RFC 9457): a code for programs, a sentence for people."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from recoverline.lib.text import clean_inbound

CONTENT_TYPE = "application/problem+json"


class ProblemShape(serializers.Serializer):
    """`code` is stable and `detail` is not. `errors` names the fields at fault, each with its sentences."""

    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


class Problem(Exception):
    """Ends a request with an answer of our own. `also`: what else a program may want to know, as plain values."""

    def __init__(self, status: int, code: str, detail: str, **also: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.also = status, code, detail, also


_TITLES: Mapping[int, str] = {
    400: "Not understood",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "No such method here",
    406: "Only JSON is spoken here",
    409: "Not possible now",
    413: "Too large",
    415: "Only JSON is read here",
    422: "Not possible",
    429: "Too many requests",
}
_CODES: Mapping[int, str] = {
    400: "malformed",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def answer(status: int, code: str, detail: str, **also: Any) -> Response:
    """The problem as an answer of the API."""
    body = {"title": _TITLES.get(status, "Problem"), "status": status, "code": code, "detail": detail, **also}
    return Response(body, status=status, content_type=CONTENT_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """For settings.REST_FRAMEWORK: every refusal of a view in one shape. None: our own fault, Django says so."""
    if isinstance(error, Problem):
        return answer(error.status, error.code, error.detail, **error.also)
    if isinstance(error, exceptions.ValidationError):
        return answer(400, "invalid", "Some fields are not as they must be.", errors=_flat(error.detail))
    if isinstance(error, RequestDataTooBig):
        return answer(413, "too_large", "At most a megabyte.")
    if isinstance(error, SuspiciousOperation | RecursionError):
        return answer(400, "malformed", "This cannot be read.")
    known = exception_handler(error, context)
    if known is None:
        return None
    said = "Nothing is here, or nothing that you may see." if isinstance(error, Http404) else ""
    if isinstance(error, PermissionDenied):
        said = "This token may not do that."
    if not said:
        detail = getattr(error, "detail", "")
        said = str(detail)
    found = answer(known.status_code, _CODES.get(known.status_code, "problem"), said)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in known.headers:
            found[name] = known.headers[name]
    return found


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested errors as {"consent.text": ["..."]}; those of no field in particular under "request"."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else _sayable(name)
            found |= _flat(inner, ".".join(filter(None, (path, own))))
        return found
    if isinstance(detail, list):
        if any(isinstance(item, dict | list) for item in detail):
            return {
                name: said
                for place, item in enumerate(detail)
                for name, said in _flat(item, f"{path}.{place}".lstrip(".")).items()
            }
        return {path or "request": [_sayable(item) for item in detail]}
    return {path or "request": [_sayable(detail)]}


def _sayable(said: Any) -> str:
    """What may repeat what somebody sent, without what cannot be encoded."""
    return clean_inbound(str(said), 300)
