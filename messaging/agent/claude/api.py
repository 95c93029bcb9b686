"""One request to the Messages API and its answer, by the clock on the wall. The only import of the SDK.

The SDK's timeout is for one socket operation: an answer that arrives byte by byte never reaches it. So the request runs
on a thread of its own, and whoever asked stops waiting when the time is up.
"""

import json
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import anthropic

from messaging.agent.claude.failures import FailureReason, ModelFailed
from messaging.agent.claude.reply import Answer

OFFICIAL_URL = "https://api.anthropic.com"

_BY_STATUS = {
    401: FailureReason.BAD_KEY,
    402: FailureReason.NO_CREDIT,
    403: FailureReason.BAD_KEY,
    408: FailureReason.TIMEOUT,
    429: FailureReason.RATE_LIMITED,
    504: FailureReason.TIMEOUT,
    **dict.fromkeys((400, 404, 413, 422), FailureReason.BAD_REQUEST),
}


class _Kept(threading.local):
    """The last client of this thread, so that connections are used again."""

    made_for: tuple[int, str, str] | None = None
    client: anthropic.Anthropic | None = None


_kept = _Kept()


def ask(request: Mapping[str, Any], *, api_key: str, base_url: str, seconds: float) -> Answer:
    """POST /v1/messages once, without a second try. Raises ModelFailed no later than `seconds` from now.

    `request` is the body, which must be JSON. An empty `base_url` is the official one.
    """
    if not api_key:
        raise ModelFailed(FailureReason.NO_KEY)
    if not (api_key.isascii() and api_key.isprintable()):
        # It would fail inside a header, in an error that quotes it.
        raise ModelFailed(FailureReason.BAD_KEY, "the key holds characters that no key has")
    started = time.monotonic()
    client = _client(api_key, base_url or OFFICIAL_URL)
    left = seconds - (time.monotonic() - started)
    if left <= 0:
        raise ModelFailed(FailureReason.TIMEOUT, f"no time left of {seconds:.1f} s")
    waiting: Future[Answer] = Future()

    def run() -> None:
        try:
            waiting.set_result(_post(client.with_options(timeout=left), request))
        except BaseException as error:
            waiting.set_exception(error)

    threading.Thread(target=run, name="claude-call", daemon=True).start()
    try:
        return waiting.result(timeout=left)
    except TimeoutError:
        # Closing the sockets ends the abandoned thread at the next byte; in silence its own timeout does.
        _forget()
        raise ModelFailed(FailureReason.TIMEOUT, f"no whole answer within {seconds:.1f} s") from None
    except (anthropic.AnthropicError, ValueError) as error:
        raise _failure(error) from error


def _post(client: anthropic.Anthropic, request: Mapping[str, Any]) -> Answer:
    raw = client.messages.with_raw_response.create(**request)
    request_id = raw.headers.get("request-id") or ""
    try:
        return Answer(json.loads(raw.http_response.content), request_id)
    except ValueError as error:
        raise ModelFailed(FailureReason.MALFORMED, f"{error}"[:300], request_id=request_id) from error


def _client(api_key: str, base_url: str) -> anthropic.Anthropic:
    """This thread's client. A forked process must not share its parent's connections, so the process is asked too."""
    made_for = (os.getpid(), api_key, base_url)
    if _kept.client is None or _kept.made_for != made_for:
        # Key and address are always given: the SDK would look for them in the environment and in its own folder.
        # It would also wait as long as `retry-after` says, an hour if need be, so it never tries again by itself.
        _kept.client = anthropic.Anthropic(api_key=api_key, base_url=base_url, max_retries=0)
        _kept.made_for = made_for
    return _kept.client


def _forget() -> None:
    if _kept.client is not None:
        _kept.client.close()
    _kept.client = _kept.made_for = None


def _failure(error: Exception) -> ModelFailed:
    if isinstance(error, anthropic.APITimeoutError):
        return ModelFailed(FailureReason.TIMEOUT, "the connection fell silent")
    if isinstance(error, anthropic.APIConnectionError):
        return ModelFailed(FailureReason.UNREACHABLE, f"{type(error.__cause__).__name__}: {error.__cause__}"[:300])
    if isinstance(error, anthropic.APIStatusError):
        status = error.status_code
        reason = _BY_STATUS.get(status, FailureReason.OVERLOADED if status >= 500 else FailureReason.UNKNOWN)
        if error.type == "billing_error":
            reason = FailureReason.NO_CREDIT
        detail = f"{status} {error.type or ''} {error.api_message or ''}".strip()[:300]
        retry_after = _seconds(error.response.headers.get("retry-after"))
        return ModelFailed(reason, detail, retry_after=retry_after, request_id=error.request_id or "")
    if isinstance(error, ValueError):
        return ModelFailed(FailureReason.MALFORMED, f"{type(error).__name__}: {error}"[:300])
    return ModelFailed(FailureReason.UNKNOWN, f"{type(error).__name__}: {error}"[:300])


def _seconds(header: str | None) -> float | None:
    """The seconds that `header` says; None for a date, which only proxies write, and for nonsense."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
