"""Errors reported to Sentry, or to what speaks its protocol. Loaded only where SENTRY_DSN is set (recoverline.apps).

What leaves: the error, the lines of code it came through, the request's id and its method. Not: anything of the
request's content, who was signed in, values of variables; and every string goes through the filter of the logs.
"""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from recoverline.lib import request_ids
from recoverline.lib.logs import mask_personal

# Of a report only these parts are of use; whatever else a later version of the library adds stays here.
KEPT = frozenset(
    {"event_id", "timestamp", "level", "logger", "logentry", "message", "exception", "platform", "transaction",
     "release", "environment", "server_name", "sdk", "contexts", "modules", "threads"}
)  # fmt: skip


def start() -> None:
    """From now on this process reports its errors."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they quote queries and log lines from before the error
        traces_sample_rate=0.0,
        auto_session_tracking=False,
        before_send=scrub,
        default_integrations=True,
        # Lines of our own that say ERROR are reported as well; without middleware spans nothing is added to a request.
        integrations=[DjangoIntegration(middleware_spans=False), LoggingIntegration(level=None)],
    )


def scrub(event: Any, hint: dict[str, Any]) -> Any:
    """The report as it leaves."""
    kept = {name: _masked(value) for name, value in event.items() if name in KEPT}
    kept["tags"] = {"request_id": request_ids.current() or "-"}
    return kept


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_personal(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items() if name not in ("vars", "cookies", "headers")}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
