"""One id from a request to all that it causes: the webhook's row, the task, the text, and every log line on the way.

Per thread and task of work, never global: whoever begins something of another cause says so by `of`.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 64
# What a log line, a header and a column take as it is; eight characters so that nobody counts up from 1.
_WELL_FORMED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{8,64}", re.ASCII)
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of what is being done, "" of what nobody asked for."""
    return _current.get()


def accepted(header: str) -> str:
    """`header` if it is well-formed, at most 64 characters and not a bare number; else a new id."""
    return header if _WELL_FORMED.fullmatch(header) else uuid.uuid4().hex


@contextmanager
def of(request_id: str) -> Iterator[None]:
    """All that is done inside belongs to this request."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


def go_on_with(request_id: str) -> None:
    """From now on this thread works for this request, until it is told otherwise: for callbacks without an end."""
    _current.set(request_id)
