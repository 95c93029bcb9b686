"""Each request has an id: the one that a proxy in front gave it, or a new one. The answer names it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recoverline.lib import request_ids

HEADER = "X-Request-Id"


class RequestIds:
    """The outermost middleware: whatever is logged, stored or queued inside belongs to the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with request_ids.of(request_ids.accepted(request.headers.get(HEADER, ""))):
            answer = self.get_response(request)
            answer[HEADER] = request_ids.current()
        return answer
