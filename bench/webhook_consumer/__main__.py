"""A real consumer of our webhooks: a Node-RED flow that receives, checks the signature and answers.

    python -m bench.webhook_consumer [--node-red FOLDER]

FOLDER holds node_modules with node-red; without it, it is installed from npm into a temporary folder. The demo runs
beside it as web, sender and worker; a simulated caller is missed, gets the text and answers. Needs node and npm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.demo import ask, demo, free_port, manage, running, shell, until

NODE_RED = "node-red@4.1"
CALL = "at open; call new busy; text 'my basement is flooding, I am at 12 Elm St'"
WANTED = {"call.missed", "lead.created", "text.sent", "text.received"}

MAKE_ENDPOINT = """
from leads.models import Business, WebhookEndpoint
from leads.webhooks import endpoints
from recoverline.lib import clock
endpoint = WebhookEndpoint(business=Business.objects.get(is_simulated=True), name="Node-RED", url="{url}")
print("SECRET", endpoints.give_secret(endpoint, now=clock.now()))
endpoint.save()
"""
ROTATE = """
from leads.models import WebhookEndpoint
from leads.webhooks import endpoints
from recoverline.lib import clock
print("SECRET", endpoints.rotate(WebhookEndpoint.objects.get(), now=clock.now()))
"""
DELIVERIES = """
import json
from leads.models import WebhookDelivery
rows = WebhookDelivery.objects.order_by("pk").values_list("kind", "status", "log")
print("ROWS", json.dumps([[kind, status, [entry["status"] for entry in log]] for kind, status, log in rows]))
"""


def main(args: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.webhook_consumer")
    parser.add_argument("--node-red", type=Path, help="a folder with node_modules/node-red")
    chosen = parser.parse_args(args)
    with tempfile.TemporaryDirectory(prefix="recoverline-consumer-") as name:
        folder = Path(name)
        modules = chosen.node_red or install(folder)
        red = f"http://127.0.0.1:{free_port()}"
        with demo(folder, {"WEBHOOK_HOSTS": red.removeprefix("http://")}) as (_, environment):
            secret = shell(MAKE_ENDPOINT.format(url=f"{red}/recoverline"), environment, "SECRET")
            with running(*node_red(modules, folder, red, secret)):
                until(lambda: bool(ask(f"{red}/seen")), seconds=60, what="Node-RED")
                return journey(red, environment)


def journey(red: str, environment: dict[str, str]) -> int:
    """A missed call, a reply, a forged post, and another call while the secret is being replaced."""
    begun = time.time()
    manage(["simulate", CALL, "--brief"], environment)
    until(lambda: kinds(red) >= WANTED, seconds=60, what=f"all of {sorted(WANTED)}")
    for told in seen(red)["events"]:
        data = told["event"]["data"]
        named = ", ".join(name for name in data if name not in ("business", "text"))
        print(f"{told['at'] / 1000 - begun:6.2f} s  {told['event']['type']:24} {named}")
    missed = next(told["event"]["data"] for told in seen(red)["events"] if told["event"]["type"] == "call.missed")
    print("the lead in call.missed:", {name: missed["lead"][name] for name in ("id", "phone", "source")})
    forged = ask(f"{red}/recoverline", body=b"{}", headers={"webhook-id": "x", "webhook-timestamp": "1"})
    print("a forged post was answered", forged, "| refused by Node-RED:", seen(red)["refused"])

    before = len(seen(red)["events"])
    shell(ROTATE, environment, "SECRET")
    manage(["simulate", "call new busy", "--brief"], environment)
    until(lambda: "call.missed" in kinds(red, since=before), seconds=60, what="a call after the new secret")
    said = seen(red)
    signatures = {told["signatures"] for told in said["events"][before:]}
    print("after a new secret the flow, which knows the old one, still verified; signatures per event:", signatures)
    until(lambda: all(status != "waiting" for _, status, _ in deliveries(environment)), seconds=60, what="the rest")
    rows = deliveries(environment)
    print(f"deliveries: {len(rows)}, delivered {sum(status == 'delivered' for _, status, _ in rows)}")
    print(f"events verified by Node-RED: {len(said['events'])}, repeated {said['repeated']}, refused {said['refused']}")
    is_fine = all(status == "delivered" and tries == [200] for _, status, tries in rows) and said["refused"] == 1
    return 0 if is_fine and forged == 401 and signatures == {2} else 1


# ---------------------------------------------------------------- Node-RED
def install(folder: Path) -> Path:
    (folder / "package.json").write_text('{"name": "consumer", "private": true}')
    subprocess.run(["npm", "install", NODE_RED, "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder


def node_red(modules: Path, folder: Path, red: str, secret: str) -> tuple[list[str], Path, dict[str, str], Path]:
    user = folder / "node-red"
    user.mkdir()
    (user / "flows.json").write_text(json.dumps(flow()))
    (user / "settings.js").write_text(
        'module.exports = {flowFile: "flows.json", uiHost: "127.0.0.1", functionExternalModules: true,'
        ' credentialSecret: false, logging: {console: {level: "warn"}}};'
    )
    command = ["node", str(modules / "node_modules/node-red/red.js"), "-u", str(user), "-p", red.rpartition(":")[2]]
    return command, user, os.environ | {"WEBHOOK_SECRET": secret}, folder / "node-red.log"


def flow() -> list[dict[str, Any]]:
    """POST /recoverline is checked and kept, GET /seen shows what was kept."""
    tab = {"id": "t", "type": "tab", "label": "Recoverline"}
    check = (Path(__file__).parent / "verify.js").read_text()
    crypto = [{"var": "crypto", "module": "crypto"}]
    return [
        tab,
        {"id": "a", "z": "t", "type": "http in", "url": "/recoverline", "method": "post", "skipBodyParsing": True,
         "wires": [["b"]]},
        {"id": "b", "z": "t", "type": "function", "func": check, "libs": crypto, "outputs": 1, "wires": [["c"]]},
        {"id": "c", "z": "t", "type": "http response", "wires": []},
        {"id": "d", "z": "t", "type": "http in", "url": "/seen", "method": "get", "wires": [["e"]]},
        {"id": "e", "z": "t", "type": "function", "outputs": 1, "wires": [["c"]],
         "func": 'msg.payload = flow.get("seen") || {ids: [], events: [], refused: 0, repeated: 0}; return msg;'},
    ]  # fmt: skip


def seen(red: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{red}/seen", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def kinds(red: str, since: int = 0) -> set[str]:
    return {told["event"]["type"] for told in seen(red)["events"][since:]}


def deliveries(environment: dict[str, str]) -> list[tuple[str, str, list[int | None]]]:
    return [(kind, status, tries) for kind, status, tries in json.loads(shell(DELIVERIES, environment, "ROWS"))]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
