"""A text from a simulated phone, as the carrier posts it."""

from uuid import uuid4

from django.conf import settings
from django.templatetags.static import static

from messaging.models import PhoneNumber
from messaging.simulator import line

PICTURE = "simulator/leak.png"


def send_text(number: PhoneNumber, *, sender: str, body: str, picture: bool = False) -> None:
    """Text `number` from `sender`, with a picture of a leak if wanted. Raises SimulatorError."""
    message_id = f"SM{uuid4().hex}"
    params = {
        "MessageSid": message_id,
        "SmsSid": message_id,
        "SmsMessageSid": message_id,
        "From": sender,
        "To": number.number,
        "Body": body,
        "NumSegments": "1",
        "NumMedia": "1" if picture else "0",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    if picture:
        params |= {"MediaUrl0": settings.SIMULATOR_URL + static(PICTURE), "MediaContentType0": "image/png"}
    line.post(number.account, line.hook_url(number.account, "message"), params)
