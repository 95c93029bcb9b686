"""What carriers and phone systems post to us, with every field they send, one file per event and case.

`twilio/<event>__<case>.json` holds {"event": our URL's event name, "params": the form fields, "note": what it shows}.
`webhook/call__<case>.json` is the JSON body itself of the signed webhook for external phone systems. All call files
tell about one call (the `voice` cases apart), all message-status files about one text; numbers are fictional.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def names(carrier: str, event: str = "") -> list[str]:
    """Every recorded payload of a carrier, or of one of its events: "dial__busy", ..."""
    return sorted(path.stem for path in (HERE / carrier).glob("*.json") if event in ("", path.stem.partition("__")[0]))


@cache
def read(carrier: str, name: str) -> dict[str, Any]:
    """The file as it stands; not to be changed by the reader."""
    content: dict[str, Any] = json.loads((HERE / carrier / f"{name}.json").read_text(encoding="utf-8"))
    return content


def load(carrier: str, name: str, **overrides: Any) -> dict[str, Any]:
    """A payload's fields, ready to be posted. An override replaces or adds a field, None takes it away.

    In the webhook's body `type` and `timestamp` stand on top and everything else in `data`; `from` is written `from_`.
    """
    content = copy.deepcopy(read(carrier, name))
    if "params" in content:
        return changed(content["params"], overrides)
    top: dict[str, Any] = {key: overrides.pop(key) for key in ("type", "timestamp") if key in overrides}
    return changed({**content, "data": changed(content["data"], overrides)}, top)


def changed(fields: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = fields | {name.rstrip("_"): value for name, value in overrides.items()}
    dropped = {name.rstrip("_") for name, value in overrides.items() if value is None}
    return {name: value for name, value in merged.items() if name not in dropped}
