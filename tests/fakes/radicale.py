"""A real CalDAV server: Radicale in a process of its own on loopback, with passwords and a folder that goes away."""

import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from socket import create_server
from threading import Thread
from types import TracebackType
from typing import Self
from uuid import uuid4

from recoverline.lib.http import Fetched, fetch

USER, PASSWORD = "ana", "app-password"

_CONFIG = """
[server]
hosts = {host}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = info
"""


class Radicale:
    """Start with `with`; `stop()` and `start()` let it fail and come back at the same address."""

    def __init__(self) -> None:
        with create_server(("127.0.0.1", 0)) as listener:
            self.host = f"127.0.0.1:{listener.getsockname()[1]}"
        self.url = f"http://{self.host}"
        self.folder = Path(tempfile.mkdtemp(prefix="radicale-"))
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (self.folder / "config").write_text(_CONFIG.format(host=self.host, folder=self.folder))
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        command = [sys.executable, "-m", "radicale", "--config", str(self.folder / "config")]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        log = self._process.stderr
        assert log is not None
        seen: list[str] = []
        for line in log:
            seen.append(line)
            if "Listening on" in line:
                break
        else:
            raise RuntimeError("Radicale did not start:\n" + "".join(seen))
        # Whoever stops reading a pipe stops the writer when it is full.
        Thread(target=log.read, daemon=True).start()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def make_calendar(self, name: str = "") -> str:
        """A new empty calendar; its address."""
        url = f"{self.url}/{USER}/{name or uuid4().hex}/"
        answer = self.ask("MKCALENDAR", url)
        assert answer.status == 201, answer
        return url

    def forget_tokens(self, url: str) -> None:
        """What a server does that keeps its history for a while only."""
        shutil.rmtree(self._folder_of(url) / ".Radicale.cache" / "sync-token")

    # ---------------------------------------------------------------- what the owner does in a calendar app
    def texts(self, url: str) -> dict[str, str]:
        """Every object in a calendar: its text, with plain line ends, by its file name."""
        folder = self._folder_of(url)
        return {
            path.name: path.read_bytes().decode().replace("\r\n", "\n")
            for path in folder.iterdir()
            if not path.name.startswith(".Radicale")
        }

    def _folder_of(self, url: str) -> Path:
        return self.folder / "collections" / "collection-root" / url.removeprefix(self.url).strip("/")

    def write(self, url: str, name: str, text: str) -> None:
        """Put an object there, whatever was there before."""
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        answer = self.ask("PUT", url + name, body=text.encode(), headers=headers)
        assert answer.status in (200, 201, 204), answer

    def edit(self, url: str, name: str, old: str, new: str) -> None:
        """Change a piece of an object that must be in it."""
        text = self.texts(url)[name]
        assert old in text, text
        self.write(url, name, text.replace(old, new))

    def delete(self, url: str, name: str = "") -> None:
        answer = self.ask("DELETE", url + name)
        assert answer.status in (200, 204), answer

    def ask(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        basic = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        sent = {"Authorization": basic, **(headers or {})}
        return fetch(url, method=method, body=body, headers=sent, allow_hosts=frozenset({self.host}))
