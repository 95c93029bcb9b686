"""A Node-RED flow that does only one thing: a missed call's webhook becomes one text at the carrier."""

import base64
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from bench.demo import ask, free_port, until
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN

# Such a flow in as few nodes as it takes: it answers the carrier at once and sends the text meanwhile.
_WRITE = """
msg.payload = { From: msg.payload.To, To: msg.payload.From, Body: "Sorry we missed your call! How can we help?" };
msg.headers = { "content-type": "application/x-www-form-urlencoded", authorization: env.get("CARRIER_AUTH") };
msg.url = env.get("CARRIER_URL");
return msg;
"""
_ANSWER = 'msg.headers = {"content-type": "text/xml"}; msg.payload = "<Response><Hangup/></Response>"; return msg;'


def flow() -> list[dict[str, Any]]:
    return [
        {"id": "t", "type": "tab", "label": "Missed call"},
        {"id": "a", "z": "t", "type": "http in", "url": "/voice", "method": "post", "wires": [["b", "d"]]},
        {"id": "b", "z": "t", "type": "function", "func": _ANSWER, "outputs": 1, "wires": [["c"]]},
        {"id": "c", "z": "t", "type": "http response", "wires": []},
        {"id": "d", "z": "t", "type": "function", "func": _WRITE, "outputs": 1, "wires": [["e"]]},
        {"id": "e", "z": "t", "type": "http request", "method": "POST", "ret": "txt", "wires": [[]]},
    ]


class NodeRed:
    """The process; `url` is where it listens."""

    def __init__(self, modules: Path, folder: Path, carrier: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        folder.mkdir()
        (folder / "flows.json").write_text(json.dumps(flow()))
        (folder / "settings.js").write_text(
            'module.exports = {flowFile: "flows.json", uiHost: "127.0.0.1", credentialSecret: false,'
            ' logging: {console: {level: "warn"}}};'
        )
        program = str(modules / "node_modules/node-red/red.js")
        self._command = ["node", program, "-u", str(folder), "-p", self.url.rpartition(":")[2]]
        credentials = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        self._environment = os.environ | {
            "CARRIER_URL": f"{carrier}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
            "CARRIER_AUTH": f"Basic {credentials}",
        }
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._command, cwd=self._folder, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self) -> None:
        """Until it listens; it answers 404 to an address it does not have."""
        until(lambda: ask(f"{self.url}/none") == 404, seconds=120, what="Node-RED")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._begin()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
