"""What Twilio keeps of a text, a picture, a recording and a call, deleted through the official SDK."""

from typing import Any

from twilio.base.exceptions import TwilioRestException

from messaging.carriers.base import NotSupported


def forget(client: Any, kind: str, name: str) -> None:
    """Delete it; nothing is wrong when it is gone already. Raises what the SDK raises, and NotSupported.

    `name`: its SID; of a picture, that of its text, a slash and its own.
    """
    match kind:
        case "text":
            found = client.messages(name)
        case "media":
            text, _, picture = name.partition("/")
            found = client.messages(text).media(picture)
        case "recording":
            found = client.recordings(name)
        case "call":
            found = client.calls(name)
        case _:
            raise NotSupported
    try:
        found.delete()
    except TwilioRestException as error:
        if error.status != 404:
            raise
