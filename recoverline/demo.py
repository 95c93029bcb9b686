"""The first half of `make demo`: what must be there before the settings are read. Needs nothing but Python.

    python -m recoverline.demo [--port 8000] [--kit home_services]

It writes .env if there is none, and becomes `manage.py demo`, which is the second half.
"""

import os
import secrets
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 8000

ENV = """\
# Written by `make demo`. What else can be set stands in .env.example.
# DEBUG is for a desk: it shows errors in full and switches the caller simulator on. Never use it on a server.
DEBUG=true
SECRET_KEY={secret_key}
FIELD_KEYS={field_keys}
SITE_URL=http://127.0.0.1:{port}
"""


def write_env(path: Path, *, port: int) -> bool:
    """Write a .env with random keys that only its owner may read; False, and nothing changed, if there is one."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w") as env:
        env.write(ENV.format(secret_key=secrets.token_urlsafe(48), field_keys=secrets.token_urlsafe(48), port=port))
    return True


def main(args: Sequence[str]) -> None:
    # Wrong arguments are refused by the second half, which knows them all.
    port = next((int(one) for name, one in pairwise(args) if name == "--port" and one.isdecimal()), PORT)
    if write_env(ROOT / ".env", port=port):
        print("Wrote .env with random keys.", flush=True)
    os.execv(sys.executable, (sys.executable, str(ROOT / "manage.py"), "demo", *args))  # noqa: S606  no shell


if __name__ == "__main__":
    main(sys.argv[1:])
