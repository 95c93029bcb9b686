"""What of an error leaves for Sentry, and that nothing is loaded without it."""

import json
import os
import subprocess
import sys
from typing import Any

from recoverline import error_tracking
from recoverline.lib import request_ids
from tests.recoverline.source import imports, modules

REPORT: dict[str, Any] = {
    "event_id": "1", "level": "error",
    "message": "no text to +16025550142",
    "exception": {"values": [{
        "type": "ValueError", "value": "ana@example.com at (602) 555-0142",
        "stacktrace": {"frames": [{"function": "send", "lineno": 7, "vars": {"body": "My basement floods"}}]},
    }]},
    "request": {"url": "https://x/b/secret", "data": {"body": "My basement floods"}, "cookies": {"a": "b"}},
    "user": {"id": 1, "ip_address": "203.0.113.7"},
    "breadcrumbs": {"values": [{"message": "SELECT My basement floods"}]},
    "extra": {"sys.argv": ["x"]},
}  # fmt: skip


def test_only_the_error_leaves_and_nothing_of_anybody() -> None:
    with request_ids.of("abc-12345"):
        sent = error_tracking.scrub(REPORT, {})
    assert sent["tags"] == {"request_id": "abc-12345"}
    assert sent["message"] == "no text to ***0142"
    (error,) = sent["exception"]["values"]
    assert (error["value"], error["stacktrace"]["frames"]) == (
        "***@example.com at ***0142", [{"function": "send", "lineno": 7}]
    )  # fmt: skip
    said = json.dumps(sent)
    for word in ("5550142", "basement", "secret", "203.0.113.7", "cookies", "SELECT", "argv"):
        assert word not in said


REPORTING = """
import django; django.setup()
import logging, sentry_sdk
client = sentry_sdk.get_client()
sent = []
client.transport.capture_envelope = lambda envelope: sent.append(envelope.get_event())
logging.getLogger("messaging").error("text to %s failed", "+16025550142")
try:
    body = "My basement floods"
    raise ValueError("ana@example.com")
except ValueError as error:
    sentry_sdk.capture_exception(error)
import json; print(json.dumps(sent, default=str))
"""


def run(program: str, **environ: str) -> str:
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **environ}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=surroundings, check=True)
    return done.stdout.strip().splitlines()[-1]


def test_without_an_address_the_library_is_not_even_loaded() -> None:
    """One module imports it, and that one is loaded by its name alone, where there is an address."""
    assert [name for name, tree in modules().items() if "sentry_sdk" in imports(tree)] == ["recoverline.error_tracking"]
    assert [name for name, tree in modules().items() if "recoverline.error_tracking" in imports(tree)] == []


def test_the_library_itself_sends_what_is_left() -> None:
    sent = json.loads(run(REPORTING, SENTRY_DSN="http://key@127.0.0.1:9/1"))
    assert len(sent) == 2
    said = json.dumps(sent)
    assert "ValueError" in said
    for word in ("5550142", "basement", "ana@"):
        assert word not in said
