"""One door per dangerous act: nobody else does it."""

import ast

import pytest

from tests.recoverline.source import ROOT, calls, imports, modules


def importers(*names: str) -> set[str]:
    return {
        module
        for module, tree in modules().items()
        if any(used == name or used.startswith(f"{name}.") for used in imports(tree) for name in names)
    }


def callers(*endings: str) -> set[str]:
    """Who calls something whose dotted name ends in whole words of these."""
    whole = tuple(f".{ending.lstrip('.')}" for ending in endings)
    return {module for module, tree in modules().items() if any(f".{call}".endswith(whole) for call in calls(tree))}


def makers(model: str) -> set[str]:
    """Who makes rows of `model`."""
    ways = {model, *(f"{model}.objects.{way}" for way in ("create", "bulk_create", "get_or_create"))}
    return {module for module, tree in modules().items() if ways & set(calls(tree))}


def test_only_the_queue_module_touches_the_queue() -> None:
    assert importers("django_q.tasks", "django_q.brokers") == {"recoverline.lib.queue"}


def test_only_the_outbox_hands_a_text_to_a_carrier() -> None:
    senders = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send"
        and isinstance(node.func.value, ast.Call)
        and ast.unparse(node.func.value.func) == "carrier_for"
    }
    assert senders == {"messaging.outbound"}


def test_only_the_adapter_talks_to_the_carriers_messages() -> None:
    assert callers("messages.create") == {"messaging.carriers.twilio"}


def test_only_the_adapter_makes_calls_and_only_alerts_ask_for_them() -> None:
    assert callers("calls.create") == {"messaging.carriers.twilio"}
    assert makers("OutboundCall") == {"messaging.escalation.calls"}
    assert callers("ring_own") == {"messaging.connecting"}  # a number of ours, to prove it


def test_only_events_writes_the_timeline() -> None:
    assert callers("LeadEvent.objects.create", "LeadEvent.objects.bulk_create", "LeadEvent") == {"leads.events"}


def test_only_announcing_puts_an_event_on_its_way_and_one_place_posts_it() -> None:
    assert makers("WebhookDelivery") == {"leads.webhooks.announcing", "leads.webhooks.endpoints"}  # the latter: tests
    assert importers("standardwebhooks") == {"leads.webhooks.signing", "messaging.carriers.webhook"}
    assert callers("delivering.post") == set()
    assert importers("leads.webhooks.delivering") <= {"leads.webhooks.rounds"}


def test_only_the_http_door_opens_sockets() -> None:
    """The SDK's client has its own door (the adapter); the simulator posts to ourselves."""
    libraries = (
        "requests",
        "requests_hardened",
        "urllib.request",
        "urllib3",
        "http.client",
        "httpx",
        "socket",
        "aiohttp",
    )
    assert {name for name in importers(*libraries) if not name.startswith("messaging.simulator")} <= {
        "recoverline.lib.http",
        "messaging.sender",  # wakes its own main thread through a pair of sockets
        "recoverline.lib.arrivals",  # asks the kernel about a connection that is there
        "recoverline.processes",  # asks whether the web server answers yet
        "messaging.carriers.twilio",
        "messaging.carriers.twilio_api",
        "messaging.carriers.twilio_results",
        "messaging.carriers.simulator",
    }


def test_only_one_module_speaks_caldav() -> None:
    assert importers("caldav") == {"scheduling.calendars.caldav_client"}


def test_only_two_places_create_the_rows_that_make_texts() -> None:
    assert callers(
        "Message.objects.create", "Message.objects.bulk_create", "Message.objects.get_or_create", "Message"
    ) <= {
        "messaging.outbound",
        "messaging.text_events",
        "messaging.delivery",
        "messaging.simulator.history",
    }


def test_only_the_door_makes_appointments() -> None:
    assert makers("Appointment") == {"scheduling.drafts"}  # called by the door alone


def test_only_claims_take_time() -> None:
    assert makers("Claim") == {"scheduling.claims"}


def test_only_the_door_and_its_claims_change_an_appointments_state() -> None:
    """A status that is written elsewhere would go around the claims."""
    writers = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("CONFIRMED", "HOLD", "CANCELED", "REQUESTED", "COMPLETED", "NO_SHOW", "EXPIRED")
        and ast.unparse(node.value) == "AppointmentStatus"
        and _is_written(tree, node)
    }
    assert writers <= {"scheduling.booking", "scheduling.claims", "scheduling.drafts"}
    assert importers("scheduling.drafts") == {"scheduling.booking"}
    # Others may hold the rows to wait their turn, never take or give time.
    takers = callers("claims.assign", "claims.release", "claims.end_holds", "claims.drop_expired")
    assert takers == {"scheduling.booking"}


def _is_written(tree: ast.AST, value: ast.Attribute) -> bool:
    """Whether the value is assigned to a status, or handed to an update of one."""
    assigned = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(ast.unparse(target).endswith(".status") for target in node.targets)
    ]
    updated = [
        item.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".update")
        for item in node.keywords
        if item.arg == "status"
    ]
    return any(value in ast.walk(written) for written in (*assigned, *updated))


@pytest.mark.parametrize("word", ["mark_safe", "eval", "exec", "os.system", "extra", "RawSQL", "yaml.load"])
def test_nobody_uses(word: str) -> None:
    assert callers(f".{word}") | {module for module, tree in modules().items() if word in calls(tree)} == set()


def test_templates_never_switch_escaping_off() -> None:
    pages = [
        path
        for path in (ROOT / "templates").rglob("*.html")
        if "|safe" in path.read_text() or "autoescape off" in path.read_text()
    ]
    assert pages == []
